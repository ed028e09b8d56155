package train

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
)

// Counts is the number of rows of each class.
func (y *Labels) Counts() []int {
	counts := make([]int, len(y.Classes))
	for _, c := range y.Codes {
		counts[c]++
	}
	return counts
}

// Present gives the same labels over only those classes that have a row, and
// the index in y.Classes of each class that is left.
func (y *Labels) Present() (*Labels, []int) {
	var kept []int
	code := make([]int, len(y.Classes))
	for k, n := range y.Counts() {
		if n > 0 {
			code[k] = len(kept)
			kept = append(kept, k)
		}
	}
	out := &Labels{Name: y.Name, Classes: make(Classes, len(kept)), Codes: make([]int, len(y.Codes))}
	for i, k := range kept {
		out.Classes[i] = y.Classes[k]
	}
	for i, c := range y.Codes {
		out.Codes[i] = code[c]
	}
	return out, kept
}

// OneVsRest labels each row with whether it is of the given class, for metrics
// that compare two classes, such as ROCCurve.
func (y *Labels) OneVsRest(class any) *Labels {
	out := &Labels{Name: y.Name, Classes: Classes{false, true}, Codes: make([]int, len(y.Codes))}
	k := y.Classes.Index(class)
	for i, c := range y.Codes {
		out.Codes[i] = boolInt(c == k)
	}
	return out
}

// NewLabels finds the classes in values and sorts them. A value is an int64,
// float64, bool or string (int and float32 are taken too), all of one type;
// integers and floats may be mixed and then all become float64. name is the
// column they come from, for messages.
//
// Missing values (nil, NaN) are refused, and so are floats that look like a
// measurement: more than 20 distinct values of which most are not whole.
func NewLabels(name string, values []any) (*Labels, error) {
	plain, err := plainValues(name, values)
	if err != nil {
		return nil, err
	}
	var classes Classes
	seen := map[any]int{}
	for _, v := range plain {
		if _, ok := seen[v]; !ok {
			seen[v] = 0
			classes = append(classes, v)
		}
	}
	slices.SortFunc(classes, compareClass)
	if err := refuseContinuous(name, classes); err != nil {
		return nil, err
	}
	for k, c := range classes {
		seen[c] = k
	}
	codes := make([]int, len(plain))
	for i, v := range plain {
		codes[i] = seen[v]
	}
	return &Labels{Name: name, Classes: classes, Codes: codes}, nil
}

// plainValues widens the values to the four class types and makes them one type.
func plainValues(name string, values []any) ([]any, error) {
	out := make([]any, len(values))
	kinds := map[string]int{} // kind -> first row
	for i, v := range values {
		p, ok := plainValue(v)
		if !ok {
			return nil, &InputError{Estimator: "labels", Column: name, Row: i,
				Msg: missingOrType(v), Hint: "drop such rows or give them a class of their own"}
		}
		out[i] = p
		if _, ok := kinds[kindOf(p)]; !ok {
			kinds[kindOf(p)] = i
		}
	}
	if len(kinds) <= 1 {
		return out, nil
	}
	if _, ok := kinds["float64"]; ok && len(kinds) == 2 {
		if _, ok := kinds["int64"]; ok {
			for i, v := range out {
				out[i] = toFloat(v)
			}
			return out, nil
		}
	}
	names := slices.Sorted(maps.Keys(kinds))
	row := max(kinds[names[0]], kinds[names[1]])
	return nil, &InputError{Estimator: "labels", Column: name, Row: row,
		Msg:  fmt.Sprintf("a label of type %s among labels of type %s", kindOf(out[row]), kindOf(out[0])),
		Hint: "convert all labels to one type"}
}

func plainValue(v any) (any, bool) {
	switch v := v.(type) {
	case int64, bool, string:
		return v, true
	case int:
		return int64(v), true
	case float32:
		return plainValue(float64(v))
	case float64:
		if v == 0 {
			v = 0 // -0 and 0 are one class
		}
		return v, v-v == 0
	}
	return nil, false
}

func missingOrType(v any) string {
	if v == nil {
		return "the label is missing"
	}
	if f, ok := v.(float64); ok {
		return fmt.Sprintf("the label is %v", f)
	}
	return fmt.Sprintf("a label cannot be a %T", v)
}

// refuseContinuous refuses what is almost certainly a regression target.
func refuseContinuous(name string, classes Classes) error {
	const many = 20
	broken := 0
	for _, c := range classes {
		if f, ok := c.(float64); ok && f != math.Trunc(f) {
			broken++
		}
	}
	if len(classes) <= many || broken*2 <= len(classes) {
		return nil
	}
	return &InputError{Estimator: "labels", Column: name, Row: -1,
		Msg:  fmt.Sprintf("has %d distinct values, %d of them not whole numbers: it looks like a measurement", len(classes), broken),
		Hint: "a classifier needs classes: round it or cut it into bins"}
}

func kindOf(v any) string { return fmt.Sprintf("%T", v) }

func toFloat(v any) any {
	if i, ok := v.(int64); ok {
		return float64(i)
	}
	return v
}

// compareClass orders two class labels: numbers by value, false before true,
// strings by bytes. Labels of different kinds are never in one list.
func compareClass(a, b any) int {
	switch a := a.(type) {
	case int64:
		if b, ok := b.(int64); ok {
			return cmp.Compare(a, b)
		}
	case float64:
		if b, ok := b.(float64); ok {
			return cmp.Compare(a, b)
		}
	case string:
		if b, ok := b.(string); ok {
			return cmp.Compare(a, b)
		}
	case bool:
		if b, ok := b.(bool); ok {
			return cmp.Compare(boolInt(a), boolInt(b))
		}
	}
	return cmp.Compare(kindOf(a), kindOf(b))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// formatClass prints a class as Python's str would, so that reports read alike.
func formatClass(c any) string {
	switch c := c.(type) {
	case bool:
		if c {
			return "True"
		}
		return "False"
	case float64:
		if c == math.Trunc(c) && math.Abs(c) < 1e16 {
			return strconv.FormatFloat(c, 'f', 1, 64)
		}
		return strconv.FormatFloat(c, 'g', -1, 64)
	}
	return fmt.Sprint(c)
}

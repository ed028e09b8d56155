package builtin

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/wnb-dev/wnb/cells"
)

// An Input is a named input as a function of ui declares it. Its values are
// int64, float64, bool, string, []any of int64 for the rows of a table, and for
// a plot nil or a map from x and y to two float64 each.
type Input struct {
	Name, Kind, Label string
	Default           any
	Min, Max, Step    *float64 // nil for none
	Choices           []any

	whole bool // a number is an int
	rows  int  // of a table
}

func (in *Input) fail(format string, args ...any) error {
	name := cmp.Or(in.Name, "ui."+in.Kind)
	return fmt.Errorf("input %s: "+format, append([]any{name}, args...)...)
}

// number is x in the type of the input.
func (in *Input) number(x float64) any {
	if in.whole {
		return int64(x)
	}
	return x
}

// wholeStep is the step between whole numbers, or nil.
func (in *Input) wholeStep() *float64 {
	if !in.whole {
		return nil
	}
	step := 1.0
	return &step
}

// EncodeInput writes a value that was read with DecodeInput or Input.Parse as JSON,
// in the form in which answers are recorded and compared: the same value gives
// the same text.
func EncodeInput(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "null" // no value of an input
	}
	return string(text)
}

// maxInput bounds the JSON of a value.
const maxInput = 1 << 20

// DecodeInput reads a value of some input from JSON: a number, a text, a truth
// value, null, or lists and maps of them.
func DecodeInput(text []byte) (any, error) {
	if len(text) > maxInput {
		return nil, fmt.Errorf("the value of an input has %d bytes; at most %d are taken", len(text), maxInput)
	}
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("the value of an input is not JSON: %w", err)
	}
	if dec.More() {
		return nil, errors.New("the value of an input is one JSON value, not several")
	}
	return numbersOf(v)
}

// numbersOf gives the numbers in a value Go types.
func numbersOf(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n, nil
		}
		x, err := v.Float64()
		if err != nil {
			return nil, fmt.Errorf("the number %s is too large", v)
		}
		return x, nil
	case []any:
		for i := range v {
			var err error
			if v[i], err = numbersOf(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for k := range v {
			var err error
			if v[k], err = numbersOf(v[k]); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

func (in *Input) checkDefault() error {
	v, err := in.Check(in.Default)
	if err != nil {
		return fmt.Errorf("the default: %w", err)
	}
	in.Default = v
	return nil
}

// read checks a value that is written as JSON.
func (in *Input) read(text string) (any, error) {
	v, err := DecodeInput([]byte(text))
	if err != nil {
		return nil, in.fail("%w", err)
	}
	return in.Check(v)
}

// Check brings a value to the input's own type. The error says what fits.
func (in *Input) Check(v any) (any, error) {
	out, ok := v, false
	switch in.Kind {
	case inputSlider, inputNumber, inputButton:
		out, ok = in.checkNumber(v)
	case inputChoice:
		out, ok = in.checkChoice(v)
	case inputText:
		_, ok = v.(string)
	case inputCheckbox:
		_, ok = v.(bool)
	case inputTable:
		out, ok = in.checkRows(v)
	case inputPlot:
		out, ok = checkBrush(v)
	}
	if !ok {
		return nil, in.fail("%s does not fit; give %s", EncodeInput(v), in.fits())
	}
	return out, nil
}

func (in *Input) checkNumber(v any) (any, bool) {
	x, ok := v.(float64)
	if n, isInt := v.(int64); isInt {
		x, ok = float64(n), true
	}
	if !ok || !finite(x) || in.whole && (x != math.Trunc(x) || math.Abs(x) > 1<<53) {
		return nil, false
	}
	if in.Min != nil && x < *in.Min || in.Max != nil && x > *in.Max || in.Kind == inputButton && x < 0 {
		return nil, false
	}
	return in.number(x), true
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// checkChoice finds the choice that a value means: the same one, or the one that
// is written so.
func (in *Input) checkChoice(v any) (any, bool) {
	for _, c := range in.Choices {
		if EncodeInput(c) == EncodeInput(v) {
			return c, true
		}
	}
	text, isText := v.(string)
	for _, c := range in.Choices {
		if isText && FormatInput(c) == text {
			return c, true
		}
	}
	return nil, false
}

func (in *Input) checkRows(v any) (any, bool) {
	list, ok := v.([]any)
	if !ok {
		return nil, false
	}
	rows := make([]int64, len(list))
	for i := range list {
		if rows[i], ok = list[i].(int64); !ok || rows[i] < 0 || rows[i] >= int64(in.rows) {
			return nil, false
		}
	}
	slices.Sort(rows)
	out := []any{}
	for _, r := range slices.Compact(rows) {
		out = append(out, r)
	}
	return out, true
}

// checkBrush takes nil, or two numbers for each of x and y, in any order.
func checkBrush(v any) (any, bool) {
	if v == nil {
		return nil, true
	}
	area, ok := v.(map[string]any)
	if !ok || len(area) != 2 {
		return nil, false
	}
	out := map[string]any{}
	for _, axis := range []string{"x", "y"} {
		edges, ok := area[axis].([]any)
		if !ok || len(edges) != 2 {
			return nil, false
		}
		number := Input{Kind: inputNumber}
		a, okA := number.checkNumber(edges[0])
		b, okB := number.checkNumber(edges[1])
		if !okA || !okB {
			return nil, false
		}
		out[axis] = []any{min(a.(float64), b.(float64)), max(a.(float64), b.(float64))}
	}
	return out, true
}

// fits says which values an input takes.
func (in *Input) fits() string {
	switch in.Kind {
	case inputChoice:
		words := make([]string, len(in.Choices))
		for i, c := range in.Choices {
			words[i] = EncodeInput(c)
		}
		return "one of " + strings.Join(words, ", ")
	case inputText:
		return "a text"
	case inputCheckbox:
		return "true or false"
	case inputButton:
		return "a whole number from 0"
	case inputTable:
		if in.rows == 0 {
			return "no rows: the table has none"
		}
		return fmt.Sprintf("rows from 0 to %d, such as 0,%d", in.rows-1, in.rows-1)
	case inputPlot:
		return "a rectangle in the units of the data, such as 0..2,1..4, or none"
	}
	return in.numberFits()
}

func (in *Input) numberFits() string {
	text := "a number"
	if in.whole {
		text = "a whole number"
	}
	switch {
	case in.Min != nil && in.Max != nil:
		return fmt.Sprintf("%s from %v to %v", text, *in.Min, *in.Max)
	case in.Min != nil:
		return fmt.Sprintf("%s from %v", text, *in.Min)
	case in.Max != nil:
		return fmt.Sprintf("%s up to %v", text, *in.Max)
	}
	return text
}

// inputParam is an input as a param of the run, in the form that -p takes.
func inputParam(name string, v any) cells.Param { return cells.Param{Key: name, Value: FormatInput(v)} }

package builtin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/value"
)

// A Series is one column as cells see it. It is immutable. Operators and
// comparisons work on it row by row, null is None.
type Series struct {
	series *frame.Series
	memo   value.Memo
}

// NewSeries makes a column a value of cells.
func NewSeries(s *frame.Series) *Series { return &Series{series: s} }

// Series is the column itself.
func (s *Series) Series() *frame.Series { return s.series }

var (
	_ starlark.Mapping    = (*Series)(nil)
	_ starlark.HasSetKey  = (*Series)(nil)
	_ starlark.Sliceable  = (*Series)(nil)
	_ starlark.Iterable   = (*Series)(nil)
	_ starlark.Container  = (*Series)(nil)
	_ starlark.Comparable = (*Series)(nil)
	_ starlark.HasBinary  = (*Series)(nil)
	_ starlark.HasUnary   = (*Series)(nil)
	_ starlark.HasAttrs   = (*Series)(nil)
	_ lang.Comparer       = (*Series)(nil)
	_ lang.NoTruth        = (*Series)(nil)
	_ Renderer            = (*Series)(nil)
	_ summer              = (*Series)(nil)
	_ powerer             = (*Series)(nil)
)

// String is short, for messages; Render shows the values.
func (s *Series) String() string {
	name := ""
	if s.series.Name() != "" {
		name = fmt.Sprintf("%q ", s.series.Name())
	}
	return fmt.Sprintf("<series %sof %d %s>", name, s.series.Len(), s.series.DType())
}

// Type is "series".
func (s *Series) Type() string { return "series" }

// Freeze does nothing: nothing changes a series.
func (s *Series) Freeze() {}

// Truth is asked only where TruthHint is not respected.
func (s *Series) Truth() starlark.Bool { return true }

// TruthHint says what to ask instead of the truth.
func (s *Series) TruthHint() string {
	return "combine masks with & | ~ in place of and, or, not, as in (a > 1) & (b < 2); for one answer ask .any() or .all()"
}

// Hash refuses.
func (s *Series) Hash() (uint32, error) {
	return unhashable(s, "use one of its values, s[i], or its name, s.name")
}

// Render shows the first and last values.
func (s *Series) Render(context.Context) (map[string][]byte, error) {
	return map[string][]byte{
		"text/plain": []byte(s.series.Text(frame.DisplayOptions{})),
		"text/html":  []byte(s.series.HTML(frame.DisplayOptions{})),
	}, nil
}

// Len is the number of values.
func (s *Series) Len() int { return s.series.Len() }

// Index is value i.
func (s *Series) Index(i int) starlark.Value { return valueOf(s.series.Value(i)) }

// Slice is s[start:end:step].
func (s *Series) Slice(start, end, step int) starlark.Value {
	var out *frame.Series
	var err error
	if step == 1 {
		out, err = s.series.Slice(start, end)
	} else {
		out, err = s.series.Take(steps(start, end, step))
	}
	if err != nil { // Sliceable promises rows that exist
		return starlark.None
	}
	return NewSeries(out)
}

// Iterate goes through the values.
func (s *Series) Iterate() starlark.Iterator { return &seriesIterator{series: s.series} }

type seriesIterator struct {
	series *frame.Series
	next   int
}

func (it *seriesIterator) Next(p *starlark.Value) bool {
	if it.next >= it.series.Len() {
		return false
	}
	*p = valueOf(it.series.Value(it.next))
	it.next++
	return true
}

func (it *seriesIterator) Done() {}

// Has tells whether a value is in the series: 3 in s.
func (s *Series) Has(v starlark.Value) (bool, error) {
	x, err := scalarOf(v)
	if err != nil {
		return false, err
	}
	if x == nil {
		return s.series.NullCount() > 0, nil
	}
	equal, err := frame.Binary(frame.Eq, s.series, x)
	if err != nil {
		return false, nil // another kind of value is not in it
	}
	return equal.Any()
}

// Get is s[key]: a value for a row, a series for a mask or a list of rows.
func (s *Series) Get(key starlark.Value) (starlark.Value, bool, error) {
	v, err := s.get(key)
	return v, err == nil, err
}

func (s *Series) get(key starlark.Value) (starlark.Value, error) {
	switch key := key.(type) {
	case starlark.Int:
		i, err := rowOf(key, s.Len())
		if err != nil {
			return nil, err
		}
		return s.Index(i), nil
	case *Series:
		return seriesValue(s.series.Filter(key.series))
	case *starlark.List, starlark.Tuple:
		return s.pick(key.(starlark.Indexable))
	}
	return nil, lang.WithHint("write s[0], s[2:5] or s[mask]", "a series is not indexed by %s", lang.A(key.Type()))
}

// pick takes a list of rows, or of bools as a mask.
func (s *Series) pick(list starlark.Indexable) (starlark.Value, error) {
	if list.Len() > 0 {
		if _, ok := list.Index(0).(starlark.Bool); ok {
			mask, err := columnOf(context.Background(), "mask", list, 0)
			if err != nil {
				return nil, err
			}
			return seriesValue(s.series.Filter(mask))
		}
	}
	rows := make([]int, list.Len())
	for k := range rows {
		i, err := rowOf(list.Index(k), s.Len())
		if err != nil {
			return nil, err
		}
		rows[k] = i
	}
	return seriesValue(s.series.Take(rows))
}

// rowOf is a row number, counted from the end if it is negative.
func rowOf(v starlark.Value, n int) (int, error) {
	i, err := starlark.AsInt32(v)
	if err != nil {
		return 0, fmt.Errorf("a row is a whole number: %w", err)
	}
	if i < -n || i >= n {
		return 0, fmt.Errorf("row %d is not there: there are %d, counted from 0", i, n)
	}
	return (i + n) % n, nil
}

// seriesValue makes a result of the library a value.
func seriesValue(s *frame.Series, err error) (starlark.Value, error) {
	if err != nil {
		return nil, err
	}
	return NewSeries(s), nil
}

// SetKey refuses: series do not change.
func (s *Series) SetKey(_, _ starlark.Value) error {
	return lang.WithHint("make a new one, as with s.map(f), s.clip(low, high) or s.fill_null(value)", "a series cannot be changed")
}

// AttrNames are properties and methods.
func (s *Series) AttrNames() []string {
	names := append(seriesMethods.names(), seriesProperties...)
	slices.Sort(names)
	return names
}

var seriesProperties = []string{"dtype", "name", "str"}

// Attr is a property or a method.
func (s *Series) Attr(name string) (starlark.Value, error) {
	switch name {
	case "name":
		return starlark.String(s.series.Name()), nil
	case "dtype":
		return starlark.String(s.series.DType().String()), nil
	case "str":
		return &stringMethods{s.series}, nil
	}
	if m := seriesMethods.bind(s, name); m != nil {
		return m, nil
	}
	return nil, noMember("a series", name, seriesElsewhere, seriesMethods, seriesProperties, nil)
}

// noMember says that an attribute is not there and what was probably meant.
// elsewhere tells what is written here for a name of pandas or polars.
func noMember[T starlark.Value](what, name string, elsewhere map[string]string, ms *methods[T], properties, columns []string) error {
	kind := "has no method"
	if columns != nil {
		kind = "has neither a column nor a method"
	}
	best := lang.Suggest(name, slices.Concat(ms.names(), properties, columns))
	hint := ""
	switch {
	case elsewhere[name] != "":
		hint = "write " + elsewhere[name]
	case ms.has(best):
		hint = fmt.Sprintf("did you mean the method `%s(%s)`?", best, ms.byName[best].signature)
	case slices.Contains(properties, best):
		hint = fmt.Sprintf("did you mean `%s`?", best)
	case best != "" && isIdentifier(best):
		hint = fmt.Sprintf("did you mean the column `%s`?", best)
	case best != "":
		hint = fmt.Sprintf("did you mean the column %q? write df[%q]", best, best)
	case len(columns) > 0:
		hint = "the columns are " + shortList(columns)
	}
	return lang.WithHint(hint, "%s %s `%s`", what, kind, name)
}

// shortList joins names, of many the first.
func shortList(names []string) string {
	const most = 12
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

// isIdentifier tells whether a column's name can be written after a dot.
func isIdentifier(name string) bool {
	expr, err := (&syntax.FileOptions{}).ParseExpr("", name, 0)
	if err != nil {
		return false // a keyword, or no name at all
	}
	ident, ok := expr.(*syntax.Ident)
	return ok && ident.Name == name
}

package builtin

import (
	"fmt"
	"testing"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
	"pgregory.net/rapid"

	"github.com/wnb-dev/wnb/cells/frame"
)

// TestSliceAsList: a series is sliced and indexed as the list of its values.
func TestSliceAsList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(rapid.Int64Range(-9, 9), 0, 12).Draw(t, "xs")
		bound := rapid.SampledFrom([]string{"", "0", "1", "3", "20", "-1", "-4", "-20"})
		step := rapid.SampledFrom([]string{"", "1", "2", "-1", "-3"}).Draw(t, "step")
		index := fmt.Sprintf("[%s:%s:%s]", bound.Draw(t, "start"), bound.Draw(t, "end"), step)
		source := fmt.Sprintf("(s%[1]s.to_list() == s.to_list()%[1]s, frame({'a': s})%[1]s['a'].to_list() == s.to_list()%[1]s)", index)
		res, err := runCell(t.Context(), nil, source, starlark.StringDict{"s": NewSeries(frame.NewInt64("s", xs))})
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		if got := res.Value.String(); got != "(True, True)" {
			t.Fatalf("%s of %v gives %s", index, xs, got)
		}
	})
}

// TestOperatorsAsScalars: an operator works on a row as Starlark works on the
// two values, on either side. The exception is // of floats: a series gives
// Python's and numpy's exact quotient (1.0 // 0.1 is 9.0; see
// frame.TestFloorAsPython), and Starlark rounds x / y before it takes the floor.
func TestOperatorsAsScalars(t *testing.T) {
	number := rapid.OneOf(
		rapid.Map(rapid.Int64Range(-50, 50), func(i int64) any { return i }),
		rapid.Map(rapid.Float64Range(-50, 50), func(x float64) any { return x }),
	)
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(number, 1, 8).Draw(t, "xs")
		k := valueOf(number.Filter(func(v any) bool { return v != int64(0) && v != 0.0 }).Draw(t, "k"))
		column, err := frame.FromAny("s", xs)
		if err != nil {
			t.Fatal(err)
		}
		s := NewSeries(column)
		_, whole := k.(starlark.Int)
		op := rapid.SampledFrom([]syntax.Token{syntax.PLUS, syntax.MINUS, syntax.STAR, syntax.SLASH, syntax.SLASHSLASH, syntax.PERCENT}).Draw(t, "op")
		if op == syntax.SLASHSLASH && !(whole && column.DType() == frame.Int64) {
			return
		}
		checkRows(t, op, s, k, func(x starlark.Value) (starlark.Value, error) { return starlark.Binary(op, x, k) },
			func() (starlark.Value, error) { return starlark.Binary(op, s, k) })
		if op != syntax.PLUS && op != syntax.MINUS && op != syntax.STAR {
			return // by a zero in the series Starlark fails, and a series gives null
		}
		checkRows(t, op, s, k, func(x starlark.Value) (starlark.Value, error) { return starlark.Binary(op, k, x) },
			func() (starlark.Value, error) { return starlark.Binary(op, k, s) })
	})
}

func checkRows(t *rapid.T, op syntax.Token, s *Series, k starlark.Value, one func(starlark.Value) (starlark.Value, error), all func() (starlark.Value, error)) {
	t.Helper()
	v, err := all()
	if err != nil {
		t.Fatalf("%v %s %v: %v", s.series.Values(), op, k, err)
	}
	for i := range s.Len() {
		want, err := one(s.Index(i))
		if err != nil {
			t.Fatal(err)
		}
		got := v.(*Series).Index(i)
		if equal, err := starlark.Equal(got, want); err != nil || !equal {
			t.Errorf("row %d: %v %s %v is %v, want %v (%v)", i, s.Index(i), op, k, got, want, err)
		}
	}
}

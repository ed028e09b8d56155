package frame

import (
	"fmt"
	"math"
	"testing"
)

func TestBinary(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	ints := series(t, "n", 7, -7, nil, 0)
	floats := series(t, "x", 7.5, -7.5, nil, 0.0)
	texts := series(t, "s", "b", "a", nil, "c")
	flags := series(t, "b", true, false, nil, true)
	tests := []struct {
		left  any
		op    Op
		right any
		dtype DType
		want  []any
	}{
		{ints, Add, 1, Int64, []any{int64(8), int64(-6), nil, int64(1)}},
		{1, Sub, ints, Int64, []any{int64(-6), int64(8), nil, int64(1)}},
		{ints, Mul, 0.5, Float64, []any{3.5, -3.5, nil, 0.0}},
		{ints, Div, 2, Float64, []any{3.5, -3.5, nil, 0.0}},
		{ints, Div, 0, Float64, []any{inf, -inf, nil, nan}},
		{ints, FloorDiv, 2, Int64, []any{int64(3), int64(-4), nil, int64(0)}},
		{ints, FloorDiv, -2, Int64, []any{int64(-4), int64(3), nil, int64(0)}},
		{ints, Mod, 3, Int64, []any{int64(1), int64(2), nil, int64(0)}},
		{ints, Mod, -3, Int64, []any{int64(-2), int64(-1), nil, int64(0)}},
		{ints, FloorDiv, 0, Int64, []any{nil, nil, nil, nil}},
		{ints, Mod, 0, Int64, []any{nil, nil, nil, nil}},
		{10, FloorDiv, ints, Int64, []any{int64(1), int64(-2), nil, nil}},
		{ints, Pow, 2, Int64, []any{int64(49), int64(49), nil, int64(0)}},
		{ints, Pow, -1, Float64, []any{1.0 / 7, -1.0 / 7, nil, inf}},
		{2, Pow, series(t, "e", 0, 62, nil), Int64, []any{int64(1), int64(1 << 62), nil}},
		{floats, FloorDiv, 2, Float64, []any{3.0, -4.0, nil, 0.0}},
		{floats, Mod, 2.0, Float64, []any{1.5, 0.5, nil, 0.0}},
		{floats, Mod, 0.0, Float64, []any{nan, nan, nil, nan}},
		{floats, FloorDiv, 0.0, Float64, []any{inf, -inf, nil, nan}},
		{floats, Pow, 2, Float64, []any{56.25, 56.25, nil, 0.0}},
		{flags, Add, flags, Int64, []any{int64(2), int64(0), nil, int64(2)}},
		{ints, Add, nil, Int64, []any{nil, nil, nil, nil}},
		{texts, Add, "!", String, []any{"b!", "a!", nil, "c!"}},
		{">", Add, texts, String, []any{">b", ">a", nil, ">c"}},
		{texts, Add, nil, String, []any{nil, nil, nil, nil}},

		{ints, Gt, 0, Bool, []any{true, false, nil, false}},
		{0, Gt, ints, Bool, []any{false, true, nil, false}},
		{ints, Le, floats, Bool, []any{true, false, nil, true}},
		{ints, Eq, 7.0, Bool, []any{true, false, nil, false}},
		{series(t, "x", nan, 1.0), Ne, series(t, "y", nan, 1.0), Bool, []any{true, false}},
		{texts, Eq, "a", Bool, []any{false, true, nil, false}},
		{texts, Lt, "c", Bool, []any{true, true, nil, false}},
		{"b", Ge, texts, Bool, []any{true, true, nil, false}},
		{texts, Ne, series(t, "o", "b", "b", "b", nil), Bool, []any{false, true, nil, nil}},
		{flags, Eq, true, Bool, []any{true, false, nil, true}},
		{flags, Eq, 1, Bool, []any{true, false, nil, true}},

		{series(t, "p", true, true, true, false, false, nil), And, series(t, "q", true, false, nil, false, nil, nil), Bool,
			[]any{true, false, nil, false, false, nil}},
		{series(t, "p", true, true, true, false, false, nil), Or, series(t, "q", true, false, nil, false, nil, nil), Bool,
			[]any{true, true, true, false, nil, nil}},
		{flags, And, true, Bool, []any{true, false, nil, true}},
		{flags, And, nil, Bool, []any{nil, false, nil, nil}},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s %s %s", operandName(test.left), test.op, operandName(test.right)), func(t *testing.T) {
			got, err := Binary(test.op, test.left, test.right)
			if err != nil {
				t.Fatal(err)
			}
			diffValues(t, got, test.dtype, test.want...)
		})
	}
}

func operandName(v any) string {
	if s, ok := v.(*Series); ok && s != nil {
		return s.Name()
	}
	return fmt.Sprint(v)
}

func TestBinaryNames(t *testing.T) {
	a, b := series(t, "a", 1), series(t, "b", 2)
	for want, operands := range map[string][2]any{"a": {a, b}, "b": {b, 1}} {
		got, err := Binary(Add, operands[0], operands[1])
		if err != nil || got.Name() != want {
			t.Errorf("name %q, want %q (%v)", got.Name(), want, err)
		}
	}
	if got, err := Binary(Sub, 1, b); err != nil || got.Name() != "b" {
		t.Errorf("scalar on the left: %v, %v", got, err)
	}
}

func TestBinaryErrors(t *testing.T) {
	ints, texts, flags := series(t, "n", 1, 2), series(t, "s", "x", "y"), series(t, "b", true, false)
	tests := []struct {
		left  any
		op    Op
		right any
		want  string
	}{
		{ints, Add, series(t, "m", 1, 2, 3), `+: column "n" has 2 rows, column "m" has 3`},
		{ints, Add, texts, `+ is not defined between int64 column "n" and string column "s": cast one`},
		{texts, Sub, "x", `- is not defined between string column "s" and string "x"`},
		{texts, Mul, 2, `* is not defined between string column "s" and int64 2`},
		{texts, Eq, 1, `== is not defined between string column "s" and int64 1`},
		{ints, Eq, nil, "null equals nothing; use is_null"},
		{ints, And, flags, `& is not defined between int64 column "n" and bool column "b"`},
		{flags, Or, 1, "both must be bool"},
		{ints, Add, []int{1}, "right of +: a []int cannot be in a column"},
		{1, Add, 2, "neither side is a column"},
		{ints, Op("@"), 2, `unknown operator "@"`},
		{(*Series)(nil), Add, 2, "left of +: the column is nil"},
		{ints, Add, math.MaxInt64, "row 0: 1 + 9223372036854775807 does not fit in int64"},
		{series(t, "n", 0, math.MinInt64), Sub, 1, "row 1: -9223372036854775808 - 1"},
		{series(t, "n", math.MinInt64), Mul, -1, "does not fit"},
		{series(t, "n", math.MinInt64), FloorDiv, -1, "does not fit"},
		{series(t, "n", 10), Pow, 19, "does not fit"},
		{ints, Pow, series(t, "e", 1, -1), "row 1: 2 ** -1 is not a whole number"},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s %s %s", operandName(test.left), test.op, operandName(test.right)), func(t *testing.T) {
			_, err := Binary(test.op, test.left, test.right)
			wantError(t, err, test.want)
		})
	}
}

func TestNegAndNot(t *testing.T) {
	neg := func(s *Series) *Series { return must[*Series](t)(s.Neg()) }
	diffValues(t, neg(series(t, "n", 1, nil, -2)), Int64, int64(-1), nil, int64(2))
	diffValues(t, neg(series(t, "x", 1.5, nil)), Float64, -1.5, nil)
	diffValues(t, neg(series(t, "b", true, false)), Int64, int64(-1), int64(0))
	_, err := series(t, "n", math.MinInt64).Neg()
	wantError(t, err, "does not fit")
	diffValues(t, must[*Series](t)(series(t, "b", true, nil, false).Not()), Bool, false, nil, true)
}

// Values computed by CPython 3.
func TestFloorAsPython(t *testing.T) {
	for _, v := range [][4]float64{
		{-731271.5117751976, 0.1, -7312716.0, 0.08822480246293096}, {-489861.9485211566, -7.0, 69980.0, -1.9485211566207},
		{521924.88982515107, -7.0, -74561.0, -2.1101748489309102}, {303185.9454455259, -0.1, -3031860.0, -0.054554474091223715},
		{-134465.86418989324, 0.1, -1344659.0, 0.03581010676735527}, {391665.733536887, 0.3, 1305552.0, 0.1335368869971143},
		{182306.87000260781, 0.1, 1823068.0, 0.07000260780484757}, {-955355.7779573522, 3.0, -318452.0, 0.22204264777246863},
		{-1, math.Inf(1), -1, math.Inf(1)}, {1, math.Inf(-1), -1, math.Inf(-1)}, {1, 0.1, 9, 0.09999999999999995},
	} {
		if div, mod := floorDiv(v[0], v[1]), floorMod(v[0], v[1]); div != v[2] || mod != v[3] {
			t.Errorf("%v by %v: %v, %v; want %v, %v", v[0], v[1], div, mod, v[2], v[3])
		}
	}
}

package frame

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestFromAny(t *testing.T) {
	tests := []struct {
		name   string
		values []any
		dtype  DType
		want   []any
	}{
		{"ints", []any{1, int8(2), uint32(3)}, Int64, []any{int64(1), int64(2), int64(3)}},
		{"ints and floats", []any{1, 2.5, nil}, Float64, []any{1.0, 2.5, nil}},
		{"strings", []any{"x", nil, "x"}, String, []any{"x", nil, "x"}},
		{"bools", []any{true, nil}, Bool, []any{true, nil}},
		{"nulls", []any{nil, nil}, Float64, []any{nil, nil}},
		{"nothing", nil, Float64, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			diffValues(t, series(t, "c", test.values...), test.dtype, test.want...)
		})
	}
	_, err := FromAny("c", []any{nil, 1, "abc"})
	wantError(t, err, `column "c"`, "row 1 is int64 (1)", `row 2 is string ("abc")`)
	_, err = FromAny("c", []any{1, []int{2}})
	wantError(t, err, `column "c", row 1`, "[]int")
	_, err = FromAny("c", []any{uint64(math.MaxUint64)})
	wantError(t, err, "row 0", "beyond int64")
}

func TestParseDType(t *testing.T) {
	for _, d := range []DType{Float64, Int64, String, Bool} {
		if got, err := ParseDType(d.String()); err != nil || got != d {
			t.Errorf("%s: %v, %v", d, got, err)
		}
	}
	_, err := ParseDType("decimal")
	wantError(t, err, `unknown dtype "decimal": use float64, int64, string or bool`)
}

func TestAsFloats(t *testing.T) {
	got := must[[]float64](t)(series(t, "n", 1, nil).AsFloats())
	if got[0] != 1 || !math.IsNaN(got[1]) {
		t.Errorf("got %v", got)
	}
	_, err := series(t, "s", "x").AsFloats()
	wantError(t, err, `string column "s"`)
}

func TestConstructorsCopy(t *testing.T) {
	values := []float64{1, 2}
	s := NewFloat64("x", values)
	values[0] = 9
	diffValues(t, s, Float64, 1.0, 2.0)
	withNull, err := s.WithNulls([]bool{true, false})
	if err != nil {
		t.Fatal(err)
	}
	diffValues(t, withNull, Float64, nil, 2.0)
	diffValues(t, s, Float64, 1.0, 2.0)
	_, err = s.WithNulls([]bool{true})
	wantError(t, err, `column "x" has 2 rows, the null marks 1`)
}

func TestSliceAndTake(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 200).Draw(t, "n")
		s := columns(t, "s", n, shortTexts())
		lo := rapid.IntRange(0, n).Draw(t, "lo")
		hi := rapid.IntRange(lo, n).Draw(t, "hi")
		sliced := must[*Series](t)(s.Slice(lo, hi))
		taken := must[*Series](t)(s.Take(identity(n)[lo:hi]))
		if !sliced.Equal(taken) || sliced.NullCount() != taken.NullCount() || sliced.Hash() != taken.Hash() {
			t.Fatalf("slice %d:%d\n%v\ntake\n%v", lo, hi, sliced, taken)
		}
		if want := s.Values()[lo:hi]; len(want) > 0 && !s.Equal(must[*Series](t)(concatSeries([]*Series{s.Head(lo), sliced, s.Tail(n - hi)}))) {
			t.Fatalf("parts of %v do not make it up", s)
		}
	})
	s := series(t, "s", 1, 2)
	_, err := s.Slice(1, 3)
	wantError(t, err, `rows 1:3 are outside column "s" of 2 rows`)
	_, err = s.Take([]int{0, 2})
	wantError(t, err, `column "s": there is no row 2 among 2 rows`)
	_, err = s.Take([]int{-1})
	wantError(t, err, "no row -1")
}

func TestReductions(t *testing.T) {
	s := series(t, "s", 4, nil, 1, 2)
	if n := s.Count(); n != 3 {
		t.Errorf("count %d", n)
	}
	if sum := must[any](t)(s.Sum()); sum != int64(7) {
		t.Errorf("sum %v", sum)
	}
	got := []float64{must[float64](t)(s.Mean()), must[float64](t)(s.Var()), must[float64](t)(s.Std()), must[float64](t)(s.Median()), must[float64](t)(s.Quantile(0.25))}
	want := []float64{7.0 / 3, 7.0 / 3, math.Sqrt(7.0 / 3), 2, 1.5}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-15 {
			t.Errorf("statistic %d is %v, want %v", i, got[i], want[i])
		}
	}
	if s.Min() != int64(1) || s.Max() != int64(4) || s.NUnique() != 3 {
		t.Errorf("min %v, max %v, n_unique %d", s.Min(), s.Max(), s.NUnique())
	}
}

func TestReductionsOfAwkwardColumns(t *testing.T) {
	empty := series(t, "e")
	if m := must[float64](t)(empty.Mean()); !math.IsNaN(m) {
		t.Errorf("mean of nothing is %v", m)
	}
	if sum := must[any](t)(empty.Sum()); sum != 0.0 || empty.Min() != nil {
		t.Errorf("sum of nothing is %v, min %v", sum, empty.Min())
	}
	withNaN := series(t, "x", math.NaN(), 2.0, -1.0, nil)
	if withNaN.Min() != -1.0 || withNaN.Max() != 2.0 {
		t.Errorf("min %v, max %v", withNaN.Min(), withNaN.Max())
	}
	if m := must[float64](t)(withNaN.Median()); !math.IsNaN(m) {
		t.Errorf("median with NaN is %v", m)
	}
	if v := must[float64](t)(series(t, "x", 1).Std()); !math.IsNaN(v) {
		t.Errorf("std of one value is %v", v)
	}
	_, err := series(t, "n", math.MaxInt64, 1).Sum()
	wantError(t, err, `"n" does not fit in int64`)
	_, err = series(t, "s", "x").Mean()
	wantError(t, err, `mean is not defined for string column "s"`)
	_, err = series(t, "x", 1).Quantile(1.5)
	wantError(t, err, "1.5 is not between 0 and 1")
	// Adding 0.1 ten million times one by one is off by 1e-4.
	tenths := NewFloat64("x", slices.Repeat([]float64{0.1}, 10_000_000))
	if sum := must[any](t)(tenths.Sum()).(float64); math.Abs(sum-1e6) > 1e-8 {
		t.Errorf("sum %v", sum)
	}
	flags := series(t, "b", true, nil, false)
	if any := must[bool](t)(flags.Any()); !any {
		t.Error("any is false")
	}
	if all := must[bool](t)(series(t, "b", true, nil).All()); !all {
		t.Error("all of true and null is false")
	}
	if sum := must[any](t)(flags.Sum()); sum != int64(1) {
		t.Errorf("sum of bools %v", sum)
	}
}

func TestTransforms(t *testing.T) {
	nan := math.NaN()
	apply := func(s *Series, err error) func() (*Series, error) { return func() (*Series, error) { return s, err } }
	ints, floats, texts := series(t, "n", -15, nil, 25, 3), series(t, "x", -1.5, nil, 2.675, nan), series(t, "s", " Ab ", nil, "ab", "héé")
	tests := []struct {
		name  string
		got   func() (*Series, error)
		dtype DType
		want  []any
	}{
		{"abs ints", apply(ints.Abs()), Int64, []any{int64(15), nil, int64(25), int64(3)}},
		{"abs floats", apply(floats.Abs()), Float64, []any{1.5, nil, 2.675, nan}},
		{"round floats", apply(floats.Round(2)), Float64, []any{-1.5, nil, 2.67, nan}},
		{"round to even", apply(series(t, "x", 0.5, 1.5, -2.5).Round(0)), Float64, []any{0.0, 2.0, -2.0}},
		{"round to tens", apply(series(t, "x", 25.0, 1234.0).Round(-1)), Float64, []any{20.0, 1230.0}},
		{"round ints", apply(ints.Round(-1)), Int64, []any{int64(-20), nil, int64(20), int64(0)}},
		{"round ints to nothing", apply(ints.Round(-30)), Int64, []any{int64(0), nil, int64(0), int64(0)}},
		{"clip", apply(ints.Clip(-1, 5)), Int64, []any{int64(-1), nil, int64(5), int64(3)}},
		{"clip below with a float", apply(ints.Clip(0.5, nil)), Float64, []any{0.5, nil, 25.0, 3.0}},
		{"clip floats", apply(floats.Clip(nil, 0)), Float64, []any{-1.5, nil, 0.0, nan}},
		{"fill_null", apply(ints.FillNull(0)), Int64, []any{int64(-15), int64(0), int64(25), int64(3)}},
		{"fill_null with a float", apply(ints.FillNull(0.5)), Float64, []any{-15.0, 0.5, 25.0, 3.0}},
		{"fill_null with a column", apply(texts.FillNull(series(t, "o", "p", "q", "r", nil))), String, []any{" Ab ", "q", "ab", "héé"}},
		{"is_in", apply(ints.IsIn([]any{3, 25.0, nil})), Bool, []any{false, false, true, true}},
		{"is_in text", apply(texts.IsIn([]any{"ab", "zz"})), Bool, []any{false, false, true, false}},
		{"cast to text", apply(floats.Cast(String)), String, []any{"-1.5", nil, "2.675", "NaN"}},
		{"cast to int", apply(series(t, "x", -1.9, nil, 2.0).Cast(Int64)), Int64, []any{int64(-1), nil, int64(2)}},
		{"cast ints to floats", apply(ints.Cast(Float64)), Float64, []any{-15.0, nil, 25.0, 3.0}},
		{"cast text to floats", apply(series(t, "s", " 1", "2e3", nil).Cast(Float64)), Float64, []any{1.0, 2000.0, nil}},
		{"cast text to ints", apply(series(t, "s", "007", nil).Cast(Int64)), Int64, []any{int64(7), nil}},
		{"cast text to bools", apply(series(t, "s", "True", "false").Cast(Bool)), Bool, []any{true, false}},
		{"cast ints to bools", apply(ints.Cast(Bool)), Bool, []any{true, nil, true, true}},
		{"cast nulls", apply(series(t, "x", nil).Cast(Bool)), Bool, []any{nil}},
		{"lower", apply(texts.StrLower()), String, []any{" ab ", nil, "ab", "héé"}},
		{"upper", apply(texts.StrUpper()), String, []any{" AB ", nil, "AB", "HÉÉ"}},
		{"strip", apply(texts.StrStrip("")), String, []any{"Ab", nil, "ab", "héé"}},
		{"strip letters", apply(texts.StrStrip("éa")), String, []any{" Ab ", nil, "b", "h"}},
		{"replace", apply(texts.StrReplace("b", "BB")), String, []any{" ABB ", nil, "aBB", "héé"}},
		{"contains", apply(texts.StrContains("b")), Bool, []any{true, nil, true, false}},
		{"startswith", apply(texts.StrStartsWith("a")), Bool, []any{false, nil, true, false}},
		{"endswith", apply(texts.StrEndsWith("é")), Bool, []any{false, nil, false, true}},
		{"len", apply(texts.StrLen()), Int64, []any{int64(4), nil, int64(2), int64(3)}},
		{"drop_nulls", apply(ints.DropNulls(), nil), Int64, []any{int64(-15), int64(25), int64(3)}},
		{"is_null", apply(ints.IsNull(), nil), Bool, []any{false, true, false, false}},
		{"unique", apply(series(t, "x", 1.0, nan, nil, nan, 0.0, math.Copysign(0, -1), nil).Unique(), nil), Float64, []any{1.0, nan, nil, 0.0}},
		{"sort", apply(series(t, "x", 2.0, nan, nil, -1.0, math.Inf(1)).Sort(false), nil), Float64, []any{-1.0, 2.0, math.Inf(1), nan, nil}},
		{"sort descending", apply(series(t, "x", 2.0, nan, nil, -1.0, math.Inf(1)).Sort(true), nil), Float64, []any{math.Inf(1), 2.0, -1.0, nan, nil}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.got()
			if err != nil {
				t.Fatal(err)
			}
			diffValues(t, got, test.dtype, test.want...)
		})
	}
}

func TestTransformErrors(t *testing.T) {
	texts, ints, flags := series(t, "s", "x", nil), series(t, "n", math.MinInt64, 2), series(t, "b", true)
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"abs of text", second(texts.Abs()), `abs is not defined for string column "s"`},
		{"abs overflow", second(ints.Abs()), `abs of column "n", row 0`},
		{"round of bools", second(flags.Round(1)), "round is not defined for bool"},
		{"round overflow", second(ints.Round(-1)), `round of column "n", row 0`},
		{"clip of text", second(texts.Clip(0, 1)), "clip is not defined for string"},
		{"clip limits", second(ints.Clip(2, 1)), "low 2 is above high 1"},
		{"clip text limits", second(ints.Clip("a", nil)), "the limits are string"},
		{"fill_null", second(texts.FillNull(1)), `string column "s" cannot hold int64 1`},
		{"fill_null lengths", second(texts.FillNull(ints.Head(1))), "has 2 rows, the values 1"},
		{"is_in", second(texts.IsIn([]any{1})), `string column "s" is compared with int64 values`},
		{"cast text", second(texts.Cast(Float64)), `cast of column "s" to float64, row 0: "x" is not a number`},
		{"cast NaN", second(series(t, "x", math.NaN()).Cast(Int64)), "NaN does not fit"},
		{"cast large", second(series(t, "x", 9223372036854775808.0).Cast(Int64)), "does not fit"},
		{"cast to bool", second(series(t, "s", "yes").Cast(Bool)), `"yes" is neither true nor false`},
		{"cast unknown", second(ints.Cast(DType(9))), "unknown dtype 9"},
		{"lower of ints", second(ints.StrLower()), `str.lower is not defined for int64 column "n"`},
		{"any of ints", second(ints.Any()), "any is not defined for int64"},
		{"neg of text", second(texts.Neg()), "unary - is not defined for string"},
		{"not of ints", second(ints.Not()), "~ is not defined for int64"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { wantError(t, test.err, test.want) })
	}
}

func second[T any](_ T, err error) error { return err }

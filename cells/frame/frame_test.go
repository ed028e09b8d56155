package frame

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func people(t testing.TB) *Frame {
	return frameOf(t, series(t, "name", "Ann", "Bob", nil, "Dan"), series(t, "age", 30, nil, 25, 30), series(t, "score", 1.5, 2.5, math.NaN(), nil))
}

func TestNewErrors(t *testing.T) {
	_, err := New(series(t, "a", 1), series(t, "a", 2))
	wantError(t, err, `two columns are named "a"`)
	_, err = New(series(t, "a", 1), series(t, "b", 1, 2))
	wantError(t, err, `column "a" has 1 rows, column "b" has 2`)
	_, err = New(series(t, "a", 1), nil)
	wantError(t, err, "column 1 is nil")
}

func TestColumnError(t *testing.T) {
	f := people(t)
	_, err := f.Column("Scores")
	wantError(t, err, `no column "Scores"; did you mean "score"? (available: "age", "name", "score")`)
	var columnError *ColumnError
	if !errors.As(err, &columnError) || columnError.Suggestion() != "score" {
		t.Errorf("%#v", err)
	}
	_, err = f.Select("name", "x", "b")
	wantError(t, err, `no columns "b", "x" (available:`)
	_, err = (&Frame{}).Column("x")
	wantError(t, err, `no column "x" (there are no columns)`)
	wine := frameOf(t, series(t, "fixed acidity", 1), series(t, "volatile acidity", 1))
	_, err = wine.Column("volatile_acidity")
	wantError(t, err, `did you mean "volatile acidity"?`)
	_, err = wine.Column("quality")
	wantError(t, err, `no column "quality" (available`)
}

func TestSelectAndChange(t *testing.T) {
	f := people(t)
	tests := []struct {
		name string
		got  func() (*Frame, error)
		want [][]any
	}{
		{"select", func() (*Frame, error) { return f.Select("age", "name") },
			[][]any{{"age int64", "name string"}, {int64(30), "Ann"}, {nil, "Bob"}, {int64(25), nil}, {int64(30), "Dan"}}},
		{"drop", func() (*Frame, error) { return f.Drop("age", "score") }, [][]any{{"name string"}, {"Ann"}, {"Bob"}, {nil}, {"Dan"}}},
		{"rename", func() (*Frame, error) {
			g, err := f.Head(1).Rename(map[string]string{"age": "name", "name": "age"})
			return g, err
		}, [][]any{{"age string", "name int64", "score float64"}, {"Ann", int64(30), 1.5}}},
		{"with_column new", func() (*Frame, error) { return f.Head(1).WithColumn("ok", series(t, "x", true)) },
			[][]any{{"name string", "age int64", "score float64", "ok bool"}, {"Ann", int64(30), 1.5, true}}},
		{"with_column in place", func() (*Frame, error) { return f.Head(1).WithColumn("name", series(t, "x", 7)) },
			[][]any{{"name int64", "age int64", "score float64"}, {int64(7), int64(30), 1.5}}},
		{"filter", func() (*Frame, error) { return f.Filter(series(t, "m", true, nil, false, true)) },
			[][]any{{"name string", "age int64", "score float64"}, {"Ann", int64(30), 1.5}, {"Dan", int64(30), nil}}},
		{"take", func() (*Frame, error) { return f.Take([]int{3, 3}) },
			[][]any{{"name string", "age int64", "score float64"}, {"Dan", int64(30), nil}, {"Dan", int64(30), nil}}},
		{"tail", func() (*Frame, error) { return f.Tail(1), nil }, [][]any{{"name string", "age int64", "score float64"}, {"Dan", int64(30), nil}}},
		{"slice", func() (*Frame, error) { return f.Slice(1, 2) }, [][]any{{"name string", "age int64", "score float64"}, {"Bob", nil, 2.5}}},
		{"head of many", func() (*Frame, error) { g, err := f.Head(99).Select("name"); return g, err }, [][]any{{"name string"}, {"Ann"}, {"Bob"}, {nil}, {"Dan"}}},
		{"fill_null number", func() (*Frame, error) { return f.FillNull(0) },
			[][]any{{"name string", "age int64", "score float64"}, {"Ann", int64(30), 1.5}, {"Bob", int64(0), 2.5}, {nil, int64(25), math.NaN()}, {"Dan", int64(30), 0.0}}},
		{"fill_null text", func() (*Frame, error) { g, err := f.FillNull("?", "name"); return g.slice(2, 3), err },
			[][]any{{"name string", "age int64", "score float64"}, {"?", int64(25), math.NaN()}}},
		{"drop_nulls", func() (*Frame, error) { return f.DropNulls() }, [][]any{{"name string", "age int64", "score float64"}, {"Ann", int64(30), 1.5}}},
		{"drop_nulls of some", func() (*Frame, error) { g, err := f.DropNulls("age", "score"); return g.slice(1, 2), err },
			[][]any{{"name string", "age int64", "score float64"}, {nil, int64(25), math.NaN()}}},
		{"drop_duplicates", func() (*Frame, error) { g, err := f.DropDuplicates("age"); g2, _ := g.Select("name"); return g2, err },
			[][]any{{"name string"}, {"Ann"}, {"Bob"}, {nil}}},
		{"concat", func() (*Frame, error) {
			return Concat(frameOf(t, series(t, "a", 1), series(t, "b", "x")), frameOf(t, series(t, "b", nil), series(t, "a", 2.5)))
		}, [][]any{{"a float64", "b string"}, {1.0, "x"}, {2.5, nil}}},
		{"value_counts", func() (*Frame, error) { return series(t, "q", 6, 5, nil, 5, 6, nil, 7).ValueCounts(), nil },
			[][]any{{"q int64", "count int64"}, {int64(5), int64(2)}, {int64(6), int64(2)}, {nil, int64(2)}, {int64(7), int64(1)}}},
		{"value_counts of a frame", func() (*Frame, error) { return f.ValueCounts("age") },
			[][]any{{"age int64", "count int64"}, {int64(30), int64(2)}, {int64(25), int64(1)}, {nil, int64(1)}}},
		{"value_counts of count", func() (*Frame, error) { return series(t, "count", "x").ValueCounts(), nil },
			[][]any{{"value string", "count int64"}, {"x", int64(1)}}},
		{"unique", func() (*Frame, error) {
			return frameOf(t, series(t, "a", 1, 1, nil, 1, nil), series(t, "b", "x", "y", nil, "x", nil)).Unique(), nil
		}, [][]any{{"a int64", "b string"}, {int64(1), "x"}, {int64(1), "y"}, {nil, nil}}},
		{"describe numbers", func() (*Frame, error) {
			g, err := f.Select("name", "age")
			d, _ := g.Describe(context.Background())
			return d, err
		},
			[][]any{{"statistic string", "age float64"}, {"count", 3.0}, {"mean", 85.0 / 3}, {"std", 2.886751345948129}, {"min", 25.0}, {"25%", 27.5}, {"50%", 30.0}, {"75%", 30.0}, {"max", 30.0}}},
		{"describe texts", func() (*Frame, error) {
			g, err := f.Select("name")
			d, _ := g.Describe(context.Background())
			return d, err
		},
			[][]any{{"statistic string", "name string"}, {"count", "3"}, {"unique", "3"}, {"top", "Ann"}, {"freq", "1"}}},
		{"describe one value", func() (*Frame, error) { return series(t, "x", 2, nil).Describe(context.Background()) },
			[][]any{{"statistic string", "x float64"}, {"count", 1.0}, {"mean", 2.0}, {"std", nil}, {"min", 2.0}, {"25%", 2.0}, {"50%", 2.0}, {"75%", 2.0}, {"max", 2.0}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.got()
			if err != nil {
				t.Fatal(err)
			}
			diffTable(t, got, test.want)
		})
	}
}

func TestFrameErrors(t *testing.T) {
	f := people(t)
	ctx := context.Background()
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"filter by ints", second(f.Filter(series(t, "m", 1, 0, 1, 0))), `the mask "m" is int64`},
		{"filter length", second(f.Filter(series(t, "m", true))), `the mask "m" has 1 rows, the data 4`},
		{"take", second(f.Take([]int{4})), "no row 4 among 4 rows"},
		{"slice", second(f.Slice(3, 9)), "rows 3:9 are outside a frame of 4 rows"},
		{"sample", second(f.Sample(5, 1)), "cannot draw 5 rows from 4"},
		{"drop", second(f.Drop("agee")), `no column "agee"; did you mean "age"?`},
		{"rename", second(f.Rename(map[string]string{"age": "name"})), `two columns are named "name"`},
		{"with_column", second(f.WithColumn("x", series(t, "x", 1))), `column "x" has 1 rows, the frame has 4`},
		{"fill_null kind", second(frameOf(t, series(t, "a", 1)).FillNull("x")), `no column holds values like string "x"`},
		{"concat columns", second(Concat(f, f.Head(1), frameOf(t, series(t, "a", 1)))), `frame 2 has "a"`},
		{"concat dtypes", second(Concat(frameOf(t, series(t, "a", 1)), frameOf(t, series(t, "a", "x")))), `column "a" is int64 in one part and string in another`},
		{"sort", second(f.Sort(ctx, []string{"x"}, nil)), `sort: no column "x"`},
		{"sort by nothing", second(f.Sort(ctx, nil, nil)), "sort: name one column"},
		{"sort directions", second(f.Sort(ctx, []string{"age"}, []bool{true, false})), "1 columns but 2 directions"},
		{"group_by", second(f.GroupBy("x")), `group_by: no column "x"`},
		{"group_by nothing", second(f.GroupBy()), "group_by: name one key column"},
		{"value_counts", second(f.ValueCounts("age", "age")), "name each column once"},
		{"join how", second(f.Join(ctx, f, []string{"age"}, "full", "")), `how is "full": use inner, left, right or outer`},
		{"join on", second(f.Join(ctx, f, nil, "left", "")), "join: name one key column"},
		{"join left key", second(f.Join(ctx, f, []string{"x"}, "left", "")), `left frame: no column "x"`},
		{"join right key", second(f.Join(ctx, frameOf(t, series(t, "x", 1)), []string{"age"}, "left", "")), `right frame: no column "age"`},
		{"join dtypes", second(f.Join(ctx, frameOf(t, series(t, "age", "30")), []string{"age"}, "left", "")), `key "age" is int64 on the left and string on the right`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { wantError(t, test.err, test.want) })
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	for name, err := range map[string]error{
		"sort":     second(f.Sort(done, []string{"age"}, nil)),
		"join":     second(f.Join(done, f, []string{"age"}, "left", "")),
		"describe": second(f.Describe(done)),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s does not stop: %v", name, err)
		}
	}
}

func TestSample(t *testing.T) {
	f := frameOf(t, NewInt64("i", []int64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}))
	first := must[*Frame](t)(f.Sample(4, 42))
	diffTable(t, first, [][]any{{"i int64"}, {int64(8)}, {int64(9)}, {int64(3)}, {int64(2)}}) // pinned: seeds must keep their meaning
	all := must[*Frame](t)(f.Sample(10, 7)).cols[0].Sort(false)
	if !all.Equal(f.cols[0]) {
		t.Errorf("a full sample is not a permutation: %v", all)
	}
}

func TestSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := frames(t, "frame", shortTexts())
		by := rapid.SliceOfNDistinct(rapid.SampledFrom(f.Columns()), 1, len(f.cols), rapid.ID).Draw(t, "by")
		desc := rapid.SliceOfN(rapid.Bool(), len(by), len(by)).Draw(t, "desc")
		want := identity(f.rows)
		slices.SortStableFunc(want, func(a, b int) int {
			for k, name := range by {
				if order := naiveOrder(f.cols[f.index[name]], a, b, desc[k]); order != 0 {
					return order
				}
			}
			return 0
		})
		if got := must[*Frame](t)(f.Sort(context.Background(), by, desc)); !got.Equal(f.take(want)) {
			t.Fatalf("sort of\n%v\nby %v desc %v gives\n%v\nwant\n%v", f, by, desc, got, f.take(want))
		}
	})
}

func naiveOrder(c *Series, a, b int, desc bool) int {
	class := func(i int) int {
		switch {
		case c.Null(i):
			return 2
		case c.isNaN(i):
			return 1
		}
		return 0
	}
	if class(a) != class(b) || class(a) > 0 {
		return class(a) - class(b)
	}
	if desc {
		return c.order(b, a)
	}
	return c.order(a, b)
}

func TestGroupBy(t *testing.T) {
	f := frameOf(t, series(t, "k", "b", "a", "b", nil, "a", nil), series(t, "v", 1, 2, 3, 4, nil, nil), series(t, "w", 1.5, 2.5, 0.5, math.NaN(), 4.0, 1.0))
	g := must[*Groups](t)(f.GroupBy("k"))
	got := must[*Frame](t)(g.Agg(context.Background(), []Agg{{Fn: "count"}, {Col: "v", Fn: "count"}, {Col: "v", Fn: "sum", As: "total"}, {Col: "v", Fn: "mean"},
		{Col: "v", Fn: "std"}, {Col: "w", Fn: "max"}, {Col: "w", Fn: "median"}, {Col: "v", Fn: "first"}, {Col: "v", Fn: "last"}, {Col: "v", Fn: "n_unique"}, {Col: "k", Fn: "min"}}))
	diffTable(t, got, [][]any{
		{"k string", "count int64", "v_count int64", "total int64", "v_mean float64", "v_std float64", "w_max float64", "w_median float64", "v_first int64", "v_last int64", "v_n_unique int64", "k_min string"},
		{"a", int64(2), int64(1), int64(2), 2.0, nil, 4.0, 3.25, int64(2), nil, int64(1), "a"},
		{"b", int64(2), int64(2), int64(4), 2.0, math.Sqrt(2), 1.5, 1.0, int64(1), int64(3), int64(2), "b"},
		{nil, int64(2), int64(1), int64(4), 4.0, nil, 1.0, math.NaN(), int64(4), nil, int64(1), nil},
	})
	empty := must[*Groups](t)(f.Head(0).GroupBy("k", "v"))
	diffTable(t, must[*Frame](t)(empty.Agg(context.Background(), []Agg{{Col: "w", Fn: "mean"}})), [][]any{{"k string", "v int64", "w_mean float64"}})
	for want, agg := range map[string]Agg{
		`unknown function "avg" for column "v": use count, sum`: {Col: "v", Fn: "avg"},
		`no column "vv"`:                          {Col: "vv", Fn: "sum"},
		`mean is not defined for string`:          {Col: "k", Fn: "mean"},
		`two columns are named "k": give another`: {Col: "v", Fn: "sum", As: "k"},
		`no column "" (available: "k", "v", "w")`: {Fn: "sum"},
	} {
		_, err := g.Agg(context.Background(), []Agg{agg})
		wantError(t, err, want)
	}
}

// Groups are what filtering by each key gives.
func TestGroupByAgainstFilter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := frames(t, "frame", shortTexts())
		keys := rapid.SliceOfNDistinct(rapid.SampledFrom(f.Columns()), 1, len(f.cols), rapid.ID).Draw(t, "keys")
		value := rapid.SampledFrom(f.Columns()).Draw(t, "value")
		g := must[*Groups](t)(f.GroupBy(keys...))
		got := must[*Frame](t)(g.Agg(context.Background(), []Agg{{Fn: "count", As: "#"}, {Col: value, Fn: "first", As: "f"}, {Col: value, Fn: "n_unique", As: "u"}}))
		keyCols := must[*Frame](t)(f.Select(keys...))
		want := must[*Frame](t)(keyCols.Unique().Sort(context.Background(), keys, nil))
		if groups := must[*Frame](t)(got.Select(keys...)); !groups.Equal(want) {
			t.Fatalf("keys\n%v\nwant\n%v", groups, want)
		}
		for k := range want.rows {
			var rows []int
			for i := range f.rows {
				if cmp.Equal(rowKey(keyCols, i), rowKey(want, k)) {
					rows = append(rows, i)
				}
			}
			part := f.take(rows).cols[f.index[value]]
			row := got.Row(k)[len(keys):]
			if row[0] != int64(len(rows)) || row[2] != int64(part.NUnique()) || formatValue(row[1]) != formatValue(part.Value(0)) {
				t.Fatalf("group %d: %v of\n%v", k, row, part)
			}
		}
	})
}

// rowKey is a row with its floats as bits, so that == is the equality of keys.
func rowKey(f *Frame, i int) []any {
	row := f.Row(i)
	for j, v := range row {
		if x, ok := v.(float64); ok {
			row[j] = keyBits(x)
		}
	}
	return row
}

func TestJoin(t *testing.T) {
	left := frameOf(t, series(t, "k", "a", "b", nil, "a", "c"), series(t, "v", 1, 2, 3, 4, 5))
	right := frameOf(t, series(t, "v", 10, 20, 30, 40), series(t, "k", "a", nil, "d", "a"))
	head := []any{"k string", "v int64", "v_right int64"}
	n := func(v int) int64 { return int64(v) }
	tests := map[string][][]any{
		"inner": {head, {"a", n(1), n(10)}, {"a", n(1), n(40)}, {"a", n(4), n(10)}, {"a", n(4), n(40)}},
		"left":  {head, {"a", n(1), n(10)}, {"a", n(1), n(40)}, {"b", n(2), nil}, {nil, n(3), nil}, {"a", n(4), n(10)}, {"a", n(4), n(40)}, {"c", n(5), nil}},
		"right": {head, {"a", n(1), n(10)}, {"a", n(4), n(10)}, {nil, nil, n(20)}, {"d", nil, n(30)}, {"a", n(1), n(40)}, {"a", n(4), n(40)}},
		"outer": {head, {"a", n(1), n(10)}, {"a", n(1), n(40)}, {"b", n(2), nil}, {nil, n(3), nil}, {"a", n(4), n(10)}, {"a", n(4), n(40)}, {"c", n(5), nil},
			{nil, nil, n(20)}, {"d", nil, n(30)}},
	}
	for how, want := range tests {
		t.Run(how, func(t *testing.T) {
			diffTable(t, must[*Frame](t)(left.Join(context.Background(), right, []string{"k"}, how, "")), want)
		})
	}
	taken := frameOf(t, series(t, "k", "a"), series(t, "v", 1), series(t, "v_right", 1))
	_, err := taken.Join(context.Background(), right, []string{"k"}, "left", "")
	wantError(t, err, `two columns are named "v_right": rename a column or choose another suffix than "_right"`)
}

func TestJoinTooLarge(t *testing.T) {
	same := NewInt64("k", make([]int64, 20_000))
	f := frameOf(t, same)
	_, err := f.Join(context.Background(), f, []string{"k"}, "inner", "")
	wantError(t, err, "more than 268435456 rows: the keys repeat on both sides")
}

func TestJoinAgainstNestedLoops(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		left, right := keyedFrame(t, "left"), keyedFrame(t, "right")
		on := []string{"k", "m"}
		got := must[*Frame](t)(left.Join(context.Background(), right, on, "inner", ""))
		var want [][]any
		for i := range left.rows {
			for j := range right.rows {
				l, r := rowKey(left, i), rowKey(right, j)
				if l[0] != nil && l[1] != nil && l[0] == r[0] && l[1] == r[1] {
					want = append(want, []any{left.cols[2].Value(i), right.cols[2].Value(j)})
				}
			}
		}
		var rows [][]any
		for i := range got.rows {
			rows = append(rows, got.Row(i)[2:])
		}
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Fatalf("%v\njoined with\n%v\n(-want +got):\n%s", left, right, diff)
		}
		// Every left row is in the left join, every row of both in the outer one.
		outer := must[*Frame](t)(left.Join(context.Background(), right, on, "outer", ""))
		leftJoin := must[*Frame](t)(left.Join(context.Background(), right, on, "left", ""))
		if must[*Frame](t)(leftJoin.Select("i")).cols[0].NUnique() != left.rows {
			t.Fatalf("left join lost rows:\n%v", leftJoin)
		}
		if outer.cols[2].NUnique() != left.rows || outer.cols[3].NUnique() != right.rows {
			t.Fatalf("outer join lost rows:\n%v", outer)
		}
	})
}

// keyedFrame has keys k and m with repeats and nulls, and the row's number i.
func keyedFrame(t *rapid.T, label string) *Frame {
	n := rapid.IntRange(0, 8).Draw(t, label+" rows")
	draw := func(name string, values ...any) *Series {
		return must[*Series](t)(FromAny(name, rapid.SliceOfN(rapid.SampledFrom(values), n, n).Draw(t, label+" "+name)))
	}
	rows := make([]int64, n)
	for i := range rows {
		rows[i] = int64(i)
	}
	return must[*Frame](t)(New(draw("k", 0.0, math.Copysign(0, -1), math.NaN(), 1.0, nil), draw("m", "x", "y", nil), NewInt64("i", rows)))
}

func TestFloat64Matrix(t *testing.T) {
	f := frameOf(t, series(t, "n", 1, 2), series(t, "x", 0.5, math.NaN()), series(t, "ok", true, false), series(t, "s", "1", "abc"), series(t, "z", 1, nil), series(t, "d", "1", "2"))
	data, names, err := f.Float64Matrix([]string{"x", "n", "ok"})
	if err != nil || !slices.Equal(names, []string{"x", "n", "ok"}) || len(data) != 6 {
		t.Fatalf("%v %v %v", data, names, err)
	}
	if data[0] != 0.5 || data[1] != 1 || data[2] != 1 || !math.IsNaN(data[3]) || data[4] != 2 || data[5] != 0 {
		t.Errorf("data %v", data)
	}
	for column, want := range map[string]string{
		"s": `column "s", row 1: "abc" is not a number`,
		"z": `column "z", row 1 is null; fill_null or drop_nulls`,
		"d": `column "d" is string although every value is a number: cast it to float64`,
		"q": `no column "q"`,
	} {
		_, _, err := f.Float64Matrix([]string{column})
		wantError(t, err, want)
	}
}

func TestIsDuplicated(t *testing.T) {
	f := frameOf(t, series(t, "a", 1, 1, nil, 1, nil), series(t, "b", "x", "y", nil, "x", nil))
	diffValues(t, must[*Series](t)(f.IsDuplicated()), Bool, false, false, false, true, true)
	diffValues(t, must[*Series](t)(f.IsDuplicated("a")), Bool, false, true, false, true, true)
	_, err := f.IsDuplicated("z")
	wantError(t, err, `is_duplicated: no column "z"`)
}

// What is taken and what is left make up the whole.
func TestFilterAndItsComplement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := frames(t, "frame", shortTexts())
		keep := rapid.SliceOfN(rapid.Bool(), f.rows, f.rows).Draw(t, "keep")
		mask := NewBool("m", keep)
		kept := must[*Frame](t)(f.Filter(mask))
		left := must[*Frame](t)(f.Filter(must[*Series](t)(mask.Not())))
		var order []int
		for _, wanted := range []bool{true, false} {
			for i, k := range keep {
				if k == wanted {
					order = append(order, i)
				}
			}
		}
		if both := must[*Frame](t)(Concat(kept, left)); f.rows > 0 && both.rows != f.rows {
			t.Fatalf("%d rows of %d", both.rows, f.rows)
		}
		if taken := must[*Frame](t)(f.Take(order)); !taken.Head(kept.rows).Equal(kept) || !taken.Tail(left.rows).Equal(left) {
			t.Fatalf("take gives\n%v\nfilter\n%v\nand\n%v", taken, kept, left)
		}
	})
}

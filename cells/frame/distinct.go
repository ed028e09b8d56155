package frame

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// rowKeys numbers the distinct rows of the named columns, or of all if there
// are no names.
func (f *Frame) rowKeys(names []string) (ids []int32, first []int, err error) {
	cols := f.cols
	if len(names) > 0 {
		if cols, err = f.columns(names); err != nil {
			return nil, nil, err
		}
	}
	if len(cols) == 0 {
		return nil, nil, nil
	}
	ids, first = rowIDs(cols)
	return ids, first, nil
}

// IsDuplicated is true for each row that equals an earlier one in the named
// columns (all, if none are named). Null equals null.
func (f *Frame) IsDuplicated(names ...string) (*Series, error) {
	_, first, err := f.rowKeys(names)
	if err != nil {
		return nil, fmt.Errorf("is_duplicated: %w", err)
	}
	out := slices.Repeat([]bool{true}, f.rows)
	for _, r := range first {
		out[r] = false
	}
	return ofBools("is_duplicated", out, nil), nil
}

// DropDuplicates keeps the first of the rows that are equal in the named
// columns (all, if none are named).
func (f *Frame) DropDuplicates(names ...string) (*Frame, error) {
	_, first, err := f.rowKeys(names)
	if err != nil {
		return nil, fmt.Errorf("drop_duplicates: %w", err)
	}
	return f.take(first), nil
}

// Unique keeps the first of each distinct row.
func (f *Frame) Unique() *Frame {
	if len(f.cols) == 0 {
		return f
	}
	_, first := rowIDs(f.cols)
	return f.take(first)
}

// ValueCounts counts the distinct values, null included: columns value (under
// the column's name) and count, the most frequent first, equal counts in the
// order of the values.
func (s *Series) ValueCounts() *Frame {
	name := s.name
	if name == "" || name == "count" {
		name = "value"
	}
	return countRows([]*Series{s.Rename(name)}, "count")
}

// ValueCounts counts the distinct rows of the named columns (all, if none are
// named) as Series.ValueCounts does.
func (f *Frame) ValueCounts(names ...string) (*Frame, error) {
	cols := f.cols
	if len(names) > 0 {
		var err error
		if cols, err = f.columns(names); err != nil {
			return nil, fmt.Errorf("value_counts: %w", err)
		}
	}
	if _, err := New(cols...); err != nil || len(cols) == 0 {
		return nil, fmt.Errorf("value_counts: name each column once")
	}
	count := "count"
	for slices.ContainsFunc(cols, func(c *Series) bool { return c.name == count }) {
		count += "_"
	}
	return countRows(cols, count), nil
}

// countRows: the names are distinct, and none is count.
func countRows(cols []*Series, count string) *Frame {
	ids, first := rowIDs(cols)
	counts := make([]int64, len(first))
	for _, id := range ids {
		counts[id]++
	}
	order := []*Series{ofInts(count, counts, nil)}
	out := &Frame{rows: len(first), index: map[string]int{count: len(cols)}}
	for i, c := range cols {
		out.cols = append(out.cols, c.take(first))
		out.index[c.name] = i
	}
	order = append(order, out.cols...)
	out.cols = append(out.cols, order[0])
	desc := make([]bool, len(order))
	desc[0] = true
	rows := identity(out.rows)
	for i := len(order) - 1; i >= 0; i-- {
		rows = order[i].sortStable(rows, desc[i])
	}
	return out.take(rows)
}

// FillNull replaces nulls by value in the named columns; without names in every
// column of the value's kind, an error if there is none. An int does not turn
// up in Bool columns, nor text in numbers.
func (f *Frame) FillNull(value any, names ...string) (*Frame, error) {
	with, err := newOperand(value)
	if err != nil {
		return nil, fmt.Errorf("fill_null: %w", err)
	}
	if _, err := f.columns(names); err != nil {
		return nil, fmt.Errorf("fill_null: %w", err)
	}
	cols := slices.Clone(f.cols)
	fits := 0
	for i, c := range cols {
		sameKind := c.dtype == with.dtype || (c.dtype.IsNumeric() && with.dtype.IsNumeric()) || c.nullCount == c.n
		if (len(names) == 0 && !sameKind) || (len(names) > 0 && !slices.Contains(names, c.name)) {
			continue
		}
		fits++
		if cols[i], err = c.FillNull(value); err != nil {
			return nil, err
		}
	}
	if fits == 0 && len(cols) > 0 {
		return nil, fmt.Errorf("fill_null: no column holds values like %s", with.describe())
	}
	return New(cols...)
}

// DropNulls leaves out the rows with a null in one of the named columns (any
// column, if none are named).
func (f *Frame) DropNulls(names ...string) (*Frame, error) {
	cols := f.cols
	if len(names) > 0 {
		var err error
		if cols, err = f.columns(names); err != nil {
			return nil, fmt.Errorf("drop_nulls: %w", err)
		}
	}
	var nulls bitmap
	for _, c := range cols {
		nulls = nulls.or(c.nulls)
	}
	if nulls == nil {
		return f, nil
	}
	var kept []int
	for i := range f.rows {
		if !nulls.get(i) {
			kept = append(kept, i)
		}
	}
	return f.take(kept), nil
}

// Describe sums up the columns as pandas does: rows count, mean, std, min, 25%,
// 50%, 75%, max, one Float64 column per numeric one. A frame without numeric
// columns gives count, unique, top, freq of its other columns as text. The
// column "statistic" names the rows.
func (f *Frame) Describe(ctx context.Context) (*Frame, error) {
	var numeric []*Series
	for _, c := range f.cols {
		if c.dtype.IsNumeric() {
			numeric = append(numeric, c)
		}
	}
	names, columns, summary := numberStats, numeric, describeNumbers
	if len(numeric) == 0 {
		names, columns, summary = textStats, f.cols, describeTexts
	}
	cols := []*Series{NewString(f.freeName("statistic"), names)}
	for _, c := range columns {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		cols = append(cols, summary(c))
	}
	return New(cols...)
}

// Describe sums up one column as Frame.Describe does.
func (s *Series) Describe(ctx context.Context) (*Frame, error) {
	f, err := New(s)
	if err != nil {
		return nil, err
	}
	return f.Describe(ctx)
}

// freeName is name, lengthened until no column has it.
func (f *Frame) freeName(name string) string {
	for f.Has(name) {
		name += "_"
	}
	return name
}

var (
	numberStats = []string{"count", "mean", "std", "min", "25%", "50%", "75%", "max"}
	textStats   = []string{"count", "unique", "top", "freq"}
)

func describeNumbers(c *Series) *Series {
	values := c.validFloats()
	order := sorted(values)
	stats := []float64{float64(len(values)), mean(values), math.Sqrt(variance(values)),
		quantile(order, 0), quantile(order, 0.25), quantile(order, 0.5), quantile(order, 0.75), quantile(order, 1)}
	return ofFloats(c.name, stats, undefinedStats(c, stats))
}

// undefinedStats marks what a column has too few values for, which is not the
// NaN that a NaN among the values gives.
func undefinedStats(c *Series, stats []float64) bitmap {
	nulls := newBitmap(len(stats))
	for i := 1; i < len(stats); i++ {
		if c.Count() == 0 || (c.Count() == 1 && numberStats[i] == "std") {
			nulls.set(i)
		}
	}
	return nulls
}

func describeTexts(c *Series) *Series {
	counts := c.DropNulls().ValueCounts()
	out := []any{formatValue(int64(c.Count())), formatValue(int64(counts.rows)), nil, nil}
	if counts.rows > 0 {
		out[2], out[3] = formatValue(counts.cols[0].Value(0)), formatValue(counts.cols[1].Value(0))
	}
	return stringsFromAny(c.name, out)
}

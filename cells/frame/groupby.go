package frame

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// An Agg is one column of a group-by result: function Fn of column Col, under
// the name As (default Col_Fn). For count, Col may be empty: the number of rows.
type Agg struct {
	Col, Fn, As string
}

// Functions are the names that Agg.Fn may have:
//
//   - count: values that are not null; n_unique: distinct ones
//   - sum mean std var median min max: as the methods of Series, null where a
//     group has too few values (sum: 0)
//   - first, last: the value in the group's first and last row, null or not
var Functions = []string{"count", "sum", "mean", "min", "max", "std", "var", "median", "first", "last", "n_unique"}

// Groups are the rows of a frame by key.
type Groups struct {
	frame *Frame
	keys  []*Series
}

// GroupBy groups the rows that are equal in the key columns; null equals null
// and NaN equals NaN.
func (f *Frame) GroupBy(keys ...string) (*Groups, error) {
	if len(keys) == 0 {
		return nil, fmt.Errorf("group_by: name one key column at least")
	}
	cols, err := f.columns(keys)
	if err != nil {
		return nil, fmt.Errorf("group_by: %w", err)
	}
	return &Groups{frame: f, keys: cols}, nil
}

// Agg gives one row per group, in the order of the keys (null last): the key
// columns, then one column per aggregation.
func (g *Groups) Agg(ctx context.Context, aggs []Agg) (*Frame, error) {
	for _, a := range aggs {
		if err := g.check(a); err != nil {
			return nil, fmt.Errorf("agg: %w", err)
		}
	}
	parts, keys, err := g.split(ctx)
	if err != nil {
		return nil, err
	}
	cols := keys
	for _, a := range aggs {
		col, err := g.aggregate(ctx, a, parts)
		if err != nil {
			return nil, fmt.Errorf("agg: %w", err)
		}
		cols = append(cols, col)
	}
	out, err := New(cols...)
	if err != nil {
		return nil, fmt.Errorf("agg: %w: give another name with as", err)
	}
	return out, nil
}

func (g *Groups) check(a Agg) error {
	if !slices.Contains(Functions, a.Fn) {
		return fmt.Errorf("unknown function %q for column %q: use %s", a.Fn, a.Col, strings.Join(Functions, ", "))
	}
	if a.Col == "" && a.Fn == "count" && !g.frame.Has("") {
		return nil
	}
	c, err := g.frame.Column(a.Col)
	if err != nil {
		return err
	}
	if c.dtype == String && slices.Contains([]string{"sum", "mean", "std", "var", "median"}, a.Fn) {
		return typeError(a.Fn, c)
	}
	return nil
}

// partition lists rows group by group: group k is rows[start[k]:start[k+1]],
// in row order.
type partition struct {
	rows, start []int
}

func (p partition) len() int { return len(p.start) - 1 }

// split finds the groups and their keys, in key order.
func (g *Groups) split(ctx context.Context) (partition, []*Series, error) {
	ids, first := rowIDs(g.keys)
	keys := make([]*Series, len(g.keys))
	for i, k := range g.keys {
		keys[i] = k.take(first)
	}
	order, err := sortRows(ctx, keys, make([]bool, len(keys)))
	if err != nil {
		return partition{}, nil, err
	}
	place := make([]int, len(order))
	for at, k := range order {
		place[k] = at
	}
	for i, k := range keys {
		keys[i] = k.take(order)
	}
	return partitionRows(len(order), ids, place), keys, nil
}

func partitionRows(groups int, ids []int32, place []int) partition {
	p := partition{rows: make([]int, len(ids)), start: make([]int, groups+1)}
	for _, id := range ids {
		p.start[place[id]+1]++
	}
	for k := range groups {
		p.start[k+1] += p.start[k]
	}
	next := slices.Clone(p.start)
	for row, id := range ids {
		k := place[id]
		p.rows[next[k]] = row
		next[k]++
	}
	return p
}

func (g *Groups) aggregate(ctx context.Context, a Agg, p partition) (*Series, error) {
	name := a.As
	if name == "" {
		name = strings.TrimPrefix(a.Col+"_"+a.Fn, "_")
	}
	if a.Col == "" && !g.frame.Has("") {
		sizes := make([]int64, p.len())
		for k := range sizes {
			sizes[k] = int64(p.start[k+1] - p.start[k])
		}
		return ofInts(name, sizes, nil), nil
	}
	c, err := g.frame.Column(a.Col)
	if err != nil {
		return nil, err
	}
	switch a.Fn {
	case "first", "last", "min", "max":
		return c.pick(p, a.Fn).Rename(name), nil
	}
	return c.reduceGroups(ctx, name, a.Fn, p)
}

// pick takes one row per group, -1 (null) where there is none to take.
func (s *Series) pick(p partition, fn string) *Series {
	rows := make([]int, p.len())
	for k := range rows {
		group := p.rows[p.start[k]:p.start[k+1]]
		switch fn {
		case "first":
			rows[k] = group[0]
		case "last":
			rows[k] = group[len(group)-1]
		case "min":
			rows[k] = s.extremeRow(group, -1)
		case "max":
			rows[k] = s.extremeRow(group, 1)
		}
	}
	return s.take(rows)
}

// reduceGroups gathers the column group by group, so that each group is a slice
// of rows for the functions of Series.
func (s *Series) reduceGroups(ctx context.Context, name, fn string, p partition) (*Series, error) {
	gathered := s.take(p.rows)
	out := make([]any, p.len())
	for k := range out {
		if k%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		v, err := gathered.slice(p.start[k], p.start[k+1]).reduce(fn)
		if err != nil {
			return nil, err
		}
		out[k] = v
	}
	return fromReduced(name, s.reducedDType(fn), out), nil
}

func (s *Series) reducedDType(fn string) DType {
	if fn == "count" || fn == "n_unique" || (fn == "sum" && s.dtype != Float64) {
		return Int64
	}
	return Float64
}

// reduce is one value for the whole column; nil where it has too few values.
func (s *Series) reduce(fn string) (any, error) {
	switch fn {
	case "count":
		return int64(s.Count()), nil
	case "n_unique":
		return int64(s.NUnique()), nil
	case "sum":
		return s.Sum()
	}
	values, err := s.numbers(fn)
	if err != nil {
		return nil, err
	}
	if len(values) == 0 || (len(values) == 1 && (fn == "std" || fn == "var")) {
		return nil, nil
	}
	switch fn {
	case "mean":
		return s.Mean()
	case "std":
		return s.Std()
	case "var":
		return s.Var()
	}
	return s.Median()
}

func fromReduced(name string, dtype DType, values []any) *Series {
	nulls := newBitmap(len(values))
	for i, v := range values {
		if v == nil {
			nulls.set(i)
		}
	}
	if dtype == Int64 {
		return ofInts(name, convertAll(values, asInt), nulls)
	}
	return ofFloats(name, convertAll(values, asFloat), nulls)
}

package frame

import (
	"context"
	"fmt"
	"slices"
)

// Sort orders the rows by columns, the first counting most. desc has one entry
// per column, or one for all, or none for ascending. Rows that are equal in all
// of them keep their order. NaN comes after every number and null after NaN, in
// both directions; strings are ordered by bytes.
func (f *Frame) Sort(ctx context.Context, by []string, desc []bool) (*Frame, error) {
	rows, err := f.Order(ctx, by, desc)
	if err != nil {
		return nil, err
	}
	return f.take(rows), nil
}

// Order is the order in which Sort puts the rows: their numbers, from 0.
func (f *Frame) Order(ctx context.Context, by []string, desc []bool) ([]int, error) {
	cols, err := f.columns(by)
	if err != nil {
		return nil, fmt.Errorf("sort: %w", err)
	}
	if len(by) == 0 {
		return nil, fmt.Errorf("sort: name one column at least")
	}
	if len(desc) > 1 && len(desc) != len(by) {
		return nil, fmt.Errorf("sort: %d columns but %d directions", len(by), len(desc))
	}
	directions := make([]bool, len(by))
	for i := range directions {
		if len(desc) > 0 {
			directions[i] = desc[min(i, len(desc)-1)]
		}
	}
	return sortRows(ctx, cols, directions)
}

// Sort orders the values as Frame.Sort does.
func (s *Series) Sort(desc bool) *Series {
	rows := identity(s.n)
	return s.take(s.sortStable(rows, desc))
}

func identity(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// sortRows is the order of the rows: a stable sort by each column from the
// last to the first.
func sortRows(ctx context.Context, cols []*Series, desc []bool) ([]int, error) {
	if len(cols) == 0 {
		return nil, ctx.Err()
	}
	rows := identity(cols[0].n)
	for i := len(cols) - 1; i >= 0; i-- {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		rows = cols[i].sortStable(rows, desc[i])
	}
	return rows, nil
}

// sortStable puts rows in the order of the column.
func (s *Series) sortStable(rows []int, desc bool) []int {
	rank := s.ranks()
	normal := make([]ranked, 0, len(rows))
	var nans, nulls []int
	for _, r := range rows {
		switch {
		case s.nulls.get(r):
			nulls = append(nulls, r)
		case s.isNaN(r):
			nans = append(nans, r)
		case desc:
			normal = append(normal, ranked{^rank(r), r})
		default:
			normal = append(normal, ranked{rank(r), r})
		}
	}
	out := make([]int, 0, len(rows))
	for _, x := range radixSort(normal) {
		out = append(out, x.row)
	}
	return append(append(out, nans...), nulls...)
}

// ranks gives an unsigned number per row that is neither null nor NaN, in the
// order of the values.
func (s *Series) ranks() func(row int) uint64 {
	const sign = 1 << 63
	switch s.dtype {
	case Float64:
		return func(r int) uint64 {
			b := keyBits(s.floats[r])
			if b&sign != 0 {
				return ^b
			}
			return b | sign
		}
	case Int64:
		return func(r int) uint64 { return uint64(s.ints[r]) ^ sign }
	case Bool:
		return func(r int) uint64 { return uint64(boolFloat(s.bools[r])) }
	}
	place := s.dictRanks()
	return func(r int) uint64 { return uint64(place[s.codes[r]]) }
}

// dictRanks is the place of each dictionary entry among the sorted entries.
func (s *Series) dictRanks() []int32 {
	order := identity(len(s.dict))
	slices.SortFunc(order, func(a, b int) int {
		if s.dict[a] < s.dict[b] {
			return -1
		}
		return 1 // entries are distinct
	})
	place := make([]int32, len(order))
	for i, k := range order {
		place[k] = int32(i)
	}
	return place
}

type ranked struct {
	rank uint64
	row  int
}

// radixSort sorts by rank, stably, a byte at a time from the lowest; bytes that
// all ranks share cost nothing.
func radixSort(xs []ranked) []ranked {
	if len(xs) < 2 {
		return xs
	}
	var varying uint64
	for _, x := range xs {
		varying |= x.rank ^ xs[0].rank
	}
	spare := make([]ranked, len(xs))
	for shift := 0; shift < 64; shift += 8 {
		if varying>>shift&0xff == 0 {
			continue
		}
		var start [257]int
		for _, x := range xs {
			start[x.rank>>shift&0xff+1]++
		}
		for b := range 256 {
			start[b+1] += start[b]
		}
		for _, x := range xs {
			b := x.rank >> shift & 0xff
			spare[start[b]] = x
			start[b]++
		}
		xs, spare = spare, xs
	}
	return xs
}

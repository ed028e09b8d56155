package frame

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// Select returns the named columns in the given order.
func (f *Frame) Select(names ...string) (*Frame, error) {
	cols, err := f.columns(names)
	if err != nil {
		return nil, err
	}
	if len(cols) == 0 {
		return &Frame{}, nil
	}
	return New(cols...)
}

// Drop returns the frame without the named columns.
func (f *Frame) Drop(names ...string) (*Frame, error) {
	if _, err := f.columns(names); err != nil {
		return nil, err
	}
	var kept []*Series
	for _, c := range f.cols {
		if !slices.Contains(names, c.name) {
			kept = append(kept, c)
		}
	}
	return New(kept...)
}

// Rename gives columns new names: old name to new name.
func (f *Frame) Rename(names map[string]string) (*Frame, error) {
	var old []string
	for name := range names {
		old = append(old, name)
	}
	slices.Sort(old)
	if _, err := f.columns(old); err != nil {
		return nil, err
	}
	cols := slices.Clone(f.cols)
	for i, c := range cols {
		if name, ok := names[c.name]; ok {
			cols[i] = c.Rename(name)
		}
	}
	return New(cols...)
}

// WithColumn sets column name to s: in the place of the one of that name, or
// after the last.
func (f *Frame) WithColumn(name string, s *Series) (*Frame, error) {
	if len(f.cols) > 0 && s.n != f.rows {
		return nil, fmt.Errorf("column %q has %d rows, the frame has %d", name, s.n, f.rows)
	}
	cols := slices.Clone(f.cols)
	if i, ok := f.index[name]; ok {
		cols[i] = s.Rename(name)
	} else {
		cols = append(cols, s.Rename(name))
	}
	return New(cols...)
}

// Filter keeps the rows where mask is true; null counts as false.
func (f *Frame) Filter(mask *Series) (*Frame, error) {
	rows, err := maskRows(mask, f.rows)
	if err != nil {
		return nil, fmt.Errorf("filter: %w", err)
	}
	return f.take(rows), nil
}

// Take returns the given rows in the given order; rows may repeat.
func (f *Frame) Take(rows []int) (*Frame, error) {
	if err := checkRows(rows, f.rows); err != nil {
		return nil, err
	}
	return f.take(rows), nil
}

func (f *Frame) take(rows []int) *Frame {
	return f.mapCols(len(rows), func(c *Series) *Series { return c.take(rows) })
}

// Slice returns rows [lo, hi), sharing memory.
func (f *Frame) Slice(lo, hi int) (*Frame, error) {
	if lo < 0 || hi < lo || hi > f.rows {
		return nil, fmt.Errorf("rows %d:%d are outside a frame of %d rows", lo, hi, f.rows)
	}
	return f.slice(lo, hi), nil
}

func (f *Frame) slice(lo, hi int) *Frame {
	return f.mapCols(hi-lo, func(c *Series) *Series { return c.slice(lo, hi) })
}

// Head is the first n rows, fewer if there are fewer.
func (f *Frame) Head(n int) *Frame { return f.slice(0, clamp(n, f.rows)) }

// Tail is the last n rows, fewer if there are fewer.
func (f *Frame) Tail(n int) *Frame { return f.slice(f.rows-clamp(n, f.rows), f.rows) }

// Sample draws n rows without replacement, in random order: the same rows for
// the same seed and number of rows, on every machine.
func (f *Frame) Sample(n int, seed uint64) (*Frame, error) {
	if n < 0 || n > f.rows {
		return nil, fmt.Errorf("sample: cannot draw %d rows from %d without replacement", n, f.rows)
	}
	rows := make([]int, f.rows)
	for i := range rows {
		rows[i] = i
	}
	source := rand.NewPCG(seed, 0)
	for i := range n {
		// The high word of a 128-bit product is a draw from [0, f.rows-i); its
		// bias is below 2^-32 for any frame that fits in memory.
		draw, _ := bits.Mul64(source.Uint64(), uint64(f.rows-i))
		j := i + int(draw)
		rows[i], rows[j] = rows[j], rows[i]
	}
	return f.take(rows[:n]), nil
}

// Concat puts frames one below the other. All must have the same column names;
// their order is the first frame's. Int64 meets Float64 as Float64.
func Concat(frames ...*Frame) (*Frame, error) {
	if len(frames) == 0 {
		return &Frame{}, nil
	}
	first := frames[0]
	var cols []*Series
	for _, c := range first.cols {
		parts := []*Series{c}
		for k, other := range frames[1:] {
			if len(other.cols) != len(first.cols) || !other.Has(c.name) {
				return nil, fmt.Errorf("concat: frame 0 has columns %s, frame %d has %s",
					quoteList(first.Columns()), k+1, quoteList(other.Columns()))
			}
			parts = append(parts, other.cols[other.index[c.name]])
		}
		joined, err := concatSeries(parts)
		if err != nil {
			return nil, fmt.Errorf("concat: %w", err)
		}
		cols = append(cols, joined)
	}
	return New(cols...)
}

package frame

import (
	"fmt"
	"slices"
)

// Slice returns rows [lo, hi), sharing memory.
func (s *Series) Slice(lo, hi int) (*Series, error) {
	if lo < 0 || hi < lo || hi > s.n {
		return nil, fmt.Errorf("rows %d:%d are outside column %q of %d rows", lo, hi, s.name, s.n)
	}
	return s.slice(lo, hi), nil
}

func (s *Series) slice(lo, hi int) *Series {
	out := &Series{name: s.name, dtype: s.dtype, n: hi - lo, dict: s.dict}
	switch s.dtype {
	case Float64:
		out.floats = s.floats[lo:hi:hi]
	case Int64:
		out.ints = s.ints[lo:hi:hi]
	case Bool:
		out.bools = s.bools[lo:hi:hi]
	default:
		out.codes = s.codes[lo:hi:hi]
	}
	// The slots of nulls are clear already: shared memory is not written.
	if nulls := s.nulls.slice(lo, hi); nulls.count() > 0 {
		out.nulls, out.nullCount = nulls, nulls.count()
	}
	return out
}

// Head is the first n rows, fewer if there are fewer.
func (s *Series) Head(n int) *Series { return s.slice(0, clamp(n, s.n)) }

// Tail is the last n rows, fewer if there are fewer.
func (s *Series) Tail(n int) *Series { return s.slice(s.n-clamp(n, s.n), s.n) }

func clamp(n, most int) int { return max(0, min(n, most)) }

// Take returns the given rows in the given order; rows may repeat.
func (s *Series) Take(rows []int) (*Series, error) {
	if err := checkRows(rows, s.n); err != nil {
		return nil, fmt.Errorf("column %q: %w", s.name, err)
	}
	return s.take(rows), nil
}

func checkRows(rows []int, n int) error {
	for _, r := range rows {
		if r < 0 || r >= n {
			return fmt.Errorf("there is no row %d among %d rows (counted from 0)", r, n)
		}
	}
	return nil
}

// take gathers rows; a row of -1 gives null.
func (s *Series) take(rows []int) *Series {
	out := &Series{name: s.name, dtype: s.dtype, n: len(rows), dict: s.dict}
	switch s.dtype {
	case Float64:
		out.floats = gather(s.floats, rows)
	case Int64:
		out.ints = gather(s.ints, rows)
	case Bool:
		out.bools = gather(s.bools, rows)
	default:
		out.codes = gather(s.codes, rows)
	}
	return out.withNulls(s.takeNulls(rows))
}

func gather[T any](values []T, rows []int) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		if r >= 0 {
			out[i] = values[r]
		}
	}
	return out
}

func (s *Series) takeNulls(rows []int) bitmap {
	if s.nullCount == 0 && !slices.Contains(rows, -1) {
		return nil
	}
	out := newBitmap(len(rows))
	for i, r := range rows {
		if r < 0 || s.nulls.get(r) {
			out.set(i)
		}
	}
	return out
}

// Filter keeps the rows where mask is true; null counts as false.
func (s *Series) Filter(mask *Series) (*Series, error) {
	rows, err := maskRows(mask, s.n)
	if err != nil {
		return nil, fmt.Errorf("filter of column %q: %w", s.name, err)
	}
	return s.take(rows), nil
}

// maskRows are the rows where mask is true.
func maskRows(mask *Series, n int) ([]int, error) {
	if mask.dtype != Bool {
		return nil, fmt.Errorf("the mask %q is %s: a mask is a bool column such as a comparison gives", mask.name, mask.dtype)
	}
	if mask.n != n {
		return nil, fmt.Errorf("the mask %q has %d rows, the data %d", mask.name, mask.n, n)
	}
	var rows []int
	for i, keep := range mask.bools {
		if keep {
			rows = append(rows, i)
		}
	}
	return rows, nil
}

// concatSeries puts columns end to end under the first one's name. Int64 with
// Float64 gives Float64, a column of only nulls joins any other; other mixtures
// are errors.
func concatSeries(parts []*Series) (*Series, error) {
	dtype, err := concatDType(parts)
	if err != nil {
		return nil, err
	}
	total := 0
	for _, p := range parts {
		total += p.n
	}
	nulls := newBitmap(total)
	out := &Series{name: parts[0].name, dtype: dtype, n: total}
	dict := newDictBuilder(0)
	at := 0
	for _, p := range parts {
		for i := range p.n {
			if p.nulls.get(i) {
				nulls.set(at + i)
			}
		}
		at += p.n
		allNull := p.nullCount == p.n
		switch dtype {
		case Float64:
			out.floats = append(out.floats, zeroed(p.n, allNull, p.floatValues)...)
		case Int64:
			out.ints = append(out.ints, zeroed(p.n, allNull, p.intValues)...)
		case Bool:
			out.bools = append(out.bools, zeroed(p.n, allNull, p.Bools)...)
		default:
			out.codes = append(out.codes, zeroed(p.n, allNull, func() []int32 { return dict.recode(p) })...)
		}
	}
	out.dict = dict.dict
	return out.withNulls(nulls), nil
}

func zeroed[T any](n int, zero bool, values func() []T) []T {
	if zero {
		return make([]T, n)
	}
	return values()
}

// recode gives p's codes in b's dictionary.
func (b *dictBuilder) recode(p *Series) []int32 {
	place := make([]int32, len(p.dict))
	for k, text := range p.dict {
		place[k] = b.code(text)
	}
	out := make([]int32, p.n)
	for i, code := range p.codes {
		out[i] = -1
		if code >= 0 {
			out[i] = place[code]
		}
	}
	return out
}

func concatDType(parts []*Series) (DType, error) {
	var first *Series
	var dtype DType
	for _, p := range parts {
		switch {
		case p.nullCount == p.n: // fits anything
		case first == nil:
			first, dtype = p, p.dtype
		case dtype == p.dtype:
		case dtype.IsNumeric() && p.dtype.IsNumeric():
			dtype = Float64
		default:
			return 0, fmt.Errorf("column %q is %s in one part and %s in another: cast one of them", parts[0].name, dtype, p.dtype)
		}
	}
	if first == nil {
		dtype = parts[0].dtype
	}
	return dtype, nil
}

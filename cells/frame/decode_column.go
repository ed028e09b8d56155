package frame

import "math"

func (d *decoder) column(rows int) *Series {
	s := &Series{name: string(d.take(d.uint64())), n: rows}
	head := d.take(2)
	if d.err != nil {
		return nil
	}
	if head[1] > 1 {
		d.fail("null mark %d", head[1])
	}
	if s.dtype = DType(head[0]); s.dtype == String {
		s.dict = d.entries()
	}
	d.align()
	if head[1] == 1 {
		s.nulls = d.words(rows)
		if s.nullCount = s.nulls.count(); d.err == nil && s.nullCount == 0 {
			d.fail("no row is null")
		}
	}
	d.values(s)
	return s
}

// values reads the rows of a column that has its nulls. Nothing is written to
// them: they may be the memory of what is decoded.
func (d *decoder) values(s *Series) {
	switch s.dtype {
	case Float64:
		s.floats = takeNumbers[float64](d, s.n)
		d.checkNaN(s.floats)
		checkNulls(d, s, s.floats, math.Float64bits)
	case Int64:
		s.ints = takeNumbers[int64](d, s.n)
		checkNulls(d, s, s.ints, func(v int64) uint64 { return uint64(v) })
	case Bool:
		d.bools(s)
	case String:
		s.codes = takeNumbers[int32](d, s.n)
		d.checkCodes(s)
	default:
		d.fail("unknown dtype %d", uint8(s.dtype))
	}
}

// checkNulls refuses values in the slots of nulls.
func checkNulls[T any](d *decoder, s *Series, values []T, bits func(T) uint64) {
	if s.nulls == nil || d.err != nil {
		return
	}
	for i, v := range values {
		if s.nulls.get(i) && bits(v) != 0 {
			d.fail("row %d is null but has a value", i)
		}
	}
}

// checkNaN refuses NaNs that are not the one.
func (d *decoder) checkNaN(values []float64) {
	for i, v := range values {
		if v != v && floatBits(v) != math.Float64bits(v) {
			d.fail("row %d is a NaN with a payload", i)
		}
	}
}

func (d *decoder) bools(s *Series) {
	set := d.words(s.n)
	if d.err != nil {
		return
	}
	s.bools = make([]bool, s.n)
	for i := range s.bools {
		s.bools[i] = set.get(i)
	}
	checkNulls(d, s, s.bools, func(v bool) uint64 {
		if v {
			return 1
		}
		return 0
	})
}

// entries reads the texts of a column, in one piece of memory.
func (d *decoder) entries() []string {
	count := d.uint32()
	if uint64(count) > uint64(len(d.data)/8) {
		d.fail("%d entries cannot follow", count)
	}
	if d.err != nil {
		return nil
	}
	texts := make([][]byte, count)
	from := d.data
	for i := range texts {
		if texts[i] = d.take(d.uint64()); d.err != nil {
			return nil
		}
	}
	all := string(from[:len(from)-len(d.data)])
	out := make([]string, count)
	seen := make(map[string]bool, count)
	for i, text := range texts {
		all = all[8:] // the length
		out[i], all = all[:len(text)], all[len(text):]
		if seen[out[i]] {
			d.fail("entry %q stands twice", out[i])
		}
		seen[out[i]] = true
	}
	return out
}

// checkCodes refuses codes that are not those of the entries in the order of
// their first use.
func (d *decoder) checkCodes(s *Series) {
	used := int32(0)
	for i, code := range s.codes {
		null := s.nulls.get(i)
		switch {
		case null != (code == -1), !null && (code < 0 || code > used || int(code) >= len(s.dict)):
			d.fail("row %d has code %d", i, uint32(code))
			return
		case code == used:
			used++
		}
	}
	if int(used) != len(s.dict) {
		d.fail("%d entries of %d are used", used, len(s.dict))
	}
}

package frame

import "math"

// nan is the NaN of columns, which has no payload.
var nan = math.Float64frombits(0x7ff8000000000000)

// floatBits is v's bit pattern with all NaNs made one.
func floatBits(v float64) uint64 {
	if v != v {
		return 0x7ff8000000000000
	}
	return math.Float64bits(v)
}

// hasNaN tells whether one of v is NaN.
func hasNaN(v []float64) bool {
	for _, x := range v {
		if x != x {
			return true
		}
	}
	return false
}

// keyBits is v as a key: all NaNs are one, and so are 0 and -0.
func keyBits(v float64) uint64 {
	if v == 0 {
		return 0
	}
	return floatBits(v)
}

// floatValues are the rows of a numeric or bool column as float64; the memory
// of a Float64 column itself.
func (s *Series) floatValues() []float64 {
	if s.dtype == Float64 {
		return s.floats
	}
	out := make([]float64, s.n)
	for i, v := range s.intValues() {
		out[i] = float64(v)
	}
	return out
}

// intValues are the rows of an Int64 or Bool column as int64.
func (s *Series) intValues() []int64 {
	if s.dtype == Int64 {
		return s.ints
	}
	out := make([]int64, s.n)
	for i, v := range s.bools {
		if v {
			out[i] = 1
		}
	}
	return out
}

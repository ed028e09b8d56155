package frame

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Count is the number of values that are not null.
func (s *Series) Count() int { return s.n - s.nullCount }

// Sum adds the values that are not null: an int64 for Int64 and Bool (the
// number of trues), a float64 for Float64. Floats are added pairwise in row
// order; an int sum that overflows is an error.
func (s *Series) Sum() (any, error) {
	switch s.dtype {
	case Float64:
		return pairwiseSum(s.validFloats()), nil
	case String:
		return nil, typeError("sum", s)
	}
	total := int64(0)
	for _, v := range s.intValues() {
		next, status := addInt(total, v)
		if status != intOK {
			return nil, fmt.Errorf("the sum of column %q does not fit in int64: cast to float64 first", s.name)
		}
		total = next
	}
	return total, nil
}

// validFloats are the values that are not null as float64; possibly the
// column's own memory.
func (s *Series) validFloats() []float64 {
	values := s.floatValues()
	if s.nullCount == 0 {
		return values
	}
	out := make([]float64, 0, s.Count())
	for i, v := range values {
		if !s.nulls.get(i) {
			out = append(out, v)
		}
	}
	return out
}

// pairwiseSum adds halves recursively: its rounding error grows with log n, and
// its order depends on n alone.
func pairwiseSum(values []float64) float64 {
	const block = 128
	if len(values) <= block {
		sum := 0.0
		for _, v := range values {
			sum += v
		}
		return sum
	}
	half := len(values) / 2
	return pairwiseSum(values[:half]) + pairwiseSum(values[half:])
}

// numbers are the values that are not null of a column that op can work on.
func (s *Series) numbers(op string) ([]float64, error) {
	if s.dtype == String {
		return nil, typeError(op, s)
	}
	return s.validFloats(), nil
}

// Mean is the average of the values that are not null, NaN if there are none.
func (s *Series) Mean() (float64, error) {
	values, err := s.numbers("mean")
	if err != nil {
		return 0, err
	}
	return mean(values), nil
}

func mean(values []float64) float64 {
	if len(values) == 0 {
		return nan
	}
	return pairwiseSum(values) / float64(len(values))
}

// Var is the sample variance (divisor n-1), NaN for fewer than two values.
func (s *Series) Var() (float64, error) {
	values, err := s.numbers("var")
	if err != nil {
		return 0, err
	}
	return variance(values), nil
}

func variance(values []float64) float64 {
	if len(values) < 2 {
		return nan
	}
	m := mean(values)
	squares := make([]float64, len(values))
	for i, v := range values {
		squares[i] = (v - m) * (v - m)
	}
	return pairwiseSum(squares) / float64(len(values)-1)
}

// Std is the sample standard deviation (divisor n-1), NaN for fewer than two
// values.
func (s *Series) Std() (float64, error) {
	values, err := s.numbers("std")
	if err != nil {
		return 0, err
	}
	return math.Sqrt(variance(values)), nil
}

// Median is Quantile(0.5).
func (s *Series) Median() (float64, error) {
	values, err := s.numbers("median")
	if err != nil {
		return 0, err
	}
	return quantile(sorted(values), 0.5), nil
}

// Quantile is the value below which the fraction q of the values lies, linear
// between the two nearest (numpy's default). NaN if there are no values or one
// of them is NaN.
func (s *Series) Quantile(q float64) (float64, error) {
	if !(q >= 0 && q <= 1) {
		return 0, fmt.Errorf("quantile %v is not between 0 and 1", q)
	}
	values, err := s.numbers("quantile")
	if err != nil {
		return 0, err
	}
	return quantile(sorted(values), q), nil
}

func sorted(values []float64) []float64 {
	out := slices.Clone(values)
	slices.Sort(out) // NaN first
	return out
}

func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 || sorted[0] != sorted[0] {
		return nan
	}
	at := q * float64(len(sorted)-1)
	low := int(at)
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	x, y, t := sorted[low], sorted[low+1], at-float64(low)
	switch {
	case t == 0 || x == y:
		return x
	case t >= 0.5: // as numpy: exact at both ends
		return y - (y-x)*(1-t)
	}
	return x + (y-x)*t
}

// Min is the smallest value: float64, int64, string (by bytes) or bool; nil if
// all are null. NaN only if there is nothing else.
func (s *Series) Min() any { return s.extreme(-1) }

// Max is the largest value, as Min.
func (s *Series) Max() any { return s.extreme(1) }

func (s *Series) extreme(sign int) any {
	if best := s.extremeRow(identity(s.n), sign); best >= 0 {
		return s.Value(best)
	}
	return nil
}

// extremeRow is the first of rows with the least (sign -1) or greatest (1)
// value, -1 if all are null.
func (s *Series) extremeRow(rows []int, sign int) int {
	best := -1
	for _, i := range rows {
		switch {
		case s.nulls.get(i):
		case best < 0 || (s.isNaN(best) && !s.isNaN(i)):
			best = i
		case !s.isNaN(i) && sign*s.order(i, best) > 0:
			best = i
		}
	}
	return best
}

func (s *Series) isNaN(i int) bool { return s.dtype == Float64 && s.floats[i] != s.floats[i] }

// order compares two rows that are not null.
func (s *Series) order(i, j int) int {
	switch s.dtype {
	case Float64:
		return cmp.Compare(s.floats[i], s.floats[j])
	case Int64:
		return cmp.Compare(s.ints[i], s.ints[j])
	case String:
		return cmp.Compare(s.Str(i), s.Str(j))
	}
	switch {
	case s.bools[i] == s.bools[j]:
		return 0
	case s.bools[j]:
		return -1
	}
	return 1
}

// Any tells whether a value is true; null counts as false.
func (s *Series) Any() (bool, error) {
	if s.dtype != Bool {
		return false, typeError("any", s)
	}
	return slices.Contains(s.bools, true), nil
}

// All tells whether every value is true; nulls are passed over.
func (s *Series) All() (bool, error) {
	if s.dtype != Bool {
		return false, typeError("all", s)
	}
	for i, v := range s.bools {
		if !v && !s.nulls.get(i) {
			return false, nil
		}
	}
	return true, nil
}

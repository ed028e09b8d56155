package frame

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// IsNull is true where s is null.
func (s *Series) IsNull() *Series {
	out := make([]bool, s.n)
	for i := range out {
		out[i] = s.nulls.get(i)
	}
	return ofBools(s.name, out, nil)
}

// FillNull replaces nulls by value: a scalar of the column's kind, or a *Series
// of equal length to take the rows from. A float makes an Int64 column Float64.
func (s *Series) FillNull(value any) (*Series, error) {
	with, err := newOperand(value)
	if err != nil {
		return nil, fmt.Errorf("fill_null of column %q: %w", s.name, err)
	}
	if !with.scalar && with.n != s.n {
		return nil, fmt.Errorf("fill_null: column %q has %d rows, the values %d", s.name, s.n, with.n)
	}
	if s.nullCount == 0 || (with.scalar && with.nullCount > 0) {
		return s, nil
	}
	source, err := concatSeries([]*Series{s, with.Series})
	if err != nil {
		return nil, fmt.Errorf("fill_null: %s column %q cannot hold %s: cast it first", s.dtype, s.name, with.describe())
	}
	from := make([]int, s.n)
	for i := range from {
		from[i] = i
		if s.nulls.get(i) {
			from[i] = s.n + i*with.step()
		}
	}
	return source.take(from), nil
}

// DropNulls leaves out the nulls.
func (s *Series) DropNulls() *Series {
	if s.nullCount == 0 {
		return s
	}
	kept := make([]int, 0, s.Count())
	for i := range s.n {
		if !s.nulls.get(i) {
			kept = append(kept, i)
		}
	}
	return s.take(kept)
}

// Unique keeps the first of each distinct value, null included.
func (s *Series) Unique() *Series {
	_, first := rowIDs([]*Series{s})
	return s.take(first)
}

// NUnique is the number of distinct values, null not counted.
func (s *Series) NUnique() int {
	_, count := s.keys()
	return count - 1
}

// IsIn is true where the value is one of values (scalars of the column's kind);
// null is in no list.
func (s *Series) IsIn(values []any) (*Series, error) {
	list, err := FromAny(s.name, values)
	if err != nil {
		return nil, fmt.Errorf("is_in: %w", err)
	}
	both, err := concatSeries([]*Series{s, list})
	if err != nil {
		return nil, fmt.Errorf("is_in: %s column %q is compared with %s values", s.dtype, s.name, list.dtype)
	}
	keys, count := both.keys()
	wanted := make([]bool, count)
	for _, key := range keys[s.n:] {
		wanted[key] = key != nullKey
	}
	out := make([]bool, s.n)
	for i := range out {
		out[i] = wanted[keys[i]]
	}
	return ofBools(s.name, out, nil), nil
}

// Abs is the absolute value; of the least int64 it is an error.
func (s *Series) Abs() (*Series, error) {
	switch s.dtype {
	case Float64:
		return s.mapFloats(math.Abs), nil
	case Int64:
		out := slices.Clone(s.ints)
		for i, v := range out {
			if v == math.MinInt64 {
				return nil, fmt.Errorf("abs of column %q, row %d: %d does not fit in int64: cast to float64 first", s.name, i, v)
			}
			out[i] = max(v, -v)
		}
		return ofInts(s.name, out, s.nulls), nil
	}
	return nil, typeError("abs", s)
}

// Round rounds to a number of decimals (negative: tens, hundreds), halves to
// even, exactly on the value's decimal expansion. Int64 stays as it is for
// decimals >= 0.
func (s *Series) Round(decimals int) (*Series, error) {
	switch {
	case decimals > 400 || decimals < -400:
		return nil, fmt.Errorf("round: %d decimals", decimals)
	case s.dtype == Int64 && decimals >= 0:
		return s, nil
	case s.dtype == Int64:
		return s.roundInts(-decimals)
	case s.dtype == Float64:
		return s.mapFloats(func(v float64) float64 { return roundTo(v, decimals) }), nil
	}
	return nil, typeError("round", s)
}

func roundTo(v float64, decimals int) float64 {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return v
	case decimals == 0:
		return math.RoundToEven(v)
	case decimals < 0:
		unit := math.Pow10(-decimals)
		return math.Copysign(math.RoundToEven(v/unit)*unit, v)
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'f', decimals, 64), 64)
	if err != nil {
		return v // a finite number written out cannot fail to parse
	}
	return rounded
}

func (s *Series) roundInts(digits int) (*Series, error) {
	out := slices.Clone(s.ints)
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	for i, v := range out {
		quotient, rest := new(big.Int).DivMod(big.NewInt(v), unit, new(big.Int))
		side := rest.Lsh(rest, 1).Cmp(unit)
		if side > 0 || (side == 0 && quotient.Bit(0) == 1) {
			quotient.Add(quotient, big.NewInt(1))
		}
		quotient.Mul(quotient, unit)
		if !quotient.IsInt64() {
			return nil, fmt.Errorf("round of column %q, row %d: %v does not fit in int64", s.name, i, quotient)
		}
		out[i] = quotient.Int64()
	}
	return ofInts(s.name, out, s.nulls), nil
}

// Clip limits values to [low, high]; nil is no limit. An Int64 column with
// float limits becomes Float64.
func (s *Series) Clip(low, high any) (*Series, error) {
	if !s.dtype.IsNumeric() {
		return nil, typeError("clip", s)
	}
	limits, err := FromAny("limits", []any{low, high})
	if err != nil {
		return nil, fmt.Errorf("clip: %w", err)
	}
	if !limits.dtype.IsNumeric() {
		return nil, fmt.Errorf("clip: the limits are %s, column %q is %s", limits.dtype, s.name, s.dtype)
	}
	all, err := concatSeries([]*Series{s, limits})
	if err != nil {
		return nil, fmt.Errorf("clip: %w", err)
	}
	if low != nil && high != nil && all.order(s.n, s.n+1) > 0 {
		return nil, fmt.Errorf("clip: low %v is above high %v", low, high)
	}
	from := make([]int, s.n)
	for i := range from {
		from[i] = i
		switch {
		case s.nulls.get(i) || s.isNaN(i):
		case low != nil && all.order(i, s.n) < 0:
			from[i] = s.n
		case high != nil && all.order(i, s.n+1) > 0:
			from[i] = s.n + 1
		}
	}
	return all.take(from), nil
}

// Cast changes the dtype. Floats become ints by dropping the fraction (an error
// for NaN and what does not fit); strings are parsed (ints and floats as in
// CSV, true and false in any case); a number is true if it is not 0; text is
// the shortest that reads back.
func (s *Series) Cast(to DType) (*Series, error) {
	if to == s.dtype {
		return s, nil
	}
	if _, known := dtypeNames[to]; !known {
		return nil, fmt.Errorf("cast of column %q: unknown dtype %d", s.name, uint8(to))
	}
	if to == Float64 && s.dtype != String {
		return ofFloats(s.name, s.floatValues(), s.nulls), nil
	}
	out := make([]any, s.n)
	for i := range out {
		v := s.Value(i)
		if v == nil {
			continue
		}
		var err error
		if out[i], err = castValue(v, to); err != nil {
			return nil, fmt.Errorf("cast of column %q to %s, row %d: %w", s.name, to, i, err)
		}
	}
	cast, err := FromAny(s.name, out)
	if err != nil || s.nullCount < s.n {
		return cast, err
	}
	return nullSeries(s.name, to, s.n), nil
}

// nullSeries is a column of n nulls.
func nullSeries(name string, dtype DType, n int) *Series {
	empty := &Series{name: name, dtype: dtype}
	return empty.take(slices.Repeat([]int{-1}, n))
}

func castValue(v any, to DType) (any, error) {
	switch to {
	case String:
		return formatValue(v), nil
	case Float64:
		switch v := v.(type) {
		case string:
			if f, ok := parseFloat([]byte(strings.TrimSpace(v))); ok {
				return f, nil
			}
			return nil, fmt.Errorf("%s is not a number", shorten(v))
		case bool:
			return boolFloat(v), nil
		}
		return asFloat(v), nil
	case Int64:
		return castInt(v)
	}
	switch v := v.(type) {
	case string:
		if b, ok := parseBool([]byte(v)); ok {
			return b, nil
		}
		return nil, fmt.Errorf("%s is neither true nor false", shorten(v))
	case float64:
		return v != 0, nil
	}
	return v != int64(0), nil
}

func castInt(v any) (any, error) {
	switch v := v.(type) {
	case bool:
		return int64(boolFloat(v)), nil
	case float64:
		// 2^63 itself is a float but not an int64.
		if !(v >= math.MinInt64 && v < math.MaxInt64) {
			return nil, fmt.Errorf("%v does not fit in int64", v)
		}
		return int64(v), nil
	case string:
		if n, ok := parseInt([]byte(strings.TrimSpace(v))); ok {
			return n, nil
		}
	}
	return nil, fmt.Errorf("%s is not a whole number", shorten(v))
}

func boolFloat(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// formatValue is the exact text of a value, as WriteCSV writes it.
func formatValue(v any) string {
	switch v := v.(type) {
	case float64:
		return formatFloat(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	case string:
		return v
	}
	return ""
}

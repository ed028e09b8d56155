package frame

import (
	"fmt"
	"math"
)

// FromAny makes a column from Go values: nil is null; all ints give Int64,
// ints mixed with floats Float64, strings String, bools Bool, and only nils (or
// nothing) Float64. Any other mixture is an error that names both rows.
func FromAny(name string, values []any) (*Series, error) {
	dtype, err := commonDType(name, values)
	if err != nil {
		return nil, err
	}
	nulls := newBitmap(len(values))
	for i, v := range values {
		if v == nil {
			nulls.set(i)
		}
	}
	switch dtype {
	case Int64:
		return ofInts(name, convertAll(values, asInt), nulls), nil
	case Bool:
		return ofBools(name, convertAll(values, func(v any) bool { b, _ := v.(bool); return b }), nulls), nil
	case String:
		return stringsFromAny(name, values), nil
	}
	return ofFloats(name, convertAll(values, asFloat), nulls), nil
}

func convertAll[T any](values []any, convert func(any) T) []T {
	out := make([]T, len(values))
	for i, v := range values {
		if v != nil {
			out[i] = convert(v)
		}
	}
	return out
}

func stringsFromAny(name string, values []any) *Series {
	b := newDictBuilder(len(values))
	for _, v := range values {
		if text, ok := v.(string); ok {
			b.add(text)
		} else {
			b.addNull()
		}
	}
	return b.series(name)
}

func commonDType(name string, values []any) (DType, error) {
	var dtype DType
	first := 0
	for i, v := range values {
		if v == nil {
			continue
		}
		d, err := dtypeOf(v)
		if err != nil {
			return 0, fmt.Errorf("column %q, row %d: %w", name, i, err)
		}
		switch {
		case dtype == 0:
			dtype, first = d, i
		case dtype == d:
		case dtype.IsNumeric() && d.IsNumeric():
			dtype = Float64
		default:
			return 0, fmt.Errorf("column %q mixes kinds: row %d is %s (%v), row %d is %s (%v)",
				name, first, dtype, shorten(values[first]), i, d, shorten(v))
		}
	}
	if dtype == 0 {
		dtype = Float64
	}
	return dtype, nil
}

func dtypeOf(v any) (DType, error) {
	switch v := v.(type) {
	case int, int8, int16, int32, int64, uint8, uint16, uint32:
		return Int64, nil
	case uint:
		return dtypeOf(uint64(v))
	case uint64:
		if v > math.MaxInt64 {
			return 0, fmt.Errorf("%d is beyond int64: make it a float", v)
		}
		return Int64, nil
	case float32, float64:
		return Float64, nil
	case string:
		return String, nil
	case bool:
		return Bool, nil
	}
	return 0, fmt.Errorf("a %T cannot be in a column: use int, float, string, bool or null", v)
}

func asInt(v any) int64 {
	switch v := v.(type) {
	case int:
		return int64(v)
	case int8:
		return int64(v)
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case int64:
		return v
	case uint:
		return int64(v)
	case uint8:
		return int64(v)
	case uint16:
		return int64(v)
	case uint32:
		return int64(v)
	case uint64:
		return int64(v)
	}
	return 0
}

func asFloat(v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case float32:
		return float64(v)
	}
	return float64(asInt(v))
}

// shorten makes a value fit for a message.
func shorten(v any) string {
	text, ok := v.(string)
	if !ok {
		return fmt.Sprint(v)
	}
	const most = 40
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return fmt.Sprintf("%q", text)
}

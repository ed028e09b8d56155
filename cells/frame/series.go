package frame

import (
	"fmt"
	"slices"
)

// A Series is one named column. It is immutable. Make one with NewFloat64,
// NewInt64, NewString, NewBool or FromAny.
type Series struct {
	name  string
	dtype DType
	n     int

	// Exactly one of these is in use, by dtype; codes index dict.
	floats []float64
	ints   []int64
	bools  []bool
	codes  []int32
	dict   []string

	nulls     bitmap // nil when nullCount is 0
	nullCount int
}

// NewFloat64 makes a column from a copy of values.
func NewFloat64(name string, values []float64) *Series {
	return ofFloats(name, slices.Clone(values), nil)
}

// NewInt64 makes a column from a copy of values.
func NewInt64(name string, values []int64) *Series { return ofInts(name, slices.Clone(values), nil) }

// NewBool makes a column from a copy of values.
func NewBool(name string, values []bool) *Series { return ofBools(name, slices.Clone(values), nil) }

// NewString makes a dictionary-coded column from values.
func NewString(name string, values []string) *Series {
	b := newDictBuilder(len(values))
	for _, v := range values {
		b.add(v)
	}
	return b.series(name)
}

// The of... constructors take ownership of their slices. They clear the slots
// of nulls, so that equal columns have equal memory.

func ofFloats(name string, values []float64, nulls bitmap) *Series {
	return (&Series{name: name, dtype: Float64, n: len(values), floats: values}).withNulls(nulls)
}

func ofInts(name string, values []int64, nulls bitmap) *Series {
	return (&Series{name: name, dtype: Int64, n: len(values), ints: values}).withNulls(nulls)
}

func ofBools(name string, values []bool, nulls bitmap) *Series {
	return (&Series{name: name, dtype: Bool, n: len(values), bools: values}).withNulls(nulls)
}

// ofCodes: entries of dict are distinct; codes are in range, or -1 for null.
func ofCodes(name string, codes []int32, dict []string, nulls bitmap) *Series {
	return (&Series{name: name, dtype: String, n: len(codes), codes: codes, dict: dict}).withNulls(nulls)
}

// withNulls completes a series that nobody else has seen yet.
func (s *Series) withNulls(nulls bitmap) *Series {
	s.nullCount = nulls.count()
	if s.nullCount == 0 {
		return s
	}
	s.nulls = nulls
	for i := range s.n {
		if !nulls.get(i) {
			continue
		}
		switch s.dtype {
		case Float64:
			s.floats[i] = 0
		case Int64:
			s.ints[i] = 0
		case Bool:
			s.bools[i] = false
		case String:
			s.codes[i] = -1
		}
	}
	return s
}

// WithNulls returns s with the marked rows null (as well as those that are).
func (s *Series) WithNulls(null []bool) (*Series, error) {
	if len(null) != s.n {
		return nil, fmt.Errorf("column %q has %d rows, the null marks %d", s.name, s.n, len(null))
	}
	marks := newBitmap(s.n)
	for i, isNull := range null {
		if isNull || s.nulls.get(i) {
			marks.set(i)
		}
	}
	return s.cloneValues().withNulls(marks), nil
}

// cloneValues copies the values and leaves the nulls to be set.
func (s *Series) cloneValues() *Series {
	return &Series{name: s.name, dtype: s.dtype, n: s.n, floats: slices.Clone(s.floats),
		ints: slices.Clone(s.ints), bools: slices.Clone(s.bools), codes: slices.Clone(s.codes), dict: s.dict}
}

// Name is the column's name; it may be empty outside a frame.
func (s *Series) Name() string { return s.name }

// Rename returns s under another name.
func (s *Series) Rename(name string) *Series {
	out := *s
	out.name = name
	return &out
}

// DType is the type of the values.
func (s *Series) DType() DType { return s.dtype }

// Len is the number of rows.
func (s *Series) Len() int { return s.n }

// Null tells whether row i is null. Here and in Value and Str, i must be a row,
// as for a Go slice.
func (s *Series) Null(i int) bool { return s.nulls.get(i) }

// NullCount is the number of null rows.
func (s *Series) NullCount() int { return s.nullCount }

// Floats is the memory of a Float64 column, read-only; nil for other dtypes.
func (s *Series) Floats() []float64 { return s.floats }

// Ints is the memory of an Int64 column, read-only; nil for other dtypes.
func (s *Series) Ints() []int64 { return s.ints }

// Bools is the memory of a Bool column, read-only; nil for other dtypes.
func (s *Series) Bools() []bool { return s.bools }

// Codes is the memory of a String column, read-only: row i is dict[codes[i]],
// or null where the code is -1. Entries of dict are distinct, in no particular
// order, and some may be unused.
func (s *Series) Codes() (codes []int32, dict []string) { return s.codes, s.dict }

// Str is row i of a String column, "" where it is null.
func (s *Series) Str(i int) string {
	if code := s.codes[i]; code >= 0 {
		return s.dict[code]
	}
	return ""
}

// Value is row i as float64, int64, string or bool, or nil where it is null.
func (s *Series) Value(i int) any {
	if s.nulls.get(i) {
		return nil
	}
	switch s.dtype {
	case Float64:
		return s.floats[i]
	case Int64:
		return s.ints[i]
	case Bool:
		return s.bools[i]
	default:
		return s.dict[s.codes[i]]
	}
}

// Values are all rows as Value gives them.
func (s *Series) Values() []any {
	out := make([]any, s.n)
	for i := range out {
		out[i] = s.Value(i)
	}
	return out
}

// AsFloats copies the column to float64, nulls as NaN, bools as 0 and 1; it
// fails for String.
func (s *Series) AsFloats() ([]float64, error) {
	if s.dtype == String {
		return nil, typeError("as numbers", s)
	}
	out := slices.Clone(s.floatValues())
	for i := range out {
		if s.nulls.get(i) {
			out[i] = nan
		}
	}
	return out, nil
}

// Equal tells whether both have the same name, dtype, nulls and values. NaN
// equals NaN; 0 and -0 differ, as they do for Hash.
func (s *Series) Equal(other *Series) bool {
	if s.name != other.name || s.dtype != other.dtype || s.n != other.n || s.nullCount != other.nullCount {
		return false
	}
	for i := range s.n {
		if s.nulls.get(i) != other.nulls.get(i) || !s.sameValue(i, other) {
			return false
		}
	}
	return true
}

func (s *Series) sameValue(i int, other *Series) bool {
	switch s.dtype {
	case Float64:
		return floatBits(s.floats[i]) == floatBits(other.floats[i])
	case Int64:
		return s.ints[i] == other.ints[i]
	case Bool:
		return s.bools[i] == other.bools[i]
	default:
		return s.Str(i) == other.Str(i)
	}
}

func typeError(op string, s *Series) error {
	return fmt.Errorf("%s is not defined for %s column %q", op, s.dtype, s.name)
}

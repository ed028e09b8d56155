package frame

import "fmt"

// A DType is the type of a column's values.
type DType uint8

// The column types. The values are part of the binary encoding.
const (
	Float64 DType = iota + 1
	Int64
	String
	Bool
)

var dtypeNames = map[DType]string{Float64: "float64", Int64: "int64", String: "string", Bool: "bool"}

// String is the dtype's name as shown under a column's name.
func (d DType) String() string {
	if name, ok := dtypeNames[d]; ok {
		return name
	}
	return fmt.Sprintf("dtype(%d)", uint8(d))
}

// IsNumeric tells whether d is Float64 or Int64.
func (d DType) IsNumeric() bool { return d == Float64 || d == Int64 }

// ParseDType reads a dtype's name: float64, int64, string or bool, and the
// usual short forms float, int, str and object.
func ParseDType(name string) (DType, error) {
	switch name {
	case "float64", "float":
		return Float64, nil
	case "int64", "int":
		return Int64, nil
	case "string", "str", "object":
		return String, nil
	case "bool", "boolean":
		return Bool, nil
	}
	return 0, fmt.Errorf("unknown dtype %q: use float64, int64, string or bool", name)
}

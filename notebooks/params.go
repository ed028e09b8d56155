package notebooks

import "errors"

// A ParamType is the type of a declared parameter.
type ParamType string

// The parameter types, with the Go type of their values.
const (
	IntParam   ParamType = "int"   // int64
	FloatParam ParamType = "float" // float64
	BoolParam  ParamType = "bool"  // bool
	StrParam   ParamType = "str"   // string
	FileParam  ParamType = "file"  // string, a path
	ListParam  ParamType = "list"  // []any of the scalars above
)

// A Param is a declared parameter of a document.
type Param struct {
	Name string
	Type ParamType
	// Default is nil for a parameter that must be given.
	Default  any
	Min, Max *float64
	Choices  []any
	Help     string
	Line     int // the line of the file that declares it
}

// Parse reads the text of -p name=text and checks it. Errors wrap ErrParam.
func (p Param) Parse(text string) (any, error) { return nil, errors.ErrUnsupported }

// Check checks a typed value, as YAML or JSON give them, and returns it in
// the parameter's Go type. Errors wrap ErrParam.
func (p Param) Check(v any) (any, error) { return nil, errors.ErrUnsupported }

// ResolveParams gives every declared parameter its value: the text in set
// (command line) wins over the typed value in file (-P), which wins over the
// default. The error lists all that is wrong and wraps ErrParam.
func ResolveParams(defs []Param, set map[string]string, file map[string]any) (map[string]any, error) {
	return nil, errors.ErrUnsupported
}

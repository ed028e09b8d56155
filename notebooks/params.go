package notebooks

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// A ParamType is the type of a declared parameter.
type ParamType string

// The parameter types, with the Go type of their values.
const (
	IntParam   ParamType = "int"   // int64
	FloatParam ParamType = "float" // float64
	BoolParam  ParamType = "bool"  // bool
	StrParam   ParamType = "str"   // string
	FileParam  ParamType = "file"  // string, a path
	ListParam  ParamType = "list"  // []any of int64, float64, bool, string
)

const typeList = "int, float, bool, str, file, list"

// A Param is a declared parameter of a document. Its Default and Choices are
// in the parameter's Go type.
type Param struct {
	Name string
	Type ParamType
	// Default is nil for a parameter that must be given.
	Default  any
	Min, Max *float64 // limits of an int or float, themselves allowed
	// Choices are the allowed values, for a list those of its elements; nil
	// allows all.
	Choices []any
	Help    string
	Line    int // the line of the file that declares it
}

// A paramError is a wrong value; it is an ErrParam.
type paramError struct{ name, msg string }

func (e *paramError) Error() string { return "param " + e.name + ": " + e.msg }
func (e *paramError) Unwrap() error { return ErrParam }

func (p Param) fail(format string, args ...any) error {
	return &paramError{p.Name, fmt.Sprintf(format, args...)}
}

// Parse reads the text of -p name=text and checks it. A list is written as
// YAML: [a, b]. Errors wrap ErrParam.
func (p Param) Parse(text string) (any, error) {
	var value any
	var err error
	trimmed := strings.TrimSpace(text)
	switch p.Type {
	case IntParam:
		value, err = strconv.ParseInt(trimmed, 10, 64)
		if errors.Is(err, strconv.ErrRange) {
			return nil, p.fail("%s does not fit into 64 bits", trimmed)
		}
	case FloatParam:
		value, err = strconv.ParseFloat(trimmed, 64)
	case BoolParam:
		value, err = parseBool(trimmed)
	case ListParam:
		value, err = parseList(trimmed)
	default:
		value = text
	}
	if err != nil {
		return nil, p.fail("%q is not %s%s", text, p.Type.noun(), p.allowed())
	}
	return p.Check(value)
}

func parseBool(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "true", "yes", "on", "1":
		return true, nil
	case "false", "no", "off", "0":
		return false, nil
	}
	return false, strconv.ErrSyntax
}

func parseList(text string) (any, error) {
	node, err := parseYAML(text)
	if err != nil {
		return nil, err
	}
	value, err := yamlValue(node)
	if err != nil {
		return nil, err
	}
	if _, ok := value.([]any); !ok {
		return nil, strconv.ErrSyntax
	}
	return value, nil
}

// Check checks a typed value, as YAML or JSON give them, against type, min,
// max and choices, and returns it in the parameter's Go type. Errors wrap
// ErrParam and tell what is allowed.
func (p Param) Check(v any) (any, error) {
	value, msg := p.Type.convert(v)
	if msg != "" {
		return nil, p.fail("%s is %s, not %s%s", showValue(v), msg, p.Type.noun(), p.allowed())
	}
	checked := p.Min != nil || p.Max != nil || p.Choices != nil
	elements, isList := value.([]any)
	if !isList {
		elements = []any{value}
	}
	for _, element := range elements {
		number, isNumber := numberPointer(element)
		if f, ok := element.(float64); ok && checked && !isFinite(f) {
			return nil, p.fail("%v is not a finite number%s", f, p.allowed())
		}
		outside := isNumber && (p.Min != nil && *number < *p.Min || p.Max != nil && *number > *p.Max)
		if outside || p.Choices != nil && !slices.Contains(p.Choices, element) {
			return nil, p.fail("%s is not allowed%s", showValue(element), p.allowed())
		}
	}
	return value, nil
}

// allowed tells the limits of a parameter: "; from 0.05 to 0.5".
func (p Param) allowed() string {
	switch {
	case p.Choices != nil:
		words := make([]string, len(p.Choices))
		for i, choice := range p.Choices {
			words[i] = showValue(choice)
		}
		return "; choose from " + strings.Join(words, ", ")
	case p.Min != nil && p.Max != nil:
		return fmt.Sprintf("; give a value from %v to %v", *p.Min, *p.Max)
	case p.Min != nil:
		return fmt.Sprintf("; give a value from %v", *p.Min)
	case p.Max != nil:
		return fmt.Sprintf("; give a value up to %v", *p.Max)
	case p.Type == BoolParam:
		return "; give true or false"
	case p.Type == ListParam:
		return "; write it as [a, b]"
	}
	return ""
}

// elementType is the type of what Choices are compared with; "" takes any
// scalar.
func (p Param) elementType() ParamType {
	if p.Type == ListParam {
		return ""
	}
	return p.Type
}

// noun names the type with its article.
func (t ParamType) noun() string {
	switch t {
	case IntParam:
		return "an int"
	case StrParam, FileParam:
		return "a text"
	}
	return "a " + string(t)
}

// convert brings a value to the Go type of t. Where that is not possible it
// gives what the value is, in words.
func (t ParamType) convert(v any) (value any, isInstead string) {
	v = basicValue(v)
	switch is := inferType(v); {
	case is != "" && t == is, t == FileParam && is == StrParam, t == "" && is != "" && is != ListParam:
		if list, ok := v.([]any); ok {
			return convertList(list)
		}
		return v, ""
	case t == FloatParam && is == IntParam:
		return float64(v.(int64)), ""
	case t == IntParam && is == FloatParam:
		if f := v.(float64); f == math.Trunc(f) && math.Abs(f) <= 1<<53 {
			return int64(f), "" // JSON has no ints
		}
		return nil, "a float"
	case is != "":
		return nil, is.noun()
	case v == nil:
		return nil, "null"
	}
	return nil, "a map"
}

func convertList(list []any) (any, string) {
	out := make([]any, len(list))
	for i, element := range list {
		value, instead := ParamType("").convert(element)
		if instead != "" {
			return nil, "a list with " + instead + " in it"
		}
		out[i] = value
	}
	return out, ""
}

// basicValue narrows the number and list types that decoders give.
func basicValue(v any) any {
	switch v := v.(type) {
	case int:
		return int64(v)
	case int32:
		return int64(v)
	case uint64:
		if v > math.MaxInt64 {
			return float64(v)
		}
		return int64(v)
	case float32:
		return float64(v)
	case []string:
		list := make([]any, len(v))
		for i := range v {
			list[i] = v[i]
		}
		return list
	}
	return v
}

func isFinite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

func showValue(v any) string {
	if text, ok := v.(string); ok {
		return strconv.Quote(text)
	}
	if list, ok := v.([]any); ok {
		words := make([]string, len(list))
		for i := range list {
			words[i] = showValue(list[i])
		}
		return "[" + strings.Join(words, ", ") + "]"
	}
	return fmt.Sprint(v)
}

// ResolveParams gives every declared parameter its value: the text in set
// (command line) wins over the typed value in file (-P), which wins over the
// default. The error lists all that is wrong and wraps ErrParam.
func ResolveParams(defs []Param, set map[string]string, file map[string]any) (map[string]any, error) {
	values := make(map[string]any, len(defs))
	var errs []error
	for _, def := range defs {
		text, isSet := set[def.Name]
		typed, inFile := file[def.Name]
		var err error
		value := def.Default
		switch {
		case isSet:
			value, err = def.Parse(text)
		case inFile:
			value, err = def.Check(typed)
		case value == nil:
			err = def.fail("it has no default; give it with -p %s=VALUE", def.Name)
		}
		values[def.Name] = value
		errs = append(errs, err)
	}
	for _, name := range unknownNames(values, set, file) {
		errs = append(errs, unknownParam(defs, name))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return values, nil
}

func unknownNames(known map[string]any, set map[string]string, file map[string]any) []string {
	unknown := map[string]bool{}
	for name := range set {
		unknown[name] = true
	}
	for name := range file {
		unknown[name] = true
	}
	var names []string
	for name := range unknown {
		if _, ok := known[name]; !ok {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

func unknownParam(defs []Param, name string) error {
	if len(defs) == 0 {
		return &paramError{name, "the notebook declares no params"}
	}
	names := make([]string, len(defs))
	best, bestDistance := "", 3
	for i, def := range defs {
		names[i] = def.Name
		if d := editDistance(name, def.Name); d < bestDistance && d < len(name) {
			best, bestDistance = def.Name, d
		}
	}
	msg := "the notebook has no such param"
	if best != "" {
		msg += "; did you mean " + best + "?"
	} else {
		msg += ";"
	}
	return &paramError{name, msg + " known are " + strings.Join(names, ", ")}
}

// editDistance is the Levenshtein distance of two words.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

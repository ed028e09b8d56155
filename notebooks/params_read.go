package notebooks

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// params reads the declarations under the key params.
func (r *frontReader) params(pair *ast.MappingValueNode) *yamlError {
	if _, ok := pair.Value.(*ast.NullNode); ok || pair.Value == nil {
		return nil
	}
	entries, ok := yamlPairs(pair.Value)
	if !ok {
		return yamlFail(pair.Value, "params are not a mapping; write one line name: default for each")
	}
	seen := map[string]bool{}
	for _, entry := range entries {
		param, err := readParam(entry)
		if err == nil && seen[param.Name] {
			err = yamlFail(entry, "param %s is declared twice", param.Name)
		}
		if err != nil {
			r.failAt(err)
			continue
		}
		seen[param.Name] = true
		param.Line += r.offset
		r.front.Params = append(r.front.Params, param)
	}
	return nil
}

// readParam reads "name: default" or "name: {type: ..., default: ...}".
func readParam(entry *ast.MappingValueNode) (Param, *yamlError) {
	p := Param{Name: yamlKey(entry)}
	p.Line, _ = nodePosition(entry)
	if !validName(p.Name) {
		return p, yamlFail(entry, "param name %q is not an identifier; use letters, digits and _", p.Name)
	}
	fields, long := yamlPairs(entry.Value)
	var err *yamlError
	floatLimit := false
	if long {
		floatLimit, err = p.readFields(fields)
	} else {
		p.Default, err = yamlValue(entry.Value)
	}
	if err != nil {
		return p, err
	}
	if msg := p.complete(floatLimit); msg != "" {
		return p, yamlFail(entry, "param %s: %s", p.Name, msg)
	}
	return p, nil
}

// readFields reads the long form. It tells whether min, max or choices hold a
// float, which makes an int parameter float.
func (p *Param) readFields(fields []*ast.MappingValueNode) (floatLimit bool, err *yamlError) {
	for _, field := range fields {
		value, err := yamlValue(field.Value)
		if err != nil {
			return false, err
		}
		ok := true
		switch key := yamlKey(field); key {
		case "type":
			var text string
			text, ok = value.(string)
			p.Type = ParamType(text)
		case "default":
			p.Default = value
		case "min":
			p.Min, ok = numberPointer(value)
			floatLimit = floatLimit || isFloat(value)
		case "max":
			p.Max, ok = numberPointer(value)
			floatLimit = floatLimit || isFloat(value)
		case "choices":
			p.Choices, ok = value.([]any)
			ok = ok && len(p.Choices) > 0
			floatLimit = floatLimit || slices.ContainsFunc(p.Choices, isFloat)
		case "help":
			p.Help, ok = yamlText(field.Value)
		default:
			return false, yamlFail(field, "param %s: unknown key %s; known are type, default, min, max, choices, help", p.Name, key)
		}
		if !ok {
			return false, yamlFail(field.Value, "param %s: %s is not %s", p.Name, yamlKey(field), fieldKinds[yamlKey(field)])
		}
	}
	return floatLimit, nil
}

var fieldKinds = map[string]string{
	"type": "one of " + typeList, "min": "a number", "max": "a number",
	"choices": "a list with values", "help": "a text",
}

func numberPointer(value any) (*float64, bool) {
	switch v := value.(type) {
	case int64:
		f := float64(v)
		return &f, true
	case float64:
		return &v, isFinite(v)
	}
	return nil, false
}

func isFloat(value any) bool {
	_, ok := value.(float64)
	return ok
}

// complete infers the type, brings default and choices to it and checks the
// default. It gives what is wrong, or "".
func (p *Param) complete(floatLimit bool) string {
	if p.Type == "" {
		p.Type = inferType(p.Default)
		if p.Type == IntParam && floatLimit {
			p.Type = FloatParam
		}
	}
	switch p.Type {
	case IntParam, FloatParam, BoolParam, StrParam, FileParam, ListParam:
	case "":
		return "it has neither a type nor a default; give one of them"
	default:
		return fmt.Sprintf("unknown type %q; known are %s", p.Type, typeList)
	}
	if (p.Min != nil || p.Max != nil) && p.Type != IntParam && p.Type != FloatParam {
		return fmt.Sprintf("min and max are for numbers, and the type is %s", p.Type)
	}
	if p.Min != nil && p.Max != nil && *p.Min > *p.Max {
		return fmt.Sprintf("min %v is above max %v", *p.Min, *p.Max)
	}
	for i, choice := range p.Choices {
		value, msg := p.elementType().convert(choice)
		if msg != "" {
			return fmt.Sprintf("choice %s is %s", showValue(choice), msg)
		}
		p.Choices[i] = value
	}
	return p.checkDefault()
}

func (p *Param) checkDefault() string {
	if p.Default == nil {
		return ""
	}
	value, err := p.Check(p.Default)
	if err != nil {
		var wrong *paramError
		if errors.As(err, &wrong) {
			return "the default is wrong: " + wrong.msg
		}
		return err.Error()
	}
	p.Default = value
	return ""
}

func inferType(value any) ParamType {
	switch value.(type) {
	case int64:
		return IntParam
	case float64:
		return FloatParam
	case bool:
		return BoolParam
	case string:
		return StrParam
	case []any:
		return ListParam
	}
	return ""
}

// validName tells whether name is an identifier of the cell language.
func validName(name string) bool {
	return name != "" && (name[0] < '0' || name[0] > '9') &&
		strings.IndexFunc(name, func(r rune) bool { return !wordRune(r) }) < 0
}

package page

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"

	"github.com/wnb-dev/wnb/notebooks"
)

// Param is a declared parameter, and its value, as forms read them.
type Param struct {
	Name    string              `json:"name"`
	Type    notebooks.ParamType `json:"type"`
	Default any                 `json:"default"`
	Value   any                 `json:"value"`
	Min     *float64            `json:"min,omitempty"`
	Max     *float64            `json:"max,omitempty"`
	Choices []any               `json:"choices,omitempty"`
	Help    string              `json:"help,omitempty"`
}

// Params are declared parameters with the values that were set, or their
// defaults.
func Params(defs []notebooks.Param, set map[string]any) []Param {
	params := []Param{}
	for _, p := range defs {
		value, ok := set[p.Name]
		if !ok {
			value = p.Default
		}
		params = append(params, Param{p.Name, p.Type, p.Default, value, p.Min, p.Max, p.Choices, p.Help})
	}
	return params
}

// CheckParams brings values from a form to the types of the parameters. A text
// for one of another type is read as -p of the command line reads it.
func CheckParams(defs []notebooks.Param, set map[string]any) (map[string]any, error) {
	declared := map[string]notebooks.Param{}
	for _, d := range defs {
		declared[d.Name] = d
	}
	out := map[string]any{}
	var errs []error
	for name, value := range set {
		def, ok := declared[name]
		if !ok {
			errs = append(errs, fmt.Errorf("there is no parameter %q", name))
			continue
		}
		text, isText := value.(string)
		var err error
		if isText && def.Type != notebooks.StrParam && def.Type != notebooks.FileParam {
			out[name], err = def.Parse(text)
		} else {
			out[name], err = def.Check(value)
		}
		errs = append(errs, err)
	}
	return out, errors.Join(errs...)
}

// WithParams writes parameters into the text of a document as their defaults:
// so a kernel learns them. A text that cannot be read, and parameters that do
// not fit, are left as they are: the kernel says what is wrong with them.
func WithParams(path, text string, set map[string]any) string {
	if len(set) == 0 {
		return text
	}
	doc, err := notebooks.Parse(path, []byte(text))
	if err != nil {
		return text
	}
	raw, err := withDefaults(doc.Front.Raw, set)
	if err != nil {
		return text
	}
	if doc.Front, err = notebooks.ParseFrontMatter(raw); err != nil {
		return text
	}
	return string(doc.Print())
}

func withDefaults(front string, set map[string]any) (string, error) {
	var all yaml.MapSlice
	if err := yaml.UnmarshalWithOptions([]byte(front), &all, yaml.UseOrderedMap()); err != nil {
		return "", err
	}
	for i, item := range all {
		declared, ok := item.Value.(yaml.MapSlice)
		if item.Key != "params" || !ok {
			continue
		}
		for j, p := range declared {
			name, _ := p.Key.(string)
			if value, ok := set[name]; ok {
				declared[j].Value = withDefault(p.Value, value)
			}
		}
		all[i].Value = declared
	}
	out, err := yaml.Marshal(all)
	return string(out), err
}

// withDefault is a declaration, the short form or the long one, with another
// default.
func withDefault(declaration, value any) any {
	long, ok := declaration.(yaml.MapSlice)
	if !ok {
		return value
	}
	for i, item := range long {
		if item.Key == "default" {
			long[i].Value = value
			return long
		}
	}
	return append(long, yaml.MapItem{Key: "default", Value: value})
}

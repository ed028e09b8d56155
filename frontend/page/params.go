package page

import (
	"errors"
	"fmt"

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

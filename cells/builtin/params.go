package builtin

import (
	"fmt"
	"sort"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
)

// params is the value of the name params: one attribute per declared parameter.
type params struct{ values starlark.StringDict }

func newParams(values map[string]any) (*params, error) {
	p := &params{starlark.StringDict{}}
	for name, v := range values {
		s, err := toStarlark(v)
		if err != nil {
			return nil, fmt.Errorf("param %s: %w", name, err)
		}
		s.Freeze()
		p.values[name] = s
	}
	return p, nil
}

// toStarlark converts a value of a document: nil, bool, whole and floating
// numbers, strings, lists and maps.
func toStarlark(v any) (starlark.Value, error) {
	switch v := v.(type) {
	case nil:
		return starlark.None, nil
	case bool:
		return starlark.Bool(v), nil
	case int:
		return starlark.MakeInt(v), nil
	case int64:
		return starlark.MakeInt64(v), nil
	case float64:
		return starlark.Float(v), nil
	case string:
		return starlark.String(v), nil
	case []any:
		list := make([]starlark.Value, len(v))
		for i, x := range v {
			var err error
			if list[i], err = toStarlark(x); err != nil {
				return nil, err
			}
		}
		return starlark.NewList(list), nil
	}
	return nil, fmt.Errorf("a value of type %T cannot be given to cells", v)
}

func (p *params) String() string {
	parts := make([]string, 0, len(p.values))
	for _, name := range p.AttrNames() {
		parts = append(parts, name+"="+p.values[name].String())
	}
	return "params(" + strings.Join(parts, ", ") + ")"
}
func (p *params) Type() string          { return "params" }
func (p *params) Freeze()               {}
func (p *params) Truth() starlark.Bool  { return len(p.values) > 0 }
func (p *params) Hash() (uint32, error) { return 0, fmt.Errorf("params cannot be a key") }
func (p *params) AttrNames() []string {
	names := p.values.Keys()
	sort.Strings(names)
	return names
}
func (p *params) Attr(name string) (starlark.Value, error) {
	if v, ok := p.values[name]; ok {
		return v, nil
	}
	if len(p.values) == 0 {
		return nil, lang.WithHint("declare it under params: in the front matter", "the notebook declares no params, so there is no `%s`", name)
	}
	return nil, noAttr("params", name, p.AttrNames())
}

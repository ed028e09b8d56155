package scorer

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
)

// Param declares one parameter: the part of JSON schema that a form needs.
type Param struct {
	Type        string   `json:"type"` // number, integer, string or boolean
	Default     any      `json:"default,omitempty"`
	Minimum     *float64 `json:"minimum,omitempty"`
	Maximum     *float64 `json:"maximum,omitempty"`
	Enum        []any    `json:"enum,omitempty"`
	Description string   `json:"description,omitempty"`
}

func (p Param) check(name string) error {
	switch p.Type {
	case "number", "integer", "string", "boolean":
	default:
		return fmt.Errorf("parameter %q has type %q; it must be number, integer, string or boolean", name, p.Type)
	}
	if name == classesKey {
		return fmt.Errorf("parameter name %q is taken by the host", name)
	}
	if err := p.checkBounds(name); err != nil {
		return err
	}
	anyOf := p
	anyOf.Enum = nil
	for _, v := range p.Enum {
		if _, err := anyOf.value(name, v); err != nil {
			return fmt.Errorf("enum of %w", err)
		}
	}
	if p.Default != nil {
		if _, err := p.value(name, p.Default); err != nil {
			return fmt.Errorf("default of %w", err)
		}
	}
	return nil
}

// checkBounds refuses a minimum and a maximum that no value can keep.
func (p Param) checkBounds(name string) error {
	if p.Minimum == nil && p.Maximum == nil {
		return nil
	}
	if !p.numeric() {
		return fmt.Errorf("parameter %q is a %s; minimum and maximum are for numbers", name, p.Type)
	}
	lo, hi := math.Inf(-1), math.Inf(1)
	if p.Minimum != nil {
		lo = *p.Minimum
	}
	if p.Maximum != nil {
		hi = *p.Maximum
	}
	switch {
	case !(lo <= hi):
		return fmt.Errorf("parameter %q has minimum %v and maximum %v; the minimum is the lower one", name, lo, hi)
	case p.Type == "integer" && max(math.Ceil(lo), -maxInteger) > min(math.Floor(hi), maxInteger):
		return fmt.Errorf("parameter %q has minimum %v and maximum %v; there is no integer between them within ±%d", name, lo, hi, maxInteger)
	}
	return nil
}

func (p Param) numeric() bool { return p.Type == "number" || p.Type == "integer" }

// maxInteger is the largest integer whose neighbours are numbers of JSON, too: of
// one beyond it nobody knows whether it is the one that was written.
const maxInteger = 1<<53 - 1

// standIn is a value that the parameter may have, for a check without vectors.
func (p Param) standIn() any {
	switch {
	case len(p.Enum) > 0:
		return p.Enum[0]
	case p.Type == "string":
		return ""
	case p.Type == "boolean":
		return false
	}
	n := 0.0
	if p.Minimum != nil {
		n = max(n, math.Ceil(*p.Minimum))
	}
	if p.Maximum != nil && n > *p.Maximum {
		n = *p.Maximum
		if p.Type == "integer" {
			n = math.Floor(n)
		}
	}
	return n
}

// standIns are values for the parameters without a default.
func (m *Manifest) standIns() map[string]any {
	given := map[string]any{}
	for name, p := range m.Params {
		if p.Default == nil {
			given[name] = p.standIn()
		}
	}
	return given
}

// classesKey is the key under which wnb_configure gets the classes.
const classesKey = "classes"

// value checks v and gives it in its JSON form.
func (p Param) value(name string, v any) (any, error) {
	rv := reflect.ValueOf(v)
	var n float64
	switch {
	case v == nil:
		return nil, fmt.Errorf("parameter %q has no value", name)
	case p.Type == "string" && rv.Kind() == reflect.String, p.Type == "boolean" && rv.Kind() == reflect.Bool:
	case p.numeric() && rv.CanFloat():
		n = rv.Float()
	case p.numeric() && rv.CanInt():
		n = float64(rv.Int())
	default:
		return nil, fmt.Errorf("parameter %q must be a %s, and is %v", name, p.Type, v)
	}
	switch {
	case p.Type == "integer" && n != math.Trunc(n), math.IsNaN(n), math.IsInf(n, 0):
		return nil, fmt.Errorf("parameter %q must be a finite %s, and is %v", name, p.Type, v)
	case p.Type == "integer" && math.Abs(n) > maxInteger:
		return nil, fmt.Errorf("parameter %q is %v; an integer must be within ±%d", name, v, maxInteger)
	case p.Minimum != nil && n < *p.Minimum:
		return nil, fmt.Errorf("parameter %q is %v, the minimum is %v", name, v, *p.Minimum)
	case p.Maximum != nil && n > *p.Maximum:
		return nil, fmt.Errorf("parameter %q is %v, the maximum is %v", name, v, *p.Maximum)
	}
	if p.numeric() {
		v = n
	}
	if len(p.Enum) > 0 && !slices.Contains(p.Enum, v) {
		return nil, fmt.Errorf("parameter %q is %v; it must be one of %s", name, v, listed(p.Enum))
	}
	return v, nil
}

// listed are values as a message shows them.
func listed[T any](values []T) string {
	if len(values) == 0 {
		return "none"
	}
	var all []string
	for _, v := range values {
		all = append(all, fmt.Sprint(v))
	}
	return strings.Join(all, ", ")
}

// configuration checks params against the manifest, fills in defaults and
// gives what wnb_configure gets: a JSON object with sorted keys, or nil if there
// is nothing to say.
func (m *Manifest) configuration(params map[string]any, classes []string) ([]byte, error) {
	out := map[string]any{}
	for name := range params {
		if _, ok := m.Params[name]; !ok {
			return nil, fmt.Errorf("extension %s has no parameter %q; it has %s", m.Name, name, listed(slices.Sorted(maps.Keys(m.Params))))
		}
	}
	for name, p := range m.Params {
		v, given := params[name]
		if !given {
			v = p.Default
		}
		checked, err := p.value(name, v)
		if err != nil {
			return nil, fmt.Errorf("extension %s: %w", m.Name, err)
		}
		out[name] = checked
	}
	if classes != nil {
		out[classesKey] = classes
	}
	if len(out) == 0 {
		return nil, nil
	}
	b, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("extension %s: parameters: %w", m.Name, err)
	}
	if len(b) > maxManifest {
		return nil, fmt.Errorf("extension %s: parameters take %d bytes, the limit is %d", m.Name, len(b), maxManifest)
	}
	return b, nil
}

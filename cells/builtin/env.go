package builtin

import (
	"fmt"

	"go.starlark.net/starlark"
)

// Env gives the names that every cell can read without defining them. params
// are the values of the notebook's declared parameters: int64, float64, bool,
// string or []any.
func Env(params map[string]any) (starlark.StringDict, error) {
	p, err := newParams(params)
	if err != nil {
		return nil, err
	}
	env := Pure()
	env["params"] = p
	return env, nil
}

// Pure gives the names that do not depend on a notebook: what files that cells
// load can use.
func Pure() starlark.StringDict {
	env := starlark.StringDict{}
	for _, f := range plain() {
		env[f.name] = f
	}
	for _, f := range askFuncs() {
		env[f.name] = f
	}
	for _, f := range frameFuncs() {
		env[f.name] = f
	}
	for _, m := range []*module{trackModule(), notifyModule(), plotModule(), ioModule(), samplesModule(), mlModule(), wasmModule(), uiModule()} {
		env[m.name] = m
	}
	for _, name := range []string{"nlp", "registry", "datasets", "cfg", "notebook"} {
		env[name] = later{name}
	}
	for _, name := range []string{"table", "image"} {
		env[name] = &Func{name: name, doc: "Not available yet.", impl: func(c *call) (starlark.Value, error) {
			return nil, fmt.Errorf("%s is not available yet", c.fn.name)
		}}
	}
	return env
}

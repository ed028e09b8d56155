package builtin

import (
	"fmt"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
)

// askFuncs ask the world: what they ask is recorded, and asked again before a
// kept result of the cell is used.
func askFuncs() []*Func {
	return []*Func{
		{"env", "name, default=None", "A variable of the environment, as text. Without a default it must be set. Only a keyed hash of it is recorded, never the value; for passwords use secret.",
			`env("HOME", default="")`, env},
		{"secret", "name", "A secret, as a value that only builtins can use, such as the headers of io.fetch. Set it with `wnb secret set NAME`. It is never shown or stored.", "", secret},
		{"now", "", "The time, as seconds since 1970. A cell that asks is never cached.", "now()", now},
		{"pmap", "f, xs", "Calls f with each element of xs, several at a time, and gives the list of results in the order of xs. Each result is kept: when one of a thousand elements changes, one is computed. f can read everything that it captures, and changes nothing outside of itself.",
			"pmap(lambda x: x * x, [1, 2, 3])", pmap},
	}
}

// secretVariable starts the names of variables that hold secrets.
const secretVariable = "WNB_SECRET_"

func env(c *call) (starlark.Value, error) {
	var name string
	var otherwise starlark.Value
	if err := c.unpack("name", &name, "default?", &otherwise); err != nil {
		return nil, err
	}
	if secret, ok := strings.CutPrefix(name, secretVariable); ok {
		return nil, lang.WithHint(fmt.Sprintf("write secret(%q)", secret), "env: %s is a secret", name)
	}
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	text, ok, err := h.Env(name)
	switch {
	case err != nil:
		return nil, err
	case ok:
		return starlark.String(text), nil
	case otherwise != nil:
		return otherwise, nil
	}
	return nil, lang.WithHint(fmt.Sprintf(`set it before you start wnb, or write env(%q, default="")`, name), "the environment variable %s is not set", name)
}

func now(c *call) (starlark.Value, error) {
	if err := c.unpack(); err != nil {
		return nil, err
	}
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	if err := h.Impure("now()"); err != nil {
		return nil, err
	}
	return starlark.Float(float64(h.Now().UnixNano()) / float64(time.Second)), nil
}

func pmap(c *call) (starlark.Value, error) {
	var f starlark.Callable
	var xs starlark.Iterable
	if err := c.unpack("f", &f, "xs", &xs); err != nil {
		return nil, err
	}
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	var items []starlark.Value
	for x := range starlark.Elements(xs) {
		items = append(items, x)
	}
	results, err := h.Map(c.context(), f, items)
	if err != nil {
		return nil, err
	}
	return starlark.NewList(results), nil
}

func ioExists(c *call) (starlark.Value, error) {
	var path string
	if err := c.unpack("path", &path); err != nil {
		return nil, err
	}
	if err := needPath(c, path, "data.csv"); err != nil {
		return nil, err
	}
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	ok, err := h.Exists(path)
	return starlark.Bool(ok), err
}

func ioGlob(c *call) (starlark.Value, error) {
	var pattern string
	if err := c.unpack("pattern", &pattern); err != nil {
		return nil, err
	}
	if err := needPath(c, pattern, "data/*.csv"); err != nil {
		return nil, err
	}
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	names, err := h.Glob(pattern)
	if err != nil {
		return nil, err
	}
	return stringList(names), nil
}

package builtin

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
)

// A Func is a builtin function with its documentation.
type Func struct {
	name      string // with its module: "plot.hist"
	signature string // the parameters, as in a def: "values, bins=None, title=\"\""
	doc       string // what it does, in a sentence or two
	example   string // a line that works; may be empty
	impl      func(c *call) (starlark.Value, error)
}

var (
	_ starlark.Callable = (*Func)(nil)
	_ starlark.HasAttrs = (*module)(nil)
)

func (f *Func) Name() string          { return f.name }
func (f *Func) String() string        { return "<function " + f.name + "(" + f.signature + ")>" }
func (f *Func) Type() string          { return "function" }
func (f *Func) Freeze()               {}
func (f *Func) Truth() starlark.Bool  { return true }
func (f *Func) Hash() (uint32, error) { return starlark.String(f.name).Hash() }

// Help is the documentation as text: signature, description, example.
func (f *Func) Help() string {
	text := f.name + "(" + f.signature + ")\n\n" + f.doc + "\n"
	if f.example != "" {
		text += "\nExample:\n    " + f.example + "\n"
	}
	return text
}

// Parameters are the names of a function's parameters, for completion; nil for
// other values.
func Parameters(v starlark.Value) []string {
	switch f := v.(type) {
	case *Func:
		return parameterNames(f.signature)
	case *boundMethod:
		return parameterNames(f.signature)
	case *Extension:
		return parameterNames(f.function().signature)
	case *starlark.Function:
		names := make([]string, f.NumParams())
		for i := range names {
			names[i], _ = f.Param(i)
		}
		return names
	}
	return nil
}

// parameterNames reads a signature such as `path, sep=",", *args`.
func parameterNames(signature string) []string {
	var names []string
	depth, start, quoted := 0, 0, false
	for i, c := range signature + "," {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case strings.ContainsRune("([{", c):
			depth++
		case strings.ContainsRune(")]}", c):
			depth--
		case c == ',' && depth == 0:
			name, _, _ := strings.Cut(strings.TrimSpace(signature[start:min(i, len(signature))]), "=")
			if name != "" && !strings.HasPrefix(name, "*") {
				names = append(names, strings.TrimSpace(name))
			}
			start = i + 1
		}
	}
	return names
}

// CallInternal runs the function. Errors say which builtin they come from only
// where the message would not make sense without it. A panic is caught here,
// where the line of the call is still known.
func (f *Func) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (v starlark.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			v, err = nil, lang.Caught(r)
		}
	}()
	v, err = f.impl(&call{thread: thread, fn: f, args: args, kwargs: kwargs})
	if err != nil {
		return nil, explain(thread, err)
	}
	if v == nil {
		v = starlark.None
	}
	return v, nil
}

// explain adds what the library knows about an error, and the variables around
// it. An error of a function that the builtin called has all that already.
func explain(thread *starlark.Thread, err error) error {
	if _, ok := err.(*starlark.EvalError); ok {
		return err
	}
	var hint interface{ Hint() string }
	var already *lang.HintError
	if !errors.As(err, &already) && errors.As(err, &hint) && hint.Hint() != "" {
		err = &lang.HintError{Err: err, Hint: hint.Hint()}
	}
	return lang.WithLocals(thread, err)
}

// call is one call of a builtin.
type call struct {
	thread *starlark.Thread
	fn     *Func
	args   starlark.Tuple
	kwargs []starlark.Tuple
}

// unpack assigns the arguments to variables; see starlark.UnpackArgs. Names
// that end in ? are optional, in ?? also None.
func (c *call) unpack(pairs ...any) error {
	if err := starlark.UnpackArgs(c.fn.name, c.args, c.kwargs, pairs...); err != nil {
		return lang.WithHint("it is called as "+c.fn.name+"("+c.fn.signature+")", "%w", err)
	}
	return nil
}

func (c *call) context() context.Context { return lang.Context(c.thread) }

func (c *call) host() (Host, error) { return host(c.thread) }

// module is a named group of functions: io, plot, ml, ...
type module struct {
	name    string
	members starlark.StringDict
}

// newModule makes a module of functions, whose full names start with name.
func newModule(name string, funcs ...*Func) *module {
	m := &module{name: name, members: starlark.StringDict{}}
	for _, f := range funcs {
		m.members[f.name] = f
		f.name = name + "." + f.name
	}
	return m
}

func (m *module) String() string        { return "<module " + m.name + ">" }
func (m *module) Type() string          { return "module" }
func (m *module) Freeze()               {}
func (m *module) Truth() starlark.Bool  { return true }
func (m *module) Hash() (uint32, error) { return starlark.String(m.name).Hash() }
func (m *module) AttrNames() []string   { return m.members.Keys() }
func (m *module) Attr(name string) (starlark.Value, error) {
	if v, ok := m.members[name]; ok {
		return v, nil
	}
	return nil, noAttr(m.name, name, m.AttrNames())
}

// noAttr is the error for an attribute that does not exist.
func noAttr(what, name string, have []string) error {
	hint := ""
	if s := lang.Suggest(name, have); s != "" {
		hint = fmt.Sprintf("did you mean `%s`?", s)
	} else if len(have) <= 30 {
		sort.Strings(have)
		hint = fmt.Sprintf("it has %s", strings.Join(have, ", "))
	}
	return lang.WithHint(hint, "%s has no `%s`", what, name)
}

// later is a module that is planned and not there yet.
type later struct{ name string }

func (l later) String() string        { return "<module " + l.name + ", not available yet>" }
func (l later) Type() string          { return "module" }
func (l later) Freeze()               {}
func (l later) Truth() starlark.Bool  { return true }
func (l later) Hash() (uint32, error) { return starlark.String(l.name).Hash() }
func (l later) AttrNames() []string   { return nil }
func (l later) Attr(name string) (starlark.Value, error) {
	return nil, fmt.Errorf("%s.%s is not available yet", l.name, name)
}

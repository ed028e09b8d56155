package lang

import (
	"errors"
	"fmt"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
)

// ErrNoForm says that a function cannot be described as data.
var ErrNoForm = errors.New("the function cannot be stored")

// A FunctionForm is what a function is made of. Two functions with equal forms
// do the same.
type FunctionForm struct {
	Name string // of the def, or "lambda"
	// Code is the canonical source of the def or lambda, for Rebuild alone to
	// read. The default of a parameter is replaced by a hidden name.
	Code string
	// Captured are the values of the names that the body takes from outside:
	// from enclosing functions, its cell or file, other cells and builtins, and
	// the defaults under their hidden names. What every Starlark program has,
	// the function itself under its own name, and names that have no value are
	// left out.
	Captured starlark.StringDict
}

// A Narrower is a value of which a function may depend on some attributes only,
// such as the parameters of a notebook.
type Narrower interface {
	starlark.Value
	// Narrow is the value with these attributes and no others.
	Narrow(attrs []string) starlark.Value
}

// scopeName is the hidden name under which a module holds its scope.
const scopeName = reserved + "scope"

// A scope says which program a module runs. It is a value so that it can stand
// among the names that a module is given, where its functions lead to it.
type scope struct {
	program  *Program
	captured starlark.StringDict // all that a rebuilt function is given; nil for a cell
	frozen   bool
}

func (*scope) String() string        { return "scope" }
func (*scope) Type() string          { return "scope" }
func (*scope) Truth() starlark.Bool  { return true }
func (*scope) Hash() (uint32, error) { return 0, errors.New("unhashable: scope") }

// Freeze freezes what a rebuilt function captured. That of others the cell
// freezes when it is done.
func (s *scope) Freeze() {
	if !s.frozen {
		s.frozen = true
		s.captured.Freeze()
	}
}

// Inspect describes a function that a program made. Call it when the program is
// done: names change their values while it runs. The error wraps ErrNoForm.
func Inspect(fn *starlark.Function) (FunctionForm, error) {
	predeclared := fn.Module().Predeclared()
	s, ok := predeclared[scopeName].(*scope)
	if !ok {
		return FunctionForm{}, fmt.Errorf("%w: no cell made %s", ErrNoForm, fn.Name())
	}
	f := s.program.outline().byPlace[placeOf(fn.Position())]
	if f == nil {
		return FunctionForm{}, fmt.Errorf("%w: the source of %s is not known", ErrNoForm, fn.Name())
	}
	form := FunctionForm{Name: f.name, Code: f.code, Captured: starlark.StringDict{}}
	for i := range fn.NumParams() {
		if v := fn.ParamDefault(i); v != nil {
			name, _ := fn.Param(i)
			form.Captured[defaultName(name)] = v
		}
	}
	look := lookup{scope: s, fn: fn, predeclared: predeclared}
	for _, u := range f.uses {
		v := look.value(u)
		if v == nil || v == starlark.Value(fn) {
			continue
		}
		if n, ok := v.(Narrower); ok && !u.whole {
			v = n.Narrow(u.attrs)
		}
		name := u.name
		if name == f.name {
			form.Code += ownMark
			name = ownName(name)
		}
		form.Captured[name] = v
	}
	return form, nil
}

// ownMark ends the code of a function whose own name stands for another value
// in it, as after f = decorate(f). The value has a hidden name then.
const ownMark = "# the name stands for another value\n"

func ownName(name string) string { return ownPrefix + name }

// ownPrefix starts such names.
const ownPrefix = reserved + "own_"

// lookup finds the values of the names that a function uses.
type lookup struct {
	scope       *scope
	fn          *starlark.Function
	predeclared starlark.StringDict
	globals     starlark.StringDict // nil until one is asked for
}

// value is what a name stands for, or nil if it has no value, or the one that
// every program sees.
func (l *lookup) value(u *use) starlark.Value {
	if u.scope == resolve.Free {
		for i := range l.fn.NumFreeVars() {
			b, held := l.fn.FreeVar(i)
			if name, v := unboxed(b.Name, held); name == u.name {
				return v
			}
		}
	}
	if v := l.predeclared[ownName(u.name)]; v != nil {
		return v
	}
	if u.scope == resolve.Global && l.scope.captured == nil {
		if l.globals == nil {
			l.globals = l.fn.Globals()
		}
		return l.globals[u.name]
	}
	v := l.predeclared[u.name]
	if v == universe[u.name] {
		return nil
	}
	return v
}

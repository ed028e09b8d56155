package infer

import (
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/builtin"
)

// A Value is what is known of a value. The zero Value is one of which nothing
// is known.
type Value struct {
	// Type is what type(x) gives; "" if it is not known.
	Type string
	// Const is the value itself, of None, bools, numbers, text, and lists,
	// tuples and dicts of these; else nil.
	Const starlark.Value
	// Static stands for the value: a module or a builtin function itself, a
	// frame with the same columns and no rows, groups of such a frame; else
	// nil.
	Static starlark.Value
	// Elems are the elements of a tuple, if they are known.
	Elems []Value

	sig  *builtin.Signature // of a method
	of   *Value             // what the method is of
	fn   *function          // a function of a cell
	keys []string           // of a dict whose keys are known texts
}

// Columns are the names of a frame's columns; ok is false if they are not known.
func (v Value) Columns() (names []string, ok bool) {
	if f, isFrame := v.Static.(*builtin.Frame); isFrame {
		return f.Frame().Columns(), true
	}
	return nil, false
}

// Is tells whether the value is known to be of one of the types.
func (v Value) Is(types ...string) bool { return slices.Contains(types, v.Type) && v.Type != "" }

func ofType(typ string) Value { return Value{Type: typ} }

// constant is a value that is known.
func constant(v starlark.Value) Value {
	return Value{Type: v.Type(), Const: v}
}

// withColumns is a frame of which the columns are known.
func withColumns(f *builtin.Frame) Value { return Value{Type: "frame", Static: f} }

// text is the string, if it is known.
func (v Value) text() (string, bool) { return starlark.AsString(constOrNone(v)) }

func constOrNone(v Value) starlark.Value {
	if v.Const == nil {
		return starlark.None
	}
	return v.Const
}

// join is what is known of a value that is one of two.
func join(a, b Value) Value {
	if same(a, b) {
		return a
	}
	if a.Type == b.Type {
		return ofType(a.Type)
	}
	return Value{}
}

func same(a, b Value) bool {
	if a.Type != b.Type || a.fn != b.fn || a.sig != b.sig || len(a.Elems) != len(b.Elems) || (a.keys == nil) != (b.keys == nil) || !slices.Equal(a.keys, b.keys) {
		return false
	}
	for i := range a.Elems {
		if !same(a.Elems[i], b.Elems[i]) {
			return false
		}
	}
	aNames, aKnown := a.Columns()
	bNames, bKnown := b.Columns()
	switch {
	case aKnown && bKnown:
		return slices.Equal(aNames, bNames)
	case a.Static != nil || b.Static != nil:
		return a.Static == b.Static // modules and functions are pointers
	case a.Const == nil || b.Const == nil:
		return a.Const == nil && b.Const == nil
	}
	equal, err := starlark.Equal(a.Const, b.Const)
	return err == nil && equal
}

// A function is a def or lambda of a cell.
type function struct {
	name   string
	params []syntax.Expr
	body   []syntax.Stmt // nil for a lambda
	value  syntax.Expr   // of a lambda
	home   *cell

	known, busy bool
	result      Value // what it returns, once known
}

// vars are the variables at a place of a cell: a global by its name, a local by
// its binding.
type vars map[any]Value

// joined are the variables after a branch. What only one side assigns is as
// that side has it: on the other it does not exist.
func joined(a, b vars) vars {
	out := make(vars, len(a))
	for k, v := range a {
		out[k] = v
	}
	for k, v := range b {
		if w, both := out[k]; both {
			v = join(v, w)
		}
		out[k] = v
	}
	return out
}

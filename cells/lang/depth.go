package lang

import (
	"go.starlark.net/starlark"
)

// maxNesting is how deep lists and dicts may stand in each other. Showing,
// freezing and comparing a value recurse, and Go ends the process, not the cell,
// when its stack is full.
const maxNesting = 10_000

// CheckDepth refuses values that are nested too deep to be shown or frozen. It
// does not follow values into themselves.
func CheckDepth(values ...starlark.Value) error {
	d := depths{}
	for _, v := range values {
		if d.of(v, 0) > maxNesting {
			return WithHint("keep the parts in one flat list", "a value is nested more than %d deep", maxNesting)
		}
	}
	return nil
}

// depths remembers the depth of containers that hold containers; one that is
// being looked at counts nothing.
type depths map[starlark.Value]int

func (d depths) of(v starlark.Value, level int) int {
	if level > maxNesting {
		return 1
	}
	switch v.(type) {
	case *starlark.List, *starlark.Dict, *starlark.Set:
		if known, ok := d[v]; ok {
			return known
		}
	case starlark.Tuple:
	default:
		return 0
	}
	deepest, marked := 0, false
	eachElement(v, func(x starlark.Value) {
		if !isContainer(x) {
			return
		}
		if _, isTuple := v.(starlark.Tuple); !isTuple && !marked {
			d[v], marked = 0, true
		}
		deepest = max(deepest, d.of(x, level+1))
	})
	if marked {
		d[v] = deepest + 1
	}
	return deepest + 1
}

func isContainer(v starlark.Value) bool {
	switch v.(type) {
	case *starlark.List, *starlark.Dict, *starlark.Set, starlark.Tuple:
		return true
	}
	return false
}

// eachElement goes through what a container holds; keys of dicts and elements
// of sets are hashable and so at most tuples.
func eachElement(v starlark.Value, visit func(starlark.Value)) {
	switch v := v.(type) {
	case *starlark.List:
		for i := range v.Len() {
			visit(v.Index(i))
		}
	case starlark.Tuple:
		for _, x := range v {
			visit(x)
		}
	case *starlark.Dict:
		for _, item := range v.Items() {
			visit(item[0])
			visit(item[1])
		}
	case *starlark.Set:
		for x := range v.Elements() {
			visit(x)
		}
	}
}

// errorAtEnd is an error that arises when the cell is done, and has no line.
func (p *Program) errorAtEnd(err error) *Error {
	e := &Error{Kind: KindLimit, Cell: p.ID, Msg: err.Error(), cause: err}
	if h, ok := err.(*HintError); ok {
		e.Hint = h.Hint
	}
	return e
}

// valuesOf are the values of a dict.
func valuesOf(d starlark.StringDict) []starlark.Value {
	out := make([]starlark.Value, 0, len(d))
	for _, v := range d {
		if v != nil {
			out = append(out, v)
		}
	}
	return out
}

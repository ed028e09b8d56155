package lang

import (
	"iter"
	"slices"

	"go.starlark.net/starlark"
)

// Bounds on values that are shown, compared or leave a cell. The interpreter
// recurses into values without a look at the clock, the memory or the stack,
// and Go ends the process, not the cell, when the stack is full.
const (
	// maxNesting is how deep values may stand in each other.
	maxNesting = 10_000
	// maxParts is how many values may be found in a value that is shown or
	// compared, when those that are found again are counted again. A list of a
	// few lists of a few lists ... needs little memory, and more text than any
	// memory holds.
	maxParts = 100_000_000
	// maxFrozen is how many may be found by freezing, which notes in lists, dicts
	// and sets, and in these alone, that it has been there.
	maxFrozen = 1_000_000_000
)

// CheckDepth refuses values that are nested too deep, or hold each other in too
// many ways, to be shown or compared. It does not follow values into themselves.
func CheckDepth(values ...starlark.Value) error {
	var e extents
	for _, v := range values {
		if !isNested(v) {
			continue
		}
		if x := e.of(v, 0); x.depth > maxNesting {
			return errTooDeep()
		} else if x.parts > maxParts {
			return errTooMany(maxParts)
		}
	}
	return nil
}

// checkFreeze refuses values that cannot be frozen.
func checkFreeze(values []starlark.Value) error {
	e := extents{freezing: true}
	for _, v := range values {
		x := e.of(v, 0)
		e.total = min(e.total+x.parts, maxFrozen+1)
		switch {
		case e.endless:
			return WithHint("define them at the top level of the cell, or give them to each other as arguments", "functions hold each other in a circle")
		case x.depth > maxNesting:
			return errTooDeep()
		case e.total > maxFrozen:
			return errTooMany(maxFrozen)
		}
	}
	return nil
}

func errTooDeep() error {
	return WithHint("keep the parts in one flat list", "a value is nested more than %d deep", maxNesting)
}

func errTooMany(limit int) error {
	return WithHint("the same parts stand in it again and again; refer to them by number", "a value has more than %d parts", limit)
}

// An extent is the size of a value.
type extent struct {
	depth int
	parts int64
	open  int // while the value is being looked at: 1 + extents.marks then
}

// extents measures values. It remembers containers that are long or hold
// containers; one that is being looked at counts nothing.
type extents struct {
	known map[any]extent
	// For freezing:
	freezing bool
	total    int64 // the parts of all lists, dicts, sets and boxes
	marks    int   // how many of these the value being looked at stands in
	endless  bool  // a value holds itself with none of these in between
}

func (e *extents) of(v starlark.Value, level int) extent {
	if level > maxNesting {
		return extent{depth: 1, parts: 1}
	}
	if !isContainer(v) {
		return extent{parts: 1}
	}
	marking := e.freezing && marksFreezing(v)
	if marking {
		e.marks++
		defer func() { e.marks-- }()
	}
	var id any // if v is worth to be remembered
	if isLong(v) || isNested(v) {
		id = identity(v)
		if known, ok := e.meet(id); ok {
			return known
		}
	}
	x := extent{parts: 1}
	for part := range elements(v) {
		if !isContainer(part) {
			x.parts++
			continue
		}
		inner := e.of(part, level+1)
		x.depth = max(x.depth, inner.depth)
		x.parts = min(x.parts+inner.parts, maxFrozen+1)
	}
	x.depth++
	if marking {
		e.total = min(e.total+x.parts, maxFrozen+1)
		x.parts = 1
	}
	if id != nil {
		e.remember(id, x)
	}
	return x
}

// meet gives what is known of a container, or notes that it is being looked at.
func (e *extents) meet(id any) (known extent, ok bool) {
	known, ok = e.known[id]
	if !ok {
		e.remember(id, extent{open: e.marks + 1})
		return extent{}, false
	}
	e.endless = e.endless || e.freezing && known.open == e.marks+1
	return known, true
}

func (e *extents) remember(id any, x extent) {
	if e.known == nil {
		e.known = map[any]extent{}
	}
	e.known[id] = x
}

// isLong tells containers that should not be gone through twice.
func isLong(v starlark.Value) bool {
	s, ok := v.(starlark.Sequence)
	return ok && s.Len() > 100
}

// marksFreezing tells the values that note that they are frozen.
func marksFreezing(v starlark.Value) bool {
	switch v.(type) {
	case *starlark.List, *starlark.Dict, *starlark.Set, *box, *scope:
		return true
	}
	return false
}

// identity tells a container from others that hold the same.
func identity(v starlark.Value) any {
	if t, ok := v.(starlark.Tuple); ok {
		type slice struct {
			first *starlark.Value
			n     int
		}
		return slice{&t[0], len(t)}
	}
	return v
}

// isNested tells containers that hold containers.
func isNested(v starlark.Value) bool {
	switch v := v.(type) {
	case *starlark.List:
		for i := range v.Len() {
			if isContainer(v.Index(i)) {
				return true
			}
		}
	case starlark.Tuple:
		return slices.ContainsFunc(v, isContainer)
	default:
		if !isContainer(v) {
			return false
		}
		for part := range elements(v) {
			if isContainer(part) {
				return true
			}
		}
	}
	return false
}

// isContainer tells values that hold others. A function holds its defaults and
// what it captures from other functions.
func isContainer(v starlark.Value) bool {
	switch v := v.(type) {
	case *starlark.List, *starlark.Dict, *starlark.Set, starlark.Tuple, *box:
		return true
	case *scope:
		return v.captured != nil
	case *starlark.Function:
		return v.NumFreeVars() > 0 || v.NumParams() > 0
	case *starlark.Builtin:
		return v.Receiver() != nil
	}
	return false
}

// elements are what a container holds.
func elements(v starlark.Value) iter.Seq[starlark.Value] {
	return func(yield func(starlark.Value) bool) {
		switch v := v.(type) {
		case *starlark.List:
			for i := range v.Len() {
				if !yield(v.Index(i)) {
					return
				}
			}
		case starlark.Tuple:
			for _, x := range v {
				if !yield(x) {
					return
				}
			}
		case *starlark.Dict:
			for k, x := range v.Entries() {
				if !yield(k) || !yield(x) {
					return
				}
			}
		case *starlark.Set:
			for x := range v.Elements() {
				if !yield(x) {
					return
				}
			}
		case *starlark.Builtin:
			yield(v.Receiver())
		case *box:
			if v.value != nil {
				yield(v.value)
			}
		case *scope:
			for _, name := range v.captured.Keys() {
				if !yield(v.captured[name]) {
					return
				}
			}
		case *starlark.Function:
			held(v, yield)
		}
	}
}

// held visits what a function holds.
func held(fn *starlark.Function, yield func(starlark.Value) bool) {
	for i := range fn.NumParams() {
		if v := fn.ParamDefault(i); v != nil && !yield(v) {
			return
		}
	}
	for i := range fn.NumFreeVars() {
		if _, v := fn.FreeVar(i); v != nil && !yield(v) {
			return
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

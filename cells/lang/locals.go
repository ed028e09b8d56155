package lang

import (
	"fmt"
	"sort"
	"strings"

	"go.starlark.net/starlark"
)

// localsError is an error of a builtin with the variables of the functions that
// were running. The interpreter forgets them when it unwinds, so that they are
// noted where the error arises.
type localsError struct {
	error
	frames [][]Local // outermost first, one per Starlark function
}

func (e *localsError) Unwrap() error { return e.error }

// WithLocals notes the variables of the functions that run on the thread, for
// the back-trace of err. Builtins that can fail call it with their error.
func WithLocals(thread *starlark.Thread, err error) error {
	var frames [][]Local
	for depth := thread.CallStackDepth() - 1; depth >= 0; depth-- {
		frame := thread.DebugFrame(depth)
		fn, ok := frame.Callable().(*starlark.Function)
		if !ok {
			continue
		}
		var locals []Local
		if fn.Name() != "<toplevel>" {
			locals = variables(frame)
		}
		frames = append(frames, locals)
	}
	return &localsError{err, frames}
}

// variables are those of a function that have a value. The interpreter does not
// show what stands in one that an inner function captures.
func variables(frame starlark.DebugFrame) []Local {
	var out []Local
	for i := range frame.NumLocals() {
		if b, v := frame.Local(i); v != nil && v.Type() != "cell" {
			out = append(out, Local{b.Name, Shorten(v, maxLocal)})
		}
	}
	return out
}

// maxLocal is how much of a variable's value a back-trace shows.
const maxLocal = 80

// topLevelLocals are the variables of a cell's top level.
func topLevelLocals(vars starlark.StringDict) []Local {
	var out []Local
	for name, v := range vars {
		if v == nil || strings.HasPrefix(name, reserved) {
			continue
		}
		switch v.(type) {
		case *starlark.Function, *starlark.Builtin:
			continue
		}
		out = append(out, Local{name, Shorten(v, maxLocal)})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Shorten shows a value in at most n characters. Long containers are described
// by their size, and nothing is looked at beyond n characters, so that the cost
// does not depend on what the value holds.
func Shorten(v starlark.Value, n int) string {
	if s, ok := v.(starlark.Sequence); ok && s.Len() > n {
		return fmt.Sprintf("%s of %d", v.Type(), s.Len())
	}
	w := &shortWriter{limit: 4 * n} // characters have up to four bytes
	w.value(v)
	runes := []rune(w.String())
	if len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return string(runes)
}

// shortWriter writes values as Starlark does, and stops when it has enough.
type shortWriter struct {
	strings.Builder
	limit int
}

func (w *shortWriter) full() bool { return w.Len() > w.limit }

func (w *shortWriter) value(v starlark.Value) {
	switch v := v.(type) {
	case starlark.String:
		w.WriteString(v[:min(len(v), w.limit)].String())
	case *starlark.List, starlark.Tuple, *starlark.Set:
		open, end := "[", "]"
		if t, ok := v.(starlark.Tuple); ok {
			open, end = "(", ")"
			if len(t) == 1 {
				end = ",)"
			}
		} else if _, ok := v.(*starlark.Set); ok {
			open, end = "set([", "])"
		}
		w.WriteString(open)
		w.elements(v)
		w.WriteString(end)
	case *starlark.Dict:
		w.WriteString("{")
		sep := ""
		for k, x := range v.Entries() {
			if w.full() {
				return
			}
			w.WriteString(sep)
			w.value(k)
			w.WriteString(": ")
			w.value(x)
			sep = ", "
		}
		w.WriteString("}")
	default:
		w.WriteString(v.String())
	}
}

func (w *shortWriter) elements(v starlark.Value) {
	sep := ""
	for x := range elements(v) {
		if w.full() {
			return
		}
		w.WriteString(sep)
		w.value(x)
		sep = ", "
	}
}

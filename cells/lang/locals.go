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
			for i := range frame.NumLocals() {
				if b, v := frame.Local(i); v != nil {
					locals = append(locals, Local{b.Name, Shorten(v, maxLocal)})
				}
			}
		}
		frames = append(frames, locals)
	}
	return &localsError{err, frames}
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

// Shorten shows a value in at most n characters. Containers are described by
// their size, so that the cost does not depend on what they hold.
func Shorten(v starlark.Value, n int) string {
	if s, ok := v.(starlark.Sequence); ok && s.Len() > n {
		return fmt.Sprintf("%s of %d", v.Type(), s.Len())
	}
	text := v.String()
	if s, ok := v.(starlark.String); ok && len(s) > 4*n {
		text = s[:4*n].String()
	}
	runes := []rune(text)
	if len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return text
}

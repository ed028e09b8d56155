package lang

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime/debug"
	"strings"

	"go.starlark.net/starlark"
)

// runtimeError puts an error of the interpreter into our words.
func (p *Program) runtimeError(ctx context.Context, err error, globals, env starlark.StringDict, g *guard, opts Options) *Error {
	e := &Error{Kind: KindRuntime, Cell: p.ID, Msg: err.Error(), cause: err}
	var eval *starlark.EvalError
	if errors.As(err, &eval) {
		e.cause = eval.Unwrap()
		e.Msg = message(eval)
		e.Trace = p.trace(eval.CallStack, opts.Lookup)
		if n := len(e.Trace); n > 0 {
			top := e.Trace[n-1]
			e.Cell, e.Line, e.Col, e.Source = top.Cell, top.Line, top.Col, top.Source
			e.Trace[0].Locals = topLevelLocals(globals)
		}
	}
	var noted *localsError
	if errors.As(e.cause, &noted) && len(noted.frames) == len(e.Trace) {
		for i, locals := range noted.frames[1:] {
			e.Trace[i+1].Locals = locals
		}
	}
	over, hint := g.over()
	var inner *Error
	if errors.As(e.cause, &inner) && over == "" && ctx.Err() == nil {
		return inner.within(e)
	}
	var panicked *PanicError
	switch {
	case errors.As(e.cause, &panicked):
		e.fault(panicked)
	case over != "":
		e.Kind, e.Msg, e.Hint = KindLimit, over, hint
	case ctx.Err() != nil:
		e.cause = context.Cause(ctx)
		e.Kind, e.Msg = KindInterrupt, "interrupted"
		if errors.Is(e.cause, ErrTimeout) || errors.Is(e.cause, context.DeadlineExceeded) {
			e.Kind, e.Msg = KindTimeout, e.cause.Error()
			e.Hint = "give the cell more time with timeout=..., or the run with --timeout"
		}
	default:
		p.advise(e, globals, env, opts)
	}
	return e
}

// within gives an error of a loaded file the calls of the cell that loaded it.
func (e *Error) within(outer *Error) *Error {
	inside := *e
	if len(inside.Trace) == 0 {
		inside.Trace = []Frame{{Cell: e.Cell, Line: e.Line, Col: e.Col, Source: e.Source}}
	}
	inside.Trace = append(outer.Trace[:len(outer.Trace):len(outer.Trace)], inside.Trace...)
	inside.cause = e
	return &inside
}

// noValue are the interpreter's messages about a name that has no value yet. It
// depends on how a function was made which of them comes.
var noValue = regexp.MustCompile(`^(?:global variable|local variable|internal error: predeclared variable) (\S+) (?:referenced before assignment|is uninitialized)$`)

// message is the innermost text, without the prefix that names our own hidden
// builtins.
func message(eval *starlark.EvalError) string {
	msg := noValue.ReplaceAllString(eval.Msg, "variable $1 referenced before assignment")
	for {
		rest, ok := strings.CutPrefix(msg, reserved)
		if !ok {
			return msg
		}
		_, msg, ok = strings.Cut(rest, ": ")
		if !ok {
			return eval.Msg
		}
	}
}

// trace turns the interpreter's call stack into frames, without builtins: they
// have no lines.
func (p *Program) trace(stack starlark.CallStack, lookup func(string) *Program) []Frame {
	var frames []Frame
	without := map[string]func(*Frame){} // for functions without a home, by file name
	for _, c := range stack {
		file := c.Pos.Filename()
		if file == "<builtin>" {
			continue
		}
		id, code, own := strings.Cut(file, codeMark)
		f := Frame{Cell: id, Line: int(c.Pos.Line), Col: int(c.Pos.Col)}
		if c.Name != "<toplevel>" {
			f.Func = c.Name
		}
		q := p
		if f.Cell != p.ID && lookup != nil {
			q = lookup(f.Cell)
		}
		if own {
			if without[file] == nil {
				without[file] = quoter(id, code)
			}
			without[file](&f)
		} else if q != nil && q.ID == f.Cell {
			f.Line, f.Col = q.position(c.Pos)
			f.Source = q.Line(f.Line)
		}
		frames = append(frames, f)
	}
	return frames
}

// A PanicError is a panic that was caught. It is a fault of wnb; its stack is
// for logs, not for users.
type PanicError struct {
	Value any
	Stack []byte
}

// Caught makes an error of what recover() gave.
func Caught(r any) *PanicError { return &PanicError{r, debug.Stack()} }

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.Value, e.Stack) }

// fault puts a panic into words.
func (e *Error) fault(p *PanicError) {
	e.cause = p
	e.Kind, e.Msg, e.Hint = KindInternal, fmt.Sprintf("internal fault of wnb: %v", p.Value), "please report it, with the cell"
	if strings.Contains(e.Msg, "makeslice") {
		e.Kind, e.Msg, e.Hint = KindLimit, "a value would be too large for memory", ""
	}
}

// panicked turns a panic inside the interpreter into an error of the cell. The
// calls are gone by then, so that the line is not known.
func (p *Program) panicked(r any) *Error {
	e := &Error{Cell: p.ID}
	e.fault(Caught(r))
	return e
}

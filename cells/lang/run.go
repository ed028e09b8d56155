package lang

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime/debug"
	"runtime/metrics"
	"strings"

	"go.starlark.net/starlark"
)

// Limits bound one evaluation. Zero fields do not limit, but for the depth.
type Limits struct {
	Steps  uint64 // computation steps of the interpreter
	Depth  int    // nested calls; 0 means DefaultDepth
	Memory uint64 // bytes of Go heap of the whole process
}

// DefaultDepth is the call depth that is allowed when no other is set.
const DefaultDepth = 10_000

// Options are the circumstances of an evaluation.
type Options struct {
	Limits Limits
	// Host is handed to builtins, which find it by Host(thread).
	Host any
	// Print receives what print writes, without the line end.
	Print func(thread *starlark.Thread, msg string)
	// Load answers load statements.
	Load func(thread *starlark.Thread, module string) (starlark.StringDict, error)
	// Lookup finds the program of another cell or file, for back-traces; may
	// be nil.
	Lookup func(id string) *Program
	// Origin names the cell that a foreign name came from, for messages; may
	// be nil.
	Origin func(name string) string
}

// A Result is what a cell made. All of it is frozen.
type Result struct {
	// Exports are the values of Program.Defines.
	Exports starlark.StringDict
	// Value is the value of the last expression; nil if there is none.
	Value starlark.Value
	// Steps is how much the cell computed: the same for the same cell and inputs.
	Steps uint64
}

// Run evaluates the program. env holds a value for each of p.Reads that is not
// part of Starlark itself. The error is an *Error.
func (p *Program) Run(ctx context.Context, env starlark.StringDict, opts Options) (res *Result, err error) {
	predeclared := make(starlark.StringDict, len(env)+len(hidden)+len(universe)+1)
	for _, d := range []starlark.StringDict{universe, env, hidden} {
		for name, v := range d {
			predeclared[name] = v
		}
	}
	predeclared[scopeName] = &scope{program: p}
	thread, guard, stop := newThread(ctx, p.ID, opts)
	defer stop()
	defer func() {
		if r := recover(); r != nil {
			res, err = nil, p.panicked(r)
		}
	}()
	globals, runErr := p.code.Init(thread, predeclared)
	if runErr != nil {
		return nil, p.runtimeError(ctx, runErr, globals, env, guard, opts)
	}
	if err := checkFreeze(valuesOf(globals)); err != nil {
		return nil, p.errorAtEnd(err)
	}
	globals.Freeze()
	res = &Result{Exports: starlark.StringDict{}, Steps: thread.ExecutionSteps()}
	for _, d := range p.defines {
		if v := globals[d.Name.Name]; v != nil {
			res.Exports[d.Name.Name] = v
		}
	}
	if v := globals[resultName]; v != nil && v != starlark.None {
		res.Value = v
	}
	return res, nil
}

// newThread is a thread for one evaluation, which an end of ctx stops.
func newThread(ctx context.Context, name string, opts Options) (thread *starlark.Thread, g *guard, stop func() bool) {
	thread = &starlark.Thread{Name: name, Print: opts.Print, Load: opts.Load}
	thread.SetLocal(contextKey, ctx)
	thread.SetLocal(hostKey, opts.Host)
	g = limit(thread, opts.Limits)
	return thread, g, context.AfterFunc(ctx, func() { thread.Cancel("interrupted") })
}

// Call calls a frozen function on a thread of its own, as a cell would: under
// limits and with a host. name is that of the cell on whose behalf it runs. The
// result is frozen; the error is an *Error.
func Call(ctx context.Context, name string, fn starlark.Callable, args starlark.Tuple, opts Options) (v starlark.Value, err error) {
	thread, guard, stop := newThread(ctx, name, opts)
	defer stop()
	p := &Program{ID: name}
	defer func() {
		if r := recover(); r != nil {
			v, err = nil, p.panicked(r)
		}
	}()
	v, callErr := starlark.Call(thread, fn, args, nil)
	if callErr != nil {
		return nil, p.runtimeError(ctx, callErr, nil, nil, guard, opts)
	}
	if err := checkFreeze([]starlark.Value{v}); err != nil {
		return nil, p.errorAtEnd(err)
	}
	v.Freeze()
	return v, nil
}

const (
	contextKey = "wnb.context"
	hostKey    = "wnb.host"
)

// Context is the context of the evaluation that runs on the thread. Builtins
// that may take long pass it on.
func Context(thread *starlark.Thread) context.Context {
	if ctx, ok := thread.Local(contextKey).(context.Context); ok {
		return ctx
	}
	return context.Background()
}

// Host is the Options.Host of the evaluation that runs on the thread.
func Host(thread *starlark.Thread) any { return thread.Local(hostKey) }

// checkEvery is how many steps pass between two looks at the limits: about
// 0.1 ms.
const checkEvery = 4096

// guard watches a thread's limits. It runs on the thread itself, every
// checkEvery steps, so what it finds depends on the program alone (but for
// memory).
type guard struct {
	limits Limits
	hit    string // what was over its limit
	hint   string
	checks int
	sample []metrics.Sample
}

func limit(thread *starlark.Thread, l Limits) *guard {
	if l.Depth == 0 {
		l.Depth = DefaultDepth
	}
	g := &guard{limits: l, sample: []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}}
	thread.SetMaxExecutionSteps(checkEvery)
	thread.OnMaxSteps = g.check
	return g
}

func (g *guard) check(thread *starlark.Thread) {
	steps := thread.ExecutionSteps()
	switch {
	case g.limits.Steps > 0 && steps >= g.limits.Steps:
		g.stop(thread, fmt.Sprintf("the cell took more than %d steps", g.limits.Steps), "an endless loop? raise the limit if the work is really that much")
	case thread.CallStackDepth() > g.limits.Depth:
		g.stop(thread, fmt.Sprintf("calls are nested more than %d deep", g.limits.Depth), "a function that calls itself without an end? use a loop")
	case g.limits.Memory > 0 && g.overMemory():
		g.stop(thread, fmt.Sprintf("the cell needs more than %d MiB of memory", g.limits.Memory>>20), "work on fewer rows at a time, or raise the limit")
	default:
		thread.SetMaxExecutionSteps(steps + checkEvery)
	}
}

func (g *guard) stop(thread *starlark.Thread, what, hint string) {
	g.hit, g.hint = what, hint
	thread.Cancel(what)
}

// overMemory samples the heap on every 16th check: reading it costs some
// microseconds.
func (g *guard) overMemory() bool {
	if g.checks++; g.checks%16 != 0 {
		return false
	}
	metrics.Read(g.sample)
	return g.sample[0].Value.Uint64() > g.limits.Memory
}

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
	var inner *Error
	if errors.As(e.cause, &inner) && g.hit == "" && ctx.Err() == nil {
		return inner.within(e)
	}
	var panicked *PanicError
	switch {
	case errors.As(e.cause, &panicked):
		e.fault(panicked)
	case g.hit != "":
		e.Kind, e.Msg, e.Hint = KindLimit, g.hit, g.hint
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
	for _, c := range stack {
		if c.Pos.Filename() == "<builtin>" {
			continue
		}
		id, code, own := strings.Cut(c.Pos.Filename(), codeMark)
		f := Frame{Cell: id, Line: int(c.Pos.Line), Col: int(c.Pos.Col)}
		if c.Name != "<toplevel>" {
			f.Func = c.Name
		}
		q := p
		if own {
			q = &Program{ID: id, lines: strings.Split(code, "\n")}
		} else if f.Cell != p.ID && lookup != nil {
			q = lookup(f.Cell)
		}
		if q != nil && q.ID == f.Cell {
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

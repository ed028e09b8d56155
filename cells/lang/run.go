package lang

import (
	"context"

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
	thread, guard, done := newThread(ctx, p.ID, opts)
	defer done()
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

// newThread is a thread for one evaluation, which an end of ctx stops. done must
// be called when the evaluation has ended.
func newThread(ctx context.Context, name string, opts Options) (thread *starlark.Thread, g *guard, done func()) {
	thread = &starlark.Thread{Name: name, Print: opts.Print, Load: opts.Load}
	thread.SetLocal(contextKey, ctx)
	thread.SetLocal(hostKey, opts.Host)
	g = limit(thread, opts.Limits)
	stop := context.AfterFunc(ctx, func() { thread.Cancel("interrupted") })
	return thread, g, func() {
		stop()
		g.end()
	}
}

// Call calls a frozen function on a thread of its own, as a cell would: under
// limits and with a host. name is that of the cell on whose behalf it runs. The
// result is frozen; the error is an *Error.
func Call(ctx context.Context, name string, fn starlark.Callable, args starlark.Tuple, opts Options) (v starlark.Value, err error) {
	thread, guard, done := newThread(ctx, name, opts)
	defer done()
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

package scorer

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
)

const (
	// apartCost is the estimated cost above which Config.Compiler compiles.
	apartCost = 250_000
	// hereCost is the most that this process compiles by itself: about twenty
	// seconds at worst, see checker.compileCost.
	hereCost = 18_000_000
)

// build compiles under a deadline. A compilation in this process cannot be
// stopped, so at the deadline it is left to end by itself: the validator's caps
// see to that it does, and it keeps its place among those that may run.
func (e *Engine) build(ctx context.Context, m *Module, interpret bool) (*program, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, m.limits.CompileTime, fmt.Errorf("%w: it took more than %v", ErrDeadline, m.limits.CompileTime))
	defer cancel()
	select {
	case e.compiling <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if ctx.Err() != nil { // select chooses by chance where both are ready
		<-e.compiling
		return nil, context.Cause(ctx)
	}
	type built struct {
		p   *program
		err error
	}
	done := make(chan built, 1)
	var settled atomic.Bool // by the first of both sides
	e.builds.Add(1)
	go func() {
		defer e.builds.Done()
		defer func() { <-e.compiling }()
		p, err := e.compile(ctx, m, interpret)
		if settled.CompareAndSwap(false, true) {
			done <- built{p, err}
		} else if err == nil {
			_ = p.close() // nobody waits for it, nor for its error
		}
	}()
	select {
	case b := <-done:
		return b.p, b.err
	case <-ctx.Done():
		if settled.CompareAndSwap(false, true) {
			return nil, context.Cause(ctx)
		}
		b := <-done
		return b.p, b.err
	}
}

// compile makes a program: of native code that is kept, of what another process
// compiled, or here. wazero panics on some modules.
func (e *Engine) compile(ctx context.Context, m *Module, interpret bool) (p *program, err error) {
	defer func() {
		if v := recover(); v != nil {
			p, err = nil, fmt.Errorf("the compiler panicked: %v\n%s", v, debug.Stack())
		}
	}()
	mach, err := e.machine(interpret || !e.compiler)
	if err != nil {
		return nil, err
	}
	if mach.dir == "" {
		return mach.compile(m.metered)
	}
	if m.native.name == "" {
		if e.cfg.Compiler != nil && m.cost > apartCost {
			m.native, err = e.compileApart(ctx, m.metered)
		} else {
			m.native, err = e.compileHere(m.metered)
		}
		if err == nil {
			err = e.cache.put(m.key, &m.prepared)
		}
		if err != nil {
			return nil, err
		}
	}
	return mach.load(m.metered, m.native)
}

func (e *Engine) compileHere(metered []byte) (native, error) {
	dir, err := e.cache.Temp()
	if err != nil {
		return native{}, err
	}
	return compileNative(metered, dir, 1)
}

func (e *Engine) compileApart(ctx context.Context, metered []byte) (native, error) {
	b, err := e.cfg.Compiler(ctx, metered)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
			err = errors.Join(cause, err)
		}
		return native{}, err
	}
	return parseNative(b)
}

// machine gives the one that all modules share, and starts it when it is first
// needed.
func (e *Engine) machine(interpret bool) (*machine, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	at := &e.native
	if interpret {
		at = &e.interpreter
	}
	switch {
	case e.closed:
		return nil, ErrClosed
	case *at != nil:
		return *at, nil
	}
	dir := ""
	if e.cache != nil && !interpret {
		var err error
		if dir, err = e.cache.Temp(); err != nil {
			return nil, err
		}
	}
	m, err := newMachine(interpret, dir)
	if err != nil {
		return nil, err
	}
	*at = m
	return m, nil
}

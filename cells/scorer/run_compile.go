package scorer

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// program is a module compiled by one engine, with the host modules it imports.
type program struct {
	engine  string
	runtime wazero.Runtime
	code    wazero.CompiledModule
	cache   wazero.CompilationCache
}

func (p *program) close() error {
	err := p.runtime.Close(context.Background())
	if p.cache != nil {
		if e := p.cache.Close(context.Background()); err == nil {
			err = e
		}
	}
	return err
}

// build compiles under a deadline. The compiler cannot be stopped, so at the
// deadline it is left to end by itself: the validator's caps see to that it
// does, and it keeps its place among the compilations that may run.
func (e *Engine) build(ctx context.Context, m *Module, interpret bool) (*program, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, m.limits.CompileTime, ErrDeadline)
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
		p, err := e.compile(m, interpret)
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

// compile runs wazero's compiler, which panics on some modules, with the disk cache.
func (e *Engine) compile(m *Module, interpret bool) (p *program, err error) {
	defer func() {
		if v := recover(); v != nil {
			p, err = nil, fmt.Errorf("the compiler panicked: %v\n%s", v, debug.Stack())
		}
	}()
	ctx := context.Background()
	engine, cfg := "compiler", wazero.NewRuntimeConfig()
	if interpret || !e.compiler {
		engine, cfg = "interpreter", wazero.NewRuntimeConfigInterpreter()
	}
	cfg = cfg.WithCoreFeatures(api.CoreFeaturesV2).WithMemoryLimitPages(m.pages).WithDebugInfoEnabled(false)
	if engine == "interpreter" || e.cache == nil {
		return newProgram(ctx, engine, cfg, nil, m.metered)
	}
	var load *cacheLoad
	if load, err = e.cache.load(m.metered); err != nil {
		return nil, err
	}
	defer load.discard()
	cache, err := wazero.NewCompilationCacheWithDir(load.dir)
	if err != nil {
		return nil, err
	}
	if p, err = newProgram(ctx, engine, cfg.WithCompilationCache(cache), cache, m.metered); err != nil {
		return nil, err
	}
	if err := load.keep(); err != nil {
		_ = p.close() // the error to report is the one of the disk
		return nil, err
	}
	return p, nil
}

func newProgram(ctx context.Context, engine string, cfg wazero.RuntimeConfig, cache wazero.CompilationCache, wasm []byte) (*program, error) {
	p := &program{engine: engine, runtime: wazero.NewRuntimeWithConfig(ctx, cfg), cache: cache}
	var err error
	if p.code, err = p.runtime.CompileModule(ctx, wasm); err == nil {
		err = p.addHost(ctx)
	}
	if err != nil {
		_ = p.close() // the error to report is the first
		return nil, err
	}
	return p, nil
}

// hasCompiler is false where wazero has none for this machine: it panics then.
func hasCompiler() (ok bool) {
	defer func() { ok = recover() == nil }()
	r := wazero.NewRuntimeWithConfig(context.Background(), wazero.NewRuntimeConfigCompiler())
	return r.Close(context.Background()) == nil
}

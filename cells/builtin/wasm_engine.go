package builtin

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"sync"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/scorer"
)

// An ExtensionHost is a Host whose cells can run scoring extensions.
type ExtensionHost interface {
	// Extensions are shared by all cells, and closed by their owner.
	Extensions() *Extensions
}

// Extensions runs scoring extensions. It opens the engine on first use, checks
// and compiles a module when it is first seen, and keeps the modules that were
// used last. It is safe for concurrent use.
type Extensions struct {
	cfg scorer.Config

	mu      sync.Mutex
	engine  *scorer.Engine
	modules map[[sha256.Size]byte]*compiled
	uses    uint64 // so far
	closed  bool
}

// A compiled module, or one that is being compiled.
type compiled struct {
	ready  chan struct{} // closed when module, err and gaveUp are there
	module *scorer.Module
	err    error
	gaveUp bool // whoever compiled it was interrupted, so that err is about the caller
	users  int
	used   uint64 // the number of the last use
}

// mostModules is how many modules stay compiled when nothing uses them.
const mostModules = 32

// NewExtensions makes an engine that is not open yet.
func NewExtensions(cfg scorer.Config) *Extensions {
	return &Extensions{cfg: cfg, modules: map[[sha256.Size]byte]*compiled{}}
}

// Close frees everything, after the calls that are running. Calls after it fail.
func (x *Extensions) Close() error {
	x.mu.Lock()
	x.closed = true
	engine := x.engine
	x.mu.Unlock()
	if engine == nil {
		return nil
	}
	return engine.Close()
}

// errNoExtensions is what a cell gets where no extensions can run.
var errNoExtensions = errors.New("extensions cannot be run here")

// extensions are those of the call's host.
func (c *call) extensions() (*Extensions, error) {
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	if eh, ok := h.(ExtensionHost); ok {
		if x := eh.Extensions(); x != nil {
			return x, nil
		}
	}
	return nil, errNoExtensions
}

// acquire gives the compiled module until release is called.
func (x *Extensions) acquire(ctx context.Context, wasm []byte) (m *scorer.Module, release func(), err error) {
	sum := sha256.Sum256(wasm)
	for {
		c, mine, err := x.reserve(sum)
		if err != nil {
			return nil, nil, err
		}
		if mine {
			x.compile(ctx, sum, c, wasm)
		}
		select {
		case <-c.ready:
		case <-ctx.Done():
			x.release(c)
			return nil, nil, context.Cause(ctx)
		}
		if c.err == nil {
			return c.module, func() { x.release(c) }, nil
		}
		x.release(c)
		if mine || !c.gaveUp {
			return nil, nil, c.err
		}
		// It was another caller who gave up: that says nothing of the module.
		if ctx.Err() != nil {
			return nil, nil, context.Cause(ctx)
		}
	}
}

// reserve notes a use of a module. mine: the caller has to compile it.
func (x *Extensions) reserve(sum [sha256.Size]byte) (c *compiled, mine bool, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return nil, false, scorer.ErrClosed
	}
	if x.engine == nil {
		if x.engine, err = scorer.Open(x.cfg); err != nil {
			return nil, false, err
		}
	}
	c, ok := x.modules[sum]
	if !ok {
		c = &compiled{ready: make(chan struct{})}
		x.modules[sum] = c
	}
	x.uses++
	c.users, c.used = c.users+1, x.uses
	return c, !ok, nil
}

// compile checks and compiles a module that was reserved. One that fails is
// forgotten, so that the next use tries again.
func (x *Extensions) compile(ctx context.Context, sum [sha256.Size]byte, c *compiled, wasm []byte) {
	defer close(c.ready)
	if c.module, c.err = x.engine.Install(ctx, wasm, scorer.Limits{}); c.err != nil {
		c.gaveUp = ctx.Err() != nil // the error alone does not tell: its cause may be any
		x.mu.Lock()
		defer x.mu.Unlock()
		delete(x.modules, sum)
	}
}

// release ends a use, and closes the modules that are too many.
func (x *Extensions) release(c *compiled) {
	x.mu.Lock()
	c.users--
	var old []*compiled
	for len(x.modules) > mostModules {
		sum, oldest := x.oldest()
		if oldest == nil {
			break
		}
		delete(x.modules, sum)
		old = append(old, oldest)
	}
	x.mu.Unlock()
	for _, c := range old {
		_ = c.module.Close() // closing a module only frees memory
	}
}

// oldest is the module without users whose last use is longest ago; the lock is
// held.
func (x *Extensions) oldest() (at [sha256.Size]byte, c *compiled) {
	for sum, other := range x.modules {
		if other.users == 0 && other.module != nil && (c == nil || other.used < c.used) {
			at, c = sum, other
		}
	}
	return at, c
}

// ErrSandboxLimit is wrapped by the error of a cell that ended because an
// extension hit a limit: of instructions, time, stack or memory.
var ErrSandboxLimit = errors.New("an extension hit a limit of the sandbox")

// sandboxed gives an error of an extension to a cell.
func sandboxed(err error) error {
	if scorer.IsLimit(err) {
		return &lang.HintError{Err: &sandboxError{err}, Hint: limitHint(err)}
	}
	if errors.Is(err, scorer.ErrUndefined) {
		return &lang.HintError{Err: err, Hint: `a metric that is not defined on some rows says "nan": "skip" in its manifest`}
	}
	if trap := (*scorer.TrapError)(nil); errors.As(err, &trap) && strings.Contains(trap.Reason, "out of bounds memory") {
		return &lang.HintError{Err: err, Hint: "is an index outside of its array, or are local variables larger than the stack (in C and Rust 256 KiB)?"}
	}
	return err
}

// limitHint says what to do at a limit of the sandbox.
func limitHint(err error) string {
	for _, limit := range []struct {
		is   error
		hint string
	}{
		{scorer.ErrFuel, "does it loop without an end? the budget grows with the number of rows"},
		{scorer.ErrTooCostly, "make it smaller: split its largest functions, or leave out libraries that it hardly needs"},
		{scorer.ErrDeadline, "does it wait or loop? score fewer rows at a time"},
		{scorer.ErrStack, "does a function call itself without an end?"},
		{scorer.ErrMemory, `score fewer rows at a time, make it streaming, or raise "memory_mib" in its manifest`},
	} {
		if errors.Is(err, limit.is) {
			return limit.hint
		}
	}
	return "make it do less in one call"
}

// A sandboxError is an error that is an ErrSandboxLimit, too.
type sandboxError struct{ err error }

func (e *sandboxError) Error() string   { return e.err.Error() }
func (e *sandboxError) Unwrap() []error { return []error{ErrSandboxLimit, e.err} }

package kernel

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"go.starlark.net/starlark"
	"golang.org/x/sync/semaphore"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/value"
	"github.com/wnb-dev/wnb/notebooks"
)

// An Executor runs single cells, or finds their results in the cache. It
// decides nothing else: whether and when a cell runs, and with which values, is
// up to its caller. It is safe for concurrent use.
type Executor struct {
	opts      Options
	files     *lang.Files
	makers    map[string]value.Make
	functions *value.Functions
	ledger    *ledger
	// workers are the goroutines that compute: one for each running cell, and
	// what is left for those that a computation starts. So two fits that run
	// beside each other do not use more processors than there are.
	workers *semaphore.Weighted
}

// NewExecutor makes an executor. Files that cells load are read once in its
// life.
func NewExecutor(opts Options) *Executor {
	workers := opts.World.Threads
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return &Executor{
		opts: opts, files: lang.NewFiles(opts.Project, opts.Builtins), makers: builtin.Makers(opts.Builtins),
		functions: new(value.Functions), ledger: new(ledger), workers: semaphore.NewWeighted(int64(workers)),
	}
}

func (x *Executor) now() time.Time {
	if x.opts.World.Clock != nil {
		return x.opts.World.Clock()
	}
	return time.Now()
}

// Run gives the result of a cell of a notebook: from the cache, if it is there,
// or by running it, again if it fails and has retries. values are the names
// that it reads from other cells. The observer is told of the start and of the
// effects; the result is the caller's to report.
func (x *Executor) Run(ctx context.Context, n *Notebook, c *Cell, values map[string]*Value) *Result {
	if x.opts.Observer != nil {
		x.opts.Observer.CellStarted(c)
	}
	res := &Result{Cell: c, Start: x.now()}
	k := x.keepFor(ctx, n, c, values)
	res.Key, res.Reads, res.Uncached = k.key, k.reads, k.why
	if k.key == "" || x.opts.Force != nil && x.opts.Force(c.ID) {
		x.compute(ctx, n, c, values, k, res)
		return res
	}
	if !x.opts.ClaimFirst && x.replay(ctx, n, k, res) {
		return res
	}
	release, err := x.opts.Cache.Claim(ctx, k.key)
	switch {
	case err != nil && ctx.Err() != nil:
		res.fail(context.Cause(ctx))
		return res
	case err != nil: // two runs may compute the same, which does no harm
		x.compute(ctx, n, c, values, k, res)
		x.warn(res, err)
		return res
	}
	if !x.replay(ctx, n, k, res) { // whoever held the claim may have computed it
		x.compute(ctx, n, c, values, k, res)
	}
	if err := release(); err != nil {
		x.warn(res, err)
	}
	return res
}

// Call calls a function that a cell gave, as that cell would: with limits, and
// with builtins that record. What it did is not kept.
func (x *Executor) Call(ctx context.Context, n *Notebook, c *Cell, fn starlark.Callable) *lang.Error {
	rec := newRecorder(x, n, c, x.ledger.before(n, c.ID), nil)
	_, err := lang.Call(ctx, c.ID, fn, nil, lang.Options{Limits: x.opts.Limits, Host: rec, Lookup: x.lookup(n)})
	if _, finishErr := rec.finish(context.WithoutCancel(ctx)); err == nil {
		err = finishErr
	}
	if err == nil {
		return nil
	}
	failed := &Result{Cell: c}
	failed.fail(rec.secrets.redactError(err))
	return failed.Err
}

// compute runs the cell and keeps its result.
func (x *Executor) compute(ctx context.Context, n *Notebook, c *Cell, values map[string]*Value, k *keeping, res *Result) {
	if x.workers.TryAcquire(1) {
		defer x.workers.Release(1)
	}
	for {
		res.Attempts++
		x.attempt(ctx, n, c, values, k, res)
		if res.Err == nil || res.Attempts > c.Retries || ctx.Err() != nil {
			break
		}
		if o, ok := x.opts.Observer.(Retractor); ok {
			o.CellRetried(c)
		}
	}
	res.Duration = x.now().Sub(res.Start)
	if res.Err == nil {
		x.store(ctx, n, k, res)
	}
}

func (x *Executor) attempt(ctx context.Context, n *Notebook, c *Cell, values map[string]*Value, k *keeping, res *Result) {
	if c.Timeout > 0 {
		var cancel context.CancelFunc
		cause := fmt.Errorf("the cell ran longer than its timeout of %s: %w", c.Timeout, lang.ErrTimeout)
		ctx, cancel = context.WithTimeoutCause(ctx, c.Timeout, cause)
		defer cancel()
	}
	rec := newRecorder(x, n, c, x.ledger.before(n, c.ID), func(e cells.Effect) {
		if x.opts.Observer != nil {
			x.opts.Observer.CellEffect(c, e)
		}
	})
	exports, err := x.evaluate(ctx, n, c, values, rec)
	effects, finishErr := rec.finish(context.WithoutCancel(ctx))
	if err == nil {
		err = finishErr
	}
	res.Effects, res.Err, res.Status = effects, nil, notebooks.StatusDone
	if err == nil {
		res.Values, err = x.hashed(ctx, k, rec, exports)
	}
	if err != nil {
		res.fail(rec.secrets.redactError(err))
	}
	x.ledger.note(c.ID, rec.secrets.all())
}

// fail makes the result that of a failed cell.
func (r *Result) fail(err error) {
	var e *lang.Error
	if !errors.As(err, &e) {
		e = lang.Because(&lang.Error{Kind: kindOf(err), Cell: r.Cell.ID, Msg: err.Error()}, err)
	}
	r.Status, r.Values, r.Err = notebooks.StatusFailed, nil, e
}

// kindOf tells the end of a context from other errors.
func kindOf(err error) lang.Kind {
	switch {
	case errors.Is(err, lang.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		return lang.KindTimeout
	case errors.Is(err, ErrInterrupted), errors.Is(err, context.Canceled):
		return lang.KindInterrupt
	}
	return lang.KindRuntime
}

func (x *Executor) evaluate(ctx context.Context, n *Notebook, c *Cell, values map[string]*Value, rec *recorder) (starlark.StringDict, error) {
	if err := rec.askKnown(ctx); err != nil {
		return nil, err
	}
	if isExtension(c.Lang) {
		return x.extend(ctx, c, rec)
	}
	if c.Lang != notebooks.Starlark {
		return nil, &lang.Error{Kind: lang.KindRuntime, Cell: c.ID, Msg: string(c.Lang) + " cells are not available yet", Hint: "give the cell the attribute .disabled to leave it out"}
	}
	env, err := x.env(ctx, n, c, values)
	if err != nil {
		return nil, err
	}
	res, err := c.Program.Run(ctx, env, lang.Options{
		Limits: x.opts.Limits,
		Host:   rec,
		Load:   x.files.Load,
		Lookup: x.lookup(n),
		Origin: func(name string) string { owner, _ := n.Graph.Owner(name); return owner },
	})
	if err != nil {
		return nil, err
	}
	if res.Value != nil {
		if err := builtin.Show(ctx, rec, res.Value, true); err != nil {
			return nil, fmt.Errorf("show the result: %w", err)
		}
	}
	return res.Exports, nil
}

// lookup finds the programs of cells and files, for back-traces.
func (x *Executor) lookup(n *Notebook) func(id string) *lang.Program {
	return func(id string) *lang.Program {
		if p := n.Program(id); p != nil {
			return p
		}
		if p := x.files.Program(id); p != nil || x.opts.Lookup == nil {
			return p
		}
		return x.opts.Lookup(id)
	}
}

// env is what a cell reads: the builtins, and names of other cells before them.
func (x *Executor) env(ctx context.Context, n *Notebook, c *Cell, values map[string]*Value) (starlark.StringDict, error) {
	env := make(starlark.StringDict, len(x.opts.Builtins)+len(values))
	for name, v := range x.opts.Builtins {
		env[name] = v
	}
	for _, read := range c.Program.Reads() {
		owner, owned := n.Graph.Owner(read.Name)
		v := values[read.Name]
		switch {
		case v == nil && !owned:
			continue
		case v == nil:
			return nil, c.Program.ErrorAt(lang.KindName, read.Line, read.Col,
				fmt.Sprintf("cell %s did not give `%s` a value", owner, read.Name), "it is assigned only under a condition that did not hold")
		}
		loaded, err := v.Get(ctx)
		if err != nil {
			return nil, fmt.Errorf("load `%s` of cell %s: %w", read.Name, owner, err)
		}
		env[read.Name] = loaded
	}
	return env, nil
}

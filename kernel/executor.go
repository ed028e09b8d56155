package kernel

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/notebooks"
)

// An Executor runs single cells. It decides nothing: whether and when a cell
// runs, and with which values, is up to its caller.
type Executor struct {
	opts  Options
	files *lang.Files
}

// NewExecutor makes an executor. Files that cells load are read once in its
// life.
func NewExecutor(opts Options) *Executor {
	return &Executor{opts: opts, files: lang.NewFiles(opts.Project, opts.Builtins)}
}

func (x *Executor) now() time.Time {
	if x.opts.World.Clock != nil {
		return x.opts.World.Clock()
	}
	return time.Now()
}

// Run runs a cell of a notebook, again if it fails and has retries. values are
// the names that it reads from other cells. The observer is told of the start
// and of the effects; the result is the caller's to report.
func (x *Executor) Run(ctx context.Context, n *Notebook, c *Cell, values starlark.StringDict) *Result {
	if x.opts.Observer != nil {
		x.opts.Observer.CellStarted(c)
	}
	res := &Result{Cell: c, Start: x.now()}
	for {
		res.Attempts++
		x.attempt(ctx, n, c, values, res)
		if res.Err == nil || res.Attempts > c.Retries || ctx.Err() != nil {
			break
		}
	}
	res.Duration = x.now().Sub(res.Start)
	return res
}

func (x *Executor) attempt(ctx context.Context, n *Notebook, c *Cell, values starlark.StringDict, res *Result) {
	if c.Timeout > 0 {
		var cancel context.CancelFunc
		cause := fmt.Errorf("the cell ran longer than its timeout of %s: %w", c.Timeout, lang.ErrTimeout)
		ctx, cancel = context.WithTimeoutCause(ctx, c.Timeout, cause)
		defer cancel()
	}
	rec := newRecorder(&x.opts.World, func(e cells.Effect) {
		if x.opts.Observer != nil {
			x.opts.Observer.CellEffect(c, e)
		}
	})
	exports, err := x.evaluate(ctx, n, c, values, rec)
	effects, finishErr := rec.finish(context.WithoutCancel(ctx))
	if err == nil {
		err = finishErr
	}
	res.Effects, res.Values, res.Err, res.Status = effects, exports, nil, notebooks.StatusDone
	if err != nil {
		res.fail(err)
	}
}

// fail makes the result that of a failed cell.
func (r *Result) fail(err error) {
	var e *lang.Error
	if !errors.As(err, &e) {
		e = &lang.Error{Kind: lang.KindRuntime, Cell: r.Cell.ID, Msg: err.Error()}
	}
	r.Status, r.Values, r.Err = notebooks.StatusFailed, nil, e
}

func (x *Executor) evaluate(ctx context.Context, n *Notebook, c *Cell, values starlark.StringDict, rec *recorder) (starlark.StringDict, error) {
	if c.Lang != notebooks.Starlark {
		return nil, &lang.Error{Kind: lang.KindRuntime, Cell: c.ID, Msg: string(c.Lang) + " cells are not available yet", Hint: "give the cell the attribute .disabled to leave it out"}
	}
	env, err := x.env(n, c, values)
	if err != nil {
		return nil, err
	}
	res, err := c.Program.Run(ctx, env, lang.Options{
		Limits: x.opts.Limits,
		Host:   rec,
		Load:   x.files.Load,
		Lookup: func(id string) *lang.Program {
			if p := n.Program(id); p != nil {
				return p
			}
			if p := x.files.Program(id); p != nil || x.opts.Lookup == nil {
				return p
			}
			return x.opts.Lookup(id)
		},
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

// env is what a cell reads: the builtins, and names of other cells before them.
func (x *Executor) env(n *Notebook, c *Cell, values starlark.StringDict) (starlark.StringDict, error) {
	env := make(starlark.StringDict, len(x.opts.Builtins)+len(values))
	for name, v := range x.opts.Builtins {
		env[name] = v
	}
	for _, read := range c.Program.Reads() {
		v := values[read.Name]
		owner, owned := n.Graph.Owner(read.Name)
		switch {
		case v == nil && !owned:
			continue
		case v == nil:
			return nil, c.Program.ErrorAt(lang.KindName, read.Line, read.Col,
				fmt.Sprintf("cell %s did not give `%s` a value", owner, read.Name), "it is assigned only under a condition that did not hold")
		}
		env[read.Name] = v
	}
	return env, nil
}

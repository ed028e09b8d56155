package kernel

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/notebooks"
)

// A Result is what became of a cell in a run.
type Result struct {
	Cell      *Cell
	Status    notebooks.Status
	Reason    string // why it was skipped
	OnPurpose bool   // skipped because the notebook says so
	Start     time.Time
	Duration  time.Duration
	Attempts  int
	// Effects of the last attempt, in order; also of one that failed.
	Effects []cells.Effect
	// Err is why the cell failed.
	Err *lang.Error
	// Values are what the cell gives to the others; nil unless it is done.
	Values starlark.StringDict
}

// An Observer watches a run. Its methods are called one at a time.
type Observer interface {
	CellStarted(c *Cell)
	// CellEffect tells of an effect at once; a retry may discard it.
	CellEffect(c *Cell, e cells.Effect)
	CellDone(r *Result)
}

// Options are the circumstances of a run.
type Options struct {
	World World
	// Builtins are the names that cells read without defining them, params
	// included.
	Builtins starlark.StringDict
	// Params are the params that the run has from the start, as text.
	Params map[string]string
	// Project is the folder that load() reads from.
	Project fs.FS
	// Lookup finds programs that are neither cells nor loaded files, for
	// back-traces; may be nil.
	Lookup func(id string) *lang.Program
	// Limits hold for each cell.
	Limits   lang.Limits
	Observer Observer
}

// An Outcome is what became of all cells of a run.
type Outcome struct {
	Results []*Result // in file order
	// Stopped is why the run ended early: the cause of its context, or nil.
	Stopped error
}

// ErrInterrupted is the cause of a context that a person cancelled.
var ErrInterrupted = errors.New("interrupted")

// Run runs the cells in dependency order, one after the other. A cell that
// fails defines nothing; what needs it is skipped, and the rest goes on. When
// the notebook has problems, nothing runs: the cells that have them fail, and
// the others are skipped.
func (n *Notebook) Run(ctx context.Context, opts Options) *Outcome {
	r := &run{notebook: n, executor: NewExecutor(opts), opts: opts, results: map[string]*Result{}, params: map[string]loggedParam{}}
	for key, value := range opts.Params {
		r.params[key] = loggedParam{value, "the notebook's params"}
	}
	if len(n.Problems) > 0 {
		r.refuse()
	} else {
		for _, id := range n.Graph.Order() {
			r.cell(ctx, n.Cell(id))
		}
	}
	out := &Outcome{}
	if ctx.Err() != nil {
		out.Stopped = context.Cause(ctx)
	}
	for _, c := range n.Cells {
		out.Results = append(out.Results, r.results[c.ID])
	}
	return out
}

// run is the state of one run.
type run struct {
	notebook *Notebook
	executor *Executor
	opts     Options
	results  map[string]*Result
	params   map[string]loggedParam // by key
}

// loggedParam is a param's value and the cell that logged it.
type loggedParam struct{ value, cell string }

// refuse gives every cell a result without running any.
func (r *run) refuse() {
	for _, c := range r.notebook.Cells {
		res := &Result{Cell: c, Status: notebooks.StatusSkipped, Reason: "the notebook has problems, so nothing was run", Start: r.executor.now()}
		for _, p := range r.notebook.Problems {
			if p.Cell == c.ID {
				res.Status, res.Reason, res.Err = notebooks.StatusFailed, "", p
				break
			}
		}
		r.done(res)
	}
}

func (r *run) done(res *Result) {
	r.results[res.Cell.ID] = res
	if r.opts.Observer != nil {
		r.opts.Observer.CellDone(res)
	}
}

func (r *run) cell(ctx context.Context, c *Cell) {
	if reason, onPurpose := r.skip(ctx, c); reason != "" {
		r.done(&Result{Cell: c, Status: notebooks.StatusSkipped, Reason: reason, OnPurpose: onPurpose, Start: r.executor.now()})
		return
	}
	values := make(starlark.StringDict)
	for _, e := range r.notebook.Graph.Needs(c.ID) {
		if v := r.results[e.ID].Values[e.Name]; v != nil {
			values[e.Name] = v
		}
	}
	res := r.executor.Run(ctx, r.notebook, c, values)
	var conflict error
	if res.Effects, conflict = r.claimParams(c, res.Effects); conflict != nil && res.Err == nil {
		res.fail(conflict)
	}
	r.done(res)
}

// skip says why a cell does not run; "" if it does.
func (r *run) skip(ctx context.Context, c *Cell) (reason string, onPurpose bool) {
	switch {
	case ctx.Err() != nil:
		if errors.Is(context.Cause(ctx), lang.ErrTimeout) {
			return "the run's time was up", false
		}
		return "the run was interrupted", false
	case c.Disabled:
		return "disabled", true
	case c.Lang == notebooks.Python:
		return "python cells are kept and never run", true
	}
	for _, e := range r.notebook.Graph.Needs(c.ID) {
		dep := r.results[e.ID]
		if dep.Status == notebooks.StatusDone || dep.Status == notebooks.StatusCached {
			continue
		}
		if e.Name != "" {
			return fmt.Sprintf("`%s` comes from cell %s, which %s", e.Name, e.ID, outcome(dep.Status)), dep.OnPurpose
		}
		if !c.Always && !dep.OnPurpose {
			return fmt.Sprintf("it comes after cell %s, which %s", e.ID, outcome(dep.Status)), false
		}
	}
	if c.When == "" {
		return "", false
	}
	switch v := r.value(c.When); {
	case v == nil:
		return fmt.Sprintf("when=%s has no value", c.When), true
	case !bool(v.Truth()):
		return fmt.Sprintf("when=%s is %s", c.When, lang.Shorten(v, 40)), true
	}
	return "", false
}

func outcome(s notebooks.Status) string {
	if s == notebooks.StatusFailed {
		return "failed"
	}
	return "was skipped"
}

// value is what a name stands for.
func (r *run) value(name string) starlark.Value {
	if owner, ok := r.notebook.Graph.Owner(name); ok {
		return r.results[owner].Values[name]
	}
	return r.opts.Builtins[name]
}

// claimParams notes the params that a cell logged. A param is written once, as
// in MLflow, so another value for it is left out of the effects and is an error
// of the cell.
func (r *run) claimParams(c *Cell, effects []cells.Effect) ([]cells.Effect, error) {
	var conflict error
	kept := effects[:0:0]
	for _, e := range effects {
		p, ok := e.(cells.Param)
		if old, taken := r.params[p.Key]; ok && taken && old.value != p.Value {
			conflict = &lang.Error{
				Kind: lang.KindRuntime, Cell: c.ID,
				Msg:  fmt.Sprintf("param %q is already %s, logged by %s; a param of a run cannot change", p.Key, old.value, old.cell),
				Hint: "log it under another key",
			}
			continue
		}
		if ok {
			r.params[p.Key] = loggedParam{p.Value, "cell " + c.ID}
		}
		kept = append(kept, e)
	}
	return kept, conflict
}

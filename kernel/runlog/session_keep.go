package runlog

import (
	"context"
	"fmt"
	"time"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/value"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/notebooks"
)

// keeping puts the runs of single cells together to the outcome of a run of the
// whole notebook.
type keeping struct {
	notebook *kernel.Notebook
	builtins starlark.StringDict
	inputs   map[string]string // named inputs that are set, as JSON
	runs     map[string]kernel.CellRun
	results  map[string]*kernel.Result
	stale    []string
	begin    time.Time // of the first cell
	end      time.Time // of the last
}

// outcome is the results of all cells, in file order.
func (k *keeping) outcome(ctx context.Context, path string) (*kernel.Outcome, error) {
	for _, c := range k.notebook.Cells {
		if run, ok := k.runs[c.ID]; ok && (k.begin.IsZero() || run.Start.Before(k.begin)) {
			k.begin, k.end = run.Start, run.Start
		}
	}
	if k.begin.IsZero() {
		return nil, fmt.Errorf("no cell of %s has run in this session, so there is nothing to keep", path)
	}
	for _, problem := range k.notebook.Problems {
		return nil, fmt.Errorf("%s cannot be kept as a run: %w", path, problem)
	}
	for _, id := range k.notebook.Graph.Order() {
		if err := k.cell(ctx, k.notebook.Cell(id)); err != nil {
			return nil, err
		}
	}
	if len(k.stale) > 0 {
		return nil, &StaleError{Notebook: path, Reasons: k.stale}
	}
	out := &kernel.Outcome{}
	for _, c := range k.notebook.Cells {
		out.Results = append(out.Results, k.results[c.ID])
	}
	return out, nil
}

// cell finds the result of a cell; those that it needs have theirs.
func (k *keeping) cell(ctx context.Context, c *kernel.Cell) (err error) {
	if reason, onPurpose := k.skip(c); reason != "" {
		k.results[c.ID] = &kernel.Result{Cell: c, Status: notebooks.StatusSkipped, Reason: reason, OnPurpose: onPurpose, Start: k.end}
		return nil
	}
	run, ran := k.runs[c.ID]
	why, err := k.outdated(ctx, c, run, ran)
	if err != nil {
		return err
	}
	if why != "" {
		k.stale = append(k.stale, fmt.Sprintf("cell %s %s", c.ID, why))
	}
	if !ran { // the cells after it are not skipped, but stale as well
		k.results[c.ID] = &kernel.Result{Cell: c, Status: notebooks.StatusDone}
		return nil
	}
	if end := run.Start.Add(run.Duration); end.After(k.end) {
		k.end = end
	}
	k.results[c.ID], err = run.Result(c)
	return err
}

// skip says why a run leaves the cell out, in the words of the kernel.
func (k *keeping) skip(c *kernel.Cell) (reason string, onPurpose bool) {
	switch {
	case c.Disabled:
		return "disabled", true
	case c.Lang == notebooks.Python:
		return "python cells are kept and never run", true
	}
	for _, need := range k.notebook.Graph.Needs(c.ID) {
		dep := k.results[need.ID]
		was := "was skipped"
		switch {
		case dep.Gave():
			continue
		case dep.Status == notebooks.StatusFailed:
			was = "failed"
		}
		if need.Name != "" {
			return fmt.Sprintf("`%s` comes from cell %s, which %s", need.Name, need.ID, was), dep.OnPurpose
		}
		if !c.Always && !dep.OnPurpose {
			return fmt.Sprintf("it comes after cell %s, which %s", need.ID, was), false
		}
	}
	return "", false
}

// outdated says why the last run of a cell is not what it would do now.
func (k *keeping) outdated(ctx context.Context, c *kernel.Cell, run kernel.CellRun, ran bool) (why string, err error) {
	switch {
	case !ran:
		return "has not run", nil
	case run.Source != c.Source:
		return "was changed since it ran", nil
	}
	for _, need := range k.notebook.Graph.Needs(c.ID) {
		dep, ok := k.runs[need.ID]
		if need.Name == "" || !ok {
			continue
		}
		read, gives := run.Reads[need.Name], dep.Values[need.Name]
		switch {
		case read != "" && gives != "" && read != gives:
			return fmt.Sprintf("ran with another `%s` than cell %s gives now", need.Name, need.ID), nil
		case read != "" && gives != "":
		case run.Start.Before(dep.Start.Add(dep.Duration)): // what has no hash is another value after each run
			return fmt.Sprintf("ran before cell %s, which gives `%s`", need.ID, need.Name), nil
		}
	}
	if why, err := k.otherParams(ctx, c, run); why != "" || err != nil {
		return why, err
	}
	return k.otherInputs(run)
}

// otherInputs tells whether the cell ran with other values of named inputs.
func (k *keeping) otherInputs(run kernel.CellRun) (why string, err error) {
	effects, err := cells.UnmarshalEffects(run.Effects)
	if err != nil {
		return "", fmt.Errorf("cell %s: %w", run.Cell, err)
	}
	for _, q := range cache.Questions(effects) {
		now, set := k.inputs[q.Name]
		if !set {
			now = q.Otherwise
		}
		if q.Kind == cells.UIInput && q.SHA256 != now {
			return "ran with another value of input " + q.Name, nil
		}
	}
	return "", nil
}

// otherParams tells whether the cell ran with other parameters than those of the
// run that it is kept as.
func (k *keeping) otherParams(ctx context.Context, c *kernel.Cell, run kernel.CellRun) (why string, err error) {
	if c.Program == nil {
		return "", nil
	}
	for _, read := range c.Program.Reads() {
		_, owned := k.notebook.Graph.Owner(read.Name)
		whole, isParams := k.builtins[read.Name].(interface {
			starlark.Value
			Narrow(attrs []string) starlark.Value
		})
		if owned || !isParams || run.Reads[read.Name] == "" {
			continue
		}
		var v starlark.Value = whole
		if attrs, all := c.Program.AttrsOf(read.Name); !all {
			v = whole.Narrow(attrs)
		}
		hash, err := value.Hash(ctx, v)
		if err != nil {
			return "", fmt.Errorf("cell %s: %s: %w", c.ID, read.Name, err)
		}
		if hash != run.Reads[read.Name] {
			return "ran with other " + read.Name, nil
		}
	}
	return "", nil
}

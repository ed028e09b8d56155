package kernel

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/notebooks"
)

// An Action is what a run would do with a cell.
type Action string

// The actions.
const (
	WillRun    Action = "run"
	WillReuse  Action = "cached"  // its result is known
	WillDepend Action = "depends" // on whether cells that run give the same values again
	WillSkip   Action = "skipped"
	WillFail   Action = "failed" // nothing runs before its problem is solved
)

// A Planned cell is what would become of a cell, and why.
type Planned struct {
	Cell   *Cell
	Action Action
	Why    string
	On     []string      // cells that it depends on
	Impure bool          // its result is never kept
	Took   time.Duration // what it took when it ran last; 0 if that is not known
}

// Plan says what a run would do, without running anything or changing anything.
// past is what an earlier run was made of, to tell what changed; may be nil.
func (n *Notebook) Plan(ctx context.Context, opts Options, past *Past) ([]Planned, error) {
	p := &planner{run: newRun(n, opts), past: past, files: map[string]string{}}
	steps := map[string]*Planned{}
	if len(n.Problems) > 0 {
		return p.refused(), nil
	}
	for _, id := range p.order {
		step, err := p.step(ctx, n.Cell(id))
		if err != nil {
			return nil, fmt.Errorf("cell %s: %w", id, err)
		}
		steps[id] = step
	}
	out := make([]Planned, len(n.Cells))
	for i, c := range n.Cells {
		out[i] = *steps[c.ID]
	}
	return out, nil
}

// planner goes through the cells as a run would, with what is known.
type planner struct {
	*run
	past  *Past
	files map[string]string // hashes of files that kept results will have written, by path
}

func (p *planner) refused() []Planned {
	var out []Planned
	for _, c := range p.notebook.Cells {
		s := Planned{Cell: c, Action: WillSkip, Why: "the notebook has problems"}
		for _, problem := range p.notebook.Problems {
			if problem.Cell == c.ID {
				s.Action, s.Why = WillFail, problem.Msg
				break
			}
		}
		out = append(out, s)
	}
	return out
}

// step plans one cell. p.ran holds what is known of those before it: a result
// with values if it is cached, one without if it runs.
func (p *planner) step(ctx context.Context, c *Cell) (*Planned, error) {
	open := p.undecided(c)
	if reason, onPurpose := p.skip(ctx, c, p.ran); reason != "" && len(open) == 0 {
		p.ran[c.ID] = p.skipped(c, reason, onPurpose)
		return &Planned{Cell: c, Action: WillSkip, Why: reason}, nil
	}
	unknown := &Result{Cell: c, Status: notebooks.StatusDone}
	p.ran[c.ID] = unknown
	if len(open) > 0 {
		s := &Planned{Cell: c, Action: WillDepend, On: open, Why: p.dependsOn(open), Took: p.past.took(c.ID)}
		if c.Always || c.NoCache {
			s.Action, s.Why = WillRun, p.never(c)
		}
		return s, nil
	}
	k := p.executor.keepFor(ctx, p.notebook, c, p.values(c))
	unknown.Reads = k.reads
	s := &Planned{Cell: c, Action: WillRun, Took: p.past.took(c.ID)}
	if k.key == "" {
		s.Why, s.Impure = k.why, true
		return s, nil
	}
	if p.opts.Force != nil && p.opts.Force(c.ID) {
		s.Why = "--force"
		return s, nil
	}
	e, miss, err := p.opts.Cache.Peek(ctx, k.key, p.ask(c))
	if err != nil {
		return nil, err
	}
	if e != nil {
		p.reuse(c, e)
		return &Planned{Cell: c, Action: WillReuse, Took: e.Duration}, nil
	}
	s.Why, s.Impure = p.why(c, k, miss)
	return s, nil
}

// undecided are the cells before c whose values are not known before they run.
func (p *planner) undecided(c *Cell) []string {
	var out []string
	for _, need := range p.notebook.Graph.Needs(c.ID) {
		dep := p.ran[need.ID]
		if dep.Status == notebooks.StatusDone && !slices.Contains(out, need.ID) {
			out = append(out, need.ID)
		}
	}
	return out
}

func (p *planner) dependsOn(ids []string) string {
	if len(ids) == 1 {
		return fmt.Sprintf("depends on what cell %s gives", ids[0])
	}
	return fmt.Sprintf("depends on what cells %s give", join(ids))
}

func (p *planner) never(c *Cell) string {
	if c.Always {
		return "it always runs"
	}
	return "cache=off"
}

// reuse notes what a kept result gives, and the files that it restores.
func (p *planner) reuse(c *Cell, e *cache.Entry) {
	res := &Result{Cell: c, Status: notebooks.StatusCached, Values: map[string]*Value{}, From: e, Effects: e.Effects}
	for name, v := range e.Values {
		res.Values[name] = p.executor.kept(p.notebook, v)
	}
	for _, effect := range e.Effects {
		f, ok := effect.(cells.File)
		if path, err := p.opts.World.path(f.Path); ok && err == nil {
			p.files[path] = f.Blob.SHA256
		}
	}
	p.ran[c.ID] = res
}

// ask answers the questions of a kept result as the run would, in which files
// of cells before this one have been restored.
func (p *planner) ask(c *Cell) cache.Ask {
	ask := p.executor.ask(c)
	return func(ctx context.Context, q cells.Input) (string, error) {
		path, err := p.opts.World.path(q.Name)
		if hash, ok := p.files[path]; ok && err == nil {
			switch q.Kind {
			case cells.FileInput:
				return hash, nil
			case cells.ExistsInput:
				return present, nil
			}
		}
		return ask(ctx, q)
	}
}

package kernel

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wnb-dev/wnb/cells/lang"
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

// A Planner plans versions of a notebook one after the other and looks up only
// what changed. The zero Planner is ready.
type Planner struct{ known map[string]known }

// known is what a cell was found to be in the last plan.
type known struct {
	made recipeOf
	res  *Result // with the kept result
}

// recipeOf tells apart what a cell is made of, without hashing it.
type recipeOf struct {
	program *lang.Program
	reads   string // the hashes, joined
}

// Plan says what a run would do, without running anything or changing anything.
// past is what an earlier run was made of, to tell what changed; may be nil.
func (n *Notebook) Plan(ctx context.Context, opts Options, past *Past) ([]Planned, error) {
	return new(Planner).Plan(ctx, n, opts, past)
}

// Plan is like the method of a notebook.
func (l *Planner) Plan(ctx context.Context, n *Notebook, opts Options, past *Past) ([]Planned, error) {
	p := &planner{run: newRun(n, opts), past: past, files: map[string]string{}, before: l.known, after: map[string]known{}, steps: map[string]*Planned{}}
	l.known = p.after
	if len(n.Problems) > 0 {
		return p.refused(), nil
	}
	for _, id := range p.order {
		step, err := p.step(ctx, n.Cell(id))
		if err != nil {
			return nil, fmt.Errorf("cell %s: %w", id, err)
		}
		p.steps[id] = step
	}
	out := make([]Planned, len(n.Cells))
	for i, c := range n.Cells {
		out[i] = *p.steps[c.ID]
	}
	return out, nil
}

// planner goes through the cells as a run would, with what is known.
type planner struct {
	*run
	past  *Past
	files map[string]string // hashes of files that kept results will have written, by path
	steps map[string]*Planned

	before, after map[string]known // by cell
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
	if reason, onPurpose := p.certain(ctx, c, open); reason != "" {
		p.ran[c.ID] = p.skipped(c, reason, onPurpose)
		return &Planned{Cell: c, Action: WillSkip, Why: reason}, nil
	}
	unknown := &Result{Cell: c, Status: notebooks.StatusDone}
	p.ran[c.ID] = unknown
	if len(open) > 0 {
		s := &Planned{Cell: c, Action: WillDepend, On: open, Why: p.dependsOn(c, open), Took: p.past.took(c.ID)}
		if c.Always || c.NoCache {
			s.Action, s.Why = WillRun, p.never(c)
		} else if told := p.told(c); told != "" && p.sure(c, open) {
			s.Action, s.Why = WillRun, told
		}
		return s, nil
	}
	made := p.recipeOf(c)
	if old := p.before[c.ID]; old.made == made && old.res != nil && !p.forced(c) && p.holds(ctx, c, old.res.From) {
		p.after[c.ID] = old
		p.reuse(old.res)
		return &Planned{Cell: c, Action: WillReuse, Took: old.res.From.Duration}, nil
	}
	unknown.inputs = p.values(c)
	k := p.executor.keepFor(ctx, p.notebook, c, unknown.inputs)
	unknown.Reads = k.reads
	s := &Planned{Cell: c, Action: WillRun, Took: p.past.took(c.ID)}
	if told := p.told(c); told != "" && k.why == "" {
		s.Why = told
		return s, nil
	}
	if k.key == "" {
		s.Why, s.Impure = k.why, true
		return s, nil
	}
	e, miss, err := p.opts.Cache.Peek(ctx, k.key, p.ask(c))
	if err != nil {
		return nil, err
	}
	if e != nil {
		res := p.found(c, e, unknown.inputs)
		p.reuse(res)
		if made.program != nil {
			p.after[c.ID] = known{made, res}
		}
		return &Planned{Cell: c, Action: WillReuse, Took: e.Duration}, nil
	}
	s.Why, s.Impure = p.why(c, k, miss)
	return s, nil
}

func (p *planner) forced(c *Cell) bool { return p.opts.Force != nil && p.opts.Force(c.ID) }

// told is the flag that tells a cell to run whatever is known, or "".
func (p *planner) told(c *Cell) string {
	switch {
	case p.forced(c):
		return "--force"
	case p.opts.Cache == nil:
		return "--no-cache"
	}
	return ""
}

// sure tells whether nothing but a failure can keep the cell from running.
func (p *planner) sure(c *Cell, open []string) bool {
	owner, _ := p.notebook.Graph.Owner(c.When)
	return !slices.ContainsFunc(open, func(id string) bool { return id == owner || p.steps[id].Action != WillRun })
}

// recipeOf is what a cell is made of; the zero recipeOf if it reads what only
// keepFor can look at.
func (p *planner) recipeOf(c *Cell) recipeOf {
	if c.Program == nil || len(c.Program.Loads()) > 0 {
		return recipeOf{}
	}
	var reads []byte
	for _, read := range c.Program.Reads() {
		if owner, ok := p.notebook.Graph.Owner(read.Name); ok {
			if v := p.ran[owner].Values[read.Name]; v != nil {
				reads = append(reads, v.hash...)
			}
			reads = append(reads, ';')
		} else if _, ok := p.opts.Builtins[read.Name].(narrowable); ok {
			return recipeOf{}
		}
	}
	return recipeOf{c.Program, string(reads)}
}

// holds tells whether the questions of a kept result have the same answers.
func (p *planner) holds(ctx context.Context, c *Cell, e *cache.Entry) bool {
	ask := p.ask(c)
	for _, q := range e.Questions() {
		if answer, err := ask(ctx, q); err != nil || answer != q.SHA256 {
			return false
		}
	}
	return true
}

// certain says why a cell will not run, if that is known already.
func (p *planner) certain(ctx context.Context, c *Cell, open []string) (reason string, onPurpose bool) {
	if reason, onPurpose = p.barred(ctx, c, p.ran); reason != "" {
		return reason, onPurpose
	}
	if owner, ok := p.notebook.Graph.Owner(c.When); ok && slices.Contains(open, owner) {
		return "", false
	}
	return p.decided(ctx, c, p.ran)
}

// undecided are the cells before c whose values are not known before they run.
func (p *planner) undecided(c *Cell) []string {
	var out []string
	for need := range p.notebook.Graph.eachNeed(c.ID) {
		dep := p.ran[need.ID]
		if dep.Status == notebooks.StatusDone && !slices.Contains(out, need.ID) {
			out = append(out, need.ID)
		}
	}
	return out
}

func (p *planner) dependsOn(c *Cell, ids []string) string {
	which, verb := "cell "+ids[0], "gives"
	if len(ids) > 1 {
		which, verb = "cells "+join(ids), "give"
	}
	for need := range p.notebook.Graph.eachNeed(c.ID) {
		if need.Name != "" && slices.Contains(ids, need.ID) {
			return fmt.Sprintf("depends on what %s %s", which, verb)
		}
	}
	return fmt.Sprintf("comes after %s, which may write what it reads", which)
}

func (p *planner) never(c *Cell) string {
	if c.Always {
		return "it always runs"
	}
	return "cache=off"
}

// found is the result that a kept one gives.
func (p *planner) found(c *Cell, e *cache.Entry, inputs map[string]*Value) *Result {
	res := &Result{Cell: c, Status: notebooks.StatusCached, Values: map[string]*Value{}, From: e, Effects: e.Effects, inputs: inputs}
	for name, v := range e.Values {
		res.Values[name] = p.executor.kept(p.notebook, v)
	}
	return res
}

// reuse notes what a kept result gives, and the files that it restores.
func (p *planner) reuse(res *Result) {
	p.ran[res.Cell.ID] = res
	for path, f := range p.opts.World.written(res.Effects) {
		p.files[path] = f.Blob.SHA256
	}
}

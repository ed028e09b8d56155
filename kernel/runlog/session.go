package runlog

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/storage"
)

// A Session collects what the cells of an interactive session did, so that it
// can be kept as a run that equals what wnb run would have recorded. A rerun of
// a cell replaces what that cell did before. It is safe for concurrent use.
type Session struct {
	mu    sync.Mutex
	cells map[string]*kernel.Result
	start time.Time
}

// NewSession starts to collect.
func NewSession(now time.Time) *Session {
	return &Session{cells: map[string]*kernel.Result{}, start: now}
}

// A CellRun is the latest run of a cell, as data.
type CellRun struct {
	Cell     string
	Index    int
	Source   string
	Status   string
	Start    time.Time
	Duration time.Duration
	Effects  []cells.Effect
	Error    string
}

// Note takes the latest run of a cell.
func (s *Session) Note(c CellRun) {
	res := &kernel.Result{
		Cell:   &kernel.Cell{ID: c.Cell, Index: c.Index, Source: c.Source, Lang: notebooks.Starlark},
		Status: notebooks.Status(c.Status), Start: c.Start, Duration: c.Duration, Effects: c.Effects,
	}
	if c.Error != "" {
		res.Err = &lang.Error{Kind: lang.KindRuntime, Cell: c.Cell, Msg: c.Error}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cells[c.Cell] = res
}

// Keep writes the session as a run. Cells that are not in the document any more
// are left out.
func (s *Session) Keep(ctx context.Context, store *storage.Store, spec Spec, end time.Time) (*Run, error) {
	doc, err := notebooks.Parse(spec.Path, spec.Source)
	if err != nil {
		return nil, err
	}
	doc.AssignIDs()
	s.mu.Lock()
	defer s.mu.Unlock()
	outcome := &kernel.Outcome{}
	for i, c := range doc.Cells {
		if res, ok := s.cells[c.ID]; ok {
			res.Cell.Index = i
			outcome.Results = append(outcome.Results, res)
		}
	}
	if len(outcome.Results) == 0 {
		return nil, fmt.Errorf("no cell of %s has run in this session, so there is nothing to keep", spec.Path)
	}
	run, err := Start(ctx, store, spec)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(outcome.Results, func(a, b *kernel.Result) int { return a.Start.Compare(b.Start) })
	for _, res := range outcome.Results {
		run.CellDone(res)
	}
	return run, run.Finish(outcome, end)
}

package runlog

import (
	"context"
	"encoding/json"
	"errors"
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

// A Session is the session run of one kernel: what the cells of an interactive
// session did, kept as a hidden run, so that it can be made a normal run that
// equals what wnb run would have recorded. A rerun of a cell replaces what that
// cell did before. It is safe for concurrent use.
type Session struct {
	store *storage.Store
	path  string // of the notebook

	mu    sync.Mutex
	runID string // the hidden run; empty before the first cell ran
	cells map[string]CellRun
}

// SessionArtifact is the artifact of a session run that holds what its cells
// did last.
const SessionArtifact = "session.json"

// TagKeptAs is, on a session run, the run that it was kept as.
const TagKeptAs = "wnb.kept_as"

// NewSession is the session of a kernel for the notebook at path.
func NewSession(store *storage.Store, path string) *Session {
	return &Session{store: store, path: path, cells: map[string]CellRun{}}
}

// A CellRun is the latest run of a cell, as data.
type CellRun struct {
	Cell     string          `json:"cell"`
	Index    int             `json:"index"`
	Source   string          `json:"source"`
	Status   string          `json:"status"`
	Start    time.Time       `json:"start"`
	Duration time.Duration   `json:"duration"`
	Effects  json.RawMessage `json:"effects"` // see cells.MarshalEffects
	Error    string          `json:"error,omitempty"`
}

func (c CellRun) result(index int) (*kernel.Result, error) {
	effects, err := cells.UnmarshalEffects(c.Effects)
	if err != nil {
		return nil, fmt.Errorf("cell %s: %w", c.Cell, err)
	}
	res := &kernel.Result{
		Cell:   &kernel.Cell{ID: c.Cell, Index: index, Source: c.Source, Lang: notebooks.Starlark},
		Status: notebooks.Status(c.Status), Start: c.Start, Duration: c.Duration, Effects: effects,
	}
	if c.Error != "" {
		res.Err = &lang.Error{Kind: lang.KindRuntime, Cell: c.Cell, Msg: c.Error}
	}
	return res, nil
}

// Note takes the latest run of a cell. It is on the disk after Save.
func (s *Session) Note(c CellRun) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cells[c.Cell] = c
}

// Save writes what was noted.
func (s *Session) Save(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.save(ctx)
}

func (s *Session) save(ctx context.Context) error {
	if s.runID == "" {
		run, err := s.store.CreateRun(ctx, storage.NewRun{Experiment: "sessions", Source: s.path, Hidden: true})
		if err != nil {
			return err
		}
		s.runID = run.ID
	}
	content, err := json.Marshal(s.cells)
	if err != nil {
		return err
	}
	blob, err := put(ctx, s.store, content)
	if err != nil {
		return err
	}
	return s.store.Log(ctx, s.runID, storage.Batch{
		Artifacts: []storage.Artifact{{Path: SessionArtifact, Kind: storage.KindText, MediaType: "application/json", Blob: blob}},
	})
}

// Close ends the session run.
func (s *Session) Close(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runID == "" {
		return nil
	}
	return s.store.FinishRun(ctx, s.runID, storage.Finished, time.Time{})
}

// Keep makes the session a normal run. Cells that are not in the document any
// more are left out.
func (s *Session) Keep(ctx context.Context, spec Spec, end time.Time) (*Run, error) {
	doc, err := notebooks.Parse(spec.Path, spec.Source)
	if err != nil {
		return nil, err
	}
	doc.AssignIDs()
	s.mu.Lock()
	defer s.mu.Unlock()
	outcome := &kernel.Outcome{}
	for i, c := range doc.Cells {
		done, ok := s.cells[c.ID]
		if !ok {
			continue
		}
		res, err := done.result(i)
		if err != nil {
			return nil, err
		}
		outcome.Results = append(outcome.Results, res)
	}
	if len(outcome.Results) == 0 {
		return nil, fmt.Errorf("no cell of %s has run in this session, so there is nothing to keep", spec.Path)
	}
	run, err := Start(ctx, s.store, spec)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(outcome.Results, func(a, b *kernel.Result) int { return a.Start.Compare(b.Start) })
	for _, res := range outcome.Results {
		run.CellDone(res)
	}
	if err := errors.Join(run.Finish(outcome, end), s.save(ctx)); err != nil {
		return nil, err
	}
	return run, s.store.Log(ctx, s.runID, storage.Batch{Tags: map[string]string{TagKeptAs: run.ID}})
}

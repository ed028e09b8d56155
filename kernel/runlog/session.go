package runlog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
	"sync"
	"time"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/storage"
)

// A Session is the session run of a notebook: what its cells did last in an
// interactive session, kept as a hidden run, so that it can be made a normal run
// that equals what wnb run would have recorded. A rerun of a cell replaces what
// that cell did before. The hidden run goes on when this process ends, and is
// found again by the notebook it is of. It is safe for concurrent use.
type Session struct {
	store *storage.Store

	mu    sync.Mutex
	noted map[string]kernel.CellRun // not saved yet

	writing sync.Mutex // held while the store is asked; taken before mu
	source  string     // the notebook, as its runs name it
	runID   string     // the hidden run; empty before it was looked for
}

// Where session runs are, and what tells them apart.
const (
	sessionExperiment = "sessions"
	sessionFolder     = "session" // of artifacts, one for each cell
	// TagSession is, on a session run, the notebook that it is of.
	TagSession = "wnb.session"
	// TagKeptAs is, on a session run, the run that it was kept as last.
	TagKeptAs = "wnb.kept_as"
)

// NewSession is the session of a notebook, which a run would name so. Nothing is
// asked of the store yet.
func NewSession(store *storage.Store, source string) *Session {
	return &Session{store: store, source: source, noted: map[string]kernel.CellRun{}}
}

// Note takes the latest run of a cell. It is in the store after Save, for which
// it does not wait.
func (s *Session) Note(c kernel.CellRun) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if have, ok := s.noted[c.Cell]; !ok || !c.Start.Before(have.Start) {
		s.noted[c.Cell] = c
	}
}

// Save writes what was noted.
func (s *Session) Save(ctx context.Context) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.save(ctx)
}

func (s *Session) save(ctx context.Context) error {
	s.mu.Lock()
	noted := s.noted
	s.noted = map[string]kernel.CellRun{}
	s.mu.Unlock()
	if len(noted) == 0 {
		return nil
	}
	err := s.write(ctx, noted)
	if err != nil {
		for _, c := range noted {
			s.Note(c)
		}
	}
	return err
}

func (s *Session) write(ctx context.Context, noted map[string]kernel.CellRun) error {
	var b storage.Batch
	for _, c := range noted {
		content, err := json.Marshal(c)
		if err != nil {
			return fmt.Errorf("cell %s: %w", c.Cell, err)
		}
		blob, err := put(ctx, s.store, content)
		if err != nil {
			return err
		}
		b.Artifacts = append(b.Artifacts, storage.Artifact{
			Path: path.Join(sessionFolder, c.Cell+".json"), Kind: storage.KindText, MediaType: "application/json", Blob: blob, Cell: c.Cell,
		})
	}
	if err := s.find(ctx); err != nil {
		return err
	}
	if err := s.begin(ctx); err != nil {
		return err
	}
	err := s.store.Log(ctx, s.runID, b)
	var over *storage.FinishedError
	if errors.As(err, &over) || errors.Is(err, storage.ErrNotFound) { // somebody has ended or removed it
		s.runID = ""
		if err = s.begin(ctx); err == nil {
			err = s.store.Log(ctx, s.runID, b)
		}
	}
	return err
}

// find looks for the hidden run of the notebook.
func (s *Session) find(ctx context.Context) error {
	if s.runID != "" {
		return nil
	}
	all, err := Sessions(ctx, s.store)
	if found := all[s.source]; found != nil {
		s.runID = found.runID
	}
	return err
}

// Sessions are the sessions that have begun and are not over, by notebook.
func Sessions(ctx context.Context, store *storage.Store) (map[string]*Session, error) {
	runs, err := store.Runs(ctx, storage.Query{Experiment: sessionExperiment, Statuses: []storage.Status{storage.Running}, IncludeHidden: true})
	all := map[string]*Session{}
	for _, r := range runs { // newest first
		if source := r.Tags[TagSession]; source != "" && all[source] == nil {
			all[source] = &Session{store: store, source: source, runID: r.ID, noted: map[string]kernel.CellRun{}}
		}
	}
	return all, err
}

// begin makes the hidden run. It is not of this process, with which it does not
// end.
func (s *Session) begin(ctx context.Context) error {
	if s.runID != "" {
		return nil
	}
	run, err := s.store.CreateRun(ctx, storage.NewRun{
		Experiment: sessionExperiment, Source: s.source, Hidden: true, Remote: true, Tags: map[string]string{TagSession: s.source},
	})
	if err == nil {
		s.runID = run.ID
	}
	return err
}

// cells are the latest runs of all cells, by id.
func (s *Session) cells(ctx context.Context) (map[string]kernel.CellRun, error) {
	if err := s.find(ctx); err != nil {
		return nil, err
	}
	runs := map[string]kernel.CellRun{}
	if s.runID != "" {
		list, err := s.store.Artifacts(ctx, s.runID, sessionFolder)
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			content, err := s.store.ReadBlob(ctx, a.Blob.SHA256)
			if err != nil {
				return nil, err
			}
			var c kernel.CellRun
			if err := json.Unmarshal(content, &c); err != nil {
				return nil, fmt.Errorf("%s of session run %s: %w", a.Path, s.runID, err)
			}
			runs[c.Cell] = c
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, c := range s.noted {
		if have, ok := runs[id]; !ok || !c.Start.Before(have.Start) {
			runs[id] = c
		}
	}
	return runs, nil
}

// Inherit takes the cells of another session that this one does not know, as
// when a notebook is saved under another name.
func (s *Session) Inherit(ctx context.Context, from *Session) error {
	from.writing.Lock()
	theirs, err := from.cells(ctx)
	from.writing.Unlock()
	if err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	ours, err := s.cells(ctx)
	if err != nil {
		return err
	}
	for id, c := range theirs {
		if _, known := ours[id]; !known {
			s.Note(c)
		}
	}
	return s.save(ctx)
}

// Rename follows the notebook to another name. The session that the name had is
// over.
func (s *Session) Rename(ctx context.Context, source string) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if source == s.source {
		return nil
	}
	if err := s.find(ctx); err != nil {
		return err
	}
	if err := NewSession(s.store, source).Close(ctx); err != nil {
		return err
	}
	s.source = source
	if s.runID == "" {
		return nil
	}
	return s.store.Log(ctx, s.runID, storage.Batch{Tags: map[string]string{TagSession: source}})
}

// Close ends the session for good: the next one of the notebook begins anew.
func (s *Session) Close(ctx context.Context) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := errors.Join(s.save(ctx), s.find(ctx)); err != nil || s.runID == "" {
		return err
	}
	run := s.runID
	s.runID = ""
	return s.store.FinishRun(ctx, run, storage.Finished, time.Time{})
}

// A StaleError says that a session cannot be kept yet: wnb run would record
// something else.
type StaleError struct {
	Notebook string
	Reasons  []string // each names a cell
}

// Error says what to do.
func (e *StaleError) Error() string {
	return fmt.Sprintf("%s cannot be kept as a run yet: %s; run these cells first", e.Notebook, strings.Join(e.Reasons, ", "))
}

// Keep makes the session a normal run: that which wnb run would have recorded.
// It fails with a *StaleError where cells have not run as they are in the
// notebook, which is compiled in nb, with these builtins.
func (s *Session) Keep(ctx context.Context, spec Spec, nb *kernel.Notebook, builtins starlark.StringDict) (*Run, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	runs, err := s.cells(ctx)
	if err != nil {
		return nil, err
	}
	k := keeping{notebook: nb, builtins: builtins, inputs: spec.Inputs, runs: runs, results: map[string]*kernel.Result{}}
	outcome, err := k.outcome(ctx, spec.Path)
	if err != nil {
		return nil, err
	}
	spec.Clock = func() time.Time { return k.begin }
	run, err := Start(ctx, s.store, spec)
	if err != nil {
		return nil, err
	}
	for _, id := range nb.Graph.Order() {
		run.CellDone(k.results[id])
	}
	if err := errors.Join(run.Finish(outcome, k.end), s.save(ctx)); err != nil {
		return nil, err
	}
	if s.runID == "" {
		return run, nil
	}
	return run, s.store.Log(ctx, s.runID, storage.Batch{Tags: map[string]string{TagKeptAs: run.ID}})
}

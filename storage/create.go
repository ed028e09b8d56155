package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"unicode/utf8"
)

// MaxExperiment is the limit of an experiment's name in characters.
const MaxExperiment = 500

// CreateRun starts a run with status RUNNING and records its params, tags and artifacts with it. The experiment is
// created when it is absent. Errors: those of [Store.Log], and ErrNotFound for a parent or origin.
func (s *Store) CreateRun(ctx context.Context, n NewRun) (*Run, error) {
	id, err := s.newID()
	if err != nil {
		return nil, err
	}
	if err := s.complete(&n, id); err != nil {
		return nil, err
	}
	b, err := Batch{Params: n.Params, Tags: n.Tags, Artifacts: n.Artifacts}.validate(id)
	if err != nil {
		return nil, err
	}
	owner, err := s.owner(id, n.Remote)
	if err != nil {
		return nil, explain(s.dir, err)
	}
	if err := s.write.run(ctx, func(t *tx) error {
		run, err := s.insertRun(t, id, n, owner)
		if err != nil {
			return err
		}
		return s.logBatch(t, run, id, b)
	}); err != nil {
		return nil, errors.Join(err, s.live.drop(id))
	}
	// The run exists now, and its caller must learn that even if it was interrupted meanwhile.
	return s.Run(context.WithoutCancel(ctx), id)
}

// complete fills in the defaults and checks names.
func (s *Store) complete(n *NewRun, id string) error {
	if n.Experiment == "" {
		n.Experiment = "Default"
	}
	if err := checkLength(id, "experiment", n.Experiment, n.Experiment, MaxExperiment); err != nil {
		return err
	}
	if !utf8.ValidString(n.Experiment) || !utf8.ValidString(n.Name) {
		return &NameError{Run: id, What: "name of run or experiment", Name: n.Experiment + "/" + n.Name, Reason: "the name is not valid UTF-8"}
	}
	if n.Start.IsZero() {
		n.Start = s.clock()
	}
	if n.Name != "" {
		return checkLength(id, "run name", n.Name, n.Name, MaxKey)
	}
	b, err := s.random(4)
	if err == nil {
		n.Name = readableName(b)
	}
	return err
}

// owner gives what to record as the run's owner: nil for a run whose process is not this one.
func (s *Store) owner(id string, remote bool) (any, error) {
	if remote {
		return nil, nil
	}
	fresh, err := s.newID()
	if err != nil {
		return nil, err
	}
	return s.live.adopt(id, fresh)
}

func (s *Store) insertRun(t *tx, id string, n NewRun, owner any) (run int64, err error) {
	experiment, err := s.experimentFor(t, n.Experiment)
	if err != nil {
		return 0, err
	}
	parent, err := relative(t, "parent run", n.ParentID)
	if err != nil {
		return 0, err
	}
	origin, err := relative(t, "origin run", n.OriginID)
	if err != nil {
		return 0, err
	}
	start := milliseconds(n.Start)
	err = t.get(`INSERT INTO runs (run_id, experiment, name, status, hidden, parent, origin, user, source, start_ms,
		last_activity_ms, owner, host, boot_id, pid) VALUES (?, ?, ?, 'RUNNING', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		[]any{id, experiment, n.Name, n.Hidden, parent, origin, n.User, n.Source, start, start, owner, s.live.host, s.live.bootID, os.Getpid()},
		&run)
	return run, err
}

func (s *Store) experimentFor(t *tx, name string) (id int64, err error) {
	now := milliseconds(s.clock())
	var stage string
	err = t.get(`SELECT id, lifecycle_stage FROM experiments WHERE name = ?`, []any{name}, &id, &stage)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		err = t.get(`INSERT INTO experiments (name, created_ms, updated_ms) VALUES (?, ?, ?) RETURNING id`, []any{name, now, now}, &id)
		return id, err
	case err != nil:
		return 0, err
	case stage == Deleted:
		return 0, fmt.Errorf("experiment %q is deleted: restore it or use another name", name)
	}
	_, err = t.exec(`UPDATE experiments SET updated_ms = ? WHERE id = ?`, now, id)
	return id, err
}

// relative gives the key of a run named by another; nil when none is named.
func relative(t *tx, what, runID string) (any, error) {
	if runID == "" {
		return nil, nil
	}
	var id int64
	err := t.get(`SELECT id FROM runs WHERE run_id = ?`, []any{runID}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%s %q: %w", what, shorten(runID), ErrNotFound)
	}
	return id, err
}

package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Log records a batch in one transaction: all of it or nothing. It is on the disk when Log returns. A run that is over
// takes only tags. Errors: ErrNotFound (run, or a blob that was not put), *ParamError, *FinishedError, *LimitError,
// *NameError.
func (s *Store) Log(ctx context.Context, runID string, b Batch) error {
	b, err := b.validate(runID)
	if err != nil {
		return err
	}
	return s.write.run(ctx, func(t *tx) error {
		run, err := openRun(t, runID, b)
		if err != nil {
			return err
		}
		return s.logBatch(t, run, runID, b)
	})
}

// openRun finds a run that takes the batch.
func openRun(t *tx, runID string, b Batch) (run int64, err error) {
	var status, stage string
	err = t.get(`SELECT id, status, lifecycle_stage FROM runs WHERE run_id = ?`, []any{runID}, &run, &status, &stage)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, fmt.Errorf("run %q: %w", shorten(runID), ErrNotFound)
	case err != nil:
		return 0, err
	case stage == Deleted || Status(status).Ended() && !b.onlyTags():
		return 0, &FinishedError{Run: runID, Status: Status(status), Stage: stage, What: b.first()}
	}
	return run, nil
}

// nameBlob makes sure that a blob is there and can be referred to, and gives its size. The collector removes blobs in
// transactions too, so that the blob is still there when this one commits.
func (s *Store) nameBlob(t *tx, sha string) (size int64, err error) {
	if size, err = s.blobSize(sha); err != nil {
		return 0, err
	}
	_, err = t.exec(`INSERT INTO blobs (sha256, size) VALUES (?, ?)
		ON CONFLICT DO UPDATE SET size = excluded.size WHERE size <> excluded.size`, sha, size) // it was damaged when it was named before
	return size, err
}

func (s *Store) logBatch(t *tx, run int64, runID string, b Batch) error {
	now := milliseconds(s.clock())
	if err := logParams(t, run, runID, b.Params); err != nil {
		return err
	}
	if err := logMetrics(t, run, b.Metrics, now); err != nil {
		return err
	}
	if err := logTags(t, run, b.Tags); err != nil {
		return err
	}
	if err := s.logArtifacts(t, run, runID, b.Artifacts); err != nil {
		return err
	}
	if err := s.logCells(t, run, runID, b.Cells); err != nil {
		return err
	}
	if len(b.Console) > 0 {
		if _, err := t.exec(`INSERT INTO console (run, data) VALUES (?, ?)`, run, b.Console); err != nil {
			return err
		}
	}
	_, err := t.exec(`UPDATE runs SET last_activity_ms = max(last_activity_ms, ?) WHERE id = ?`, now, run)
	return err
}

func logParams(t *tx, run int64, runID string, params []Param) error {
	for _, p := range params {
		added, err := t.exec(`INSERT INTO params (run, key, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, run, p.Key, p.Value)
		if err != nil {
			return err
		}
		if added == 1 {
			continue
		}
		var old string
		if err := t.get(`SELECT value FROM params WHERE run = ? AND key = ?`, []any{run, p.Key}, &old); err != nil {
			return err
		}
		if old != p.Value {
			return &ParamError{Run: runID, Key: p.Key, Old: old, New: p.Value}
		}
	}
	return nil
}

func logTags(t *tx, run int64, tags map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if _, err := t.exec(`INSERT INTO tags (run, key, value) VALUES (?, ?, ?)
			ON CONFLICT (run, key) DO UPDATE SET value = excluded.value`, run, key, tags[key]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) logArtifacts(t *tx, run int64, runID string, artifacts []Artifact) error {
	for _, a := range artifacts {
		if _, err := s.nameBlob(t, a.Blob.SHA256); err != nil {
			return fmt.Errorf("run %s: artifact %q: %w", runID, a.Path, err)
		}
		if _, err := t.exec(`INSERT INTO artifacts (run, path, sha256, media_type, kind, cell) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (run, path) DO UPDATE
			SET sha256 = excluded.sha256, media_type = excluded.media_type, kind = excluded.kind, cell = excluded.cell`,
			run, a.Path, a.Blob.SHA256, a.MediaType, a.Kind, a.Cell); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) logCells(t *tx, run int64, runID string, cells []Cell) error {
	for _, c := range cells {
		var start, outputs any
		if !c.Start.IsZero() {
			start = milliseconds(c.Start)
		}
		if c.Outputs != nil {
			outputs = c.Outputs.SHA256
			if _, err := s.nameBlob(t, c.Outputs.SHA256); err != nil {
				return fmt.Errorf("run %s: outputs of cell %q: %w", runID, c.ID, err)
			}
		}
		if _, err := t.exec(`INSERT INTO cells (run, cell_id, position, status, reason, start_ms, duration_ns, source_hash, outputs, error)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (run, cell_id) DO UPDATE SET position = excluded.position, status = excluded.status,
			reason = excluded.reason, start_ms = excluded.start_ms, duration_ns = excluded.duration_ns,
			source_hash = excluded.source_hash, outputs = excluded.outputs, error = excluded.error`,
			run, c.ID, c.Position, c.Status, c.Reason, start, int64(c.Duration), c.SourceHash, outputs, c.Error); err != nil {
			return err
		}
		if err := s.logCellBlobs(t, run, runID, c); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) logCellBlobs(t *tx, run int64, runID string, c Cell) error {
	if _, err := t.exec(`DELETE FROM cell_blobs WHERE run = ? AND cell_id = ?`, run, c.ID); err != nil {
		return err
	}
	for _, b := range c.Blobs {
		if _, err := s.nameBlob(t, b.SHA256); err != nil {
			return fmt.Errorf("run %s: outputs of cell %q: %w", runID, c.ID, err)
		}
		if _, err := t.exec(`INSERT INTO cell_blobs (run, cell_id, sha256) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, run, c.ID, b.SHA256); err != nil {
			return err
		}
	}
	return nil
}

// FinishRun ends a run with FINISHED, FAILED or KILLED. A zero end is now. Ending a run again with the same status does
// nothing; with another one it is a *FinishedError.
func (s *Store) FinishRun(ctx context.Context, runID string, st Status, end time.Time) error {
	if !st.Ended() {
		return fmt.Errorf("run %s: a run cannot end with status %q: use %s, %s or %s", runID, st, Finished, Failed, Killed)
	}
	if end.IsZero() {
		end = s.clock()
	}
	err := s.write.run(ctx, func(t *tx) error {
		changed, err := t.exec(`UPDATE runs SET status = ?, end_ms = ?, last_activity_ms = max(last_activity_ms, ?)
			WHERE run_id = ? AND status IN ('RUNNING', 'SCHEDULED')`, string(st), milliseconds(end), milliseconds(end), runID)
		if err != nil || changed == 1 {
			return err
		}
		var have string
		err = t.get(`SELECT status FROM runs WHERE run_id = ?`, []any{runID}, &have)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("run %q: %w", shorten(runID), ErrNotFound)
		case err != nil || Status(have) == st:
			return err
		}
		return &FinishedError{Run: runID, Status: Status(have), Stage: Active, What: "status " + string(st)}
	})
	if err != nil {
		return err
	}
	return s.live.drop(runID)
}

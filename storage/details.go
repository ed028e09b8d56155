package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Experiments lists the experiments by name.
func (s *Store) Experiments(ctx context.Context) (list []Experiment, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		list = nil
		return eachRow(ctx, tx, func(rows *sql.Rows) error {
			var e Experiment
			var created, updated int64
			if err := rows.Scan(&e.ID, &e.Name, &e.LifecycleStage, &created, &updated, &e.Runs); err != nil {
				return err
			}
			e.Created, e.Updated = fromMilliseconds(created), fromMilliseconds(updated)
			list = append(list, e)
			return nil
		}, `SELECT e.id, e.name, e.lifecycle_stage, e.created_ms, e.updated_ms,
			(SELECT count(*) FROM runs r WHERE r.experiment = e.id AND r.hidden = 0 AND r.lifecycle_stage = 'active')
			FROM experiments e ORDER BY e.name`)
	})
	return list, err
}

// Artifacts lists the artifacts of a run whose path is prefix or below it, by path; all when prefix is empty.
// Errors: ErrNotFound (run).
func (s *Store) Artifacts(ctx context.Context, runID, prefix string) (list []Artifact, err error) {
	prefix = strings.TrimSuffix(prefix, "/")
	err = s.readRun(ctx, runID, func(tx *sql.Tx, run int64) error {
		list = nil
		return eachRow(ctx, tx, func(rows *sql.Rows) error {
			var a Artifact
			err := rows.Scan(&a.Path, &a.Blob.SHA256, &a.Blob.Size, &a.MediaType, &a.Kind, &a.Cell)
			list = append(list, a)
			return err
		}, `SELECT a.path, a.sha256, b.size, a.media_type, a.kind, a.cell
			FROM artifacts a JOIN blobs b ON b.sha256 = a.sha256
			WHERE a.run = ?1 AND (?2 = '' OR a.path = ?2 OR a.path >= ?2 || '/' AND a.path < ?2 || '0')
			ORDER BY a.path`, run, prefix) // '0' follows '/'
	})
	return list, err
}

// Cells lists the cells of a run in document order. Errors: ErrNotFound (run).
func (s *Store) Cells(ctx context.Context, runID string) (list []Cell, err error) {
	err = s.readRun(ctx, runID, func(tx *sql.Tx, run int64) error {
		list = nil
		shown, err := cellBlobs(ctx, tx, run)
		if err != nil {
			return err
		}
		return eachRow(ctx, tx, func(rows *sql.Rows) error {
			var c Cell
			var start, size sql.NullInt64
			var duration int64
			var outputs sql.NullString
			if err := rows.Scan(&c.ID, &c.Position, &c.Status, &c.Reason, &start, &duration, &c.SourceHash, &outputs, &size, &c.Error); err != nil {
				return err
			}
			c.Duration = time.Duration(duration)
			if start.Valid {
				c.Start = fromMilliseconds(start.Int64)
			}
			if outputs.Valid {
				c.Outputs = &Blob{SHA256: outputs.String, Size: size.Int64}
			}
			c.Blobs = shown[c.ID]
			list = append(list, c)
			return nil
		}, `SELECT c.cell_id, c.position, c.status, c.reason, c.start_ms, c.duration_ns, c.source_hash, c.outputs, b.size, c.error
			FROM cells c LEFT JOIN blobs b ON b.sha256 = c.outputs WHERE c.run = ? ORDER BY c.position, c.cell_id`, run)
	})
	return list, err
}

// cellBlobs gives what the outputs of a run's cells name, by cell.
func cellBlobs(ctx context.Context, tx *sql.Tx, run int64) (map[string][]Blob, error) {
	byCell := map[string][]Blob{}
	err := eachRow(ctx, tx, func(rows *sql.Rows) error {
		var cell string
		var b Blob
		err := rows.Scan(&cell, &b.SHA256, &b.Size)
		byCell[cell] = append(byCell[cell], b)
		return err
	}, `SELECT c.cell_id, c.sha256, b.size FROM cell_blobs c JOIN blobs b ON b.sha256 = c.sha256 WHERE c.run = ? ORDER BY c.cell_id, c.sha256`, run)
	return byCell, err
}

// consolePiece bounds what WriteConsole holds at a time, a single logged piece apart.
const consolePiece = 1 << 20

// errEnough ends a query early.
var errEnough = errors.New("enough")

// WriteConsole writes to w what the run has printed, piece by piece. Errors: ErrNotFound (run), those of w.
func (s *Store) WriteConsole(ctx context.Context, runID string, w io.Writer) error {
	var text []byte
	for after, more := int64(0), true; more; {
		err := s.readRun(ctx, runID, func(tx *sql.Tx, run int64) error {
			text, more = text[:0], false
			err := eachRow(ctx, tx, func(rows *sql.Rows) error {
				var data sql.RawBytes
				if err := rows.Scan(&after, &data); err != nil {
					return err
				}
				if text = append(text, data...); len(text) >= consolePiece {
					more = true
					return errEnough
				}
				return nil
			}, `SELECT id, data FROM console WHERE run = ? AND id > ? ORDER BY id`, run, after)
			if errors.Is(err, errEnough) {
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
		if _, err := w.Write(text); err != nil {
			return fmt.Errorf("writing the console text of run %s: %w", runID, err)
		}
	}
	return nil
}

// readRun runs f on a run named by its full id.
func (s *Store) readRun(ctx context.Context, runID string, f func(tx *sql.Tx, run int64) error) error {
	return s.read(ctx, func(tx *sql.Tx) error {
		var run int64
		err := tx.QueryRowContext(ctx, `SELECT id FROM runs WHERE run_id = ?`, runID).Scan(&run)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("run %q: %w in %s", shorten(runID), ErrNotFound, s.dir)
		}
		if err != nil {
			return err
		}
		return f(tx, run)
	})
}

package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	sqlite3 "modernc.org/sqlite/lib"
)

// VerifyOptions of a check.
type VerifyOptions struct {
	// Repair drops results that are broken, or that refer to missing or damaged blobs, and removes damaged blobs that
	// only they used. Nothing that a run refers to is touched.
	Repair   bool
	Entry    func(entry []byte) error // parses an entry of a result; nil: entries are only compared with their hash
	Progress func(Progress)           // told now and then how far it is; may be nil
}

// A Problem is something wrong with a store.
type Problem struct {
	Kind     string // what it is about: "database", "blob", "result" or "metric"
	Subject  string // which one: a blob's hash, a result's id and key
	Detail   string // what is wrong
	Advice   string // what to do
	Repaired bool
}

func (p Problem) String() string {
	return fmt.Sprintf("%s %s: %s: %s", p.Kind, p.Subject, p.Detail, p.Advice)
}

// The kinds of problems.
const (
	ProblemDatabase = "database"
	ProblemBlob     = "blob"
	ProblemResult   = "result"
	ProblemMetric   = "metric"
)

// A VerifyReport tells what was checked and what is wrong.
type VerifyReport struct {
	Blobs    Tally // whose content was compared with their hash
	Results  int
	Problems []Problem
}

// Left counts the problems that were not repaired.
func (r VerifyReport) Left() int {
	n := 0
	for _, p := range r.Problems {
		if !p.Repaired {
			n++
		}
	}
	return n
}

// Verify checks the whole store: the database's structure and references, every metric, every result, the content of
// every blob, and that every blob that is referred to is there. Problems are in the report; an error means that the
// check could not be done. Other processes may use the store meanwhile.
func (s *Store) Verify(ctx context.Context, opts VerifyOptions) (VerifyReport, error) {
	if opts.Progress == nil {
		opts.Progress = func(Progress) {}
	}
	v := &verifier{store: s, opts: opts, broken: map[int64]bool{}}
	for _, step := range []func(context.Context) error{v.checkDatabase, v.checkMetrics, v.checkEntries, v.checkBlobs} {
		err := step(ctx)
		if sqliteCode(err) == sqlite3.SQLITE_CORRUPT && ctx.Err() == nil {
			v.corrupt(err.Error())
			return v.report, nil // what else there is to read cannot be trusted, nor can anything be repaired
		}
		if err != nil {
			return v.report, s.explain(ctx, err)
		}
	}
	if !opts.Repair || v.unsound {
		return v.report, nil
	}
	return v.report, s.explain(ctx, v.repair(ctx))
}

// A verifier is one check.
type verifier struct {
	store  *Store
	opts   VerifyOptions
	refs   references
	report VerifyReport

	unsound bool           // the database is damaged: nothing is repaired
	broken  map[int64]bool // results to drop
	damaged []string       // blobs to remove if nothing refers to them then
	curable []int          // problems that are gone after that
}

func (v *verifier) problem(p Problem) { v.report.Problems = append(v.report.Problems, p) }

// curableProblem records a problem that a repair takes away.
func (v *verifier) curableProblem(p Problem) {
	v.curable = append(v.curable, len(v.report.Problems))
	v.problem(p)
}

func (v *verifier) corrupt(detail string) {
	v.unsound = true
	v.problem(Problem{Kind: ProblemDatabase, Subject: "wnb.db", Detail: detail,
		Advice: "restore the store from a backup; what can be saved without one: sqlite3 wnb.db .recover"})
}

func (v *verifier) checkDatabase(ctx context.Context) error {
	v.opts.Progress(Progress{"checking the database", 0, 1})
	if err := v.store.read(ctx, func(tx *sql.Tx) error {
		return eachRow(ctx, tx, func(rows *sql.Rows) error {
			var text string
			if err := rows.Scan(&text); err != nil {
				return err
			}
			if text != "ok" {
				v.corrupt(text)
			}
			return nil
		}, `PRAGMA integrity_check`)
	}); err != nil {
		return err
	}
	return v.store.read(ctx, func(tx *sql.Tx) error {
		return eachRow(ctx, tx, func(rows *sql.Rows) error {
			var table, parent string
			var row sql.NullInt64
			var key int
			if err := rows.Scan(&table, &row, &parent, &key); err != nil {
				return err
			}
			v.corrupt(fmt.Sprintf("a row of table %s refers to a row of %s that is not there", table, parent))
			return nil
		}, `PRAGMA foreign_key_check`)
	})
}

func (v *verifier) checkMetrics(ctx context.Context) error {
	return v.store.read(ctx, func(tx *sql.Tx) error {
		return eachRow(ctx, tx, func(rows *sql.Rows) error {
			var run, key string
			if err := rows.Scan(&run, &key); err != nil {
				return err
			}
			v.problem(Problem{Kind: ProblemMetric, Subject: fmt.Sprintf("%q of run %s", key, run), Detail: "a part of its history is damaged",
				Advice: "restore the store from a backup, or run again"})
			return nil
		}, `SELECT r.run_id, m.key FROM metric_chunks m JOIN runs r ON r.id = m.run WHERE length(m.data) <> m.points * ?`, pointSize)
	})
}

// checkEntries checks results one by one, so that few entries are in memory. What is wrong with the blobs of a result is
// found with the blobs.
func (v *verifier) checkEntries(ctx context.Context) error {
	for after, more := int64(0), true; more; {
		more = false
		err := v.store.read(ctx, func(tx *sql.Tx) error {
			var e rawResult
			var key string
			err := tx.QueryRowContext(ctx, `SELECT id, key, entry, entry_blob, entry_sha256 FROM results WHERE id > ? ORDER BY id LIMIT 1`, after).
				Scan(&after, &key, &e.inline, &e.blob, &e.sha256)
			if errors.Is(err, sql.ErrNoRows) {
				return nil
			}
			if err == nil {
				more = true
				v.checkEntry(ctx, after, key, e)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (v *verifier) checkEntry(ctx context.Context, id int64, key string, e rawResult) {
	v.report.Results++
	if e.blob.Valid && v.opts.Entry == nil {
		return // its content is checked with the blobs
	}
	entry, err := v.store.loadEntry(ctx, e)
	if err != nil && e.blob.Valid {
		return // it is found with the blobs
	}
	if err == nil && v.opts.Entry != nil {
		err = v.opts.Entry(entry)
	}
	if err == nil {
		return
	}
	v.broken[id] = true
	v.curableProblem(Problem{Kind: ProblemResult, Subject: fmt.Sprintf("%d of key %s", id, key), Detail: err.Error(), Advice: adviceDrop})
}

// adviceDrop is for what only cached results use.
const adviceDrop = "wnb store verify --repair drops it, and the cell runs again when it is needed"

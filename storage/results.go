package storage

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of cached results.
const (
	MaxResultsPerKey = 16       // the least recently used go
	MaxEntry         = 64 << 20 // bytes
	inlineEntry      = 64 << 10 // a larger entry is kept as a blob, which keeps the database small
)

// A Result is what a cell computed. The key is made of all that is known before the cell runs. Results that share a key
// differ in the answers to what the cell asked while it ran; the entry tells, in a form that only the caller knows.
type Result struct {
	ID      int64  // given by PutResult
	Key     string // 64 lower-case hex digits
	Entry   []byte
	Blobs   []Blob // what the entry refers to, each once, by hash
	Size    int64  // bytes of the entry and the blobs; given by PutResult
	Created time.Time
	Used    time.Time
}

// PutResult keeps a result. It is on the disk when PutResult returns, and so are its blobs, which have to be there
// before. The same entry under the same key again counts as a use of the one that is there. At most MaxResultsPerKey
// stay under a key. Errors: ErrNotFound (a blob that was not put), ErrCorrupt (a blob of another size).
func (s *Store) PutResult(ctx context.Context, r Result) (Result, error) {
	if !isSHA256(r.Key) {
		return Result{}, fmt.Errorf("result %q: a key is 64 lower-case hex digits", shorten(r.Key))
	}
	if len(r.Entry) > MaxEntry {
		return Result{}, fmt.Errorf("result %s: the entry has %d bytes, the limit is %d: keep its parts as blobs", r.Key, len(r.Entry), MaxEntry)
	}
	r.Blobs = slices.Clone(r.Blobs)
	slices.SortFunc(r.Blobs, func(a, b Blob) int { return cmp.Compare(a.SHA256, b.SHA256) })
	r.Blobs = slices.CompactFunc(r.Blobs, func(a, b Blob) bool { return a.SHA256 == b.SHA256 })
	e, err := s.storeEntry(ctx, r.Entry)
	if err != nil {
		return Result{}, fmt.Errorf("result %s: %w", r.Key, err)
	}
	err = s.write.run(ctx, func(t *tx) error { return s.insertResult(t, &r, e) })
	if err != nil {
		return Result{}, fmt.Errorf("result %s: %w", r.Key, err)
	}
	return r, nil
}

// A storedEntry is an entry as it goes into the table: itself or the name of a blob.
type storedEntry struct {
	inline any // nil: see blob
	blob   any // nil: see inline
	sha256 string
}

func (s *Store) storeEntry(ctx context.Context, entry []byte) (storedEntry, error) {
	if len(entry) <= inlineEntry {
		sum := sha256.Sum256(entry)
		return storedEntry{inline: append([]byte{}, entry...), sha256: hex.EncodeToString(sum[:])}, nil
	}
	b, err := s.PutBlob(ctx, bytes.NewReader(entry))
	return storedEntry{blob: b.SHA256, sha256: b.SHA256}, err
}

func (s *Store) insertResult(t *tx, r *Result, e storedEntry) error {
	r.Size = int64(len(r.Entry))
	if e.blob != nil {
		if _, err := s.nameBlob(t, e.sha256); err != nil {
			return err
		}
	}
	for i, b := range r.Blobs {
		size, err := s.nameBlob(t, b.SHA256)
		if err != nil {
			return err
		}
		if size != b.Size {
			return fmt.Errorf("blob %s is %w: it has %d bytes, not %d; put it again", b.SHA256, ErrCorrupt, size, b.Size)
		}
		r.Size += r.Blobs[i].Size
	}
	now := milliseconds(s.clock())
	var created, used int64
	if err := t.get(`INSERT INTO results (key, entry, entry_blob, entry_sha256, size, created_ms, used_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (key, entry_sha256) DO UPDATE
		SET entry = excluded.entry, entry_blob = excluded.entry_blob, size = excluded.size, used_ms = max(used_ms, excluded.used_ms)
		RETURNING id, created_ms, used_ms`,
		[]any{r.Key, e.inline, e.blob, e.sha256, r.Size, now, now}, &r.ID, &created, &used); err != nil {
		return err
	}
	r.Created, r.Used = fromMilliseconds(created), fromMilliseconds(used)
	return replaceBlobs(t, r)
}

// replaceBlobs records what a result refers to and drops what is too much under its key.
func replaceBlobs(t *tx, r *Result) error {
	if _, err := t.exec(`DELETE FROM result_blobs WHERE result = ?`, r.ID); err != nil {
		return err
	}
	for _, b := range r.Blobs {
		if _, err := t.exec(`INSERT INTO result_blobs (result, sha256) VALUES (?, ?)`, r.ID, b.SHA256); err != nil {
			return err
		}
	}
	_, err := t.exec(`DELETE FROM results WHERE id IN (
		SELECT id FROM results WHERE key = ? AND id <> ? ORDER BY used_ms DESC, id DESC LIMIT -1 OFFSET ?)`,
		r.Key, r.ID, MaxResultsPerKey-1)
	return err
}

// blobsOfResult gives all blobs of a row of results r as text, for parseBlobs.
const blobsOfResult = `(SELECT group_concat(rb.sha256 || ' ' || b.size, ' ')
	FROM result_blobs rb JOIN blobs b ON b.sha256 = rb.sha256 WHERE rb.result = r.id)`

const selectResults = `SELECT id, entry, entry_blob, entry_sha256, size, created_ms, used_ms, ` + blobsOfResult + `
	FROM results r WHERE key = ? ORDER BY used_ms DESC, id DESC`

// Results gives the results of a key, most recently used first; none when there are none. One whose entry is damaged is
// left out, since the cell can run again; [Store.Verify] tells of it. Before a result is used, [Blobs.HasBlob] tells of
// each of its blobs whether it is there, and keeps it from being removed meanwhile.
func (s *Store) Results(ctx context.Context, key string) ([]Result, error) {
	if err := s.write.closed(); err != nil {
		return nil, err
	}
	var list []Result
	err := s.retry(ctx, func() (err error) {
		list, err = s.queryResults(ctx, key)
		return err
	})
	if err != nil && ctx.Err() == nil {
		err = explain(s.dir, err)
	}
	return list, err
}

// queryResults is one statement, prepared once: a look-up is the price of every cell.
func (s *Store) queryResults(ctx context.Context, key string) (list []Result, err error) {
	stmt, err := s.lookup(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(ctx, key)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		r, e := Result{Key: key}, rawResult{}
		if err := e.scan(rows, &r); err != nil {
			return nil, err
		}
		if r.Entry, err = s.loadEntry(ctx, e); err == nil {
			list = append(list, r)
		} else if !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrNotFound) {
			return nil, err
		}
	}
	return list, rows.Err()
}

// lookup prepares the statement on first use.
func (s *Store) lookup(ctx context.Context) (*sql.Stmt, error) {
	s.lookupMu.Lock()
	defer s.lookupMu.Unlock()
	if s.lookupStmt == nil {
		stmt, err := s.reads.PrepareContext(ctx, selectResults)
		if err != nil {
			return nil, err
		}
		s.lookupStmt = stmt
	}
	return s.lookupStmt, nil
}

// A rawResult is what a row holds of an entry.
type rawResult struct {
	inline []byte
	blob   sql.NullString
	sha256 string
}

func (e *rawResult) scan(rows *sql.Rows, r *Result) (err error) {
	var created, used int64
	var blobs sql.NullString
	if err := rows.Scan(&r.ID, &e.inline, &e.blob, &e.sha256, &r.Size, &created, &used, &blobs); err != nil {
		return err
	}
	r.Created, r.Used = fromMilliseconds(created), fromMilliseconds(used)
	r.Blobs, err = parseBlobs(blobs.String)
	return err
}

// parseBlobs reads "hash size hash size ..." and sorts by hash.
func parseBlobs(text string) ([]Blob, error) {
	var list []Blob
	for fields := strings.Fields(text); len(fields) >= 2; fields = fields[2:] {
		size, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			return nil, err
		}
		list = append(list, Blob{SHA256: fields[0], Size: size})
	}
	slices.SortFunc(list, func(a, b Blob) int { return cmp.Compare(a.SHA256, b.SHA256) })
	return list, nil
}

func (s *Store) loadEntry(ctx context.Context, e rawResult) ([]byte, error) {
	if e.blob.Valid {
		return s.ReadBlob(ctx, e.blob.String)
	}
	sum := sha256.Sum256(e.inline)
	if hex.EncodeToString(sum[:]) != e.sha256 {
		return nil, fmt.Errorf("the entry is %w: the database does not hold what was stored", ErrCorrupt)
	}
	return e.inline, nil
}

// UseResults marks results as used now, in one transaction; those that are gone are passed over. Callers collect the
// ids of what they used, since a transaction costs as much as many look-ups.
func (s *Store) UseResults(ctx context.Context, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return s.write.run(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE results SET used_ms = max(used_ms, ?) WHERE id IN (SELECT value FROM json_each(?))`,
			milliseconds(s.clock()), string(list))
		return err
	})
}

// DropResult forgets a result that turned out to be broken. One that is gone already is no error.
func (s *Store) DropResult(ctx context.Context, id int64) error {
	return s.write.run(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM results WHERE id = ?`, id)
		return err
	})
}

// Package storage keeps what lasts: tracked runs in SQLite and content in blobs named by their hash.
//
// A store is a folder, by custom .wnb at the root of a project:
//
//	wnb.db      SQLite, write-ahead log: experiments, runs, params, tags, metrics, cells, artifacts, results
//	blobs/      content by SHA-256, two levels of fan-out: blobs/ab/cd/abcd...
//	claims/     one locked file per process that computes: the keys that it works on
//	live/       one locked file per process that has runs going
//	lock        held while the store is created or migrated
//	secret.key  32 random bytes
//
// # Writing
//
// One goroutine owns the only write connection. What several goroutines log meanwhile shares one transaction and one
// fsync (group commit), yet each call succeeds or fails alone. A call returns when its data is on the disk. Several
// processes may use one store: they wait for each other and do not fail.
//
// # Metrics
//
// The points of a metric are packed into chunks, and the latest point of each metric is kept beside them, so that lists
// of runs never read the history. The rules are MLflow's: params are written once, tags are overwritten, the latest
// point is the one with the greatest (step, time, value), and a point logged twice counts once.
//
// # Results
//
// What a cell computed is kept under a key that the caller makes of the cell's code and inputs. [Blobs.Claim] makes sure
// that a key is computed once at a time, over all processes. Results are a cache: the least recently used go when there
// are too many bytes of them.
//
// # Garbage
//
// A blob is put first and referred to in a transaction later, often by another process. [Store.GC] removes those that
// nothing refers to: it does so in a transaction, in which nobody can begin to refer to them, and never those that were
// put within the last hour or under a lease. The schema tells it where blobs are referred to.
//
// # Runs that died
//
// A process that creates runs holds a lock on its file in live/ until the store is closed. The operating system lets go
// of the lock when the process dies, however it dies, and the next [Open] on that host marks its runs KILLED.
package storage

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Options of a store. The zero value is good.
type Options struct {
	Clock       func() time.Time // time.Now when nil
	Rand        io.Reader        // source of ids and run names; crypto/rand when nil
	BusyTimeout time.Duration    // how long to wait for other processes before ErrBusy; one minute when 0
}

// A Store is an open store. Its methods may be called from many goroutines.
type Store struct {
	*Blobs
	dir   string
	clock func() time.Time
	busy  time.Duration
	live  live

	randMu sync.Mutex
	rand   io.Reader

	write *writer
	reads *sql.DB

	lookupMu   sync.Mutex
	lookupStmt *sql.Stmt // of Results
}

// Open opens the store in dir and creates it, mode 0700, when it is absent.
// A store of an older wnb is migrated; one of a newer wnb is a *VersionError. Runs of this host whose process is
// gone are marked KILLED.
func Open(ctx context.Context, dir string, opts Options) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", dir, err)
	}
	s := &Store{Blobs: newBlobs(dir), dir: dir, clock: opts.Clock, busy: opts.BusyTimeout, rand: opts.Rand}
	if s.clock == nil {
		s.clock = time.Now
	}
	if s.rand == nil {
		s.rand = rand.Reader
	}
	if s.busy == 0 {
		s.busy = time.Minute
	}
	s.live = newLive(dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, explain(dir, err)
	}
	if err := s.openDatabase(ctx); err != nil {
		return nil, explain(dir, err)
	}
	if err := s.reap(ctx); err != nil {
		return nil, errors.Join(explain(dir, err), s.Close())
	}
	return s, nil
}

// Close waits for what is being written and closes the store. Runs that this process created and did not finish
// count as killed from then on.
func (s *Store) Close() error {
	err := errors.Join(s.reads.Close(), s.write.close())
	return errors.Join(err, s.live.close(), s.claims.close())
}

// Dir is the absolute path of the store's folder.
func (s *Store) Dir() string { return s.dir }

func (s *Store) random(n int) ([]byte, error) {
	s.randMu.Lock()
	defer s.randMu.Unlock()
	b := make([]byte, n)
	if _, err := io.ReadFull(s.rand, b); err != nil {
		return nil, fmt.Errorf("reading random bytes: %w", err)
	}
	return b, nil
}

func (s *Store) newID() (string, error) {
	b, err := s.random(16)
	return hex.EncodeToString(b), err
}

// milliseconds and fromMilliseconds convert between times and what the database holds.
func milliseconds(t time.Time) int64 { return t.UnixMilli() }

func fromMilliseconds(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

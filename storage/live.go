package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// live says which runs this store owns. While there are any, it holds the lock of live/<owner>. A lock is surer than
// a pid: pids are reused, mean nothing in another container, and prove nothing after a reboot; a lock ends with its process.
type live struct {
	dir    string
	host   string
	bootID string

	mu   sync.Mutex
	name string
	file *os.File
	runs map[string]struct{}
}

func newLive(store string) live {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		boot = nil // not Linux: the host's name alone has to tell
	}
	return live{dir: filepath.Join(store, "live"), host: host, bootID: strings.TrimSpace(string(boot)), runs: map[string]struct{}{}}
}

// adopt takes responsibility for a run that is about to be created and gives the owner to record with it. The name
// fresh is used when this store owns nothing yet.
func (l *live) adopt(runID, fresh string) (owner string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		if err := os.MkdirAll(l.dir, 0o700); err != nil {
			return "", err
		}
		f, err := openLocked(filepath.Join(l.dir, fresh), true, exclusive)
		if err != nil {
			return "", err
		}
		if f == nil {
			return "", fmt.Errorf("%s is locked by another process", filepath.Join(l.dir, fresh))
		}
		l.name, l.file = fresh, f
	}
	l.runs[runID] = struct{}{}
	return l.name, nil
}

// drop ends the responsibility for a run whose end is recorded.
func (l *live) drop(runID string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.runs, runID)
	if len(l.runs) > 0 {
		return nil
	}
	return l.release()
}

func (l *live) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.release()
}

func (l *live) release() error {
	if l.file == nil {
		return nil
	}
	f := l.file
	l.file = nil
	return errors.Join(f.Close(), removeIfThere(f.Name()))
}

func (l *live) owns(owner string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file != nil && l.name == owner
}

// dead reports whether nobody holds the lock of an owner's file. A run is recorded only after its owner has the lock,
// so an owner without a file is dead too.
func (l *live) dead(owner string) (bool, error) {
	if l.owns(owner) {
		return false, nil
	}
	f, err := openLocked(filepath.Join(l.dir, owner), false, exclusive)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil || f == nil {
		return false, err
	}
	return true, f.Close()
}

func removeIfThere(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// reap marks the running runs of this host whose owner is dead as KILLED. Runs of other hosts are left: their locks
// may not be visible here.
func (s *Store) reap(ctx context.Context) error {
	owners, err := s.localOwners(ctx)
	if err != nil {
		return err
	}
	for _, owner := range owners {
		dead, err := s.live.dead(owner)
		if err != nil {
			return err
		}
		if !dead {
			continue
		}
		if err := s.write.run(ctx, func(t *tx) error { return s.killRuns(t, owner) }); err != nil {
			return err
		}
		if err := removeIfThere(filepath.Join(s.live.dir, owner)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) localOwners(ctx context.Context) (owners []string, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		owners = nil
		return eachRow(ctx, tx, func(rows *sql.Rows) error {
			var owner string
			err := rows.Scan(&owner)
			owners = append(owners, owner)
			return err
		}, `SELECT DISTINCT owner FROM runs
		WHERE status = 'RUNNING' AND owner IS NOT NULL AND (host = ? OR boot_id <> '' AND boot_id = ?)`,
			s.live.host, s.live.bootID)
	})
	return owners, err
}

func (s *Store) killRuns(t *tx, owner string) error {
	if _, err := t.exec(`INSERT INTO tags (run, key, value)
		SELECT id, ?, format('process %d on %s ended without finishing the run', pid, host)
		FROM runs WHERE status = 'RUNNING' AND owner = ?
		ON CONFLICT (run, key) DO UPDATE SET value = excluded.value`, TagStatusReason, owner); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE runs SET status = 'KILLED', end_ms = last_activity_ms WHERE status = 'RUNNING' AND owner = ?`, owner)
	return err
}

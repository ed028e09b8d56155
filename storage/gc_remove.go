package storage

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// removeBatch bounds how many blobs one transaction removes, since other writers wait for it.
const removeBatch = 64

// errPlacing: another process places blobs just now, so that none can be removed.
var errPlacing = errors.New("blobs are being placed")

// removeUnused removes what was found, unless it came into use since.
func (c *collector) removeUnused(ctx context.Context) error {
	list := c.inOrder()
	if c.opts.DryRun {
		for _, b := range list {
			c.removed(b)
		}
		return nil
	}
	done := 0
	for batch := range slices.Chunk(list, removeBatch) {
		c.opts.Progress(Progress{"removing unused blobs", done, len(list)})
		if err := c.store.alone(ctx, func(t *tx) error { return c.removeBlobs(t, batch) }); err != nil {
			return err
		}
		done += len(batch)
	}
	return nil
}

// alone runs do in a transaction, in which nobody else can refer to a blob, and under the lock that keeps others from
// placing and refreshing blobs. The lock is not waited for inside the transaction.
func (s *Store) alone(ctx context.Context, do func(*tx) error) error {
	for p := (patience{most: 20 * time.Millisecond}); ; {
		err := s.write.run(ctx, func(t *tx) error {
			lock, err := openLocked(s.blobLock(), true, exclusive)
			if err != nil {
				return err
			}
			if lock == nil {
				return errPlacing
			}
			return errors.Join(do(t), lock.Close())
		})
		if !errors.Is(err, errPlacing) {
			return err
		}
		if err := p.wait(ctx); err != nil {
			return err
		}
	}
}

func (c *collector) removeBlobs(t *tx, batch []blobFile) error {
	for _, b := range batch {
		gone, err := c.removeBlob(t, b.sha)
		if err != nil {
			return err
		}
		if gone {
			c.removed(b)
		}
	}
	return nil
}

func (c *collector) removeBlob(t *tx, sha string) (gone bool, err error) {
	info, err := os.Stat(c.store.blobPath(sha))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // by another collector
	}
	if err != nil {
		return false, err
	}
	var used bool
	if err := t.get(c.refs.exists(), []any{sha}, &used); err != nil || used || !info.ModTime().Before(c.cutoff) {
		return false, err
	}
	return true, c.store.forget(t, sha)
}

// forget removes a blob that nothing refers to. The row goes first: SQLite refuses that if there is a reference after
// all. If the process dies in between, the row stays, which means nothing.
func (s *Store) forget(t *tx, sha string) error {
	if _, err := t.exec(`DELETE FROM blobs WHERE sha256 = ?`, sha); err != nil {
		return err
	}
	path := s.blobPath(sha)
	if err := removeIfThere(path); err != nil {
		return err
	}
	// Folders that are empty now go too. That they are not empty is the usual case and no error.
	if os.Remove(filepath.Dir(path)) == nil {
		_ = os.Remove(filepath.Dir(filepath.Dir(path)))
	}
	return nil
}

func (c *collector) removed(b blobFile) {
	c.report.Blobs.add(b.size)
	c.opts.Removed(Garbage{GarbageBlob, b.sha, b.size})
}

// removeTemporaries removes old temporary files that no writer has locked.
func (c *collector) removeTemporaries(context.Context) error {
	list, err := c.store.temporaries()
	if err != nil {
		return err
	}
	for _, f := range list {
		path := filepath.Join(c.store.tempDir(), f.sha)
		if time.Since(f.mod) < unusedFor {
			continue
		}
		lock, err := openLocked(path, false, exclusive)
		if errors.Is(err, fs.ErrNotExist) || err == nil && lock == nil {
			continue
		}
		if err == nil {
			err = lock.Close()
		}
		if err == nil && !c.opts.DryRun {
			err = removeIfThere(path)
		}
		if err != nil {
			return err
		}
		c.report.Temporary.add(f.size)
		c.opts.Removed(Garbage{GarbageTemporary, f.sha, f.size})
	}
	return nil
}

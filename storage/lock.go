package storage

import (
	"context"
	"errors"
	"os"
	"time"
)

// openLocked opens path, creating it when create is set, and locks it without waiting. It gives nil when another
// holds the lock. The file is never removed by anyone who does not hold its lock.
func openLocked(path string, create bool) (*os.File, error) {
	flags := os.O_RDWR
	if create {
		flags |= os.O_CREATE
	}
	f, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return nil, err
	}
	ok, err := tryLock(f)
	if err != nil || !ok {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// lockFile waits until it has the lock of path; closing the file lets go of it.
func lockFile(ctx context.Context, path string) (*os.File, error) {
	for {
		f, err := openLocked(path, true)
		if err != nil || f != nil {
			return f, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

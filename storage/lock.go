package storage

import (
	"context"
	"errors"
	"os"
	"time"
)

// A lockMode says who may hold a lock at the same time.
type lockMode int

const (
	exclusive lockMode = iota // nobody else
	shared                    // others that share it
)

// openLocked opens path, creating it when create is set, and locks it without waiting. It gives nil when another
// holds the lock. The file is never removed by anyone who does not hold its lock.
func openLocked(path string, create bool, mode lockMode) (*os.File, error) {
	flags := os.O_RDWR
	if create {
		flags |= os.O_CREATE
	}
	f, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return nil, err
	}
	ok, err := tryLock(f, mode)
	if err != nil || !ok {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// lockFile waits until it has the lock of path; closing the file lets go of it.
func lockFile(ctx context.Context, path string, mode lockMode) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := waitLock(ctx, f, mode); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// waitLock waits until it has the lock of an open file.
func waitLock(ctx context.Context, f *os.File, mode lockMode) error {
	for p := (patience{most: 5 * time.Millisecond}); ; {
		ok, err := tryLock(f, mode)
		if err != nil || ok {
			return err
		}
		if err := p.wait(ctx); err != nil {
			return err
		}
	}
}

// patience spaces attempts: soon after each other at first, since most locks are held for microseconds.
type patience struct{ next, most time.Duration }

func (p *patience) wait(ctx context.Context) error {
	p.next = min(max(2*p.next, 50*time.Microsecond), p.most)
	timer := time.NewTimer(p.next)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

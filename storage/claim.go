package storage

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// A claim is a locked file, a slot, that holds its key; the operating system lets go of the lock when the process dies,
// however it dies. Slots are found by the first digit of the key: claims/a-0, claims/a-1, ... They are reused and so
// never more than were held at the same time, which is cheaper than a file for each key. The lock of claims/a is held
// for the few microseconds in which somebody looks through the slots.

// Claim waits until nobody else, in this process or another, has a claim to the key, which is 64 lower-case hex digits.
// It makes sure that a result is computed once at a time. The claim ends with release or with the process. It is a
// lease too ([Blobs.Lease]).
func (s *Blobs) Claim(ctx context.Context, key string) (release func() error, err error) {
	if !isSHA256(key) {
		return nil, fmt.Errorf("claim to %q: a key is 64 lower-case hex digits", shorten(key))
	}
	for p := (patience{most: 20 * time.Millisecond}); ; {
		slot, err := s.tryClaim(ctx, key)
		if err == nil && slot != nil {
			return sync.OnceValue(slot.Close), nil
		}
		if err == nil {
			err = p.wait(ctx)
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("waiting for another computation of %s: %w", key, context.Cause(ctx))
		}
		if err != nil {
			return nil, explain(s.dir, err)
		}
	}
}

// Lease keeps the blobs that are put, or found by [Blobs.HasBlob], from now on until release or the end of the process,
// also when nothing refers to them. Without a lease they stay for an hour, or half an hour.
func (s *Blobs) Lease(ctx context.Context) (release func() error, err error) {
	name := make([]byte, 32)
	if _, err := rand.Read(name); err != nil {
		return nil, fmt.Errorf("reading random bytes: %w", err)
	}
	return s.Claim(ctx, hex.EncodeToString(name))
}

func (s *Blobs) claimsDir() string { return filepath.Join(s.dir, "claims") }

// tryClaim gives the locked slot of the key, or nil when another has claimed the key.
func (s *Blobs) tryClaim(ctx context.Context, key string) (slot *os.File, err error) {
	bucket := filepath.Join(s.claimsDir(), key[:1])
	guard, err := lockFile(ctx, bucket, exclusive)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(s.claimsDir(), 0o700); err != nil {
			return nil, err
		}
		guard, err = lockFile(ctx, bucket, exclusive)
	}
	if err != nil {
		return nil, err
	}
	defer guard.Close()
	slot, err = findSlot(bucket, key)
	if err != nil || slot == nil {
		return nil, err
	}
	if _, err := slot.WriteAt([]byte(key), 0); err != nil { // also sets the time since which the claim is held
		return nil, errors.Join(err, slot.Close())
	}
	return slot, nil
}

// findSlot looks through all slots of a bucket and locks a free one; nil when one that is held has the key.
func findSlot(bucket, key string) (free *os.File, err error) {
	for i := 0; ; i++ {
		slot, err := os.OpenFile(fmt.Sprintf("%s-%d", bucket, i), os.O_RDWR, 0)
		if errors.Is(err, fs.ErrNotExist) {
			if free == nil {
				return openLocked(fmt.Sprintf("%s-%d", bucket, i), true, exclusive)
			}
			return free, nil
		}
		if err != nil {
			return nil, errors.Join(err, closeFile(free))
		}
		unheld, err := tryLock(slot, exclusive)
		if unheld && free == nil {
			free = slot
			continue
		}
		same := err == nil && !unheld && holds(slot, key)
		if err := errors.Join(err, slot.Close()); err != nil || same {
			return nil, errors.Join(err, closeFile(free))
		}
	}
}

func closeFile(f *os.File) error {
	if f == nil {
		return nil
	}
	return f.Close()
}

// holds reports whether a slot is the one of a key. A slot that cannot be read is not: its key was never written.
func holds(slot *os.File, key string) bool {
	content := make([]byte, len(key))
	_, err := io.ReadFull(slot, content)
	return err == nil && string(content) == key
}

// leaseStart gives the time since which the oldest lease is held; zero when there is none.
func (s *Blobs) leaseStart() (oldest time.Time, err error) {
	entries, err := os.ReadDir(s.claimsDir())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, err
	}
	for _, e := range entries {
		if !strings.Contains(e.Name(), "-") {
			continue
		}
		slot, err := openLocked(filepath.Join(s.claimsDir(), e.Name()), false, shared)
		if err != nil {
			return time.Time{}, err
		}
		if slot != nil { // nobody holds it
			if err := slot.Close(); err != nil {
				return time.Time{}, err
			}
			continue
		}
		info, err := e.Info()
		if err != nil {
			return time.Time{}, err
		}
		if oldest.IsZero() || info.ModTime().Before(oldest) {
			oldest = info.ModTime()
		}
	}
	return oldest, nil
}

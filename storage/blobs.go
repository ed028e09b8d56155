package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// smallBlob is the size up to which a blob is held in memory, so that storing known content needs no write.
const smallBlob = 1 << 20

// Blobs are the content of a store, without its database. A process that only keeps content, such as a kernel, opens
// just this.
type Blobs struct {
	dir    string
	claims *claims
}

func newBlobs(dir string) *Blobs { return &Blobs{dir, newClaims(filepath.Join(dir, "claims"))} }

// OpenBlobs opens the content of the store in dir, which is created, mode 0700, when it is absent.
func OpenBlobs(dir string) (*Blobs, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", dir, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, explain(dir, err)
	}
	return newBlobs(dir), nil
}

// PutBlob stores what r holds. It is on the disk when PutBlob returns. Storing known small content again costs a read.
// A blob that nothing refers to may be removed an hour after it was last put, or when the lease ends ([Blobs.Lease])
// under which it was put, if that is later.
func (s *Blobs) PutBlob(ctx context.Context, r io.Reader) (Blob, error) {
	src := &contextReader{ctx: ctx, r: r}
	head, err := io.ReadAll(io.LimitReader(src, smallBlob+1))
	if err != nil {
		return Blob{}, fmt.Errorf("reading the content of a blob: %w", err)
	}
	if len(head) <= smallBlob {
		return s.putSmall(ctx, head)
	}
	b, err := s.writeBlob(ctx, func(f *os.File) (Blob, error) {
		return copyHashed(f, io.MultiReader(bytes.NewReader(head), src))
	})
	if src.err != nil { // not the store's fault
		return Blob{}, fmt.Errorf("reading the content of a blob: %w", src.err)
	}
	return b, s.explain(ctx, err)
}

func (s *Blobs) putSmall(ctx context.Context, content []byte) (Blob, error) {
	sum := sha256.Sum256(content)
	b := Blob{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content))}
	known, err := s.refresh(ctx, b, content)
	if err == nil && !known {
		_, err = s.writeBlob(ctx, func(f *os.File) (Blob, error) {
			_, err := f.Write(content)
			return b, err
		})
	}
	if err != nil {
		return Blob{}, s.explain(ctx, err)
	}
	return b, nil
}

// explain adds advice to an error of the system, unless the caller has stopped waiting.
func (s *Blobs) explain(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return explain(s.dir, err)
}

// HasBlob reports whether the blob is there in its full size; its content is verified when it is read. A blob that was
// found stays for half an hour at least, also when nothing refers to it, so that there is time to refer to it.
func (s *Blobs) HasBlob(ctx context.Context, sha256 string, size int64) (bool, error) {
	if !isSHA256(sha256) {
		return false, nil
	}
	have, there, err := s.hold(ctx, sha256, youngFor)
	return err == nil && there && have == size, s.explain(ctx, err)
}

// refresh reports whether the blob is there, undamaged, and makes it young again.
func (s *Blobs) refresh(ctx context.Context, b Blob, content []byte) (bool, error) {
	old, err := os.ReadFile(s.blobPath(b.SHA256))
	if err != nil || !bytes.Equal(old, content) {
		return false, nil // absent or damaged: writing it anew is right in both cases
	}
	_, there, err := s.hold(ctx, b.SHA256, 0)
	return there, err
}

// The collector removes unused blobs that are older than unusedFor. Who only looks for a blob makes it young again when
// it is older than youngFor, so that most looks write nothing.
const (
	unusedFor = time.Hour
	youngFor  = unusedFor / 2
)

// hold finds a blob and makes it young again unless it is younger than enough. The collector looks at the age and
// removes while it has the lock alone, so that it cannot remove what was found here.
func (s *Blobs) hold(ctx context.Context, sha string, enough time.Duration) (size int64, there bool, err error) {
	path := s.blobPath(sha)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, false, nil
	case err != nil:
		return 0, false, err
	case time.Since(info.ModTime()) < enough: // the file system's time, not the store's clock
		return info.Size(), true, nil
	}
	lock, err := lockFile(ctx, s.blobLock(), shared)
	if err != nil {
		return 0, false, err
	}
	defer lock.Close()
	now := time.Now()
	if err := os.Chtimes(path, now, now); errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil // collected meanwhile
	} else if err != nil {
		return 0, false, err
	}
	return info.Size(), true, nil
}

func (s *Blobs) blobPath(sha string) string {
	return filepath.Join(s.dir, "blobs", sha[:2], sha[2:4], sha)
}

// blobLock names the file whose lock is shared by those who place or refresh blobs, and held alone by the collector
// while it removes some.
func (s *Blobs) blobLock() string { return filepath.Join(s.dir, "blobs", "lock") }

// blobSize looks a blob up on the disk.
func (s *Blobs) blobSize(sha string) (int64, error) {
	if isSHA256(sha) {
		info, err := os.Stat(s.blobPath(sha))
		if err == nil {
			return info.Size(), nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return 0, explain(s.dir, err)
		}
	}
	return 0, fmt.Errorf("blob %q: %w in %s: put it before naming it", shorten(sha), ErrNotFound, s.dir)
}

func isSHA256(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
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
type Blobs struct{ dir string }

// OpenBlobs opens the content of the store in dir, which is created, mode 0700, when it is absent.
func OpenBlobs(dir string) (*Blobs, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", dir, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, explain(dir, err)
	}
	return &Blobs{dir}, nil
}

// PutBlob stores what r holds. It is on the disk when PutBlob returns. Storing known small content again costs a read.
// A blob that nothing refers to may be removed an hour after it was last put.
func (s *Blobs) PutBlob(ctx context.Context, r io.Reader) (Blob, error) {
	src := &contextReader{ctx: ctx, r: r}
	head, err := io.ReadAll(io.LimitReader(src, smallBlob+1))
	if err != nil {
		return Blob{}, fmt.Errorf("reading the content of a blob: %w", err)
	}
	if len(head) <= smallBlob {
		sum := sha256.Sum256(head)
		b := Blob{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(head))}
		if s.refresh(b, head) {
			return b, nil
		}
	}
	b, err := s.writeBlob(io.MultiReader(bytes.NewReader(head), src))
	switch {
	case src.err != nil: // not the store's fault
		return Blob{}, fmt.Errorf("reading the content of a blob: %w", src.err)
	case err != nil:
		return Blob{}, explain(s.dir, err)
	}
	return b, nil
}

// refresh reports whether the blob is there, undamaged, and makes it young again.
func (s *Blobs) refresh(b Blob, content []byte) bool {
	path := s.blobPath(b.SHA256)
	old, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(old, content) {
		return false // absent or damaged: writing it anew is right in both cases
	}
	now := time.Now() // the file system's time, which the collector compares with, not the store's clock
	return os.Chtimes(path, now, now) == nil
}

// writeBlob writes to a temporary file, syncs it and renames it into place. An existing blob is replaced by the same
// content, which repairs a damaged one.
func (s *Blobs) writeBlob(r io.Reader) (b Blob, err error) {
	tmp := filepath.Join(s.dir, "blobs", "tmp")
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return Blob{}, err
	}
	f, err := os.CreateTemp(tmp, "blob-*") // mode 0600
	if err != nil {
		return Blob{}, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, removeIfThere(f.Name()))
		}
	}()
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), r)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return Blob{}, err
	}
	b = Blob{SHA256: hex.EncodeToString(h.Sum(nil)), Size: n}
	return b, s.place(f.Name(), s.blobPath(b.SHA256))
}

// place renames a file to its name and makes the name durable.
func (s *Blobs) place(from, to string) error {
	dir := filepath.Dir(to)
	_, err := os.Stat(dir)
	fresh := err != nil
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	if err := syncDir(dir); err != nil || !fresh {
		return err
	}
	return errors.Join(syncDir(filepath.Dir(dir)), syncDir(filepath.Join(s.dir, "blobs")))
}

func (s *Blobs) blobPath(sha string) string {
	return filepath.Join(s.dir, "blobs", sha[:2], sha[2:4], sha)
}

// OpenBlob opens the blob with this hash. The content is verified while it is read: instead of io.EOF the last Read
// gives an error that wraps ErrCorrupt when the content is not what was stored. Errors: ErrNotFound.
func (s *Blobs) OpenBlob(ctx context.Context, sha256 string) (io.ReadCloser, error) {
	return s.openBlob(ctx, sha256)
}

func (s *Blobs) openBlob(ctx context.Context, sha string) (io.ReadCloser, error) {
	if !isSHA256(sha) {
		return nil, fmt.Errorf("blob %q: %w: a blob's name is 64 lower-case hex digits", shorten(sha), ErrNotFound)
	}
	f, err := os.Open(s.blobPath(sha))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("blob %s: %w in %s", sha, ErrNotFound, s.dir)
	}
	if err != nil {
		return nil, explain(s.dir, err)
	}
	return &blobReader{r: &contextReader{ctx: ctx, r: f}, file: f, sha: sha, hash: sha256.New()}, nil
}

// ReadBlob reads and verifies the whole blob with this hash. Errors: ErrNotFound, ErrCorrupt.
func (s *Blobs) ReadBlob(ctx context.Context, sha256 string) ([]byte, error) {
	r, err := s.openBlob(ctx, sha256)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, err
	}
	return b, nil
}

// A blobReader hashes what it reads and compares at the end.
type blobReader struct {
	r    io.Reader
	file *os.File
	sha  string
	hash hash.Hash
}

func (b *blobReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.hash.Write(p[:n])
	if err == io.EOF && hex.EncodeToString(b.hash.Sum(nil)) != b.sha {
		err = fmt.Errorf("blob %s is %w: %s does not hold what was stored; put the content again or restore the file from a backup",
			b.sha, ErrCorrupt, b.file.Name())
	}
	return n, err
}

func (b *blobReader) Close() error { return b.file.Close() }

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

// A contextReader stops reading when its context is done, and remembers why reading failed.
type contextReader struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		c.err = err
		return 0, err
	}
	n, err := c.r.Read(p)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

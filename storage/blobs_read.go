package storage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
)

// OpenBlob opens the blob with this hash. The content is verified while it is read: instead of io.EOF the last Read
// gives an error that wraps ErrCorrupt when the content is not what was stored. Errors: ErrNotFound.
func (s *Blobs) OpenBlob(ctx context.Context, sha256 string) (io.ReadCloser, error) {
	return s.openBlob(ctx, sha256)
}

func (s *Blobs) openBlob(ctx context.Context, sha string) (*blobReader, error) {
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
	content, err := r.readAll()
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, err
	}
	return content, nil
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
	if err == io.EOF {
		if damage := b.check(); damage != nil {
			err = damage
		}
	}
	return n, err
}

// readAll reads into memory of the file's size. A piece is hashed while the next one is read.
func (b *blobReader) readAll() ([]byte, error) {
	info, err := b.file.Stat()
	if err != nil {
		return nil, err
	}
	content := make([]byte, info.Size())
	pieces, hashed := make(chan []byte, len(content)/pieceSize+1), make(chan struct{})
	go func() { // ends with pieces
		for piece := range pieces {
			b.hash.Write(piece)
		}
		close(hashed)
	}()
	n := 0
	for n < len(content) && err == nil {
		var read int
		read, err = b.r.Read(content[n:min(n+pieceSize, len(content))])
		pieces <- content[n : n+read]
		n += read
	}
	close(pieces)
	<-hashed
	if err != nil && err != io.EOF {
		return nil, err
	}
	return content[:n], b.check()
}

// check compares what was read up to here with the blob's name.
func (b *blobReader) check() error {
	if hex.EncodeToString(b.hash.Sum(nil)) == b.sha {
		return nil
	}
	return fmt.Errorf("blob %s is %w: %s does not hold what was stored; put the content again or restore the file from a backup",
		b.sha, ErrCorrupt, b.file.Name())
}

func (b *blobReader) Close() error { return b.file.Close() }

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

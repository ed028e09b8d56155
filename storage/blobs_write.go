package storage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// writeBlob writes to a temporary file and renames it into place. An existing blob is replaced by the same content, which
// repairs a damaged one.
func (s *Blobs) writeBlob(ctx context.Context, write func(*os.File) (Blob, error)) (b Blob, err error) {
	name, err := s.writeTemp(func(f *os.File) error {
		b, err = write(f)
		return err
	})
	if err != nil {
		return Blob{}, err
	}
	if err := s.place(ctx, name, s.blobPath(b.SHA256)); err != nil {
		return Blob{}, errors.Join(err, removeIfThere(name))
	}
	return b, nil
}

// writeTemp makes a synced temporary file, mode 0600. It is locked while it is written, which tells the collector that
// its writer is alive.
func (s *Blobs) writeTemp(write func(*os.File) error) (name string, err error) {
	if err := os.MkdirAll(s.tempDir(), 0o700); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(s.tempDir(), "new-*")
	if err != nil {
		return "", err
	}
	_, err = tryLock(f, exclusive)
	if err == nil {
		err = write(f)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, removeIfThere(f.Name()))
	}
	return f.Name(), nil
}

func (s *Blobs) tempDir() string { return filepath.Join(s.dir, "blobs", "tmp") }

// Large content passes through three goroutines in pieces: one reads and writes, one hashes, which takes longest, and one
// has the system start with the disk, so that little is left to do when the file is synced.
const (
	pieceSize = 1 << 18
	pieces    = 8
)

// copyHashed copies r to w, which is empty, and names what it copied.
func copyHashed(w *os.File, r io.Reader) (Blob, error) {
	free, full, written := make(chan []byte, pieces), make(chan []byte, pieces), make(chan int, pieces)
	for range pieces {
		free <- nil // made when it is needed
	}
	var sum []byte
	var helpers sync.WaitGroup
	helpers.Go(func() { sum = hashPieces(full, free) })
	helpers.Go(func() { flushPieces(w, written) })
	size, err := copyPieces(w, r, free, full, written)
	close(full)
	close(written)
	helpers.Wait()
	return Blob{SHA256: hex.EncodeToString(sum), Size: size}, err
}

func copyPieces(w io.Writer, r io.Reader, free <-chan []byte, full chan<- []byte, written chan<- int) (size int64, err error) {
	for {
		piece := <-free
		if piece == nil {
			piece = make([]byte, pieceSize)
		}
		n, err := io.ReadFull(r, piece)
		last := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !last {
			return size, err
		}
		full <- piece[:n]
		if _, err := w.Write(piece[:n]); err != nil {
			return size, err
		}
		written <- n
		size += int64(n)
		if last {
			return size, nil
		}
	}
}

func hashPieces(full <-chan []byte, free chan<- []byte) []byte {
	h := sha256.New()
	for piece := range full {
		h.Write(piece)
		free <- piece[:pieceSize]
	}
	return h.Sum(nil)
}

func flushPieces(f *os.File, written <-chan int) {
	offset := int64(0)
	for n := range written {
		startFlush(f, offset, int64(n))
		offset += int64(n)
	}
}

// place renames a file to its name and makes the name durable. The lock keeps the collector from removing what was
// just placed instead of what it saw there before, and the folder that is about to be used.
func (s *Blobs) place(ctx context.Context, from, to string) error {
	lock, err := lockFile(ctx, s.blobLock(), shared)
	if err != nil {
		return err
	}
	dir := filepath.Dir(to)
	_, err = os.Stat(dir)
	fresh := err != nil
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return errors.Join(err, lock.Close())
	}
	if err := errors.Join(os.Rename(from, to), lock.Close()); err != nil {
		return err
	}
	if err := syncDir(dir); err != nil || !fresh {
		return err
	}
	return errors.Join(syncDir(filepath.Dir(dir)), syncDir(filepath.Join(s.dir, "blobs")))
}

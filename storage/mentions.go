package storage

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// People and programs find some blobs by a name in a text: a cell that printed too much shows the name of the blob that
// holds all of it, and a run's provenance the names of files that it wrote. So a blob whose name stands in an output, in
// what a run printed, in a textual artifact or in a file that somebody else put into the store's folder is in use.
// Entries of results are not read: a result lists its blobs.

// A nameScanner looks for names of blobs in what is written to it: 64 hex digits in a row, also inside longer rows.
type nameScanner struct {
	found  func(name []byte)
	window [4 * nameLength]byte
	n      int // hex digits at the end of what was written, as far as they are in the window
}

const nameLength = 64

// Write never fails.
func (s *nameScanner) Write(p []byte) (int, error) {
	for _, c := range p {
		if c-'0' > 9 && c-'a' > 5 {
			s.n = 0
			continue
		}
		if s.n == len(s.window) {
			s.n = copy(s.window[:], s.window[s.n-nameLength+1:])
		}
		s.window[s.n] = c
		s.n++
		if s.n >= nameLength {
			s.found(s.window[s.n-nameLength : s.n])
		}
	}
	return len(p), nil
}

// end separates what was written from what comes.
func (s *nameScanner) end() { s.n = 0 }

// textsWithNames is the text in the database that may name blobs, and blobsWithNames are blobs that may.
const (
	textsWithNames = `SELECT data FROM console`
	blobsWithNames = `SELECT outputs FROM cells WHERE outputs IS NOT NULL
		UNION SELECT sha256 FROM artifacts WHERE media_type LIKE 'text/%' OR media_type LIKE '%json%'`
)

// scanNames shows all texts to the scanner. step is told how far it is.
func (s *Store) scanNames(ctx context.Context, sc *nameScanner, step func(done, total int)) error {
	if err := s.scanFolder(ctx, sc); err != nil {
		return err
	}
	var names []string
	err := s.read(ctx, func(tx *sql.Tx) error {
		if err := eachRow(ctx, tx, func(rows *sql.Rows) error { return scanRow(rows, sc) }, textsWithNames); err != nil {
			return err
		}
		names = nil
		return eachRow(ctx, tx, func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			names = append(names, name)
			return err
		}, blobsWithNames)
	})
	if err != nil {
		return err
	}
	for i, name := range names {
		step(i, len(names))
		if err := s.scanBlob(ctx, sc, name); err != nil {
			return err
		}
	}
	return nil
}

func scanRow(rows *sql.Rows, sc *nameScanner) error {
	var text sql.RawBytes
	if err := rows.Scan(&text); err != nil {
		return err
	}
	sc.Write(text)
	sc.end()
	return nil
}

// scanBlob passes over blobs that are missing or damaged: Verify tells of those.
func (s *Store) scanBlob(ctx context.Context, sc *nameScanner, name string) error {
	r, err := s.OpenBlob(ctx, name)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = io.Copy(sc, r)
	sc.end()
	if errors.Is(err, ErrCorrupt) {
		err = nil
	}
	return errors.Join(err, r.Close())
}

// scanFolder reads the files that others keep in the store's folder.
func (s *Store) scanFolder(ctx context.Context, sc *nameScanner) error {
	return filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // replaced meanwhile
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case filepath.Dir(path) == s.dir && own(d.Name()):
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case !d.Type().IsRegular():
			return nil
		}
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = io.Copy(sc, f)
		sc.end()
		return errors.Join(err, f.Close())
	})
}

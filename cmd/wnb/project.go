package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wnb-dev/wnb/storage"
)

// projectMarks are what makes a folder the root of a project.
var projectMarks = []string{".wnb", "wnb.yaml", ".git"}

// projectRoot is the nearest folder, from dir upwards, that is the root of a
// project; dir itself if there is none.
func projectRoot(dir string) (string, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for at := start; ; at = filepath.Dir(at) {
		for _, mark := range projectMarks {
			if _, err := os.Stat(filepath.Join(at, mark)); err == nil {
				return at, nil
			}
		}
		if filepath.Dir(at) == at {
			return start, nil
		}
	}
}

// storeDir is where the store of a project is.
func (s *state) storeDir(root string) string {
	switch {
	case s.store != "":
		return s.store
	case s.env("WNB_STORE") != "":
		return s.env("WNB_STORE")
	}
	return filepath.Join(root, ".wnb")
}

// openStore opens the store of a project, and creates it if it is not there.
func (s *state) openStore(ctx context.Context, root string) (*storage.Store, error) {
	dir := s.storeDir(root)
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is a file, and a store is a folder; name another one with --store", dir)
	}
	return storage.Open(ctx, dir, storage.Options{Clock: s.clock})
}

// errNoStore is for commands that read: they do not create a store.
var errNoStore = errors.New("no runs yet")

// readStore opens the store around the current folder, to read from it.
func (s *state) readStore(ctx context.Context) (*storage.Store, error) {
	root, err := projectRoot(".")
	if err != nil {
		return nil, err
	}
	dir := s.storeDir(root)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: there is no store at %s; run a notebook to make one: wnb run FILE.wnb", errNoStore, dir)
	}
	return s.openStore(ctx, root)
}

// closing closes the store after f and keeps both errors.
func closing(store *storage.Store, f func() error) error {
	return errors.Join(f(), store.Close())
}

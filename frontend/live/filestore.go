package live

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/wnb-dev/wnb/notebooks"
)

// FileStore keeps outputs as files below a directory: one folder for each
// document, in it document.json with the path, cells/*.json, notes.jsonl with
// the cells that are noted and not saved yet, history.jsonl, and spool/ with
// outputs that are too large and not blobs yet. Files are
// replaced atomically. Names are hashes, since paths and cell ids (URIs in some
// clients) need not be file names.
type FileStore struct {
	dir        string
	log        *slog.Logger
	maxHistory int64 // bytes of a history.jsonl

	mu sync.RWMutex // held alone while folders are moved and removed

	notesMu sync.Mutex
	notes   map[string]*notes // by path; one small entry for each document in use
}

// defaultMaxHistory is some ten thousand cells.
const defaultMaxHistory = 8 << 20

// NewFileStore keeps files below dir, which is made when the first is written.
// Files that cannot be read as JSON are set aside under another name, and log
// tells so; nil stands for slog.Default().
func NewFileStore(dir string, log *slog.Logger) *FileStore {
	if log == nil {
		log = slog.Default()
	}
	return &FileStore{dir: dir, log: log, maxHistory: defaultMaxHistory, notes: map[string]*notes{}}
}

type cellFile struct {
	ID string `json:"id"`
	Cell
}

type documentFile struct {
	Path string `json:"path"`
}

func hashName(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}

func (s *FileStore) folder(path string) string { return filepath.Join(s.dir, hashName(path)) }

func (s *FileStore) cellName(path, id string) string {
	return filepath.Join(s.folder(path), "cells", hashName(id)+".json")
}

// LoadOutputs implements Store. What a process noted that died before it saved
// is saved first.
func (s *FileStore) LoadOutputs(ctx context.Context, path string) (map[string]Cell, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	names, err := filepath.Glob(filepath.Join(s.folder(path), "cells", "*.json"))
	if err != nil {
		return nil, err
	}
	cells := make(map[string]Cell, len(names))
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var file cellFile
		if err := json.Unmarshal(data, &file); err != nil {
			s.setAside(name, err)
			continue
		}
		cells[file.ID] = file.Cell
	}
	return cells, s.recover(path, cells)
}

// setAside renames a damaged file, so that the rest can be used and nothing is
// overwritten.
func (s *FileStore) setAside(name string, why error) {
	err := os.Rename(name, name+".damaged")
	s.log.Error("a stored output cannot be read and is set aside", "file", name+".damaged", "why", why, "error", err)
}

// SaveOutputs implements Store.
func (s *FileStore) SaveOutputs(ctx context.Context, path string, o Outputs) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.makeFolder(path); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(o.Cells)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.saveCell(path, id, o.Cells[id]); err != nil {
			return err
		}
	}
	return s.notesOf(path).cells.Cut(o.Version)
}

func (s *FileStore) saveCell(path, id string, c Cell) error {
	data, err := json.Marshal(cellFile{id, c})
	if err != nil {
		return err
	}
	return notebooks.Write(s.cellName(path, id), data)
}

func (s *FileStore) makeFolder(path string) error {
	cells := filepath.Join(s.folder(path), "cells")
	if _, err := os.Stat(cells); err == nil {
		return nil
	}
	if err := os.MkdirAll(cells, 0o700); err != nil {
		return err
	}
	return s.writePath(path)
}

func (s *FileStore) writePath(path string) error {
	data, err := json.Marshal(documentFile{path})
	if err != nil {
		return err
	}
	return notebooks.Write(filepath.Join(s.folder(path), "document.json"), data)
}

// SpoolDir implements Store.
func (s *FileStore) SpoolDir(path string, make bool) (string, error) {
	dir := filepath.Join(s.folder(path), "spool")
	if !make {
		return dir, nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.makeFolder(path); err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o700)
}

// MoveDocument implements Store.
func (s *FileStore) MoveDocument(ctx context.Context, from, to string) error {
	return s.each(ctx, from, func(path string) error {
		target, _ := movedPath(path, from, to)
		if target == path {
			return nil
		}
		if err := os.RemoveAll(s.folder(target)); err != nil {
			return err
		}
		if err := os.Rename(s.folder(path), s.folder(target)); err != nil {
			return err
		}
		s.moveNotes(path, target)
		return s.writePath(target)
	})
}

// DeleteDocument implements Store.
func (s *FileStore) DeleteDocument(ctx context.Context, path string) error {
	return s.each(ctx, path, func(found string) error {
		s.dropNotes(found)
		return os.RemoveAll(s.folder(found))
	})
}

// each calls f with the document at path, or with all below it.
func (s *FileStore) each(ctx context.Context, path string, f func(found string) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	names, err := filepath.Glob(filepath.Join(s.dir, "*", "document.json"))
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		var file documentFile
		data, err := os.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(data, &file)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		if file.Path == path || strings.HasPrefix(file.Path, path+"/") {
			errs = append(errs, f(file.Path))
		}
	}
	return errors.Join(errs...)
}

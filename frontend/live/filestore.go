package live

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/notebooks"
)

// FileStore keeps outputs as files below a directory: one folder for each
// document, in it document.json with the path, cells/*.json, and
// history.jsonl. Files are replaced atomically. Names are hashes, since paths
// and cell ids (URIs in some clients) need not be file names.
type FileStore struct {
	dir string
	log *slog.Logger
	mu  sync.Mutex // folders are made, moved and removed by one at a time
}

// NewFileStore keeps files below dir, which is made when the first is written.
// Files that cannot be read as JSON are set aside under another name, and log
// tells so; nil stands for slog.Default().
func NewFileStore(dir string, log *slog.Logger) *FileStore {
	if log == nil {
		log = slog.Default()
	}
	return &FileStore{dir: dir, log: log}
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

// LoadOutputs implements Store.
func (s *FileStore) LoadOutputs(ctx context.Context, path string) (map[string]Cell, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
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
	return cells, nil
}

// setAside renames a damaged file, so that the rest can be used and nothing is
// overwritten.
func (s *FileStore) setAside(name string, why error) {
	err := os.Rename(name, name+".damaged")
	s.log.Error("a stored output cannot be read and is set aside", "file", name+".damaged", "why", why, "error", err)
}

// SaveOutputs implements Store.
func (s *FileStore) SaveOutputs(ctx context.Context, path, cellID string, c Cell) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	data, err := json.Marshal(cellFile{cellID, c})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.makeFolder(path); err != nil {
		return err
	}
	return notebooks.Write(filepath.Join(s.folder(path), "cells", hashName(cellID)+".json"), data)
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
		return s.writePath(target)
	})
}

// DeleteDocument implements Store.
func (s *FileStore) DeleteDocument(ctx context.Context, path string) error {
	return s.each(ctx, path, func(found string) error { return os.RemoveAll(s.folder(found)) })
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

type historyLine struct {
	Session int    `json:"session"`
	Line    int    `json:"line"`
	Input   string `json:"input"`
	Output  string `json:"output,omitempty"`
}

func (s *FileStore) historyName(path string) string {
	return filepath.Join(s.folder(path), "history.jsonl")
}

// LoadHistory implements Store. A last line that was cut off by a crash is left
// out.
func (s *FileStore) LoadHistory(ctx context.Context, path string) ([]protocol.HistoryEntry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, err := os.ReadFile(s.historyName(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []protocol.HistoryEntry
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, len(data)+1)
	for lines.Scan() {
		var e historyLine
		if json.Unmarshal(lines.Bytes(), &e) == nil {
			out = append(out, protocol.HistoryEntry{Session: e.Session, Line: e.Line, Input: e.Input, Output: e.Output})
		}
	}
	return out, lines.Err()
}

// AppendHistory implements Store.
func (s *FileStore) AppendHistory(ctx context.Context, path string, e protocol.HistoryEntry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	data, err := json.Marshal(historyLine{e.Session, e.Line, e.Input, e.Output})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.makeFolder(path); err != nil {
		return err
	}
	file, err := os.OpenFile(s.historyName(path), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	// The line end comes first: a line that a crash cut off ends there.
	_, err = file.Write(append([]byte{'\n'}, data...))
	return errors.Join(err, file.Close())
}

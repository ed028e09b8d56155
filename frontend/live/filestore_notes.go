package live

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// notes are a file of lines of JSON, one for each cell that was noted. A write
// to a file outlives the process that made it, without waiting for the disk;
// only when the machine itself stops, cells are as old as their last save.
type notes struct {
	mu    sync.Mutex
	marks []mark
	held  bool // lines of an earlier process could not be saved: nothing is cut
}

// mark says that the lines before end have cells of at most that version.
type mark struct{ version, end int64 }

func (s *FileStore) notesName(path string) string {
	return filepath.Join(s.folder(path), "notes.jsonl")
}

func (s *FileStore) notesOf(path string) *notes {
	s.notesMu.Lock()
	defer s.notesMu.Unlock()
	n := s.notes[path]
	if n == nil {
		n = &notes{}
		s.notes[path] = n
	}
	return n
}

func (s *FileStore) moveNotes(from, to string) {
	s.notesMu.Lock()
	defer s.notesMu.Unlock()
	delete(s.notes, to)
	if n := s.notes[from]; n != nil {
		s.notes[to] = n
		delete(s.notes, from)
	}
}

func (s *FileStore) dropNotes(path string) {
	s.notesMu.Lock()
	defer s.notesMu.Unlock()
	delete(s.notes, path)
}

// NoteOutputs implements Store.
func (s *FileStore) NoteOutputs(path string, o Outputs) error {
	var lines []byte
	for _, id := range slices.Sorted(maps.Keys(o.Cells)) {
		line, err := json.Marshal(cellFile{id, o.Cells[id]})
		if err != nil {
			return fmt.Errorf("cell %s: %w", id, err)
		}
		lines = append(append(lines, '\n'), line...)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	n := s.notesOf(path)
	n.mu.Lock()
	defer n.mu.Unlock()
	end, err := s.append(path, s.notesName(path), lines)
	if err == nil && !n.held {
		n.marks = append(n.marks, mark{o.Version, end})
	}
	return err
}

// append adds lines, each behind a line end, to a file of the document, and
// gives its new size. A line that a crash has cut off ends where the next one
// begins.
func (s *FileStore) append(path, name string, lines []byte) (size int64, err error) {
	const flags = os.O_APPEND | os.O_CREATE | os.O_WRONLY
	file, err := os.OpenFile(name, flags, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		if err := s.makeFolder(path); err != nil {
			return 0, err
		}
		file, err = os.OpenFile(name, flags, 0o600)
	}
	if err != nil {
		return 0, err
	}
	_, err = file.Write(lines)
	if err == nil {
		var info fs.FileInfo
		if info, err = file.Stat(); err == nil {
			size = info.Size()
		}
	}
	return size, errors.Join(err, file.Close())
}

// cut removes the lines that are not needed, since cells up to a version are
// saved.
func (n *notes) cut(name string, version int64) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	i := 0
	for i < len(n.marks) && n.marks[i].version <= version {
		i++
	}
	switch {
	case i == 0 || n.held:
		return nil
	case i == len(n.marks):
		n.marks = nil
		return os.Remove(name)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	gone := n.marks[i-1].end
	temp := name + ".new"
	if err := os.WriteFile(temp, data[gone:], 0o600); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	if err := os.Rename(temp, name); err != nil {
		return err
	}
	n.marks = slices.Clone(n.marks[i:])
	for j := range n.marks {
		n.marks[j].end -= gone
	}
	return nil
}

// recover puts what an earlier process noted into the cells, and saves it.
// Where that fails, as on a full disk, the lines stay for the next process.
func (s *FileStore) recover(path string, cells map[string]Cell) error {
	n := s.notesOf(path)
	n.mu.Lock()
	defer n.mu.Unlock()
	changed, err := s.replay(path, cells)
	if err != nil || changed == nil || len(n.marks) > 0 {
		return err
	}
	for _, id := range changed {
		err = errors.Join(err, s.saveCell(path, id, cells[id]))
	}
	if err == nil {
		err = os.Remove(s.notesName(path))
	}
	if n.held = err != nil; n.held {
		s.log.Error("outputs that an earlier server noted cannot be saved, and stay where they are", "document", path, "error", err)
	}
	return nil
}

// replay reads the notes into the cells, and gives the ids of those that they
// changed; nil where there are no notes.
func (s *FileStore) replay(path string, cells map[string]Cell) (changed []string, err error) {
	data, err := os.ReadFile(s.notesName(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	newer := map[string]bool{}
	for line := range bytes.Lines(data) {
		var file cellFile
		if len(bytes.TrimSpace(line)) == 0 || json.Unmarshal(line, &file) != nil {
			continue // cut off by a crash, before anybody was told of it
		}
		if have, ok := cells[file.ID]; !ok || file.Version > have.Version {
			cells[file.ID], newer[file.ID] = file.Cell, true
		}
	}
	return slices.AppendSeq([]string{}, maps.Keys(newer)), nil
}

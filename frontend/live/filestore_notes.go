package live

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"sync"

	"github.com/wnb-dev/wnb/frontend/journal"
)

// notes are what is known of the files of one document to which lines are added.
type notes struct {
	cells   *journal.Journal // the cells that are noted and not saved yet
	history sync.Mutex       // held while the history is written
}

func (s *FileStore) notesName(path string) string {
	return filepath.Join(s.folder(path), "notes.jsonl")
}

func (s *FileStore) notesOf(path string) *notes {
	s.notesMu.Lock()
	defer s.notesMu.Unlock()
	n := s.notes[path]
	if n == nil {
		n = &notes{cells: journal.New(s.notesName(path))}
		s.notes[path] = n
	}
	return n
}

func (s *FileStore) moveNotes(from, to string) {
	s.notesMu.Lock()
	defer s.notesMu.Unlock()
	delete(s.notes, to)
	if n := s.notes[from]; n != nil {
		n.cells.Rename(s.notesName(to))
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
	lines := make([][]byte, 0, len(o.Cells))
	for _, id := range slices.Sorted(maps.Keys(o.Cells)) {
		line, err := json.Marshal(cellFile{id, o.Cells[id]})
		if err != nil {
			return fmt.Errorf("cell %s: %w", id, err)
		}
		lines = append(lines, line)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.inFolder(path, func() error { return s.notesOf(path).cells.Append(o.Version, lines...) })
}

// inFolder does what needs the folder of a document, which is made if missing.
func (s *FileStore) inFolder(path string, do func() error) error {
	err := do()
	if errors.Is(err, fs.ErrNotExist) {
		if err = s.makeFolder(path); err == nil {
			err = do()
		}
	}
	return err
}

// recover puts what an earlier process noted into the cells, and saves it.
// Where that fails, as on a full disk, the lines stay for the next process.
func (s *FileStore) recover(path string, cells map[string]Cell) error {
	n := s.notesOf(path)
	lines, err := n.cells.Lines()
	if err != nil {
		return err
	}
	newer := map[string]bool{}
	for _, line := range lines {
		var file cellFile
		if json.Unmarshal(line, &file) != nil {
			continue // cut off by a crash, before anybody was told of it
		}
		if have, ok := cells[file.ID]; !ok || file.Version > have.Version {
			cells[file.ID], newer[file.ID] = file.Cell, true
		}
	}
	err = n.cells.Recover(func([][]byte) error {
		for id := range newer {
			if err := s.saveCell(path, id, cells[id]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.log.Error("outputs that an earlier server noted cannot be saved, and stay where they are", "document", path, "error", err)
	}
	return nil
}

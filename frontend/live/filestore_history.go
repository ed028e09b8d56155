package live

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/wnb-dev/wnb/frontend/journal"
	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/notebooks"
)

type historyLine struct {
	Session int    `json:"session"`
	Line    int    `json:"line"`
	Input   string `json:"input"`
	Output  string `json:"output,omitempty"`
}

func (s *FileStore) historyName(path string) string {
	return filepath.Join(s.folder(path), "history.jsonl")
}

// LoadHistory implements Store. A line that was cut off by a crash is left out.
func (s *FileStore) LoadHistory(ctx context.Context, path string) ([]protocol.HistoryEntry, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	lines, err := journal.Lines(s.historyName(path))
	if err != nil {
		return nil, err
	}
	var out []protocol.HistoryEntry
	for _, line := range lines {
		var e historyLine
		if json.Unmarshal(line, &e) == nil {
			out = append(out, protocol.HistoryEntry{Session: e.Session, Line: e.Line, Input: e.Input, Output: e.Output})
		}
	}
	return out, nil
}

// NoteHistory implements Store. A file that has become too long loses its older
// half.
func (s *FileStore) NoteHistory(path string, e protocol.HistoryEntry) error {
	line, err := json.Marshal(historyLine{e.Session, e.Line, e.Input, e.Output})
	if err != nil {
		return err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	n := s.notesOf(path)
	n.history.Lock()
	defer n.history.Unlock()
	name := s.historyName(path)
	var size int64
	err = s.inFolder(path, func() (err error) {
		size, err = journal.Append(name, line)
		return err
	})
	if err != nil || size <= s.maxHistory {
		return err
	}
	if err := shorten(name, s.maxHistory/2); err != nil {
		s.log.Error("a history cannot be made shorter", "document", path, "error", err)
	}
	return nil
}

// shorten leaves the last lines of a file, of at most so many bytes, but the
// last one in any case.
func shorten(name string, size int64) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	last := bytes.LastIndexByte(data, '\n') // the line end is before a line
	from := last
	for at := last; at >= 0 && int64(len(data)-at) <= size; at = bytes.LastIndexByte(data[:at], '\n') {
		from = at
	}
	return notebooks.Write(name, data[max(from, 0):])
}

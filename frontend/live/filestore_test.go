package live

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/notebooks"
)

func newTestStore(dir string) *FileStore { return NewFileStore(dir, slog.New(slog.DiscardHandler)) }

// printing is a cell that printed a text.
func printing(version int64, text string) Cell {
	return Cell{Version: version, ExecutionCount: 1, Outputs: []notebooks.Output{{Type: notebooks.Stream, Name: "stdout", Text: text}}}
}

// texts are what the cells of a document printed, as the store has it.
func texts(t *testing.T, s *FileStore, path string) map[string]string {
	t.Helper()
	cells, err := s.LoadOutputs(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for id, c := range cells {
		out[id] = strings.Join(shown(c), " ")
	}
	return out
}

// change is a step in the life of a store: cells are noted or saved.
type change struct {
	save    bool
	version int64
	cells   map[string]Cell
}

func (c change) do(t *testing.T, s *FileStore) {
	t.Helper()
	o := Outputs{Version: c.version, Cells: c.cells}
	var err error
	if c.save {
		err = s.SaveOutputs(context.Background(), "a.wnb", o)
	} else {
		err = s.NoteOutputs("a.wnb", o)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Whatever was noted or saved last is there, also for a process that starts
// after this one was killed; and notes are not kept longer than they must.
func TestNotesOutliveTheProcess(t *testing.T) {
	one := func(v int64, text string) map[string]Cell { return map[string]Cell{"c": printing(v, text)} }
	tests := map[string]struct {
		changes []change
		want    map[string]string
		lines   int // that are still noted
	}{
		"noted":                 {[]change{{version: 1, cells: one(1, "a")}}, map[string]string{"c": "stdout a"}, 1},
		"noted twice":           {[]change{{version: 1, cells: one(1, "a")}, {version: 2, cells: one(2, "b")}}, map[string]string{"c": "stdout b"}, 2},
		"noted, then saved":     {[]change{{version: 1, cells: one(1, "a")}, {save: true, version: 1, cells: one(1, "a")}}, map[string]string{"c": "stdout a"}, 0},
		"noted after the save":  {[]change{{save: true, version: 1, cells: one(1, "a")}, {version: 2, cells: one(2, "b")}}, map[string]string{"c": "stdout b"}, 1},
		"noted during the save": {[]change{{version: 1, cells: one(1, "a")}, {version: 2, cells: one(2, "b")}, {save: true, version: 1, cells: one(1, "a")}}, map[string]string{"c": "stdout b"}, 1},
		"several cells": {[]change{
			{version: 2, cells: map[string]Cell{"c": printing(1, "a"), "d": printing(2, "b")}},
			{version: 3, cells: map[string]Cell{"e": printing(3, "c")}},
			{save: true, version: 2, cells: map[string]Cell{"c": printing(1, "a"), "d": printing(2, "b")}},
		}, map[string]string{"c": "stdout a", "d": "stdout b", "e": "stdout c"}, 1},
		"emptied": {[]change{{save: true, version: 1, cells: one(1, "a")}, {version: 2, cells: map[string]Cell{"c": {Version: 2}}}}, map[string]string{"c": ""}, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := newTestStore(dir)
			for _, c := range tt.changes {
				c.do(t, s)
			}
			data, err := os.ReadFile(s.notesName("a.wnb"))
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			if got := len(strings.Fields(strings.ReplaceAll(string(data), " ", ""))); got != tt.lines {
				t.Errorf("%d lines are noted, want %d: %s", got, tt.lines, data)
			}
			for life := range 2 { // the first one saves what was noted
				if diff := cmp.Diff(tt.want, texts(t, newTestStore(dir), "a.wnb")); diff != "" {
					t.Errorf("life %d (-want +got):\n%s", life, diff)
				}
			}
			if _, err := os.Stat(s.notesName("a.wnb")); !os.IsNotExist(err) {
				t.Errorf("what was noted is saved, and the notes are still there: %v", err)
			}
		})
	}
}

func TestNotesThatWereCutOff(t *testing.T) {
	dir := t.TempDir()
	s := newTestStore(dir)
	change{version: 1, cells: map[string]Cell{"c": printing(1, "a")}}.do(t, s)
	change{version: 2, cells: map[string]Cell{"c": printing(2, "cut off")}}.do(t, s)
	data, err := os.ReadFile(s.notesName("a.wnb"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.notesName("a.wnb"), data[:len(data)-5], 0o600); err != nil {
		t.Fatal(err)
	}
	change{version: 3, cells: map[string]Cell{"d": printing(3, "b")}}.do(t, newTestStore(dir))
	want := map[string]string{"c": "stdout a", "d": "stdout b"}
	if diff := cmp.Diff(want, texts(t, newTestStore(dir), "a.wnb")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A disk that takes nothing more does not keep anybody from reading, and loses
// nothing.
func TestNotesThatCannotBeSaved(t *testing.T) {
	dir := t.TempDir()
	s := newTestStore(dir)
	change{version: 1, cells: map[string]Cell{"c": printing(1, "a")}}.do(t, s)
	cells := filepath.Join(s.folder("a.wnb"), "cells")
	if err := os.Remove(cells); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cells, nil, 0o600); err != nil { // nothing can be saved in a file
		t.Fatal(err)
	}
	s = newTestStore(dir)
	if diff := cmp.Diff(map[string]string{"c": "stdout a"}, texts(t, s, "a.wnb")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := os.Remove(cells); err != nil {
		t.Fatal(err)
	}
	change{save: true, version: 2, cells: map[string]Cell{"d": printing(2, "b")}}.do(t, s)
	if diff := cmp.Diff(map[string]string{"c": "stdout a", "d": "stdout b"}, texts(t, newTestStore(dir), "a.wnb")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNotesMoveAndGo(t *testing.T) {
	dir := t.TempDir()
	s := newTestStore(dir)
	change{version: 1, cells: map[string]Cell{"c": printing(1, "a")}}.do(t, s)
	if err := s.MoveDocument(context.Background(), "a.wnb", "b.wnb"); err != nil {
		t.Fatal(err)
	}
	if err := s.NoteOutputs("b.wnb", Outputs{Version: 2, Cells: map[string]Cell{"d": printing(2, "b")}}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"c": "stdout a", "d": "stdout b"}, texts(t, newTestStore(dir), "b.wnb")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := s.DeleteDocument(context.Background(), "b.wnb"); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"a.wnb", "b.wnb"} {
		if got := texts(t, newTestStore(dir), path); len(got) > 0 {
			t.Errorf("%s has %v", path, got)
		}
	}
}

func TestDamagedFileIsSetAside(t *testing.T) {
	dir := t.TempDir()
	store := newTestStore(dir)
	change{save: true, version: 2, cells: map[string]Cell{"good": printing(1, "a"), "bad": printing(2, "b")}}.do(t, store)
	name := store.cellName("a.wnb", "bad")
	if err := os.WriteFile(name, []byte(`{"id":"bad","outputs":[{`), 0o600); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"good": "stdout a"}, texts(t, store, "a.wnb")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := os.Stat(name + ".damaged"); err != nil {
		t.Error(err)
	}
}

func TestHistoryFileThatWasCutOff(t *testing.T) {
	store := newTestStore(t.TempDir())
	add := func(line int) {
		if err := store.NoteHistory("a.wnb", protocol.HistoryEntry{Session: 1, Line: line, Input: "x\ny"}); err != nil {
			t.Fatal(err)
		}
	}
	add(1)
	add(2)
	name := store.historyName("a.wnb")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data[:len(data)-5], 0o600); err != nil {
		t.Fatal(err)
	}
	add(3)
	got, err := store.LoadHistory(context.Background(), "a.wnb")
	want := []protocol.HistoryEntry{{Session: 1, Line: 1, Input: "x\ny"}, {Session: 1, Line: 3, Input: "x\ny"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// The file never exceeds its bound by more than an entry, the newest entries
// are in it without a gap, and no temporary file stays.
func TestHistoryFileIsBounded(t *testing.T) {
	store := newTestStore(t.TempDir())
	store.maxHistory = 10_000
	const entries, input = 1000, 100
	for i := range entries {
		e := protocol.HistoryEntry{Session: 1, Line: i, Input: strings.Repeat("x", input)}
		if i == 500 {
			e.Input = strings.Repeat("x", 20_000) // more than the bound by itself
		}
		if err := store.NoteHistory("a.wnb", e); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(store.historyName("a.wnb"))
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > store.maxHistory+200 && i != 500 {
			t.Fatalf("after %d entries: %d bytes", i+1, info.Size())
		}
		if i%20 != 0 && (i < 495 || i > 505) {
			continue
		}
		got, err := store.LoadHistory(context.Background(), "a.wnb")
		if err != nil || len(got) == 0 {
			t.Fatalf("after %d entries: %d, %v", i+1, len(got), err)
		}
		for j, e := range got {
			if want := i - len(got) + 1 + j; e.Line != want {
				t.Fatalf("after %d entries: line %d at %d, want %d", i+1, e.Line, j, want)
			}
		}
		if i > 100 && i < 500 && len(got) < 20 {
			t.Fatalf("after %d entries only %d are left", i+1, len(got))
		}
	}
	names, err := os.ReadDir(store.folder("a.wnb"))
	if err != nil || len(names) != 3 {
		t.Errorf("%v, %v; want cells, document.json and history.jsonl", names, err)
	}
}

func TestHistoryInMemoryIsBounded(t *testing.T) {
	for name, p := range map[string]past{"number": {most: 100, mostBytes: 1 << 30}, "bytes": {most: 1 << 30, mostBytes: 10_000}} {
		t.Run(name, func(t *testing.T) {
			for i := range 1000 {
				p.add(protocol.HistoryEntry{Session: 7, Line: i, Input: strings.Repeat("x", 36)})
				if bytes := 100 * len(p.entries); p.bytes != bytes || len(p.entries) > 125 || len(p.entries) < min(i, 100) {
					t.Fatalf("after %d: %d entries of %d bytes, counted %d", i+1, len(p.entries), bytes, p.bytes)
				}
				if last := p.entries[len(p.entries)-1]; last.Line != i || p.unnoted > len(p.entries) || p.session() != 7 {
					t.Fatalf("after %d: %+v", i+1, p)
				}
			}
			p.add(protocol.HistoryEntry{Session: 8, Input: fmt.Sprintf("%20000d", 1)})
			if len(p.entries) == 0 || p.session() != 8 {
				t.Error("the last one is gone")
			}
		})
	}
}

package contents

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// memory keeps outputs as the server does: newer ones win over a save, else a
// save replaces them.
type memory struct {
	mu      sync.Mutex
	version map[string]int64
	cells   map[string]map[string]CellOutputs
	texts   map[string]string

	of, acknowledged map[string]int64 // versions of cells, by path and id
}

func newMemory() *memory {
	return &memory{version: map[string]int64{}, cells: map[string]map[string]CellOutputs{}, texts: map[string]string{}, of: map[string]int64{}, acknowledged: map[string]int64{}}
}

func (o *memory) Outputs(_ context.Context, path string) (int64, map[string]CellOutputs, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.version[path], maps.Clone(o.cells[path]), nil
}

func (o *memory) set(path, cell string, out CellOutputs) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.cells[path] == nil {
		o.cells[path] = map[string]CellOutputs{}
	}
	o.version[path]++
	o.of[path+" "+cell] = o.version[path]
	o.cells[path][cell] = out
}

func (o *memory) Unseen(_ context.Context, path string, seen int64, cells map[string]CellOutputs) (map[string]CellOutputs, int64, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	newer := map[string]CellOutputs{}
	for id, c := range o.cells[path] {
		key := path + " " + id
		if len(cells[id].Outputs) > 0 && cells[id].ExecutionCount == c.ExecutionCount {
			o.acknowledged[key] = o.of[key]
		}
		if o.of[key] > max(seen, o.acknowledged[key]) {
			newer[id] = c
		}
	}
	return newer, o.version[path], nil
}

func (o *memory) Stored(_ context.Context, path string, version int64, ids []string, text string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.texts[path] = text
	for id, c := range o.cells[path] {
		if o.of[path+" "+id] <= version {
			c.InFile = true
			o.cells[path][id] = c
		}
		if !slices.Contains(ids, id) {
			delete(o.cells[path], id)
		}
	}
	return nil
}

func (o *memory) Saved(_ context.Context, path string, seen int64, cells map[string]CellOutputs, text string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.texts[path] = text
	if seen >= o.version[path] {
		o.cells[path] = maps.Clone(cells)
		o.version[path]++
	}
	return nil
}

func (o *memory) Moved(_ context.Context, from, to string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cells[to], o.version[to] = o.cells[from], o.version[from]
	delete(o.cells, from)
	return nil
}

func (o *memory) Deleted(_ context.Context, path string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.cells, path)
	return nil
}

type fixture struct {
	*Manager
	root, outside string
	outputs       *memory
}

func newFixture(t *testing.T, files map[string]string) fixture {
	t.Helper()
	base := t.TempDir()
	f := fixture{root: filepath.Join(base, "root"), outside: filepath.Join(base, "outside"), outputs: newMemory()}
	for _, dir := range []string{f.root, f.outside} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		f.write(t, name, text)
	}
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	manager, err := New(Options{
		Root: f.root, State: filepath.Join(f.root, ".wnb", "contents"), Outputs: f.outputs, MaxCheckpoints: 4,
		Clock: func() time.Time { return at },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := manager.Close(); err != nil {
			t.Error(err)
		}
	})
	f.Manager = manager
	return f
}

func (f fixture) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(f.root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (f fixture) file(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(f.root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func (f fixture) get(t *testing.T, path string, opt GetOptions) *Model {
	t.Helper()
	model, err := f.Get(t.Context(), path, opt)
	if err != nil {
		t.Fatalf("get %s: %v", path, err)
	}
	return model
}

func (f fixture) save(t *testing.T, path string, model *Model, ifMatch string) *Model {
	t.Helper()
	result, _, err := f.Save(t.Context(), path, model, ifMatch)
	if err != nil {
		t.Fatalf("save %s: %v", path, err)
	}
	return result
}

func text(s string) *Model { return &Model{Type: File, Format: Text, Content: s} }

func notebook(t *testing.T, model *Model) map[string]any {
	t.Helper()
	var nb map[string]any
	if err := json.Unmarshal(model.Content.(json.RawMessage), &nb); err != nil {
		t.Fatal(err)
	}
	return nb
}

func asNotebook(t *testing.T, nb map[string]any) *Model {
	t.Helper()
	data, err := json.Marshal(nb)
	if err != nil {
		t.Fatal(err)
	}
	return &Model{Type: Notebook, Format: JSON, Content: json.RawMessage(data)}
}

// noLeftovers fails where a save left a temporary file in the served folder.
func (f fixture) noLeftovers(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(f.root, func(path string, entry os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(entry.Name(), ".tmp") {
			t.Errorf("left behind: %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

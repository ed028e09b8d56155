package builtin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
)

var update = flag.Bool("update", false, "write the golden files of testdata anew")

// memoryHost is a Host whose world is in memory. It records in order.
type memoryHost struct {
	effects []cells.Effect
	files   map[string]string // what ReadFile finds and WriteFile writes
	blobs   map[string][]byte // by SHA256
	wasm    *Extensions       // nil: it cannot run any
	now     time.Time
	fits    int
	quiet   bool              // fits are not logged
	inputs  map[string]string // JSON of named inputs that are set
}

func newHost() *memoryHost {
	return &memoryHost{
		files: map[string]string{},
		blobs: map[string][]byte{},
		now:   time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
}

func (h *memoryHost) Record(e cells.Effect) error {
	h.effects = append(h.effects, e)
	return nil
}

func (h *memoryHost) PutBlob(_ context.Context, content []byte) (cells.Blob, error) {
	sum := sha256.Sum256(content)
	name := hex.EncodeToString(sum[:])
	h.blobs[name] = slices.Clone(content)
	return cells.Blob{SHA256: name, Size: int64(len(content))}, nil
}

func (h *memoryHost) ReadFile(_ context.Context, path string) ([]byte, error) {
	content, ok := h.files[path]
	if !ok {
		return nil, fmt.Errorf("cannot read %s: %w", path, fs.ErrNotExist)
	}
	sum := sha256.Sum256([]byte(content))
	return []byte(content), h.Record(cells.Input{Kind: "file", Name: path, SHA256: hex.EncodeToString(sum[:])})
}

func (h *memoryHost) WriteFile(ctx context.Context, path string, content []byte) error {
	blob, err := h.PutBlob(ctx, content)
	if err != nil {
		return err
	}
	h.files[path] = string(content)
	return h.Record(cells.File{Path: path, Blob: blob})
}

func (h *memoryHost) Notify(_ context.Context, n cells.Notice) error { return h.Record(n) }
func (h *memoryHost) Input(_ context.Context, prompt string) (string, error) {
	return "answer to " + prompt, nil
}
func (h *memoryHost) Now() time.Time { return h.now }

func (h *memoryHost) Exists(path string) (bool, error) {
	_, ok := h.files[path]
	return ok, nil
}

func (h *memoryHost) Glob(pattern string) ([]string, error) {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(h.files)) {
		ok, err := filepath.Match(pattern, name)
		if err != nil {
			return nil, err
		}
		if ok {
			names = append(names, name)
		}
	}
	return names, nil
}

func (h *memoryHost) Env(name string) (string, bool, error) {
	return "value of " + name, name != "UNSET", nil
}

func (h *memoryHost) Ask(name string, _ syntax.Position, otherwise string) (known, answer string, err error) {
	if name == "" {
		name = "assigned"
	}
	answer, ok := h.inputs[name]
	if !ok {
		answer = otherwise
	}
	return name, answer, h.Record(cells.Input{Kind: cells.UIInput, Name: name, SHA256: answer, Otherwise: otherwise})
}

func (h *memoryHost) SecretHash(_ context.Context, name string) (string, error) {
	if name == "unset" {
		return "", fs.ErrNotExist
	}
	return "hash of " + name, nil
}

func (h *memoryHost) Secret(_ context.Context, name string) (string, error) {
	return "text of " + name, nil
}

func (h *memoryHost) NextFit() (prefix string, on bool, err error) {
	if h.quiet {
		return "", false, nil
	}
	if h.fits++; h.fits == 1 {
		return "test.", true, nil
	}
	return fmt.Sprintf("test.%d.", h.fits), true, nil
}

func (h *memoryHost) Autolog(on bool) { h.quiet = !on }

func (h *memoryHost) Impure(what string) error {
	return h.Record(cells.Input{Kind: cells.ImpureInput, Name: what})
}

func (h *memoryHost) Map(_ context.Context, f starlark.Callable, items []starlark.Value) ([]starlark.Value, error) {
	out := make([]starlark.Value, len(items))
	for i, x := range items {
		v, err := starlark.Call(&starlark.Thread{}, f, starlark.Tuple{x}, nil)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

// StartBar records each form of the bar.
func (h *memoryHost) StartBar(label string, total int) Meter {
	m := &memoryMeter{h, Bar{Label: label, Total: total, Open: true}}
	m.record()
	return m
}

type memoryMeter struct {
	host *memoryHost
	bar  Bar
}

func (m *memoryMeter) record() {
	m.host.effects = append(m.host.effects, cells.Display{Data: m.bar.Forms()})
}

func (m *memoryMeter) Step(done int) {
	m.bar.Done = done
	m.record()
}

func (m *memoryMeter) Close(done int, ended bool) {
	m.bar.Done, m.bar.Open = done, false
	if ended && m.bar.Total < 0 {
		m.bar.Total = done
	}
	m.record()
}

func (h *memoryHost) Threads() int { return 2 }

// stdout is what the cell printed.
func (h *memoryHost) stdout() string {
	var b strings.Builder
	for _, e := range h.effects {
		if s, ok := e.(cells.Stream); ok && s.Name == "stdout" {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

// artifact is the content kept under a path, and its entry.
func (h *memoryHost) artifact(t *testing.T, path string) (cells.Artifact, string) {
	t.Helper()
	for _, e := range h.effects {
		if a, ok := e.(cells.Artifact); ok && a.Path == path {
			return a, string(h.blobs[a.Blob.SHA256])
		}
	}
	t.Fatalf("no artifact %q among %v", path, h.effects)
	return cells.Artifact{}, ""
}

// runCell runs a cell with all builtins and more names; h may be nil.
func runCell(ctx context.Context, h Host, source string, more starlark.StringDict) (*lang.Result, error) {
	p, err := lang.Compile("test", source)
	if err != nil {
		return nil, err
	}
	env, err := Env(nil)
	if err != nil {
		return nil, err
	}
	maps.Copy(env, more)
	for _, read := range p.Reads() {
		if !env.Has(read.Name) && !starlark.Universe.Has(read.Name) {
			return nil, fmt.Errorf("the cell reads %s, which is not there", read.Name)
		}
	}
	return p.Run(ctx, env, lang.Options{Host: h})
}

// runValue runs a cell that must work and gives the value of its last expression.
func runValue(t *testing.T, h Host, source string, more starlark.StringDict) starlark.Value {
	t.Helper()
	res, err := runCell(t.Context(), h, source, more)
	if err != nil {
		t.Fatalf("%s\n%s", source, traceback(err))
	}
	if res.Value == nil {
		return starlark.None
	}
	return res.Value
}

// shown is how a value is displayed as text, without spaces at the ends.
func shown(t *testing.T, v starlark.Value) string {
	t.Helper()
	data, err := Render(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(data["text/plain"]))
}

// failure runs a cell that must fail and gives its error.
func failure(t *testing.T, h Host, source string, more starlark.StringDict) *lang.Error {
	t.Helper()
	res, err := runCell(t.Context(), h, source, more)
	if err == nil {
		t.Fatalf("%s\ngives %v, want an error", source, res.Value)
	}
	var e *lang.Error
	if !errors.As(err, &e) {
		t.Fatalf("%s\nfails with %v, which is no *lang.Error", source, err)
	}
	if e.Kind == lang.KindInternal {
		t.Fatalf("%s\n%s\n%v", source, traceback(err), errors.Unwrap(e))
	}
	return e
}

func traceback(err error) string {
	var e *lang.Error
	if errors.As(err, &e) {
		return strings.Join(e.Traceback(), "\n")
	}
	return err.Error()
}

// golden compares with a file of testdata; -update writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; -update writes it", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", file, diff)
	}
}

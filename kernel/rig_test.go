package kernel_test

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/value"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/notebooks"
)

// A rig is a notebook in a folder, and all that it can see, with a store that
// lasts from run to run.
type rig struct {
	t       testing.TB
	dir     string
	store   cache.Store
	cells   string // of the notebook, see document
	env     map[string]string
	secrets map[string]string
	params  map[string]any
	inputs  map[string]string // named inputs that are set, as JSON
	version string
	jobs    int
	change  func(*kernel.Options) // of one run; may be nil
	past    *kernel.Past
}

func newRig(t testing.TB, store cache.Store, text string) *rig {
	return &rig{
		t: t, dir: t.TempDir(), store: store, cells: text, version: "v1",
		env: map[string]string{}, secrets: map[string]string{}, params: map[string]any{}, inputs: map[string]string{},
	}
}

// document writes cells as a notebook. A cell starts with a line
//
//	%% id attributes
func document(text string) string {
	var b strings.Builder
	b.WriteString("---\nwnb: 1\n---\n")
	open := false
	for line := range strings.Lines(strings.Trim(text, "\n") + "\n") {
		if head, ok := strings.CutPrefix(line, "%% "); ok {
			if open {
				b.WriteString("```\n")
			}
			open = true
			fmt.Fprintf(&b, "\n```starlark {#%s}\n", strings.TrimSpace(head))
			continue
		}
		b.WriteString(line)
	}
	b.WriteString("```\n")
	return b.String()
}

var clock = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// options are the circumstances of a run in a folder.
func (r *rig) options(dir string, store cache.Store) kernel.Options {
	r.t.Helper()
	env, err := builtin.Env(r.params)
	if err != nil {
		r.t.Fatal(err)
	}
	look := func(name string) (string, bool) { v, ok := r.env[name]; return v, ok }
	opts := kernel.Options{
		World: kernel.World{
			Dir: dir, Blobs: store, Clock: func() time.Time { return clock }, Env: look, HashKey: []byte("key"),
			Inputs: func(name string) (string, bool) { v, ok := r.inputs[name]; return v, ok },
			Secret: func(_ context.Context, name string) (string, error) {
				if v, ok := r.secrets[name]; ok {
					return v, nil
				}
				return "", fs.ErrNotExist
			},
		},
		Builtins: env, Params: runlog.Params(r.params), Project: os.DirFS(dir), Version: r.version,
		Cache: cache.New(store), Jobs: r.jobs, RunID: "run",
	}
	if r.change != nil {
		r.change(&opts)
	}
	return opts
}

func (r *rig) compile(opts kernel.Options) *kernel.Notebook {
	r.t.Helper()
	doc, err := notebooks.Parse("n.wnb", []byte(document(r.cells)))
	if err != nil {
		r.t.Fatal(err)
	}
	return kernel.Compile(doc, opts.Builtins)
}

// run runs the notebook with the results of earlier runs.
func (r *rig) run() *kernel.Outcome {
	r.t.Helper()
	opts := r.options(r.dir, r.store)
	out := r.compile(opts).Run(r.t.Context(), opts)
	r.past = pastOf(out, opts)
	return out
}

// plan is what the next run is said to do: "read run (file in.txt changed) | use depends".
func (r *rig) plan() []kernel.Planned {
	r.t.Helper()
	opts := r.options(r.dir, r.store)
	steps, err := r.compile(opts).Plan(r.t.Context(), opts, r.past)
	if err != nil {
		r.t.Fatal(err)
	}
	return steps
}

// fresh is what a run from scratch leaves, in a copy of the folder as it is now.
func (r *rig) fresh() string {
	r.t.Helper()
	dir := r.t.TempDir()
	if err := copyFolder(dir, r.dir); err != nil {
		r.t.Fatal(err)
	}
	opts := r.options(dir, newMemoryStore())
	return picture(r.t, dir, r.compile(opts).Run(r.t.Context(), opts))
}

// copyFolder is like os.CopyFS and takes file names that are not UTF-8.
func copyFolder(to, from string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		target := to + strings.TrimPrefix(path, from)
		if err != nil || path == from {
			return err
		}
		if d.IsDir() {
			return os.Mkdir(target, 0o700)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o600)
	})
}

// pastOf is what a run was made of.
func pastOf(out *kernel.Outcome, opts kernel.Options) *kernel.Past {
	p := &kernel.Past{Run: "last", Version: opts.Version, Params: opts.Params, Cells: map[string]kernel.PastCell{}}
	for _, res := range out.Results {
		p.Cells[res.Cell.ID] = kernel.PastCell{
			Source: res.Cell.Source, Failed: res.Status == notebooks.StatusFailed, Kept: res.Key != "" && res.Uncached == "", Why: res.Uncached, Reads: res.Reads,
		}
	}
	return p
}

// ran are the cells of a run that were computed, in file order.
func ran(out *kernel.Outcome) []string {
	var ids []string
	for _, res := range out.Results {
		if res.Attempts > 0 {
			ids = append(ids, res.Cell.ID)
		}
	}
	return ids
}

// picture is everything that a run left, as text: what became of each cell, its
// values and effects, and the files of its folder. It is the same for a cell
// that ran and for one whose result was kept.
func picture(t testing.TB, dir string, out *kernel.Outcome) string {
	t.Helper()
	var b strings.Builder
	for _, res := range out.Results {
		status := res.Status
		if status == notebooks.StatusCached {
			status = notebooks.StatusDone
		}
		fmt.Fprintf(&b, "%s %s %s\n", res.Cell.ID, status, res.Reason)
		if res.Err != nil {
			fmt.Fprintln(&b, strings.Join(res.Err.Details(), "\n"))
		}
		for _, name := range slices.Sorted(maps.Keys(res.Values)) {
			fmt.Fprintf(&b, "  %s = %s\n", name, shown(t, res.Values[name]))
		}
		effects, err := cells.MarshalEffects(res.Effects)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "  %s\n", strings.ReplaceAll(string(effects), "},{", "},\n   {"))
	}
	fmt.Fprintln(&b, out.Verdict())
	return strings.ReplaceAll(b.String(), dir, "DIR") + filesIn(t, dir)
}

// shown is a value's text and hash.
func shown(t testing.TB, v *kernel.Value) string {
	t.Helper()
	loaded, err := v.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text := loaded.String()
	if len(text) > 200 {
		text = text[:200]
	}
	hash, err := value.Hash(t.Context(), loaded)
	if err != nil {
		hash = err.Error()
	}
	return text + " " + hash
}

func filesIn(t testing.TB, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		fmt.Fprintf(&b, "%s: %q\n", strings.TrimPrefix(path, dir+"/"), content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

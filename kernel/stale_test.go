package kernel_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/storage"
)

// A staleCase is a notebook that is edited step by step. After each step its
// next run is planned, run, and compared with a run from scratch: they must
// leave the same, to the byte.
type staleCase struct {
	name    string
	files   map[string]string
	params  map[string]any
	env     map[string]string
	secrets map[string]string
	cells   string // see document
	first   string // the cells that run first, if it is not all of them
	unkept  string // the cells that run every time
	steps   []step
}

type step struct {
	do   edit
	plan string // "a run (its code changed: line 1) | b depends", each reason only if it is given; empty if all are cached
	ran  string // the cells that ran, in file order
}

// An edit changes a notebook or what it sees.
type edit func(r *rig)

// runStale runs cases with a store in memory, and every third with a real one.
func runStale(t *testing.T, cases []staleCase) {
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.check(t, newMemoryStore())
			if i%3 == 0 {
				c.check(t, openResults(t))
			}
		})
	}
}

// openResults is a real store.
func openResults(t testing.TB) cache.Store {
	t.Helper()
	store, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), ".wnb"), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return runlog.NewResults(store)
}

func (c *staleCase) check(t *testing.T, store cache.Store) {
	r := newRig(t, store, c.cells)
	for name, content := range c.files {
		write(name, content)(r)
	}
	maps.Copy(r.params, c.params)
	maps.Copy(r.env, c.env)
	maps.Copy(r.secrets, c.secrets)
	first := c.first
	if first == "" {
		first = strings.Join(ids(r.plan()), " ")
	}
	r.compare("first run", first)
	for i, s := range c.steps {
		at := fmt.Sprintf("step %d", i+1)
		if s.do != nil {
			s.do(r)
		}
		plan := r.plan()
		if got, want := describe(plan, s.plan), s.wanted(plan); got != want {
			t.Errorf("%s: the plan is\n%s, want\n%s", at, got, want)
		}
		r.compare(at, s.ran)
	}
	r.compare("once more", c.unkept)
}

// compare runs the notebook and compares it with a run from scratch.
func (r *rig) compare(at, wantRan string) {
	r.t.Helper()
	fresh := r.fresh()
	out := r.run()
	if got := strings.Join(ran(out), " "); got != wantRan {
		r.t.Errorf("%s: ran %q, want %q", at, got, wantRan)
	}
	if d := cmp.Diff(fresh, picture(r.t, r.dir, out)); d != "" {
		r.t.Errorf("%s: a run from scratch leaves something else (-fresh +cached):\n%s", at, d)
	}
}

func ids(plan []kernel.Planned) []string {
	var out []string
	for _, p := range plan {
		out = append(out, p.Cell.ID)
	}
	return out
}

// describe writes a plan as want does: with those reasons that want has.
func describe(plan []kernel.Planned, want string) string {
	wanted := strings.Split(want, " | ")
	parts := make([]string, len(plan))
	for i, p := range plan {
		parts[i] = p.Cell.ID + " " + string(p.Action)
		if i < len(wanted) && strings.HasSuffix(wanted[i], ")") {
			parts[i] += " (" + p.Why + ")"
		}
	}
	return strings.Join(parts, " | ")
}

func (s *step) wanted(plan []kernel.Planned) string {
	if s.plan != "" {
		return s.plan
	}
	return strings.Join(ids(plan), " cached | ") + " cached"
}

// The edits.

func write(name, content string) edit {
	return func(r *rig) {
		path := filepath.Join(r.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
}

// sneak writes a file so that neither its size nor its times tell.
func sneak(name, content string) edit {
	return func(r *rig) {
		path := filepath.Join(r.dir, name)
		info, err := os.Stat(path)
		if err != nil {
			r.t.Fatal(err)
		}
		if int64(len(content)) != info.Size() {
			r.t.Fatalf("%s has %d bytes, and shall have %d", name, info.Size(), len(content))
		}
		write(name, content)(r)
		if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
			r.t.Fatal(err)
		}
	}
}

func remove(name string) edit {
	return func(r *rig) {
		if err := os.RemoveAll(filepath.Join(r.dir, name)); err != nil {
			r.t.Fatal(err)
		}
	}
}

func rename(from, to string) edit {
	return func(r *rig) {
		if err := os.Rename(filepath.Join(r.dir, from), filepath.Join(r.dir, to)); err != nil {
			r.t.Fatal(err)
		}
	}
}

// replace changes the text of the notebook.
func replace(old, with string) edit {
	return func(r *rig) {
		if !strings.Contains(r.cells, old) {
			r.t.Fatalf("the notebook does not hold %q", old)
		}
		r.cells = strings.ReplaceAll(r.cells, old, with)
	}
}

func setCells(text string) edit         { return func(r *rig) { r.cells = text } }
func setEnv(name, v string) edit        { return func(r *rig) { r.env[name] = v } }
func unsetEnv(name string) edit         { return func(r *rig) { delete(r.env, name) } }
func setSecret(name, v string) edit     { return func(r *rig) { r.secrets[name] = v } }
func setParam(name string, v any) edit  { return func(r *rig) { r.params[name] = v } }
func unsetParam(name string) edit       { return func(r *rig) { delete(r.params, name) } }
func setInput(name, v string) edit      { return func(r *rig) { r.inputs[name] = v } }
func unsetInput(name string) edit       { return func(r *rig) { delete(r.inputs, name) } }
func setVersion(v string) edit          { return func(r *rig) { r.version = v } }
func with(f func(*kernel.Options)) edit { return func(r *rig) { r.change = f } }

func both(edits ...edit) edit {
	return func(r *rig) {
		for _, e := range edits {
			e(r)
		}
	}
}

func TestWhatIsReplayedKeepsItsTimes(t *testing.T) {
	r := newRig(t, newMemoryStore(), "%% a\ntrack.log_metric('m', 1)\nprint('a')\n%% b\nprint(now())")
	at := func(hours int, run string) edit {
		return with(func(o *kernel.Options) {
			o.World.Clock = func() time.Time { return clock.Add(time.Duration(hours) * time.Hour) }
			o.RunID = run
		})
	}
	at(0, "first")(r)
	first := r.run().Results[0]
	at(5, "second")(r)
	out := r.run()
	second := out.Results[0]
	if d := cmp.Diff(first.Effects, second.Effects); d != "" {
		t.Errorf("effects: %s", d)
	}
	if second.From == nil || second.From.Run != "first" || !second.From.Start.Equal(clock) || second.From.Cell != "a" {
		t.Errorf("it comes from %+v", second.From)
	}
	if !second.Start.Equal(clock.Add(5*time.Hour)) || second.Attempts != 0 {
		t.Errorf("it began %s, attempts %d", second.Start, second.Attempts)
	}
	if text := out.Results[1].Effects[1].(cells.Stream).Text; !strings.Contains(text, "e+09") {
		t.Errorf("now() is %q", text)
	}
}

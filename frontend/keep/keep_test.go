package keep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/storage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var begin = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// rig is a keeper, and what outlives it.
type rig struct {
	*Keeper
	t     *testing.T
	store *storage.Store
	dir   string
	tick  chan time.Time // a save
	saved []string       // notebooks that there are
}

func newRig(t *testing.T, saved ...string) *rig {
	t.Helper()
	store, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), ".wnb"), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, store: store, dir: filepath.Join(t.TempDir(), "sessions"), tick: make(chan time.Time), saved: saved}
	r.start()
	t.Cleanup(func() {
		if err := errors.Join(r.Close(context.Background()), store.Close()); err != nil {
			t.Error(err)
		}
	})
	return r
}

// start makes the keeper of another process; the one before is gone without a
// word, but for its goroutine.
func (r *rig) start() {
	r.t.Helper()
	if r.Keeper != nil {
		close(r.stop)
		<-r.done
	}
	var err error
	r.Keeper, err = New(Options{
		Store: r.store, Dir: r.dir, Source: func(path string) string { return "dir/" + path },
		Saved: func(path string) bool { return slices.Contains(r.saved, path) },
		After: func(time.Duration) <-chan time.Time { return r.tick }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// note tells of the run of a cell.
func (r *rig) note(kernelID, path, cell string, second int) {
	r.t.Helper()
	content, err := json.Marshal(kernel.CellRun{
		Cell: cell, Source: cell + " = 1", Status: string(notebooks.StatusDone), Effects: json.RawMessage("[]"), Start: begin.Add(time.Duration(second) * time.Second),
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.Note(kernelID, path, content)
}

// missing are the cells of a, b and c that a session lacks to be kept.
func (r *rig) missing(kernelID, path string) string {
	r.t.Helper()
	const text = "---\nwnb: 1\n---\n\n```starlark {#a}\na = 1\n```\n\n```starlark {#b}\nb = 1\n```\n\n```starlark {#c}\nc = 1\n```\n"
	doc, err := notebooks.Parse(path, []byte(text))
	if err != nil {
		r.t.Fatal(err)
	}
	env, err := builtin.Env(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	_, err = r.Keep(r.t.Context(), kernelID, path, runlog.Spec{Path: path, Source: []byte(text)}, kernel.Compile(doc, env), env)
	var stale *runlog.StaleError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &stale):
		return strings.ReplaceAll(strings.ReplaceAll(strings.Join(stale.Reasons, " "), "cell ", ""), " has not run", "")
	case strings.Contains(err.Error(), "no cell"):
		return "a b c"
	}
	r.t.Fatal(err)
	return ""
}

func (r *rig) expect(when, kernelID, path, want string) {
	r.t.Helper()
	if got := r.missing(kernelID, path); got != want {
		r.t.Errorf("%s: %q is missing, want %q", when, got, want)
	}
}

func (r *rig) journals() int {
	r.t.Helper()
	names, err := os.ReadDir(r.dir)
	if err != nil {
		r.t.Fatal(err)
	}
	return len(names)
}

func TestSessionOutlivesItsProcess(t *testing.T) {
	r := newRig(t, "n.wnb")
	r.note("k1", "n.wnb", "a", 1)
	r.tick <- begin // and it is saved
	r.note("k1", "n.wnb", "b", 2)
	if r.journals() != 1 {
		t.Errorf("%d journals", r.journals())
	}
	r.start() // b was only noted
	r.note("k2", "n.wnb", "c", 3)
	r.expect("in the next process", "k2", "n.wnb", "")
	r.start()
	r.expect("in the one after, where nothing ran", "", "n.wnb", "")
	if r.journals() != 0 {
		t.Errorf("%d journals, and all is saved", r.journals())
	}
}

func TestWhatIsNotKept(t *testing.T) {
	r := newRig(t, "n.wnb")
	r.note("k", "", "a", 1)
	r.note("k", "console-1", "a", 1)
	r.Note("k", "n.wnb", []byte("no JSON"))
	r.Note("k", "n.wnb", []byte(`{"cell": 1}`))
	if err := r.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	runs, err := r.store.Runs(t.Context(), storage.Query{IncludeHidden: true})
	if err != nil || len(runs) != 0 || r.journals() != 0 {
		t.Errorf("%d runs, %d journals, %v", len(runs), r.journals(), err)
	}
}

// A line that was cut off when the process was killed spoils nothing.
func TestJournalThatWasCutOff(t *testing.T) {
	r := newRig(t, "n.wnb")
	r.note("k", "n.wnb", "a", 1)
	r.note("k", "n.wnb", "b", 2)
	name := r.journalName("dir/n.wnb")
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, info.Size()-5); err != nil {
		t.Fatal(err)
	}
	r.start()
	r.note("k", "n.wnb", "c", 3)
	r.start()
	r.expect("what was cut off", "k", "n.wnb", "b")
}

func TestSessionFollowsItsNotebook(t *testing.T) {
	ctx := t.Context()
	for _, restart := range []bool{false, true} {
		t.Run(fmt.Sprintf("restart %v", restart), func(t *testing.T) {
			r := newRig(t, "old/n.wnb", "new/n.wnb", "copy.wnb", "shut.wnb")
			r.note("k", "old/n.wnb", "a", 1)
			if err := r.Save(ctx); err != nil {
				t.Fatal(err)
			}
			r.note("k", "old/n.wnb", "b", 2) // not saved
			if restart {
				r.start()
			}
			if err := r.Moved(ctx, "old", "new"); err != nil {
				t.Fatal(err)
			}
			r.expect("the old name", "", "old/n.wnb", "a b c")
			r.note("k", "new/n.wnb", "c", 3)
			r.expect("the new name", "k", "new/n.wnb", "")

			r.expect("saved under another name", "k", "copy.wnb", "")
			r.note("k2", "shut.wnb", "a", 4)
			for _, last := range []bool{false, true} {
				if err := r.Ended(ctx, "k2", "shut.wnb", last); err != nil {
					t.Fatal(err)
				}
				want := map[bool]string{false: "b c", true: "a b c"}[last]
				r.expect(fmt.Sprintf("a kernel ended, the last one %v", last), "", "shut.wnb", want)
			}
			if err := r.Deleted(ctx, "new"); err != nil {
				t.Fatal(err)
			}
			r.expect("deleted", "", "new/n.wnb", "a b c")
		})
	}
}

// A store that fails for a while loses nothing.
func TestStoreThatFails(t *testing.T) {
	r := newRig(t, "n.wnb")
	r.note("k", "n.wnb", "a", 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Save(ctx); err == nil {
		t.Error("a save without a store succeeds")
	}
	r.start()
	r.expect("after a save that failed", "k", "n.wnb", "b c")
	if diff := cmp.Diff(0, r.journals()); diff != "" {
		t.Error("journals", diff)
	}
}

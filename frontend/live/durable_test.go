package live

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// snapshot is the store as a process leaves it that is killed now.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "store")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// neverSaved makes a manager that notes, and saves nothing.
func neverSaved(dir string, blobs Blobs) func(*Config) {
	return func(c *Config) {
		c.Store, c.Blobs = newTestStore(dir), blobs
		c.Limits.TextBytes = 10_000
		after := time.After
		c.After = func(d time.Duration) <-chan time.Time {
			if d == time.Second { // Limits.Save
				return nil
			}
			return after(d)
		}
	}
}

// What a client was told is in the store, though nothing was saved: outputs, and
// of what is too much to be shown, the whole.
func TestWhatClientsKnowOutlivesTheProcess(t *testing.T) {
	dir := t.TempDir()
	r := newRig(t, neverSaved(dir, &memoryBlobs{}))
	one := r.tab(r.session("a.wnb").Kernel.ID, "one")
	one.run("c", "print text\nvalue 7")
	one.run("d", "prints c more\nfail no")
	one.run("big", "flood 2000 a line of text")
	killed := snapshot(t, dir)

	blobs := &memoryBlobs{}
	r2 := newRig(t, neverSaved(killed, blobs))
	for cell, want := range map[string][]string{"c": {"stdout text|", "execute_result 7", "stdout more|"}, "d": {"error no"}} {
		if diff := cmp.Diff(want, r2.outputs("a.wnb", cell)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", cell, diff)
		}
	}
	if err := r2.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	all := strings.Repeat("a line of text\n", 2000)
	if len(blobs.blobs) != 1 || blobs.blobs[0] != all {
		t.Errorf("%d blobs; want one with all that was printed", len(blobs.blobs))
	}
	if got := strings.Join(r2.outputs("a.wnb", "big"), " "); !strings.Contains(got, "the whole output is blob blob-1") {
		t.Errorf("no link to the whole in %q", got)
	}
	r2.close()
	left, err := os.ReadDir(filepath.Join(newTestStore(killed).folder("a.wnb"), "spool"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	history, err := newTestStore(killed).LoadHistory(context.Background(), "a.wnb")
	if err != nil || len(history) != 3 {
		t.Errorf("history %v, %v", history, err)
	}
}

// Files of outputs that are not needed any more do not stay for ever.
func TestSpoolsAreRemoved(t *testing.T) {
	dir := t.TempDir()
	r := newRig(t, neverSaved(dir, &memoryBlobs{}))
	one := r.tab(r.session("a.wnb").Kernel.ID, "one")
	spools := func(dir, path string) int {
		t.Helper()
		left, err := os.ReadDir(filepath.Join(newTestStore(dir).folder(path), "spool"))
		if err != nil {
			t.Fatal(err)
		}
		return len(left)
	}
	one.run("c", "flood 2000 a line of text")
	before := snapshot(t, dir)
	one.run("c", "print little")
	if n := spools(dir, "a.wnb"); n != 0 {
		t.Errorf("%d files of a cell that was run again", n)
	}
	one.run("c", "flood 2000 a line of text")
	if err := r.MoveDocument(context.Background(), "a.wnb", "b.wnb"); err != nil {
		t.Fatal(err)
	}
	if n := spools(dir, "b.wnb"); n != 1 {
		t.Errorf("%d files of a document that was moved", n)
	}
	one.run("c", "print little")
	if n := spools(dir, "b.wnb"); n != 0 {
		t.Errorf("%d files of a cell that was run again after a move", n)
	}
	// A process that was killed leaves a file that a later run does not need.
	stray := filepath.Join(newTestStore(before).folder("a.wnb"), "spool", "output-stray")
	if err := os.WriteFile(stray, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r2 := newRig(t, neverSaved(before, &memoryBlobs{}))
	if got := r2.outputs("a.wnb", "c"); len(got) < 3 {
		t.Errorf("outputs %q", got)
	}
	if n := spools(before, "a.wnb"); n != 1 {
		t.Errorf("%d files, want the one that is needed", n)
	}
}

// Where nothing can be noted, clients get their outputs all the same, and these
// are saved later.
func TestNoteThatFails(t *testing.T) {
	dir := t.TempDir()
	store := newTestStore(dir)
	r := newRig(t, neverSaved(dir, nil))
	one := r.tab(r.session("a.wnb").Kernel.ID, "one")
	if err := os.MkdirAll(store.notesName("a.wnb"), 0o700); err != nil { // a folder takes no lines
		t.Fatal(err)
	}
	one.run("c", "print text")
	if diff := cmp.Diff([]string{"stdout text|"}, r.outputs("a.wnb", "c")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := os.Remove(store.notesName("a.wnb")); err != nil {
		t.Fatal(err)
	}
	if err := r.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := texts(t, newTestStore(dir), "a.wnb")["c"]; got != "stdout text|" {
		t.Errorf("saved: %q", got)
	}
}

// BenchmarkNote is what it costs that outputs outlive the process.
func BenchmarkNote(b *testing.B) {
	for _, size := range []int{10, 100_000} {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			r := newRig(b, neverSaved(b.TempDir(), nil))
			one := r.tab(r.session("a.wnb").Kernel.ID, "one")
			one.quiet = true
			code := "value " + strings.Repeat("x", size)
			for b.Loop() {
				req := one.ask(protocol.Shell, protocol.ExecuteRequest{Code: code}, `{"cellId":"c"}`)
				one.finish(req)
			}
		})
	}
}

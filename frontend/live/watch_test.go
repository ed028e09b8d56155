package live

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// watched counts the documents that are watched.
type watched struct {
	mu   sync.Mutex
	uses map[string]int
}

func (w *watched) Add(path string)    { w.count(path, 1) }
func (w *watched) Remove(path string) { w.count(path, -1) }

func (w *watched) count(path string, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.uses[path] += n; w.uses[path] == 0 {
		delete(w.uses, path)
	}
}

func (w *watched) expect(t *testing.T, when string, want map[string]int) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if diff := cmp.Diff(want, w.uses); diff != "" {
		t.Errorf("%s is watched (-want +got):\n%s", when, diff)
	}
}

func TestDocumentsWithKernelsAreWatched(t *testing.T) {
	ctx := context.Background()
	w := &watched{uses: map[string]int{}}
	r := newRig(t, func(c *Config) { c.Watch = w })
	s := r.session("dir/a.wnb")
	if _, err := r.StartKernel(ctx, "", "dir/a.wnb"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.StartKernel(ctx, "", ""); err != nil {
		t.Fatal(err)
	}
	w.expect(t, "what has kernels", map[string]int{"dir/a.wnb": 2})
	if _, err := r.Restart(ctx, s.Kernel.ID); err != nil {
		t.Fatal(err)
	}
	if err := r.MoveDocument(ctx, "dir", "other"); err != nil {
		t.Fatal(err)
	}
	w.expect(t, "what was moved", map[string]int{"other/a.wnb": 2})
	to := "b.wnb"
	if _, err := r.PatchSession(ctx, s.ID, SessionPatch{Path: &to}); err != nil {
		t.Fatal(err)
	}
	w.expect(t, "what was saved under another name", map[string]int{"other/a.wnb": 1, "b.wnb": 1})
	if err := r.DeleteSession(ctx, s.ID); err != nil {
		t.Fatal(err)
	}
	w.expect(t, "what has no kernel any more", map[string]int{"other/a.wnb": 1})
	r.close()
	w.expect(t, "what was closed", map[string]int{})
}

// A kernel knows the document as it is saved, whoever has saved it: at once
// where somebody notices, and before each cell in any case. It is told nothing
// that it knows.
func TestKernelFollowsTheFile(t *testing.T) {
	ctx := context.Background()
	var mu sync.Mutex
	file := "one"
	write := func(text string) {
		mu.Lock()
		defer mu.Unlock()
		file = text
	}
	r := newRig(t, func(c *Config) {
		c.Document = func(context.Context, string) (string, error) {
			mu.Lock()
			defer mu.Unlock()
			return file, nil
		}
	})
	one := r.tab(r.session("a.wnb").Kernel.ID, "one")
	k := r.kernels[0]
	told := func(want string) {
		t.Helper()
		if text := <-k.docs; !strings.Contains(text, fmt.Sprintf("%q", want)) {
			t.Errorf("the kernel was told %s, want %q", text, want)
		}
	}
	told("one")
	write("two")
	r.Reread(ctx, "a.wnb")
	told("two")
	write("three")
	one.run("c", "print x")
	told("three") // before the cell: k takes one message after the other
	r.Reread(ctx, "a.wnb")
	if err := r.SetDocument(ctx, "a.wnb", "three"); err != nil {
		t.Fatal(err)
	}
	write("")
	one.run("c", "print the file is gone, and the kernel goes on")
	write("four")
	one.run("c", "print x")
	told("four")
	if len(k.docs) > 0 {
		t.Errorf("the kernel was told again: %s", <-k.docs)
	}
}

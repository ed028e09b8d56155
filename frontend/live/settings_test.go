package live

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
)

// A kernel is told how its document is run: when it starts, before it takes
// cells, and whenever that changes.
func TestKernelsAreToldSettings(t *testing.T) {
	ctx := context.Background()
	var mu sync.Mutex
	of := map[string]string{}
	r := newRig(t, func(c *Config) {
		c.Settings = func(path string) json.RawMessage {
			mu.Lock()
			defer mu.Unlock()
			return json.RawMessage(of[path])
		}
	})
	change := func(path, text string) {
		mu.Lock()
		of[path] = text
		mu.Unlock()
		r.SetSettings(path)
	}
	s := r.session("a.wnb")
	one := r.tab(s.Kernel.ID, "one")
	k := r.kernels[0]
	told := func(want string) {
		t.Helper()
		if got := <-k.sets; got != want {
			t.Errorf("the kernel was told %s, want %s", got, want)
		}
	}
	change("a.wnb", `{"mode":"auto"}`)
	told(`{"mode":"auto"}`)
	change("a.wnb", `{"mode":"auto"}`) // which it knows
	change("b.wnb", `{"mode":"off"}`)  // which is not its own
	one.run("c", "print x")
	if len(k.sets) > 0 {
		t.Errorf("the kernel was told again: %s", <-k.sets)
	}

	if _, err := r.Restart(ctx, s.Kernel.ID); err != nil {
		t.Fatal(err)
	}
	k = r.kernels[1]
	told(`{"mode":"auto"}`)

	to := "b.wnb"
	if _, err := r.PatchSession(ctx, s.ID, SessionPatch{Path: &to}); err != nil {
		t.Fatal(err)
	}
	told(`{"mode":"off"}`)
	to = "c.wnb"
	if _, err := r.PatchSession(ctx, s.ID, SessionPatch{Path: &to}); err != nil {
		t.Fatal(err)
	}
	told(`{}`)
}

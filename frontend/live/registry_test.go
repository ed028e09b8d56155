package live

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

func TestModelsAreThoseOfJupyter(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	k := KernelModel{ID: "k", Name: "wnb", LastActivity: at, ExecutionState: protocol.Idle, Connections: 2}
	got, err := json.Marshal(SessionModel{ID: "s", Path: "dir/a.wnb", Type: "notebook", Kernel: k})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"s","path":"dir/a.wnb","name":"","type":"notebook","kernel":{"id":"k","name":"wnb",` +
		`"last_activity":"2026-01-02T03:04:05.000006Z","execution_state":"idle","connections":2},` +
		`"notebook":{"path":"dir/a.wnb","name":"a.wnb"}}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOnePathHasOneSession(t *testing.T) {
	r := newRig(t, nil)
	var all sync.WaitGroup
	ids := make([]string, 20)
	for i := range ids {
		all.Go(func() {
			s, _, err := r.CreateSession(context.Background(), SessionSpec{Path: "/dir/../a.wnb", Type: "notebook"})
			if err != nil {
				t.Error(err)
			}
			ids[i] = s.ID
		})
	}
	all.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("sessions %q, want one", ids)
		}
	}
	if len(r.Kernels()) != 1 || len(r.Sessions()) != 1 {
		t.Errorf("%d kernels, %d sessions", len(r.Kernels()), len(r.Sessions()))
	}
}

func TestSessionErrors(t *testing.T) {
	r := newRig(t, nil)
	ctx := context.Background()
	for name, tt := range map[string]struct {
		spec SessionSpec
		want error
	}{
		"no path":        {SessionSpec{Type: "notebook"}, ErrInvalid},
		"no type":        {SessionSpec{Path: "a.wnb"}, ErrInvalid},
		"unknown name":   {SessionSpec{Path: "a.wnb", Type: "notebook", Kernel: KernelRef{Name: "python3"}}, ErrKernelName},
		"unknown kernel": {SessionSpec{Path: "a.wnb", Type: "notebook", Kernel: KernelRef{ID: "x"}}, ErrNotFound},
	} {
		if _, _, err := r.CreateSession(ctx, tt.spec); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	_, byKernel := r.Kernel("x")
	_, bySession := r.Session("x")
	_, byAttach := r.Attach(ctx, "x", "s")
	_, byPatch := r.PatchSession(ctx, "x", SessionPatch{})
	for i, err := range []error{byKernel, bySession, byAttach, byPatch, r.Delete(ctx, "x"), r.DeleteSession(ctx, "x"), r.Interrupt(ctx, "x")} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%d: %v, want ErrNotFound", i, err)
		}
	}
	if len(r.Kernels()) != 0 {
		t.Errorf("kernels are left: %v", r.Kernels())
	}
}

func TestPatchSession(t *testing.T) {
	r := newRig(t, nil)
	ctx := context.Background()
	s := r.session("a.wnb")
	r.tab(s.Kernel.ID, "one").run("c", "print text")

	path, kind, name := "b.wnb", "console", "B"
	moved, err := r.PatchSession(ctx, s.ID, SessionPatch{Path: &path, Type: &kind, Name: &name})
	if err != nil || moved.Path != path || moved.Type != kind || moved.Name != name || moved.Kernel.ID != s.Kernel.ID {
		t.Fatalf("%+v, %v", moved, err)
	}
	for _, path := range []string{"a.wnb", "b.wnb"} { // saved under another name: both have them
		if diff := cmp.Diff([]string{"stdout text|"}, r.outputs(path, "c")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}

	other, err := r.StartKernel(ctx, "", "")
	if err != nil {
		t.Fatal(err)
	}
	both := KernelRef{ID: other.ID, Name: "not looked at"}
	changed, err := r.PatchSession(ctx, s.ID, SessionPatch{Kernel: &both})
	if err != nil || changed.Kernel.ID != other.ID {
		t.Fatalf("%+v, %v", changed, err)
	}
	if _, err := r.Kernel(s.Kernel.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("the old kernel is there: %v", err)
	}
	fresh := KernelRef{Name: "wnb"}
	changed, err = r.PatchSession(ctx, s.ID, SessionPatch{Kernel: &fresh})
	if err != nil || changed.Kernel.ID == other.ID || len(r.Kernels()) != 1 {
		t.Fatalf("%+v, %v; %d kernels", changed, err, len(r.Kernels()))
	}
}

func TestDeleting(t *testing.T) {
	r := newRig(t, nil)
	ctx := context.Background()
	s := r.session("a.wnb")
	one := r.tab(s.Kernel.ID, "one")
	if err := r.Delete(ctx, s.Kernel.ID); err != nil {
		t.Fatal(err)
	}
	for range one.c.Receive() {
	}
	if !errors.Is(one.c.Err(), ErrKernelGone) {
		t.Errorf("the client ended with %v", one.c.Err())
	}
	if err := r.DeleteSession(ctx, s.ID); !errors.Is(err, ErrKernelGone) {
		t.Errorf("%v, want ErrKernelGone", err)
	}
	s = r.session("a.wnb")
	if err := r.DeleteSession(ctx, s.ID); err != nil {
		t.Error(err)
	}
	if len(r.Kernels())+len(r.Sessions()) != 0 {
		t.Errorf("left: %v %v", r.Kernels(), r.Sessions())
	}
}

func TestCulling(t *testing.T) {
	ticks := newClock()
	now := time.Now()
	const every = time.Minute
	r := newRig(t, func(c *Config) {
		c.After, c.Cull = ticks.after, Cull{Idle: time.Hour, Every: every}
		c.Now = func() time.Time { return now.Add(2 * time.Hour) }
		c.Limits.Flush = time.Millisecond
	})
	for _, tt := range []struct {
		name string
		cull Cull
		k    KernelModel
		want bool
	}{
		{"idle", Cull{Idle: time.Hour}, KernelModel{ExecutionState: protocol.Idle}, true},
		{"connected", Cull{Idle: time.Hour}, KernelModel{ExecutionState: protocol.Idle, Connections: 1}, false},
		{"connected, too", Cull{Idle: time.Hour, Connected: true}, KernelModel{ExecutionState: protocol.Idle, Connections: 1}, true},
		{"busy", Cull{Idle: time.Hour}, KernelModel{ExecutionState: protocol.Busy}, false},
		{"busy, too", Cull{Idle: time.Hour, Busy: true}, KernelModel{ExecutionState: protocol.Busy}, true},
		{"used", Cull{Idle: 3 * time.Hour}, KernelModel{ExecutionState: protocol.Idle}, false},
	} {
		tt.k.LastActivity = now
		if got := tt.cull.ends(tt.k, now.Add(2*time.Hour)); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	r.session("a.wnb")
	ticks.fire(every) // looks, finds the kernel used just now, and arms the next
	ticks.fire(every)
	if len(r.Kernels()) != 1 {
		t.Error("a kernel that was used was ended")
	}
}

func TestHistoryOutlivesTheKernel(t *testing.T) {
	store := NewFileStore(t.TempDir(), nil)
	ask := func(one *tab, q protocol.HistoryRequest) []string {
		one.ask(protocol.Shell, q, "")
		reply, err := protocol.As[protocol.HistoryReply](one.until(protocol.TypeHistoryReply, ""))
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, e := range reply.History {
			lines = append(lines, strings.TrimSpace(e.Input+" "+e.Output))
		}
		return lines
	}
	withStore := func(c *Config) { c.Store = store }
	r := newRig(t, withStore)
	s := r.session("a.wnb")
	one := r.tab(s.Kernel.ID, "one")
	one.run("a", "print 1")
	one.run("a", "value 2")
	one.run("a", "print 1")
	if _, err := r.Restart(context.Background(), s.Kernel.ID); err != nil {
		t.Fatal(err)
	}
	one.run("b", "print 3")
	one.c.Close()
	r.close()

	r = newRig(t, withStore)
	one = r.tab(r.session("a.wnb").Kernel.ID, "one")
	one.run("b", "print 4")
	for _, tt := range []struct {
		name string
		q    protocol.HistoryRequest
		want []string
	}{
		{"tail", protocol.HistoryRequest{HistAccessType: protocol.HistoryTail, N: 2}, []string{"print 3", "print 4"}},
		{"unique", protocol.HistoryRequest{HistAccessType: protocol.HistoryTail, N: 9, Unique: true},
			[]string{"value 2", "print 1", "print 3", "print 4"}},
		{"outputs", protocol.HistoryRequest{HistAccessType: protocol.HistorySearch, Pattern: "val*", N: 1, Output: true}, []string{"value 2 2"}},
		{"search", protocol.HistoryRequest{HistAccessType: protocol.HistorySearch, Pattern: "print ?", N: 2}, []string{"print 3", "print 4"}},
		{"this session", protocol.HistoryRequest{HistAccessType: protocol.HistoryRange}, []string{"print 4"}},
		{"the one before", protocol.HistoryRequest{HistAccessType: protocol.HistoryRange, Session: -1}, []string{"print 3"}},
		{"lines", protocol.HistoryRequest{HistAccessType: protocol.HistoryRange, Session: 1, Start: 2, Stop: 3}, []string{"value 2"}},
	} {
		if diff := cmp.Diff(tt.want, ask(one, tt.q)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestCloseEndsEverything(t *testing.T) {
	r := newRig(t, nil)
	s := r.session("a.wnb")
	one := r.tab(s.Kernel.ID, "one")
	one.submit("c", "print on\nwait")
	one.until(protocol.TypeStream, "on")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for range one.c.Receive() {
		}
	}()
	r.close()
	<-ended
	if !errors.Is(one.c.Err(), ErrClosed) {
		t.Errorf("the client ended with %v", one.c.Err())
	}
	if _, err := r.StartKernel(context.Background(), "", ""); !errors.Is(err, ErrClosed) {
		t.Errorf("start after Close: %v", err)
	}
	if _, _, err := r.CreateSession(context.Background(), SessionSpec{Path: "b.wnb", Type: "notebook"}); !errors.Is(err, ErrClosed) {
		t.Errorf("session after Close: %v", err)
	}
}

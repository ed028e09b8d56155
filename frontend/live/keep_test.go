package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

func TestOutputsOutliveTheManager(t *testing.T) {
	store := NewFileStore(t.TempDir(), nil)
	withStore := func(c *Config) { c.Store = store }
	r := newRig(t, withStore)
	one := r.tab(r.session("dir/a.wnb").Kernel.ID, "one")
	one.run("c1", "print text\nshow d shown\nvalue 7")
	one.run("vscode-notebook-cell:/x/a.wnb#W0", "fail wrong\nprint not reached")
	want, err := r.Outputs(context.Background(), "dir/a.wnb")
	if err != nil {
		t.Fatal(err)
	}
	one.c.Close()
	r.close()

	r = newRig(t, withStore)
	got, err := r.Outputs(context.Background(), "dir/a.wnb")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("outputs after a restart (-before +after):\n%s", diff)
	}
	one = r.tab(r.session("dir/a.wnb").Kernel.ID, "one")
	one.run("c2", "update d new")
	if diff := cmp.Diff([]string{"stdout text|", "display_data new", "execute_result 7"}, r.outputs("dir/a.wnb", "c1")); diff != "" {
		t.Errorf("update after a restart (-want +got):\n%s", diff)
	}
	after, err := r.Outputs(context.Background(), "dir/a.wnb")
	if err != nil || after.Version <= got.Version {
		t.Errorf("version %d after %d, %v", after.Version, got.Version, err)
	}
}

func TestOutputsOfARunningCellAreReadWhileItRuns(t *testing.T) {
	r := newRig(t, nil)
	s := r.session("a.wnb")
	versions, cancel, err := r.Subscribe(context.Background(), "a.wnb")
	if err != nil {
		t.Fatal(err)
	}
	defer cancel()
	one := r.tab(s.Kernel.ID, "one")
	req := one.submit("c", "print part\nwait")
	one.until(protocol.TypeStream, "part")
	if diff := cmp.Diff([]string{"stdout part|"}, r.outputs("a.wnb", "c")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if v := <-versions; v == 0 {
		t.Error("a change has version 0")
	}
	if err := r.Interrupt(context.Background(), s.Kernel.ID); err != nil {
		t.Fatal(err)
	}
	one.finish(req)
}

func TestDocumentsMoveAndGo(t *testing.T) {
	for name, store := range map[string]Store{"memory": nil, "files": NewFileStore(t.TempDir(), nil)} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			r := newRig(t, func(c *Config) { c.Store = store })
			s := r.session("dir/a.wnb")
			one := r.tab(s.Kernel.ID, "one")
			one.run("c", "print text")
			if err := r.MoveDocument(ctx, "dir", "other"); err != nil {
				t.Fatal(err)
			}
			if moved, err := r.Session(s.ID); err != nil || moved.Path != "other/a.wnb" {
				t.Errorf("session %+v, %v", moved, err)
			}
			one.run("d", "print more")
			for cell, want := range map[string][]string{"c": {"stdout text|"}, "d": {"stdout more|"}} {
				if diff := cmp.Diff(want, r.outputs("other/a.wnb", cell)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", cell, diff)
				}
			}
			if got := r.outputs("dir/a.wnb", "c"); got != nil {
				t.Errorf("the old path has %q", got)
			}
			if err := r.ClearOutputs(ctx, "other/a.wnb", "d"); err != nil || r.outputs("other/a.wnb", "d") != nil {
				t.Errorf("cleared: %q, %v", r.outputs("other/a.wnb", "d"), err)
			}
			if err := r.DeleteSession(ctx, s.ID); err != nil {
				t.Fatal(err)
			}
			if err := r.DeleteDocument(ctx, "other"); err != nil {
				t.Fatal(err)
			}
			if all, err := r.Outputs(ctx, "other/a.wnb"); err != nil || len(all.Cells) != 0 {
				t.Errorf("after it was deleted: %v, %v", all.Cells, err)
			}
		})
	}
}

// full is a store on a full disk, until it is told that there is room.
type full struct {
	*FileStore
	mu    sync.Mutex
	room  bool
	tried chan struct{}
}

func (f *full) SaveOutputs(ctx context.Context, path string, o Outputs) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.room {
		f.tried <- struct{}{}
		return errors.New("no space left on device")
	}
	return f.FileStore.SaveOutputs(ctx, path, o)
}

func TestFullDiskLosesNothing(t *testing.T) {
	store := &full{FileStore: NewFileStore(t.TempDir(), nil), tried: make(chan struct{}, 100)}
	r := newRig(t, func(c *Config) { c.Store, c.Limits.Save = store, time.Millisecond })
	one := r.tab(r.session("a.wnb").Kernel.ID, "one")
	one.run("c", "print text")
	<-store.tried
	<-store.tried // it tries again
	if diff := cmp.Diff([]string{"stdout text|"}, r.outputs("a.wnb", "c")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	store.mu.Lock()
	store.room = true
	store.mu.Unlock()
	if err := r.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	cells, err := store.LoadOutputs(context.Background(), "a.wnb")
	if err != nil || cmp.Diff([]string{"stdout text|"}, shown(cells["c"])) != "" {
		t.Errorf("stored: %v, %v", cells, err)
	}
}

// counted is a place for blobs that keeps only their sizes.
type counted struct {
	mu    sync.Mutex
	bytes int64
}

func (c *counted) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes += int64(len(p))
	return len(p), nil
}

// 100 MB of text in one cell, with one client that reads and one that does
// not: the memory that is alive stays far below it, and all of it is kept.
func TestMemoryIsBounded(t *testing.T) {
	sizes := &counted{}
	r := newRig(t, func(c *Config) {
		c.Blobs = putFunc(func(_ context.Context, rd io.Reader) error {
			_, err := io.Copy(sizes, rd)
			return err
		})
		c.Limits.ClientBytes = 8 << 20
	})
	s := r.session("a.wnb")
	r.tab(s.Kernel.ID, "stuck")
	watcher := r.tab(s.Kernel.ID, "watcher")
	const lines, width = 1000, 100_000
	code := fmt.Sprintf("flood %d %s", lines, strings.Repeat("x", width-1))
	req := watcher.submit("c", code)
	var peak uint64
	for i := 0; ; i++ {
		m, ok := <-watcher.c.Receive()
		if !ok { // it was too slow: it comes back, as pages do
			watcher = r.tab(s.Kernel.ID, "watcher")
			continue
		}
		if i%100 == 0 {
			peak = max(peak, heap())
		}
		if m.Parent.MsgID == req.Header.MsgID && m.Header.MsgType == protocol.TypeExecuteReply {
			break
		}
	}
	watcher.until(protocol.TypeStatus, protocol.Idle)
	peak = max(peak, heap())
	if peak > 100<<20 {
		t.Errorf("%d MiB are alive", peak>>20)
	}
	if err := r.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	all, err := r.Outputs(context.Background(), "a.wnb")
	if err != nil {
		t.Fatal(err)
	}
	kept := 0
	for _, o := range all.Cells["c"].Outputs {
		kept += len(o.Text)
	}
	if kept > 2<<20 || sizes.bytes != lines*width {
		t.Errorf("%d bytes are kept in the cell, %d in the blob; want all %d there", kept, sizes.bytes, lines*width)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A kernel may start processes by itself: then it tells the states, and gets
// the document again for each of them.
func TestKernelThatRestartsByItself(t *testing.T) {
	r := newRig(t, func(c *Config) {
		c.Document = func(context.Context, string) (string, error) { return "the text", nil }
	})
	s := r.session("a.wnb")
	one := r.tab(s.Kernel.ID, "one")
	k := r.kernels[0]
	<-k.docs
	for _, state := range []string{protocol.Starting, protocol.Restarting, protocol.Starting} {
		if err := k.say(protocol.IOPub, protocol.Header{}, protocol.Status{ExecutionState: state}); err != nil {
			t.Fatal(err)
		}
	}
	<-k.docs
	one.run("c", "print on")
	if err := k.say(protocol.IOPub, protocol.Header{}, protocol.Status{ExecutionState: protocol.Dead}); err != nil {
		t.Fatal(err)
	}
	one.until(protocol.TypeStatus, protocol.Dead)
	k.stop(Exit{Reason: "given up"})
	one.finish(one.submit("c", "print lost"))
	if m, err := r.Kernel(s.Kernel.ID); err != nil || m.ExecutionState != protocol.Dead || len(r.kernels) != 1 {
		t.Errorf("%+v, %v, %d kernels; want it dead, and no other", m, err, len(r.kernels))
	}
	if _, err := r.Restart(context.Background(), s.Kernel.ID); err != nil {
		t.Fatal(err)
	}
	one.run("c", "print back")
}

// Saving a document never waits for a kernel that is busy; in the end the
// kernel knows the last text.
func TestSavingDoesNotWaitForTheKernel(t *testing.T) {
	r := newRig(t, nil)
	s := r.session("a.wnb")
	one := r.tab(s.Kernel.ID, "one")
	req := one.submit("c", "print on\nwait")
	one.until(protocol.TypeStream, "on")
	for i := range 50 {
		if err := r.SetDocument(context.Background(), "a.wnb", fmt.Sprintf("text %d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Interrupt(context.Background(), s.Kernel.ID); err != nil {
		t.Fatal(err)
	}
	one.finish(req)
	for text := ""; !strings.Contains(text, "text 49"); {
		text = <-r.kernels[0].docs
	}
}

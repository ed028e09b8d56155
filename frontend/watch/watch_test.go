package watch

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// told is a watcher, and what it tells.
type told struct {
	*Watcher
	t       *testing.T
	dir     string
	changed chan string
}

func start(t *testing.T, edit func(*Options)) told {
	t.Helper()
	w := told{t: t, dir: t.TempDir(), changed: make(chan string, 100)}
	opt := Options{Dir: w.dir, Changed: func(path string) { w.changed <- path }, Quiet: time.Millisecond, Log: slog.New(slog.DiscardHandler)}
	if edit != nil {
		edit(&opt)
	}
	w.Watcher = New(opt)
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w told) write(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// next waits for the next change.
func (w told) next(want string) {
	w.t.Helper()
	select {
	case got := <-w.changed:
		if got != want {
			w.t.Errorf("told of %q, want %q", got, want)
		}
	case <-time.After(time.Minute):
		w.t.Fatalf("not told of %q", want)
	}
}

func TestChangesAreTold(t *testing.T) {
	ways := map[string]func(t *testing.T, w told){
		"written":  func(t *testing.T, w told) { w.write("dir/a.wnb", "2") },
		"appended": func(t *testing.T, w told) { w.write("dir/a.wnb", "1 and 2") },
		"replaced": func(t *testing.T, w told) {
			w.write("dir/.a.wnb.tmp", "2")
			if err := os.Rename(filepath.Join(w.dir, "dir", ".a.wnb.tmp"), filepath.Join(w.dir, "dir", "a.wnb")); err != nil {
				t.Fatal(err)
			}
		},
		"removed": func(t *testing.T, w told) {
			if err := os.Remove(filepath.Join(w.dir, "dir", "a.wnb")); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, change := range ways {
		t.Run(name, func(t *testing.T) {
			w := start(t, nil)
			w.write("dir/a.wnb", "1")
			w.write("dir/other.wnb", "1")
			w.Add("dir/a.wnb")
			w.write("dir/other.wnb", "2")
			change(t, w)
			w.next("dir/a.wnb")
		})
	}
}

// A document may appear after it was added, as one that is saved for the first
// time.
func TestDocumentThatAppears(t *testing.T) {
	w := start(t, nil)
	w.Add("a.wnb")
	w.write("a.wnb", "1")
	w.next("a.wnb")
}

func TestUsesAreCounted(t *testing.T) {
	w := start(t, nil)
	w.write("dir/a.wnb", "1")
	w.write("dir/b.wnb", "1")
	w.Add("dir/a.wnb")
	w.Add("dir/a.wnb")
	w.Add("dir/b.wnb")
	w.Remove("dir/a.wnb")
	w.write("dir/a.wnb", "2")
	w.next("dir/a.wnb")
	for len(w.changed) > 0 { // a write may be two events
		<-w.changed
	}
	w.Remove("dir/a.wnb")
	w.write("dir/a.wnb", "3") // of no interest
	w.write("dir/b.wnb", "2")
	for got := range w.changed { // a late event of the write before
		if got == "dir/b.wnb" {
			break
		}
	}
	w.Remove("dir/b.wnb")
	if len(w.docs) > 0 || len(w.folders) > 0 || len(w.events.WatchList()) > 0 {
		t.Errorf("still watched: %v, %v, %v", w.docs, w.folders, w.events.WatchList())
	}
}

// While changes go on nothing is told, until it is quiet or too late.
func TestRowOfChangesIsToldOnce(t *testing.T) {
	const pause = 50 * time.Millisecond
	armed := make(chan chan time.Time, 1000)
	late := make(chan chan time.Time, 1000)
	w := start(t, func(o *Options) {
		o.Quiet = pause
		o.After = func(d time.Duration) <-chan time.Time {
			ch := make(chan time.Time, 1)
			if d == pause {
				armed <- ch
			} else {
				late <- ch
			}
			return ch
		}
	})
	w.write("a.wnb", "0")
	w.Add("a.wnb")
	for i := range 5 {
		w.write("a.wnb", fmt.Sprint(i))
		<-armed // and it is not quiet yet
	}
	if len(w.changed) > 0 {
		t.Error("told before it was quiet")
	}
	(<-late) <- time.Now()
	w.next("a.wnb")
	for len(armed) > 0 {
		<-armed
	}
	w.write("a.wnb", "end")
	for told := false; !told; {
		select {
		case quiet := <-armed: // the last one counts
			quiet <- time.Now()
		case <-w.changed:
			told = true
		case <-time.After(time.Minute):
			t.Fatal("not told when it was quiet")
		}
	}
}

func TestMissingFolder(t *testing.T) {
	w := start(t, nil)
	w.Add("nowhere/a.wnb")
	w.Remove("nowhere/a.wnb")
}

func TestClosedWatcher(t *testing.T) {
	w := start(t, nil)
	w.Add("a.wnb")
	for range 2 {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
	w.Add("b.wnb")
	w.Remove("a.wnb")
	w.Remove("b.wnb")
}

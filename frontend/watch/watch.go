// Package watch tells when documents are changed by other programs: an editor, a
// checkout, a script.
//
// It watches the folders of the documents and not the files, since most programs
// replace a file by another one. A row of changes is told once, when it is quiet
// again. What the system cannot watch, as on some network drives, is not told;
// whoever needs to be sure looks at the file.
package watch

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Options are what a Watcher is made of. Dir and Changed are required.
type Options struct {
	Dir string // of the documents
	// Changed is told the path of a document, below Dir and with slashes. It is
	// called by one goroutine.
	Changed func(path string)

	Quiet time.Duration                        // after the last change; 50 ms
	After func(time.Duration) <-chan time.Time // nil: time.After
	Log   *slog.Logger                         // nil: slog.Default()
}

// Watcher watches documents between Add and Remove. It is safe for concurrent
// use. It takes nothing of the system before the first document is added.
type Watcher struct {
	opt  Options
	stop chan struct{}

	mu      sync.Mutex
	closed  bool
	events  *fsnotify.Watcher // nil until something is watched
	done    chan struct{}     // closed when nothing is told any more; nil until then, too
	docs    map[string]int    // uses
	folders map[string]int    // documents in use
}

// most is how many times Quiet a row of changes may last before it is told
// nevertheless.
const most = 20

// New makes a watcher. Close must be called.
func New(opt Options) *Watcher {
	if opt.Quiet <= 0 {
		opt.Quiet = 50 * time.Millisecond
	}
	if opt.After == nil {
		opt.After = time.After
	}
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	return &Watcher{opt: opt, stop: make(chan struct{}), docs: map[string]int{}, folders: map[string]int{}}
}

// Add begins to watch a document, which need not exist. Each Add wants a Remove.
func (w *Watcher) Add(doc string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.docs[doc]++; w.docs[doc] > 1 || w.closed {
		return
	}
	folder := path.Dir(doc)
	if w.folders[folder]++; w.folders[folder] > 1 {
		return
	}
	err := w.start()
	if err == nil {
		err = w.events.Add(w.name(folder))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		w.opt.Log.Warn("changes by other programs are only noticed when a cell runs", "folder", folder, "error", err)
	}
}

// Remove ends what Add began.
func (w *Watcher) Remove(doc string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.docs[doc]--; w.docs[doc] > 0 {
		return
	}
	delete(w.docs, doc)
	folder := path.Dir(doc)
	if w.folders[folder]--; w.folders[folder] > 0 {
		return
	}
	delete(w.folders, folder)
	if w.events == nil || w.closed {
		return
	}
	err := w.events.Remove(w.name(folder))
	if err != nil && !errors.Is(err, fsnotify.ErrNonExistentWatch) {
		w.opt.Log.Warn("a folder is watched for longer than needed", "folder", folder, "error", err)
	}
}

func (w *Watcher) name(clean string) string {
	return filepath.Join(w.opt.Dir, filepath.FromSlash(clean))
}

// start takes what is needed of the system. The caller holds the lock.
func (w *Watcher) start() error {
	if w.events != nil {
		return nil
	}
	events, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch files: %w", err)
	}
	w.events, w.done = events, make(chan struct{})
	go w.run(events, w.done)
	return nil
}

// Close ends the watching, and returns when Changed is not called any more.
func (w *Watcher) Close() error {
	w.mu.Lock()
	first := !w.closed
	w.closed = true
	events, done := w.events, w.done
	w.mu.Unlock()
	if first {
		close(w.stop)
	}
	if events == nil {
		return nil
	}
	err := events.Close()
	<-done
	return err
}

// run gathers changes until it is quiet, or for as long as a row of them may
// last.
func (w *Watcher) run(events *fsnotify.Watcher, done chan struct{}) {
	defer close(done)
	changed := map[string]bool{}
	var quiet, late <-chan time.Time
	for {
		select {
		case <-w.stop:
			return
		case e, open := <-events.Events:
			if !open {
				return
			}
			doc, ok := w.document(e)
			if !ok {
				continue
			}
			if len(changed) == 0 {
				late = w.opt.After(most * w.opt.Quiet)
			}
			changed[doc], quiet = true, w.opt.After(w.opt.Quiet)
			continue
		case err, open := <-events.Errors:
			if !open {
				return
			}
			// Events were lost: anything may have changed.
			w.opt.Log.Warn("changes of files were missed", "error", err)
			w.all(changed)
		case <-quiet:
		case <-late:
		}
		w.tell(changed)
		quiet, late = nil, nil
	}
}

// document is the one that an event is about, if it is watched. That only times
// or permissions changed is no matter.
func (w *Watcher) document(e fsnotify.Event) (doc string, ok bool) {
	if e.Op == fsnotify.Chmod {
		return "", false
	}
	rel, err := filepath.Rel(w.opt.Dir, e.Name)
	if err != nil {
		return "", false
	}
	doc = filepath.ToSlash(rel)
	w.mu.Lock()
	defer w.mu.Unlock()
	return doc, w.docs[doc] > 0
}

func (w *Watcher) all(changed map[string]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for doc := range w.docs {
		changed[doc] = true
	}
}

func (w *Watcher) tell(changed map[string]bool) {
	for _, doc := range slices.Sorted(maps.Keys(changed)) {
		w.opt.Changed(doc)
	}
	clear(changed)
}

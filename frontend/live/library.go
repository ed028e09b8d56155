package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// library holds the documents that are in use, and saves what changed: one
// goroutine does all writing, some time after the first change, so that a cell
// that prints a lot costs one write for each such time.
type library struct {
	store  Store
	blobs  Blobs
	limits foldLimits
	past   past // an empty one
	delay  time.Duration
	after  func(time.Duration) <-chan time.Time
	log    *slog.Logger

	mu     sync.Mutex
	docs   map[string]*document
	saving sync.Mutex   // held while anything is saved; taken before mu
	noting sync.RWMutex // held alone while documents move or go; taken after mu
	wakeup chan struct{}
	stop   chan struct{}
	done   chan struct{}
}

func newLibrary(cfg Config) *library {
	l := &library{
		store: cfg.Store, blobs: cfg.Blobs, past: past{most: cfg.Limits.History, mostBytes: cfg.Limits.HistoryBytes},
		limits: foldLimits{text: cfg.Limits.TextBytes, cell: cfg.Limits.CellBytes},
		delay:  cfg.Limits.Save, after: cfg.After, log: cfg.Log,
		docs: map[string]*document{}, wakeup: make(chan struct{}, 1),
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	go l.run()
	return l
}

// open gives the document at path, to be closed again. An empty path stands
// for outputs that belong to no document.
func (l *library) open(ctx context.Context, path string) (*document, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	d, ok := l.docs[path]
	if !ok {
		d = newDocument(path, l.limits, l.past, l.wake)
		if l.blobs != nil {
			d.limits.spool = func() *spool { return newSpool(l.spoolDir(d.path, true)) }
		}
		if err := l.load(ctx, d); err != nil {
			return nil, fmt.Errorf("read the outputs of %s: %w", path, err)
		}
		if path != "" {
			l.docs[path] = d
		}
	}
	d.users++
	return d, nil
}

func (l *library) load(ctx context.Context, d *document) error {
	if l.store == nil || d.path == "" {
		return nil
	}
	cells, err := l.store.LoadOutputs(ctx, d.path)
	if err != nil {
		return err
	}
	history, err := l.store.LoadHistory(ctx, d.path)
	if err != nil {
		return err
	}
	dir, err := l.spoolDir(d.path, false)
	if err != nil {
		return err
	}
	return d.load(cells, history, dir)
}

// spoolDir is where spools of a document are that outlive this process.
func (l *library) spoolDir(path string, make bool) (string, error) {
	if l.store == nil || path == "" {
		return "", nil
	}
	return l.store.SpoolDir(path, make)
}

// close ends a use of the document.
func (l *library) close(d *document) {
	l.mu.Lock()
	defer l.mu.Unlock()
	d.users--
	l.drop(d)
}

// drop forgets a document that nobody uses and that is on the disk.
func (l *library) drop(d *document) {
	if d.users > 0 || d.path != "" && (l.store == nil || !d.clean()) {
		return
	}
	if l.docs[d.path] == d {
		delete(l.docs, d.path)
	}
	d.free()
}

func (l *library) wake() {
	select {
	case l.wakeup <- struct{}{}:
	default:
	}
}

func (l *library) run() {
	defer close(l.done)
	for {
		select {
		case <-l.stop:
			return
		case <-l.wakeup:
		}
		select {
		case <-l.stop:
			return
		case <-l.after(l.delay):
		}
		if err := l.save(context.Background()); err != nil {
			l.log.Error("outputs are not saved; trying again", "error", err)
			l.wake()
		}
	}
}

// shutdown saves the rest. Kernels must have ended.
func (l *library) shutdown(ctx context.Context) error {
	close(l.stop)
	<-l.done
	err := l.save(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range l.docs {
		d.free()
	}
	return err
}

// save writes all that changed.
func (l *library) save(ctx context.Context) error {
	l.saving.Lock()
	defer l.saving.Unlock()
	l.mu.Lock()
	docs := make([]*document, 0, len(l.docs))
	for _, path := range slices.Sorted(maps.Keys(l.docs)) {
		docs = append(docs, l.docs[path])
	}
	l.mu.Unlock()
	var errs []error
	for _, d := range docs {
		if err := l.saveDocument(ctx, d); err != nil {
			errs = append(errs, fmt.Errorf("save the outputs of %s: %w", d.path, err))
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range docs {
		l.drop(d)
	}
	return errors.Join(errs...)
}

func (l *library) saveDocument(ctx context.Context, d *document) error {
	errs := []error{l.saveBlobs(ctx, d)}
	if o := d.takeDirty(); l.store != nil && len(o.Cells) > 0 {
		if err := l.store.SaveOutputs(ctx, d.path, o); err != nil {
			d.markDirty(o)
			errs = append(errs, err)
		}
	}
	return errors.Join(append(errs, l.noteHistory(d))...)
}

// saveBlobs makes blobs of the whole outputs of cells that were cut.
func (l *library) saveBlobs(ctx context.Context, d *document) error {
	for id, s := range d.spools() {
		reader, size := d.spooled(s)
		ref, err := l.blobs.PutBlob(ctx, reader)
		if ctx.Err() != nil {
			return err
		}
		d.linked(id, s, size, ref, err)
	}
	return nil
}

// alone keeps everybody else from documents and from the store, until the
// function that it gives is called.
func (l *library) alone() (release func()) {
	l.saving.Lock()
	l.mu.Lock()
	l.noting.Lock()
	return func() {
		l.noting.Unlock()
		l.mu.Unlock()
		l.saving.Unlock()
	}
}

// move renames a document, or all below a folder, here and in the store.
func (l *library) move(ctx context.Context, from, to string) error {
	if err := l.save(ctx); err != nil {
		return err
	}
	defer l.alone()()
	if l.store != nil {
		if err := l.store.MoveDocument(ctx, from, to); err != nil {
			return err
		}
	}
	for _, path := range slices.Sorted(maps.Keys(l.docs)) {
		target, ok := movedPath(path, from, to)
		if !ok {
			continue
		}
		d := l.docs[path]
		delete(l.docs, path)
		dir, err := l.spoolDir(target, false)
		if err != nil {
			return err
		}
		d.rename(target, dir)
		l.docs[target] = d
	}
	return nil
}

// remove forgets a document, or all below a folder.
func (l *library) remove(ctx context.Context, path string) error {
	defer l.alone()()
	for _, p := range slices.Sorted(maps.Keys(l.docs)) {
		if _, ok := movedPath(p, path, ""); !ok {
			continue
		}
		d := l.docs[p]
		d.clear(nil)
		d.forget()
		if d.users == 0 {
			delete(l.docs, p)
			d.free()
		}
	}
	if l.store == nil {
		return nil
	}
	return l.store.DeleteDocument(ctx, path)
}

// movedPath is where path goes when from, which is it or a folder above it, is
// renamed.
func movedPath(path, from, to string) (string, bool) {
	if path == from {
		return to, true
	}
	rest, ok := strings.CutPrefix(path, from+"/")
	return to + "/" + rest, ok
}

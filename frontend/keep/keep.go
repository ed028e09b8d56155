// Package keep keeps the session runs of notebooks that are open: kernels tell
// what their cells did, and a session can be made a normal run at any time, also
// when the server was started again since.
//
// A session belongs to the notebook and not to the kernel. It begins with the
// first cell, goes on over restarts of the kernel and of the server, follows the
// notebook to another name, and ends when the notebook's last kernel is shut
// down.
package keep

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/frontend/journal"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/storage"
)

// Options are what a Keeper is made of. Store, Dir and Saved are required.
type Options struct {
	Store *storage.Store
	Dir   string // for what is not in the store yet; made where missing
	// Saved tells whether there is a notebook at path: cells of others are not
	// kept.
	Saved func(path string) bool
	// Source is how a run names the notebook at path; nil: as it is.
	Source func(path string) string

	Delay time.Duration                        // from a cell to its save; 1 s
	After func(time.Duration) <-chan time.Time // nil: time.After
	Log   *slog.Logger                         // nil: slog.Default()
}

// Keeper keeps sessions. It is safe for concurrent use.
type Keeper struct {
	opt  Options
	wake chan struct{}
	stop chan struct{}
	done chan struct{}

	mu       sync.Mutex
	sessions map[string]*session // by path
	paths    map[string]string   // of kernels
}

// session is the session of one notebook.
type session struct {
	run     *runlog.Session
	journal *journal.Journal

	mu      sync.Mutex // held while a cell is noted
	version int64      // how many were
	unsaved bool

	saving sync.Mutex      // held while the store is asked; taken before mu
	from   *runlog.Session // whose cells are taken over with the next save
}

// New makes a keeper. Close must be called.
func New(opt Options) (*Keeper, error) {
	if opt.Source == nil {
		opt.Source = func(path string) string { return path }
	}
	if opt.Delay <= 0 {
		opt.Delay = time.Second
	}
	if opt.After == nil {
		opt.After = time.After
	}
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	if err := os.MkdirAll(opt.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("folder for session runs: %w", err)
	}
	k := &Keeper{
		opt: opt, wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
		sessions: map[string]*session{}, paths: map[string]string{},
	}
	go k.run()
	return k, nil
}

// run saves what was noted, some time after the first cell.
func (k *Keeper) run() {
	defer close(k.done)
	for {
		select {
		case <-k.stop:
			return
		case <-k.wake:
		}
		select {
		case <-k.stop:
			return
		case <-k.opt.After(k.opt.Delay):
		}
		if err := k.Save(context.Background()); err != nil {
			k.opt.Log.Error("a session run is not saved; trying again", "error", err)
			k.stir()
		}
	}
}

func (k *Keeper) stir() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// Save writes what was noted to the store.
func (k *Keeper) Save(ctx context.Context) error {
	k.mu.Lock()
	all := make([]*session, 0, len(k.sessions))
	for _, s := range k.sessions {
		all = append(all, s)
	}
	k.mu.Unlock()
	var errs []error
	for _, s := range all {
		errs = append(errs, s.save(ctx))
	}
	return errors.Join(errs...)
}

// Close saves what is left. Sessions go on with the next keeper.
func (k *Keeper) Close(ctx context.Context) error {
	close(k.stop)
	<-k.done
	return k.Save(ctx)
}

// at is the session of the notebook that a kernel has open. Where the kernel had
// another one before, whose text this is under another name, its cells are
// taken over.
func (k *Keeper) at(kernelID, path string) *session {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.open(path)
	if was, ok := k.paths[kernelID]; ok && was != path && k.sessions[was] != nil {
		s.mu.Lock()
		s.from, s.unsaved = k.sessions[was].run, true
		s.mu.Unlock()
	}
	if kernelID != "" {
		k.paths[kernelID] = path
	}
	return s
}

func (k *Keeper) open(path string) *session {
	s := k.sessions[path]
	if s != nil {
		return s
	}
	source := k.opt.Source(path)
	s = &session{run: runlog.NewSession(k.opt.Store, source), journal: journal.New(k.journalName(source))}
	k.sessions[path] = s
	lines, err := s.journal.Adopt()
	if err != nil {
		k.opt.Log.Error("cells that an earlier server noted cannot be read", "notebook", path, "error", err)
	}
	for _, line := range lines {
		var c kernel.CellRun
		if json.Unmarshal(line, &c) == nil { // else a crash has cut it off
			s.run.Note(c)
			s.unsaved = true
		}
	}
	return s
}

func (k *Keeper) journalName(source string) string {
	sum := sha256.Sum256([]byte(source))
	return filepath.Join(k.opt.Dir, hex.EncodeToString(sum[:16])+".jsonl")
}

// Note takes the latest run of a cell, as a kernel tells it. It is kept over the
// end of this process, and does not wait for the disk.
func (k *Keeper) Note(kernelID, path string, content []byte) {
	var c kernel.CellRun
	if err := json.Unmarshal(content, &c); err != nil {
		k.opt.Log.Warn("a kernel tells what cannot be read", "kernel", kernelID, "error", err)
		return
	}
	if path == "" || !k.opt.Saved(path) {
		return
	}
	if bytes.IndexByte(content, '\n') >= 0 { // as kernels do not write it
		var line bytes.Buffer
		if err := json.Compact(&line, content); err != nil {
			k.opt.Log.Warn("a kernel tells what cannot be noted", "kernel", kernelID, "error", err)
			return
		}
		content = line.Bytes()
	}
	s := k.at(kernelID, path)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version++
	if err := s.journal.Append(s.version, content); err != nil {
		k.opt.Log.Error("a session run may miss a cell if the server is killed now", "notebook", path, "cell", c.Cell, "error", err)
	}
	s.run.Note(c)
	s.unsaved = true
	k.stir()
}

func (s *session) save(ctx context.Context) error {
	s.saving.Lock()
	defer s.saving.Unlock()
	s.mu.Lock()
	version, unsaved, from := s.version, s.unsaved, s.from
	s.unsaved = false
	s.mu.Unlock()
	if !unsaved {
		return nil
	}
	var err error
	if from != nil {
		err = s.run.Inherit(ctx, from)
	}
	if err == nil {
		err = s.run.Save(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.unsaved = true
		return err
	}
	if s.from == from {
		s.from = nil
	}
	return s.journal.Cut(version)
}

// Keep makes the session of the notebook a normal run, see runlog.Session.Keep.
func (k *Keeper) Keep(ctx context.Context, kernelID, path string, spec runlog.Spec, nb *kernel.Notebook, builtins starlark.StringDict) (*runlog.Run, error) {
	s := k.at(kernelID, path)
	if err := s.save(ctx); err != nil {
		return nil, err
	}
	return s.run.Keep(ctx, spec, nb, builtins)
}

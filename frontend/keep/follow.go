package keep

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/wnb-dev/wnb/frontend/journal"
	"github.com/wnb-dev/wnb/kernel/runlog"
)

// Ended tells that a kernel was shut down; last says that the notebook has no
// other one. Then its session is over.
func (k *Keeper) Ended(ctx context.Context, kernelID, path string, last bool) error {
	k.mu.Lock()
	delete(k.paths, kernelID)
	k.mu.Unlock()
	if !last || path == "" || !k.opt.Saved(path) {
		return nil
	}
	return k.end(ctx, path)
}

func (k *Keeper) end(ctx context.Context, path string) error {
	k.mu.Lock()
	s := k.open(path)
	delete(k.sessions, path)
	k.mu.Unlock()
	return errors.Join(s.save(ctx), s.run.Close(ctx), s.journal.Clear())
}

// Moved follows the rename of a notebook, or of a folder.
func (k *Keeper) Moved(ctx context.Context, from, to string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for kernelID, path := range k.paths {
		if target, ok := moved(path, from, to); ok {
			k.paths[kernelID] = target
		}
	}
	var errs []error
	for path, s := range k.sessions {
		if target, ok := moved(path, from, to); ok {
			errs = append(errs, s.save(ctx))
			delete(k.sessions, path)
			k.sessions[target] = s
			errs = append(errs, k.rename(ctx, s, k.opt.Source(path), k.opt.Source(target)))
		}
	}
	stored, err := runlog.Sessions(ctx, k.opt.Store)
	for source, run := range stored { // of notebooks that are not open
		if target, ok := moved(source, k.opt.Source(from), k.opt.Source(to)); ok {
			s := &session{run: run, journal: journal.New(k.journalName(source))}
			errs = append(errs, k.rename(ctx, s, source, target))
		}
	}
	return errors.Join(append(errs, err)...)
}

// rename takes what is noted and what is in the store along.
func (k *Keeper) rename(ctx context.Context, s *session, source, target string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := os.Rename(k.journalName(source), k.journalName(target))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // nothing is noted
	}
	if err == nil {
		s.journal.Rename(k.journalName(target))
	}
	return errors.Join(err, s.run.Rename(ctx, target))
}

// Deleted ends the sessions of a notebook that is deleted, or of all below a
// folder.
func (k *Keeper) Deleted(ctx context.Context, path string) error {
	k.mu.Lock()
	var gone []string
	for p := range k.sessions {
		if _, ok := moved(p, path, ""); ok {
			gone = append(gone, p)
		}
	}
	k.mu.Unlock()
	var errs []error
	for _, p := range gone {
		errs = append(errs, k.end(ctx, p))
	}
	stored, err := runlog.Sessions(ctx, k.opt.Store)
	for source, run := range stored { // of notebooks that are not open
		if _, ok := moved(source, k.opt.Source(path), ""); ok {
			errs = append(errs, run.Close(ctx), journal.New(k.journalName(source)).Clear())
		}
	}
	return errors.Join(append(errs, err)...)
}

// moved is where path goes when from, which is it or a folder above it, is
// renamed.
func moved(path, from, to string) (string, bool) {
	if path == from {
		return to, true
	}
	rest, ok := strings.CutPrefix(path, from+"/")
	return to + "/" + rest, ok
}

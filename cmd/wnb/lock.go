package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/lockfile"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/notebooks"
)

func (s *state) lockCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "lock FILE.wnb...",
		Short: "Write down what notebooks give, to be compared later",
		Long: `Run notebooks from scratch and write down, beside each in NAME.wnb.lock, hashes of
the values, outputs, inputs and files of every cell, and the logged numbers. It is a
small text to be committed with the notebook: a review shows what a change changed.
wnb test compares with it, and wnb run --locked refuses what differs.`,
		Example:           `  wnb lock notebooks/wine_quality.wnb`,
		Args:              wanted(cobra.MinimumNArgs(1)),
		ValidArgsFunction: wnbFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, path := range args {
				if err := s.lock(cmd.Context(), path, f); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f.addParams(cmd)
	f.cache.addJobs(cmd.Flags())
	return cmd
}

func (s *state) lock(ctx context.Context, path string, f runFlags) error {
	j, err := s.prepare(ctx, f, []string{path})
	if err != nil {
		return err
	}
	o, err := s.rehearse(ctx, j, f, nil)
	if err != nil {
		return err
	}
	if code := exitCode(o); code != exitOK {
		s.showFailures(j, o)
		return &exitErr{code, fmt.Errorf("%s is not locked, since not every cell is done", path)}
	}
	var b bytes.Buffer
	if err := lockfile.Of(o, runlog.Params(j.params)).Write(&b); err != nil {
		return err
	}
	name := lockName(path)
	if err := notebooks.Write(name, b.Bytes()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.err, "%s: %d cells\n", filepath.ToSlash(name), len(o.Results))
	return err
}

func lockName(notebook string) string { return notebook + ".lock" }

// readLock reads the lock of a notebook; nil if it has none.
func readLock(notebook string) (*lockfile.Lock, error) {
	name := lockName(notebook)
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, readError(name, err)
	}
	l, err := lockfile.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; write it again with wnb lock %s", name, err, notebook)
	}
	return l, nil
}

func (s *state) showFailures(j *job, o *kernel.Outcome) {
	talk := s.newReporter(j.path, false)
	for _, r := range o.Failures() {
		talk.CellDone(r)
	}
}

// showDifferences lists what differs, one thing a line.
func (s *state) showDifferences(found []lockfile.Difference) {
	for _, d := range found {
		fmt.Fprintln(s.err, "  "+d.String())
	}
}

// lockedRun compares a run with the lock of its notebook.
type lockedRun struct {
	path string
	lock *lockfile.Lock
}

// newLockedRun reads the lock and refuses a notebook that differs from it.
func (s *state) newLockedRun(path string, n *kernel.Notebook, params map[string]string) (*lockedRun, error) {
	l, err := readLock(path)
	if err != nil {
		return nil, err
	}
	if l == nil {
		return nil, usage(fmt.Errorf("--locked: there is no %s; write it with wnb lock %s", lockName(path), path))
	}
	if found := lockfile.Drift(l, n, params); len(found) > 0 {
		s.showDifferences(found)
		return nil, drifted(path, "the notebook", len(found))
	}
	return &lockedRun{path, l}, nil
}

func drifted(path, what string, n int) error {
	things := "things"
	if n == 1 {
		things = "thing"
	}
	return &exitErr{exitTestFailed, fmt.Errorf("%s differs from %s in %d %s; if that is wanted, write the lock again: wnb lock %s", what, lockName(path), n, things, path)}
}

// check compares what the run gave.
func (l *lockedRun) check(s *state, o *kernel.Outcome, params map[string]string) error {
	if l == nil || exitCode(o) != exitOK {
		return nil // it failed, and says so
	}
	found := lockfile.Compare(l.lock, lockfile.Of(o, params))
	if len(found) == 0 {
		return nil
	}
	s.showDifferences(found)
	return drifted(l.path, "what the run gave", len(found))
}

// isTest tells names of test functions.
func isTest(name string) bool { return strings.HasPrefix(name, "test_") }

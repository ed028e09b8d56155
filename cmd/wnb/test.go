package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/lockfile"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/storage"
)

func (s *state) testCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "test FILE.wnb...",
		Short: "Run notebooks from scratch and compare with their locks",
		Long: `Run notebooks from scratch, compare what they give with NAME.wnb.lock, and call the
functions whose names start with test_. A notebook without a lock is run twice, and
the two runs are compared. Messages are not sent, and no run is recorded.

Exit codes: 0 all is the same, 3 a cell failed, 4 something differs or a test failed.`,
		Example:           `  wnb test notebooks/*.wnb`,
		Args:              wanted(cobra.MinimumNArgs(1)),
		ValidArgsFunction: wnbFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			worst := exitOK
			for _, path := range args {
				code, err := s.test(cmd.Context(), path, f)
				if err != nil {
					return err
				}
				if worst == exitOK || code == exitCellFailed {
					worst = code
				}
			}
			return silent(worst)
		},
	}
	f.addParams(cmd)
	f.cache.addJobs(cmd.Flags())
	return cmd
}

// test tests one notebook and gives the exit code that it asks for.
func (s *state) test(ctx context.Context, path string, f runFlags) (int, error) {
	j, err := s.prepare(ctx, f, []string{path})
	if err != nil {
		return 0, err
	}
	var tests int
	var failures []*lang.Error
	o, err := s.rehearse(ctx, j, f, func(e *engine, o *kernel.Outcome) { tests, failures = callTests(ctx, e, o) })
	if err != nil {
		return 0, err
	}
	if code := exitCode(o); code != exitOK {
		s.showFailures(j, o)
		fmt.Fprintf(s.err, "FAIL %s: a cell failed\n", path)
		return code, nil
	}
	found, against, err := s.compare(ctx, path, j, f, o)
	if err != nil {
		return 0, err
	}
	s.showDifferences(found)
	for _, e := range failures {
		for _, line := range e.Traceback() {
			fmt.Fprintln(s.err, "  "+line)
		}
	}
	if len(found)+len(failures) > 0 {
		fmt.Fprintf(s.err, "FAIL %s: %d differences from %s, %d of %d tests failed\n", path, len(found), against, len(failures), tests)
		return exitTestFailed, nil
	}
	fmt.Fprintf(s.out, "ok   %s: %d cells as in %s, %d tests\n", path, len(o.Results), against, tests)
	return exitOK, nil
}

// compare finds what differs from the lock, or from a second run.
func (s *state) compare(ctx context.Context, path string, j *job, f runFlags, o *kernel.Outcome) (found []lockfile.Difference, against string, err error) {
	now := lockfile.Of(o, runlog.Params(j.params))
	l, err := readLock(path)
	if err != nil {
		return nil, "", err
	}
	if l != nil {
		return lockfile.Compare(l, now), lockName(path), nil
	}
	again, err := s.rehearse(ctx, j, f, nil)
	if err != nil {
		return nil, "", err
	}
	return lockfile.Compare(now, lockfile.Of(again, runlog.Params(j.params))), "a second run", nil
}

// callTests calls the test functions of all cells, in the order of the cells and
// of their names.
func callTests(ctx context.Context, e *engine, o *kernel.Outcome) (n int, failures []*lang.Error) {
	x := kernel.NewExecutor(e.options)
	for _, r := range o.Results {
		for _, name := range slices.Sorted(maps.Keys(r.Values)) {
			v, err := r.Values[name].Get(ctx)
			fn, ok := v.(starlark.Callable)
			if err != nil || !ok || !isTest(name) {
				continue
			}
			n++
			if err := x.Call(ctx, e.notebook, r.Cell, fn); err != nil {
				failures = append(failures, err)
			}
		}
	}
	return n, failures
}

// quietChannel takes messages and sends none.
type quietChannel struct{}

func (quietChannel) Name() string                             { return "test" }
func (quietChannel) Send(context.Context, cells.Notice) error { return nil }

// rehearse runs a job from scratch: no result is used or kept, no run is
// recorded, and messages are recorded instead of sent. then may be nil.
func (s *state) rehearse(ctx context.Context, j *job, f runFlags, then func(*engine, *kernel.Outcome)) (*kernel.Outcome, error) {
	dir, err := os.MkdirTemp("", "wnb-rehearsal-")
	if err != nil {
		return nil, err
	}
	o, err := s.rehearseIn(ctx, dir, j, f, then)
	return o, errors.Join(err, os.RemoveAll(dir))
}

func (s *state) rehearseIn(ctx context.Context, dir string, j *job, f runFlags, then func(*engine, *kernel.Outcome)) (*kernel.Outcome, error) {
	env, err := builtin.Env(j.params)
	if err != nil {
		return nil, err
	}
	store, err := storage.Open(ctx, dir, storage.Options{Clock: s.clock})
	if err != nil {
		return nil, err
	}
	var o *kernel.Outcome
	err = closing(store, func() error {
		f.cache.noCache = true
		e, err := s.newEngine(ctx, store, j, env, f.cache)
		if err != nil {
			return err
		}
		e.options.World.Channels = []kernel.Channel{quietChannel{}}
		o = e.notebook.Run(ctx, e.options)
		if then != nil {
			then(e, o)
		}
		return e.close(context.WithoutCancel(ctx))
	})
	return o, err
}

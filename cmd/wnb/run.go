package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/storage"
)

// runFlags are the flags of wnb run.
type runFlags struct {
	params     []string
	paramsFile string
	from       string
	experiment string
	name       string
	tags       []string
	out        string
	timeout    time.Duration
	json       bool
	locked     bool
	cache      cacheFlags
}

func (s *state) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run FILE.wnb",
		Short: "Run a notebook as a tracked run",
		Long: `Run the cells of a notebook in dependency order, as one tracked run. What cells
print and show goes to stdout as text; progress goes to stderr.

wnb run FILE.wnb --help lists the parameters of the notebook.

` + exitHelp,
		Example: `  wnb run notebooks/wine_quality.wnb -o report.html
  wnb run notebooks/wine_quality.wnb -p model=random_forest -p seed=7
  wnb run --from latest -p seed=8`,
		Args:              func(_ *cobra.Command, args []string) error { return f.arguments(args) },
		ValidArgsFunction: wnbFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.runNotebook(cmd.Context(), f, f.notebook(args))
		},
	}
	flags := cmd.Flags()
	f.addParams(cmd)
	flags.StringVar(&f.from, "from", "", "repeat an earlier run: its notebook and parameters")
	flags.StringVar(&f.experiment, "experiment", "", "the experiment (default: the notebook's file name)")
	flags.StringVar(&f.name, "name", "", "the run's name (default: a new one)")
	flags.StringArrayVar(&f.tags, "tag", nil, "set a tag: KEY=VALUE (repeatable)")
	flags.StringVarP(&f.out, "output", "o", "", "write the run as a report: FILE.html, .md or .ipynb; also when a cell failed")
	f.cache.add(flags)
	f.cache.addJobs(flags)
	flags.BoolVar(&f.locked, "locked", false, "refuse what differs from the notebook's lock; see wnb lock")
	flags.DurationVar(&f.timeout, "timeout", 0, "stop the run after this long, such as 90s or 10m")
	flags.BoolVar(&f.json, "json", false, "print the results as JSON lines")
	help := cmd.HelpFunc()
	cmd.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		help(cmd, args)
		s.paramHelp(args)
	})
	return cmd
}

func (f *runFlags) addParams(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVarP(&f.params, "param", "p", nil, "set a parameter: NAME=VALUE (repeatable)")
	flags.StringVarP(&f.paramsFile, "params-file", "P", "", "set parameters from a YAML file")
	completes(cmd, "param", paramNames)
}

// arguments checks the arguments: a notebook, unless a run is repeated, and
// after --force also a cell.
func (f *runFlags) arguments(args []string) error {
	notebook := f.notebook(args)
	switch {
	case len(notebook) > 1:
		return usage(fmt.Errorf("one notebook at a time, not %d", len(notebook)))
	case len(notebook) == 0 && f.from == "":
		return usage(errors.New("name a notebook to run, or a run to repeat with --from"))
	case len(notebook) == 1 && f.from != "":
		return usage(errors.New("--from runs the notebook of an earlier run: give either a file or --from"))
	}
	return nil
}

// notebook are the arguments but for a cell after --force, which stands there as
// if it were an argument of its own.
func (f *runFlags) notebook(args []string) []string {
	if !slices.Contains(f.cache.force, everyCell) || len(args) < 2 {
		return args
	}
	isNotebook := func(a string) bool { return filepath.Ext(a) == ".wnb" }
	cell := slices.IndexFunc(args, func(a string) bool { return !isNotebook(a) })
	if cell < 0 {
		return args
	}
	f.cache.force = []string{args[cell]}
	return slices.Delete(slices.Clone(args), cell, cell+1)
}

// job is a notebook that is about to run.
type job struct {
	file       string // of the notebook; empty if a run is repeated
	path       string // of the notebook, as it is recorded
	dir        string // that relative paths of cells start from
	root       string // of the project
	source     []byte
	doc        *notebooks.Document
	params     map[string]any
	inputs     map[string]string // named inputs that are set, as JSON
	experiment string
	tags       map[string]string
	origin     *storage.Run // the run that is repeated, or nil
}

func (s *state) runNotebook(ctx context.Context, f runFlags, args []string) error {
	if f.out != "" {
		if err := checkOutput(f.out); err != nil {
			return err
		}
	}
	j, err := s.prepare(ctx, f, args)
	if err != nil {
		return err
	}
	store, err := s.openStore(ctx, j.root)
	if err != nil {
		return err
	}
	return closing(store, func() error {
		release, err := store.Lease(ctx) // what cells put stays until the run refers to it
		if err != nil {
			return err
		}
		return errors.Join(s.track(ctx, store, j, f), release())
	})
}

// prepare reads everything that the command line names.
func (s *state) prepare(ctx context.Context, f runFlags, args []string) (*job, error) {
	var j *job
	var err error
	if f.from != "" {
		j, err = s.repeat(ctx, f.from)
	} else {
		j, err = load(args[0])
	}
	if err != nil {
		return nil, err
	}
	if f.experiment != "" {
		j.experiment = f.experiment
	}
	if j.tags, err = parseTags(j.doc.Front.Tags, f.tags); err != nil {
		return nil, err
	}
	return j, j.setParams(f)
}

// load reads a notebook from a file.
func load(path string) (*job, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, readError(path, err)
	}
	doc, err := notebooks.Parse(path, source)
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(path)
	root, err := projectRoot(dir)
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	stem := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	name := filepath.Join(dir, filepath.Base(path))
	if rel, err := filepath.Rel(root, name); err == nil {
		name = filepath.ToSlash(rel)
	}
	return &job{file: path, path: name, dir: dir, root: root, source: source, doc: doc, experiment: stem}, nil
}

func readError(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("cannot read %s: %w", cmp.Or(path, `""`), err)
}

// track runs a job as a run of the store, and writes its report.
func (s *state) track(ctx context.Context, store *storage.Store, j *job, f runFlags) error {
	env, err := builtin.Env(j.params)
	if err != nil {
		return err
	}
	e, err := s.newEngine(ctx, store, j, env, f.cache)
	if err != nil {
		return err
	}
	var lock *lockedRun
	if f.locked {
		if lock, err = s.newLockedRun(j.file, e.notebook, e.options.Params); err != nil {
			return errors.Join(err, e.close(ctx))
		}
	}
	spec := runlog.Spec{
		Experiment: j.experiment, Name: f.name, Path: j.path, Source: j.source, Params: j.params, Tags: j.tags,
		Command: s.args, Version: version(), Build: e.options.Version, User: userName(s.env), Git: runlog.ReadGit(ctx, j.dir), Clock: s.clock,
	}
	if j.origin != nil {
		spec.OriginID = j.origin.ID
	}
	// Writing goes on when the run is interrupted: what is done shall be kept.
	run, err := runlog.Start(context.WithoutCancel(ctx), store, spec)
	if err != nil {
		return err
	}
	runCtx, cancel := withTimeout(ctx, f.timeout)
	defer cancel()
	talk := s.newReporter(j.path, f.json)
	e.options.Observer, e.options.RunID = observers{talk, run}, run.ID
	outcome := e.notebook.Run(runCtx, e.options)
	err = errors.Join(e.close(context.WithoutCancel(ctx)), enforceLimit(context.WithoutCancel(ctx), store))
	err = errors.Join(err, run.Finish(outcome, s.clock()))
	written := ""
	if f.out != "" {
		if errWrite := s.writeRun(context.WithoutCancel(ctx), store, run.ID, f.out); errWrite != nil {
			err = errors.Join(err, errWrite)
		} else {
			written = f.out
		}
	}
	talk.finish(run, outcome, written)
	if err != nil {
		return err
	}
	if err := lock.check(s, outcome, e.options.Params); err != nil {
		return err
	}
	return silent(exitCode(outcome))
}

func withTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, d, fmt.Errorf("the run took longer than --timeout %s: %w", d, lang.ErrTimeout))
}

func exitCode(o *kernel.Outcome) int {
	switch o.Verdict() {
	case kernel.Failed:
		for _, r := range o.Failures() {
			if errors.Is(r.Err, builtin.ErrSandboxLimit) {
				return exitSandbox
			}
		}
		return exitCellFailed
	case kernel.Partial:
		return exitPartial
	case kernel.Interrupted:
		return exitInterrupted
	}
	return exitOK
}

// userName is who runs the process, by the environment first: asking the
// system can be slow where users come from a directory.
func userName(env func(string) string) string {
	if name := env("USER"); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

// parseTags joins the notebook's tags and those of the command line.
func parseTags(front map[string]string, flags []string) (map[string]string, error) {
	tags := map[string]string{}
	for k, v := range front {
		tags[k] = v
	}
	for _, t := range flags {
		k, v, ok := strings.Cut(t, "=")
		if !ok || k == "" {
			return nil, usage(fmt.Errorf("--tag %s: write KEY=VALUE", t))
		}
		tags[k] = v
	}
	return tags, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"

	"github.com/spf13/pflag"
	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/storage"
)

// cacheFlags say which cells run, and how.
type cacheFlags struct {
	only    []string
	force   []string
	jobs    int
	noCache bool
}

// everyCell is the value of --force without a cell.
const everyCell = "*"

func (f *cacheFlags) add(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.only, "only", nil, "only this cell and what it needs (repeatable)")
	flags.StringArrayVar(&f.force, "force", nil, "run all cells again, or with --force=CELL one (repeatable)")
	flags.Lookup("force").NoOptDefVal = everyCell
	flags.BoolVar(&f.noCache, "no-cache", false, "neither use nor keep results of cells")
}

func (f *cacheFlags) addJobs(flags *pflag.FlagSet) {
	flags.IntVarP(&f.jobs, "jobs", "j", runtime.GOMAXPROCS(0), "how many cells run at a time")
}

// check finds names of cells that the notebook does not have.
func (f *cacheFlags) check(n *kernel.Notebook) error {
	if f.jobs < 0 {
		return usage(fmt.Errorf("-j %d: write how many cells run at a time", f.jobs))
	}
	var ids []string
	for _, c := range n.Cells {
		ids = append(ids, c.ID)
	}
	for _, id := range slices.Concat(f.only, f.force) {
		if id == everyCell || slices.Contains(ids, id) {
			continue
		}
		err := fmt.Errorf("there is no code cell %q", id)
		if like := lang.Suggest(id, ids); like != "" {
			err = fmt.Errorf("%w; did you mean %q?", err, like)
		}
		return usage(err)
	}
	return nil
}

func (f *cacheFlags) forced(cell string) bool {
	return slices.Contains(f.force, everyCell) || slices.Contains(f.force, cell)
}

// An engine is a notebook that is ready to run or to be planned.
type engine struct {
	notebook *kernel.Notebook
	options  kernel.Options
	results  *runlog.Results
	project  *os.Root
}

// close ends what the engine holds open.
func (e *engine) close(ctx context.Context) error {
	return errors.Join(e.results.Flush(ctx), e.options.World.Extensions.Close(), e.project.Close())
}

// newEngine puts together what a run of a job needs.
func (s *state) newEngine(ctx context.Context, store *storage.Store, j *job, env starlark.StringDict, f cacheFlags) (*engine, error) {
	project, err := os.OpenRoot(j.root)
	if err != nil {
		return nil, readError(j.root, err)
	}
	key, err := store.SecretKey(ctx)
	if err != nil {
		return nil, err
	}
	id, err := build()
	if err != nil {
		return nil, err
	}
	run, compile, err := s.extensions(store.Dir())
	if err != nil {
		return nil, err
	}
	e := &engine{notebook: kernel.Compile(j.doc, env), results: runlog.NewResults(store), project: project}
	if err := f.check(e.notebook); err != nil {
		return nil, err
	}
	e.options = kernel.Options{
		World: kernel.World{
			Dir: j.dir, Blobs: e.results, Clock: s.clock, Channels: []kernel.Channel{logChannel{s.err}},
			Env: s.lookupEnv, Secret: s.secrets().get, HashKey: key, Extensions: run, Inputs: j.input,
		},
		Builtins: env, Params: runlog.Params(j.params), Project: project.FS(), Version: id, Toolchain: compile,
		Jobs: f.jobs, Only: f.only, Force: f.forced, Hashes: true,
	}
	if !f.noCache {
		e.options.Cache = cache.New(e.results)
	}
	return e, nil
}

// lookupEnv is a variable of the process's environment.
func (s *state) lookupEnv(name string) (string, bool) {
	if v := s.env(name); v != "" {
		return v, true
	}
	return os.LookupEnv(name)
}

// mostPast is how many runs of a notebook are looked at: one that was killed
// does not say what it was made of.
const mostPast = 5

// past is what the last run of the notebook was made of, nil if there is none.
func (s *state) past(ctx context.Context, store *storage.Store, notebook string) (*kernel.Past, error) {
	runs, err := store.Runs(ctx, storage.Query{Source: notebook, Limit: mostPast})
	if err != nil {
		return nil, err
	}
	for _, run := range runs {
		p, err := runlog.Past(ctx, store, run)
		switch {
		case errors.Is(err, storage.ErrCorrupt), errors.Is(err, storage.ErrNotFound): // it only explains
			fmt.Fprintf(s.err, "warning: run %s does not tell what changed: %v\n", run.Name, err)
		case p != nil || err != nil:
			return p, err
		}
	}
	return nil, nil
}

// fromCache counts the cells that did not have to run.
func fromCache(o *kernel.Outcome) (n int) {
	for _, r := range o.Results {
		if r.Status == notebooks.StatusCached {
			n++
		}
	}
	return n
}

// enforceLimit drops results that were not used for long, if there are too many.
func enforceLimit(ctx context.Context, store *storage.Store) error {
	_, err := store.EnforceLimit(ctx, storage.DefaultLimit)
	return err
}

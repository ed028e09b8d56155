package kernel

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/scorer/toolchain"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/notebooks"
)

// A Result is what became of a cell in a run.
type Result struct {
	Cell      *Cell
	Status    notebooks.Status
	Reason    string // why it was skipped
	OnPurpose bool   // skipped because the notebook or the caller says so
	Start     time.Time
	Duration  time.Duration
	Attempts  int
	// Effects of the last attempt, in order; also of one that failed.
	Effects []cells.Effect
	// Err is why the cell failed.
	Err *lang.Error
	// Values are what the cell gives to the others; nil unless it is done or
	// cached.
	Values map[string]*Value

	// Key is the key of the cell's result in the cache; empty if it is not kept.
	Key string
	// Reads are the hashes of what the cell read, by name.
	Reads map[string]string
	// Uncached is why the result is not kept; empty if it is.
	Uncached string
	// From is the kept result that was used; nil if the cell ran.
	From *cache.Entry

	inputs map[string]*Value // what the cell read from others
}

// Gave tells whether the cell gives values to the others.
func (r *Result) Gave() bool {
	return r.Status == notebooks.StatusDone || r.Status == notebooks.StatusCached
}

// An Observer watches a run. Its methods are called one at a time.
type Observer interface {
	CellStarted(c *Cell)
	// CellEffect tells of the effects of the cells, one cell after the other in
	// dependency order; a retry may discard them.
	CellEffect(c *Cell, e cells.Effect)
	// CellDone tells of results in dependency order, whichever cell was done
	// first: the same calls for any number of cells at a time.
	CellDone(r *Result)
}

// A Retractor is an Observer that can take back what it showed of a cell: it is
// told when the cell is tried again.
type Retractor interface {
	CellRetried(c *Cell)
}

// Options are the circumstances of a run.
type Options struct {
	World World
	// Builtins are the names that cells read without defining them, params
	// included.
	Builtins starlark.StringDict
	// Params are the params that the run has from the start, as text.
	Params map[string]string
	// Project is the folder that load() reads from.
	Project fs.FS
	// Lookup finds programs that are neither cells nor loaded files, for
	// back-traces; may be nil.
	Lookup func(id string) *lang.Program
	// Toolchain says how extension cells are compiled; nil if they cannot be.
	Toolchain *toolchain.Options
	// Limits hold for each cell.
	Limits   lang.Limits
	Observer Observer

	// Cache keeps results; nil if nothing is kept.
	Cache *cache.Cache
	// ClaimFirst claims a result before it is looked up, and so looks once. It
	// is for a cache that is asked over a pipe.
	ClaimFirst bool
	// Hashes asks for the hashes of values also without a cache.
	Hashes bool
	// Version of wnb: a result of another version is not used.
	Version string
	// RunID is the run that results are marked with.
	RunID string
	// Force tells whether a cell runs although its result is known; may be nil.
	Force func(cell string) bool
	// Only are the cells that are asked for, with what they need; nil for all.
	Only []string
	// Jobs is how many cells run at a time; 0 means 1.
	Jobs int
}

// An Outcome is what became of all cells of a run.
type Outcome struct {
	Results []*Result // in file order
	// Stopped is why the run ended early: the cause of its context, or nil.
	Stopped error
}

// ErrInterrupted is the cause of a context that a person cancelled.
var ErrInterrupted = errors.New("interrupted")

// Run runs the cells in dependency order, as many at a time as Options.Jobs
// says; the outcome is the same for any number. A cell that fails defines
// nothing; what needs it is skipped, and the rest goes on. When the notebook
// has problems, nothing runs: the cells that have them fail, and the others are
// skipped.
func (n *Notebook) Run(ctx context.Context, opts Options) *Outcome {
	r := newRun(n, opts)
	if len(n.Problems) > 0 {
		r.refuse()
	} else {
		r.schedule(ctx)
	}
	out := &Outcome{}
	if ctx.Err() != nil {
		out.Stopped = context.Cause(ctx)
	}
	for _, c := range n.Cells {
		out.Results = append(out.Results, r.final[c.ID])
	}
	return out
}

// refuse gives every cell a result without running any.
func (r *run) refuse() {
	for _, c := range r.notebook.Cells {
		res := r.skipped(c, "the notebook has problems, so nothing was run", false)
		for _, p := range r.notebook.Problems {
			if p.Cell == c.ID {
				res.Status, res.Reason, res.Err = notebooks.StatusFailed, "", p
				break
			}
		}
		r.done(res)
	}
}

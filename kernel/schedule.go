package kernel

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/notebooks"
)

// run is the state of one run. Cells run as soon as what they need is there,
// and are committed in dependency order: only then is it decided whether a cell
// is in conflict with an earlier one. So the outcome does not depend on which
// cell was faster. Only the scheduling goroutine touches it.
type run struct {
	notebook *Notebook
	executor *Executor
	opts     Options
	order    []string
	asked    map[string]bool    // cells that shall run; nil for all
	ran      map[string]*Result // by cell, committed or not
	final    map[string]*Result // by cell, committed
	computed map[string]*Result // by key of the result; not those that were kept
	claims   claims
}

func newRun(n *Notebook, opts Options) *run {
	r := &run{
		notebook: n, order: n.Graph.Order(),
		ran: map[string]*Result{}, final: map[string]*Result{}, computed: map[string]*Result{}, claims: newClaims(n, opts),
	}
	if opts.Observer != nil {
		opts.Observer = newInOrder(opts.Observer, r.order, n.Cell, r.doomed)
	}
	r.opts, r.executor = opts, NewExecutor(opts)
	if opts.Only != nil {
		r.asked = n.Graph.closure(opts.Only)
	}
	return r
}

// schedule runs all cells.
func (r *run) schedule(ctx context.Context) {
	q := r.newQueue()
	results := make(chan *Result)
	running := 0
	finish := func(res *Result) {
		r.ran[res.Cell.ID] = res
		if res.Key != "" && res.Err == nil && res.Attempts > 0 {
			r.computed[res.Key] = res
		}
		q.done(res.Cell.ID)
		for q.front < len(r.order) && r.ran[r.order[q.front]] != nil {
			r.commit(ctx, r.ran[r.order[q.front]])
			q.front++
		}
	}
	for q.front < len(r.order) {
		for running < max(1, r.opts.Jobs) {
			c := q.next()
			if c == nil {
				break
			}
			if reason, onPurpose := r.skip(ctx, c, r.ran); reason != "" {
				finish(r.skipped(c, reason, onPurpose))
				continue
			}
			running++
			values := r.values(c)
			go func() {
				res := r.executor.Run(ctx, r.notebook, c, values)
				res.inputs = values
				r.mendable(res)
				results <- res
			}()
		}
		if running > 0 {
			res := <-results
			running--
			finish(res)
		}
	}
}

// queue says which cell can run next. Only the scheduling goroutine touches it.
type queue struct {
	*run
	front   int                 // the place of the first cell that is not committed
	place   map[string]int      // of a cell in the order
	waiting map[string]int      // needs that are not done, by cell
	users   map[string][]string // who waits for a cell
	ready   *intHeap
	patient []int // ready cells that wait until they are at the front
}

func (r *run) newQueue() *queue {
	q := &queue{run: r, place: map[string]int{}, ready: &intHeap{}}
	q.waiting, q.users = r.dependencies()
	for i, id := range r.order {
		q.place[id] = i
		if q.waiting[id] == 0 {
			heap.Push(q.ready, i)
		}
	}
	return q
}

// next takes the first cell that can run; nil if none can now. A cell that
// always runs is there for what it does to the world, and so runs only when it
// is certain that the cells before it hold.
func (q *queue) next() *Cell {
	for len(q.patient) > 0 && q.patient[0] == q.front {
		heap.Push(q.ready, q.patient[0])
		q.patient = q.patient[1:]
	}
	for q.ready.Len() > 0 {
		i := heap.Pop(q.ready).(int)
		c := q.notebook.Cell(q.order[i])
		if !c.Always || i == q.front {
			return c
		}
		q.patient = append(q.patient, i)
		slices.Sort(q.patient)
	}
	return nil
}

// done lets those go on that wait for a cell.
func (q *queue) done(id string) {
	for _, user := range q.users[id] {
		if q.waiting[user]--; q.waiting[user] == 0 {
			heap.Push(q.ready, q.place[user])
		}
	}
}

// dependencies are, for every cell, how many needs it waits for, and who waits
// for it.
func (r *run) dependencies() (waiting map[string]int, users map[string][]string) {
	waiting, users = map[string]int{}, map[string][]string{}
	for _, id := range r.order {
		for _, need := range r.notebook.Graph.Needs(id) {
			waiting[id]++
			users[need.ID] = append(users[need.ID], id)
		}
	}
	return waiting, users
}

// commit makes a result final. A cell that ran beside an earlier one which then
// turned out to be in conflict is skipped after all.
func (r *run) commit(ctx context.Context, res *Result) {
	c := res.Cell
	r.first(res)
	if res.Status != notebooks.StatusSkipped {
		if reason, onPurpose := r.skip(context.WithoutCancel(ctx), c, r.final); reason != "" {
			res = r.skipped(c, reason, onPurpose)
		} else if err := r.settle(ctx, res); err != nil && (res.Err == nil || errors.Is(res.Err, fs.ErrNotExist)) {
			res.fail(err) // which also tells why a file was not there yet
		}
	}
	r.done(res)
}

// settle takes what a result claims. A file that another cell wrote before gets
// the content back that this one gave it.
func (r *run) settle(ctx context.Context, res *Result) error {
	files := r.opts.World.written(res.Effects)
	err := r.claims.take(res)
	for path := range files {
		owner := r.claims.writers[path]
		if owner.cell == res.Cell.ID || r.opts.Cache == nil {
			continue
		}
		err = errors.Join(err, r.executor.restoreFile(context.WithoutCancel(ctx), path, owner.file))
	}
	return err
}

// first makes the first in order of two cells with the same key the one that ran
// and the other one the one that was found in the cache, whichever was faster.
func (r *run) first(res *Result) {
	other := r.computed[res.Key]
	if res.From == nil || other == nil || r.final[other.Cell.ID] != nil {
		return
	}
	res.Status, other.Status = other.Status, res.Status
	res.From, other.From = other.From, res.From
	res.Attempts, other.Attempts = other.Attempts, res.Attempts
	res.Start, other.Start = other.Start, res.Start
	res.Duration, other.Duration = other.Duration, res.Duration
	delete(r.computed, res.Key)
}

// doomed tells whether a cell whose needs are final is skipped, though it may
// have begun.
func (r *run) doomed(c *Cell) bool {
	if len(r.notebook.Problems) > 0 {
		return false // nothing began
	}
	reason, _ := r.skip(context.Background(), c, r.final)
	return reason != ""
}

func (r *run) done(res *Result) {
	r.ran[res.Cell.ID], r.final[res.Cell.ID] = res, res
	if r.opts.Observer != nil {
		r.opts.Observer.CellDone(res)
	}
}

func (r *run) skipped(c *Cell, reason string, onPurpose bool) *Result {
	return &Result{Cell: c, Status: notebooks.StatusSkipped, Reason: reason, OnPurpose: onPurpose, Start: r.executor.now()}
}

// values are what a cell reads from others.
func (r *run) values(c *Cell) map[string]*Value {
	values := map[string]*Value{}
	for need := range r.notebook.Graph.eachNeed(c.ID) {
		dep := r.ran[need.ID]
		v := dep.Values[need.Name]
		if need.Name == "" || v == nil {
			continue
		}
		values[need.Name] = v
	}
	return values
}

// mendable lets the values of a kept result be computed again if they turn out to
// be lost.
func (r *run) mendable(res *Result) {
	if res.From == nil {
		return
	}
	for name, v := range res.Values {
		res.Values[name] = r.recoverable(res, name, v)
	}
}

// recoverable is a kept value of a cell that runs the cell if the value is lost.
func (r *run) recoverable(dep *Result, name string, v *Value) *Value {
	return &Value{hash: v.hash, load: func(ctx context.Context) (starlark.Value, error) {
		loaded, err := v.Get(ctx)
		if !errors.Is(err, cache.ErrLost) {
			return loaded, err
		}
		if err := r.opts.Cache.Forget(ctx, dep.Key); err != nil {
			return nil, err
		}
		again := &Result{Cell: dep.Cell, Start: r.executor.now()}
		quiet := *r.executor
		quiet.opts.Observer = nil
		quiet.compute(ctx, r.notebook, dep.Cell, dep.inputs, &keeping{key: dep.Key, reads: dep.Reads}, again)
		if again.Err != nil {
			return nil, again.Err
		}
		found := again.Values[name]
		if found == nil || found.hash != v.hash {
			return nil, fmt.Errorf("cell %s does not give the `%s` again that it gave before; run it with --force %s", dep.Cell.ID, name, dep.Cell.ID)
		}
		return found.Get(ctx)
	}}
}

// value is what a name stands for.
func (r *run) value(ctx context.Context, name string, results map[string]*Result) (starlark.Value, error) {
	owner, ok := r.notebook.Graph.Owner(name)
	if !ok {
		return r.opts.Builtins[name], nil
	}
	v := results[owner].Values[name]
	if v == nil {
		return nil, nil
	}
	return v.Get(ctx)
}

// closure are cells with all that they need.
func (g *Graph) closure(ids []string) map[string]bool {
	out := map[string]bool{}
	stack := slices.Clone(ids)
	for len(stack) > 0 {
		id := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if out[id] {
			continue
		}
		out[id] = true
		for _, need := range g.Needs(id) {
			stack = append(stack, need.ID)
		}
	}
	return out
}

package kernel

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/value"
	"github.com/wnb-dev/wnb/kernel/cache"
)

// Map calls f with each item, several at a time. Each call is a small hermetic
// step of its own: it works on a copy of the function and of the item, has a
// recorder of its own, and is kept in the cache under the hashes of both. What
// the calls did becomes an effect of the cell in the order of the items, so that
// nobody can tell in which order they ran. The error is that of the first item
// that failed.
func (r *recorder) Map(ctx context.Context, f starlark.Callable, items []starlark.Value) ([]starlark.Value, error) {
	fn, err := value.Copy(ctx, f)
	if err != nil {
		return nil, lang.WithHint("define it with def in a cell, and let it capture only values that can be stored", "pmap: %s cannot run beside itself: %w", f.Name(), err)
	}
	m := &mapping{recorder: r, fn: fn.(starlark.Callable), tasks: make([]task, len(items))}
	if m.hash, err = m.kept(ctx, fn); err != nil {
		return nil, err
	}
	for i, item := range items {
		if m.tasks[i].item, err = value.Copy(ctx, item); err != nil {
			return nil, fmt.Errorf("pmap: item %d: %w", i, err)
		}
	}
	m.run(ctx)
	return m.collect()
}

// mapping is one call of pmap.
type mapping struct {
	*recorder
	fn    starlark.Callable
	hash  string // of the function; "" if results are not kept
	tasks []task
}

// task is the call for one item.
type task struct {
	item    starlark.Value
	result  starlark.Value
	effects []cells.Effect
	err     error
}

// kept is the hash of the function, "" if results of this cell are not kept.
func (m *mapping) kept(ctx context.Context, fn starlark.Value) (string, error) {
	x := m.executor
	if x.opts.Cache == nil || m.cell.NoCache || m.cell.Always {
		return "", nil
	}
	hash, err := value.Hash(ctx, fn)
	if errors.Is(err, value.ErrNoForm) {
		return "", nil
	}
	return hash, err
}

// run does the tasks, in order, as many at a time as there are free workers. No
// task is begun after one that failed.
func (m *mapping) run(ctx context.Context) {
	var wg sync.WaitGroup
	var next atomic.Int64
	var failed atomic.Bool
	work := func() {
		for !failed.Load() {
			i := int(next.Add(1)) - 1
			if i >= len(m.tasks) {
				return
			}
			m.do(ctx, &m.tasks[i])
			if m.tasks[i].err != nil {
				failed.Store(true)
			}
		}
	}
	for range len(m.tasks) - 1 {
		if !m.executor.workers.TryAcquire(1) {
			break
		}
		wg.Go(func() {
			defer m.executor.workers.Release(1)
			work()
		})
	}
	work()
	wg.Wait()
}

// collect gives the results and takes over the effects, in order.
func (m *mapping) collect() ([]starlark.Value, error) {
	done := m.tasks
	if i := slices.IndexFunc(done, func(t task) bool { return t.err != nil }); i >= 0 {
		done = done[:i+1] // chance decides which of the others began
	}
	if err := m.checkFiles(done); err != nil {
		return nil, err
	}
	out := make([]starlark.Value, len(m.tasks))
	for i, t := range done {
		if err := m.adopt(t.effects); err != nil {
			return nil, err
		}
		if t.err != nil {
			return nil, placed(t.err)
		}
		out[i] = t.result
	}
	return out, nil
}

// placed is an error of a task. One of a builtin has no line of its own, and
// gets that of the call of pmap.
func placed(err error) error {
	var e *lang.Error
	if errors.As(err, &e) && e.Line == 0 && (e.Kind == lang.KindRuntime || e.Kind == lang.KindMutation) {
		return lang.WithHint(e.Hint, "%s", e.Msg)
	}
	return err
}

// adopt makes the effects of a task those of the cell.
func (m *mapping) adopt(effects []cells.Effect) error {
	before, fits := m.fits.count, 0
	for _, e := range effects {
		e, fit, err := m.renamed(e, before)
		if err != nil {
			return err
		}
		fits = max(fits, fit)
		if in, ok := e.(cells.Input); ok && m.wrote(in) {
			continue
		}
		if err := m.Record(e); err != nil {
			return err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fits.count += fits
	for path := range m.world.written(effects) {
		m.recorder.written[path] = true
	}
	return nil
}

// wrote tells whether a question is about a file that the cell wrote before: it
// is none to the world.
func (m *mapping) wrote(q cells.Input) bool {
	path, err := m.world.path(q.Name)
	m.mu.Lock()
	defer m.mu.Unlock()
	return err == nil && (q.Kind == cells.FileInput || q.Kind == cells.ExistsInput) && m.recorder.written[path]
}

// checkFiles refuses tasks that write a file which another task writes or reads:
// what they find would depend on which was faster.
func (m *mapping) checkFiles(tasks []task) error {
	writer := map[string]int{}
	for i, t := range tasks {
		for _, path := range slices.Sorted(maps.Keys(m.world.written(t.effects))) {
			if first, taken := writer[path]; taken {
				return lang.WithHint("let each item write to a path of its own", "pmap: item %d and item %d write %s", first, i, m.world.spelled("", path))
			}
			writer[path] = i
		}
	}
	for i, t := range tasks {
		for _, q := range cache.Questions(t.effects) {
			for _, path := range slices.Sorted(maps.Keys(writer)) {
				if writer[path] != i && m.world.concerns(q, path) {
					return lang.WithHint("read it after pmap", "pmap: item %d reads %s, which item %d writes", i, q.Name, writer[path])
				}
			}
		}
	}
	return nil
}

// do gives a task its result, from the cache if it is there.
func (m *mapping) do(ctx context.Context, t *task) {
	key, err := m.key(ctx, t.item)
	forced := m.executor.opts.Force != nil && m.executor.opts.Force(m.cell.ID)
	if err == nil && key != "" && !forced && m.reuse(ctx, key, t) {
		return
	}
	if err != nil {
		t.err = err
		return
	}
	start := m.executor.now()
	own := newRecorder(m.executor, m.notebook, m.cell, m.secrets.all(), nil)
	own.fits = fits{quiet: m.fits.quiet, task: true}
	opts := lang.Options{Limits: m.executor.opts.Limits, Host: own, Lookup: m.executor.opts.Lookup}
	t.result, t.err = lang.Call(ctx, m.cell.ID, m.fn, starlark.Tuple{t.item}, opts)
	effects, err := own.finish(context.WithoutCancel(ctx))
	t.effects = effects
	if t.err == nil {
		t.err = err
	}
	m.secrets.add(own.secrets.all())
	if t.err == nil && key != "" {
		e := &cache.Entry{Cell: m.cell.ID, Run: m.executor.opts.RunID, Start: start, Duration: m.executor.now().Sub(start), Effects: effects}
		t.err = m.keep(ctx, key, e, t)
	}
}

func (m *mapping) key(ctx context.Context, item starlark.Value) (string, error) {
	if m.hash == "" {
		return "", nil
	}
	hash, err := value.Hash(ctx, item)
	if errors.Is(err, value.ErrNoForm) {
		return "", nil
	}
	return cache.Recipe{
		Lang: "pmap", Reads: map[string]string{"f": m.hash, "x": hash}, Version: m.executor.opts.Version, Arch: runtime.GOARCH,
		Setting: map[string]string{"max_output": strconv.Itoa(m.world.maxOutput()), "autolog": strconv.FormatBool(!m.fits.quiet)},
	}.Key(), err
}

const taskResult = "result"

func (m *mapping) reuse(ctx context.Context, key string, t *task) bool {
	x := m.executor
	e, err := x.opts.Cache.Find(ctx, key, x.ask(m.cell))
	if err != nil || e == nil || x.restoreFiles(ctx, e) != nil {
		return false
	}
	v, err := x.decode(ctx, e.Values[taskResult], x.home(m.notebook))
	if err != nil {
		return false // lost: it is computed again
	}
	t.result, t.effects = v, e.Effects
	return true
}

// keep stores the result of a task, if it can be stored. One with functions
// becomes the one that the cache gives, as in Executor.reread.
func (m *mapping) keep(ctx context.Context, key string, e *cache.Entry, t *task) error {
	if notKept(e.Effects) != "" {
		return nil
	}
	c := m.executor.opts.Cache
	stored, err := value.Encode(ctx, t.result, guardedParts{c.Parts(), &m.secrets})
	var secret secretError
	if errors.Is(err, value.ErrNoForm) || errors.As(err, &secret) || err == nil && m.secrets.found(stored.Root) != "" {
		return nil
	}
	if err != nil {
		return err
	}
	packed, err := c.Pack(ctx, stored)
	if err != nil {
		return err
	}
	if stored.Functions {
		if t.result, err = m.executor.read(ctx, stored.Root, m.executor.home(m.notebook)); err != nil {
			return err
		}
	}
	e.Values = map[string]cache.Value{taskResult: packed}
	return c.Save(ctx, key, e)
}

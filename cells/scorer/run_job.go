package scorer

import (
	"context"
	"errors"
	"sync/atomic"
)

// job is what a Metric, a RowScorer and a Transform have in common: parameters, instances
// that were configured with them, and what they used.
type job struct {
	mod     *Module
	config  []byte
	fuel    atomic.Int64
	logged  atomic.Int64
	dropped atomic.Int64
	closed  atomic.Bool
	sink    func(level int, msg string) // nil: that of the engine
}

func (j *job) init(m *Module, params map[string]any, classes []string) (err error) {
	j.mod = m
	j.config, err = m.manifest.configuration(params, classes)
	return err
}

// Fuel is what all evaluations so far used: without what starting instances and
// making room for their input took.
func (j *job) Fuel() int64 { return j.fuel.Load() }

// DroppedLogs counts the messages over the limit of the job.
func (j *job) DroppedLogs() int64 { return j.dropped.Load() }

// OnLog hands what extensions log in this job to f, in place of Config.Log. It
// is called before the first evaluation; f may be called by several goroutines
// at once.
func (j *job) OnLog(f func(level int, msg string)) { j.sink = f }

// Close frees the job's instances. Calls after it give ErrClosed.
func (j *job) Close() {
	j.closed.Store(true)
	j.mod.engine.pool.drop(func(in *instance) bool { return in.job == j })
}

// bytes is the address space that an instance reserves.
func (j *job) bytes() int64 { return int64(j.mod.pages) * pageSize }

func (j *job) wrap(call string, rows [2]int, fuel int64, err error) error {
	if err == nil {
		return nil
	}
	var already *CallError
	if errors.As(err, &already) {
		return err
	}
	man := j.mod.manifest
	return &CallError{Extension: man.Name, Version: man.Version, Call: call, Rows: rows, Fuel: fuel, Err: err}
}

func (j *job) log(level int, b []byte) {
	lim := &j.mod.limits
	sink := j.sink
	if to := j.mod.engine.cfg.Log; sink == nil && to != nil {
		sink = func(level int, msg string) { to(j.mod.manifest.Name, level, msg) }
	}
	if sink == nil {
		return
	}
	if j.logged.Load() > int64(lim.LogJob) { // full: spend nothing on the message
		j.dropped.Add(1)
		return
	}
	msg := printable(b, lim.LogMessage)
	if j.logged.Add(int64(len(msg))+1) > int64(lim.LogJob) {
		j.dropped.Add(1)
		return
	}
	sink(level, msg)
}

// run gives f an instance. An instance in which f fails is dropped. Memory that
// a used instance has no room for may be there in a new one, so f gets another try.
func (j *job) run(ctx context.Context, f func(*instance) error) error {
	if err := j.mod.enter(); err != nil {
		return j.wrap("start", [2]int{}, 0, err)
	}
	defer j.mod.active.Done()
	for {
		in, err := j.instance(ctx)
		if err != nil {
			return err
		}
		err = f(in)
		pool := j.mod.engine.pool
		switch {
		case err != nil:
			retry := in.used && errors.Is(err, ErrMemory)
			_ = pool.discard(in) // closing an instance only frees memory
			if !retry {
				return err
			}
		case j.closed.Load():
			return pool.discard(in)
		default:
			in.used = true
			pool.put(in)
			if j.closed.Load() { // Close came between
				j.Close()
			}
			return nil
		}
	}
}

func (j *job) instance(ctx context.Context) (*instance, error) {
	if j.closed.Load() {
		return nil, j.wrap("start", [2]int{}, 0, ErrClosed)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	pool := j.mod.engine.pool
	in, err := pool.acquire(ctx, j)
	if err != nil || in != nil {
		return in, err
	}
	in, err = newInstance(ctx, j, j.mod.program)
	if err != nil {
		pool.vacate(j)
		return nil, err
	}
	return in, nil
}

// budget is the fuel of a call over so many rows.
func (j *job) budget(rows int) int64 {
	return j.mod.limits.Fuel + j.mod.limits.FuelPerRow*int64(rows)
}

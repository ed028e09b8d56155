package lang

import (
	"fmt"
	"runtime/metrics"
	"sync"
	"time"

	"go.starlark.net/starlark"
)

// checkEvery is how many steps pass between two looks at the limits: about
// 0.1 ms.
const checkEvery = 4096

// memoryEvery is how often the heap is looked at. Steps say nothing about it:
// one step may take many megabytes.
const memoryEvery = 5 * time.Millisecond

// guard watches a thread's limits. Steps and depth are looked at on the thread
// itself, every checkEvery steps, so what it finds depends on the program
// alone. Memory is looked at by the clock, until end is called.
type guard struct {
	limits Limits

	mu    sync.Mutex
	hit   string // what was over its limit
	hint  string
	timer *time.Timer // nil when the memory is not looked at, or no more
}

func limit(thread *starlark.Thread, l Limits) *guard {
	if l.Depth == 0 {
		l.Depth = DefaultDepth
	}
	g := &guard{limits: l}
	thread.SetMaxExecutionSteps(checkEvery)
	thread.OnMaxSteps = g.check
	if l.Memory > 0 {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.timer = time.AfterFunc(memoryEvery, func() { g.look(thread, false) })
	}
	return g
}

// end must be called when the thread has ended.
func (g *guard) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.timer != nil {
		g.timer.Stop()
		g.timer = nil
	}
}

// look stops a thread that is over its memory twice in a row: once may be
// garbage that is about to be collected.
func (g *guard) look(thread *starlark.Thread, before bool) {
	over := heap() > g.limits.Memory
	if over && before {
		g.stop(thread, fmt.Sprintf("the cell needs more than %d MiB of memory", g.limits.Memory>>20), "work on fewer rows at a time, or raise the limit")
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.timer != nil {
		g.timer = time.AfterFunc(memoryEvery, func() { g.look(thread, over) })
	}
}

func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func (g *guard) check(thread *starlark.Thread) {
	steps := thread.ExecutionSteps()
	switch {
	case g.limits.Steps > 0 && steps >= g.limits.Steps:
		g.stop(thread, fmt.Sprintf("the cell took more than %d steps", g.limits.Steps), "an endless loop? raise the limit if the work is really that much")
	case thread.CallStackDepth() > g.limits.Depth:
		g.stop(thread, fmt.Sprintf("calls are nested more than %d deep", g.limits.Depth), "a function that calls itself without an end? use a loop")
	default:
		thread.SetMaxExecutionSteps(steps + checkEvery)
	}
}

func (g *guard) stop(thread *starlark.Thread, what, hint string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.hit == "" {
		g.hit, g.hint = what, hint
	}
	thread.Cancel(what)
}

// over says what was over its limit, if anything, and what to do.
func (g *guard) over() (what, hint string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.hit, g.hint
}

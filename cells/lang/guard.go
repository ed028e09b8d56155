package lang

import (
	"fmt"
	"runtime/metrics"

	"go.starlark.net/starlark"
)

// checkEvery is how many steps pass between two looks at the limits: about
// 0.1 ms.
const checkEvery = 4096

// guard watches a thread's limits. It runs on the thread itself, every
// checkEvery steps, so what it finds depends on the program alone (but for
// memory).
type guard struct {
	limits Limits
	hit    string // what was over its limit
	hint   string
	checks int
	sample []metrics.Sample
}

func limit(thread *starlark.Thread, l Limits) *guard {
	if l.Depth == 0 {
		l.Depth = DefaultDepth
	}
	g := &guard{limits: l, sample: []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}}
	thread.SetMaxExecutionSteps(checkEvery)
	thread.OnMaxSteps = g.check
	return g
}

func (g *guard) check(thread *starlark.Thread) {
	steps := thread.ExecutionSteps()
	switch {
	case g.limits.Steps > 0 && steps >= g.limits.Steps:
		g.stop(thread, fmt.Sprintf("the cell took more than %d steps", g.limits.Steps), "an endless loop? raise the limit if the work is really that much")
	case thread.CallStackDepth() > g.limits.Depth:
		g.stop(thread, fmt.Sprintf("calls are nested more than %d deep", g.limits.Depth), "a function that calls itself without an end? use a loop")
	case g.limits.Memory > 0 && g.overMemory():
		g.stop(thread, fmt.Sprintf("the cell needs more than %d MiB of memory", g.limits.Memory>>20), "work on fewer rows at a time, or raise the limit")
	default:
		thread.SetMaxExecutionSteps(steps + checkEvery)
	}
}

func (g *guard) stop(thread *starlark.Thread, what, hint string) {
	g.hit, g.hint = what, hint
	thread.Cancel(what)
}

// overMemory samples the heap on every 16th check: reading it costs some
// microseconds.
func (g *guard) overMemory() bool {
	if g.checks++; g.checks%16 != 0 {
		return false
	}
	metrics.Read(g.sample)
	return g.sample[0].Value.Uint64() > g.limits.Memory
}

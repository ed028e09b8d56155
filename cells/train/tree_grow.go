package train

import (
	"context"
	"math/rand/v2"
	"slices"
)

// A classGrower grows classification trees on binned rows, one after the other,
// each independent of those before. One goroutine uses it.
type classGrower struct {
	bins     *bins
	codes    []int
	limits   treeLimits
	features int // to try in each node
	splitter *splitter

	samples, spare []sample
	order          []int // of the features
	stack          []unsplit
	pure           []int32 // row of values where a class is certain; -1 if there is none yet
	visited        int     // rows looked at since ctx was last asked
}

// unsplit is a range of samples that becomes a node, the right child of parent.
type unsplit struct{ lo, hi, depth, parent int }

// grow grows one tree on the samples. It adds to importances how much each
// feature lowered the impurity. rng chooses the features of each node; it is
// not used if all features are tried, which then happens in column order.
func (g *classGrower) grow(ctx context.Context, rng *rand.Rand, importances []float64) (*tree, error) {
	t := &tree{width: len(g.splitter.total)}
	g.order = fillUpTo(g.order, len(g.bins.columns))
	g.pure = g.pure[:0]
	for range t.width {
		g.pure = append(g.pure, -1)
	}
	g.stack = append(g.stack[:0], unsplit{lo: 0, hi: len(g.samples), parent: -1})
	for len(g.stack) > 0 {
		u := g.stack[len(g.stack)-1]
		g.stack = g.stack[:len(g.stack)-1]
		if u.parent >= 0 {
			t.nodes[u.parent].right = int32(len(t.nodes))
		}
		for { // down the left children
			samples := g.samples[u.lo:u.hi]
			mixed := g.splitter.enter(samples)
			if mixed && g.mayGrow(u) {
				if err := g.search(ctx, rng, samples); err != nil {
					return nil, err
				}
			}
			best := g.splitter.best
			if best.feature < 0 {
				t.nodes = append(t.nodes, node{feature: isLeaf, right: g.leafRow(t)})
				break
			}
			importances[best.feature] += best.score - g.splitter.nodeScore()
			column := &g.bins.columns[best.feature]
			left := u.lo + g.part(samples, column.bin, uint16(best.left))
			me := len(t.nodes)
			t.nodes = append(t.nodes, node{threshold: column.threshold(best.left, best.right), feature: int32(best.feature)})
			g.stack = append(g.stack, unsplit{left, u.hi, u.depth + 1, me})
			u.hi, u.depth = left, u.depth+1
		}
	}
	// Without the room that they grew into.
	t.nodes, t.values = slices.Clone(t.nodes), slices.Clone(t.values)
	return t, nil
}

// mayGrow reports whether the limits let a node be split at all.
func (g *classGrower) mayGrow(u unsplit) bool {
	n := u.hi - u.lo
	return (g.limits.maxDepth == 0 || u.depth < g.limits.maxDepth) &&
		n >= g.limits.minSamplesSplit && n >= 2*g.limits.minSamplesLeaf
}

// askEvery is after how many looked-at rows ctx is asked.
const askEvery = 1 << 18

// search tries features until enough were seen, and goes on while all of them
// were constant in the node.
func (g *classGrower) search(ctx context.Context, rng *rand.Rand, samples []sample) error {
	d := len(g.order)
	varied := false
	for k := range d {
		if k >= g.features && varied {
			break
		}
		if g.features < d {
			j := k + rng.IntN(d-k)
			g.order[k], g.order[j] = g.order[j], g.order[k]
		}
		feature := g.order[k]
		if g.splitter.try(feature, &g.bins.columns[feature], samples) {
			varied = true
		}
		if g.visited += len(samples); g.visited >= askEvery {
			g.visited = 0
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	return nil
}

// part moves the samples whose bin is at most last to the front, keeping the
// order on both sides, and returns how many there are. It has no branch to
// predict: every sample is written to both sides.
func (g *classGrower) part(samples []sample, bin []uint16, last uint16) int {
	if len(g.spare) < len(samples) {
		g.spare = make([]sample, len(samples))
	}
	spare := g.spare[:len(samples)]
	left, right := 0, 0
	for _, v := range samples {
		samples[left] = v
		spare[right] = v
		goesLeft := 0
		if bin[v.row()] <= last {
			goesLeft = 1
		}
		left += goesLeft
		right += 1 - goesLeft
	}
	copy(samples[left:], spare[:right])
	return left
}

// leafRow is the row of values with the class probabilities of the node that
// the splitter has entered. Leaves that are certain of a class share a row.
func (g *classGrower) leafRow(t *tree) int32 {
	s := g.splitter
	row := int32(len(t.values) / t.width)
	for c, w := range s.total {
		if w == s.totalWeight {
			if g.pure[c] >= 0 {
				return g.pure[c]
			}
			g.pure[c] = row
		}
	}
	for _, w := range s.total {
		t.values = append(t.values, w/s.totalWeight)
	}
	return row
}

// fillUpTo is 0..n-1 in p's memory.
func fillUpTo(p []int, n int) []int {
	p = p[:0]
	for i := range n {
		p = append(p, i)
	}
	return p
}

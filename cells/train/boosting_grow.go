package train

import (
	"context"
	"math/bits"
	"math/rand/v2"
)

// A histogram holds, for every bin of every feature, the sum of the residuals
// and the number of rows, packed into one whole number: the sum in fixed point
// above countBits bits of count. Whole numbers add up to the same whatever the
// order, and the histogram of one child is that of the parent less the other's.
type histogram []int64

// A residualGrower grows small regression trees on the residuals of one class,
// one after the other.
type residualGrower struct {
	bins     *bins
	limits   treeLimits
	features int // to try in each node
	threads  Threads

	offsets   []int // of each feature in a histogram
	countBits uint
	scale     float64 // of the fixed point

	packed     []int64 // residual and a count of 1, by row
	rows       []int32 // of the tree, node by node
	spare      []int32
	gathered   []int64 // packed in the order of the rows of a node
	free       []histogram
	candidates [2][]candidate // by side and feature
	order      []int          // of the features
	leaves     []span         // of the grown tree: ranges of rows

	importances []float64
}

// A candidate is the best split of a node on one feature.
type candidate struct {
	split
	varies bool // the feature has more than one value in the node
}

// A growing node has its rows and their histogram; it has none if it will not be split.
type growing struct {
	span
	depth, parent int
	hist          histogram
	best          split
}

func newResidualGrower(b *bins, limits treeLimits, features int, threads Threads) *residualGrower {
	g := &residualGrower{bins: b, limits: limits, features: features, threads: threads, offsets: []int{0},
		packed: make([]int64, b.rows), spare: make([]int32, b.rows), gathered: make([]int64, b.rows),
		importances: make([]float64, len(b.columns))}
	for j := range b.columns {
		g.offsets = append(g.offsets, g.offsets[j]+len(b.columns[j].lo))
	}
	g.candidates = [2][]candidate{make([]candidate, len(b.columns)), make([]candidate, len(b.columns))}
	// As fine as the sum of all rows allows: a residual is at most 1.
	g.countBits = uint(bits.Len(uint(b.rows)))
	g.scale = float64(int64(1) << (63 - 2*g.countBits))
	return g
}

// grow grows a tree on the rows, whose residuals are given for all rows of the
// data. It leaves the values of the leaves to be set: leaf i has the rows
// g.rows[g.leaves[i].from:g.leaves[i].to].
func (g *residualGrower) grow(ctx context.Context, rng *rand.Rand, residuals []float64, rows []int32) (*tree, error) {
	g.rows = append(g.rows[:0], rows...)
	for i, r := range residuals {
		g.packed[i] = int64(r*g.scale)<<g.countBits | 1
	}
	g.order = fillUpTo(g.order, len(g.bins.columns))
	g.leaves = g.leaves[:0]
	t := &tree{width: 1}
	root, err := g.root(ctx, rng)
	if err != nil {
		return nil, err
	}
	stack := []growing{root}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		me := len(t.nodes)
		if n.parent >= 0 && me != n.parent+1 { // a left child follows its parent
			t.nodes[n.parent].right = int32(me)
		}
		if n.hist == nil || n.best.feature < 0 {
			g.release(n.hist)
			t.nodes = append(t.nodes, node{feature: isLeaf, right: int32(len(g.leaves))})
			g.leaves = append(g.leaves, n.span)
			continue
		}
		column := &g.bins.columns[n.best.feature]
		t.nodes = append(t.nodes, node{threshold: column.threshold(n.best.left, n.best.right), feature: int32(n.best.feature)})
		g.importances[n.best.feature] += n.best.score / (g.scale * g.scale) / float64(n.to-n.from)
		left, right, err := g.children(ctx, rng, n, me)
		if err != nil {
			return nil, err
		}
		stack = append(stack, right, left)
	}
	t.values = make([]float64, len(g.leaves))
	return t, nil
}

func (g *residualGrower) root(ctx context.Context, rng *rand.Rand) (growing, error) {
	root := growing{span: span{0, len(g.rows)}, parent: -1}
	if !g.mayGrow(root) {
		return root, nil
	}
	root.hist = g.histogram()
	g.gather(root.span)
	err := eachPiece(ctx, g.workers(root.span), len(g.bins.columns), func(_, j int) error {
		h := g.part(root.hist, j)
		g.count(h, j, root.span)
		g.candidates[0][j] = g.scan(h, j, root.span)
		return nil
	})
	root.best = g.choose(rng, g.candidates[0])
	return root, err
}

// children parts the rows of n. The smaller child's histogram is counted, the
// larger one's is what is left of the parent's.
func (g *residualGrower) children(ctx context.Context, rng *rand.Rand, n growing, me int) (left, right growing, err error) {
	mid := g.partRows(n.span, g.bins.columns[n.best.feature].bin, uint16(n.best.left))
	left = growing{span: span{n.from, mid}, depth: n.depth + 1, parent: me}
	right = growing{span: span{mid, n.to}, depth: n.depth + 1, parent: me}
	growLeft, growRight := g.mayGrow(left), g.mayGrow(right)
	if !growLeft && !growRight {
		g.release(n.hist)
		return left, right, nil
	}
	small, large := &left, &right
	if mid-n.from > n.to-mid {
		small, large = large, small
	}
	small.hist, large.hist = g.histogram(), n.hist
	g.gather(small.span)
	err = eachPiece(ctx, g.workers(n.span), len(g.bins.columns), func(_, j int) error {
		s, l := g.part(small.hist, j), g.part(large.hist, j)
		g.count(s, j, small.span)
		for b, v := range s {
			l[b] -= v
		}
		g.candidates[0][j] = g.scan(s, j, small.span)
		g.candidates[1][j] = g.scan(l, j, large.span)
		return nil
	})
	small.best, large.best = g.choose(rng, g.candidates[0]), g.choose(rng, g.candidates[1])
	if !growLeft {
		left.best.feature = -1
	}
	if !growRight {
		right.best.feature = -1
	}
	return left, right, err
}

// mayGrow reports whether the node may be split: the limits let it, and its
// residuals are not all the same.
func (g *residualGrower) mayGrow(n growing) bool {
	rows := g.rows[n.from:n.to]
	if g.limits.maxDepth > 0 && n.depth >= g.limits.maxDepth ||
		len(rows) < g.limits.minSamplesSplit || len(rows) < 2*g.limits.minSamplesLeaf {
		return false
	}
	for _, r := range rows[1:] {
		if g.packed[r] != g.packed[rows[0]] {
			return true
		}
	}
	return false
}

// workers is how many goroutines a node is worth.
func (g *residualGrower) workers(n span) Threads {
	const worthwhile = 1 << 16
	if (n.to-n.from)*len(g.bins.columns) < worthwhile {
		return Threads{Max: 1}
	}
	return g.threads
}

// histogram is an empty histogram, from those that are free if there is one.
func (g *residualGrower) histogram() histogram {
	if k := len(g.free) - 1; k >= 0 {
		h := g.free[k]
		g.free = g.free[:k]
		return h
	}
	return make(histogram, g.offsets[len(g.offsets)-1])
}

func (g *residualGrower) release(h histogram) {
	if h != nil {
		g.free = append(g.free, h)
	}
}

// part is what belongs to feature j in h.
func (g *residualGrower) part(h histogram, j int) histogram { return h[g.offsets[j]:g.offsets[j+1]] }

// gather makes the residuals of a node's rows lie in their order.
func (g *residualGrower) gather(n span) {
	for i, r := range g.rows[n.from:n.to] {
		g.gathered[i] = g.packed[r]
	}
}

// count fills h with the rows of n, whose residuals were gathered.
func (g *residualGrower) count(h histogram, j int, n span) {
	clear(h)
	rows := g.rows[n.from:n.to]
	residuals := g.gathered[:len(rows)]
	bin := g.bins.columns[j].bin
	for i, r := range rows {
		h[bin[r]] += residuals[i]
	}
}

// scan finds the split of a node with the largest improvement by Friedman's
// score (Friedman 2001, eq. 35), the first of equal ones.
func (g *residualGrower) scan(h histogram, j int, n span) candidate {
	var total int64
	for _, v := range h {
		total += v
	}
	countMask := int64(1)<<g.countBits - 1
	sum := float64(total >> g.countBits)
	rows, minLeaf := int64(n.to-n.from), int64(g.limits.minSamplesLeaf)
	c := candidate{split: split{feature: -1, score: -1}}
	var below int64
	prev := -1
	for b, v := range h {
		if v == 0 {
			continue
		}
		if prev >= 0 {
			c.varies = true
			count := below & countMask
			if count >= minLeaf && rows-count >= minLeaf {
				left, right := float64(count), float64(rows-count)
				sumLeft := float64(below >> g.countBits)
				diff := right*sumLeft - left*(sum-sumLeft)
				if score := diff * diff / (left * right); score > c.score {
					c.split = split{feature: j, left: prev, right: b, score: score}
				}
			}
		}
		below += v
		prev = b
	}
	return c
}

// choose draws features until enough were seen, and goes on while all of them
// were constant in the node. The first of equally good splits wins.
func (g *residualGrower) choose(rng *rand.Rand, candidates []candidate) split {
	best := split{feature: -1, score: -1}
	varied := false
	d := len(g.order)
	for k := range d {
		if k >= g.features && varied {
			break
		}
		if g.features < d {
			j := k + rng.IntN(d-k)
			g.order[k], g.order[j] = g.order[j], g.order[k]
		}
		c := candidates[g.order[k]]
		varied = varied || c.varies
		if c.score > best.score {
			best = c.split
		}
	}
	return best
}

// partRows moves the rows whose bin is at most last to the front, keeping the
// order on both sides, and returns where the others start.
func (g *residualGrower) partRows(n span, bin []uint16, last uint16) int {
	rows := g.rows[n.from:n.to]
	spare := g.spare[:len(rows)]
	left, right := 0, 0
	for _, r := range rows {
		rows[left] = r
		spare[right] = r
		goesLeft := 0
		if bin[r] <= last {
			goesLeft = 1
		}
		left += goesLeft
		right += 1 - goesLeft
	}
	copy(rows[left:], spare[:right])
	return n.from + left
}

package graphview

import "math"

// Distances in pixels.
const (
	rowGap    = 20.0 // between two nodes of a layer
	lineGap   = 12.0 // between a line and its neighbours
	layerGap  = 40.0 // between layers, besides the names of what arrives
	turnGap   = 1.6  // more of it for each line that turns there, so that they are not too steep
	maxTurns  = 60.0 // lines that count
	relaxing  = 16   // rounds of moving points to their neighbours
	lineForce = 4.0  // how much more a passing line wants to be straight than a node
)

// place gives every point its coordinates, the first layer at x = 0, the
// topmost point at y = 0. room is how much room the names before a layer need.
// It gives the size of the whole.
func (c *chart) place(room []float64) (width, height float64) {
	turns := c.turns()
	for i, layer := range c.layers {
		wide := 0.0
		for _, p := range layer {
			wide = max(wide, c.points[p].w)
		}
		if i > 0 {
			width += layerGap + room[i] + turnGap*min(turns[i], maxTurns)
		}
		for _, p := range layer {
			// Nodes of a layer begin at one line; a passing line crosses it.
			c.points[p].x = width + c.points[p].w/2
			if c.points[p].node < 0 {
				c.points[p].x, c.points[p].w = width+wide/2, wide
			}
		}
		width += wide
	}
	for _, layer := range c.layers {
		y := 0.0
		for i, p := range layer {
			if i > 0 {
				y += c.apart(layer[i-1], p)
			}
			c.points[p].y = y
		}
	}
	for round := range relaxing {
		c.relax(round)
	}
	return width, c.normalize()
}

// turns counts the lines that arrive at each layer.
func (c *chart) turns() []float64 {
	out := make([]float64, len(c.layers))
	for _, h := range c.hops {
		out[c.points[h.to].layer]++
	}
	return out
}

// apart is how far the middles of two neighbours must be apart.
func (c *chart) apart(a, b int) float64 {
	gap := rowGap
	if c.points[a].node < 0 || c.points[b].node < 0 {
		gap = lineGap
	}
	return (c.points[a].h+c.points[b].h)/2 + gap
}

// relax moves the points of each layer to where their neighbours are: first to
// those on one side by turns, in the last rounds to all.
func (c *chart) relax(round int) {
	both := round >= relaxing/2
	for k := range c.layers {
		i := k
		if round%2 == 1 {
			i = len(c.layers) - 1 - k
		}
		c.settle(c.layers[i], func(p *point) []int {
			switch {
			case both:
				return append(p.before[:len(p.before):len(p.before)], p.after...)
			case round%2 == 0:
				return p.before
			}
			return p.after
		})
	}
}

// block is a run of points that stand as close as they may.
type block struct {
	sum, weight float64 // of the wanted positions of its start
	points      int
}

// settle puts the points of a layer as near to the means of their neighbours as
// their order and distances allow: least squares, by pooling neighbours that
// would overlap (isotonic regression).
func (c *chart) settle(layer []int, neighbours func(*point) []int) {
	var blocks []block
	offset := make([]float64, len(layer))
	for i, p := range layer {
		if i > 0 {
			offset[i] = offset[i-1] + c.apart(layer[i-1], p)
		}
		want, weight := c.wanted(p, neighbours(&c.points[p]))
		blocks = append(blocks, block{(want - offset[i]) * weight, weight, 1})
		for n := len(blocks); n > 1 && blocks[n-2].sum/blocks[n-2].weight > blocks[n-1].sum/blocks[n-1].weight; n = len(blocks) {
			last := blocks[n-1]
			blocks = blocks[:n-1]
			blocks[n-2].sum += last.sum
			blocks[n-2].weight += last.weight
			blocks[n-2].points += last.points
		}
	}
	i := 0
	for _, b := range blocks {
		for range b.points {
			c.points[layer[i]].y = b.sum/b.weight + offset[i]
			i++
		}
	}
}

// wanted is where a point would stand if it were alone.
func (c *chart) wanted(p int, near []int) (y, weight float64) {
	if len(near) == 0 {
		return c.points[p].y, 0.1
	}
	for _, q := range near {
		y += c.points[q].y
	}
	weight = 1
	if c.points[p].node < 0 {
		weight = lineForce
	}
	return y / float64(len(near)), weight
}

// normalize moves all points so that the topmost begins at 0, to whole pixels,
// and gives the height.
func (c *chart) normalize() float64 {
	top, bottom := math.Inf(1), math.Inf(-1)
	for _, p := range c.points {
		top, bottom = min(top, p.y-p.h/2), max(bottom, p.y+p.h/2)
	}
	for i := range c.points {
		c.points[i].y = math.Round(c.points[i].y - top)
		c.points[i].x = math.Round(c.points[i].x)
	}
	return math.Ceil(bottom - top)
}

package graphview

import (
	"cmp"
	"slices"
)

// sweeps is how often the layers are put in order, there and back.
const sweeps = 12

// order puts the points of each layer into an order with few crossings: each
// point where its neighbours are on average, by turns those before and those
// after it. The best order that was seen is kept.
func (c *chart) order() {
	best, fewest := c.copyLayers(), c.crossings()
	for s := range sweeps {
		if s%2 == 0 {
			for i := 1; i < len(c.layers); i++ {
				c.arrange(c.layers[i], func(p *point) []int { return p.before })
			}
		} else {
			for i := len(c.layers) - 2; i >= 0; i-- {
				c.arrange(c.layers[i], func(p *point) []int { return p.after })
			}
		}
		if n := c.crossings(); n < fewest {
			best, fewest = c.copyLayers(), n
		}
	}
	c.layers = best
}

func (c *chart) copyLayers() [][]int {
	out := make([][]int, len(c.layers))
	for i, layer := range c.layers {
		out[i] = slices.Clone(layer)
	}
	return out
}

// places are the positions of the points in their layers.
func (c *chart) places() []int {
	place := make([]int, len(c.points))
	for _, layer := range c.layers {
		for i, p := range layer {
			place[p] = i
		}
	}
	return place
}

// arrange sorts a layer by the mean places of neighbours; a point without any
// stays about where it is.
func (c *chart) arrange(layer []int, neighbours func(*point) []int) {
	place := c.places()
	mean := make(map[int]float64, len(layer))
	for i, p := range layer {
		near := neighbours(&c.points[p])
		if len(near) == 0 {
			mean[p] = float64(i)
			continue
		}
		sum := 0
		for _, q := range near {
			sum += place[q]
		}
		mean[p] = float64(sum) / float64(len(near))
	}
	slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(mean[a], mean[b]) })
}

// crossings counts the pairs of lines that cross between two layers.
func (c *chart) crossings() int {
	place := c.places()
	perLayer := make([][][2]int, len(c.layers))
	for _, h := range c.hops {
		layer := c.points[h.from].layer
		perLayer[layer] = append(perLayer[layer], [2]int{place[h.from], place[h.to]})
	}
	total := 0
	for i, pairs := range perLayer {
		if i+1 < len(c.layers) {
			total += inversions(pairs, len(c.layers[i+1]))
		}
	}
	return total
}

// inversions counts pairs that are in one order at their starts and in the other
// at their ends, with a tree of counts (Fenwick, 1994).
func inversions(pairs [][2]int, ends int) int {
	slices.SortFunc(pairs, func(a, b [2]int) int { return cmp.Or(a[0]-b[0], a[1]-b[1]) })
	counts := make([]int, ends+1)
	total := 0
	for seen, p := range pairs {
		notAbove := 0
		for i := p[1] + 1; i > 0; i -= i & -i {
			notAbove += counts[i]
		}
		total += seen - notAbove
		for i := p[1] + 1; i <= ends; i += i & -i {
			counts[i]++
		}
	}
	return total
}

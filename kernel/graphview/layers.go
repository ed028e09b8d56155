package graphview

import "slices"

// A point of the drawing is a node, or a place where a long line passes a layer.
type point struct {
	node  int // of the graph; -1 for a passing line
	layer int
	w, h  float64
	x, y  float64 // the middle
	// before and after are the points that lines lead from and to.
	before, after []int
}

// hop is a piece of a line from one layer to the next.
type hop struct {
	from, to int // points
	kind     Kind
	last     bool     // it arrives at a node
	names    []string // what arrives
	back     bool
}

// chart is a part of the graph that hangs together, in layers.
type chart struct {
	points []point
	hops   []hop
	layers [][]int // points from top to bottom
}

// newChart puts nodes into layers. nodes are those of the part, links between
// them only. Lines that leave one node for the same reason run together until
// they branch.
func newChart(nodes []int, links []link, size func(node int) (w, h float64)) *chart {
	c := &chart{}
	at := map[int]int{}
	for i, v := range nodes {
		w, h := size(v)
		at[v] = i
		c.points = append(c.points, point{node: v, w: w, h: h})
	}
	local := make([]link, len(links))
	for i, l := range links {
		local[i] = l
		local[i].from, local[i].to = at[l.from], at[l.to]
		if l.back { // it is drawn from its end
			local[i].from, local[i].to = local[i].to, local[i].from
		}
	}
	for i, layer := range layerOf(len(nodes), local) {
		c.points[i].layer = layer
	}
	c.connect(local)
	for i, p := range c.points {
		for len(c.layers) <= p.layer {
			c.layers = append(c.layers, nil)
		}
		c.layers[p.layer] = append(c.layers[p.layer], i)
	}
	return c
}

// layerOf is the longest way to each node, but for nodes that are needed at
// least as often as they need: these stand right before the first that needs
// them, which makes the lines shorter.
func layerOf(n int, links []link) []int {
	forward := slices.Clone(links)
	for i := range forward {
		forward[i].back = false // turned round already
	}
	layer := depths(n, forward)
	in, after := make([]int, n), make([][]int, n)
	for _, l := range forward {
		in[l.to]++
		after[l.from] = append(after[l.from], l.to)
	}
	order := make([]int, n)
	for v := range order {
		order[v] = v
	}
	slices.SortStableFunc(order, func(a, b int) int { return layer[b] - layer[a] })
	for _, v := range order {
		if len(after[v]) == 0 || len(after[v]) < in[v] {
			continue
		}
		first := layer[after[v][0]]
		for _, to := range after[v] {
			first = min(first, layer[to])
		}
		layer[v] = first - 1
	}
	return layer
}

// connect makes the lines, with points where they pass layers.
func (c *chart) connect(links []link) {
	type passing struct {
		from, layer int
		kind        Kind
		back        bool
	}
	passes := map[passing]int{}
	for _, l := range links {
		at := l.from
		for layer := c.points[l.from].layer + 1; layer < c.points[l.to].layer; layer++ {
			key := passing{l.from, layer, l.kind, l.back}
			next, ok := passes[key]
			if !ok {
				next = len(c.points)
				passes[key] = next
				c.points = append(c.points, point{node: -1, layer: layer})
				c.hop(hop{from: at, to: next, kind: l.kind, back: l.back})
			}
			at = next
		}
		c.hop(hop{from: at, to: l.to, kind: l.kind, last: true, names: l.names, back: l.back})
	}
}

func (c *chart) hop(h hop) {
	c.hops = append(c.hops, h)
	c.points[h.from].after = append(c.points[h.from].after, h.to)
	c.points[h.to].before = append(c.points[h.to].before, h.from)
}

// parts are the parts of the graph that hang together, in file order, and the
// nodes that hang together with nothing.
func parts(n int, links []link) (connected [][]int, alone []int) {
	group := make([]int, n)
	for v := range group {
		group[v] = v
	}
	var find func(v int) int
	find = func(v int) int {
		for group[v] != v {
			group[v] = group[group[v]]
			v = group[v]
		}
		return v
	}
	for _, l := range links {
		a, b := find(l.from), find(l.to)
		group[max(a, b)] = min(a, b)
	}
	members := map[int][]int{}
	for v := range n {
		members[find(v)] = append(members[find(v)], v)
	}
	for v := range n {
		switch m := members[v]; {
		case len(m) > 1:
			connected = append(connected, m)
		case len(m) == 1:
			alone = append(alone, v)
		}
	}
	return connected, alone
}

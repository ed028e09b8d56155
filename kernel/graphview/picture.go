package graphview

import (
	"cmp"
	"math"
	"slices"
	"unicode/utf8"
)

// Sizes in pixels.
const (
	nameSize   = 13.0 // of the names of cells
	smallSize  = 11.0 // of marks and of what lines carry
	widthOfOne = 0.61 // of a character of a monospaced font, at size 1
	nodePad    = 12.0
	nodeHeight = 30.0
	marksLine  = 15.0 // how much higher a node with marks is
	portGap    = 17.0 // between two lines that arrive at one node
	margin     = 16.0
	partGap    = 28.0 // between parts that do not hang together
	gridWidth  = 880.0
)

// Longest texts in characters.
const (
	maxName  = 32
	maxMarks = 40
	maxReads = 26
)

// A picture is a drawing before it is written.
type picture struct {
	width, height float64
	title         string
	boxes         []box
	wires         []wire
	kinds         []Kind // that the wires have, for the legend
}

// box is a drawn cell.
type box struct {
	node       *Node
	x, y, w, h float64 // the top left corner
}

// wire is a piece of a line: from left to right, then straight to the arrow if
// it has one.
type wire struct {
	kind           Kind
	back           bool
	x1, y1, x2, y2 float64 // the curve
	end            float64 // where the straight piece ends; 0 without one
	arrow          bool    // at the end
	backArrow      bool    // at the start
	text           string  // on the straight piece
	full           string  // all of the text, where it is cut
}

// draw lays out a graph.
func draw(g *Graph) *picture {
	links := g.links()
	p := &picture{title: g.Title}
	incoming := make([]int, len(g.Nodes))
	for _, l := range links {
		if l.back {
			incoming[l.from]++
		} else {
			incoming[l.to]++
		}
	}
	size := func(v int) (w, h float64) { return nodeSize(&g.Nodes[v], incoming[v]) }
	y := margin
	if g.Title != "" {
		y += 28
		p.width = max(p.width, 2*margin+textWidth(g.Title, 14))
	}
	connected, alone := parts(len(g.Nodes), links)
	for _, nodes := range connected {
		y += p.part(g, nodes, linksOf(nodes, links), size, y) + partGap
	}
	if len(alone) > 0 {
		y += p.grid(g, alone, size, y) + partGap
	}
	p.height = y - partGap + margin
	if len(g.Nodes) == 0 {
		p.height = y + margin
	}
	p.legend(links)
	p.width, p.height = math.Ceil(p.width), math.Ceil(p.height)
	return p
}

func linksOf(nodes []int, links []link) []link {
	var out []link
	for _, l := range links {
		if _, ok := slices.BinarySearch(nodes, l.from); ok {
			out = append(out, l)
		}
	}
	return out
}

// legend makes room for the meaning of dashed lines, if there are any.
func (p *picture) legend(links []link) {
	for _, l := range links {
		if l.kind != Value && !slices.Contains(p.kinds, l.kind) {
			p.kinds = append(p.kinds, l.kind)
		}
	}
	slices.Sort(p.kinds)
	if len(p.kinds) > 0 {
		p.height += 22
		p.width = max(p.width, 2*margin+380)
	}
}

func nodeSize(n *Node, incoming int) (w, h float64) {
	w = textWidth(shorten(n.label(), maxName), nameSize)
	h = nodeHeight
	if marks := marksText(n); marks != "" {
		w = max(w, textWidth(marks, smallSize))
		h += marksLine
	}
	return math.Ceil(max(w, 40) + 2*nodePad), max(h, portGap*float64(incoming)+4)
}

func marksText(n *Node) string {
	text := ""
	for i, m := range n.marks() {
		if i > 0 {
			text += " · "
		}
		text += m
	}
	return shorten(text, maxMarks)
}

// textWidth is the width of monospaced text. Characters beyond the Latin ones
// may take two places.
func textWidth(text string, size float64) float64 {
	n := 0
	for _, r := range text {
		n++
		if r >= 0x1100 {
			n++
		}
	}
	return float64(n) * widthOfOne * size
}

func shorten(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

// part draws nodes that hang together, from y on, and gives their height.
func (p *picture) part(g *Graph, nodes []int, links []link, size func(int) (float64, float64), y float64) float64 {
	c := newChart(nodes, links, size)
	c.order()
	room := make([]float64, len(c.layers))
	for _, h := range c.hops {
		if h.last {
			room[c.points[h.to].layer] = max(room[c.points[h.to].layer], textWidth(arriving(&h), smallSize)+14)
		}
	}
	width, height := c.place(room)
	p.width = max(p.width, width+2*margin)
	for _, pt := range c.points {
		if pt.node >= 0 {
			p.boxes = append(p.boxes, box{&g.Nodes[pt.node], margin + pt.x - pt.w/2, y + pt.y - pt.h/2, pt.w, pt.h})
		}
	}
	p.lines(c, y)
	return height
}

// arriving is what stands on a line where it arrives.
func arriving(h *hop) string {
	text := (&link{kind: h.kind, names: h.names}).reading()
	if h.back {
		text = "cycle: " + text
	}
	return shorten(text, maxReads)
}

// lines draws the lines of a chart.
func (p *picture) lines(c *chart, top float64) {
	ports := c.ports()
	for i, h := range c.hops {
		from, to := &c.points[h.from], &c.points[h.to]
		w := wire{kind: h.kind, back: h.back, x1: margin + from.x + from.w/2, y1: top + from.y + outPort(from, h.kind),
			x2: margin + to.x - to.w/2, y2: top + to.y}
		w.backArrow = h.back && from.node >= 0
		if h.last {
			w.text = arriving(&h)
			w.full = (&link{kind: h.kind, names: h.names}).reading()
			w.end = w.x2
			w.x2 -= textWidth(w.text, smallSize) + 14
			w.y2 = top + to.y + ports[i]
			w.arrow = !h.back
		}
		p.wires = append(p.wires, w)
		if to.node < 0 { // across the layer
			p.wires = append(p.wires, wire{kind: h.kind, back: h.back, x1: w.x2, y1: w.y2, x2: w.x2 + to.w, y2: w.y2})
		}
	}
}

// outPort is where lines of a kind leave a node, from its middle.
func outPort(p *point, kind Kind) float64 {
	if p.node < 0 || kind == Value {
		return 0
	}
	return 7
}

// ports are where the lines arrive, from the middle of the node, by hop: in the
// order in which they come from above.
func (c *chart) ports() map[int]float64 {
	arriving := map[int][]int{}
	for i, h := range c.hops {
		if h.last {
			arriving[h.to] = append(arriving[h.to], i)
		}
	}
	out := map[int]float64{}
	for _, hops := range arriving {
		slices.SortStableFunc(hops, func(a, b int) int {
			return cmp.Compare(c.points[c.hops[a].from].y, c.points[c.hops[b].from].y)
		})
		for k, i := range hops {
			out[i] = (float64(k) - float64(len(hops)-1)/2) * portGap
		}
	}
	return out
}

// grid draws nodes that hang together with nothing, in rows.
func (p *picture) grid(g *Graph, nodes []int, size func(int) (float64, float64), top float64) float64 {
	x, y, rowHeight := margin, top, 0.0
	wide := max(p.width-margin, gridWidth)
	for _, v := range nodes {
		w, h := size(v)
		if x > margin && x+w > wide {
			x, y, rowHeight = margin, y+rowHeight+rowGap, 0
		}
		p.boxes = append(p.boxes, box{&g.Nodes[v], x, y, w, h})
		p.width = max(p.width, x+w+margin)
		x += w + rowGap
		rowHeight = max(rowHeight, h)
	}
	return y + rowHeight - top
}

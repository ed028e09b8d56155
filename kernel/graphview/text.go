package graphview

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// TextOptions say how text looks.
type TextOptions struct {
	Width int  // of the terminal, in characters; longer lines are cut; 0 for no limit
	Color bool // with ANSI colours
}

// Text writes the graph for a terminal: a line for each cell, below what it
// needs, with the names that it reads.
//
// Each cell hangs on the last of the cells that it needs. Of those that hang on
// one cell, the one with the longest way ahead goes on below it, and the others
// branch off to the right, so that a chain of any length is a straight line and
// even large graphs stay narrow.
func Text(w io.Writer, g Graph, o TextOptions) error {
	t := newTree(&g)
	var lines []line
	for i, root := range t.roots {
		if i > 0 {
			lines = append(lines, line{})
		}
		lines = t.draw(lines, root, "", "")
	}
	var b strings.Builder
	writeLines(&b, lines, o)
	t.writeAlone(&b, len(lines) > 0, o)
	_, err := io.WriteString(w, b.String())
	return err
}

// visible replaces characters that would do something to a terminal.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return utf8.RuneError
		}
		return r
	}, text)
}

// line is one cell of the text.
type line struct {
	rails string // what is drawn before it
	node  *Node
	reads string
}

// tree is the graph with one parent for each node.
type tree struct {
	graph  *Graph
	needs  [][]link // per node
	below  [][]int  // what hangs on a node
	height []int    // the longest way down
	roots  []int
	alone  []int // nodes without any edge
}

func newTree(g *Graph) *tree {
	n := len(g.Nodes)
	links := g.links()
	t := &tree{graph: g, needs: make([][]link, n), below: make([][]int, n), height: make([]int, n)}
	depth := depths(n, links)
	touched := make([]bool, n)
	for _, l := range links {
		touched[l.from], touched[l.to] = true, true
		t.needs[l.to] = append(t.needs[l.to], l)
	}
	for v := range n {
		slices.SortStableFunc(t.needs[v], func(a, b link) int { return a.from - b.from })
		parent := parentOf(t.needs[v], depth)
		switch {
		case parent >= 0:
			t.below[parent] = append(t.below[parent], v)
		case touched[v]:
			t.roots = append(t.roots, v)
		default:
			t.alone = append(t.alone, v)
		}
	}
	for _, root := range t.roots {
		t.measure(root)
	}
	return t
}

// parentOf is the deepest of the nodes that are needed, of equals the one whose
// values are read, then the last; -1 if there is none.
func parentOf(needs []link, depth []int) int {
	parent, kind := -1, Value
	for _, l := range needs {
		if l.back {
			continue
		}
		if parent < 0 || depth[l.from] > depth[parent] || depth[l.from] == depth[parent] && (l.kind == Value || kind != Value) {
			parent, kind = l.from, l.kind
		}
	}
	return parent
}

// measure finds the longest ways down and puts the children in order: the one
// with the longest way last, the others as in the file.
func (t *tree) measure(v int) {
	for _, c := range t.below[v] {
		t.measure(c)
		t.height[v] = max(t.height[v], t.height[c]+1)
	}
	heavy := -1
	for i, c := range t.below[v] {
		if heavy < 0 || t.height[c] >= t.height[t.below[v][heavy]] {
			heavy = i
		}
	}
	if heavy >= 0 {
		c := t.below[v][heavy]
		t.below[v] = append(slices.Delete(t.below[v], heavy, heavy+1), c)
	}
}

// draw adds the lines of a node and of what hangs on it. first stands before
// its own line, rails before the others.
func (t *tree) draw(lines []line, v int, first, rails string) []line {
	for {
		lines = append(lines, line{first, &t.graph.Nodes[v], t.reads(v)})
		below := t.below[v]
		if len(below) == 0 {
			return lines
		}
		for _, c := range below[:len(below)-1] {
			lines = t.draw(lines, c, rails+"├─", rails+"│ ")
		}
		v, first = below[len(below)-1], rails
	}
}

// reads is what a node needs, in words.
func (t *tree) reads(v int) string {
	var parts []string
	for _, l := range t.needs[v] {
		from := t.graph.Nodes[l.from].label()
		part := l.reading() + " ← " + from
		switch l.kind {
		case Order:
			part = "after " + from
		case File:
			part = "a file of " + from
		}
		if l.back {
			part += " (cycle)"
		}
		parts = append(parts, part)
	}
	return visible(strings.Join(parts, " · "))
}

const (
	ansiMuted = "2"
	ansiReset = "\x1b[0m"
)

// ansi are the colours of states.
var ansi = map[State]string{Stale: "33", Running: "34", Cached: "36", Failed: "31", Held: "33", Queued: ansiMuted, Skipped: ansiMuted, Disabled: ansiMuted}

func writeLines(b *strings.Builder, lines []line, o TextOptions) {
	wide := 0
	for _, l := range lines {
		if l.node != nil {
			wide = max(wide, utf8.RuneCountInString(l.head()))
		}
	}
	for _, l := range lines {
		if l.node == nil {
			b.WriteByte('\n')
			continue
		}
		head := l.head()
		text := head
		if l.reads != "" {
			text += strings.Repeat(" ", wide-utf8.RuneCountInString(head)+3) + l.reads
		}
		text = cut(text, o.Width)
		if o.Color {
			text = l.paint(text, utf8.RuneCountInString(head))
		}
		b.WriteString(text + "\n")
	}
}

// head is the line up to what it reads.
func (l *line) head() string {
	glyph := "● "
	if l.node.State == Disabled || l.node.State == Skipped {
		glyph = "○ "
	}
	head := l.rails + glyph + l.node.label()
	if marks := l.node.marks(); len(marks) > 0 {
		head += " (" + strings.Join(marks, ", ") + ")"
	}
	return visible(head)
}

// paint colours a line: its rails and what it reads are muted, the cell has the
// colour of its state.
func (l *line) paint(text string, head int) string {
	runes := []rune(text)
	rails := utf8.RuneCountInString(l.rails)
	head = min(head, len(runes))
	colored := func(code string, part []rune) string {
		if code == "" || len(part) == 0 {
			return string(part)
		}
		return "\x1b[" + code + "m" + string(part) + ansiReset
	}
	return colored(ansiMuted, runes[:rails]) + colored(ansi[l.node.State], runes[rails:head]) + colored(ansiMuted, runes[head:])
}

// cut shortens a line.
func cut(text string, width int) string {
	if width <= 1 || utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:width-1]) + "…"
}

// writeAlone lists the cells without any edge.
func (t *tree) writeAlone(b *strings.Builder, after bool, o TextOptions) {
	if len(t.alone) == 0 {
		return
	}
	if after {
		b.WriteByte('\n')
	}
	indent := "  "
	switch {
	case len(t.graph.Nodes) == 1:
		indent = ""
	case len(t.alone) == len(t.graph.Nodes):
		fmt.Fprintln(b, "No cell needs another one:")
	default:
		fmt.Fprintln(b, "Not connected:")
	}
	for _, v := range t.alone {
		l := line{node: &t.graph.Nodes[v]}
		text := cut(indent+l.head(), o.Width)
		if o.Color {
			text = l.paint(text, utf8.RuneCountInString(text))
		}
		fmt.Fprintln(b, text)
	}
}

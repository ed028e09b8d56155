// Package graphview draws graphs of cells: as text for a terminal, as Mermaid
// and DOT for other tools, and as SVG.
//
// What is drawn comes in plain structs, so that a page or a report can draw what
// it knows of the cells: their states, why they are in them, links. Of a
// notebook alone, FromNotebook makes such a graph.
//
// # The picture
//
// Cells are put into layers from left to right, each after all that it needs
// (longest path), in an order with few crossings (barycentre method of Sugiyama,
// Tagawa and Toda, 1981), and as near to their neighbours as the others of their
// layer allow (least squares under that order, by pooling adjacent violators).
// All that a cell gives leaves it as one line, which branches towards the
// readers; the names stand where a branch arrives. The picture takes its colours
// from the variables of the page, is light or dark by itself as a file of its
// own, holds no script, and is the same bytes for the same graph.
package graphview

import (
	"cmp"
	"slices"
	"strings"
)

// A Graph is what is drawn.
type Graph struct {
	Title string // shown above the picture; may be empty
	Nodes []Node // in file order
	Edges []Edge
}

// A Node is a cell.
type Node struct {
	ID    string // unique in the graph
	Label string // what it is called; the ID if empty
	// Marks say in a word or two what is special about the cell: "always",
	// "when good", "sql".
	Marks []string
	State State
	// Note says more, such as why the cell is in its state; shown when the
	// mouse rests on the cell.
	Note string
	Link string // where a click leads; may be empty
}

// A State is what became of a cell. It decides on a colour, and is written too.
type State string

// The states. The empty state is that of a cell of which nothing is known.
const (
	Fresh    State = "fresh"
	Stale    State = "stale"
	Queued   State = "queued"
	Running  State = "running"
	Cached   State = "cached"
	Held     State = "held"
	Failed   State = "failed"
	Skipped  State = "skipped"
	Disabled State = "disabled"
)

// A Kind is why one cell comes before another.
type Kind int

// The kinds of edges.
const (
	Value Kind = iota // it reads names of the other
	Order             // it only comes after the other
	File              // it reads a file that the other writes
)

// An Edge leads from a cell to one that needs it.
type Edge struct {
	From, To string // ids; an edge of others is not drawn
	Kind     Kind
	Names    []string // what is read
}

func (n *Node) label() string {
	if n.Label != "" {
		return n.Label
	}
	return n.ID
}

// marks are what stands beside the name of a cell: its marks and its state.
func (n *Node) marks() []string {
	marks := slices.Clone(n.Marks)
	if n.State != "" && n.State != Fresh {
		marks = append(marks, string(n.State))
	}
	return marks
}

// link is an edge between nodes by number. back marks one that closes a cycle.
type link struct {
	from, to int
	kind     Kind
	names    []string
	back     bool
}

// links are the edges between nodes that exist, those with the same ends and
// kind as one, in order; what closes a cycle is marked.
func (g *Graph) links() []link {
	index := make(map[string]int, len(g.Nodes))
	for i, n := range g.Nodes {
		index[n.ID] = i
	}
	type key struct {
		from, to int
		kind     Kind
	}
	at := map[key]int{}
	var out []link
	for _, e := range g.Edges {
		from, okFrom := index[e.From]
		to, okTo := index[e.To]
		if !okFrom || !okTo || from == to {
			continue
		}
		k := key{from, to, e.Kind}
		if i, ok := at[k]; ok {
			out[i].names = append(out[i].names, e.Names...)
			slices.Sort(out[i].names) // so that the order of the edges does not matter
			out[i].names = slices.Compact(out[i].names)
			continue
		}
		at[k] = len(out)
		out = append(out, link{from: from, to: to, kind: e.Kind, names: slices.Clone(e.Names)})
	}
	slices.SortFunc(out, func(a, b link) int { return cmp.Or(a.to-b.to, a.from-b.from, int(a.kind-b.kind)) })
	markCycles(len(g.Nodes), out)
	return out
}

// markCycles marks links so that the others have no cycle: those that lead back
// to where a search from the first node on came from.
func markCycles(n int, links []link) {
	next := make([][]int, n)
	for i, l := range links {
		next[l.from] = append(next[l.from], i)
	}
	const open, done = 1, 2
	state := make([]int, n)
	var visit func(v int)
	visit = func(v int) {
		state[v] = open
		for _, i := range next[v] {
			switch state[links[i].to] {
			case open:
				links[i].back = true
			case 0:
				visit(links[i].to)
			}
		}
		state[v] = done
	}
	for v := range n {
		if state[v] == 0 {
			visit(v)
		}
	}
}

// reading is what a link carries, in words.
func (l *link) reading() string {
	switch l.kind {
	case Order:
		return "after"
	case File:
		return "file"
	}
	return strings.Join(l.names, ", ")
}

// depths are the lengths of the longest ways to the nodes, back links left out.
func depths(n int, links []link) []int {
	depth := make([]int, n)
	waiting := make([]int, n)
	next := make([][]int, n)
	for _, l := range links {
		if !l.back {
			waiting[l.to]++
			next[l.from] = append(next[l.from], l.to)
		}
	}
	var ready []int
	for v := range n {
		if waiting[v] == 0 {
			ready = append(ready, v)
		}
	}
	for len(ready) > 0 {
		v := ready[0]
		ready = ready[1:]
		for _, to := range next[v] {
			depth[to] = max(depth[to], depth[v]+1)
			if waiting[to]--; waiting[to] == 0 {
				ready = append(ready, to)
			}
		}
	}
	return depth
}

package kernel

import (
	"container/heap"
	"iter"
	"slices"
	"strings"
)

// A Node is a cell as the graph sees it.
type Node struct {
	ID      string
	Defines []string // names it gives to the others
	Reads   []string // names it takes from other cells or elsewhere
	After   []string // cells that only have to come first
}

// A Graph says which cell needs which. It is immutable.
type Graph struct {
	nodes []Node
	index map[string]int // by id
	owner map[string]int // by defined name: the cell, the first one if several
	needs [][]edge       // per node, what it waits for, in order of the nodes
	order []int          // dependency order; nil if there is a cycle
}

// An edge leads to a cell that must come first. name is what is read from it;
// empty for after=.
type edge struct {
	to   int
	name string
}

// NewGraph connects cells, given in file order. A name that several cells
// define belongs to the first; reads that no cell defines are nobody's and make
// no edge; neither does a cell that reads a name it defines itself. The order
// is empty if there is a cycle: see Cycle.
func NewGraph(nodes []Node) *Graph {
	g := &Graph{nodes: nodes, index: map[string]int{}, owner: map[string]int{}, needs: make([][]edge, len(nodes))}
	for i, n := range nodes {
		g.index[n.ID] = i
		for _, name := range n.Defines {
			if _, taken := g.owner[name]; !taken {
				g.owner[name] = i
			}
		}
	}
	for i, n := range nodes {
		for _, name := range n.Reads {
			if to, ok := g.owner[name]; ok && to != i {
				g.needs[i] = append(g.needs[i], edge{to, name})
			}
		}
		for _, id := range n.After {
			if to, ok := g.index[id]; ok {
				g.needs[i] = append(g.needs[i], edge{to, ""})
			}
		}
		slices.SortStableFunc(g.needs[i], func(a, b edge) int { return a.to - b.to })
	}
	g.sort()
	return g
}

// sort orders the cells: what is needed first, and otherwise as in the file.
func (g *Graph) sort() {
	waiting := make([]int, len(g.nodes))
	users := make([][]int, len(g.nodes))
	ready := &intHeap{}
	for i, es := range g.needs {
		waiting[i] = len(es)
		for _, e := range es {
			users[e.to] = append(users[e.to], i)
		}
		if len(es) == 0 {
			heap.Push(ready, i)
		}
	}
	order := make([]int, 0, len(g.nodes))
	for ready.Len() > 0 {
		i := heap.Pop(ready).(int)
		order = append(order, i)
		for _, u := range users[i] {
			if waiting[u]--; waiting[u] == 0 {
				heap.Push(ready, u)
			}
		}
	}
	if len(order) == len(g.nodes) {
		g.order = order
	}
}

type intHeap []int

func (h intHeap) Len() int           { return len(h) }
func (h intHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h intHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *intHeap) Push(x any)        { *h = append(*h, x.(int)) }
func (h *intHeap) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}

// Order is every cell's id, what is needed first, and otherwise in file order;
// nil if there is a cycle.
func (g *Graph) Order() []string {
	if g.order == nil {
		return nil
	}
	ids := make([]string, len(g.order))
	for k, i := range g.order {
		ids[k] = g.nodes[i].ID
	}
	return ids
}

// Owner is the cell that defines a name.
func (g *Graph) Owner(name string) (id string, ok bool) {
	i, ok := g.owner[name]
	if !ok {
		return "", false
	}
	return g.nodes[i].ID, true
}

// A Need is a cell that must come first, and the name that is read from it;
// Name is empty for after=.
type Need struct{ ID, Name string }

// Needs are what a cell waits for, in file order.
func (g *Graph) Needs(id string) []Need {
	return slices.Collect(g.eachNeed(id))
}

// eachNeed goes through what Needs lists.
func (g *Graph) eachNeed(id string) iter.Seq[Need] {
	return func(yield func(Need) bool) {
		i, ok := g.index[id]
		if !ok {
			return
		}
		for _, e := range g.needs[i] {
			if !yield(Need{g.nodes[e.to].ID, e.name}) {
				return
			}
		}
	}
}

// A Step of a cycle: cell ID reads Name from the next step's cell. Name is
// empty where the cell only comes after the next one.
type Step struct{ ID, Name string }

// Cycle is a shortest cycle, starting at its first cell in file order; nil if
// there is none.
func (g *Graph) Cycle() []Step {
	if g.order != nil {
		return nil
	}
	var best []Step
	for start := range g.nodes {
		if c := g.cycleFrom(start); c != nil && (best == nil || len(c) < len(best)) {
			best = c
		}
	}
	return best
}

// cycleFrom finds a shortest way from a cell back to itself, breadth first.
func (g *Graph) cycleFrom(start int) []Step {
	type visit struct {
		node int
		path []Step
	}
	seen := make([]bool, len(g.nodes))
	queue := []visit{{start, nil}}
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		for _, e := range g.needs[v.node] {
			path := append(slices.Clip(v.path), Step{g.nodes[v.node].ID, e.name})
			if e.to == start {
				return path
			}
			if !seen[e.to] {
				seen[e.to] = true
				queue = append(queue, visit{e.to, path})
			}
		}
	}
	return nil
}

// describe writes a cycle as "a reads x from b, b reads y from a".
func describe(cycle []Step) string {
	var parts []string
	for i, s := range cycle {
		next := cycle[(i+1)%len(cycle)].ID
		if s.Name == "" {
			parts = append(parts, s.ID+" comes after "+next)
		} else {
			parts = append(parts, s.ID+" reads `"+s.Name+"` from "+next)
		}
	}
	return strings.Join(parts, ", ")
}

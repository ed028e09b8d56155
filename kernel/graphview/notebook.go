package graphview

import (
	"slices"
	"strings"

	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/notebooks"
)

// FromNotebook makes the graph of a notebook's code cells. impure says of cells
// that can never be cached why; it may be nil.
func FromNotebook(n *kernel.Notebook, impure map[string]string) Graph {
	g := Graph{Title: n.Doc.Front.Title}
	for _, c := range n.Cells {
		g.Nodes = append(g.Nodes, nodeOf(c, inputsOf(n, c.ID), impure[c.ID]))
		values := map[string][]string{}
		var sources []string
		for _, need := range n.Graph.Needs(c.ID) {
			if need.Name == "" {
				kind := File
				if slices.Contains(c.After, need.ID) {
					kind = Order
				}
				g.Edges = append(g.Edges, Edge{From: need.ID, To: c.ID, Kind: kind})
				continue
			}
			if values[need.ID] == nil {
				sources = append(sources, need.ID)
			}
			values[need.ID] = append(values[need.ID], need.Name)
		}
		for _, id := range sources {
			g.Edges = append(g.Edges, Edge{From: id, To: c.ID, Names: values[id]})
		}
	}
	return g
}

// inputsOf are the names of the inputs that a cell declares.
func inputsOf(n *kernel.Notebook, cell string) []string {
	var names []string
	for _, in := range n.Inputs {
		if in.Cell == cell {
			names = append(names, in.Name)
		}
	}
	return names
}

func nodeOf(c *kernel.Cell, inputs []string, impure string) Node {
	node := Node{ID: c.ID}
	if c.Lang != notebooks.Starlark {
		node.Marks = append(node.Marks, string(c.Lang))
	}
	if c.Always {
		node.Marks = append(node.Marks, "always")
	}
	if c.When != "" {
		node.Marks = append(node.Marks, "when "+c.When)
	}
	if len(inputs) > 0 {
		node.Marks = append(node.Marks, "input "+strings.Join(inputs, ", "))
	}
	if impure != "" {
		node.Marks = append(node.Marks, "impure")
		node.Note = "never cached, because of " + impure
	}
	if c.Disabled {
		node.State = Disabled
	}
	return node
}

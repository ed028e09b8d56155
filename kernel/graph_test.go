package kernel_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/notebooks"
)

func TestOrder(t *testing.T) {
	tests := map[string]struct {
		nodes []kernel.Node
		want  []string
	}{
		"file order without edges": {
			[]kernel.Node{{ID: "b"}, {ID: "a"}, {ID: "c"}}, []string{"b", "a", "c"},
		},
		"what is needed first": {
			[]kernel.Node{{ID: "use", Reads: []string{"x"}}, {ID: "free"}, {ID: "make", Defines: []string{"x"}}}, []string{"free", "make", "use"},
		},
		"after": {
			[]kernel.Node{{ID: "last", After: []string{"first"}}, {ID: "first"}}, []string{"first", "last"},
		},
		"a name of nobody": {
			[]kernel.Node{{ID: "a", Reads: []string{"ml", "x"}}, {ID: "b"}}, []string{"a", "b"},
		},
		"two edges to one cell": {
			[]kernel.Node{{ID: "a", Reads: []string{"x", "y"}}, {ID: "b", Defines: []string{"x", "y"}}}, []string{"b", "a"},
		},
		"cycle": {
			[]kernel.Node{{ID: "a", Defines: []string{"x"}, Reads: []string{"y"}}, {ID: "b", Defines: []string{"y"}, Reads: []string{"x"}}}, nil,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, kernel.NewGraph(tt.nodes).Order()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestCycleIsShortest(t *testing.T) {
	g := kernel.NewGraph([]kernel.Node{
		{ID: "a", Defines: []string{"a1"}, Reads: []string{"c1"}},
		{ID: "b", Defines: []string{"b1"}, Reads: []string{"a1"}},
		{ID: "c", Defines: []string{"c1"}, Reads: []string{"b1"}},
		{ID: "d", Defines: []string{"d1"}, Reads: []string{"e1"}},
		{ID: "e", Defines: []string{"e1"}, Reads: []string{"d1", "a1"}},
	})
	want := []kernel.Step{{ID: "d", Name: "e1"}, {ID: "e", Name: "d1"}}
	if d := cmp.Diff(want, g.Cycle()); d != "" {
		t.Error(d)
	}
}

// nodes draws cells whose reads and afters go anywhere.
func nodes(t *rapid.T) []kernel.Node {
	n := rapid.IntRange(0, 12).Draw(t, "cells")
	out := make([]kernel.Node, n)
	any := rapid.IntRange(0, max(n-1, 0))
	for i := range out {
		out[i] = kernel.Node{ID: fmt.Sprintf("c%d", i), Defines: []string{fmt.Sprintf("x%d", i)}}
		for range rapid.IntRange(0, 2).Draw(t, "reads") {
			out[i].Reads = append(out[i].Reads, fmt.Sprintf("x%d", any.Draw(t, "read")))
		}
		if rapid.IntRange(0, 5).Draw(t, "after?") == 0 {
			out[i].After = append(out[i].After, fmt.Sprintf("c%d", any.Draw(t, "after")))
		}
	}
	return out
}

func TestOrderProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := nodes(t)
		g := kernel.NewGraph(cells)
		order, cycle := g.Order(), g.Cycle()
		if len(cells) == 0 {
			return
		}
		if (order == nil) == (cycle == nil) {
			t.Fatalf("order %v and cycle %v: want exactly one of them", order, cycle)
		}
		if order != nil {
			checkOrder(t, g, cells, order)
			return
		}
		for i, s := range cycle {
			next := cycle[(i+1)%len(cycle)].ID
			if !slices.Contains(g.Needs(s.ID), kernel.Need{ID: next, Name: s.Name}) {
				t.Fatalf("cycle %v: %s does not need %s", cycle, s.ID, next)
			}
		}
	})
}

// checkOrder wants every cell once, after all that it needs, and the first of
// those that could come next in file order.
func checkOrder(t *rapid.T, g *kernel.Graph, cells []kernel.Node, order []string) {
	done := map[string]bool{}
	ready := func(c kernel.Node) bool {
		for _, n := range g.Needs(c.ID) {
			if !done[n.ID] {
				return false
			}
		}
		return !done[c.ID]
	}
	for _, id := range order {
		first := slices.IndexFunc(cells, ready)
		if first < 0 || cells[first].ID != id {
			t.Fatalf("order %v: %s is not the first that can run", order, id)
		}
		done[id] = true
	}
	if len(done) != len(cells) {
		t.Fatalf("order %v has %d of %d cells", order, len(done), len(cells))
	}
}

func BenchmarkGraph(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		cells := make([]kernel.Node, n)
		for i := range cells {
			cells[i] = kernel.Node{ID: fmt.Sprintf("c%d", i), Defines: []string{fmt.Sprintf("x%d", i)}}
			if i > 0 {
				cells[i].Reads = []string{fmt.Sprintf("x%d", i-1), fmt.Sprintf("x%d", i/2)}
			}
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				kernel.NewGraph(cells)
			}
		})
	}
}

func BenchmarkRecompile(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		doc := &notebooks.Document{}
		for i := range n {
			doc.Cells = append(doc.Cells, notebooks.Cell{ID: fmt.Sprintf("c%d", i), Lang: notebooks.Starlark, Source: fmt.Sprintf("x%d = x%d + 1 if %d else 0", i, max(0, i-1), i)})
		}
		doc.Cells[0].Source = "x0 = 1"
		var x kernel.Compiler
		x.Compile(doc, nil)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				doc.Cells[n/2].Source = fmt.Sprintf("x%d = %d", n/2, i)
				if nb := x.Compile(doc, nil); len(nb.Problems) > 0 {
					b.Fatal(nb.Problems[0])
				}
			}
		})
	}
}

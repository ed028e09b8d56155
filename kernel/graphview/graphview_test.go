package graphview

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/notebooks"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample is the graph of one of the notebooks that wnb ships with.
func sample(t testing.TB, name string) Graph {
	t.Helper()
	doc, _, err := notebooks.Read(filepath.Join("..", "..", "notebooks", name+".wnb"))
	if err != nil {
		t.Fatal(err)
	}
	env, err := builtin.Env(map[string]any{"data": "", "model": "", "test_size": 0.2, "seed": 1, "deals": 1})
	if err != nil {
		t.Fatal(err)
	}
	return FromNotebook(kernel.Compile(doc, env), nil)
}

// chain is a straight line of n cells.
func chain(n int) Graph {
	var g Graph
	for i := range n {
		g.Nodes = append(g.Nodes, Node{ID: fmt.Sprintf("step-%d", i)})
		if i > 0 {
			g.Edges = append(g.Edges, Edge{From: fmt.Sprintf("step-%d", i-1), To: fmt.Sprintf("step-%d", i), Names: []string{"x"}})
		}
	}
	return g
}

// states has a cell in every state, all kinds of edges, and names that need
// care.
var states = Graph{
	Title: `A & B <"quoted">`,
	Nodes: []Node{
		{ID: "load", State: Cached, Note: "saved 38 s"}, {ID: "clean", State: Fresh}, {ID: "fit", State: Running, Link: "#fit"},
		{ID: "look", State: Stale, Note: "clean changed"}, {ID: "judge", State: Queued}, {ID: "keep", State: Held, Marks: []string{"always"}},
		{ID: "tell", State: Failed, Marks: []string{"when good", "impure"}}, {ID: "old", State: Disabled, Marks: []string{"python"}}, {ID: "rest", State: Skipped},
		{ID: "by_grade", Label: `"a" <b> & c, a name that is longer than the room for it`, Marks: []string{"sql"}}, {ID: "alone"},
	},
	Edges: []Edge{
		{From: "load", To: "clean", Names: []string{"wine"}}, {From: "clean", To: "fit", Names: []string{"tidy"}}, {From: "clean", To: "look", Names: []string{"tidy"}},
		{From: "load", To: "look", Names: []string{"a_long_name", "another_long_name", "features", "wine"}}, {From: "fit", To: "judge", Names: []string{"model"}},
		{From: "load", To: "judge", Names: []string{"wine"}}, {From: "judge", To: "keep", Names: []string{"score"}}, {From: "keep", To: "tell", Kind: Order},
		{From: "judge", To: "tell", Names: []string{"score"}}, {From: "load", To: "by_grade", Kind: File}, {From: "by_grade", To: "old", Names: []string{"b"}},
		{From: "old", To: "rest", Names: []string{"x"}}, {From: "nobody", To: "rest"}, {From: "rest", To: "rest"},
	},
}

// circle has a cycle.
var circle = Graph{Nodes: []Node{{ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "d"}}, Edges: []Edge{
	{From: "a", To: "b", Names: []string{"x"}}, {From: "b", To: "c", Names: []string{"y"}}, {From: "c", To: "a", Names: []string{"z"}}, {From: "c", To: "d", Names: []string{"w"}},
}}

func TestGolden(t *testing.T) {
	text := func(o TextOptions) func(io.Writer, Graph) error {
		return func(w io.Writer, g Graph) error { return Text(w, g, o) }
	}
	svg := func(o SVGOptions) func(io.Writer, Graph) error {
		return func(w io.Writer, g Graph) error { return SVG(w, g, o) }
	}
	for _, tt := range []struct {
		name  string
		graph Graph
		write func(io.Writer, Graph) error
	}{
		{"wine_quality.txt", sample(t, "wine_quality"), text(TextOptions{})},
		{"wine_quality_narrow.txt", sample(t, "wine_quality"), text(TextOptions{Width: 40, Color: true})},
		{"wine_quality.svg", sample(t, "wine_quality"), svg(SVGOptions{})},
		{"wine_quality.mmd", sample(t, "wine_quality"), Mermaid},
		{"wine_quality.dot", sample(t, "wine_quality"), DOT},
		{"states.txt", states, text(TextOptions{})},
		{"states_color.txt", states, text(TextOptions{Color: true})},
		{"states.svg", states, svg(SVGOptions{})},
		{"states_inline.svg", states, svg(SVGOptions{Inline: true})},
		{"states.mmd", states, Mermaid},
		{"states.dot", states, DOT},
		{"circle.txt", circle, text(TextOptions{})},
		{"circle.svg", circle, svg(SVGOptions{})},
		{"one.txt", chain(1), text(TextOptions{})},
		{"one.svg", chain(1), svg(SVGOptions{})},
		{"chain.txt", chain(5), text(TextOptions{})},
		{"empty.txt", Graph{}, text(TextOptions{})},
		{"empty.svg", Graph{}, svg(SVGOptions{})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := tt.write(&b, tt.graph); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", tt.name+".golden")
			if *update {
				if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Errorf("%s differs (-want +got); run with -update if that is right\n%s", path, diff)
			}
		})
	}
}

// random is a graph of up to n cells; with cycles if any edge may lead anywhere.
func random(t *rapid.T, n int, cycles bool) Graph {
	var g Graph
	size := rapid.IntRange(0, n).Draw(t, "cells")
	for i := range size {
		node := Node{ID: fmt.Sprint("c", i), State: rapid.SampledFrom([]State{"", Fresh, Failed, Disabled}).Draw(t, "state")}
		node.Label = rapid.SampledFrom([]string{"", "a longer name <&>", "名前"}).Draw(t, "label")
		g.Nodes = append(g.Nodes, node)
	}
	if size == 0 {
		return g
	}
	for range rapid.IntRange(0, 3*size).Draw(t, "edges") {
		from, to := rapid.IntRange(0, size-1).Draw(t, "from"), rapid.IntRange(0, size-1).Draw(t, "to")
		if !cycles && from > to {
			from, to = to, from
		}
		g.Edges = append(g.Edges, Edge{From: g.Nodes[from].ID, To: g.Nodes[to].ID, Kind: Kind(rapid.IntRange(0, 2).Draw(t, "kind")),
			Names: rapid.SliceOfN(rapid.SampledFrom([]string{"x", "features", "quality"}), 0, 3).Draw(t, "names")})
	}
	return g
}

// Cells do not overlap, lie inside of the picture, and no line runs through one.
func TestPictureProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := random(t, 24, rapid.Bool().Draw(t, "cycles"))
		p := draw(&g)
		if len(p.boxes) != len(g.Nodes) {
			t.Fatalf("%d boxes for %d cells", len(p.boxes), len(g.Nodes))
		}
		for i, a := range p.boxes {
			if a.x < 0 || a.y < 0 || a.x+a.w > p.width || a.y+a.h > p.height {
				t.Fatalf("%s is at %v %v in a picture of %v × %v", a.node.ID, a.x, a.y, p.width, p.height)
			}
			for _, b := range p.boxes[:i] {
				if a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h {
					t.Fatalf("%s and %s overlap", a.node.ID, b.node.ID)
				}
			}
		}
		arrived := 0
		for _, w := range p.wires {
			if w.arrow || w.backArrow {
				arrived++
			}
			if w.x2 < w.x1 {
				t.Fatalf("a line goes back: %+v", w)
			}
			if w.y1 == w.y2 && !w.arrow {
				crossesNone(t, p, w)
			}
		}
		back := 0
		for _, l := range g.links() {
			if l.back {
				back++
			}
		}
		if want := len(g.links()); arrived < want-back || arrived > want {
			t.Fatalf("%d arrows for %d links, %d of them back", arrived, want, back)
		}
	})
}

func crossesNone(t *rapid.T, p *picture, w wire) {
	for _, b := range p.boxes {
		if w.x1 < b.x+b.w && b.x < w.x2 && b.y < w.y1 && w.y1 < b.y+b.h {
			t.Fatalf("a line at %v runs through %s", w.y1, b.node.ID)
		}
	}
}

// Every format says the same for edges in another order, and the picture is
// well-formed XML, whatever the names.
func TestDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := random(t, 12, true)
		for i := range g.Nodes {
			g.Nodes[i].Label = rapid.StringN(0, 12, 40).Draw(t, "text")
			g.Nodes[i].Note = rapid.String().Draw(t, "note")
		}
		first := all(t, g)
		r := rand.New(rand.NewPCG(1, 2))
		r.Shuffle(len(g.Edges), func(i, j int) { g.Edges[i], g.Edges[j] = g.Edges[j], g.Edges[i] })
		if second := all(t, g); first != second {
			t.Fatalf("the order of the edges matters:\n%s", cmp.Diff(first, second))
		}
		var picture bytes.Buffer
		if err := SVG(&picture, g, SVGOptions{}); err != nil {
			t.Fatal(err)
		}
		for dec := xml.NewDecoder(&picture); ; {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// all is the graph in all formats.
func all(t *rapid.T, g Graph) string {
	var b bytes.Buffer
	for _, write := range []func(io.Writer, Graph) error{
		Mermaid, DOT,
		func(w io.Writer, g Graph) error { return Text(w, g, TextOptions{}) },
		func(w io.Writer, g Graph) error { return SVG(w, g, SVGOptions{}) },
	} {
		if err := write(&b, g); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// The text names every cell on a line of its own, and stays narrow: to be one
// step further to the right a part must hold twice as many cells.
func TestTextProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := random(t, 40, false)
		for i := range g.Nodes {
			g.Nodes[i].Label = ""
		}
		var b bytes.Buffer
		if err := Text(&b, g, TextOptions{}); err != nil {
			t.Fatal(err)
		}
		seen := map[string]int{}
		for line := range strings.Lines(b.String()) {
			rails, rest, ok := strings.Cut(line, "● ")
			if !ok {
				if rails, rest, ok = strings.Cut(line, "○ "); !ok {
					continue
				}
			}
			if depth := len([]rune(rails)) / 2; 1<<depth > 2*len(g.Nodes) {
				t.Fatalf("%d steps to the right of %d cells:\n%s", depth, len(g.Nodes), b.String())
			}
			seen[strings.Fields(rest)[0]]++
		}
		for _, n := range g.Nodes {
			if seen[n.ID] != 1 {
				t.Fatalf("%s is there %d times:\n%s", n.ID, seen[n.ID], b.String())
			}
		}
	})
}

// What a notebook says cannot do anything to a terminal.
func TestTextIsPlain(t *testing.T) {
	var b bytes.Buffer
	g := Graph{Nodes: []Node{{ID: "a", Marks: []string{"when \x1b[31m"}}, {ID: "b"}}, Edges: []Edge{{From: "a", To: "b", Names: []string{"x\ny\a"}}}}
	if err := Text(&b, g, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(b.String(), "\x1b\a") || strings.Count(b.String(), "\n") != 2 {
		t.Errorf("%q", b.String())
	}
}

func TestOrderHasFewCrossings(t *testing.T) {
	// Two chains that are given crosswise.
	g := Graph{Nodes: []Node{{ID: "a"}, {ID: "b"}, {ID: "d"}, {ID: "c"}, {ID: "e"}, {ID: "f"}}, Edges: []Edge{
		{From: "a", To: "c"}, {From: "b", To: "d"}, {From: "c", To: "e"}, {From: "d", To: "f"}, {From: "a", To: "f"},
	}}
	links := g.links()
	c := newChart([]int{0, 1, 2, 3, 4, 5}, links, func(int) (float64, float64) { return 10, 10 })
	before := c.crossings()
	c.order()
	if after := c.crossings(); after > 1 || before <= after {
		t.Errorf("%d crossings, %d before", after, before)
	}
}

func TestInversions(t *testing.T) {
	for _, tt := range []struct {
		pairs [][2]int
		want  int
	}{
		{nil, 0}, {[][2]int{{0, 0}, {1, 1}}, 0}, {[][2]int{{0, 1}, {1, 0}}, 1}, {[][2]int{{0, 2}, {1, 1}, {2, 0}}, 3}, {[][2]int{{0, 1}, {0, 0}, {1, 0}}, 1},
	} {
		if got := inversions(tt.pairs, 3); got != tt.want {
			t.Errorf("%v: %d inversions, want %d", tt.pairs, got, tt.want)
		}
	}
}

func BenchmarkSVG300(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	g := Graph{}
	for i := range 300 {
		g.Nodes = append(g.Nodes, Node{ID: fmt.Sprint("step_", i)})
		for range min(i, r.IntN(4)) {
			g.Edges = append(g.Edges, Edge{From: fmt.Sprint("step_", max(0, i-1-r.IntN(25))), To: g.Nodes[i].ID, Names: []string{"x"}})
		}
	}
	for b.Loop() {
		if err := SVG(io.Discard, g, SVGOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

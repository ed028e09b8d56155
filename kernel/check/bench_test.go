package check

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wnb-dev/wnb/notebooks"
)

// large is a notebook of n cells with some lines each, in chains of ten.
func large(n int) []byte {
	var b strings.Builder
	b.WriteString("---\nwnb: 1\nparams:\n  seed: 1\n---\n")
	for i := range n {
		from := "samples.load_wine()"
		if i%10 > 0 {
			from = fmt.Sprintf("wine_%d", i-1)
		}
		fmt.Fprintf(&b, "\nText about step %d.\n\n```starlark {#step_%d}\nwine_%d = %s.with_column(\"c%d\", %d)\nrows_%d = len(wine_%d)\n"+
			"def scale_%d(x, by=2):\n    return x * by\n\nif rows_%d > params.seed:\n    print(f\"{rows_%d:,} rows\", scale_%d(rows_%d))\n"+
			"display(wine_%d[wine_%d[\"ash\"] > 2][[\"ash\", \"hue\"]].describe(), plot.scatter(wine_%d, x=\"ash\", y=\"hue\", title=\"step %d\"))\n```\n",
			i, i, i, from, i, i, i, i, i, i, i, i, i, i, i, i, i)
	}
	return []byte(b.String())
}

// A check while somebody types: 300 cells.
func BenchmarkNotebook300(b *testing.B) {
	doc, err := notebooks.Parse("n.wnb", large(300))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if ds := Notebook(b.Context(), doc, Options{}); Worst(ds) == Error {
			b.Fatal(brief(ds))
		}
	}
}

// The same with one cell changed since the last check.
func BenchmarkNotebook300Again(b *testing.B) {
	doc, err := notebooks.Parse("n.wnb", large(300))
	if err != nil {
		b.Fatal(err)
	}
	var x Checker
	for i := 0; b.Loop(); i++ {
		doc.Cells[len(doc.Cells)/2].Source += " "
		if ds := x.Notebook(b.Context(), doc, Options{}); Worst(ds) == Error {
			b.Fatal(brief(ds))
		}
	}
}

package graphview_test

import (
	"fmt"
	"os"

	"github.com/wnb-dev/wnb/kernel/graphview"
)

// A page knows the states of the cells.
func ExampleText() {
	g := graphview.Graph{
		Nodes: []graphview.Node{
			{ID: "load", State: graphview.Cached}, {ID: "look", State: graphview.Fresh}, {ID: "fit", State: graphview.Running}, {ID: "keep", State: graphview.Queued},
		},
		Edges: []graphview.Edge{
			{From: "load", To: "look", Names: []string{"wine"}}, {From: "load", To: "fit", Names: []string{"wine"}},
			{From: "fit", To: "keep", Names: []string{"model"}}, {From: "look", To: "keep", Kind: graphview.Order},
		},
	}
	if err := graphview.Text(os.Stdout, g, graphview.TextOptions{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ● load (cached)
	// ├─● look          wine ← load
	// ● fit (running)   wine ← load
	// ● keep (queued)   after look · model ← fit
}

package check_test

import (
	"context"
	"fmt"
	"os"

	"github.com/wnb-dev/wnb/kernel/check"
	"github.com/wnb-dev/wnb/notebooks"
)

// An editor checks the document that it shows, again and again.
func ExampleChecker() {
	doc := &notebooks.Document{Cells: []notebooks.Cell{
		{ID: "load", Lang: notebooks.Starlark, Source: "wine = samples.load_wine()"},
		{ID: "look", Lang: notebooks.Starlark, Source: "plot.hist(wine[\"alcool\"], titel=\"Alcohol\")"},
	}}
	var c check.Checker
	for _, d := range c.Notebook(context.Background(), doc, check.Options{}) {
		fmt.Printf("%s %d:%d-%d %s\n", d.Cell, d.Line, d.Col, d.EndCol, d.Code)
		if d.Fix != nil {
			fmt.Println(d.Fix.Title)
		}
	}
	// Output:
	// look 1:16-24 WNB024
	// look 1:27-32 WNB021
	// write `title`
}

// A file is checked as text; a loaded file by its path in the project.
func ExampleFile() {
	src := []byte("def twice(x):\n    return x + y\n")
	found := check.File(context.Background(), src, check.Options{Name: "lib/numbers.star", Project: os.DirFS(".")})
	if err := check.WriteText(os.Stdout, found, false); err != nil {
		fmt.Println(err)
	}
	// Output:
	// lib/numbers.star:2:16: error WNB010: `y` is not defined
	//     2 |     return x + y
	//       |                ^
	//   hint: a file that is loaded sees no cells and no params: hand the value to the function as an argument
}

package export_test

import (
	"fmt"
	"os"

	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/notebooks/export"
)

// A page is a document whose cells carry outputs, and what a report says around it.
func ExampleMarkdown() {
	doc := &notebooks.Document{Cells: []notebooks.Cell{
		{Lang: notebooks.Markdown, Source: "# Wine quality\n\nHow far does a plain classifier get?"},
		{ID: "load", Lang: notebooks.Starlark, Source: "print(len(wine))",
			Outputs: []notebooks.Output{{Type: notebooks.Stream, Name: "stdout", Text: "1143\n"}}},
	}}
	page := export.Page{
		Title:    "Wine quality",
		Doc:      doc,
		Headline: []export.Field{{Name: "accuracy", Value: "0.633"}},
	}
	store := func(name string, data []byte) (string, error) { return name, os.WriteFile(name, data, 0o644) }
	if err := export.Markdown(os.Stdout, page, store); err != nil {
		fmt.Println(err)
	}
	// Output:
	// # Wine quality
	//
	// | accuracy |
	// |---|
	// | **0.633** |
	//
	// How far does a plain classifier get?
	//
	// ```python
	// print(len(wine))
	// ```
	//
	// ```text
	// 1143
	// ```
}

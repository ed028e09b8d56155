package notebooks_test

import (
	"fmt"

	"github.com/wnb-dev/wnb/notebooks"
)

func ExampleParse() {
	doc, err := notebooks.Parse("wine.wnb", []byte(`---
wnb: 1
title: Wine
params:
  seed: 42
  size: {default: 0.2, min: 0.05, max: 0.5}
---

# Wine

`+"```sql {#grades out=grades .hide-code}\nSELECT 1\n```\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, cell := range doc.Cells {
		fmt.Printf("line %d: %s %q {%v}\n", cell.Line, cell.Lang, cell.ID, cell.Attrs)
	}
	values, err := notebooks.ResolveParams(doc.Front.Params, map[string]string{"size": "0.3"}, nil)
	fmt.Println(values, err)
	_, err = notebooks.ResolveParams(doc.Front.Params, map[string]string{"size": "0.9"}, nil)
	fmt.Println(err)
	// Output:
	// line 9: markdown "" {}
	// line 12: sql "grades" {out=grades .hide-code}
	// map[seed:42 size:0.3] <nil>
	// param size: 0.9 is not allowed; give a value from 0.05 to 0.5
}

func ExampleParse_errors() {
	_, err := notebooks.Parse("broken.wnb", []byte("---\nwnb: 1\n---\n```starlark {#a out=}\n```\n```sql {#b}\nSELECT 1\n"))
	fmt.Println(err)
	// Output:
	// broken.wnb:4:21: there is no value after =
	//   write key=value, or key="" for an empty one
	// broken.wnb:6:1: the fence ``` that opens here is never closed
	//   end it with a line ```
}

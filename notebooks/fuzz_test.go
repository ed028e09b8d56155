package notebooks

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func seedFiles(f *testing.F, pattern string) {
	f.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
}

// FuzzParse: parsing never panics, and what parses keeps its cells when it is
// printed, always in the same form.
func FuzzParse(f *testing.F) {
	seedFiles(f, "testdata/fmt/*")
	seedFiles(f, "testdata/ipynb/*.wnb.golden")
	for _, line := range hostileLines {
		f.Add([]byte(head + line + "\n```starlark {#x}\n" + line + "\n```\n" + line))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		doc, err := Parse("f", src)
		if err != nil {
			return
		}
		doc.AssignIDs()
		text := doc.Print()
		again, err := Parse("f", text)
		if err != nil {
			t.Fatalf("printed text does not parse: %v\n%s", err, text)
		}
		again.AssignIDs()
		if diff := cmp.Diff(string(text), string(again.Print())); diff != "" {
			t.Fatal(diff)
		}
		for _, d := range []*Document{doc, again} {
			for i := range d.Cells {
				d.Cells[i].Line = 0
			}
		}
		if diff := cmp.Diff(doc.Cells, again.Cells); diff != "" {
			t.Fatal(diff)
		}
	})
}

// FuzzIPYNB: a notebook that can be read goes to text and back unchanged.
func FuzzIPYNB(f *testing.F) {
	seedFiles(f, "testdata/ipynb/*.ipynb")
	seedFiles(f, "testdata/*.ipynb.golden")
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := FromIPYNB(data)
		if err != nil {
			return
		}
		first, err := doc.IPYNB()
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := Parse("f", doc.Print())
		if err != nil {
			t.Fatalf("%v\n%s", err, doc.Print())
		}
		for i := range parsed.Cells {
			parsed.Cells[i].Outputs, parsed.Cells[i].Execution = doc.Cells[i].Outputs, doc.Cells[i].Execution
		}
		second, err := parsed.IPYNB()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(first), string(second)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// FuzzAttrs: a block that can be read is printed in a form that reads the
// same.
func FuzzAttrs(f *testing.F) {
	f.Add("{#a .hide-code after=a,b always}")
	f.Add(`{x="\u0060\"\\ }" y=a=b z=""}`)
	f.Add(`{meta="{\"a\":\"\\ud800\"}"}`)
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			return
		}
		id, attrs, _, failure := parseBlock(text)
		if failure != nil {
			if failure.offset < 0 || failure.offset > len(text) {
				t.Fatal("offset outside of the text", failure.offset)
			}
			return
		}
		printed := block(id, attrs)
		id2, attrs2, size, failure := parseBlock(printed)
		if failure != nil || size != len(printed) || id2 != id {
			t.Fatal(printed, failure)
		}
		if diff := cmp.Diff(attrs, attrs2); diff != "" {
			t.Fatal(diff)
		}
		if block(id2, attrs2) != printed {
			t.Fatal("not stable:", printed)
		}
	})
}

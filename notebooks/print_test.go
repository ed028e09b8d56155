package notebooks

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file of testdata, or writes it with -update.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s:\n%s", path, diff)
	}
}

func TestFormat(t *testing.T) {
	inputs, err := filepath.Glob("testdata/fmt/*.wnb")
	if err != nil || len(inputs) == 0 {
		t.Fatal("no inputs", err)
	}
	for _, input := range inputs {
		t.Run(filepath.Base(input), func(t *testing.T) {
			src, err := os.ReadFile(input)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Format(input, src)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, input+".golden", got)
			again, err := Format(input, got)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(got), string(again)); diff != "" {
				t.Errorf("formatting again changes it:\n%s", diff)
			}
		})
	}
}

func TestDesignExampleIsFormatted(t *testing.T) {
	const path = "../../shared/design/example.wnb"
	src, err := os.ReadFile(path)
	if err != nil {
		t.Skip("the design example is not beside this checkout:", err)
	}
	got, err := Format(path, src)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(src), string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestPrintNewDocument(t *testing.T) {
	doc := &Document{
		Front: FrontMatter{Title: "Runs: a report", Description: "yes"},
		Cells: []Cell{
			{Lang: Markdown, Source: "# One"}, {Lang: Markdown, Source: "two\r\nlines"}, {Lang: Markdown, Source: ""},
			{Lang: Starlark, Source: "x = \"\"\"\n```\n\"\"\"\n"}, {ID: "cell-1", Lang: SQL, Source: "SELECT 1"},
			{ID: "named", Lang: Markdown, Source: "end"}, {ID: "md-5", Lang: Markdown, Source: "derived"},
		},
	}
	doc.AssignIDs()
	got := doc.Print()
	golden(t, "testdata/new.wnb.golden", got)
	parsed, err := Parse("new.wnb", got)
	if err != nil {
		t.Fatal(err)
	}
	parsed.AssignIDs()
	for i, cell := range parsed.Cells {
		want := doc.Cells[i]
		if cell.ID != want.ID || cell.Source != normalizeLines(want.Source) {
			t.Errorf("cell %d came back as %+v, want %+v", i, cell, want)
		}
	}
}

func TestAssignIDs(t *testing.T) {
	doc := &Document{Cells: []Cell{
		{Lang: Starlark}, {ID: "cell-1", Lang: Go}, {Lang: Markdown}, {ID: "md-1", Lang: SQL},
		{Lang: Raw}, {ID: "md-9", Lang: Markdown}, {Lang: Markdown},
	}}
	doc.AssignIDs()
	var got []string
	for _, cell := range doc.Cells {
		got = append(got, cell.ID)
	}
	want := []string{"cell-2", "cell-1", "md-1-x", "md-1", "cell-3", "md-9", "md-3"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAttrs(t *testing.T) {
	id, attrs, size, failure := parseBlock(`{#a .disabled after=" x, y" retries=2 timeout=1m30s unknown=é meta="{\"k\":\"\u0060\"}"} rest`)
	if failure != nil || id != "a" || size == 0 {
		t.Fatal(failure, id, size)
	}
	if got, want := block(id, attrs), `{#a .disabled after=" x, y" retries=2 timeout=1m30s unknown=é meta="{\"k\":\"\u0060\"}"}`; got != want {
		t.Errorf("printed as %s", got)
	}
	timeout, err := attrs.Timeout()
	if err != nil || timeout.Seconds() != 90 {
		t.Error(timeout, err)
	}
	retries, err := attrs.Retries()
	if err != nil || retries != 2 {
		t.Error(retries, err)
	}
	if diff := cmp.Diff([]string{"x", "y"}, attrs.After()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"unknown"}, attrs.Unknown()); diff != "" {
		t.Error(diff)
	}
	if _, ok := attrs.Get(Disabled); ok || !attrs.Has(Disabled) || attrs.Has("disabled") {
		t.Error("a class is not a value")
	}
	attrs.Set(Retries, "x")
	attrs.Set(Timeout, "-1s")
	if _, err := attrs.Retries(); err == nil {
		t.Error("retries=x was accepted")
	}
	if _, err := attrs.Timeout(); err == nil {
		t.Error("timeout=-1s was accepted")
	}
	attrs.SetFlag(Always)
	attrs.Delete(Meta)
	attrs.Delete("nothing")
	if got := attrs.String(); !strings.HasSuffix(got, "retries=x timeout=-1s unknown=é always") {
		t.Error(got)
	}
	var none Attrs
	if d, err := none.Timeout(); d != 0 || err != nil || none.After() != nil {
		t.Error("an empty block has values")
	}
}

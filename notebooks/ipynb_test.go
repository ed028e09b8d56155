package notebooks

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestImportGolden(t *testing.T) {
	inputs, err := filepath.Glob("testdata/ipynb/*.ipynb")
	if err != nil || len(inputs) == 0 {
		t.Fatal("no inputs", err)
	}
	for _, input := range inputs {
		t.Run(filepath.Base(input), func(t *testing.T) {
			data, err := os.ReadFile(input)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := FromIPYNB(data)
			if err != nil {
				t.Fatal(err)
			}
			text := doc.Print()
			golden(t, input+".wnb.golden", text)
			formatted, err := Format(input, text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(text), string(formatted)); diff != "" {
				t.Errorf("an import is not in fmt form:\n%s", diff)
			}
			back, err := doc.IPYNB()
			if err != nil {
				t.Fatal(err)
			}
			golden(t, input+".golden", back)
		})
	}
}

// TestNBFormat asks Jupyter's own library whether the notebooks are valid.
func TestNBFormat(t *testing.T) {
	const python = "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import nbformat").Run(); err != nil {
		t.Skip("python3 with nbformat is not installed:", err)
	}
	docs := []*Document{everyOutput(), {}}
	inputs, err := filepath.Glob("testdata/ipynb/*.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	for _, input := range inputs {
		data, err := os.ReadFile(input)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := FromIPYNB(data)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, doc)
	}
	var notebooks []string
	for _, doc := range docs {
		for _, write := range []func() ([]byte, error){doc.IPYNB, doc.WireIPYNB} {
			data, err := write()
			if err != nil {
				t.Fatal(err)
			}
			notebooks = append(notebooks, string(data))
		}
	}
	const script = `import json, sys, nbformat
for text in json.load(sys.stdin):
    nbformat.validate(nbformat.reads(text, as_version=nbformat.NO_CONVERT))`
	stdin, err := json.Marshal(notebooks)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-W", "error::UserWarning", "-c", script)
	cmd.Stdin = bytes.NewReader(stdin)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("nbformat says %v: %s", err, out)
	}
}

// everyOutput is a document with each kind of output.
func everyOutput() *Document {
	png := []byte("\x89PNG\r\n\x1a\n")
	return &Document{
		Front: FrontMatter{Title: "Outputs"},
		Cells: []Cell{
			{Lang: Markdown, Source: "# Hello\n\ntext"},
			{ID: "a", Lang: Starlark, Source: "x = 1\nx", Execution: &Execution{Status: StatusFailed, Count: 2}, Outputs: []Output{
				{Type: Stream, Name: "stdout", Text: "one\ntwo\n"},
				{Type: Stream, Name: "stderr", Text: "no end of line"},
				{Type: DisplayData, Data: map[string][]byte{
					"image/png": png, "image/svg+xml": []byte("<svg>\n</svg>"), "text/plain": []byte("figure"),
					"application/json": []byte(`{"a":[1,2]}`), "application/vnd.vega.v5+json": []byte(`{}`),
				}, Metadata: map[string]any{"image/png": map[string]any{"width": 100.0}}},
				{Type: ExecuteResult, Data: map[string][]byte{"text/html": []byte("<b>1</b>\n"), "text/plain": []byte("1")}},
				{Type: ErrorOutput, EName: "Error", EValue: "bad", Traceback: []string{"line 1", "line 2"}},
			}},
			{ID: "b", Lang: SQL, Attrs: Attrs{{Key: Out, Value: "x"}, {Key: HideCode, Flag: true}}, Source: "SELECT 1"},
			{ID: "c", Lang: Raw, Attrs: Attrs{{Key: Disabled, Flag: true}}, Source: "raw"},
		},
	}
}

func TestOutputs(t *testing.T) {
	doc := everyOutput()
	data, err := doc.IPYNB()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/outputs.ipynb.golden", data)

	back, err := FromIPYNB(data)
	if err != nil {
		t.Fatal(err)
	}
	doc.AssignIDs()
	for i := range doc.Cells[1].Outputs {
		if out := &back.Cells[1].Outputs[i]; len(out.Metadata) == 0 {
			out.Metadata = nil
		}
	}
	if diff := cmp.Diff(doc.Cells, back.Cells); diff != "" {
		t.Error(diff)
	}
}

func TestIPYNBRefuses(t *testing.T) {
	output := func(o Output) *Document {
		return &Document{Cells: []Cell{{ID: "x", Lang: Starlark, Outputs: []Output{o}}}}
	}
	for want, doc := range map[string]*Document{
		"cell x: output 1: application/json does not hold JSON": output(Output{Type: DisplayData, Data: map[string][]byte{"application/json": []byte("{")}}),
		`cell x: output 1: unknown output type "other"`:         output(Output{Type: "other"}),
		"front matter: ipynb does not hold a JSON object":       {Front: FrontMatter{Raw: "wnb: 1\nipynb: '1'\n"}},
	} {
		if _, err := doc.IPYNB(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestFromIPYNBErrors(t *testing.T) {
	tests := []struct{ name, data, want string }{
		{"empty", "", "not a Jupyter notebook"},
		{"broken", "{\n\"nbformat\": 4,\n}", "line 3"},
		{"other JSON", `{"a": 1}`, "it has no nbformat"},
		{"too old", `{"nbformat": 2}`, "nbformat 2 is not supported"},
		{"too new", `{"nbformat": 5}`, "nbformat 5 is not supported"},
		{"cell type", `{"nbformat": 4, "cells": [{"cell_type": "x"}]}`, `cell 1: unknown cell type "x"`},
		{"source", `{"nbformat": 4, "cells": [{"cell_type": "raw", "source": 1}]}`, "cell 1: its source is neither"},
		{"metadata", `{"nbformat": 4, "cells": [{"cell_type": "raw", "metadata": []}]}`, "cell 1: what it has as meta is not an object"},
		{"output", `{"nbformat": 4, "cells": [{"cell_type": "code", "outputs": [{}]}]}`, `cell 1: output 1: unknown output type ""`},
		{"front matter", `{"nbformat": 4, "metadata": {"wnb": {"front_matter": "wnb: 9"}}}`, "metadata wnb.front_matter: 1:6: format version 9"},
		{"front matter with an end", `{"nbformat": 4, "metadata": {"wnb": {"front_matter": "wnb: 1\n---\n"}}}`, "a line --- would end"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := FromIPYNB([]byte(test.data)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestMagic(t *testing.T) {
	flag := Attrs{{Key: HideCode, Flag: true}}
	tests := []struct {
		name string
		cell Cell
		want string
	}{
		{"plain", Cell{Lang: Starlark, Source: "x = 1"}, "x = 1"},
		{"plain, empty", Cell{Lang: Starlark}, ""},
		{"metadata is not in the line", Cell{Lang: Starlark, Attrs: Attrs{{Key: Meta, Value: `{"a":1}`}}, Source: "x"}, "x"},
		{"attributes", Cell{Lang: Starlark, Attrs: flag, Source: "x"}, "%%starlark .hide-code\nx"},
		{"language", Cell{Lang: SQL, Source: "SELECT 1"}, "%%sql\nSELECT 1"},
		{"language, empty", Cell{Lang: Go}, "%%go"},
		{"quotes", Cell{Lang: C, Attrs: Attrs{{Key: Out, Value: "a b"}}, Source: "\n"}, "%%c out=\"a b\"\n\n"},
		{"Starlark that looks like SQL", Cell{Lang: Starlark, Source: "%%sql\nx"}, "%%starlark\n%%sql\nx"},
		{"Starlark that starts with its own line", Cell{Lang: Starlark, Source: "%%starlark\nx"}, "%%starlark\n%%starlark\nx"},
		{"unknown magic", Cell{Lang: Starlark, Source: "%%time\nx"}, "%%time\nx"},
		{"python", Cell{Lang: Python, Source: "%%time\nx"}, "%%python\n%%time\nx"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := test.cell.Magic()
			if got != test.want {
				t.Fatalf("got %q, want %q", got, test.want)
			}
			back := Cell{Source: got}
			back.readMagic()
			want := test.cell
			want.Attrs = want.visibleAttrs()
			if diff := cmp.Diff(want, back); diff != "" && len(want.Attrs)+len(back.Attrs) > 0 {
				t.Error(diff)
			}
		})
	}
	if got := (&Cell{Lang: Markdown, Source: "# x"}).Magic(); got != "# x" {
		t.Error(got)
	}
}

func TestSplitMagicErrors(t *testing.T) {
	for code, want := range map[string]string{
		"%%time\nx":          `line 1: unknown cell language "%%time"; known are starlark, sql`,
		"%%markdown\nx":      "unknown cell language",
		"%% x":               "unknown cell language",
		"%%sql out=\nx":      "line 1: there is no value after =",
		"%%sql #a":           "remove them from the line",
		`%%sql meta="{}"`:    "remove them from the line",
		"%%sql {out=x}\nfoo": "bad attribute",
	} {
		if _, _, _, err := SplitMagic(code); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", code, err, want)
		}
	}
}

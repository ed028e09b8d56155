package notebooks

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// hostileLines are lines that mean something in a .wnb file or in Markdown.
var hostileLines = []string{
	"", " ", "\t", "---", "```", "````", "`````", "~~~", " ```", "   ```", "    ```", "\t```", "```python",
	"```starlark {#a}", "```sql {}", "````markdown {#b}", "```go {1,3-5}", "```c {x}``` inline", "```starlark {#a x=`1`}",
	"<!-- cell -->", "<!-- cell {#a} -->", "<!-- cell {??} -->", " <!-- cell -->", "- item", "- ```", "  ```", "1. ```sh",
	"> ```", "> quote", "# Title", "text with trailing spaces  ", "ünïcödé 日本 🙂", "a`b", "$x^2$", "%%sql out=x", "%%starlark",
	"%%python", "%%time", "%%sql a=1 a=2", "%%sql", "\u0000", "\u0085", "\u2028", "\ufeff", "x = 1", "print('it''s \"q\"')", "wnb: 1",
}

func genText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		line := rapid.OneOf(rapid.SampledFrom(hostileLines), rapid.String())
		ends := rapid.SampledFrom([]string{"\n", "\n", "\n", "\r\n", "\r"})
		var b strings.Builder
		for i := range rapid.IntRange(0, 8).Draw(t, "lines") {
			if i > 0 {
				b.WriteString(ends.Draw(t, "end"))
			}
			b.WriteString(strings.ToValidUTF8(line.Draw(t, "line"), "?"))
		}
		return b.String()
	})
}

// genSource gives a source as a text or as the list of lines that nbformat
// also allows.
func genSource(t *rapid.T) any {
	text := genText().Draw(t, "source")
	if rapid.Bool().Draw(t, "as list") {
		return strings.SplitAfter(text, "\n")
	}
	return text
}

func genJSONObject(t *rapid.T) map[string]any {
	values := rapid.OneOf(
		rapid.Just[any](true), rapid.Just[any](nil), rapid.Just[any](json.Number("12345678901234567890123")),
		rapid.Map(genText(), func(s string) any { return s }),
		rapid.Just[any](map[string]any{"source_hidden": true, "attrs": ".hide-code"}), rapid.Just[any]([]any{1.5, "x`y"}),
	)
	keys := rapid.SampledFrom([]string{"collapsed", "tags", "jupyter", "wnb", "attachments", "a b", "name", "it's", "`"})
	return rapid.MapOfN(keys, values, 0, 3).Draw(t, "object")
}

func genIPYNB(t *rapid.T) map[string]any {
	ids := rapid.SampledFrom([]string{"a", "b", "md-1", "md-2", "md-3", "cell-1", "cell-2", "md-1-x", strings.Repeat("x", 64), "A_b-9", "", "bad id!", "ü"})
	cells := []any{}
	for range rapid.IntRange(0, 6).Draw(t, "cells") {
		kind := rapid.SampledFrom([]string{"markdown", "markdown", "code", "raw"}).Draw(t, "kind")
		cell := map[string]any{"cell_type": kind, "source": genSource(t), "metadata": genJSONObject(t)}
		if id := ids.Draw(t, "id"); id != "" {
			cell["id"] = id
		}
		if kind == "code" {
			cell["outputs"], cell["execution_count"] = []any{}, nil
		} else if rapid.Bool().Draw(t, "attached") {
			cell["attachments"] = map[string]any{"a`b.png": map[string]any{"image/png": "iVBORw0KGgo="}}
		}
		cells = append(cells, cell)
	}
	metadata := genJSONObject(t)
	switch rapid.SampledFrom([]string{"python", "wnb", "none", "language", "null"}).Draw(t, "kernel") {
	case "python":
		metadata["kernelspec"] = map[string]any{"name": "python3", "display_name": "Python 3", "language": "python"}
	case "language":
		metadata["language_info"] = map[string]any{"name": "R", "version": "4"}
	case "wnb":
		metadata["kernelspec"] = json.RawMessage(ourKernelspec)
	case "null":
		delete(metadata, "name")
	}
	return map[string]any{"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}
}

// A plainCell is what rule 7 promises to keep of a cell.
type plainCell struct {
	Kind, ID, Source      string
	Metadata, Attachments any
}

func plainCells(t *rapid.T, notebook []byte) ([]plainCell, map[string]any) {
	var in struct {
		Cells    []map[string]any
		Metadata map[string]any
	}
	dec := json.NewDecoder(strings.NewReader(string(notebook)))
	dec.UseNumber()
	if err := dec.Decode(&in); err != nil {
		t.Fatal(err)
	}
	var out []plainCell
	for _, cell := range in.Cells {
		c := plainCell{Kind: cell["cell_type"].(string), Metadata: cell["metadata"], Attachments: cell["attachments"]}
		c.ID, _ = cell["id"].(string)
		switch source := cell["source"].(type) {
		case string:
			c.Source = source
		case []any:
			for _, line := range source {
				c.Source += line.(string)
			}
		}
		c.Source = normalizeLines(c.Source)
		out = append(out, c)
	}
	return out, in.Metadata
}

// canonicalMagic writes the %% line of a code cell of wnb's as wnb does, the
// one thing about a source that a round trip may change.
func canonicalMagic(source string) string {
	lang, attrs, rest, err := SplitMagic(source)
	if err != nil {
		return source
	}
	return (&Cell{Lang: lang, Attrs: attrs, Source: rest}).Magic()
}

func TestIPYNBRoundTripLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, err := json.Marshal(genIPYNB(t))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := FromIPYNB(in)
		if err != nil {
			t.Fatal(err)
		}
		text := doc.Print()
		parsed, err := Parse("x.wnb", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if diff := cmp.Diff(string(text), string(parsed.Print())); diff != "" {
			t.Fatalf("print is not stable:\n%s", diff)
		}
		out, err := parsed.IPYNB()
		if err != nil {
			t.Fatal(err)
		}
		compareNotebooks(t, in, out)

		// By way of a client that runs it with wnb's kernel, too.
		wire, err := parsed.WireIPYNB()
		if err != nil {
			t.Fatal(err)
		}
		back, err := FromIPYNB(wire)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(text), string(back.Print())); diff != "" {
			t.Fatalf("the text changed over the wire:\n%s", diff)
		}
	})
}

func compareNotebooks(t *rapid.T, in, out []byte) {
	want, wantMeta := plainCells(t, in)
	got, gotMeta := plainCells(t, out)
	kernel, _ := gotMeta["kernelspec"].(map[string]any)
	ours := kernel["name"] == kernelName
	seen := map[string]bool{}
	for i := range want {
		if i < len(got) && (!ValidID(want[i].ID) || seen[want[i].ID]) {
			want[i].ID = got[i].ID // there was none to keep
		}
		seen[want[i].ID] = true
		if ours && want[i].Kind == "code" {
			want[i].Source = canonicalMagic(want[i].Source)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("cells changed:\n%s", diff)
	}
	if ours {
		delete(wantMeta, "kernelspec")
		delete(gotMeta, "kernelspec")
		delete(gotMeta, "language_info")
		if wnb, ok := gotMeta["wnb"].(map[string]any); ok {
			delete(wnb, "front_matter")
		}
		if _, isObject := wantMeta["wnb"].(map[string]any); !isObject {
			delete(gotMeta, "wnb") // the front matter took its place; the .wnb text keeps it
			delete(wantMeta, "wnb")
		}
	}
	if diff := cmp.Diff(fmt.Sprint(wantMeta), fmt.Sprint(gotMeta)); diff != "" {
		t.Fatalf("notebook metadata changed:\n%s", diff)
	}
}

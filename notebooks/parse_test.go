package notebooks

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const head = "---\nwnb: 1\n---\n"

func TestParseErrors(t *testing.T) {
	tests := []struct {
		name, src string
		want      []string // the first line of each error
		hint      string   // in the text of all errors
	}{
		{"empty file", "", []string{"x.wnb:1: there is no front matter"}, "---\n  wnb: 1\n  ---"},
		{"no front matter", "# Title\n", []string{"x.wnb:1: there is no front matter"}, "three lines"},
		{"front matter not closed", "---\nwnb: 1\n", []string{"x.wnb:1: the front matter that starts here is not closed"}, "line ---"},
		{"no version", "---\ntitle: x\n---\n", []string{"x.wnb:2: the front matter has no format version"}, "wnb: 1"},
		{"newer version", "---\ntitle: x\nwnb: 2\n---\n", []string{"x.wnb:3:6: format version 2 is newer than this program, which reads version 1; use a newer wnb"}, ""},
		{"version not a number", "---\nwnb: one\n---\n", []string{`x.wnb:2:6: the format version "one" is not a number from 1; write wnb: 1`}, ""},
		{"bad YAML", "---\nwnb: 1\ntitle: a: b\n---\n", []string{"x.wnb:3:8: mapping value is not allowed in this context"}, ""},
		{"tab in YAML", "---\nwnb: 1\nparams:\n\tseed: 1\n---\n", []string{"x.wnb:4:1: found character '\t' that cannot start any token"}, ""},
		{"key twice", "---\nwnb: 1\ntitle: a\ntitle: b\n---\n", []string{`x.wnb:4:1: mapping key "title" already defined on line 3`}, ""},
		{"front matter is a list", "---\n- wnb\n---\n", []string{"x.wnb:2:1: the front matter is not a YAML mapping of key: value lines"}, ""},
		{"title is a map", "---\nwnb: 1\ntitle: {a: b}\n---\n", []string{"x.wnb:3:8: title is not a text"}, ""},
		{"ipynb is no JSON", "---\nwnb: 1\nipynb: '{'\n---\n", []string{"x.wnb:3:1: ipynb does not hold a JSON object in single quotes"}, "remove the line"},
		{"ipynb as YAML", "---\nwnb: 1\nipynb: {a: 1}\n---\n", []string{"x.wnb:3:1: ipynb is not written as wnb writes it: one line ipynb: '<JSON object>'"}, ""},
		{"cell not closed", head + "\n```starlark {#a}\nx = 1\n\n```sql {#b}\nSELECT 1\n", []string{"x.wnb:5:1: the fence ``` that opens here is never closed"}, "line 8, which starts a cell, is inside it now"},
		{"prose fence not closed", head + "\n~~~~\ncode\n~~~\n\n```starlark {#a}\n```\n", []string{"x.wnb:5:1: the fence ~~~~ that opens here is never closed"}, "a line ~~~~;"},
		{"longer fence not closed by a shorter", head + "````starlark {#a}\n```\n", []string{"x.wnb:4:1: the fence ```` that opens here is never closed"}, "a line ````"},
		{"duplicate ids", head + "```starlark {#a}\n```\n\n<!-- cell {#a} -->\n\ntext\n\n```sql {.disabled #a}\n```\n",
			[]string{"x.wnb:7:12: cell id #a is already used on line 4", "x.wnb:11:19: cell id #a is already used on line 4"}, "another id"},
		{"bad id", head + "```starlark {#a.b}\n```\n", []string{`x.wnb:4:14: "#a.b" is not a cell id`}, "1 to 64"},
		{"id too long", head + "```starlark {#" + strings.Repeat("x", 65) + "}\n```\n", []string{`x.wnb:4:14: "#` + strings.Repeat("x", 65) + `" is not a cell id`}, ""},
		{"two ids", head + "```starlark {#a #b}\n```\n", []string{"x.wnb:4:17: a second id, #b after #a"}, "one id"},
		{"block not closed", head + "```starlark {#a\n```\n", []string{"x.wnb:4:13: the attribute block is not closed"}, "}"},
		{"text after the block", head + "```starlark {#a} extra\n```\n", []string{"x.wnb:4:17: there is text after the attribute block"}, ""},
		{"bad attribute", head + "```go {1,3-5}\n```\n", []string{`x.wnb:4:8: bad attribute at "1,"`}, "key=value"},
		{"value missing", head + "```sql {#a out=}\n```\n", []string{"x.wnb:4:16: there is no value after ="}, `key=""`},
		{"quote not closed", head + "```sql {#a out=\"x}\n```\n", []string{"x.wnb:4:16: the quoted value is not closed"}, ""},
		{"bad escape", head + "```sql {#a out=\"\\x\"}\n```\n", []string{"x.wnb:4:16: bad quoted value"}, "JSON"},
		{"column in characters", head + "```sql {#a out=\"äöü\" out=b}\n```\n", []string{"x.wnb:4:22: attribute out is given twice"}, ""},
		{"backtick in a bare value", head + "```sql {#a out=`x`}\n```\n", []string{"x.wnb:4:16: there is no value after ="}, ""},
		{"meta is no object", head + "```sql {#a meta=\"[]\"}\n```\n", []string{"x.wnb:4:12: meta must hold a JSON object"}, ""},
		{"bad marker", head + "text\n\n<!-- cell {??} -->\n\nmore\n", []string{`x.wnb:6:12: bad attribute at "?"`}, ""},
		{"not UTF-8", head + "text\nä\xff\n", []string{"x.wnb:5:2: byte 0xff is not UTF-8 text"}, "UTF-8"},
		{"several at once", "---\ntitle: [a]\n---\n```sql {#a b=}\n```\n```go {#b}\n",
			[]string{"x.wnb:2:8: title is not a text", "x.wnb:4:14: there is no value after =", "x.wnb:6:1: the fence ``` that opens here is never closed"}, ""},
		{"second YAML document", "---\nwnb: 1\n--- \n", nil, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("x.wnb", []byte(test.src))
			if test.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var errs Errors
			if !errors.As(err, &errs) {
				t.Fatalf("got %v, want an Errors", err)
			}
			var got []string
			for _, e := range errs {
				line, _, _ := strings.Cut(e.Error(), "\n")
				got = append(got, line)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if !strings.Contains(err.Error(), test.hint) {
				t.Errorf("no %q in:\n%s", test.hint, err)
			}
		})
	}
}

func TestParseCells(t *testing.T) {
	md := func(line int, source string) Cell { return Cell{Lang: Markdown, Line: line, Source: source} }
	star := func(id string, line int, source string) Cell {
		return Cell{ID: id, Lang: Starlark, Line: line, Source: source}
	}
	tests := []struct {
		name, body string
		want       []Cell
	}{
		{"nothing", "", nil},
		{"only blank lines", "\n \n\t\n", nil},
		{"prose keeps inner blank lines", "\n\na\n\n\nb\n\n", []Cell{md(6, "a\n\n\nb")}},
		{"prose around a cell", "a\n```starlark {#x}\n1\n```\nb\n", []Cell{md(4, "a"), star("x", 6, "1"), md(8, "b")}},
		{"no id, no space", "```starlark{}\n```\n", []Cell{star("", 5, "")}},
		{"no attribute block is prose", "```starlark\n1\n```\n", []Cell{md(4, "```starlark\n1\n```")}},
		{"unknown language is prose", "```julia {#a}\n1\n```\n", []Cell{md(4, "```julia {#a}\n1\n```")}},
		{"tilde fence is prose", "~~~starlark {#a}\n1\n~~~\n", []Cell{md(4, "~~~starlark {#a}\n1\n~~~")}},
		{"indented fence is prose", " ```starlark {#a}\n 1\n ```\n", []Cell{md(4, " ```starlark {#a}\n 1\n ```")}},
		{"cell-like in a longer fence", "````\n```starlark {#a}\n```\n````\n", []Cell{md(4, "````\n```starlark {#a}\n```\n````")}},
		{"cell-like in a tilde fence", "~~~\n```starlark {#a}\n```\n~~~\n", []Cell{md(4, "~~~\n```starlark {#a}\n```\n~~~")}},
		{"cell-like in an indented fence", "  ```\n```starlark {#a}\n```\n", []Cell{md(4, "  ```\n```starlark {#a}\n```")}},
		{"fence in a list item", "- ```\n  x\n  ```\n\n```starlark {#a}\n```\n", []Cell{md(4, "- ```\n  x\n  ```"), star("a", 9, "")}},
		{"inline code that looks like a fence", "```c {x}``` is code\n", []Cell{md(4, "```c {x}``` is code")}},
		{"longer fence holds a shorter", "````starlark {#a}\n```\n````\n", []Cell{star("a", 5, "```")}},
		{"closing fence with indent and spaces", "```starlark {#a}\n1\n   ``` \t\n", []Cell{star("a", 5, "1")}},
		{"a fence with words does not close", "````starlark {#a}\n```` x\n````\n", []Cell{star("a", 5, "```` x")}},
		{"edge blank lines of a cell stay", "```starlark {#a}\n\n1\n\n```\n", []Cell{star("a", 5, "\n1\n")}},
		{"markers", "a\n<!-- cell -->\nb\n<!--cell {#c}-->\n\nc\n", []Cell{md(4, "a"), md(6, "b"), {ID: "c", Lang: Markdown, Line: 9, Source: "c"}}},
		{"marker in a fence is text", "```\n<!-- cell -->\n```\n", []Cell{md(4, "```\n<!-- cell -->\n```")}},
		{"markers without text", "<!-- cell -->\n<!-- cell {#a} -->\n```raw {#r}\n```\n", []Cell{{ID: "a", Lang: Markdown, Line: 6}, {ID: "r", Lang: Raw, Line: 7}}},
		{"rule 4", "```sql {#q .hide-code after=a,b always timeout=30s when=\"x \\u0060 }\" new}\n```\n", []Cell{{
			ID: "q", Lang: SQL, Line: 5, Attrs: Attrs{
				{Key: ".hide-code", Flag: true}, {Key: "after", Value: "a,b"}, {Key: "always", Flag: true},
				{Key: "timeout", Value: "30s"}, {Key: "when", Value: "x ` }"}, {Key: "new", Flag: true},
			},
		}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			doc, err := Parse("x.wnb", []byte(head+test.body))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, doc.Cells); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseLineEnds(t *testing.T) {
	want, err := Parse("x", []byte(head+"a\n\n```starlark {#x}\n1\n2\n```\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, src := range map[string]string{
		"CRLF and BOM":     "\ufeff---\r\nwnb: 1\r\n---\r\na\r\n\r\n```starlark {#x}\r\n1\r\n2\r\n```\r\n",
		"CR":               "---\rwnb: 1\r---\ra\r\r```starlark {#x}\r1\r2\r```\r",
		"no final newline": strings.TrimSuffix(string(want.Print()), "\n"),
	} {
		got, err := Parse("x", []byte(src))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(string(want.Print()), string(got.Print())); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestParseFrontMatter(t *testing.T) {
	raw := "# first\nzzz: kept  # really\nwnb: 1\ntitle: 'It''s'\ndescription: |\n  two\n  lines\ntags: [a, b]\nconfig:\n  dir: configs\n  defaults: [train: base, n: 2]\n"
	doc, err := Parse("x", []byte("---\n"+raw+"---\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := FrontMatter{
		Raw: raw, Version: 1, Title: "It's", Description: "two\nlines", Tags: map[string]string{"a": "", "b": ""},
		Config: map[string]any{"dir": "configs", "defaults": []any{map[string]any{"train": "base"}, map[string]any{"n": int64(2)}}},
	}
	if diff := cmp.Diff(want, doc.Front); diff != "" {
		t.Error(diff)
	}
}

func TestParseFrontMatterText(t *testing.T) {
	front, err := ParseFrontMatter("wnb: 1\ntags: {project: wine, year: 2024}")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"project": "wine", "year": "2024"}, front.Tags); diff != "" {
		t.Error(diff)
	}
	if _, err := ParseFrontMatter("wnb: 1\n---\n"); err == nil {
		t.Error("a --- line was accepted")
	}
}

func TestHostileYAMLIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"brackets": strings.Repeat("[", 1<<17),
		"dashes":   strings.Repeat("- ", 1<<17),
		"keys":     strings.Repeat("? ", 1<<16),
		"size":     "wnb: 1\ntitle: " + strings.Repeat("x", 1<<16),
		"lines":    "wnb: 1\ntitle: |\n  " + strings.Repeat("\n", 1<<14),
		"quotes":   strings.Repeat(`"`, 1<<14),
		"aliases":  strings.Repeat("*a ", 1<<13),
		"merge":    "config: {<<: {a: 1}}\nwnb: 1",
		"alias":    "a: &a [1]\nconfig: {b: *a}\nwnb: 1",
		"big int":  "wnb: 99999999999999999999",
	} {
		if _, err := ParseFrontMatter(text); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

package check

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/notebooks"
)

// text makes a notebook of cells as in a .wnb file, with ~~~ for the fences.
// A text that does not start with --- gets a front matter.
func text(source string) []byte {
	source = strings.ReplaceAll(source, "~~~", "```")
	if !strings.HasPrefix(source, "---\n") {
		source = "---\nwnb: 1\n---\n\n" + source
	}
	return []byte(source)
}

// brief shows diagnostics as "cell:line:col code severity: message".
func brief(ds []Diagnostic) []string {
	var out []string
	for _, d := range ds {
		where := d.Cell
		if strings.HasSuffix(d.File, ".star") {
			where = d.File
		}
		out = append(out, fmt.Sprintf("%s:%d:%d-%d %s %s: %s", where, d.Line, d.Col, d.EndCol, d.Code, d.Severity, d.Message))
	}
	return out
}

func TestDiagnostics(t *testing.T) {
	for _, tt := range []struct {
		name, source string
		want         []string
	}{
		{"nothing", "~~~starlark {#a}\nprint(1)\n~~~", nil},
		{"first use of an undefined name", "~~~starlark {#a}\nprint(1)\nprint(xs)\n~~~", []string{"a:2:7-9 WNB010 error: `xs` is not defined in any cell"}},
		{"cycle by after", "~~~starlark {#a after=b}\nprint(1)\n~~~\n\n~~~starlark {#b after=a}\nprint(2)\n~~~",
			[]string{"a:0:17-23 WNB013 error: these cells wait for each other: a comes after b, b comes after a"}},
		{"a cell after itself", "~~~starlark {#a after=a}\nprint(1)\n~~~", []string{"a:0:17-23 WNB018 error: after=a names the cell itself"}},
		{"two bad attributes", "~~~starlark {#a timeout=x retries=y}\nprint(1)\n~~~", []string{
			"a:0:17-26 WNB005 error: timeout=x is not a duration: write 30s, 5m or 1h30m", "a:0:27-36 WNB005 error: retries=y is not a count: write a number from 0"}},
		{"an attribute that is part of other words", "~~~starlark {#star star always}\nprint(1)\n~~~", []string{"star:0:20-24 WNB004 warning: wnb does not know the attribute star"}},
		{"an unused name of a cell in the middle is a warning", "~~~starlark {#a}\nx = 1\ny = 2\n~~~\n\n~~~starlark {#b}\nprint(x)\nz = 3\n~~~",
			[]string{"a:2:1-2 WNB012 warning: `y` is defined and never read", "b:2:1-2 WNB012 note: `z` is defined and never read"}},
		{"names that are unpacked together", "~~~starlark {#a}\nx, y = 1, 2\nz, w = 3, 4\nx\n~~~",
			[]string{"a:2:1-2 WNB012 note: `z` is defined and never read", "a:2:4-5 WNB012 note: `w` is defined and never read"}},
		{"tests are read by wnb test", "~~~starlark {#a}\ndef test_it():\n    assert_(True)\n~~~", nil},
		{"what another language mentions is read", "~~~starlark {#a}\nwine = frame({\"x\": [1]})\n~~~\n\n~~~sql {#b}\nSELECT * FROM wine\n~~~", nil},
		{"nothing is unused in a notebook that cannot be read", "~~~starlark {#a}\nx = 1\n~~~\n\n~~~starlark {#b}\n(x\n~~~",
			[]string{"b:1:3-4 WNB002 error: the cell ends before this is complete"}},
		{"a loop variable hides a module", "~~~starlark {#a}\nfor plot in [1]:\n    print(plot)\n~~~", []string{"a:1:5-9 WNB016 warning: `plot` hides the module of that name"}},
		{"a function hides one", "~~~starlark {#a}\ndef sum(xs):\n    return xs\n\nsum(1)\n~~~", []string{"a:1:5-8 WNB016 warning: `sum` hides the function of that name"}},
		{"a disabled cell", "~~~starlark {#a .disabled}\nml.nothing\n~~~", []string{"a:1:4-11 WNB020 warning: ml has no `nothing`"}},
		{"an attribute in an f-string", "~~~starlark {#a}\nprint(f\"é {ml.nothing}\")\n~~~", []string{"a:1:15-22 WNB020 error: ml has no `nothing`"}},
		{"a part over two lines", "~~~starlark {#a}\ns = series([1])\nif (s >\n    1):\n    pass\n~~~", []string{"a:2:5-8 WNB025 error: a series is neither true nor false"}},
		{"columns in a function", "~~~starlark {#a}\ndf = frame({\"a\": [1]})\n\ndef f():\n    return df[\"b\"]\n\nf()\n~~~",
			[]string{"a:4:15-18 WNB024 warning: no column \"b\" (available: \"a\")"}},
		{"a param in the front matter", "---\nwnb: 1\nparams:\n  depth: 3\n---\n\n~~~starlark {#a}\nprint(1)\n~~~", []string{":0:3-8 WNB031 warning: param `depth` is declared and no cell reads it"}},
		{"params handed on", "---\nwnb: 1\nparams:\n  depth: 3\n---\n\n~~~starlark {#a}\nprint(params)\n~~~", nil},
		{"a file written in a branch", "~~~starlark {#a}\nif len([1]) > 0:\n    frame({}).to_csv(\"x.csv\")\n~~~\n\n~~~starlark {#b}\nframe({}).to_csv(\"./x.csv\")\n~~~",
			[]string{"b:1:18-27 WNB033 warning: cell a writes x.csv too"}},
		{"a file read by a cell that needs the writer", "~~~starlark {#a}\ndf = frame({\"x\": [1]})\ndf.to_csv(\"x.csv\")\n~~~\n\n~~~starlark {#b}\nprint(df)\nio.read_text(\"x.csv\")\n~~~", nil},
		{"impure, and said so", "~~~starlark {#a cache=off}\nname = input()\n~~~\n\n~~~starlark {#b}\nprint(name)\n~~~", nil},
		{"impure through a function of another cell", "~~~starlark {#a}\ndef ask():\n    return input()\n~~~\n\n~~~starlark {#b}\nname = ask()\n~~~\n\n~~~starlark {#c}\nprint(name)\n~~~",
			[]string{"b:1:8-13 WNB030 note: cell b is never cached, because of ask(), which calls input(); c runs again whenever its values change"}},
		{"after all branches", "~~~starlark {#a}\ndef f(x):\n    if x:\n        return 1\n    else:\n        fail(\"no\")\n    return 2\n\nf(1)\n~~~",
			[]string{"a:6:5-13 WNB037 warning: this line never runs: an if whose branches all leave comes before it"}},
		{"a raw f-string", "~~~starlark {#a}\nprint(rf\"a\", F'b', f\"{{}}\")\n~~~", []string{"a:1:7-10 WNB036 note: this f-string has nothing to fill in",
			"a:1:14-16 WNB036 note: this f-string has nothing to fill in", "a:1:20-22 WNB036 note: this f-string has nothing to fill in"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, brief(File(t.Context(), text(tt.source), Options{Name: "n.wnb"}))); diff != "" {
				t.Errorf("diagnostics differ (-want +got)\n%s", diff)
			}
		})
	}
}

func TestLoads(t *testing.T) {
	project := fstest.MapFS{
		"lib/text.star":  {Data: []byte("load(\"lib/words.star\", \"words\")\ndef clean(text, lower=True):\n    return words(text)\n")},
		"lib/words.star": {Data: []byte("def words(text):\n    return \"a b\".splt(text)\n")},
		"lib/bad.star":   {Data: []byte("def bad(:\n")},
		"lib/cell.star":  {Data: []byte("def rows():\n    return len(wine) + params.n\n")},
	}
	for _, tt := range []struct {
		name, source string
		want         []string
	}{
		{"a function of a file", "load(\"lib/text.star\", \"clean\")\nclean(\"a\", upper=1)", []string{
			"lib/words.star:2:18-22 WNB020 error: a string has no `splt`", "a:2:12-17 WNB021 error: clean() has no parameter `upper`"}},
		{"no such file", "load(\"lib/txet.star\", \"clean\")\nclean(1)", []string{"a:1:6-21 WNB026 error: cannot read lib/txet.star: file does not exist"}},
		{"no such name", "load(\"lib/words.star\", \"word\")\nword(1)", []string{"lib/words.star:2:18-22 WNB020 error: a string has no `splt`", "a:1:25-29 WNB026 error: lib/words.star does not define `word`"}},
		{"outside of the project", "load(\"../x.star\", \"x\")\nx(1)", []string{"a:1:6-17 WNB026 error: load(\"../x.star\") cannot work"}},
		{"a file that is no program", "load(\"lib/bad.star\", \"bad\")\nbad()", []string{"lib/bad.star:1:9-10 WNB002 error: got ':', want ')'"}},
		{"a file sees no cells", "load(\"lib/cell.star\", \"rows\")\nwine = rows()\nwine", []string{
			"lib/cell.star:2:16-20 WNB010 error: `wine` is not defined", "lib/cell.star:2:24-30 WNB010 error: `params` is not defined"}},
		{"a name that is not used", "load(\"lib/words.star\", w=\"words\")", []string{"lib/words.star:2:18-22 WNB020 error: a string has no `splt`", "a:1:24-25 WNB012 note: `w` is defined and never read"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ds := File(t.Context(), text("~~~starlark {#a}\n"+tt.source+"\n~~~"), Options{Name: "n.wnb", Project: project})
			if diff := cmp.Diff(tt.want, brief(ds)); diff != "" {
				t.Errorf("diagnostics differ (-want +got)\n%s", diff)
			}
		})
	}
	ds := File(t.Context(), project["lib/text.star"].Data, Options{Name: "lib/text.star", Project: project})
	if diff := cmp.Diff([]string{"lib/words.star:2:18-22 WNB020 error: a string has no `splt`"}, brief(ds)); diff != "" {
		t.Errorf("a file that is checked by itself (-want +got)\n%s", diff)
	}
}

func TestColumnsOfFiles(t *testing.T) {
	o := Options{Name: "n.wnb", Open: func(path string) (io.ReadCloser, error) {
		if path != "data/wine.csv" {
			return nil, fs.ErrNotExist
		}
		return io.NopCloser(strings.NewReader("alcohol;quality\n9.4;5\n")), nil
	}}
	ds := File(t.Context(), text("~~~starlark {#a}\nwine = io.read_csv(\"data/wine.csv\", sep=\";\")\nwine[\"alcool\"]\nio.read_csv(\"none.csv\")[\"x\"]\n~~~"), o)
	want := []string{"a:2:6-14 WNB024 error: no column \"alcool\"; did you mean \"alcohol\"? (available: \"alcohol\", \"quality\")"}
	if diff := cmp.Diff(want, brief(ds)); diff != "" {
		t.Errorf("diagnostics differ (-want +got)\n%s", diff)
	}
}

// The document of an editor is checked as it is and stays as it is.
func TestNotebookLeavesTheDocumentAlone(t *testing.T) {
	doc := &notebooks.Document{Cells: []notebooks.Cell{{Lang: notebooks.Starlark, Source: "ml.nothing"}, {Lang: notebooks.Markdown, Source: "prose"}}}
	ds := Notebook(t.Context(), doc, Options{})
	want := []string{"cell-1:0:0-0 WNB006 note: the cell has no id", "cell-1:1:4-11 WNB020 error: ml has no `nothing`"}
	if diff := cmp.Diff(want, brief(ds)); diff != "" {
		t.Errorf("diagnostics differ (-want +got)\n%s", diff)
	}
	if doc.Cells[0].ID != "" || doc.Cells[1].ID != "" {
		t.Errorf("the document was changed: %+v", doc.Cells)
	}
}

func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if ds := File(ctx, text("~~~starlark {#a}\nx\n~~~"), Options{}); ds != nil {
		t.Errorf("a check that was stopped gave %v", ds)
	}
}

// Notebooks with nothing wrong: the samples and the corpus beside this test.
func TestCorrectNotebooks(t *testing.T) {
	var files []string
	for _, pattern := range []string{"../../notebooks/*.wnb", "testdata/correct/*.wnb"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v, %v", pattern, names, err)
		}
		files = append(files, names...)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.Dir(file)
			o := Options{Name: file, Project: os.DirFS(dir), Open: func(path string) (io.ReadCloser, error) { return os.Open(filepath.Join(dir, path)) }}
			if ds := File(t.Context(), src, o); len(ds) > 0 {
				t.Errorf("found in a correct notebook:\n%s", strings.Join(brief(ds), "\n"))
			}
		})
	}
}

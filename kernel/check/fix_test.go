package check

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/notebooks"
)

func TestFixFile(t *testing.T) {
	for _, tt := range []struct {
		name, source, want string
		codes              []string // mended
		left               []string // found afterwards
	}{
		{"nothing to do", "~~~starlark {#a}\nprint( 1 )\n~~~\n", "~~~starlark {#a}\nprint( 1 )\n~~~\n", nil, nil},
		{"imports", "~~~starlark {#a}\nimport io, math\nfrom os import path as p\n\nimport plot # here\nio.read_text(\"a\")\n~~~\n", "~~~starlark {#a}\n\nio.read_text(\"a\")\n~~~\n",
			[]string{pythonImport, pythonImport, pythonImport}, nil},
		{"an import as the last line", "~~~starlark {#a}\nprint(1)\nimport io\n~~~\n", "~~~starlark {#a}\nprint(1)\n~~~\n", []string{pythonImport}, nil},
		{"an import that is used", "~~~starlark {#a}\nimport pandas as pd\npd.read_csv(\"a\")\n~~~\n", "~~~starlark {#a}\nimport pandas as pd\npd.read_csv(\"a\")\n~~~\n", nil, []string{pythonImport}},
		{"a module under another name", "~~~starlark {#a}\nimport plot as plt\nplt.hist([1])\n~~~\n", "~~~starlark {#a}\nimport plot as plt\nplt.hist([1])\n~~~\n", nil, []string{pythonImport}},
		{"attributes and parameters", "~~~starlark {#a}\nprint(\"é\", ml.acuracy_score([1], [1]), plot.hist([1], titel=\"é\"), series([1]).summ())\n~~~\n",
			"~~~starlark {#a}\nprint(\"é\", ml.accuracy_score([1], [1]), plot.hist([1], title=\"é\"), series([1]).summ())\n~~~\n", []string{noAttribute, noParameter}, []string{noAttribute}},
		{"f-strings", "~~~starlark {#a}\nprint(f\"a\", rf'b\\d', F\"\"\"c\"\"\", f\"{{}}\")\n~~~\n", "~~~starlark {#a}\nprint(\"a\", r'b\\d', \"\"\"c\"\"\", f\"{{}}\")\n~~~\n",
			[]string{emptyFString, emptyFString, emptyFString}, []string{emptyFString}},
		{"ignores", "~~~starlark {#a}\n# wnb: ignore WNB012\nprint(1) # wnb: ignore WNB020 \nprint(\"# wnb: ignore WNB012\")\n~~~\n", "~~~starlark {#a}\nprint(1)\nprint(\"# wnb: ignore WNB012\")\n~~~\n",
			[]string{unusedIgnore, unusedIgnore}, nil},
		{"an ignore of which a part is needed", "~~~starlark {#a}\nml.nothing # wnb: ignore WNB020, WNB012\n~~~\n", "~~~starlark {#a}\nml.nothing # wnb: ignore WNB020, WNB012\n~~~\n", nil, []string{unusedIgnore}},
		{"ids", "~~~starlark {}\nprint(1)\n~~~\n\nprose\n\n~~~starlark {.hide-code}\nprint(2)\n~~~\n", "~~~starlark {#cell-1}\nprint(1)\n~~~\n\nprose\n\n~~~starlark {#cell-2 .hide-code}\nprint(2)\n~~~\n",
			[]string{missingID, missingID}, nil},
		{"after", "~~~starlark {#store}\nprint(1)\n~~~\n\n~~~starlark {#b after=stor,store2 always}\nprint(2)\n~~~\n", "~~~starlark {#store}\nprint(1)\n~~~\n\n~~~starlark {#b after=store,store2 always}\nprint(2)\n~~~\n",
			[]string{unknownAfter}, []string{unknownAfter}},
		{"after, twice", "~~~starlark {#store}\nprint(1)\n~~~\n\n~~~starlark {#fetch}\nprint(1)\n~~~\n\n~~~starlark {#b after=stor,fethc}\nprint(2)\n~~~\n",
			"~~~starlark {#store}\nprint(1)\n~~~\n\n~~~starlark {#fetch}\nprint(1)\n~~~\n\n~~~starlark {#b after=store,fetch}\nprint(2)\n~~~\n", []string{unknownAfter, unknownAfter}, nil},
		{"a mutation is not safe to mend", "~~~starlark {#a}\nxs = [1]\n~~~\n\n~~~starlark {#b}\nxs.append(2)\n~~~\n", "~~~starlark {#a}\nxs = [1]\n~~~\n\n~~~starlark {#b}\nxs.append(2)\n~~~\n", nil, []string{changedValue}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := Options{Name: "n.wnb"}
			out, mended := FixFile(t.Context(), text(tt.source), o)
			if diff := cmp.Diff(string(text(tt.want)), string(out)); diff != "" {
				t.Errorf("the text differs (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tt.codes, codesOf(mended)); diff != "" {
				t.Errorf("mended differs (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tt.left, codesOf(File(t.Context(), out, o))); diff != "" {
				t.Errorf("left differs (-want +got)\n%s", diff)
			}
			checkFixed(t, out, o, len(mended) > 0)
		})
	}
}

func codesOf(ds []Diagnostic) []string {
	var out []string
	for _, d := range ds {
		out = append(out, d.Code)
	}
	return out
}

// checkFixed: what was mended is in canonical form and has nothing to mend.
func checkFixed(t *testing.T, out []byte, o Options, mended bool) {
	t.Helper()
	if again, more := FixFile(t.Context(), out, o); len(more) > 0 || !bytes.Equal(again, out) {
		t.Errorf("there is more to mend: %v", brief(more))
	}
	formatted, err := notebooks.Format("n.wnb", out)
	if mended && (err != nil || !bytes.Equal(formatted, out)) {
		t.Errorf("the text is not in canonical form: %v\n%s", err, out)
	}
}

func TestFixLoadedFile(t *testing.T) {
	o := Options{Name: "lib/a.star", Project: fstest.MapFS{}}
	out, mended := FixFile(t.Context(), []byte("import io\r\ndef f():\r\n    return f\"x\"\r\n"), o)
	if want := "def f():\n    return \"x\"\n"; string(out) != want || len(mended) != 2 {
		t.Errorf("%q, %v", out, brief(mended))
	}
}

func TestIgnores(t *testing.T) {
	for _, tt := range []struct {
		name, source string
		want         []string
	}{
		{"its line", "~~~starlark {#a}\nml.one # wnb: ignore WNB020\nml.two\n~~~", []string{"a:2:4-7 WNB020 error: ml has no `two`"}},
		{"the next line", "~~~starlark {#a}\nprint(1)\n# wnb: ignore WNB020\nml.one\nml.two\n~~~", []string{"a:4:4-7 WNB020 error: ml has no `two`"}},
		{"the cell", "~~~starlark {#a odd}\n# a heading\n# wnb: ignore WNB020, WNB004 since the names are made up\nml.one\n\nml.two\nplot.hist()\n~~~", []string{"a:6:1-10 WNB022 error: plot.hist() lacks the argument `values`"}},
		{"another code", "~~~starlark {#a}\nml.one # wnb: ignore WNB021\n~~~", []string{"a:1:4-7 WNB020 error: ml has no `one`", "a:1:8-28 WNB038 note: there is nothing here to ignore of WNB021"}},
		{"no code", "~~~starlark {#a}\nprint(1) # wnb: ignore\n~~~", []string{"a:1:10-23 WNB038 note: this comment does not say what to ignore; write # wnb: ignore WNB012"}},
		{"inside an expression", "~~~starlark {#a}\nprint(\n    1,\n    ml.one, # wnb: ignore WNB020\n)\n~~~", nil},
		{"at the end of a function", "~~~starlark {#a}\ndef f():\n    return 1\n    # wnb: ignore WNB020\n\nf()\n~~~", []string{"a:3:5-25 WNB038 note: there is nothing here to ignore of WNB020"}},
		{"other languages", "~~~sql {#a}\nSELECT 'ghp_abcdefghijklmnopqrstuvwxyz0123456789' -- wnb: ignore WNB035\n~~~", nil},
		{"prose", "<!-- wnb: ignore WNB035 -->\nghp_abcdefghijklmnopqrstuvwxyz0123456789\n\n~~~starlark {#a}\nprint(1)\n~~~", nil},
		{"front matter", "---\nwnb: 1\nparams:\n  # wnb: ignore WNB031\n  a: 1\n  b: 2  # wnb: ignore WNB031\n  c: 3\n  d: 4  # wnb: ignore WNB020\n---\n\n~~~starlark {#a}\nprint(params.d)\n~~~",
			[]string{":0:3-4 WNB031 warning: param `c` is declared and no cell reads it", ":0:11-15 WNB038 note: there is nothing here to ignore of WNB020"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, brief(File(t.Context(), text(tt.source), Options{Name: "n.wnb"}))); diff != "" {
				t.Errorf("diagnostics differ (-want +got)\n%s", diff)
			}
		})
	}
}

// Every fix of the examples in the pages leads to a text without its code.
func TestPagesFixes(t *testing.T) {
	var fixed []string
	for _, rule := range Rules() {
		page, _ := Explain(rule.Code)
		notebook, files := example(t, page, "Wrong")
		o := Options{Name: "n.wnb", Project: files}
		out, mended := FixFile(t.Context(), []byte(notebook), o)
		if len(mended) == 0 {
			continue
		}
		fixed = append(fixed, rule.Code)
		if ds := File(t.Context(), out, o); len(ds) > 0 {
			t.Errorf("%s: after the fix there is left\n%s", rule.Code, strings.Join(brief(ds), "\n"))
		}
		checkFixed(t, out, o, true)
	}
	want := []string{pythonImport, missingID, unknownAfter, noAttribute, noParameter, emptyFString, unusedIgnore}
	if !slices.Equal(fixed, want) {
		t.Errorf("fixed are %v, want %v", fixed, want)
	}
}

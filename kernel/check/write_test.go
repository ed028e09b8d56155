package check

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got); run with -update if that is right\n%s", name, diff)
	}
}

const written = "---\nwnb: 1\nparams:\n  depth: 3\n---\n\nprose\n\n~~~starlark {#load after=x,y}\nwine = samples.load_wine()\n~~~\n\n" +
	"~~~starlark {#look}\nif wine[\"é\"] > 1:\n\tprint(f\"%\", wine.hed())\nplot.hist(wine[\"ash\"], titel=\"a, b\")\n~~~\n"

func TestWrite(t *testing.T) {
	found := File(t.Context(), text(written), Options{Name: "dir, one/n b.wnb"})
	for _, tt := range []struct {
		name  string
		write func(*bytes.Buffer) error
	}{
		{"text.golden", func(b *bytes.Buffer) error { return WriteText(b, found, false) }},
		{"color.golden", func(b *bytes.Buffer) error { return WriteText(b, found, true) }},
		{"json.golden", func(b *bytes.Buffer) error { return WriteJSON(b, found) }},
		{"github.golden", func(b *bytes.Buffer) error { return WriteGitHub(b, found) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := tt.write(&b); err != nil {
				t.Fatal(err)
			}
			golden(t, tt.name, b.Bytes())
		})
	}
}

// The results are compared as they are, the rules counted: they hold the pages.
func TestWriteSARIF(t *testing.T) {
	var b bytes.Buffer
	if err := WriteSARIF(&b, File(t.Context(), text(written), Options{Name: "dir, one/n b.wnb"}), "v1.2.3"); err != nil {
		t.Fatal(err)
	}
	var log struct {
		Runs []struct {
			Tool struct {
				Driver struct {
					Rules []json.RawMessage `json:"rules"`
				} `json:"driver"`
			} `json:"tool"`
			Results json.RawMessage `json:"results"`
		} `json:"runs"`
	}
	if err := json.Unmarshal(b.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	if n := len(log.Runs[0].Tool.Driver.Rules); n != len(Rules()) {
		t.Errorf("%d rules, want %d", n, len(Rules()))
	}
	golden(t, "sarif.golden", append(log.Runs[0].Results, '\n'))
}

func TestWriteNothing(t *testing.T) {
	var b bytes.Buffer
	if err := WriteText(&b, nil, false); err != nil || b.Len() > 0 {
		t.Errorf("%q, %v", b.String(), err)
	}
	if err := WriteSARIF(&b, nil, ""); err != nil || !strings.Contains(b.String(), `"results": []`) {
		t.Errorf("no list of results: %v", err)
	}
}

func TestPlainPage(t *testing.T) {
	page, _ := Explain("WNB036")
	golden(t, "page.golden", []byte(PlainPage(page)))
}

func TestLongLines(t *testing.T) {
	line := strings.Repeat("x", 400) + "HERE" + strings.Repeat("y", 400)
	for _, col := range []int{0, 1, 401, 804} {
		var b strings.Builder
		d := Diagnostic{Line: 1, Col: col, EndCol: col + 4, Source: line}
		d.quote(&b, func(s string) string { return s })
		shown, marks, _ := strings.Cut(b.String(), "\n")
		if n := len([]rune(shown)); n > maxLine+8 {
			t.Errorf("column %d: %d characters are shown", col, n)
		}
		if at := strings.Index(marks, "^"); col == 401 && !strings.HasPrefix(string([]rune(shown)[at:]), "HERE") {
			t.Errorf("column %d:\n%s", col, b.String())
		}
	}
}

func TestTextIsPlain(t *testing.T) {
	var b bytes.Buffer
	ds := File(t.Context(), text("~~~starlark {#a}\nml.nothing # \x1b[31m\a\n~~~\n"), Options{Name: "n\x1b.wnb"})
	if err := WriteText(&b, ds, false); err != nil || len(ds) == 0 || strings.ContainsAny(b.String(), "\x1b\a") {
		t.Errorf("%v: %q", err, b.String())
	}
}

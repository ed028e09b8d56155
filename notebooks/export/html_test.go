package export_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/notebooks/export"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file in testdata, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

func renderHTML(t *testing.T, p export.Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := export.HTML(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestHTMLGolden(t *testing.T) {
	page := renderHTML(t, samplePage(t))
	if again := renderHTML(t, samplePage(t)); again != page {
		t.Error("two renderings of the same page differ")
	}
	golden(t, "sample.html", []byte(page))
}

func TestStyleMatchesPolicy(t *testing.T) {
	page := renderHTML(t, export.Page{})
	_, rest, _ := strings.Cut(page, "<style>")
	css, _, ok := strings.Cut(rest, "</style>")
	if !ok {
		t.Fatal("page has no style element")
	}
	sum := sha256.Sum256([]byte(css))
	want := "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
	if !strings.Contains(strings.ReplaceAll(page, "&#43;", "+"), want) {
		t.Errorf("the policy does not hold the hash of the style, %s", want)
	}
}

func TestTitles(t *testing.T) {
	prose := func(s string) notebooks.Cell { return notebooks.Cell{Lang: notebooks.Markdown, Source: s} }
	code := notebooks.Cell{ID: "a", Lang: notebooks.Starlark, Source: "x"}
	tests := []struct {
		name string
		page export.Page
		want []string // headings in order, level first
	}{
		{"repeated title is not repeated", page("Wine", prose("# Wine\n\n## Data")), []string{"h1 Wine", "h2 Data"}},
		{"another first heading stays below", page("Wine", prose("# Grapes\n\n## Data")), []string{"h1 Wine", "h2 Grapes", "h3 Data"}},
		{"title from the first heading", page("", prose("# Wine *red*\n\n### Data")), []string{"h1 Wine red", "h2 Data"}},
		{"heading after code is no title", page("Wine", code, prose("# Wine")), []string{"h1 Wine", "h2 Wine"}},
		{"underlined", page("Wine", prose("Wine\n====\n\nData\n----")), []string{"h1 Wine", "h2 Data"}},
		{"levels end at six", page("Wine", prose("# A\n\n###### B")), []string{"h1 Wine", "h2 A", "h6 B"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, headings(t, renderHTML(t, tt.page))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func page(title string, cells ...notebooks.Cell) export.Page {
	return export.Page{Title: title, Doc: &notebooks.Document{Cells: cells}}
}

func headings(t *testing.T, text string) []string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for n := range doc.Descendants() {
		if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
			list = append(list, n.Data+" "+n.FirstChild.Data)
		}
	}
	return list
}

func TestHTMLShows(t *testing.T) {
	failed := notebooks.Output{Type: notebooks.ErrorOutput, EName: "E", EValue: "no", Traceback: []string{"  x = y", "      ^"}}
	cell := func(source string, attrs notebooks.Attrs, outs ...notebooks.Output) export.Page {
		return page("T", notebooks.Cell{ID: "a", Lang: notebooks.Starlark, Source: source, Attrs: attrs, Outputs: outs})
	}
	attached := notebooks.Cell{Lang: notebooks.Markdown, Source: "![p](attachment:p.png)"}
	attached.Attrs.Set(notebooks.Attachments, `{"p.png":{"image/png":"iVBO\nRw0="}}`)
	tests := []struct {
		name      string
		page      export.Page
		has, lack string
	}{
		{"code is open", cell("x", nil), `<details class="code" open>`, ""},
		{"hidden code is folded", cell("x", flags(notebooks.HideCode)), `<details class="code">`, " open>"},
		{"hidden output is gone", cell("x", flags(notebooks.HideOutput), stdout("secret")), `class="code"`, "secret"},
		{"an error is never hidden", cell("x", flags(notebooks.HideOutput), failed), "E: no", ""},
		{"an error points into its line", cell("x", nil, failed), "<pre class=\"source\">x = y\n    ^</pre>", ""},
		{"a cell with nothing is left out", cell("", nil), `<main`, "<section"},
		{"best form of an output", cell("", nil, display("text/plain", "PLAIN", "text/html", "<b>best</b>")), "<b>best</b>", "PLAIN"},
		{"a progress bar", cell("", nil, display("text/html", `<div class="wnb-progress"><label>fit <progress value="3" max="4" onclick="x()"></progress> </label><span>3 of 4</span></div>`)),
			`<div class="wnb-progress"><label>fit <progress value="3" max="4"></progress> </label><span>3 of 4</span></div>`, "onclick"},
		{"HTML with nothing left falls back", cell("", nil, display("text/plain", "PLAIN", "text/html", "<script>1</script>")), "PLAIN", ""},
		{"a broken figure falls back", cell("", nil, display("text/plain", "PLAIN", "image/svg+xml", "<svg")), "PLAIN", "cannot be shown"},
		{"a broken figure says so", cell("", nil, display("image/svg+xml", "<svg")), "This figure cannot be shown: SVG is not well-formed", ""},
		{"JSON when there is nothing else", cell("", nil, display("application/json", `{"a":1}`)), "{\n  &#34;a&#34;: 1\n}", ""},
		{"an unknown form says so", cell("", nil, display("application/x-foo", "1")), "no form that a page can show", ""},
		{"pieces of a stream are joined", cell("", nil, stdout("a"), stdout("b\n")), `tabindex="0">ab</pre>`, ""},
		{"a remote picture becomes a link", page("T", notebooks.Cell{Lang: notebooks.Markdown, Source: "![Tasting](https://example.org/t.jpg)"}), `>Tasting</a>`, "<img"},
		{"an attached picture is embedded", page("T", attached), `<img src="data:image/png;base64,iVBORw0=" alt="p"`, ""},
		{"web links do not give the page away", page("T", notebooks.Cell{Lang: notebooks.Markdown, Source: "[x](https://example.org)"}), `rel="noopener"`, ""},
		{"raw HTML in prose is no HTML", page("T", notebooks.Cell{Lang: notebooks.Markdown, Source: "a <b>c</b>"}), "<p>a", "<b>c</b>"},
		{"finished is not mentioned", export.Page{Status: "FINISHED"}, "<h1>", "FINISHED"},
		{"two headings need no contents", page("T", notebooks.Cell{Lang: notebooks.Markdown, Source: "## A\n\n## B"}), "<h2", "<nav"},
		{"three headings have contents", page("T", notebooks.Cell{Lang: notebooks.Markdown, Source: "## A\n\n## A\n\n## Größe"}), `<a href="#h-gr%c3%b6%c3%9fe">Größe</a>`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, body, _ := strings.Cut(renderHTML(t, tt.page), "<body>")
			if !strings.Contains(body, tt.has) {
				t.Errorf("no %q in\n%s", tt.has, body)
			}
			if tt.lack != "" && strings.Contains(body, tt.lack) {
				t.Errorf("%q in\n%s", tt.lack, body)
			}
		})
	}
}

// TestBrowser opens the page in a browser and expects no complaint: the policy
// fits the page, nothing is blocked, nothing is asked for.
func TestBrowser(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium in PATH")
	}
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, []byte(renderHTML(t, samplePage(t))), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir="+t.TempDir(),
		"--enable-logging=stderr", "--log-level=0", "--dump-dom", "file://"+file)
	var console bytes.Buffer
	cmd.Stderr = &console
	dom, err := cmd.Output()
	if err != nil {
		t.Skipf("chromium does not run here: %v", err)
	}
	if !bytes.Contains(dom, []byte("<h1>Wine quality</h1>")) {
		t.Errorf("the page did not open: %.200s", dom)
	}
	for line := range strings.Lines(console.String()) {
		if strings.Contains(line, "CONSOLE") || strings.Contains(line, "Content Security Policy") {
			t.Errorf("the browser says: %s", line)
		}
	}
}

func BenchmarkHTML300Cells(b *testing.B) {
	sample := samplePage(b)
	var cells []notebooks.Cell
	for len(cells) < 300 {
		cells = append(cells, sample.Doc.Cells...)
	}
	sample.Doc.Cells = cells[:300]
	b.ReportAllocs()
	for b.Loop() {
		var out bytes.Buffer
		if err := export.HTML(&out, sample); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(out.Len()))
	}
}

// BenchmarkProcessStart is what linking this package costs each start of a
// program: the test binary itself, asked for nothing.
func BenchmarkProcessStart(b *testing.B) {
	self, err := os.Executable()
	if err != nil {
		b.Skip(err)
	}
	for b.Loop() {
		if err := exec.Command(self, "-test.run=^$").Run(); err != nil {
			b.Fatal(err)
		}
	}
}

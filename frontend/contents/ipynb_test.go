package contents

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/notebooks"
)

// without gives an .ipynb file of nbformat 4.4 with code cells, which have no
// ids.
func without(sources ...string) string {
	cells := make([]string, len(sources))
	for i, s := range sources {
		cells[i] = fmt.Sprintf(`{"cell_type":"code","execution_count":null,"metadata":{},"outputs":[],"source":[%q]}`, s)
	}
	return `{"cells":[` + strings.Join(cells, ",") + `],"metadata":{"kernelspec":{"name":"wnb","language":"starlark"}},"nbformat":4,"nbformat_minor":4}`
}

func printed(text string) CellOutputs {
	return CellOutputs{ExecutionCount: 3, Outputs: []notebooks.Output{{Type: notebooks.Stream, Name: "stdout", Text: text}}}
}

// page is an open notebook in a client.
type page struct {
	t  *testing.T
	f  fixture
	nb map[string]any
}

func (f fixture) open(t *testing.T, path string) *page {
	t.Helper()
	return &page{t, f, notebook(t, f.get(t, path, GetOptions{Content: true}))}
}

func (p *page) cell(i int) map[string]any { return p.nb["cells"].([]any)[i].(map[string]any) }

func (p *page) id(i int) string { return p.cell(i)["id"].(string) }

func (p *page) show(i int, text string) {
	p.cell(i)["outputs"], p.cell(i)["execution_count"] = []any{}, nil
	if text != "" {
		p.cell(i)["execution_count"] = 3 // as of printed
		p.cell(i)["outputs"] = []any{map[string]any{"output_type": "stream", "name": "stdout", "text": text}}
	}
}

// shows are the texts of the cells, which are streams.
func (p *page) shows() string {
	var all []string
	for i := range p.nb["cells"].([]any) {
		text := ""
		for _, o := range p.cell(i)["outputs"].([]any) {
			text += o.(map[string]any)["text"].(string)
		}
		all = append(all, text)
	}
	return strings.Join(all, "|")
}

func (p *page) save(path string) {
	p.t.Helper()
	p.f.save(p.t, path, asNotebook(p.t, p.nb), "")
}

// An .ipynb file and what its cells put out since: each case changes the file,
// the kernel's outputs or a client's page, and says what clients read then and
// what the file holds in the end.
func TestOutputsOfAnIPYNB(t *testing.T) {
	const path = "a.ipynb"
	first := func(p *page) string { return p.id(0) }
	tests := map[string]struct {
		do   func(f fixture, p *page)
		want string // what the next client reads
		file string // what is in the file
	}{
		"with no client, then read": {func(f fixture, p *page) {
			f.outputs.set(path, first(p), printed("new"))
		}, "new|", ""},
		"with no client, then saved by one that had not seen it": {func(f fixture, p *page) {
			f.outputs.set(path, first(p), printed("new"))
			p.save(path)
		}, "new|", "new"},
		"and saved twice by it": {func(f fixture, p *page) {
			f.outputs.set(path, first(p), printed("new"))
			p.save(path)
			p.save(path)
		}, "new|", "new"},
		"and saved again by it with what it has seen": {func(f fixture, p *page) {
			f.outputs.set(path, first(p), printed("new"))
			p.save(path)
			p.show(0, "new")
			p.save(path)
		}, "new|", "new"},
		"seen, then cleared": {func(f fixture, p *page) {
			f.outputs.set(path, first(p), printed("new"))
			p = f.open(p.t, path)
			p.show(0, "")
			p.save(path)
		}, "|", ""},
		"saved, then cleared without reading again": {func(f fixture, p *page) {
			f.outputs.set(path, first(p), printed("new"))
			p.show(0, "new") // it came over the websocket
			p.save(path)
			p.show(0, "")
			p.save(path)
		}, "|", ""},
		"a run without output": {func(f fixture, p *page) {
			p.show(0, "old")
			p.save(path)
			f.outputs.set(path, first(p), CellOutputs{ExecutionCount: 4})
		}, "|", "old"},
		"saved, then put out again": {func(f fixture, p *page) {
			f.outputs.set(path, first(p), printed("new"))
			p.save(path)
			f.outputs.set(path, first(p), printed("newer"))
		}, "newer|", "new"},
		"saved, then changed by another program": {func(f fixture, p *page) {
			f.outputs.set(path, first(p), printed("new"))
			p.save(path)
			f.write(p.t, path, strings.Replace(f.file(p.t, path), "new", "of nbconvert", 1))
		}, "of nbconvert|", "of nbconvert"},
		"changed by another program, then saved by a client that read it": {func(f fixture, p *page) {
			f.outputs.set(path, first(p), printed("new"))
			p.save(path)
			f.write(p.t, path, strings.Replace(f.file(p.t, path), "new", "of nbconvert", 1))
			f.open(p.t, path).save(path)
		}, "of nbconvert|", "of nbconvert"},
		"another program adds a cell before": {func(f fixture, p *page) {
			f.outputs.set(path, first(p), printed("new"))
			f.write(p.t, path, without("before", "x = 1", "x"))
		}, "|new|", ""},
		"another program changes the cell": {func(f fixture, p *page) {
			f.outputs.set(path, first(p), printed("new"))
			f.write(p.t, path, without("x = 2", "x"))
		}, "|", ""},
		"the outputs of a cell that is deleted go": {func(f fixture, p *page) {
			f.outputs.set(path, first(p), printed("new"))
			p = f.open(p.t, path)
			whole := p.nb["cells"]
			p.nb["cells"] = p.nb["cells"].([]any)[1:]
			p.save(path)
			p.nb["cells"] = whole // undone, with the outputs that the client has
			p.show(0, "the client's")
			p.save(path)
		}, "the client's|", "the client's"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, map[string]string{path: without("x = 1", "x")})
			tt.do(f, f.open(t, path))
			if got := f.open(t, path).shows(); got != tt.want {
				t.Errorf("clients read %q, want %q", got, tt.want)
			}
			if got := strings.Contains(f.file(t, path), `"stream"`); got != (tt.file != "") || !strings.Contains(f.file(t, path), tt.file) {
				t.Errorf("want %q in the file:\n%s", tt.file, f.file(t, path))
			}
		})
	}
}

func TestIDsOfCellsWithout(t *testing.T) {
	nb, err := decodeWire([]byte(`{"nbformat":4,"nbformat_minor":4,"cells":[
		{"cell_type":"code","source":"x"},{"cell_type":"code","source":["x"]},{"cell_type":"markdown","source":"x"},
		{"cell_type":"code","id":"own","source":"y"},{"cell_type":"code","id":"own","source":"y"},{"cell_type":"code","id":"no id!","source":"z"},null]}`))
	if err != nil {
		t.Fatal(err)
	}
	before, err := nb.encode("")
	if err != nil {
		t.Fatal(err)
	}
	undo := nb.giveIDs()
	var got []string
	for _, cell := range nb.cells() {
		id, _ := cell["id"].(string)
		got = append(got, id)
	}
	x, markdown, y, z := hash([]byte("code\nx"))[:8], hash([]byte("markdown\nx"))[:8], hash([]byte("code\ny"))[:8], hash([]byte("code\nz"))[:8]
	if diff := cmp.Diff([]string{x, x + "-2", markdown, "own", y, z, ""}, got); diff != "" {
		t.Error(diff)
	}
	if nb["nbformat_minor"] != json.Number("5") {
		t.Errorf("nbformat_minor is %v", nb["nbformat_minor"])
	}
	undo()
	after, err := nb.encode("")
	if diff := cmp.Diff(string(before), string(after)); err != nil || diff != "" {
		t.Errorf("undone: %v %s", err, diff)
	}
}

// The kernel knows the cells of an .ipynb by the ids that clients send.
func TestIDsAreTheKernelsToo(t *testing.T) {
	f := newFixture(t, map[string]string{"a.ipynb": without("x = 1", "x")})
	p := f.open(t, "a.ipynb")
	text, err := f.Text(t.Context(), "a.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if !strings.Contains(text, "{#"+p.id(i)+"}") {
			t.Errorf("no cell %s in\n%s", p.id(i), text)
		}
	}
}

// A client that writes nbformat 4.4 finds that in the file.
func TestOldMinorVersionStays(t *testing.T) {
	f := newFixture(t, nil)
	f.save(t, "a.ipynb", &Model{Type: Notebook, Format: JSON, Content: json.RawMessage(without("x = 1"))}, "")
	if got := f.file(t, "a.ipynb"); !strings.Contains(got, `"nbformat_minor": 4`) || strings.Contains(got, `"id"`) {
		t.Error(got)
	}
	p := f.open(t, "a.ipynb")
	f.outputs.set("a.ipynb", p.id(0), printed("new"))
	f.save(t, "a.ipynb", &Model{Type: Notebook, Format: JSON, Content: json.RawMessage(without("x = 1"))}, "")
	if got := f.open(t, "a.ipynb").shows(); got != "new" || !strings.Contains(f.file(t, "a.ipynb"), "new") {
		t.Errorf("clients read %q, and the file is\n%s", got, f.file(t, "a.ipynb"))
	}
}

func TestCopyTakesUnsavedOutputsAlong(t *testing.T) {
	for _, path := range []string{"a.ipynb", "sample.wnb"} {
		t.Run(path, func(t *testing.T) {
			f := newFixture(t, map[string]string{"a.ipynb": without("x = 1"), "sample.wnb": sample})
			p := f.open(t, path)
			code := 0
			for p.cell(code)["cell_type"] != "code" {
				code++
			}
			f.outputs.set(path, p.id(code), printed("new"))
			copied, err := f.Copy(t.Context(), path, "")
			if err != nil {
				t.Fatal(err)
			}
			have := f.outputs.cells[copied.Path][p.id(code)]
			if len(have.Outputs) != 1 || have.InFile {
				t.Errorf("the copy has %+v", have)
			}
		})
	}
}

// Kernels ask for the text before each cell: it costs no reading, and yet no
// change is missed, however fast it comes after the last.
func TestTextFollowsTheFile(t *testing.T) {
	f := newFixture(t, map[string]string{"a.wnb": sample})
	path := filepath.Join(f.root, "a.wnb")
	text := func() string {
		t.Helper()
		got, err := f.Text(t.Context(), "a.wnb")
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for i := range 50 { // within a tick of the file system's clock, and of one length
		want := strings.Replace(sample, "x = 1", fmt.Sprintf("x = %d", i%10), 1)
		f.write(t, "a.wnb", want)
		if got := text(); got != want {
			t.Fatalf("change %d is missed", i)
		}
	}
	first, was := text(), stat(t, path)
	f.texts.keep("a.wnb", keptText{info: was, read: time.Now().Add(time.Hour), text: first}) // as an hour later
	if _, known := f.texts.current("a.wnb", stat(t, path)); !known {
		t.Error("a file that has not changed for long is read again each time")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got := text(); got != "" {
		t.Errorf("the file is gone, and its text is %q", got)
	}
	f.write(t, "a.wnb", strings.Replace(first, "x = 9", "x = 8", 1)) // as by a program that keeps times
	if err := os.Chtimes(path, was.ModTime(), was.ModTime()); err != nil {
		t.Fatal(err)
	}
	if got := text(); got == first && runtime.GOOS == "linux" {
		t.Error("another file with the same time is missed")
	}
}

func stat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

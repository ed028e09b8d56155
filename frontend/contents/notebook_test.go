package contents

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/notebooks"
)

func TestNotebookRoundTrip(t *testing.T) {
	f := newFixture(t, files)
	f.outputs.set("sample.wnb", "load", CellOutputs{ExecutionCount: 7, Outputs: []notebooks.Output{
		{Type: notebooks.Stream, Name: "stdout", Text: "one\ntwo\n"},
	}})
	model := f.get(t, "sample.wnb", GetOptions{Content: true})
	nb := notebook(t, model)
	cells := nb["cells"].([]any)
	load := cells[1].(map[string]any)
	want := map[string]any{
		"cell_type": "code", "id": "load", "execution_count": 7.0, "metadata": map[string]any{"trusted": true},
		"source": "x = 1", "outputs": []any{map[string]any{"name": "stdout", "output_type": "stream", "text": "one\ntwo\n"}},
	}
	if diff := cmp.Diff(want, load); diff != "" {
		t.Error(diff)
	}
	if got := cells[2].(map[string]any)["source"]; got != "%%sql out=y\nselect 1" {
		t.Errorf("%q", got)
	}
	before := f.get(t, "sample.wnb", GetOptions{Hash: true})

	// Saved as it was read: the file does not change, not even its time.
	after := f.save(t, "sample.wnb", asNotebook(t, nb), "")
	if after.Hash != before.Hash || !after.LastModified.Equal(before.LastModified) {
		t.Errorf("%+v, was %+v", after, before)
	}
	if got := f.outputs.cells["sample.wnb"]["load"]; got.ExecutionCount != 7 || len(got.Outputs) != 1 {
		t.Errorf("outputs handed on: %+v", got)
	}

	// Saved with a changed source: front matter and its comment stay.
	load["source"] = "x = 2"
	f.save(t, "sample.wnb", asNotebook(t, nb), "")
	if diff := cmp.Diff(strings.Replace(sample, "x = 1", "x = 2", 1), f.file(t, "sample.wnb")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(f.file(t, "sample.wnb"), f.outputs.texts["sample.wnb"]); diff != "" {
		t.Error(diff)
	}
}

func TestOutputsNewerThanReadWin(t *testing.T) {
	f := newFixture(t, files)
	out := CellOutputs{ExecutionCount: 1, Outputs: []notebooks.Output{{Type: notebooks.Stream, Name: "stdout", Text: "x"}}}
	nb := notebook(t, f.get(t, "sample.wnb", GetOptions{Content: true}))
	f.outputs.set("sample.wnb", "load", out)
	f.save(t, "sample.wnb", asNotebook(t, nb), "")
	if got := f.outputs.cells["sample.wnb"]["load"]; len(got.Outputs) != 1 {
		t.Error("a client that has not read the output cleared it")
	}
	nb = notebook(t, f.get(t, "sample.wnb", GetOptions{Content: true}))
	nb["cells"].([]any)[1].(map[string]any)["outputs"] = []any{}
	f.save(t, "sample.wnb", asNotebook(t, nb), "")
	if got := f.outputs.cells["sample.wnb"]["load"]; len(got.Outputs) != 0 {
		t.Error("a client that has read the output could not clear it")
	}
	if got := f.file(t, "sample.wnb"); got != sample {
		t.Errorf("something of it is in the file:\n%s", got)
	}
}

// A document that is edited as text keeps the outputs of the cells it still has,
// and its kernel gets the new text.
func TestDocumentEditedAsText(t *testing.T) {
	f := newFixture(t, files)
	f.outputs.set("sample.wnb", "load", CellOutputs{ExecutionCount: 1})
	point, err := f.CreateCheckpoint(t.Context(), "sample.wnb")
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(sample, "x = 1", "x = 3", 1)
	for _, step := range []struct{ text, told string }{{changed, changed}, {"---\nwnb: [\n---\n", changed}} {
		f.save(t, "sample.wnb", text(step.text), "")
		if diff := cmp.Diff(step.told, f.outputs.texts["sample.wnb"]); diff != "" {
			t.Error(diff)
		}
	}
	if err := f.RestoreCheckpoint(t.Context(), "sample.wnb", point.ID); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample, f.outputs.texts["sample.wnb"]); diff != "" {
		t.Error(diff)
	}
	if f.outputs.cells["sample.wnb"]["load"].ExecutionCount != 1 {
		t.Error("the outputs are lost")
	}
}

func TestFrontMatterIsKept(t *testing.T) {
	for _, tc := range []struct {
		name     string
		metadata map[string]any
	}{
		{"lost by the client", map[string]any{"kernelspec": map[string]any{"name": "wnb", "language": "starlark"}}},
		{"no metadata at all", map[string]any{}},
		{"with language_info", map[string]any{"language_info": map[string]any{"name": "starlark", "version": "1"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, files)
			nb := notebook(t, f.get(t, "sample.wnb", GetOptions{Content: true}))
			nb["metadata"] = tc.metadata
			f.save(t, "sample.wnb", asNotebook(t, nb), "")
			if diff := cmp.Diff(sample, f.file(t, "sample.wnb")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A file that a person wrote in another form is left alone while nothing in it
// changes.
func TestHandWrittenFormIsKept(t *testing.T) {
	hand := strings.ReplaceAll(sample, "\n\n# Sample", "\n\n\n\n# Sample")
	f := newFixture(t, map[string]string{"hand.wnb": hand})
	nb := notebook(t, f.get(t, "hand.wnb", GetOptions{Content: true}))
	f.save(t, "hand.wnb", asNotebook(t, nb), "")
	if diff := cmp.Diff(hand, f.file(t, "hand.wnb")); diff != "" {
		t.Error(diff)
	}
}

const ipynb = `{"cells":[{"cell_type":"code","execution_count":1,"id":"a","metadata":{"x":12345678901234567890},"outputs":[{"data":{"application/json":["a","b"],"text/html":"<b>\n</b>"},"execution_count":1,"metadata":{},"output_type":"execute_result"},{"name":"stdout","output_type":"stream","text":"1\n2"}],"source":"a\nb"}],"metadata":{"kernelspec":{"name":"python3"}},"nbformat":4,"nbformat_minor":5}`

func TestIPYNBIsStoredAsJupyterDoes(t *testing.T) {
	f := newFixture(t, nil)
	f.save(t, "a.ipynb", &Model{Type: Notebook, Format: JSON, Content: json.RawMessage(ipynb)}, "")
	got := f.file(t, "a.ipynb")
	for _, want := range []string{"{\n \"cells\": [\n  {\n", "\"source\": [\n    \"a\\n\",\n    \"b\"\n   ]", "12345678901234567890", "<b>\\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	model := f.get(t, "a.ipynb", GetOptions{Content: true})
	var want, have any
	if err := errors.Join(json.Unmarshal([]byte(ipynb), &want), json.Unmarshal(model.Content.(json.RawMessage), &have)); err != nil {
		t.Fatal(err)
	}
	cell := have.(map[string]any)["cells"].([]any)[0].(map[string]any)
	if cell["metadata"].(map[string]any)["trusted"] != false {
		t.Error("an untrusted notebook came back trusted")
	}
	delete(cell["metadata"].(map[string]any), "trusted")
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
}

func TestTrust(t *testing.T) {
	f := newFixture(t, map[string]string{"a.ipynb": ipynb})
	trusted := func() any {
		nb := notebook(t, f.get(t, "a.ipynb", GetOptions{Content: true}))
		return nb["cells"].([]any)[0].(map[string]any)["metadata"].(map[string]any)["trusted"]
	}
	if trusted() != false {
		t.Error("trusted from the start")
	}
	if err := f.Trust(t.Context(), "a.ipynb"); err != nil {
		t.Fatal(err)
	}
	if trusted() != true {
		t.Error("not trusted")
	}
	nb := notebook(t, f.get(t, "a.ipynb", GetOptions{Content: true}))
	f.save(t, "a.ipynb", asNotebook(t, nb), "") // trusted cells, saved by the user
	if trusted() != true || strings.Contains(f.file(t, "a.ipynb"), "trusted") {
		t.Errorf("trust was lost, or is in the file")
	}
	f.write(t, "a.ipynb", strings.Replace(ipynb, "<b>", "<script>", 1))
	if trusted() != false {
		t.Error("another file is trusted")
	}
}

func TestOldNotebookIsUpgraded(t *testing.T) {
	f := newFixture(t, files)
	nb := notebook(t, f.get(t, "old.ipynb", GetOptions{Content: true}))
	if nb["nbformat"] != 4.0 || nb["cells"].([]any)[0].(map[string]any)["source"] != "1+1" {
		t.Errorf("%v", nb)
	}
}

func TestText(t *testing.T) {
	f := newFixture(t, files)
	for path, want := range map[string]string{"sample.wnb": sample, "console-1": "", "../x.wnb": "", "nope.wnb": "", "dir/a.csv": ""} {
		if got, err := f.Text(t.Context(), path); err != nil || got != want {
			t.Errorf("%s: %q %v", path, got, err)
		}
	}
	got, err := f.Text(t.Context(), "old.ipynb")
	if err != nil || !strings.Contains(got, "1+1") {
		t.Errorf("%q %v", got, err)
	}
}

func FuzzSaveNotebook(f *testing.F) {
	f.Add([]byte(ipynb))
	f.Add([]byte(`{"nbformat":4,"cells":[{"cell_type":"code","outputs":[null,1],"metadata":[],"source":{}}]}`))
	f.Add([]byte(`{"nbformat":4,"metadata":{"wnb":{"front_matter":"wnb: 1","outputs_version":-1}},"cells":[null]}`))
	f.Add([]byte(`{"nbformat":4,"metadata":[],"cells":[{"cell_type":"markdown","source":["a","b"],"attachments":{"x":3}}]}`))
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	dir := f.TempDir()
	manager, err := New(Options{Root: dir, State: filepath.Join(dir, ".state"), Clock: func() time.Time { return at }})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { manager.Close() })
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, path := range []string{"a.wnb", "a.ipynb"} {
			_, _, err := manager.Save(t.Context(), path, &Model{Type: Notebook, Content: json.RawMessage(data)}, "")
			if err != nil {
				continue
			}
			if _, err := manager.Get(t.Context(), path, GetOptions{Content: true}); err != nil {
				t.Errorf("%s was saved and cannot be read: %v", path, err)
			}
		}
	})
}

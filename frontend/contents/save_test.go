package contents

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/wnb-dev/wnb/notebooks"
)

func TestSave(t *testing.T) {
	f := newFixture(t, files)
	for _, tc := range []struct {
		name, path string
		model      *Model
		want       error
		created    bool
		file       string
	}{
		{name: "new text", path: "new.txt", model: text("a\nb"), created: true, file: "a\nb"},
		{name: "old text", path: "dir/a.csv", model: text("new"), file: "new"},
		{name: "base64", path: "new.bin", model: &Model{Type: File, Format: Base64, Content: "AAEC\n/w=="}, created: true, file: "\x00\x01\x02\xff"},
		{name: "wrong base64", path: "new2.bin", model: &Model{Type: File, Format: Base64, Content: "???"}, want: ErrInvalid},
		{name: "no format", path: "new2.bin", model: &Model{Type: File, Content: "x"}, want: ErrInvalid},
		{name: "no type", path: "new2.bin", model: &Model{Content: "x"}, want: ErrInvalid},
		{name: "no content", path: "new2.bin", model: &Model{Type: File, Format: Text}, want: ErrInvalid},
		{name: "no folder", path: "no/new.txt", model: text("x"), want: ErrNotFound},
		{name: "below a file", path: "sample.wnb/new.txt", model: text("x"), want: ErrInvalid},
		{name: "over a folder", path: "dir", model: text("x"), want: ErrInvalid},
		{name: "the root", path: "", model: text("x"), want: ErrInvalid},
		{name: "hidden", path: ".bashrc", model: text("x"), want: ErrInvalid},
		{name: "in a hidden folder", path: ".git/hooks", model: text("x"), want: ErrInvalid},
		{name: "long name", path: strings.Repeat("x", 300), model: text("x"), want: ErrInvalid},
		{name: "notebook as text", path: "dir/x.txt", model: &Model{Type: Notebook, Format: JSON, Content: json.RawMessage(`{"nbformat":4,"cells":[]}`)}, want: ErrInvalid},
		{name: "no notebook", path: "dir/x.wnb", model: &Model{Type: Notebook, Format: JSON, Content: json.RawMessage(`[1]`)}, want: ErrInvalid},
		{name: "document as text", path: "dir/x.wnb", model: text("anything"), created: true, file: "anything"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			model, created, err := f.Save(t.Context(), tc.path, tc.model, "")
			if !errors.Is(err, tc.want) {
				t.Fatalf("error %v, want %v", err, tc.want)
			}
			if err != nil {
				return
			}
			if created != tc.created || model.Content != nil || model.Hash != hash([]byte(tc.file)) {
				t.Errorf("created %v, %+v", created, model)
			}
			if diff := cmp.Diff(tc.file, f.file(t, tc.path)); diff != "" {
				t.Error(diff)
			}
		})
	}
	f.noLeftovers(t)
}

func TestDirectories(t *testing.T) {
	f := newFixture(t, files)
	if _, created, err := f.Save(t.Context(), "made", &Model{Type: Directory}, ""); err != nil || !created {
		t.Fatal(created, err)
	}
	if _, created, err := f.Save(t.Context(), "made", &Model{Type: Directory}, ""); err != nil || created {
		t.Fatal(created, err)
	}
	if _, _, err := f.Save(t.Context(), "dir/a.csv", &Model{Type: Directory}, ""); !errors.Is(err, ErrInvalid) {
		t.Errorf("over a file: %v", err)
	}
}

func TestConditions(t *testing.T) {
	for _, tc := range []struct {
		name, path, ifMatch string
		conflict            bool
	}{
		{name: "none", path: "a.txt"},
		{name: "the version", path: "a.txt", ifMatch: hash([]byte("old"))},
		{name: "another version", path: "a.txt", ifMatch: hash([]byte("other")), conflict: true},
		{name: "a version of nothing", path: "b.txt", ifMatch: hash([]byte("other")), conflict: true},
		{name: "any", path: "a.txt", ifMatch: Any},
		{name: "any of nothing", path: "b.txt", ifMatch: Any, conflict: true},
		{name: "absent", path: "b.txt", ifMatch: Absent},
		{name: "not absent", path: "a.txt", ifMatch: Absent, conflict: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, map[string]string{"a.txt": "old"})
			_, _, err := f.Save(t.Context(), tc.path, text("new"), tc.ifMatch)
			var conflict *ConflictError
			if errors.As(err, &conflict) != tc.conflict || errors.Is(err, ErrConflict) != tc.conflict {
				t.Fatal(err)
			}
			if !tc.conflict {
				return
			}
			kept, err := os.ReadFile(filepath.Join(f.root, ".wnb/contents/checkpoints", tc.path, conflict.Kept))
			if err != nil || string(kept) != "new" {
				t.Errorf("the refused version: %q %v", kept, err)
			}
			if tc.path == "a.txt" && (f.file(t, "a.txt") != "old" || conflict.Current != hash([]byte("old"))) {
				t.Errorf("the version there: %q, %+v", f.file(t, "a.txt"), conflict)
			}
		})
	}
}

// Of many clients that save over the version they all read, one wins, and no
// text is lost.
func TestConcurrentSavesKeepAll(t *testing.T) {
	f := newFixture(t, map[string]string{"a.txt": "old"})
	f.opt.MaxCheckpoints = 100
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() {
			_, _, errs[i] = f.Save(t.Context(), "a.txt", text(strings.Repeat("x", i+1)), hash([]byte("old")))
		})
	}
	wg.Wait()
	won, kept := 0, map[string]bool{f.file(t, "a.txt"): true}
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, ErrConflict) {
			t.Error(err)
		}
	}
	points, err := f.Checkpoints(t.Context(), "a.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, point := range points {
		kept[f.file(t, ".wnb/contents/checkpoints/a.txt/"+point.ID)] = true
	}
	if won != 1 || len(kept) != 9 {
		t.Errorf("%d saves won, %d versions are there", won, len(kept))
	}
}

func TestOverwrittenVersionsAreKept(t *testing.T) {
	f := newFixture(t, map[string]string{"a.txt": "0"})
	for _, version := range []string{"1", "2", "2", "3", "4", "5", "6"} {
		f.save(t, "a.txt", text(version), "")
	}
	points, err := f.Checkpoints(t.Context(), "a.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, point := range points {
		if !strings.HasSuffix(point.ID, "-overwritten") {
			t.Error(point.ID)
		}
		got = append(got, f.file(t, ".wnb/contents/checkpoints/a.txt/"+point.ID))
	}
	if diff := cmp.Diff([]string{"2", "3", "4", "5"}, got); diff != "" { // 4 are kept
		t.Error(diff)
	}
}

func TestCheckpoints(t *testing.T) {
	f := newFixture(t, map[string]string{"d/a.txt": "1"})
	ctx := t.Context()
	point, err := f.CreateCheckpoint(ctx, "d/a.txt")
	if err != nil {
		t.Fatal(err)
	}
	f.save(t, "d/a.txt", text("2"), "")
	if _, err := f.Rename(ctx, "d", "e"); err != nil { // they follow
		t.Fatal(err)
	}
	if err := f.RestoreCheckpoint(ctx, "e/a.txt", point.ID); err != nil {
		t.Fatal(err)
	}
	if got := f.file(t, "e/a.txt"); got != "1" {
		t.Errorf("restored %q", got)
	}
	points, err := f.Checkpoints(ctx, "e/a.txt")
	if err != nil || len(points) != 3 {
		t.Fatalf("%v %v: the versions 1, 1 (before 2) and 2 (before the restore)", points, err)
	}
	if err := f.DeleteCheckpoint(ctx, "e/a.txt", point.ID); err != nil {
		t.Fatal(err)
	}
	if err := f.DeleteCheckpoint(ctx, "e/a.txt", point.ID); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if err := f.Delete(ctx, "e/a.txt"); err != nil {
		t.Fatal(err)
	}
	f.write(t, "e/a.txt", "fresh")
	if points, err := f.Checkpoints(ctx, "e/a.txt"); err != nil || len(points) != 0 {
		t.Errorf("a new file has versions of a deleted one: %v %v", points, err)
	}
	for _, path := range []string{"e", "nope"} {
		if _, err := f.Checkpoints(ctx, path); err == nil {
			t.Errorf("checkpoints of %s", path)
		}
	}
}

func TestSaveThroughLink(t *testing.T) {
	f := newFixture(t, map[string]string{"dir/real.txt": "old"})
	if err := os.Symlink("dir/real.txt", filepath.Join(f.root, "link.txt")); err != nil {
		t.Fatal(err)
	}
	f.save(t, "link.txt", text("new"), "")
	if info, err := os.Lstat(filepath.Join(f.root, "link.txt")); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v %v", info, err)
	}
	if got := f.file(t, "dir/real.txt"); got != "new" {
		t.Errorf("%q", got)
	}
}

func TestReadOnlyFile(t *testing.T) {
	f := newFixture(t, map[string]string{"a.txt": "old"})
	if err := os.Chmod(filepath.Join(f.root, "a.txt"), 0o444); err != nil {
		t.Fatal(err)
	}
	if f.get(t, "a.txt", GetOptions{}).Writable {
		t.Error("it is said to be writable")
	}
	if _, _, err := f.Save(t.Context(), "a.txt", text("new"), ""); !errors.Is(err, ErrDenied) {
		t.Error(err)
	}
}

// A write that fails in the middle leaves the old bytes.
func TestDiskFull(t *testing.T) {
	f := newFixture(t, map[string]string{"a.txt": "old"})
	full := func(w io.Writer) error {
		if _, err := w.Write([]byte("ne")); err != nil {
			return err
		}
		return &os.PathError{Op: "write", Path: "a.txt", Err: syscall.ENOSPC}
	}
	err := fileError("save", "a.txt", replace(f.Manager.root, "a.txt", 0o644, full))
	if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), "free some space") {
		t.Error(err)
	}
	if got := f.file(t, "a.txt"); got != "old" {
		t.Errorf("%q", got)
	}
	f.noLeftovers(t)
}

func TestCancelled(t *testing.T) {
	f := newFixture(t, map[string]string{"a.txt": "old"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := f.Save(ctx, "a.txt", text("new"), ""); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := f.Get(ctx, "a.txt", GetOptions{Content: true}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestUploadInPieces(t *testing.T) {
	f := newFixture(t, map[string]string{"old.bin": "old"})
	piece := func(path string, chunk int, content string) error {
		_, _, err := f.Save(t.Context(), path, &Model{Type: File, Format: Text, Content: content, Chunk: chunk}, "")
		return err
	}
	for _, path := range []string{"new.bin", "old.bin"} {
		for i, content := range []string{"a", "b", "c"} {
			if err := piece(path, i+1, content); err != nil {
				t.Fatal(err)
			}
		}
		if path == "old.bin" && f.file(t, path) != "old" {
			t.Error("the file changed before the upload was complete")
		}
		if err := piece(path, last, "d"); err != nil {
			t.Fatal(err)
		}
		if got := f.file(t, path); got != "abcd" {
			t.Errorf("%s: %q", path, got)
		}
	}
	for _, wrong := range []int{2, last, -2} {
		if err := piece("x.bin", wrong, "x"); !errors.Is(err, ErrInvalid) {
			t.Errorf("piece %d first: %v", wrong, err)
		}
	}
	if err := errors.Join(piece("y.bin", 1, "a"), piece("y.bin", 1, "A"), piece("y.bin", last, "B")); err != nil {
		t.Fatal(err)
	}
	if got := f.file(t, "y.bin"); got != "AB" {
		t.Errorf("started over: %q", got)
	}
}

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

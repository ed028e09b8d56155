package contents

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sample = "---\nwnb: 1\ntitle: Sample # kept\n---\n\n# Sample\n\n```starlark {#load}\nx = 1\n```\n\n```sql {#q out=y}\nselect 1\n```\n"

var files = map[string]string{
	"sample.wnb":     sample,
	"bad.wnb":        "---\nwnb: [\n---\n",
	"old.ipynb":      `{"nbformat":3,"nbformat_minor":0,"metadata":{},"worksheets":[{"cells":[{"cell_type":"code","input":"1+1","outputs":[],"language":"python"}]}]}`,
	"bad.ipynb":      `{"cells":[]}`,
	"no json.ipynb":  "hello",
	"dir/a.csv":      "a,b\n1,2\n",
	"dir/b.bin":      "\xff\xfe\x00",
	"dir/sub/c.txt":  "c",
	"dir/noext":      "plain",
	".env":           "SECRET=1",
	"dir/.hidden":    "x",
	".git/config":    "x",
	"ümläut %2e.txt": "u",
}

func TestGet(t *testing.T) {
	f := newFixture(t, files)
	for _, tc := range []struct {
		name, path string
		opt        GetOptions
		want       error
		kind       Type
		format     Format
		mimetype   string
		content    any
	}{
		{name: "root", path: "", kind: Directory},
		{name: "root as slash", path: "/", kind: Directory},
		{name: "text", path: "dir/a.csv", opt: GetOptions{Content: true}, kind: File, format: Text, mimetype: "text/csv", content: "a,b\n1,2\n"},
		{name: "text without content", path: "dir/a.csv", kind: File, mimetype: "text/csv"},
		{name: "text as base64", path: "dir/sub/c.txt", opt: GetOptions{Content: true, Format: Base64}, kind: File, format: Base64, mimetype: "text/plain", content: "Yw=="},
		{name: "bytes", path: "dir/b.bin", opt: GetOptions{Content: true}, kind: File, format: Base64, mimetype: binary, content: "//4A"},
		{name: "bytes as text", path: "dir/b.bin", opt: GetOptions{Content: true, Format: Text}, want: ErrInvalid},
		{name: "no extension", path: "dir/noext", opt: GetOptions{Content: true}, kind: File, format: Text, mimetype: "text/plain", content: "plain"},
		{name: "slashes", path: "//dir//sub/c.txt/", opt: GetOptions{Content: true}, kind: File, format: Text, mimetype: "text/plain", content: "c"},
		{name: "odd name", path: "ümläut %2e.txt", opt: GetOptions{Content: true}, kind: File, format: Text, mimetype: "text/plain", content: "u"},
		{name: "document as file", path: "sample.wnb", opt: GetOptions{Content: true, Type: File}, kind: File, format: Text, mimetype: "text/markdown", content: sample},
		{name: "document without content", path: "sample.wnb", kind: Notebook},
		{name: "broken document", path: "bad.wnb", opt: GetOptions{Content: true}, want: ErrInvalid},
		{name: "broken document as file", path: "bad.wnb", opt: GetOptions{Content: true, Type: File}, kind: File, format: Text, mimetype: "text/markdown", content: files["bad.wnb"]},
		{name: "no notebook", path: "bad.ipynb", opt: GetOptions{Content: true}, want: ErrInvalid},
		{name: "no JSON", path: "no json.ipynb", opt: GetOptions{Content: true}, want: ErrInvalid},
		{name: "missing", path: "nope.txt", want: ErrNotFound},
		{name: "below a file", path: "dir/a.csv/x", want: ErrNotFound},
		{name: "folder as file", path: "dir", opt: GetOptions{Type: File}, want: ErrInvalid},
		{name: "file as folder", path: "dir/a.csv", opt: GetOptions{Type: Directory}, want: ErrInvalid},
		{name: "file as notebook", path: "dir/a.csv", opt: GetOptions{Type: Notebook}, want: ErrInvalid},
		{name: "unknown type", path: "dir/a.csv", opt: GetOptions{Type: "x"}, want: ErrInvalid},
		{name: "unknown format", path: "dir/a.csv", opt: GetOptions{Content: true, Format: "x"}, want: ErrInvalid},
		{name: "hidden", path: ".env", want: ErrNotFound},
		{name: "in a hidden folder", path: ".git/config", want: ErrNotFound},
	} {
		t.Run(tc.name, func(t *testing.T) {
			model, err := f.Get(t.Context(), tc.path, tc.opt)
			if !errors.Is(err, tc.want) {
				t.Fatalf("error %v, want %v", err, tc.want)
			}
			if err != nil {
				return
			}
			got := []any{model.Type, model.Format, model.Mimetype, model.Content}
			if diff := cmp.Diff([]any{tc.kind, tc.format, tc.mimetype, tc.content}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestListing(t *testing.T) {
	f := newFixture(t, files)
	if err := os.Symlink(f.outside, filepath.Join(f.root, "dir", "out")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(f.root, "dir", "dangling")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("sub/c.txt", filepath.Join(f.root, "dir", "inside.txt")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(f.root, "dir", "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	model := f.get(t, "dir", GetOptions{Content: true})
	var got []string
	for _, entry := range model.Content.([]*Model) {
		if entry.Content != nil || entry.Format != "" {
			t.Errorf("%s has content", entry.Path)
		}
		got = append(got, string(entry.Type)+" "+entry.Path)
	}
	want := []string{"file dir/a.csv", "file dir/b.bin", "file dir/inside.txt", "file dir/noext", "directory dir/sub"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := f.Get(t.Context(), "dir/pipe", GetOptions{Content: true}); !errors.Is(err, ErrInvalid) {
		t.Errorf("a pipe: %v", err)
	}
}

func TestModelHasAllKeys(t *testing.T) {
	f := newFixture(t, files)
	for _, opt := range []GetOptions{{}, {Content: true}, {Content: true, Hash: true}, {Hash: true}} {
		for _, path := range []string{"", "dir/a.csv", "sample.wnb"} {
			data, err := json.Marshal(f.get(t, path, opt))
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]any
			if err := json.Unmarshal(data, &got); err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{"name", "path", "type", "writable", "created", "last_modified", "mimetype", "content", "format"} {
				if _, ok := got[key]; !ok {
					t.Errorf("%q %+v: no %s", path, opt, key)
				}
			}
			if !opt.Content && (got["content"] != nil || got["format"] != nil) {
				t.Errorf("%q: content without being asked", path)
			}
			if _, ok := got["hash"]; ok != (opt.Hash && path != "") {
				t.Errorf("%q %+v: hash %v", path, opt, got["hash"])
			}
		}
	}
}

func TestHash(t *testing.T) {
	f := newFixture(t, files)
	want := hash([]byte(sample))
	for _, content := range []bool{false, true} {
		if got := f.get(t, "sample.wnb", GetOptions{Hash: true, Content: content}).Hash; got != want {
			t.Errorf("content %v: %s, want %s", content, got, want)
		}
	}
	before := f.get(t, "sample.wnb", GetOptions{Hash: true})
	f.outputs.set("sample.wnb", "load", CellOutputs{ExecutionCount: 1})
	after := f.get(t, "sample.wnb", GetOptions{Hash: true})
	if before.Hash != after.Hash || !before.LastModified.Equal(after.LastModified) {
		t.Error("new outputs changed hash or time of the file")
	}
}

func TestTooLarge(t *testing.T) {
	f := newFixture(t, map[string]string{"big.txt": "12345"})
	f.opt.MaxContent = 4
	if _, err := f.Get(t.Context(), "big.txt", GetOptions{Content: true}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("content: %v", err)
	}
	f.get(t, "big.txt", GetOptions{Hash: true})
	file, model, err := f.Open(t.Context(), "big.txt")
	if err != nil || model.Size != 5 {
		t.Fatalf("open: %v %v", model, err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestModelFromClient(t *testing.T) {
	for _, tc := range []struct {
		name, json string
		want       *Model
	}{
		{"file", `{"type":"file","format":"text","content":"x","chunk":2,"unknown":1}`, &Model{Type: File, Format: Text, Content: "x", Chunk: 2}},
		{"notebook", `{"type":"notebook","format":"json","content":{"nbformat":4}}`, &Model{Type: Notebook, Format: JSON, Content: json.RawMessage(`{"nbformat":4}`)}},
		{"no content", `{"type":"directory","content":null}`, &Model{Type: Directory}},
		{"a file without text", `{"type":"file","content":{}}`, nil},
		{"no object", `[]`, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got Model
			err := json.Unmarshal([]byte(tc.json), &got)
			if tc.want == nil {
				if !errors.Is(err, ErrInvalid) {
					t.Error(err)
				}
				return
			}
			if diff := cmp.Diff(tc.want, &got); err != nil || diff != "" {
				t.Error(err, diff)
			}
		})
	}
}

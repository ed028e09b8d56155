package contents

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNew(t *testing.T) {
	f := newFixture(t, files)
	for _, tc := range []struct {
		name, dir string
		kind      Type
		ext, want string
		err       error
	}{
		{name: "notebook", kind: Notebook, want: "Untitled.ipynb"},
		{name: "second notebook", kind: Notebook, want: "Untitled1.ipynb"},
		{name: "wnb", kind: Notebook, ext: ".wnb", want: "Untitled.wnb"},
		{name: "second wnb", ext: "wnb", want: "Untitled1.wnb"},
		{name: "file", dir: "dir", kind: File, ext: ".txt", want: "dir/untitled.txt"},
		{name: "second file", dir: "dir", kind: File, ext: ".txt", want: "dir/untitled1.txt"},
		{name: "without extension", dir: "dir", kind: File, want: "dir/untitled"},
		{name: "folder", kind: Directory, want: "Untitled Folder"},
		{name: "second folder", kind: Directory, want: "Untitled Folder 1"},
		{name: "no type", want: "untitled"},
		{name: "odd notebook", kind: Notebook, ext: ".md", err: ErrInvalid},
		{name: "unknown type", kind: "x", err: ErrInvalid},
		{name: "no such folder", dir: "nope", kind: File, err: ErrNotFound},
		{name: "in a file", dir: "dir/a.csv", kind: File, err: ErrInvalid},
	} {
		t.Run(tc.name, func(t *testing.T) {
			model, err := f.New(t.Context(), tc.dir, tc.kind, tc.ext)
			if !errors.Is(err, tc.err) {
				t.Fatalf("error %v, want %v", err, tc.err)
			}
			if err != nil {
				return
			}
			if model.Path != tc.want {
				t.Errorf("%s, want %s", model.Path, tc.want)
			}
			f.get(t, model.Path, GetOptions{Content: true}) // it can be opened
		})
	}
}

func TestCopy(t *testing.T) {
	f := newFixture(t, files)
	f.outputs.set("sample.wnb", "load", CellOutputs{ExecutionCount: 3})
	for _, tc := range []struct {
		from, dir, want string
		err             error
	}{
		{from: "dir/a.csv", dir: "dir", want: "dir/a-Copy1.csv"},
		{from: "dir/a-Copy1.csv", dir: "dir", want: "dir/a-Copy2.csv"},
		{from: "dir/a.csv", dir: "dir/sub", want: "dir/sub/a.csv"},
		{from: "sample.wnb", dir: "", want: "sample-Copy1.wnb"},
		{from: "dir", dir: "", err: ErrInvalid},
		{from: "nope", dir: "", err: ErrNotFound},
		{from: "dir/a.csv", dir: "nope", err: ErrNotFound},
	} {
		t.Run(tc.from+" to "+tc.dir, func(t *testing.T) {
			model, err := f.Copy(t.Context(), tc.from, tc.dir)
			if !errors.Is(err, tc.err) {
				t.Fatalf("error %v, want %v", err, tc.err)
			}
			if err == nil && (model.Path != tc.want || f.file(t, tc.want) != f.file(t, tc.from)) {
				t.Errorf("%s, want %s", model.Path, tc.want)
			}
		})
	}
	if f.outputs.cells["sample-Copy1.wnb"]["load"].ExecutionCount != 3 {
		t.Error("the copy has no outputs")
	}
}

func TestRename(t *testing.T) {
	f := newFixture(t, files)
	f.outputs.set("sample.wnb", "load", CellOutputs{ExecutionCount: 3})
	for _, tc := range []struct {
		from, to string
		err      error
	}{
		{from: "sample.wnb", to: "dir/moved.wnb"},
		{from: "dir/moved.wnb", to: "dir/moved.wnb"},
		{from: "dir/a.csv", to: "dir/b.bin", err: ErrExists},
		{from: "dir/a.csv", to: "dir/sub", err: ErrExists},
		{from: "dir/a.csv", to: "nope/a.csv", err: ErrNotFound},
		{from: "nope", to: "x", err: ErrNotFound},
		{from: "dir/a.csv", to: ".hidden", err: ErrInvalid},
		{from: "dir", to: "dir/sub/dir", err: ErrInvalid},
		{from: "", to: "x", err: ErrInvalid},
		{from: "dir", to: "folder"},
	} {
		t.Run(tc.from+" to "+tc.to, func(t *testing.T) {
			model, err := f.Rename(t.Context(), tc.from, tc.to)
			if !errors.Is(err, tc.err) {
				t.Fatalf("error %v, want %v", err, tc.err)
			}
			if err == nil && model.Path != tc.to {
				t.Errorf("%s, want %s", model.Path, tc.to)
			}
		})
	}
	if f.outputs.cells["dir/moved.wnb"]["load"].ExecutionCount != 3 {
		t.Error("the outputs did not follow")
	}
}

func TestDelete(t *testing.T) {
	f := newFixture(t, files)
	got := map[string]error{}
	for _, path := range []string{"dir", "dir/sub/c.txt", "dir/sub", "nope", "", ".env", "dir/.hidden"} {
		got[path] = nil
		for _, known := range []error{ErrInvalid, ErrNotFound} {
			if err := f.Delete(t.Context(), path); errors.Is(err, known) {
				got[path] = known
			} else if err == nil {
				break
			}
		}
	}
	want := map[string]error{
		"dir": ErrInvalid, "dir/sub/c.txt": nil, "dir/sub": nil, "nope": ErrNotFound, "": ErrInvalid, ".env": ErrInvalid, "dir/.hidden": ErrInvalid,
	}
	same := cmp.Comparer(func(a, b error) bool { return a == b })
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Error(diff)
	}
	if f.file(t, ".env") == "" {
		t.Error("a hidden file was deleted")
	}
}

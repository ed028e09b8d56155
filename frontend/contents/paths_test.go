package contents

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hostile paths never name anything outside of the root, for no operation.
var hostile = []string{
	"..", "../outside/secret.txt", "dir/../../outside/secret.txt", "dir/..", "./dir", "dir/./a.csv",
	`..\outside\secret.txt`, `dir\a.csv`, "a\x00b", "a\nb", "\xff", "dir/\u202e/../..",
	"out/secret.txt", "link.txt", "abs.txt", "updir/secret.txt", "loop", "loop/x",
	".wnb/contents/checkpoints", "dir/.hidden", ".git", "/../outside/secret.txt", "//../outside/secret.txt",
}

func hostileFixture(t *testing.T) fixture {
	t.Helper()
	f := newFixture(t, files)
	if err := os.WriteFile(filepath.Join(f.outside, "secret.txt"), []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{
		"out": f.outside, "link.txt": "../outside/secret.txt", "abs.txt": filepath.Join(f.outside, "secret.txt"),
		"updir": "../outside", "loop": "loop",
	} {
		if err := os.Symlink(to, filepath.Join(f.root, name)); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func TestHostilePaths(t *testing.T) {
	f := hostileFixture(t)
	ctx := t.Context()
	for _, path := range hostile {
		t.Run(strings.ReplaceAll(path, "/", "_"), func(t *testing.T) {
			_, get := f.Get(ctx, path, GetOptions{Content: true})
			_, _, open := f.Open(ctx, path)
			_, _, save := f.Save(ctx, path, text("changed"), "")
			_, _, mkdir := f.Save(ctx, path+"/new", &Model{Type: Directory}, "")
			_, copied := f.Copy(ctx, path, "dir")
			_, into := f.Copy(ctx, "dir/a.csv", path)
			_, made := f.New(ctx, path, File, ".txt")
			_, to := f.Rename(ctx, "dir/sub/c.txt", path+"/c.txt")
			_, points := f.CreateCheckpoint(ctx, path)
			restored := f.RestoreCheckpoint(ctx, path, "20260304T050607.000000000Z-saved")
			trust := f.Trust(ctx, path)
			for what, err := range map[string]error{
				"get": get, "open": open, "save": save, "mkdir": mkdir, "copy": copied, "copy into": into,
				"new": made, "rename to": to, "checkpoint": points, "restore": restored, "trust": trust,
			} {
				if !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrNotFound) {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
	f.outsideUntouched(t)
}

func (f fixture) outsideUntouched(t *testing.T) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(f.outside, "secret.txt"))
	if err != nil || string(data) != "secret" {
		t.Errorf("outside: %q %v", data, err)
	}
	if entries, err := os.ReadDir(f.outside); err != nil || len(entries) != 1 {
		t.Errorf("outside: %v %v", entries, err)
	}
}

func TestHostileExtensionsAndIDs(t *testing.T) {
	f := hostileFixture(t)
	for _, extension := range []string{"/../x", ".txt/../../x", `.\x`, ".\x00", "./a"} {
		if _, err := f.New(t.Context(), "dir", File, extension); err == nil {
			t.Errorf("extension %q was taken", extension)
		}
	}
	for _, id := range []string{"", "..", "../a.csv", "x", "20260304T050607.000000000Z-x/../..", "checkpoint"} {
		if err := f.RestoreCheckpoint(t.Context(), "dir/a.csv", id); !errors.Is(err, ErrNotFound) {
			t.Errorf("restore %q: %v", id, err)
		}
		if err := f.DeleteCheckpoint(t.Context(), "dir/a.csv", id); !errors.Is(err, ErrNotFound) {
			t.Errorf("delete %q: %v", id, err)
		}
	}
}

// Deleting or renaming a link acts on the link, never on what it leads to.
func TestLinksOutAreRemovedOnly(t *testing.T) {
	f := hostileFixture(t)
	for _, name := range []string{"out", "link.txt", "abs.txt", "updir"} {
		if err := f.Delete(t.Context(), name); err != nil {
			t.Errorf("delete %s: %v", name, err)
		}
	}
	f.outsideUntouched(t)
}

func FuzzPaths(f *testing.F) {
	for _, path := range hostile {
		f.Add(path)
	}
	f.Add("dir/new.txt")
	f.Add("%2e%2e/x")
	f.Fuzz(func(t *testing.T, path string) {
		clean, err := Clean(path)
		if err == nil {
			if again, err := Clean(clean); err != nil || again != clean {
				t.Fatalf("%q: cleaned to %q, and again to %q %v", path, clean, again, err)
			}
			if !filepath.IsLocal(local(clean)) {
				t.Fatalf("%q: %q is not local", path, clean)
			}
		}
		x := hostileFixture(t)
		model, _, err := x.Save(t.Context(), path, text("fuzz"), "")
		if err == nil {
			if got := x.get(t, model.Path, GetOptions{Content: true, Type: File}); got.Content != "fuzz" {
				t.Errorf("%q: %v", path, got.Content)
			}
		}
		x.outsideUntouched(t)
	})
}

package notebooks

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestWriteAndRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.wnb")
	text := []byte(head + "\ntext\n")
	if err := WriteIfUnchanged(path, "", text); err != nil {
		t.Fatal(err)
	}
	doc, hash, err := Read(path)
	if err != nil || len(doc.Cells) != 1 || hash != Hash(text) {
		t.Fatal(doc, hash, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteIfUnchanged(path, hash, []byte(head)); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Error("the mode changed:", info.Mode(), err)
	}
	for name, stale := range map[string]string{"an older version": hash, "no file expected": ""} {
		if err := WriteIfUnchanged(path, stale, text); !errors.Is(err, ErrConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := WriteIfUnchanged(filepath.Join(dir, "gone.wnb"), hash, text); !errors.Is(err, ErrConflict) {
		t.Error("a removed file was made again:", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != head {
		t.Errorf("a refused write changed the file: %q %v", got, err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 1 {
		t.Error("files were left behind:", names, err)
	}
}

func TestWriteThroughLink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "real.wnb"), filepath.Join(dir, "link.wnb")
	if err := Write(target, []byte("old")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real.wnb", link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	if err := Write(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Error("the link was replaced", err)
	}
	if got, err := os.ReadFile(target); err != nil || string(got) != "new" {
		t.Errorf("%q %v", got, err)
	}
}

func TestReadErrors(t *testing.T) {
	if _, _, err := Read(filepath.Join(t.TempDir(), "none.wnb")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	path := filepath.Join(t.TempDir(), "bad.wnb")
	if err := Write(path, []byte("text")); err != nil {
		t.Fatal(err)
	}
	_, hash, err := Read(path)
	var errs Errors
	if !errors.As(err, &errs) || errs[0].File != path || hash == "" {
		t.Error(hash, err)
	}
	if err := Write(filepath.Join(path, "below.wnb"), nil); err == nil {
		t.Error("wrote below a file")
	}
}

package storage

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestBlobDamage(t *testing.T) {
	ctx := context.Background()
	contents := map[string]string{
		"empty": "",
		"small": "hello",
		"large": strings.Repeat("0123456789abcdef", smallBlob/8), // 2 MiB
	}
	damages := map[string]func(b []byte) []byte{
		"a byte changed": func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"truncated":      func(b []byte) []byte { return b[:len(b)-1] },
		"emptied":        func(b []byte) []byte { return nil },
		"extended":       func(b []byte) []byte { return append(b, 0) },
	}
	for name, content := range contents {
		t.Run(name, func(t *testing.T) {
			s := open(t, t.TempDir(), Options{})
			blob := put(t, s, content)
			if blob.Size != int64(len(content)) {
				t.Errorf("size %d", blob.Size)
			}
			for damage, apply := range damages {
				if content == "" && damage != "extended" {
					continue
				}
				path := s.blobPath(blob.SHA256)
				if err := os.WriteFile(path, apply([]byte(content)), 0o600); err != nil {
					t.Fatal(err)
				}
				if _, err := s.ReadBlob(ctx, blob.SHA256); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), path) {
					t.Errorf("%s: %v", damage, err)
				}
				if again := put(t, s, content); again != blob {
					t.Errorf("%s: put again gave %v, want %v", damage, again, blob)
				}
				if b, err := s.ReadBlob(ctx, blob.SHA256); err != nil || string(b) != content {
					t.Errorf("%s: not repaired: %d bytes, %v", damage, len(b), err)
				}
			}
		})
	}
}

func TestBlobErrors(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir(), Options{})
	for _, name := range []string{"", "../../wnb.db", strings.Repeat("0", 64), strings.Repeat("A", 64)} {
		if _, err := s.OpenBlob(ctx, name); !errors.Is(err, ErrNotFound) {
			t.Errorf("open %q: %v", name, err)
		}
	}
	broken := errors.New("the line broke")
	for _, size := range []int{10, 3 << 20} {
		r := io.MultiReader(bytes.NewReader(make([]byte, size)), iotest.ErrReader(broken))
		if _, err := s.PutBlob(ctx, r); !errors.Is(err, broken) || strings.Contains(err.Error(), s.Dir()) {
			t.Errorf("broken reader of %d bytes: %v", size, err)
		}
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.PutBlob(stopped, strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if left, err := os.ReadDir(filepath.Join(s.Dir(), "blobs", "tmp")); err != nil || len(left) > 0 {
		t.Errorf("temporary files left: %v, %v", left, err)
	}
}

func TestPutAgainMakesYoung(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	path := s.blobPath(put(t, s, "x").SHA256)
	old := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	put(t, s, "x")
	if info, err := os.Stat(path); err != nil || time.Since(info.ModTime()) > time.Hour {
		t.Errorf("modified %v, %v", info.ModTime(), err)
	}
}

func TestBlobsAtOnce(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	if err := inParallel(8, func(int) error {
		for _, content := range []string{"same", strings.Repeat("y", smallBlob+1)} {
			b, err := s.PutBlob(context.Background(), strings.NewReader(content))
			if err != nil {
				return err
			}
			if _, err := s.ReadBlob(context.Background(), b.SHA256); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

func TestPrivate(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), ".wnb"), Options{})
	put(t, s, "x")
	put(t, s, strings.Repeat("y", smallBlob+1))
	create(t, s, NewRun{})
	if err := filepath.WalkDir(s.Dir(), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if open := info.Mode().Perm() & 0o077; open != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestBlobsWithoutTheDatabase(t *testing.T) {
	dir := filepath.Join(t.TempDir(), ".wnb")
	blobs, err := OpenBlobs(dir)
	if err != nil {
		t.Fatal(err)
	}
	b, err := blobs.PutBlob(t.Context(), strings.NewReader("from a kernel"))
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, dir, Options{})
	if got, err := s.ReadBlob(t.Context(), b.SHA256); err != nil || string(got) != "from a kernel" {
		t.Errorf("the store reads %q, %v", got, err)
	}
}

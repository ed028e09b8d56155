package diskcache

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const magic = "test 1\n"

func open(t *testing.T, limit int64) *Folder {
	t.Helper()
	f, err := Open(filepath.Join(t.TempDir(), "cache"), magic, limit)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func key(name string) [sha256.Size]byte { return sha256.Sum256([]byte(name)) }

func put(t *testing.T, f *Folder, name string, content []byte) {
	t.Helper()
	if err := f.Put(key(name), content); err != nil {
		t.Fatal(err)
	}
}

// has lists the names that have an entry.
func has(t *testing.T, f *Folder, names ...string) string {
	t.Helper()
	return strings.Join(slices.DeleteFunc(names, func(n string) bool {
		_, ok, err := f.Get(key(n))
		if err != nil {
			t.Fatal(err)
		}
		return !ok
	}), " ")
}

func TestEntriesComeBack(t *testing.T) {
	f := open(t, 1<<20)
	for _, content := range [][]byte{{}, []byte("code"), bytes.Repeat([]byte{7}, 100_000)} {
		put(t, f, "a", content)
		if got, ok, err := f.Get(key("a")); err != nil || !ok || !bytes.Equal(got, content) {
			t.Errorf("%d bytes came back as %d, %v, %v", len(content), len(got), ok, err)
		}
	}
	if got := has(t, f, "a", "b"); got != "a" {
		t.Errorf("there are %q", got)
	}
}

func TestDamagedEntriesAreAbsent(t *testing.T) {
	f := open(t, 1<<20)
	put(t, f, "a", []byte("code"))
	put(t, f, "b", []byte("kode"))
	file := f.file(key("a"))
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(f.file(key("b")))
	if err != nil {
		t.Fatal(err)
	}
	bad := map[string][]byte{"empty": nil, "another file": []byte("hello"), "the other's": other, "longer": append(bytes.Clone(good), 0)}
	for i := range good {
		flipped := bytes.Clone(good)
		flipped[i] ^= 1
		bad[fmt.Sprintf("a bit of byte %d", i)] = flipped
		bad[fmt.Sprintf("cut after %d", i)] = good[:i]
	}
	for name, b := range bad {
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if content, ok, err := f.Get(key("a")); ok || err != nil {
			t.Errorf("%s: %q, %v", name, content, err)
		}
	}
}

func TestLeastRecentlyUsedGo(t *testing.T) {
	f := open(t, 3*1100)
	content := make([]byte, 1000)
	for i, name := range []string{"a", "b", "c"} {
		put(t, f, name, content)
		at := time.Now().Add(time.Duration(i-10) * time.Hour)
		if err := os.Chtimes(f.file(key(name)), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if got := has(t, f, "a"); got != "a" { // its use counts
		t.Fatal(got)
	}
	put(t, f, "d", content)
	if got := has(t, f, "a", "b", "c", "d"); got != "a c d" {
		t.Errorf("there are %q, want a c d", got)
	}
	if n, size, err := Usage(f.dir); n != 3 || size < 3000 || size > 3*1100 || err != nil {
		t.Errorf("%d entries of %d bytes, %v", n, size, err)
	}
	put(t, f, "large", make([]byte, 5000)) // more than all may have: it is used now
	if got := has(t, f, "a", "b", "c", "d", "large"); got != "large" {
		t.Errorf("there are %q, want large", got)
	}
}

func TestManyAtOnce(t *testing.T) {
	f := open(t, 5000)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for j := range 20 {
				name := string(rune('a' + (i+j)%10))
				if err := f.Put(key(name), bytes.Repeat([]byte(name), 1000)); err != nil {
					t.Error(err)
				}
				if b, ok, err := f.Get(key(name)); err != nil || ok && !bytes.Equal(b, bytes.Repeat([]byte(name), 1000)) {
					t.Errorf("%s: %d bytes, %v", name, len(b), err)
				}
			}
		})
	}
	wait.Wait()
	if left, err := filepath.Glob(filepath.Join(f.dir, temporary+"*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// The path is no pattern, and what matches it as one is somebody else's.
func TestPathsWithBrackets(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "xa", temporary+"other")
	if err := os.MkdirAll(other, 0o700); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-2 * abandoned)
	if err := os.Chtimes(other, old, old); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"x[ab]", "x[1"} {
		f, err := Open(filepath.Join(dir, name), magic, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		put(t, f, "a", []byte("code"))
	}
	if _, err := os.Stat(other); err != nil {
		t.Error(err)
	}
}

func TestAFolderThatIsRemovedIsMadeAgain(t *testing.T) {
	f := open(t, 1<<20)
	for range 2 {
		if err := os.RemoveAll(f.dir); err != nil {
			t.Fatal(err)
		}
		if got := has(t, f, "a"); got != "" {
			t.Errorf("there are %q", got)
		}
		put(t, f, "a", []byte("code"))
		if got := has(t, f, "a"); got != "a" {
			t.Errorf("there are %q", got)
		}
	}
	if err := os.RemoveAll(f.dir); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Temp(); err != nil {
		t.Error(err)
	}
}

func TestUsageOfNothing(t *testing.T) {
	if n, size, err := Usage(filepath.Join(t.TempDir(), "none")); n != 0 || size != 0 || err != nil {
		t.Errorf("%d entries of %d bytes, %v", n, size, err)
	}
}

func TestOpen(t *testing.T) {
	f := open(t, 1<<20)
	info, err := os.Stat(f.dir)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	var dirs [2]string
	for i, age := range []time.Duration{0, 2 * abandoned} {
		if dirs[i], err = f.Temp(); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(dirs[i], at, at); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(f.dir, magic, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dirs[0]); err != nil {
		t.Errorf("a folder in use is gone: %v", err)
	}
	if _, err := os.Stat(dirs[1]); !os.IsNotExist(err) {
		t.Errorf("the folder of a dead process is there: %v", err)
	}
	if err := os.Chmod(f.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(f.dir, magic, 1); runtime.GOOS != "windows" && err == nil {
		t.Error("a folder that all can write to is used")
	}
}

package scorer

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// entries are the cached modules in dir.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, f := range all {
		if f.IsDir() {
			t.Errorf("folder %s was left behind", f.Name())
		} else {
			files = append(files, filepath.Join(dir, f.Name()))
		}
	}
	return files
}

func cachedScore(t *testing.T, dir string, a *asm) float64 {
	t.Helper()
	e, err := Open(Config{CacheDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	j, err := compileTest(t, e, a.bytes(), Limits{}).NewMetric(nil)
	if err != nil {
		t.Fatal(err)
	}
	v, err := j.Score(context.Background(), []float64{1}, []float64{0})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Entries that are damaged or swapped are compiled again, never run.
func TestCacheEntriesAreVerified(t *testing.T) {
	if !hasCompiler() {
		t.Skip("no compiler for this machine, so nothing is cached")
	}
	one, two := metricAsm("", "f64.const 1"), metricAsm("", "f64.const 2")
	for _, tc := range []struct {
		name   string
		damage func(t *testing.T, mine, other string)
	}{
		{"intact", func(*testing.T, string, string) {}},
		{"one bit in the code", func(t *testing.T, mine, _ string) {
			rewrite(t, mine, func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
		}},
		{"one bit in the hash", func(t *testing.T, mine, _ string) {
			rewrite(t, mine, func(b []byte) []byte { b[len(cacheMagic)] ^= 1; return b })
		}},
		{"cut", func(t *testing.T, mine, _ string) { rewrite(t, mine, func(b []byte) []byte { return b[:len(b)-1] }) }},
		{"empty", func(t *testing.T, mine, _ string) { rewrite(t, mine, func([]byte) []byte { return nil }) }},
		{"longer", func(t *testing.T, mine, _ string) { rewrite(t, mine, func(b []byte) []byte { return append(b, 0) }) }},
		{"the other's", func(t *testing.T, mine, other string) {
			b, err := os.ReadFile(other)
			if err != nil {
				t.Fatal(err)
			}
			rewrite(t, mine, func([]byte) []byte { return b })
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "cache")
			cachedScore(t, dir, one)
			mine := entries(t, dir)
			cachedScore(t, dir, two)
			both := entries(t, dir)
			if len(mine) != 1 || len(both) != 2 {
				t.Fatalf("entries %v, then %v", mine, both)
			}
			other := both[0]
			if other == mine[0] {
				other = both[1]
			}
			good, err := os.ReadFile(mine[0])
			if err != nil {
				t.Fatal(err)
			}
			tc.damage(t, mine[0], other)
			if v := cachedScore(t, dir, one); v != 1 {
				t.Errorf("score %v, want 1", v)
			}
			if b, err := os.ReadFile(mine[0]); err != nil || !bytes.Equal(b, good) {
				t.Errorf("the entry was not made good again: %v", err)
			}
			if got := entries(t, dir); len(got) != 2 {
				t.Errorf("entries %v", got)
			}
		})
	}
}

func rewrite(t *testing.T, file string, change func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, change(b), 0o600); err != nil {
		t.Fatal(err)
	}
}

// With a good entry nothing is compiled: an entry of another program under the
// right hash would run, which shows that the entry is what runs.
func TestCacheIsUsed(t *testing.T) {
	if !hasCompiler() {
		t.Skip("no compiler for this machine, so nothing is cached")
	}
	dir := filepath.Join(t.TempDir(), "cache")
	a := logLossGuest()
	cachedScore(t, dir, a)
	file := entries(t, dir)[0]
	before, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	cachedScore(t, dir, a)
	after, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(before, after) {
		t.Error("the entry was written again")
	}
}

func TestCacheFolderMustBePrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	e := openTest(t, Config{CacheDir: dir})
	_ = e
	info, err := os.Stat(dir)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Config{CacheDir: dir}); runtime.GOOS != "windows" && (err == nil || !strings.Contains(err.Error(), "0700")) {
		t.Errorf("a folder that all can write to: %v", err)
	}
}

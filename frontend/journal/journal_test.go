package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func lines(t testing.TB, name string) []string {
	t.Helper()
	all, err := New(name).Lines()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, line := range all {
		out = append(out, string(line))
	}
	return out
}

// What is in the file is always what was added and not cut, whatever the order.
func TestJournalHoldsWhatIsNotCut(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		name := filepath.Join(dir, "j")
		j := New(name)
		if err := j.Clear(); err != nil {
			rt.Fatal(err)
		}
		type entry struct {
			version int64
			text    string
		}
		var want []entry
		version := int64(0)
		for range rapid.IntRange(0, 12).Draw(rt, "steps") {
			if rapid.Bool().Draw(rt, "cut") {
				at := rapid.Int64Range(0, version+1).Draw(rt, "version")
				if err := j.Cut(at); err != nil {
					rt.Fatal(err)
				}
				want = slices.DeleteFunc(want, func(e entry) bool { return e.version <= at })
				continue
			}
			version += rapid.Int64Range(0, 2).Draw(rt, "more")
			var added [][]byte
			for range rapid.IntRange(1, 3).Draw(rt, "lines") {
				text := rapid.StringMatching(`[a-z]{1,9}`).Draw(rt, "text")
				added, want = append(added, []byte(text)), append(want, entry{version, text})
			}
			if err := j.Append(version, added...); err != nil {
				rt.Fatal(err)
			}
		}
		var texts []string
		for _, e := range want {
			texts = append(texts, e.text)
		}
		if got := lines(t, name); !slices.Equal(got, texts) {
			rt.Fatalf("got %q, want %q", got, texts)
		}
	})
}

func TestLineThatWasCutOff(t *testing.T) {
	name := filepath.Join(t.TempDir(), "j")
	if err := New(name).Append(1, []byte("whole"), []byte("cut off")); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, 10); err != nil {
		t.Fatal(err)
	}
	if err := New(name).Append(2, []byte("next")); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(lines(t, name), ","); got != "whole,cut,next" {
		t.Errorf("got %s", got)
	}
}

func TestRecover(t *testing.T) {
	name := filepath.Join(t.TempDir(), "j")
	if err := New(name).Append(7, []byte("a"), []byte("b")); err != nil {
		t.Fatal(err)
	}
	full := errors.New("the disk is full")
	j := New(name)
	if err := j.Recover(func([][]byte) error { return full }); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	if err := j.Append(1, []byte("c")); err != nil {
		t.Fatal(err)
	}
	if err := j.Cut(1); err != nil {
		t.Fatal(err)
	}
	var got string
	j = New(name)
	save := func(all [][]byte) error {
		for _, line := range all {
			got += string(line)
		}
		return nil
	}
	for range 2 {
		if err := j.Recover(save); err != nil {
			t.Fatal(err)
		}
	}
	if got != "abc" {
		t.Errorf("saved %q, want all lines once", got)
	}
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
}

func TestAdopt(t *testing.T) {
	name := filepath.Join(t.TempDir(), "j")
	if err := New(name).Append(7, []byte("a")); err != nil {
		t.Fatal(err)
	}
	j := New(name)
	for _, want := range []int{1, 0} {
		if all, err := j.Adopt(); err != nil || len(all) != want {
			t.Errorf("%q, %v; want %d lines", all, err, want)
		}
	}
	if err := j.Append(1, []byte("b")); err != nil {
		t.Fatal(err)
	}
	if err := j.Cut(0); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(lines(t, name), ","); got != "b" {
		t.Errorf("got %s", got)
	}
}

func TestNoFolder(t *testing.T) {
	j := New(filepath.Join(t.TempDir(), "nowhere", "j"))
	if err := j.Append(1, []byte("a")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if all, err := j.Lines(); err != nil || len(all) > 0 {
		t.Errorf("%q, %v", all, err)
	}
}

func TestRename(t *testing.T) {
	dir := t.TempDir()
	j := New(filepath.Join(dir, "old"))
	if err := j.Append(1, []byte("a")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "old"), filepath.Join(dir, "new")); err != nil {
		t.Fatal(err)
	}
	j.Rename(filepath.Join(dir, "new"))
	if err := j.Append(2, []byte("b")); err != nil {
		t.Fatal(err)
	}
	if err := j.Cut(1); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(lines(t, filepath.Join(dir, "new")), ","); got != "b" {
		t.Errorf("got %s", got)
	}
}

func BenchmarkAppend(b *testing.B) {
	j := New(filepath.Join(b.TempDir(), "j"))
	line := []byte(strings.Repeat("x", 300))
	for b.Loop() {
		if err := j.Append(1, line); err != nil {
			b.Fatal(err)
		}
	}
}

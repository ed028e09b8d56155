package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkProcess times whole processes of the built binary, from start to
// exit, with a store that is there already.
func BenchmarkProcess(b *testing.B) {
	dir := b.TempDir()
	ten := filepath.Join(dir, "ten.wnb")
	if err := os.WriteFile(ten, []byte(trivial(10)), 0o600); err != nil {
		b.Fatal(err)
	}
	wine, err := filepath.Abs(filepath.Join("..", "..", "notebooks", "wine_quality.wnb"))
	if err != nil {
		b.Fatal(err)
	}
	for name, args := range map[string][]string{
		"version":                {"version"},
		"run_ten_trivial_cells":  {"run", ten},
		"run_wine_logreg":        {"run", wine},
		"run_wine_random_forest": {"run", wine, "-p", "model=random_forest"},
		"run_wine_boosting":      {"run", wine, "-p", "model=gradient_boosting"},
	} {
		if args[0] == "run" {
			args = append(args, "--no-cache")
		}
		b.Run(name, func(b *testing.B) { timeProcess(b, dir, args) })
	}
}

// timeProcess times a command line, with a store in dir.
func timeProcess(b *testing.B, dir string, args []string) {
	once := func() {
		cmd := exec.Command("wnb", args...)
		cmd.Env = append(os.Environ(), "WNB_STORE="+filepath.Join(dir, "store"))
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("wnb %v: %v\n%s", args, err, out)
		}
	}
	once() // results are kept, and the store is there
	for b.Loop() {
		once()
	}
}

// BenchmarkProcessCached times runs in which nothing changed, a run whose cells
// are kept, and one in which two cells wait beside each other.
func BenchmarkProcessCached(b *testing.B) {
	dir := b.TempDir()
	for name, text := range map[string]string{
		"ten": trivial(10), "thousand": trivial(1000), "two": "---\nwnb: 1\n---\n\n```starlark {#a}\n" + second + "x = _n\n```\n\n```starlark {#b}\n" + second + "y = _n\n```\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name+".wnb"), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	file := func(name string) string { return filepath.Join(dir, name+".wnb") }
	b.Run("ten_cells_cached", func(b *testing.B) { timeProcess(b, dir, []string{"run", file("ten")}) })
	b.Run("ten_cells_kept", func(b *testing.B) { timeProcess(b, dir, []string{"run", "--force", file("ten")}) })
	b.Run("thousand_cells_cached", func(b *testing.B) {
		timeProcess(b, dir, []string{"run", file("thousand")})
	})
	b.Run("two_cells_j1", func(b *testing.B) { timeProcess(b, dir, []string{"run", "--no-cache", "-j", "1", file("two")}) })
	b.Run("two_cells_j2", func(b *testing.B) { timeProcess(b, dir, []string{"run", "--no-cache", "-j", "2", file("two")}) })
}

// second is a loop of about one second.
const second = "_n = 0\nfor i in range(4000000):\n    _n += i\n"

// trivial is a notebook of n cells that do next to nothing.
func trivial(n int) string {
	var b strings.Builder
	b.WriteString("---\nwnb: 1\n---\n")
	for i := range n {
		fmt.Fprintf(&b, "\n```starlark {#c%d}\nx%d = %d\nx%d + 1\n```\n", i, i, i, i)
	}
	return b.String()
}

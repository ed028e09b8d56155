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
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				cmd := exec.Command("wnb", args...)
				cmd.Env = append(os.Environ(), "WNB_STORE="+filepath.Join(dir, "store"))
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("wnb %v: %v\n%s", args, err, out)
				}
			}
		})
	}
}

// trivial is a notebook of n cells that do next to nothing.
func trivial(n int) string {
	var b strings.Builder
	b.WriteString("---\nwnb: 1\n---\n")
	for i := range n {
		fmt.Fprintf(&b, "\n```starlark {#c%d}\nx%d = %d\nx%d + 1\n```\n", i, i, i, i)
	}
	return b.String()
}

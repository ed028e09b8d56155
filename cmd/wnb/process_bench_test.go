package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
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
	runTimed(b, dir, args...) // results are kept, and the store is there
	for b.Loop() {
		runTimed(b, dir, args...)
	}
}

// runTimed runs a command line, and gives the time that it took.
func runTimed(b *testing.B, dir string, args ...string) time.Duration {
	b.Helper()
	cmd := exec.Command("wnb", args...)
	cmd.Env = append(os.Environ(), "WNB_STORE="+filepath.Join(dir, "store"))
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Errorf("wnb %v: %v\n%s", args, err, out)
	}
	return time.Since(start)
}

// BenchmarkParallelCells runs two cells that compute after and beside each other,
// and, for what the machine gives, two processes of one cell each, all in turn.
func BenchmarkParallelCells(b *testing.B) {
	dir := b.TempDir()
	one, two := filepath.Join(dir, "one.wnb"), filepath.Join(dir, "two.wnb")
	text := "---\nwnb: 1\n---\n\n```starlark {#a}\n" + second + "x = _n\n```\n"
	for file, text := range map[string]string{one: text, two: text + "\n```starlark {#b}\n" + second + "y = _n\n```\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	runTimed(b, dir, "run", two)
	var cells, processes, ms []float64
	for b.Loop() {
		after := runTimed(b, dir, "run", "--no-cache", "-j", "1", two)
		beside := runTimed(b, dir, "run", "--no-cache", "-j", "2", two)
		cells, ms = append(cells, float64(beside)/float64(after)), append(ms, float64(beside.Milliseconds()))
		after = runTimed(b, dir, "run", "--no-cache", one) + runTimed(b, dir, "run", "--no-cache", one)
		start := time.Now()
		var wait sync.WaitGroup
		for range 2 {
			wait.Go(func() { runTimed(b, dir, "run", "--no-cache", one) })
		}
		wait.Wait()
		processes = append(processes, float64(time.Since(start))/float64(after))
	}
	for unit, values := range map[string][]float64{"of-j1": cells, "of-two-processes": processes, "j2-ms": ms} {
		slices.Sort(values)
		b.ReportMetric(values[len(values)/2], unit)
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkProcessCached times runs in which nothing changed, and one whose cells
// are kept.
func BenchmarkProcessCached(b *testing.B) {
	dir := b.TempDir()
	for name, text := range map[string]string{
		"ten": trivial(10), "thousand": trivial(1000),
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

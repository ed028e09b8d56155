package samples

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/wnb-dev/wnb/cells/scorer"
)

// BenchmarkSamples measures guests against the same metric in Go, in turn and in
// this process: metered, and with the copies of the columns. Of five rounds, it
// gives the medians.
func BenchmarkSamples(b *testing.B) {
	engine, err := scorer.Open(scorer.Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer engine.Close()
	for _, name := range []string{"log_loss", "quantile_loss", "fbeta"} {
		native, _ := Native(name)
		for _, lang := range Langs(name) {
			b.Run(fmt.Sprintf("%s/%s", name, lang), func(b *testing.B) {
				built := buildSample(b, name, lang)
				mod, err := engine.Compile(context.Background(), built.Wasm, scorer.Limits{})
				if err != nil {
					b.Fatal(err)
				}
				metric, err := mod.NewMetric(nil)
				if err != nil {
					b.Fatal(err)
				}
				defer metric.Close()
				for _, n := range []int{10, 1000, 1_000_000} {
					y, p := data(name, n)
					b.Run(fmt.Sprint(n), func(b *testing.B) {
						compare(b, n, func() float64 { return native(y, p) }, func() (float64, error) { return metric.Score(context.Background(), y, p) })
					})
				}
			})
		}
	}
}

// compare reports ns/row of the guest, and the ratio to Go.
func compare(b *testing.B, rows int, native func() float64, guest func() (float64, error)) {
	var ratios, own []float64
	for range 5 {
		slow, fast := math.Inf(1), math.Inf(1)
		calls := max(1, 200_000/rows)
		for range 5 {
			start := time.Now()
			for range calls {
				if _, err := guest(); err != nil {
					b.Fatal(err)
				}
			}
			slow = min(slow, float64(time.Since(start).Nanoseconds()))
			start = time.Now()
			for range calls {
				native()
			}
			fast = min(fast, float64(time.Since(start).Nanoseconds()))
		}
		ratios, own = append(ratios, slow/fast), append(own, slow/float64(calls*rows))
	}
	for b.Loop() {
		if _, err := guest(); err != nil {
			b.Fatal(err)
		}
	}
	slices.Sort(ratios)
	slices.Sort(own)
	b.ReportMetric(ratios[2], "x-native")
	b.ReportMetric(own[2], "ns/row")
}

// BenchmarkLoad measures how long it takes to compile a guest for the first time,
// and again from the cache on disk, as a later process does. Medians of five.
func BenchmarkLoad(b *testing.B) {
	for _, lang := range Langs("log_loss") {
		b.Run(string(lang), func(b *testing.B) {
			wasm := buildSample(b, "log_loss", lang).Wasm
			dir := b.TempDir()
			engine, err := scorer.Open(scorer.Config{CacheDir: dir})
			if err != nil {
				b.Fatal(err)
			}
			defer engine.Close()
			load := func() float64 {
				start := time.Now()
				mod, err := engine.Compile(context.Background(), wasm, scorer.Limits{CompileTime: time.Minute})
				if err != nil {
					b.Fatal(err)
				}
				took := time.Since(start)
				if err := mod.Close(); err != nil {
					b.Fatal(err)
				}
				return float64(took.Nanoseconds())
			}
			load() // the engine starts on first use
			var cold, cached []float64
			for range 5 {
				entries, err := filepath.Glob(filepath.Join(dir, "[0-9a-f]*"))
				if err != nil || len(entries) != 1 {
					b.Fatal(entries, err)
				}
				if err := os.Remove(entries[0]); err != nil {
					b.Fatal(err)
				}
				cold = append(cold, load())
				best := math.Inf(1)
				for range 5 {
					best = min(best, load())
				}
				cached = append(cached, best)
			}
			for b.Loop() {
				load()
			}
			slices.Sort(cold)
			slices.Sort(cached)
			b.ReportMetric(cold[2]/1e6, "cold-ms")
			b.ReportMetric(cached[2]/1e6, "cached-ms")
			b.ReportMetric(cached[2]/cold[2], "x-cold")
		})
	}
}

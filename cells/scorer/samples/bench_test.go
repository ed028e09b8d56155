package samples

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/wnb-dev/wnb/cells/scorer"
	"github.com/wnb-dev/wnb/cells/scorer/measure"
)

// BenchmarkSamples measures guests against the same computation in Go, in turn and
// in this process: metered, and with the copies of the columns. x-native is the
// median of five rounds.
func BenchmarkSamples(b *testing.B) {
	engine := openEngine(b, scorer.Config{})
	for _, name := range []string{"log_loss", "quantile_loss", "fbeta", "linear"} {
		for _, lang := range Langs(name) {
			b.Run(fmt.Sprintf("%s/%s", name, lang), func(b *testing.B) {
				mod, err := engine.Compile(context.Background(), buildSample(b, name, lang).Wasm, patient)
				if err != nil {
					b.Fatal(err)
				}
				e, err := measure.New(mod)
				if err != nil {
					b.Fatal(err)
				}
				defer e.Close()
				for _, n := range []int{10, 1000, 1_000_000} {
					b.Run(fmt.Sprint(n), func(b *testing.B) { benchRows(b, e, n, Reference(mod.Manifest())) })
				}
			})
		}
	}
}

func benchRows(b *testing.B, e *measure.Evaluator, n int, native func(measure.Rows)) {
	var s measure.Speed
	for b.Loop() {
		var err error
		if s, err = e.Speed(context.Background(), n, native); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(0, "ns/op") // that of the whole measurement means nothing
	b.ReportMetric(s.PerRow, "ns/row")
	b.ReportMetric(s.ToNative, "x-native")
}

// BenchmarkStart measures the start of an instance.
func BenchmarkStart(b *testing.B) {
	for _, lang := range Langs("log_loss") {
		b.Run(string(lang), func(b *testing.B) {
			mod, err := openEngine(b, scorer.Config{}).Compile(context.Background(), buildSample(b, "log_loss", lang).Wasm, patient)
			if err != nil {
				b.Fatal(err)
			}
			one := []float64{1}
			for b.Loop() {
				metric, err := mod.NewMetric(nil)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := metric.Score(context.Background(), one, one); err != nil {
					b.Fatal(err)
				}
				metric.Close()
			}
		})
	}
}

// BenchmarkLoad measures how long it takes to compile a guest without a cache, and
// to load it from the cache on disk, as a later process does. Medians of five
// rounds, of which each is the best of five.
func BenchmarkLoad(b *testing.B) {
	for _, lang := range Langs("log_loss") {
		b.Run(string(lang), func(b *testing.B) {
			wasm := buildSample(b, "log_loss", lang).Wasm
			load := func(e *scorer.Engine) float64 {
				start := time.Now()
				mod, err := e.Compile(context.Background(), wasm, patient)
				if err != nil {
					b.Fatal(err)
				}
				took := time.Since(start)
				if err := mod.Close(); err != nil {
					b.Fatal(err)
				}
				return float64(took.Nanoseconds())
			}
			plain := openEngine(b, scorer.Config{})
			cache := openEngine(b, scorer.Config{CacheDir: filepath.Join(b.TempDir(), "cache")})
			load(plain) // engines start on first use
			load(cache)
			var cold, cached, ratios []float64
			for b.Loop() {
				for range 5 {
					c, k := math.Inf(1), math.Inf(1)
					for range 5 {
						c, k = min(c, load(plain)), min(k, load(cache))
					}
					cold, cached, ratios = append(cold, c), append(cached, k), append(ratios, k/c)
				}
			}
			for _, v := range [][]float64{cold, cached, ratios} {
				slices.Sort(v)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(cold[len(cold)/2]/1e6, "cold-ms")
			b.ReportMetric(cached[len(cached)/2]/1e6, "cached-ms")
			b.ReportMetric(ratios[len(ratios)/2], "x-cold")
		})
	}
}

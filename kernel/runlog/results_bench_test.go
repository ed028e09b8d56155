package runlog

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/value"
	"github.com/wnb-dev/wnb/storage"
)

// largeFrame has 12.5 million numbers, 100 MB, which differ from seed to seed.
func largeFrame(b *testing.B, seed int) starlark.Value {
	cols := make([]*frame.Series, 10)
	for c := range cols {
		values := make([]float64, 1_250_000)
		for i := range values {
			values[i] = float64(i*(c+1)+seed) / 7
		}
		cols[c] = frame.NewFloat64(fmt.Sprint("c", c), values)
	}
	f, err := frame.New(cols...)
	if err != nil {
		b.Fatal(err)
	}
	return builtin.NewFrame(f)
}

// clock is how long work takes.
func clock(b *testing.B, work func() error) time.Duration {
	runtime.GC() // that of others does not count
	start := time.Now()
	if err := work(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// writeFile writes and syncs a file, which is the least that storing takes.
func writeFile(path string, content []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := f.Write(content); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Close()
}

// BenchmarkKeep stores frames of 100 MB as the cache does. Before each it writes
// and syncs a file of as many bytes: "of-write" is the median of the ratio.
func BenchmarkKeep(b *testing.B) {
	dir := b.TempDir()
	store, err := storage.Open(b.Context(), dir, storage.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	results := NewResults(store)
	plain := make([]byte, 100_000_000)
	b.SetBytes(int64(len(plain)))
	var ratios []float64
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		v := largeFrame(b, i)
		for j := range plain {
			plain[j] = byte(i + j*j>>7)
		}
		least := clock(b, func() error { return writeFile(filepath.Join(dir, fmt.Sprint("plain", i)), plain) })
		b.StartTimer()
		took := clock(b, func() error { _, err := value.Encode(b.Context(), v, results); return err })
		ratios = append(ratios, float64(took)/float64(least))
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "of-write")
}

// BenchmarkRestore reads a frame of 100 MB back, verified, from files that the
// system still has in memory. "of-sha256" is the median of the ratio to the hash
// alone, which a busy machine changes less than the time.
func BenchmarkRestore(b *testing.B) {
	store, err := storage.Open(b.Context(), b.TempDir(), storage.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	results := NewResults(store)
	stored, err := value.Encode(b.Context(), largeFrame(b, 0), results)
	if err != nil {
		b.Fatal(err)
	}
	env := builtin.Pure()
	decoder := value.Decoder{Makers: builtin.Makers(env), Part: results.ReadBlob}
	plain := make([]byte, stored.Parts[0].Size)
	b.SetBytes(stored.Parts[0].Size)
	var took []time.Duration
	var ratios []float64
	for b.Loop() {
		b.StopTimer()
		least := clock(b, func() error { sha256.Sum256(plain); return nil })
		b.StartTimer()
		took = append(took, clock(b, func() error { _, err := decoder.Decode(b.Context(), stored.Root); return err }))
		ratios = append(ratios, float64(took[len(took)-1])/float64(least))
	}
	slices.Sort(took)
	slices.Sort(ratios)
	b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "median-ms")
	b.ReportMetric(ratios[len(ratios)/2], "of-sha256")
}

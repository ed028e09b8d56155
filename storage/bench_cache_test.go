package storage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// BenchmarkPutBlob100MB stores 100 MB, each time other content, and as the reference writes and syncs a plain file of as
// many bytes, in turn. ratio says how much longer the blob takes. Files are removed at once: both shall find the same
// memory for the page cache, which is slow where a virtual machine has never touched it.
func BenchmarkPutBlob100MB(b *testing.B) {
	s := open(b, b.TempDir(), Options{})
	content := randomBytes(100 << 20)
	plain := filepath.Join(b.TempDir(), "plain")
	writeAndSync(b, plain, content)
	var took, reference time.Duration
	b.SetBytes(int64(len(content)))
	b.ResetTimer()
	for i := range b.N {
		binary.LittleEndian.PutUint64(content, uint64(i))
		start := time.Now()
		blob, err := s.PutBlob(b.Context(), bytes.NewReader(content))
		if err != nil {
			b.Fatal(err)
		}
		took += time.Since(start)
		b.StopTimer()
		if err := os.Remove(s.blobPath(blob.SHA256)); err != nil {
			b.Fatal(err)
		}
		reference += writeAndSync(b, plain, content)
		b.StartTimer()
	}
	b.ReportMetric(float64(took)/float64(reference), "ratio")
}

func randomBytes(n int) []byte {
	content := make([]byte, n)
	rng := rand.NewChaCha8([32]byte{1})
	if _, err := rng.Read(content); err != nil {
		panic(err)
	}
	return content
}

// writeAndSync writes a new file, as PutBlob does, and tells how long that took.
func writeAndSync(b *testing.B, path string, content []byte) time.Duration {
	start := time.Now()
	f, err := os.Create(path)
	if err == nil {
		_, err = f.Write(content)
	}
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	took := time.Since(start)
	if err = errors.Join(err, os.Remove(path)); err != nil {
		b.Fatal(err)
	}
	return took
}

func BenchmarkReadBlob100MB(b *testing.B) {
	s := open(b, b.TempDir(), Options{})
	blob, err := s.PutBlob(b.Context(), bytes.NewReader(randomBytes(100<<20)))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(blob.Size)
	for b.Loop() {
		if _, err := s.ReadBlob(b.Context(), blob.SHA256); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkResults looks up one key of many.
func BenchmarkResults(b *testing.B) {
	for _, c := range []struct{ entry, blobs, perKey int }{{1 << 10, 0, 1}, {1 << 10, 5, 1}, {16 << 10, 5, 1}, {1 << 10, 2, MaxResultsPerKey}} {
		b.Run(fmt.Sprintf("entry=%d/blobs=%d/per-key=%d", c.entry, c.blobs, c.perKey), func(b *testing.B) {
			s := open(b, b.TempDir(), Options{})
			r := Result{Entry: randomBytes(c.entry)}
			for i := range c.blobs {
				r.Blobs = append(r.Blobs, put(b, s, strconv.Itoa(i)))
			}
			for i := range 200 {
				r.Key = fmt.Sprintf("%064x", i)
				for j := range c.perKey {
					r.Entry[0] = byte(j)
					putResult(b, s, r)
				}
			}
			key := fmt.Sprintf("%064x", 100)
			for b.Loop() {
				if list := results(b, s, key); len(list) != c.perKey {
					b.Fatal(len(list))
				}
			}
		})
	}
}

func BenchmarkPutResult(b *testing.B) {
	for _, size := range []int{1 << 10, inlineEntry, inlineEntry + 1, 1 << 20} {
		b.Run(fmt.Sprintf("entry=%d", size), func(b *testing.B) {
			s := open(b, b.TempDir(), Options{})
			entry := randomBytes(size)
			for i := 0; b.Loop(); i++ {
				binary.LittleEndian.PutUint64(entry, uint64(i))
				putResult(b, s, Result{Key: fmt.Sprintf("%064x", i), Entry: entry})
			}
		})
	}
}

func BenchmarkClaim(b *testing.B) {
	s := open(b, b.TempDir(), Options{})
	for _, held := range []int{0, 16} {
		b.Run(fmt.Sprintf("held=%d", held), func(b *testing.B) {
			for i := range held {
				release, err := s.Claim(b.Context(), fmt.Sprintf("%x%063x", i, 1))
				if err != nil {
					b.Fatal(err)
				}
				defer release()
			}
			key := keyOf("a")
			for b.Loop() {
				release, err := s.Claim(b.Context(), key)
				if err != nil {
					b.Fatal(err)
				}
				if err := release(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

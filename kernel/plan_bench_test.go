package kernel_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"sync"
	"testing"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/notebooks"
)

// resultStore is a cache.Store in memory.
type resultStore struct {
	mu      sync.Mutex
	next    int64
	results map[string][]cache.Record
	blobs   map[string][]byte
}

func newResultStore() *resultStore {
	return &resultStore{results: map[string][]cache.Record{}, blobs: map[string][]byte{}}
}

func (m *resultStore) Results(_ context.Context, key string) ([]cache.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.results[key], nil
}

func (m *resultStore) PutResult(_ context.Context, key string, entry []byte, _ []cells.Blob) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.next++
	m.results[key] = append([]cache.Record{{ID: m.next, Entry: entry}}, m.results[key]...)
	return nil
}

func (m *resultStore) UseResult(context.Context, int64) error  { return nil }
func (m *resultStore) DropResult(context.Context, int64) error { return nil }
func (m *resultStore) Claim(context.Context, string) (func() error, error) {
	return func() error { return nil }, nil
}

func (m *resultStore) PutBlob(_ context.Context, r io.Reader) (cells.Blob, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return cells.Blob{}, err
	}
	sum := sha256.Sum256(data)
	b := cells.Blob{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data))}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.blobs[b.SHA256] = data
	return b, nil
}

func (m *resultStore) HasBlob(_ context.Context, b cells.Blob) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.blobs[b.SHA256]
	return ok, nil
}

func (m *resultStore) ReadBlob(_ context.Context, b cells.Blob) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.blobs[b.SHA256]
	if !ok {
		return nil, fmt.Errorf("no blob %s", b.SHA256)
	}
	return bytes.Clone(data), nil
}

// BenchmarkEditToPlan edits one cell in the middle of a notebook whose results
// are known, and plans.
func BenchmarkEditToPlan(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		doc := &notebooks.Document{}
		for i := range n {
			source := fmt.Sprintf("def f%d(x):\n    return x + %d\nx%d = f%d(x%d)", i, i, i, i, i-i%10)
			if i%10 == 0 {
				source = fmt.Sprintf("x%d = %d", i, i)
			}
			doc.Cells = append(doc.Cells, notebooks.Cell{ID: fmt.Sprintf("c%d", i), Lang: notebooks.Starlark, Source: source})
		}
		env, err := builtin.Env(nil)
		if err != nil {
			b.Fatal(err)
		}
		store := newResultStore()
		opts := kernel.Options{World: kernel.World{Blobs: store}, Builtins: env, Cache: cache.New(store), Hashes: true}
		var compiler kernel.Compiler
		nb := compiler.Compile(doc, env)
		nb.Run(b.Context(), opts)
		var planner kernel.Planner
		plan := func(nb *kernel.Notebook) []kernel.Planned {
			steps, err := planner.Plan(b.Context(), nb, opts, nil)
			if err != nil {
				b.Fatal(err)
			}
			return steps
		}
		plan(nb)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				doc.Cells[n/2].Source = fmt.Sprintf("x%d = %d", n/2, -i-1)
				counts := map[kernel.Action]int{}
				for _, s := range plan(compiler.Compile(doc, env)) {
					counts[s.Action]++
				}
				if counts[kernel.WillRun] != 1 || counts[kernel.WillDepend] != 9 {
					b.Fatal(counts)
				}
			}
		})
	}
}

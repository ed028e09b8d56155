package kernel_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel/cache"
)

// A memoryStore is a store that lasts as long as the test. It keeps every
// result, and is safe for concurrent use.
type memoryStore struct {
	mu      sync.Mutex
	records map[string][]cache.Record // by key, the most recently used first
	blobs   map[string][]byte
	held    map[string]chan struct{} // claims; closed when they end
	last    int64                    // the last id
}

var _ cache.Store = (*memoryStore)(nil)

func newMemoryStore() *memoryStore {
	return &memoryStore{records: map[string][]cache.Record{}, blobs: map[string][]byte{}, held: map[string]chan struct{}{}}
}

func (m *memoryStore) Results(_ context.Context, key string) ([]cache.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.records[key]), nil
}

func (m *memoryStore) PutResult(_ context.Context, key string, entry []byte, blobs []cells.Blob) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, b := range blobs {
		if _, ok := m.blobs[b.SHA256]; !ok {
			return errors.New("a result refers to a blob that was not put")
		}
	}
	m.last++
	r := cache.Record{ID: m.last, Entry: slices.Clone(entry), Used: time.Unix(m.last, 0)}
	m.records[key] = append([]cache.Record{r}, m.records[key]...)
	return nil
}

func (m *memoryStore) UseResult(_ context.Context, id int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, list := range m.records {
		if i := slices.IndexFunc(list, func(r cache.Record) bool { return r.ID == id }); i > 0 {
			used := list[i]
			m.records[key] = append([]cache.Record{used}, slices.Delete(list, i, i+1)...)
		}
	}
	return nil
}

func (m *memoryStore) DropResult(_ context.Context, id int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, list := range m.records {
		m.records[key] = slices.DeleteFunc(list, func(r cache.Record) bool { return r.ID == id })
	}
	return nil
}

func (m *memoryStore) Claim(ctx context.Context, key string) (func() error, error) {
	for {
		m.mu.Lock()
		other := m.held[key]
		if other == nil {
			mine := make(chan struct{})
			m.held[key] = mine
			m.mu.Unlock()
			return sync.OnceValue(func() error { m.release(key, mine); return nil }), nil
		}
		m.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (m *memoryStore) release(key string, mine chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.held, key)
	close(mine)
}

func (m *memoryStore) PutBlob(_ context.Context, r io.Reader) (cells.Blob, error) {
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

func hexOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func (m *memoryStore) HasBlob(_ context.Context, b cells.Blob) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.blobs[b.SHA256]
	return ok && int64(len(data)) == b.Size, nil
}

func (m *memoryStore) ReadBlob(_ context.Context, b cells.Blob) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.blobs[b.SHA256]
	if !ok {
		return nil, errors.New("there is no such blob")
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != b.SHA256 {
		return nil, errors.New("the blob is damaged")
	}
	return slices.Clone(data), nil
}

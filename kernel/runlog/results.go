package runlog

import (
	"context"
	"io"
	"sync"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/storage"
)

// Results keeps the results of cells in a store. It is a cache.Store.
type Results struct {
	store *storage.Store

	mu   sync.Mutex
	used []int64 // results whose use is not noted yet
}

var _ cache.Store = (*Results)(nil)

// NewResults keeps results in a store. Flush before the store is closed.
func NewResults(s *storage.Store) *Results { return &Results{store: s} }

// Flush notes which results were used.
func (r *Results) Flush(ctx context.Context) error {
	r.mu.Lock()
	used := r.used
	r.used = nil
	r.mu.Unlock()
	if len(used) == 0 {
		return nil
	}
	return r.store.UseResults(ctx, used)
}

// Results are the results under a key, the most recently used first.
func (r *Results) Results(ctx context.Context, key string) ([]cache.Record, error) {
	found, err := r.store.Results(ctx, key)
	out := make([]cache.Record, len(found))
	for i, f := range found {
		out[i] = cache.Record{ID: f.ID, Entry: f.Entry, Used: f.Used}
	}
	return out, err
}

// PutResult keeps a result.
func (r *Results) PutResult(ctx context.Context, key string, entry []byte, blobs []cells.Blob) error {
	refs := make([]storage.Blob, len(blobs))
	for i, b := range blobs {
		refs[i] = storage.Blob(b)
	}
	_, err := r.store.PutResult(ctx, storage.Result{Key: key, Entry: entry, Blobs: refs})
	return err
}

// mostUsed is how many uses are noted together.
const mostUsed = 1000

// UseResult notes that a result was used now, with the next Flush.
func (r *Results) UseResult(ctx context.Context, id int64) error {
	r.mu.Lock()
	r.used = append(r.used, id)
	full := len(r.used) >= mostUsed
	r.mu.Unlock()
	if full {
		return r.Flush(ctx)
	}
	return nil
}

// DropResult forgets a result.
func (r *Results) DropResult(ctx context.Context, id int64) error {
	return r.store.DropResult(ctx, id)
}

// Claim waits until nobody else computes the result of a key.
func (r *Results) Claim(ctx context.Context, key string) (func() error, error) {
	return r.store.Claim(ctx, key)
}

// PutBlob keeps content.
func (r *Results) PutBlob(ctx context.Context, content io.Reader) (cells.Blob, error) {
	b, err := r.store.PutBlob(ctx, content)
	return cells.Blob(b), err
}

// HasBlob tells whether a content is kept.
func (r *Results) HasBlob(ctx context.Context, b cells.Blob) (bool, error) {
	return r.store.HasBlob(ctx, b.SHA256, b.Size)
}

// ReadBlob gives a content, verified.
func (r *Results) ReadBlob(ctx context.Context, b cells.Blob) ([]byte, error) {
	return r.store.ReadBlob(ctx, b.SHA256)
}

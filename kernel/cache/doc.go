// Package cache keeps the results of cells, so that a cell runs only when what
// it would do is not known yet.
//
// A result is found in two steps. The first is the key: a hash of everything
// that is known before the cell runs ([Recipe]): its code, the hashes of the
// values that it reads, the release, the architecture. The second are the
// questions that the cell asked the world while it ran: which content has this
// file, what is in this folder. They stand in the result, with their answers,
// and are asked again; a result is used only if every answer is the same. Since
// a cell can reach the world only through builtins that record what they asked,
// there is nothing else that a result could depend on, and it cannot be stale.
//
// A result is everything that the cell produced: values and effects. Values are
// loaded when something needs them, effects are applied to each run again.
// Errors are never kept.
//
// What is found is checked: a result that cannot be read, or that refers to
// content that is not there, is dropped, and the cell runs.
package cache

import (
	"context"
	"io"
	"time"

	"github.com/wnb-dev/wnb/cells"
)

// A Store keeps results and content.
type Store interface {
	// Results are the results under a key, the most recently used first.
	Results(ctx context.Context, key string) ([]Record, error)
	// PutResult keeps a result. blobs are what it refers to.
	PutResult(ctx context.Context, key string, entry []byte, blobs []cells.Blob) error
	// UseResult notes that a result was used now.
	UseResult(ctx context.Context, id int64) error
	// DropResult forgets a result.
	DropResult(ctx context.Context, id int64) error
	// Claim waits until nobody else computes the result of a key.
	Claim(ctx context.Context, key string) (release func() error, err error)

	PutBlob(ctx context.Context, r io.Reader) (cells.Blob, error)
	HasBlob(ctx context.Context, b cells.Blob) (bool, error)
	// ReadBlob gives a content, verified.
	ReadBlob(ctx context.Context, b cells.Blob) ([]byte, error)
}

// A Record is a stored result.
type Record struct {
	ID    int64
	Entry []byte
	Used  time.Time
}

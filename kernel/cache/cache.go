package cache

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/value"
)

// inlineRoot is the largest root that stands in the entry itself.
const inlineRoot = 64 << 10

// A Cache finds and keeps results in a store. It is safe for concurrent use.
type Cache struct{ store Store }

// New makes a cache over a store.
func New(s Store) *Cache { return &Cache{s} }

// ErrLost is wrapped by the error of a value whose bytes are not there any more,
// or are not what was stored.
var ErrLost = errors.New("the stored value is lost")

// Ask asks a question again and gives the answer that would be recorded now.
type Ask func(ctx context.Context, q cells.Input) (answer string, err error)

// Find gives the result under a key whose questions have the same answers now;
// nil if there is none. A result that cannot be used any more is dropped.
func (c *Cache) Find(ctx context.Context, key string, ask Ask) (*Entry, error) {
	e, _, err := c.find(ctx, key, ask, true)
	return e, err
}

// A Miss says why a result is not used: the first question whose answer is
// another one now. It is the zero Miss if nothing is known under the key.
type Miss struct{ Question cells.Input }

// Peek is like Find, and changes nothing.
func (c *Cache) Peek(ctx context.Context, key string, ask Ask) (*Entry, Miss, error) {
	return c.find(ctx, key, ask, false)
}

func (c *Cache) find(ctx context.Context, key string, ask Ask, use bool) (*Entry, Miss, error) {
	records, err := c.store.Results(ctx, key)
	if err != nil {
		return nil, Miss{}, err
	}
	var miss Miss
	for _, r := range records {
		e, err := c.read(ctx, r)
		if err != nil {
			return nil, miss, err
		}
		if e == nil {
			if use {
				if err := c.store.DropResult(ctx, r.ID); err != nil {
					return nil, miss, err
				}
			}
			continue
		}
		changed, err := c.changed(ctx, e, ask)
		if err != nil {
			return nil, miss, err
		}
		if changed != nil {
			if miss.Question.Kind == "" {
				miss.Question = *changed
			}
			continue
		}
		if use {
			err = c.store.UseResult(ctx, r.ID)
		}
		return e, Miss{}, err
	}
	return nil, miss, nil
}

// read gives the entry of a record; nil if it cannot be used.
func (c *Cache) read(ctx context.Context, r Record) (*Entry, error) {
	e, err := Unmarshal(r.Entry)
	if err != nil {
		return nil, nil // of another release, or damaged: the cell runs again
	}
	for _, b := range e.Blobs() {
		if ok, err := c.store.HasBlob(ctx, b); err != nil || !ok {
			return nil, err
		}
	}
	return e, nil
}

// changed is the first question whose answer differs; nil if there is none.
func (c *Cache) changed(ctx context.Context, e *Entry, ask Ask) (*cells.Input, error) {
	for _, q := range e.Questions() {
		answer, err := ask(ctx, q)
		if err != nil {
			return nil, err
		}
		if answer != q.SHA256 {
			return &q, nil
		}
	}
	return nil, nil
}

// Save keeps a result.
func (c *Cache) Save(ctx context.Context, key string, e *Entry) error {
	data, err := e.Marshal()
	if err != nil {
		return err
	}
	return c.store.PutResult(ctx, key, data, e.Blobs())
}

// Forget drops the results under a key.
func (c *Cache) Forget(ctx context.Context, key string) error {
	records, err := c.store.Results(ctx, key)
	for _, r := range records {
		err = errors.Join(err, c.store.DropResult(ctx, r.ID))
	}
	return err
}

// Claim waits until nobody else computes the result of a key.
func (c *Cache) Claim(ctx context.Context, key string) (release func() error, err error) {
	return c.store.Claim(ctx, key)
}

// Parts is where the large contents of values go.
func (c *Cache) Parts() value.Parts { return c.store }

// Pack makes a value ready to be kept in an entry.
func (c *Cache) Pack(ctx context.Context, s value.Stored) (Value, error) {
	v := Value{Hash: s.Hash(), Root: s.Root, Parts: s.Parts}
	if len(s.Root) <= inlineRoot {
		return v, nil
	}
	b, err := c.store.PutBlob(ctx, bytes.NewReader(s.Root))
	if err != nil {
		return Value{}, err
	}
	v.Root, v.Blob = nil, &b
	return v, nil
}

// Root gives the bytes of a value, verified. The error of bytes that are not
// there or are damaged wraps ErrLost.
func (c *Cache) Root(ctx context.Context, v Value) ([]byte, error) {
	root := v.Root
	if v.Blob != nil {
		var err error
		if root, err = c.Part(ctx, *v.Blob); err != nil {
			return nil, err
		}
	}
	if sum := sha256.Sum256(root); hex.EncodeToString(sum[:]) != v.Hash {
		return nil, fmt.Errorf("%w: it does not have the hash %s", ErrLost, v.Hash)
	}
	return root, nil
}

// Part gives a large content of a value; its errors are those of Root.
func (c *Cache) Part(ctx context.Context, b cells.Blob) ([]byte, error) {
	data, err := c.store.ReadBlob(ctx, b)
	if err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%w: %w", ErrLost, err)
	}
	return data, err
}

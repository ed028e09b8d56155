package table

import (
	"container/list"
	"context"
	"sync"
)

// A cache keeps what was made last, up to a number of bytes. What several ask
// for at the same time is made once, by the first who asks. It is safe for
// concurrent use.
type cache struct {
	mu    sync.Mutex
	room  int64 // bytes that are left
	items map[string]*item
	order *list.List // of keys of what is made, the last used first
}

// item is something that is made or being made.
type item struct {
	ready chan struct{} // closed when value, size and err are there
	value any
	size  int64
	err   error
	place *list.Element // nil while it is made, and when it did not fit
}

func newCache(bytes int64) *cache {
	return &cache{room: bytes, items: map[string]*item{}, order: list.New()}
}

// get gives what there is under a key, or makes it. size is in bytes. Who waits
// for one that gives up because its own request ended makes it in its place.
func (c *cache) get(ctx context.Context, key string, makeIt func(ctx context.Context) (value any, size int64, err error)) (any, error) {
	for {
		c.mu.Lock()
		it, known := c.items[key]
		if !known {
			it = &item{ready: make(chan struct{})}
			c.items[key] = it
			c.mu.Unlock()
			return c.fill(ctx, key, it, makeIt)
		}
		if it.place != nil {
			c.order.MoveToFront(it.place)
		}
		c.mu.Unlock()
		select {
		case <-it.ready:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if it.err != errGivenUp {
			return it.value, it.err
		}
	}
}

// fill makes an item and keeps it if it fits.
func (c *cache) fill(ctx context.Context, key string, it *item, makeIt func(ctx context.Context) (any, int64, error)) (value any, err error) {
	it.err = errGivenUp // also where makeIt panics
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if it.err != nil {
			delete(c.items, key)
		} else {
			c.keep(key, it)
		}
		close(it.ready)
	}()
	value, size, err := makeIt(ctx)
	switch {
	case err == nil:
		it.value, it.size, it.err = value, size, nil
	case ctx.Err() == nil:
		it.err = err
	}
	return value, err
}

// keep gives an item its room, for which those that were not used for the
// longest time go. The caller holds the lock.
func (c *cache) keep(key string, it *item) {
	c.room -= it.size
	it.place = c.order.PushFront(key)
	for c.room < 0 {
		last := c.order.Back()
		c.order.Remove(last)
		gone := last.Value.(string)
		c.room += c.items[gone].size
		delete(c.items, gone)
	}
}

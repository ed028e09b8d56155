package table

import (
	"context"
	"errors"
	"sync"
	"testing"
)

// give makes a value of a size.
func give(value string, size int64, made *int) func(context.Context) (any, int64, error) {
	return func(context.Context) (any, int64, error) {
		*made++
		return value, size, nil
	}
}

func TestTheCacheKeepsWhatWasUsedLast(t *testing.T) {
	made := 0
	c := newCache(10)
	get := func(key string, size int64) {
		t.Helper()
		if v, err := c.get(t.Context(), key, give(key, size, &made)); v != key || err != nil {
			t.Errorf("%v, %v", v, err)
		}
	}
	steps := []struct {
		key  string
		size int64
		made int // so far
	}{
		{"a", 4, 1}, {"b", 4, 2}, {"a", 4, 2}, {"c", 4, 3}, // b goes
		{"a", 4, 3}, {"b", 4, 4}, // c goes
		{"large", 11, 5}, {"large", 11, 6}, // never stays, and all else goes
		{"a", 4, 7},
	}
	for i, s := range steps {
		get(s.key, s.size)
		if made != s.made {
			t.Errorf("step %d: %d made, want %d", i, made, s.made)
		}
	}
	if c.room != 6 || len(c.items) != 1 || c.order.Len() != 1 {
		t.Errorf("room %d, %d items, %d in order", c.room, len(c.items), c.order.Len())
	}
}

func TestWhatSeveralWantIsMadeOnce(t *testing.T) {
	c := newCache(10)
	begun, end := make(chan struct{}), make(chan struct{})
	made := 0
	var all sync.WaitGroup
	ask := func(makeIt func(context.Context) (any, int64, error)) {
		all.Go(func() {
			if v, err := c.get(t.Context(), "k", makeIt); v != "v" || err != nil {
				t.Errorf("%v, %v", v, err)
			}
		})
	}
	ask(func(context.Context) (any, int64, error) {
		close(begun)
		<-end
		return "v", 1, nil
	})
	<-begun
	for range 5 {
		ask(give("w", 1, &made))
	}
	close(end)
	all.Wait()
	if made != 0 {
		t.Errorf("it was made %d times more", made)
	}
}

func TestWhoWaitsTakesOverFromWhoGaveUp(t *testing.T) {
	c := newCache(10)
	ctx, cancel := context.WithCancel(t.Context())
	begun := make(chan struct{})
	first := make(chan error)
	go func() { // ends with first
		_, err := c.get(ctx, "k", func(ctx context.Context) (any, int64, error) {
			close(begun)
			<-ctx.Done()
			return nil, 0, ctx.Err()
		})
		first <- err
	}()
	<-begun
	second := make(chan any)
	made := 0
	go func() { // ends with second
		v, _ := c.get(t.Context(), "k", give("v", 1, &made))
		second <- v
	}()
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the first: %v", err)
	}
	if v := <-second; v != "v" || made != 1 {
		t.Errorf("the second: %v, made %d times", v, made)
	}
}

func TestErrorsAreNotKept(t *testing.T) {
	c := newCache(10)
	fail := errors.New("damaged")
	if _, err := c.get(t.Context(), "k", func(context.Context) (any, int64, error) { return nil, 0, fail }); err != fail {
		t.Errorf("%v", err)
	}
	made := 0
	if v, err := c.get(t.Context(), "k", give("v", 1, &made)); v != "v" || err != nil {
		t.Errorf("%v, %v", v, err)
	}
}

func TestWhoHasLeftDoesNotWait(t *testing.T) {
	tables := New(Options{Sorts: 1})
	free, err := tables.slot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tables.slot(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a slot without one free: %v", err)
	}
	free()
}

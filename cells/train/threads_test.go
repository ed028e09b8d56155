package train

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sync/semaphore"
)

// gauge counts how many are at work at a time.
type gauge struct{ now, most atomic.Int64 }

func (g *gauge) during(do func()) {
	n := g.now.Add(1)
	for m := g.most.Load(); n > m && !g.most.CompareAndSwap(m, n); m = g.most.Load() {
	}
	do()
	g.now.Add(-1)
}

// TestLoopsWithinLoopsShareThreads: the innermost work is never done by more
// goroutines than all loops together may use, and by as many where it can be.
func TestLoopsWithinLoopsShareThreads(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, c := range []struct {
		threads Threads
		callers int
		want    int64
	}{
		{Threads{Max: 1}, 1, 1},
		{Threads{Max: 3}, 1, 3},
		{Threads{Max: 8, Limiter: semaphore.NewWeighted(2)}, 1, 3},
		{Threads{Max: 2, Limiter: semaphore.NewWeighted(100)}, 1, 2},
		{Threads{Max: 8, Limiter: semaphore.NewWeighted(2)}, 2, 4},
	} {
		t.Run(fmt.Sprintf("%d threads, %d callers", c.threads.Max, c.callers), func(t *testing.T) {
			var g gauge
			// All of the goroutines that there can be meet, or the test hangs.
			meet := sync.WaitGroup{}
			meet.Add(int(c.want))
			var met atomic.Int64
			var callers sync.WaitGroup
			for range c.callers {
				callers.Go(func() {
					shared := c.threads.shared()
					err := eachPiece(t.Context(), shared, 20, func(_, _ int) error {
						return eachPiece(t.Context(), shared, 20, func(_, _ int) error {
							g.during(func() {
								if met.Add(1) <= c.want {
									meet.Done()
								}
								meet.Wait()
							})
							return nil
						})
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			callers.Wait()
			if got := g.most.Load(); got != c.want {
				t.Errorf("%d at a time, want %d", got, c.want)
			}
			if l, ok := c.threads.Limiter.(*semaphore.Weighted); ok && c.threads.Max == 8 && !l.TryAcquire(2) {
				t.Error("not all places were given back")
			}
		})
	}
}

// TestFirstErrorIsTheLowest whatever the threads do.
func TestFirstErrorIsTheLowest(t *testing.T) {
	defer goleak.VerifyNone(t)
	for range 50 {
		err := eachPiece(context.Background(), Threads{Max: 8}, 100, func(_, piece int) error {
			if piece >= 3 {
				return fmt.Errorf("piece %d", piece)
			}
			return nil
		})
		if err == nil || err.Error() != "piece 3" {
			t.Fatalf("error %v, want that of piece 3", err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := eachPiece(ctx, Threads{}, 3, func(_, _ int) error { t.Error("called"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// Workers are told apart by numbers below the most that there can be.
func TestWorkersAreNumbered(t *testing.T) {
	const most = 4
	var busy [most]atomic.Bool
	err := eachPiece(context.Background(), Threads{Max: most, Limiter: semaphore.NewWeighted(most)}, 2000, func(worker, _ int) error {
		if !busy[worker].CompareAndSwap(false, true) {
			return fmt.Errorf("worker %d does two pieces at a time", worker)
		}
		busy[worker].Store(false)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

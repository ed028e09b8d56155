package train

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// threadCount is how many goroutines to compute with when asked for n.
func threadCount(n int) int {
	if n <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return n
}

// eachPiece calls do for the pieces 0..n-1, on at most threads goroutines, and
// returns when all have ended. After an error or the end of ctx it starts no
// further piece; it returns the error of the lowest piece that failed. do must
// write only to what belongs to its piece, so that threads change nothing.
// worker, below threads, tells the goroutines apart: it may choose scratch
// memory but must not influence results.
func eachPiece(ctx context.Context, threads, n int, do func(worker, piece int) error) error {
	var next, failed atomic.Int64
	errs := make([]error, n)
	work := func(worker int) {
		for {
			i := int(next.Add(1)) - 1
			if i >= n || failed.Load() > 0 || ctx.Err() != nil {
				return
			}
			if errs[i] = do(worker, i); errs[i] != nil {
				failed.Add(1)
			}
		}
	}
	var wg sync.WaitGroup
	for worker := 1; worker < min(threads, n); worker++ {
		wg.Go(func() { work(worker) })
	}
	work(0)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

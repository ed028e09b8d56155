package train

import (
	"context"
	"runtime"
	"sync"

	"golang.org/x/sync/semaphore"
)

// Threads says how many goroutines a computation may use. The zero value is as
// many as there are processors. No value changes a bit of any result.
type Threads struct {
	// Max is the most goroutines, the calling one among them; 0 means
	// GOMAXPROCS.
	Max int
	// Limiter, if set, is shared with other computations: each goroutine but
	// the calling one is taken from it, and what is not free is done without.
	Limiter Limiter
}

// A Limiter is a number of places that computations share.
// golang.org/x/sync/semaphore.Weighted is one.
type Limiter interface {
	// TryAcquire takes n places if they are free. It does not wait.
	TryAcquire(n int64) bool
	// Release gives n places back.
	Release(n int64)
}

// most is Max, or its default.
func (t Threads) most() int {
	if t.Max <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return t.Max
}

// shared is t with a limiter, so that loops within loops stay within t together.
func (t Threads) shared() Threads {
	t.Max = t.most()
	own := semaphore.NewWeighted(int64(t.Max - 1))
	if t.Limiter == nil {
		t.Limiter = own
	} else {
		t.Limiter = bothLimits{own, t.Limiter}
	}
	return t
}

// bothLimits has a place free where both have one.
type bothLimits struct {
	own   *semaphore.Weighted
	outer Limiter
}

func (b bothLimits) TryAcquire(n int64) bool {
	if !b.own.TryAcquire(n) {
		return false
	}
	if !b.outer.TryAcquire(n) {
		b.own.Release(n)
		return false
	}
	return true
}

func (b bothLimits) Release(n int64) {
	b.outer.Release(n)
	b.own.Release(n)
}

// eachPiece calls do for the pieces 0..n-1, on the goroutines that t has free,
// and returns when all have ended. After an error or the end of ctx it starts no
// further piece. The error is that of the lowest piece that fails: pieces start
// in their order and are always ended. do must write only to what belongs to its
// piece, so that threads change nothing. worker, below t.most(), tells the
// goroutines apart: it may choose scratch memory but must not influence results.
func eachPiece(ctx context.Context, t Threads, n int, do func(worker, piece int) error) error {
	l := loop{ctx: ctx, limiter: t.Limiter, most: min(t.most(), n), n: n, failed: n, do: do, workers: 1}
	l.mu.Lock()
	l.hire(n - 1) // before the first piece begins, whose own loops may take all that is free
	l.mu.Unlock()
	l.work(0)
	l.running.Wait()
	if l.err != nil {
		return l.err
	}
	return ctx.Err()
}

// A loop is one eachPiece under way.
type loop struct {
	ctx     context.Context
	limiter Limiter
	most, n int
	do      func(worker, piece int) error
	running sync.WaitGroup

	mu      sync.Mutex
	next    int // piece
	workers int // so far
	coming  int // workers that have not asked for a piece yet
	failed  int // the lowest piece
	err     error
}

// hire starts workers for so many pieces, as far as there may be more. The lock
// is held.
func (l *loop) hire(pieces int) {
	for l.coming < pieces && l.workers < l.most && (l.limiter == nil || l.limiter.TryAcquire(1)) {
		worker := l.workers
		l.workers++
		l.coming++
		l.running.Go(func() {
			if l.limiter != nil {
				defer l.limiter.Release(1)
			}
			l.mu.Lock()
			l.coming--
			l.mu.Unlock()
			l.work(worker)
		})
	}
}

// work does pieces until there are none left.
func (l *loop) work(worker int) {
	for {
		piece, ok := l.take()
		if !ok {
			return
		}
		if err := l.do(worker, piece); err != nil {
			l.fail(piece, err)
		}
	}
}

// take is the next piece. It looks for workers for the pieces after it, since
// some may have become free.
func (l *loop) take() (piece int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next >= l.n || l.failed < l.n || l.ctx.Err() != nil {
		return 0, false
	}
	l.next++
	l.hire(l.n - l.next)
	return l.next - 1, true
}

func (l *loop) fail(piece int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if piece < l.failed {
		l.failed, l.err = piece, err
	}
}

// A span is the rows from ≤ i < to.
type span struct{ from, to int }

// pieces cuts n rows into at most maxPieces ranges of at least minRows rows.
// The cut depends on n only, which keeps sums the same for any thread count.
func pieces(n int) []span {
	const minRows, maxPieces = 256, 64
	size := max(minRows, (n+maxPieces-1)/maxPieces)
	var out []span
	for from := 0; from < n; from += size {
		out = append(out, span{from, min(from+size, n)})
	}
	return out
}

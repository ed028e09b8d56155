package scorer

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// tank gives an instance its fuel, one slice after the other, and is where a
// guest notices that its time is over. It belongs to one call at a time.
type tank struct {
	ctx     context.Context
	slice   int64
	limit   int64 // of this call
	granted int64 // so far
	allowed time.Duration
	until   time.Time // set when the first slice is used up: short calls need no clock
}

// fill begins a call and gives its first slice.
func (t *tank) fill(ctx context.Context, limit int64, allowed time.Duration) int64 {
	t.ctx, t.limit, t.allowed, t.until = ctx, limit, allowed, time.Time{}
	t.granted = min(t.slice, limit)
	return t.granted
}

// used is the fuel of the call when left is what the guest has left.
func (t *tank) used(left int64) int64 { return t.granted - left }

// refill gives the next slice to a guest that is left with a debt.
func (t *tank) refill(left int64) (int64, error) {
	if left == stackSignal {
		return 0, ErrStack
	}
	if t.used(left) > t.limit {
		return 0, fmt.Errorf("%w: more than %d units", ErrFuel, t.limit)
	}
	if err := t.poll(); err != nil {
		return 0, err
	}
	runtime.Gosched()
	add := min(t.slice-left, t.limit-t.granted)
	t.granted += add
	return left + add, nil
}

// poll looks at the clock and at the context.
func (t *tank) poll() error {
	now := time.Now()
	if t.until.IsZero() {
		t.until = now.Add(t.allowed)
	}
	if now.After(t.until) {
		return fmt.Errorf("%w: ran for more than %v", ErrDeadline, t.allowed)
	}
	if err := t.ctx.Err(); err == context.DeadlineExceeded {
		return fmt.Errorf("%w: %w", ErrDeadline, err)
	} else if err != nil {
		return err
	}
	return nil
}

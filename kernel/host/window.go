package host

import (
	"context"

	"golang.org/x/sync/semaphore"
)

const (
	windowBytes = 16 << 20 // of one lane under way; a larger message goes alone
	leastCost   = 16 << 10 // of a message, which bounds their number too
	windowCount = windowBytes / leastCost
)

// window bounds the messages of one lane that the child has not handled.
// Requests enter at one end of costs and leave at the other: the child handles
// a lane in order.
type window struct {
	room  *semaphore.Weighted
	costs chan int64 // never full: windowCount of the least cost fill the room
}

func newWindow() *window {
	return &window{room: semaphore.NewWeighted(windowBytes), costs: make(chan int64, windowCount)}
}

// enter waits for room for a message of n bytes. The caller then either calls
// sent, or leave where nothing was sent.
func (w *window) enter(ctx context.Context, n int) (cost int64, err error) {
	cost = min(max(int64(n), leastCost), windowBytes)
	return cost, w.room.Acquire(ctx, cost)
}

func (w *window) leave(cost int64) { w.room.Release(cost) }

func (w *window) sent(cost int64) { w.costs <- cost }

// handled gives back the room of the oldest message, and says whether there was
// one.
func (w *window) handled() bool {
	select {
	case cost := <-w.costs:
		w.room.Release(cost)
		return true
	default:
		return false
	}
}

package host

import (
	"slices"
	"sync"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// running are the shell messages that are handled or wait for it, in order.
type running struct {
	mu    sync.Mutex
	tasks []task
	ended bool
}

func (r *running) add(t task) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tasks = append(r.tasks, t)
}

func (r *running) remove(t task) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tasks = slices.DeleteFunc(r.tasks, func(o task) bool { return o.message == t.message })
}

// interrupt cancels up to the first execution, which is the one that the user
// takes to be running, even where it has not come to its turn yet.
func (r *running) interrupt() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.tasks {
		t.cancel(ErrInterrupted)
		if t.message.Header.MsgType == protocol.TypeExecuteRequest {
			return
		}
	}
}

// end cancels all, also what has not begun.
func (r *running) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
	for _, t := range r.tasks {
		t.cancel(errNoMore)
	}
}

func (r *running) over() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}

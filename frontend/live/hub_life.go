package live

import (
	"context"
	"fmt"
	"time"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// maxIdleDeaths is how often in a row a kernel may die before anything was
// asked of it; then it stays dead.
const maxIdleDeaths = 3

// run is the life of a hub: one kernel after the other, until it is told to
// stop.
func (h *hub) run(k Kernel) {
	defer close(h.done)
	for k != nil {
		h.attend(k, h.adopt(k))
		h.ended(<-k.Exit())
		k = h.next()
	}
}

func (h *hub) adopt(k Kernel) (end func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	ctx, cancel := context.WithCancel(h.ctx)
	h.kernel, h.reason, h.lifeCtx = k, "", ctx
	h.process, h.starts, h.gaveUp = 1, 0, false
	h.begin()
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		cancel() // from here on no errand starts
	}
}

// begin opens the life of a process. It is greeted beside everything else,
// since its queue could be full before anybody listens to it.
func (h *hub) begin() {
	h.life++
	h.question = nil
	h.numbered, h.asked, h.ready, h.document.told, h.settings.told = 0, false, false, "", ""
	clear(h.busy)
	ctx, to := h.lifeCtx, h.target()
	h.errands.Go(func() { h.greet(ctx, to) })
}

func (h *hub) target() target { return target{h.kernel, h.process, h.life} }

// attend takes what the kernel says until it has ended.
func (h *hub) attend(k Kernel, end func()) {
	h.listen(k)
	end()
	h.errands.Wait()
}

// listen joins streams: text waits for a short time, or for the next message
// of another kind.
func (h *hub) listen(k Kernel) {
	var held joiner
	var flush <-chan time.Time
	for {
		select {
		case m, ok := <-k.Receive():
			if !ok {
				h.release(&held)
				return
			}
			h.take(&held, m)
		case <-flush:
			h.release(&held)
		}
		switch {
		case held.first == nil:
			flush = nil
		case flush == nil:
			flush = h.cfg.After(h.cfg.Limits.Flush)
		}
	}
}

func (h *hub) take(held *joiner, m *protocol.Message) {
	if s, ok := readStream(m); ok {
		if !held.fits(m, s) {
			h.release(held)
		}
		held.add(m, s)
		return
	}
	h.release(held)
	if m.Header.MsgType == typeEffects {
		h.cfg.Private(h.id, h.documentPath(), m)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handle(m)
}

func (h *hub) release(held *joiner) {
	if held.first == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handle(held.take())
}

func (h *hub) documentPath() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.path
}

// ended ends what was asked of a kernel that is gone, and decides what comes.
func (h *hub) ended(exit Exit) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.kernel, h.ready = nil, false
	h.idle++
	if h.asked {
		h.idle = 0
	}
	state := protocol.Restarting
	switch {
	case h.leaving == forGood:
		h.bury("KernelShutdown", "the kernel was shut down", false)
		state = protocol.Dead
	case h.leaving == toRestart:
		h.bury("KernelRestarted", "the kernel was restarted", false)
		h.idle = 0
	case h.gaveUp:
		h.bury("KernelDied", "the kernel died: "+exit.Reason, true)
		state, h.reason = protocol.Dead, exit.Reason
	case h.leaving == toEnd || exit.Asked:
		h.bury("KernelShutdown", "the kernel was shut down", false)
		state, h.reason = protocol.Dead, "it was shut down"
	default:
		h.bury("KernelDied", "the kernel died: "+exit.Reason, true)
		h.cfg.Log.Warn("a kernel died", "kernel", h.id, "path", h.path, "reason", exit.Reason)
		if h.idle >= maxIdleDeaths {
			state, h.reason = protocol.Dead, exit.Reason
		}
	}
	asked := h.leaving == toRestart
	if h.leaving != forGood {
		h.leaving = staying
	}
	if asked {
		// As in Jupyter, clients are told of a restart only if nobody asked for
		// it: the one that did reconnects by itself, and would do so twice.
		h.state = state
		h.signal()
		return
	}
	if h.gaveUp && state == protocol.Dead {
		h.state = state // the kernel has said so
		h.signal()
		return
	}
	h.become(state)
}

// supervised follows a kernel that starts processes anew by itself, as the
// states tell that it sends with no parent.
func (h *hub) supervised(state string) {
	switch state {
	case protocol.Starting:
		if h.starts++; h.starts == 1 {
			return
		}
		if h.leaving == toRestart {
			h.leaving = staying
		}
		h.process = h.starts
		h.begin()
	case protocol.Restarting:
	case protocol.Dead:
		h.gaveUp = true
	default:
		return
	}
	h.state, h.ready = state, false
	h.signal()
}

func (h *hub) become(state string) {
	h.state = state
	h.announce(state)
	h.signal()
}

// next starts the next kernel, or gives nil where there is none. A dead one waits
// for somebody to restart it.
func (h *hub) next() Kernel {
	for {
		h.mu.Lock()
		state, leaving, path, changed := h.state, h.leaving, h.path, h.changed
		h.mu.Unlock()
		if leaving == forGood {
			return nil
		}
		if state == protocol.Dead {
			<-changed // also where the kernel is to end for good
			continue
		}
		k, err := h.cfg.Start(h.ctx, path)
		if err == nil {
			return k
		}
		h.mu.Lock()
		h.reason = fmt.Sprintf("it cannot be started: %v", err)
		if h.leaving != forGood {
			h.leaving = staying
		}
		h.become(protocol.Dead)
		h.mu.Unlock()
	}
}

// bury answers all open requests of a kernel that is gone. Where it died, the
// cells that ran get an error.
func (h *hub) bury(ename, why string, died bool) {
	for _, r := range h.requests.pending() {
		h.fail(r, ename, why, died && (r.started || r.busy))
	}
	clear(h.busy)
}

// fail ends a request in place of the kernel.
func (h *hub) fail(r *request, ename, why string, show bool) {
	say := func(ch protocol.Channel, c protocol.Content) {
		if m := h.make(ch, r.header, c); m != nil {
			h.handle(m)
		}
	}
	trace := []string{ename + ": " + why}
	if !r.busy && !r.wasIdle {
		say(protocol.IOPub, protocol.Status{ExecutionState: protocol.Busy})
	}
	if show && r.execute && !r.failed {
		say(protocol.IOPub, protocol.Error{EName: ename, EValue: why, Traceback: trace})
	}
	if !r.replied {
		say(r.channel, failure(r, ename, why, trace))
	}
	if r.busy || !r.wasIdle {
		say(protocol.IOPub, protocol.Status{ExecutionState: protocol.Idle})
	}
}

func failure(r *request, ename, why string, trace []string) protocol.Content {
	if r.execute {
		return protocol.ExecuteReply{ExecutionCount: r.count,
			Outcome: protocol.Outcome{Status: protocol.Failed, EName: ename, EValue: why, Traceback: trace}}
	}
	reply, _ := protocol.ReplyType(r.header.MsgType)
	return protocol.ErrorReply{Type: reply, EName: ename, EValue: why, Traceback: trace}
}

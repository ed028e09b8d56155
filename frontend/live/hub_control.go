package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// interrupt stops what runs.
func (h *hub) interrupt(ctx context.Context) error {
	h.mu.Lock()
	k, reason := h.kernel, h.reason
	dead := h.state == protocol.Dead
	h.mu.Unlock()
	switch {
	case k != nil:
		return k.Interrupt(ctx)
	case dead:
		return fmt.Errorf("%w: %s", ErrKernelGone, reason)
	}
	return nil // it starts: nothing runs
}

// restartGrace is how long a kernel may take to end where it is to be restarted;
// then it is killed. It has nothing to bring to an end: what it has told is here,
// and the rest goes with it.
const restartGrace = 40 * time.Millisecond

// restart ends the kernel and waits for the next one. A dead one is revived.
func (h *hub) restart(ctx context.Context) error {
	h.mu.Lock()
	k, life := h.kernel, h.life
	switch {
	case h.leaving == forGood:
		h.mu.Unlock()
		return ErrKernelGone
	case k != nil: // it may be about to end by itself
		h.leaving = toRestart
		h.state, h.ready = protocol.Restarting, false // clients hear of it when it has ended
	case h.state == protocol.Dead:
		h.idle = 0
		h.become(protocol.Restarting) // which next waits for
	}
	h.mu.Unlock()
	if k != nil {
		short, cancel := context.WithTimeout(ctx, restartGrace)
		defer cancel()
		if err := k.Shutdown(short); err != nil {
			return err
		}
	}
	return h.await(ctx, life)
}

// await waits until a life after the given one takes messages.
func (h *hub) await(ctx context.Context, life int) error {
	for {
		h.mu.Lock()
		ready, state, reason, leaving, changed := h.ready && h.life > life, h.state, h.reason, h.leaving, h.changed
		h.mu.Unlock()
		switch {
		case ready:
			return nil
		case leaving == forGood:
			return ErrKernelGone
		case state == protocol.Dead:
			return fmt.Errorf("the kernel is dead: %s", reason)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// shutdown ends the kernel for good, and returns when all its goroutines but
// those of clients have ended, or with ctx.
func (h *hub) shutdown(ctx context.Context) error {
	h.mu.Lock()
	k := h.kernel
	if h.leaving != forGood {
		h.leaving = forGood
		h.signal()
	}
	h.mu.Unlock()
	var err error
	if k != nil {
		err = k.Shutdown(ctx)
	}
	defer h.cancel()
	select {
	case <-h.done:
		return nil
	case <-ctx.Done():
		return errors.Join(err, fmt.Errorf("kernel %s does not end: %w", h.id, ctx.Err()))
	}
}

// dismiss ends all clients.
func (h *hub) dismiss(why error, drain bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.clients {
		c.end(why, drain)
	}
}

// setDocument makes the kernel that of another document.
func (h *hub) setDocument(ctx context.Context, path string, keep bool) error {
	if h.documentPath() == path {
		return nil
	}
	doc, err := h.lib.open(ctx, path)
	if err != nil {
		return err
	}
	h.mu.Lock()
	old, from := h.doc, h.path
	if keep {
		old.copyTo(doc)
	}
	h.doc, h.path, h.numbered, h.document.told = doc, path, 0, ""
	h.mu.Unlock()
	h.follow(from, path)
	h.lib.close(old)
	text, err := h.text(ctx, path)
	if news, settings := h.saved(path, text), h.set(path); news || settings {
		h.spread()
	}
	return err
}

// moved follows a rename; the document itself has moved already.
func (h *hub) moved(from, to string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if path, ok := movedPath(h.path, from, to); ok {
		h.follow(h.path, path)
		h.path, h.document.told = path, ""
	}
}

// follow has the file of the document watched, in place of that of another one.
func (h *hub) follow(from, to string) {
	if to != "" {
		h.cfg.Watch.Add(to)
	}
	if from != "" {
		h.cfg.Watch.Remove(from)
	}
}

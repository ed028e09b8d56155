package live

import (
	"context"
	"errors"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// greet tells a new kernel its document and its settings and asks what it is. Clients wait for
// it, so that no cell runs before the document is known.
func (h *hub) greet(ctx context.Context, to target) {
	h.mu.Lock()
	forever, path := h.leaving == forGood, h.path
	h.mu.Unlock()
	if forever {
		h.complain(ctx, "a kernel cannot be shut down", to.kernel.Shutdown(ctx))
		return
	}
	text, err := h.text(ctx, path)
	h.complain(ctx, "a new kernel does not know its document", err)
	h.saved(path, text)
	h.set(path)
	h.complain(ctx, "a new kernel does not know its document", h.tellNews(ctx, to))
	h.complain(ctx, "a new kernel cannot be asked what it is", h.tell(ctx, to, protocol.KernelInfoRequest{}))
	h.mu.Lock()
	defer h.mu.Unlock()
	if ctx.Err() == nil && h.life == to.life {
		h.ready, h.state = true, ""
		h.signal()
	}
}

// text is what is saved of the document.
func (h *hub) text(ctx context.Context, path string) (string, error) {
	if h.cfg.Document == nil || path == "" {
		return "", nil
	}
	return h.cfg.Document(ctx, path)
}

func (h *hub) tell(ctx context.Context, to target, c protocol.Content) error {
	if m := h.make(protocol.Shell, protocol.Header{}, c); m != nil {
		return to.send(ctx, m)
	}
	return nil
}

// complain logs an error, unless the kernel has ended.
func (h *hub) complain(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil && !errors.Is(err, ErrKernelGone) {
		h.cfg.Log.Error(what, "kernel", h.id, "error", err)
	}
}

// reread looks whether what is saved of the document has changed.
func (h *hub) reread(ctx context.Context) (news bool) {
	path := h.documentPath()
	text, err := h.text(ctx, path)
	h.complain(ctx, "a document cannot be read; its kernel goes on with the last version", err)
	return h.saved(path, text)
}

// saved takes the text of a document. Without one, or where the kernel knows
// it, nothing is to be told.
func (h *hub) saved(path, text string) (news bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.path != path || text == "" {
		return false
	}
	return h.document.offer(text)
}

// set takes the settings of a document, as they are now.
func (h *hub) set(path string) (news bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.path != path {
		return false
	}
	text := string(h.cfg.Settings(path))
	if text == "" && h.settings.told != "" {
		text = "{}" // those of another document hold no more
	}
	return text != "" && h.settings.offer(text)
}

// spread tells the kernel what was saved, without waiting for it: it may be
// busy for hours. What is saved meanwhile replaces what was not told yet.
func (h *hub) spread() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.ready || h.spreading || h.lifeCtx.Err() != nil {
		return // it is told when it is ready, and before the next cell
	}
	h.spreading = true
	ctx, to := h.lifeCtx, h.target()
	h.errands.Go(func() {
		for {
			err := h.tellNews(ctx, to)
			h.complain(ctx, "a kernel does not know what was saved", err)
			if !h.more(err == nil && ctx.Err() == nil) {
				return
			}
		}
	})
}

// more tells whether there are news again; else nobody spreads them any more.
func (h *hub) more(goOn bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.spreading = goOn && (h.document.news != nil || h.settings.news != nil)
	return h.spreading
}

// tellNews tells the kernel what it does not know of its document and settings.
// One does so at a time, so that the last that is told is the latest.
func (h *hub) tellNews(ctx context.Context, to target) error {
	select {
	case h.papers <- struct{}{}:
		defer func() { <-h.papers }()
	case <-ctx.Done():
		return ctx.Err()
	}
	path, document, settings := h.takeNews(to.life)
	var err error
	if document != nil {
		err = h.tell(ctx, to, Document{Path: path, Text: *document})
	}
	if settings != nil && err == nil {
		err = h.tell(ctx, to, protocol.Raw{Type: typeSettings, JSON: []byte(*settings)})
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil && h.life == to.life {
		h.document.told, h.settings.told = "", ""
	}
	return err
}

// takeNews takes what is to be told in a life; the next one is told everything.
func (h *hub) takeNews(life int) (path string, document, settings *string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.life != life {
		return "", nil, nil
	}
	return h.path, h.document.take(), h.settings.take()
}

package live

import (
	"context"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// greet tells a new kernel its document and asks what it is. Clients wait for
// it, so that no cell runs before the document is known.
func (h *hub) greet(ctx context.Context, k Kernel) {
	h.mu.Lock()
	forever, path := h.leaving == forGood, h.path
	h.mu.Unlock()
	if forever {
		h.complain(ctx, "a kernel cannot be shut down", k.Shutdown(ctx))
		return
	}
	text, err := h.text(ctx, path)
	if err == nil && text != "" {
		err = h.tell(ctx, k, protocol.Shell, Document{Path: path, Text: text})
	}
	h.complain(ctx, "a new kernel does not know its document", err)
	err = h.tell(ctx, k, protocol.Shell, protocol.KernelInfoRequest{})
	h.complain(ctx, "a new kernel cannot be asked what it is", err)
	h.mu.Lock()
	defer h.mu.Unlock()
	if ctx.Err() == nil {
		h.ready, h.state = true, ""
		h.signal()
		h.tellNews()
	}
}

// text is what is saved of the document.
func (h *hub) text(ctx context.Context, path string) (string, error) {
	if h.cfg.Document == nil || path == "" {
		return "", nil
	}
	return h.cfg.Document(ctx, path)
}

func (h *hub) tell(ctx context.Context, k Kernel, ch protocol.Channel, c protocol.Content) error {
	if m := h.make(ch, protocol.Header{}, c); m != nil {
		return k.Send(ctx, m)
	}
	return nil
}

// complain logs an error, unless the kernel has ended.
func (h *hub) complain(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		h.cfg.Log.Error(what, "kernel", h.id, "error", err)
	}
}

// saved takes the new text of a document. It does not wait for the kernel,
// which may be busy for hours: the last text is told when there is room.
func (h *hub) saved(path, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.path == path {
		h.news = &text
		h.tellNews()
	}
}

func (h *hub) tellNews() {
	if !h.ready || h.telling || h.news == nil || h.lifeCtx.Err() != nil {
		return
	}
	h.telling = true
	ctx, k := h.lifeCtx, h.kernel
	h.errands.Go(func() {
		for path, text := h.nextNews(ctx); text != nil; path, text = h.nextNews(ctx) {
			h.complain(ctx, "a kernel does not know what was saved", h.tell(ctx, k, protocol.Shell, Document{Path: path, Text: *text}))
		}
	})
}

func (h *hub) nextNews(ctx context.Context) (path string, text *string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if ctx.Err() == nil {
		path, text = h.path, h.news
		h.news = nil
	}
	h.telling = text != nil
	return path, text
}

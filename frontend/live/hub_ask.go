package live

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// ask passes a client's message to the kernel. What the server knows itself,
// it answers at once, also while the kernel is busy or restarts.
func (h *hub) ask(ctx context.Context, c *Client, m *protocol.Message) error {
	switch m.Header.MsgType {
	case protocol.TypeKernelInfoRequest:
		if h.answerInfo(c, m) {
			return nil
		}
	case protocol.TypeHistoryRequest:
		return h.answerHistory(c, m)
	}
	r, err := newRequest(c.session, m)
	if err != nil {
		return h.refuse(c, m, err)
	}
	for to := (target{}); ; {
		to, err = h.register(ctx, c, m, r, to.life)
		if err != nil || to.kernel == nil {
			return err
		}
		if err = h.hand(ctx, to, m); err == nil {
			return nil
		}
		if !errors.Is(err, ErrKernelGone) || !h.withdraw(r) {
			h.unsent(r, err)
			return ctx.Err()
		}
	}
}

// hand gives the kernel a message. A cell runs with the document as it is saved
// now, whoever has saved it.
func (h *hub) hand(ctx context.Context, to target, m *protocol.Message) error {
	if m.Header.MsgType == protocol.TypeExecuteRequest {
		h.reread(ctx)
		h.complain(ctx, "a kernel does not know what was saved", h.tellNews(ctx, to))
	}
	return to.send(ctx, m)
}

// register waits for a process other than that of the given life, which has
// ended, and enters the request into the books. Without a kernel it answers
// itself, and gives no target.
func (h *hub) register(ctx context.Context, c *Client, m *protocol.Message, r *request, ended int) (target, error) {
	for {
		h.mu.Lock()
		h.activity = h.cfg.Now()
		switch {
		case h.leaving == forGood:
			h.mu.Unlock()
			return target{}, ErrKernelGone
		case h.state == protocol.Dead:
			h.refuseDead(c, m)
			h.mu.Unlock()
			return target{}, nil
		case h.ready && h.life != ended:
			to := h.target()
			h.enter(m, r)
			h.mu.Unlock()
			return to, nil
		}
		changed := h.changed
		h.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return target{}, ctx.Err()
		case <-c.quit:
			return target{}, c.Err()
		}
	}
}

// withdraw takes a request out of the books that its kernel did not take, since
// it had ended. It fails where the request was answered for the dead.
func (h *hub) withdraw(r *request) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r == nil {
		return true
	}
	if r.replied {
		return false
	}
	h.requests.forget(r)
	return true
}

func (h *hub) enter(m *protocol.Message, r *request) {
	h.asked = true
	if r != nil {
		h.requests.add(r)
	}
	if m.Header.MsgType == protocol.TypeInputReply {
		h.question = nil
	}
	if m.Header.MsgType != protocol.TypeShutdownRequest {
		return
	}
	if c, err := protocol.As[protocol.ShutdownRequest](m); err == nil {
		h.leaving = toEnd
		if c.Restart {
			h.leaving = toRestart
		}
	}
}

// unsent answers a request that the kernel did not take. If it is dying, the
// answer may have been given already.
func (h *hub) unsent(r *request, why error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r != nil && !r.replied {
		h.fail(r, "KernelError", "the kernel did not take the message: "+why.Error(), false)
	}
}

// refuse answers a request that is wrong.
func (h *hub) refuse(c *Client, m *protocol.Message, why error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer(c, m, refusal(m, "InvalidRequest", why.Error()))
	return nil
}

// refuseDead answers in place of a dead kernel. A cell shows why it did not run.
// The request ends with idle as any other does, or its client would wait for
// ever; that the kernel is dead is said once more after it.
func (h *hub) refuseDead(c *Client, m *protocol.Message) {
	if _, ok := protocol.ReplyType(m.Header.MsgType); !ok {
		return
	}
	const ename = "KernelDied"
	why := "the kernel is dead: " + h.reason + "; restart it to go on"
	var shown []protocol.Content
	if r, err := protocol.As[protocol.ExecuteRequest](m); err == nil && m.Header.MsgType == protocol.TypeExecuteRequest && !r.Silent {
		shown = append(shown, protocol.Error{EName: ename, EValue: why, Traceback: []string{ename + ": " + why}})
	}
	h.answer(c, m, refusal(m, ename, why), shown...)
	if dead := h.make(protocol.IOPub, protocol.Header{}, protocol.Status{ExecutionState: protocol.Dead}); dead != nil {
		h.publish(c.session, dead)
	}
}

func refusal(m *protocol.Message, ename, why string) protocol.Content {
	r := &request{header: m.Header, execute: m.Header.MsgType == protocol.TypeExecuteRequest}
	return failure(r, ename, why, []string{ename + ": " + why})
}

// answer gives a reply of the server's own, and what is to be shown with it,
// between busy and idle, to the client that asked.
func (h *hub) answer(c *Client, m *protocol.Message, reply protocol.Content, shown ...protocol.Content) {
	say := func(ch protocol.Channel, content protocol.Content) {
		if out := h.make(ch, m.Header, content); out != nil {
			h.publish(c.session, out)
		}
	}
	say(protocol.IOPub, protocol.Status{ExecutionState: protocol.Busy})
	for _, s := range shown {
		say(protocol.IOPub, s)
	}
	say(m.Channel, reply)
	say(protocol.IOPub, protocol.Status{ExecutionState: protocol.Idle})
}

// answerInfo answers kernel_info_request where the kernel has said before what
// it is, and is not dead.
func (h *hub) answerInfo(c *Client, m *protocol.Message) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.info == nil || h.state == protocol.Dead {
		return false
	}
	h.answer(c, m, known{protocol.TypeKernelInfoReply, h.info})
	return true
}

// known is a content as it came from the kernel.
type known struct {
	msgType string
	raw     json.RawMessage
}

func (k known) MsgType() string              { return k.msgType }
func (k known) MarshalJSON() ([]byte, error) { return k.raw, nil }

func (h *hub) answerHistory(c *Client, m *protocol.Message) error {
	r, err := protocol.As[protocol.HistoryRequest](m)
	if err != nil {
		return h.refuse(c, m, err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	session := h.numbered
	if session == 0 {
		session = h.doc.nextSession()
	}
	reply := protocol.HistoryReply{History: h.doc.recall(r, session)}
	h.answer(c, m, reply)
	return nil
}

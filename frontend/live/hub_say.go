package live

import (
	"strings"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// typeEffects is a message from the kernel to the server.
const typeEffects = "wnb_effects"

// typeSettings is a message from the server to the kernel; see Config.Settings.
const typeSettings = "wnb_settings"

// Document tells a kernel the saved text of its document. It has no reply.
type Document struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

// MsgType is wnb_document.
func (Document) MsgType() string { return "wnb_document" }

// handle takes one message of the kernel, or one that stands for it: books are
// kept, outputs folded, and then clients told, so that who sees the end of a
// cell finds its outputs, also if this process ends with the next instruction.
func (h *hub) handle(m *protocol.Message) {
	h.activity = h.cfg.Now()
	r := h.requests.of(m.Parent)
	if m.Channel == protocol.IOPub {
		c, err := protocol.Decode(m)
		if err != nil {
			h.cfg.Log.Warn("a message of the kernel is wrong", "kernel", h.id, "error", err)
		}
		h.watch(r, m, c)
		if s, ok := c.(*protocol.Status); ok && s.ExecutionState == protocol.Idle && (r == nil || r.execute) {
			h.logged(h.lib.note(h.doc))
		}
		h.publish("", m)
		return
	}
	switch {
	case m.Parent.Session == h.src.Session:
		if m.Header.MsgType == protocol.TypeKernelInfoReply {
			h.info = m.Content
		}
	case r == nil:
		h.cfg.Log.Debug("a reply to nobody", "kernel", h.id, "type", m.Header.MsgType)
	default:
		if m.Channel == protocol.Stdin {
			h.asks(r.session, m)
		} else {
			h.replied(r, m)
		}
		if r.execute {
			h.logged(h.lib.note(h.doc))
		}
		h.publish(r.session, m)
	}
}

// watch keeps books of what is published.
func (h *hub) watch(r *request, m *protocol.Message, c protocol.Content) {
	switch c := c.(type) {
	case *protocol.Status:
		h.status(r, m, c.ExecutionState)
	case *protocol.UpdateDisplayData:
		h.logged(h.doc.display(*c))
	case *protocol.ExecuteInput:
		if r != nil && r.execute {
			h.started(r)
			h.counted(r, c.ExecutionCount)
		}
	case *protocol.Stream, *protocol.DisplayData, *protocol.ExecuteResult, *protocol.Error, *protocol.ClearOutput:
		h.put(r, h.cellOf(r, m), c)
	}
}

func (h *hub) status(r *request, m *protocol.Message, state string) {
	if m.Parent.IsZero() {
		if m.Header.Session != h.src.Session {
			h.supervised(state)
		}
		return
	}
	switch state {
	case protocol.Busy:
		h.busy[keyOf(m.Parent)] = true
	case protocol.Idle:
		delete(h.busy, keyOf(m.Parent))
		h.question = h.question.unless(m.Parent)
	default:
		return
	}
	if r == nil {
		return
	}
	r.busy = state == protocol.Busy
	r.failed = r.failed && !r.busy
	r.wasIdle = r.wasIdle || !r.busy
	if r.cell != "" {
		h.doc.running(r.cell, r.busy)
	}
	h.settle(r)
}

// started empties the cell when its request begins to run.
func (h *hub) started(r *request) {
	if r.started {
		return
	}
	r.started = true
	if r.cell != "" {
		h.doc.begin(r.cell)
	}
}

func (h *hub) counted(r *request, n int) {
	r.count = n
	if r.cell != "" && n > 0 {
		h.doc.count(r.cell, n)
	}
}

// cellOf is the cell that an output belongs to. The kernel names it where no
// request leads there: a cell that another one needed, and that nobody has run
// on this connection.
func (h *hub) cellOf(r *request, m *protocol.Message) string {
	if len(m.Metadata) > 2 {
		meta, err := protocol.DecodeMetadata(m)
		h.logged(err)
		if meta.CellID != "" {
			return meta.CellID
		}
	}
	if r == nil {
		return ""
	}
	return r.cell // none where it does not execute
}

func (h *hub) put(r *request, cell string, c protocol.Content) {
	if r != nil && r.execute {
		h.started(r)
		switch c := c.(type) {
		case *protocol.Error:
			r.failed = true
		case *protocol.ExecuteResult:
			if text, ok := c.Data.Text("text/plain"); ok && len(text) <= 4096 {
				r.result = text
			}
		}
	}
	if cell != "" {
		h.logged(h.doc.output(cell, c))
	}
}

func (h *hub) logged(err error) {
	if err != nil {
		h.cfg.Log.Warn("an output cannot be kept", "kernel", h.id, "path", h.path, "error", err)
	}
}

// replied notes that the client has its answer.
func (h *hub) replied(r *request, m *protocol.Message) {
	r.replied = true
	if r.execute {
		if reply, err := protocol.As[protocol.ExecuteReply](m); err == nil && reply.Status == protocol.OK {
			h.started(r) // an empty cell puts out nothing, and is emptied
			if strings.TrimSpace(r.code) != "" {
				h.counted(r, reply.ExecutionCount)
			}
		}
	}
	h.settle(r)
}

// settle closes a request that is answered.
func (h *hub) settle(r *request) {
	if r.open() {
		return
	}
	if !r.execute {
		h.requests.forget(r)
		return
	}
	if r.recorded || !r.store || r.count == 0 {
		return
	}
	r.recorded = true
	if h.numbered == 0 {
		h.numbered = h.doc.nextSession()
	}
	h.doc.remember(protocol.HistoryEntry{Session: h.numbered, Line: r.count, Input: r.code, Output: r.result})
}

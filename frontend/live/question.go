package live

import "github.com/wnb-dev/wnb/kernel/protocol"

// question is an input_request that the kernel waits for. It is for the client
// that ran the cell; where that one has gone, as a page does that is loaded
// again, everybody who is there or comes is asked, so that the cell does not
// wait for ever.
type question struct {
	session string // of the client
	msg     *protocol.Message
}

// unless is the question, or none where the request that led to it has ended.
func (q *question) unless(ended protocol.Header) *question {
	if q != nil && keyOf(q.msg.Parent) == keyOf(ended) {
		return nil
	}
	return q
}

// asks notes a question of the kernel. Where its client has gone before, the
// others are asked.
func (h *hub) asks(session string, m *protocol.Message) {
	h.question = &question{session, m}
	if h.clients[session] == nil {
		h.passOn(session)
	}
}

// passOn asks the other clients what the one that has gone was asked.
func (h *hub) passOn(gone string) {
	if h.question == nil || h.question.session != gone {
		return
	}
	for _, c := range h.clients {
		c.push(entry{msg: h.question.msg})
	}
}

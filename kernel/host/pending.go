package host

import (
	"cmp"
	"slices"
	"strings"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// request is what a kernel was asked and has not finished.
type request struct {
	header  protocol.Header
	channel protocol.Channel
	order   uint64 // of being sent
	began   bool   // the kernel said that it works on it
	busy    bool   // and has not said that it is done
	replied bool   // and only its idle is missing
}

// pending are the requests under way, by message id. It is not safe for
// concurrent use.
type pending struct {
	byID map[string]*request
	sent uint64
}

// answered says whether kernels answer requests of the type. They ignore those
// that they do not know, which must not be waited for.
func answered(requestType string) bool {
	switch requestType {
	case protocol.TypeKernelInfoRequest, protocol.TypeExecuteRequest, protocol.TypeCompleteRequest,
		protocol.TypeInspectRequest, protocol.TypeIsCompleteRequest, protocol.TypeHistoryRequest,
		protocol.TypeCommInfoRequest, protocol.TypeShutdownRequest, protocol.TypeInterruptRequest,
		protocol.TypeDebugRequest:
		return true
	}
	return false
}

func (p *pending) add(m *protocol.Message) {
	if !answered(m.Header.MsgType) {
		return
	}
	if p.byID == nil {
		p.byID = map[string]*request{}
	}
	p.sent++
	p.byID[m.Header.MsgID] = &request{header: m.Header, channel: m.Channel, order: p.sent}
}

// see notes what a message of the kernel says about requests. Only a request
// that was called busy waits for its idle.
func (p *pending) see(m *protocol.Message) {
	r := p.byID[m.Parent.MsgID]
	if r == nil {
		return
	}
	idle := false
	switch {
	case m.Header.MsgType == protocol.TypeStatus:
		s, err := protocol.As[protocol.Status](m)
		r.busy = r.busy || err == nil && s.ExecutionState == protocol.Busy
		r.began = r.began || r.busy
		idle = err == nil && s.ExecutionState == protocol.Idle
	case m.Channel == r.channel && strings.HasSuffix(m.Header.MsgType, "_reply"):
		r.replied = true
	default:
		return
	}
	r.busy = r.busy && !idle
	if r.replied && !r.busy {
		delete(p.byID, m.Parent.MsgID)
	}
}

// unanswered says whether the request with this id waits for its reply.
func (p *pending) unanswered(id string) bool {
	r := p.byID[id]
	return r != nil && !r.replied
}

// running is the id of the execution that was sent first, or empty.
func (p *pending) running() string {
	var first *request
	for _, r := range p.byID {
		if r.header.MsgType == protocol.TypeExecuteRequest && !r.replied && (first == nil || r.order < first.order) {
			first = r
		}
	}
	if first == nil {
		return ""
	}
	return first.header.MsgID
}

// take empties p and returns what was in it, in the order of being sent.
func (p *pending) take() []*request {
	all := make([]*request, 0, len(p.byID))
	for _, r := range p.byID {
		all = append(all, r)
	}
	p.byID = nil
	slices.SortFunc(all, func(a, b *request) int { return cmp.Compare(a.order, b.order) })
	return all
}

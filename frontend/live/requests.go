package live

import (
	"github.com/wnb-dev/wnb/kernel/protocol"
)

// requestKey names a request as the parent headers of its answers do.
type requestKey struct{ session, id string }

func keyOf(h protocol.Header) requestKey { return requestKey{h.Session, h.MsgID} }

// request is what a client asked a kernel.
type request struct {
	header  protocol.Header
	channel protocol.Channel
	session string // of the client, which is where the answer goes
	execute bool
	cell    string // whose outputs these are; empty for none
	code    string
	store   bool // in the history

	started  bool // it runs, or has run
	busy     bool
	wasIdle  bool // idle came at least once
	replied  bool
	failed   bool // an error was put out
	recorded bool // in the history
	count    int
	result   string // text of the result
}

// open tells whether the client waits for something, or the cell runs (again).
func (r *request) open() bool { return !r.replied || !r.wasIdle || r.busy }

// newRequest reads the request of a client. It gives nil for messages that are
// not answered.
func newRequest(session string, m *protocol.Message) (*request, error) {
	if _, ok := protocol.ReplyType(m.Header.MsgType); !ok {
		return nil, nil
	}
	r := &request{header: m.Header, channel: m.Channel, session: session}
	if m.Header.MsgType != protocol.TypeExecuteRequest {
		return r, nil
	}
	c, err := protocol.As[protocol.ExecuteRequest](m)
	if err != nil {
		return nil, err
	}
	meta, err := protocol.DecodeMetadata(m)
	if err != nil {
		return nil, err
	}
	r.execute, r.code, r.store = true, c.Code, c.StoreHistory && !c.Silent
	if !c.Silent {
		r.cell = meta.CellID
	}
	return r, nil
}

// requests remembers what was asked: open requests, the last one of each cell,
// since reruns of a cell are parented on it for ever, and some thousand more.
type requests struct {
	all    map[requestKey]*request
	order  []*request
	latest map[string]*request // by cell
	limit  int
}

const requestLimit = 8192

func newRequests() *requests {
	return &requests{all: map[requestKey]*request{}, latest: map[string]*request{}, limit: requestLimit}
}

func (q *requests) of(parent protocol.Header) *request { return q.all[keyOf(parent)] }

func (q *requests) add(r *request) {
	q.all[keyOf(r.header)] = r
	q.order = append(q.order, r)
	if r.cell != "" {
		q.latest[r.cell] = r
	}
	if len(q.order) > q.limit {
		q.trim()
	}
}

func (q *requests) forget(r *request) {
	if q.all[keyOf(r.header)] == r {
		delete(q.all, keyOf(r.header))
	}
}

// trim forgets the older half, but for what is still needed.
func (q *requests) trim() {
	var kept []*request
	for i, r := range q.order {
		known := q.all[keyOf(r.header)] == r
		switch {
		case known && (i >= len(q.order)/2 || r.open() || q.latest[r.cell] == r):
			kept = append(kept, r)
		case known:
			q.forget(r)
		}
	}
	q.order = kept
	q.limit = max(requestLimit, 2*len(kept))
}

// pending are the open requests in the order they came.
func (q *requests) pending() []*request {
	var open []*request
	for _, r := range q.order {
		if q.all[keyOf(r.header)] == r && r.open() {
			open = append(open, r)
		}
	}
	return open
}

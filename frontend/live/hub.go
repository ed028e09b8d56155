package live

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// hub stands between one kernel, in all of its lives, and its clients. One
// goroutine (run) takes what the kernel says; clients ask on goroutines of
// their own. What both touch is guarded by mu, under which nothing blocks.
type hub struct {
	id, name string
	cfg      Config
	lib      *library
	src      protocol.Source // of messages that the server makes
	ctx      context.Context // of the kernel's lives
	cancel   context.CancelFunc
	done     chan struct{} // closed when run has ended
	pumps    sync.WaitGroup

	errands sync.WaitGroup // what is sent to the kernel besides requests
	papers  chan struct{}  // held while the kernel is told its document
	shelved sync.Once      // doc is given back

	mu        sync.Mutex
	doc       *document
	path      string
	kernel    Kernel // nil between two lives
	lifeCtx   context.Context
	process   int    // of the kernel, which may start several by itself
	starts    int    // how often it said that it has started one
	gaveUp    bool   // and it starts no more
	ready     bool   // the kernel takes messages of clients
	state     string // Starting, Restarting or Dead; empty while ready
	reason    string // of death
	life      int
	numbered  int // of this life in the history; 0 until something runs
	idle      int // lives in a row that ended without being asked anything
	asked     bool
	leaving   leaving
	document  paper           // the text of the document
	settings  paper           // how it is run
	spreading bool            // an errand tells the kernel of them
	info      json.RawMessage // the kernel's answer to kernel_info_request
	changed   chan struct{}   // closed when ready, state or leaving change
	activity  time.Time
	busy      map[requestKey]bool
	requests  *requests
	question  *question // that nobody has answered yet; nil for none
	clients   map[string]*Client
	reached   map[string]int64 // the last entry that each session was handed
	seq       int64
	log       *replay
}

// paper is something that a kernel is told: what this process knows, and what it
// does not know yet.
type paper struct {
	told string
	news *string
}

// offer takes the latest text. It tells whether that is news.
func (p *paper) offer(text string) bool {
	p.news = nil
	if p.told != text {
		p.news = &text
	}
	return p.news != nil
}

// take gives what is to be told now, or nil.
func (p *paper) take() *string {
	news := p.news
	if p.news = nil; news != nil {
		p.told = *news
	}
	return news
}

// target is a process of a kernel.
type target struct {
	kernel  Kernel
	process int
	life    int // of the hub
}

func (t target) send(ctx context.Context, m *protocol.Message) error {
	return t.kernel.Send(ctx, t.process, m)
}

// leaving says why the kernel that runs is going to end.
type leaving int

const (
	staying leaving = iota
	toRestart
	toEnd   // a client has asked the kernel to shut down
	forGood // the kernel is deleted
)

// maxSessions bounds what is remembered of clients that went away.
const maxSessions = 1024

func newHub(ctx context.Context, id, name string, cfg Config, lib *library, doc *document) *hub {
	ctx, cancel := context.WithCancel(ctx)
	return &hub{id: id, name: name, cfg: cfg, lib: lib, doc: doc, path: doc.path,
		src: protocol.Source{Session: cfg.NewID(), Username: "wnb", Now: cfg.Now, NewID: cfg.NewID},
		ctx: ctx, cancel: cancel, done: make(chan struct{}), papers: make(chan struct{}, 1),
		state: protocol.Starting, changed: make(chan struct{}), activity: cfg.Now(),
		busy: map[requestKey]bool{}, requests: newRequests(), clients: map[string]*Client{},
		reached: map[string]int64{}, log: newReplay(cfg.Limits.ReplayBytes)}
}

func (h *hub) model() KernelModel {
	h.mu.Lock()
	defer h.mu.Unlock()
	return KernelModel{ID: h.id, Name: h.name, LastActivity: h.activity, ExecutionState: h.execution(),
		Connections: len(h.clients), Reason: h.reason}
}

func (h *hub) execution() string {
	switch {
	case h.state != "":
		return h.state
	case len(h.busy) > 0:
		return protocol.Busy
	}
	return protocol.Idle
}

// signal tells all that wait for a change of state.
func (h *hub) signal() {
	close(h.changed)
	h.changed = make(chan struct{})
}

// publish puts a message into the order and gives it to the clients it is for:
// all, or that of a session.
func (h *hub) publish(session string, m *protocol.Message) {
	h.seq++
	e := newEntry(h.seq, session, m)
	h.log.add(e)
	if session != "" {
		if c := h.clients[session]; c != nil {
			c.push(e)
		}
		return
	}
	for _, c := range h.clients {
		c.push(e)
	}
}

// announce publishes a state of the kernel that belongs to no request.
func (h *hub) announce(state string) {
	if m := h.make(protocol.IOPub, protocol.Header{}, protocol.Status{ExecutionState: state}); m != nil {
		h.publish("", m)
	}
}

// make builds a message of the server's own; nil where that cannot be, which is
// logged.
func (h *hub) make(ch protocol.Channel, parent protocol.Header, c protocol.Content) *protocol.Message {
	m, err := h.src.New(ch, parent, c)
	if err != nil {
		h.cfg.Log.Error("a message cannot be written", "type", c.MsgType(), "error", err)
		return nil
	}
	return m
}

// attach connects a client, with a replay behind since; if that is negative, of
// what the session has missed.
func (h *hub) attach(session string, since int64) (*Client, error) {
	if session == "" {
		session = h.cfg.NewID()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.leaving == forGood {
		return nil, ErrKernelGone
	}
	if since < 0 {
		since = h.seq
		if seq, known := h.reached[session]; known {
			since = seq
		}
	}
	old := h.clients[session]
	c := newClient(h, session, h.cfg.Limits.ClientBytes, h.missed(session, since))
	h.clients[session] = c
	h.remember(session, since)
	if old != nil {
		old.end(ErrReplaced, false)
	}
	h.pumps.Add(1)
	go func() {
		defer h.pumps.Done()
		c.pump()
		h.detach(c)
		close(c.out)
	}()
	return c, nil
}

// missed is what a client is told first.
func (h *hub) missed(session string, since int64) []entry {
	queue, cut := h.log.since(since, session)
	if cut != nil {
		note := protocol.Stream{Name: protocol.Stderr, Text: "\n… some output that came while this page was not connected is left out here; " +
			"reload the page to see all of it\n"}
		if m := h.make(protocol.IOPub, cut.msg.Parent, note); m != nil {
			queue = append([]entry{{msg: m}}, queue...)
		}
	}
	if h.state == protocol.Dead || h.state == protocol.Restarting {
		if m := h.make(protocol.IOPub, protocol.Header{}, protocol.Status{ExecutionState: h.state}); m != nil {
			queue = append(queue, entry{msg: m})
		}
	}
	if q := h.question; q != nil && q.session != session && h.clients[q.session] == nil {
		queue = append(queue, entry{msg: q.msg})
	}
	return queue
}

func (h *hub) detach(c *Client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.clients[c.session] == c {
		delete(h.clients, c.session)
		h.passOn(c.session)
	}
}

// delivered notes how far a session is.
func (h *hub) delivered(c *Client, seq int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.clients[c.session] == c {
		h.remember(c.session, seq)
	}
}

func (h *hub) undelivered(session string, seq int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.reached[session] == seq {
		h.reached[session] = seq - 1
	}
}

// remember notes how far a session is, and forgets the one that is furthest
// behind where there are too many.
func (h *hub) remember(session string, seq int64) {
	h.reached[session] = seq
	if len(h.reached) <= maxSessions {
		return
	}
	oldest := ""
	for s, n := range h.reached {
		if h.clients[s] == nil && (oldest == "" || n < h.reached[oldest]) {
			oldest = s
		}
	}
	delete(h.reached, oldest)
}

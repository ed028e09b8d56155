package live

import (
	"context"
	"sync"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// Client is one connection to a kernel: a queue that is bounded in bytes, and a
// goroutine that hands it over. Whoever has a client reads Receive until it is
// closed, and calls Close.
type Client struct {
	hub     *hub
	session string
	limit   int
	out     chan *protocol.Message
	quit    chan struct{} // closed where nothing more is handed over
	wake    chan struct{}

	mu    sync.Mutex
	queue []entry
	bytes int
	ended bool // nothing more comes into the queue
	gone  bool // quit is closed
	err   error
	last  entry // handed over
}

func newClient(h *hub, session string, limit int, queue []entry) *Client {
	c := &Client{hub: h, session: session, limit: limit, queue: queue,
		out: make(chan *protocol.Message), quit: make(chan struct{}), wake: make(chan struct{}, 1)}
	for _, e := range queue {
		c.bytes += e.size()
	}
	return c
}

// Session is the client's session id.
func (c *Client) Session() string { return c.session }

// Send gives the kernel a message of the client. It blocks while the kernel
// starts or its queue is full. Messages that are no valid messages are refused
// with a *protocol.FieldError, which is no reason to end the client.
func (c *Client) Send(ctx context.Context, m *protocol.Message) error {
	if err := m.Validate(); err != nil {
		return err
	}
	if m.Channel == protocol.IOPub {
		return &protocol.FieldError{MsgType: m.Header.MsgType, Field: "channel", Problem: "is iopub, which only kernels send on"}
	}
	select {
	case <-c.quit:
		return c.Err()
	default:
	}
	return c.hub.ask(ctx, c, m)
}

// Receive is what the client must be told; closed when the client has ended.
func (c *Client) Receive() <-chan *protocol.Message { return c.out }

// Err says why the client has ended: ErrSlow, ErrReplaced, ErrKernelGone or
// ErrClosed; ErrClosed also after Close. It is nil until then.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Unsent tells that m, which came from Receive, did not reach the client: it is
// the first that the session's next client gets.
func (c *Client) Unsent(m *protocol.Message) {
	c.mu.Lock()
	seq := int64(0)
	if c.last.msg == m {
		seq = c.last.seq
	}
	c.mu.Unlock()
	if seq > 0 {
		c.hub.undelivered(c.session, seq)
	}
}

// Close disconnects. What comes from now on is kept for the session's next
// client.
func (c *Client) Close() {
	c.hub.detach(c)
	c.end(ErrClosed, false)
}

// push queues an entry, or ends the client where its queue is full.
func (c *Client) push(e entry) {
	c.mu.Lock()
	full := false
	if !c.ended {
		c.bytes += e.size()
		c.queue = append(c.queue, e)
		full = c.bytes > c.limit
	}
	c.mu.Unlock()
	if full {
		c.end(ErrSlow, false)
		return
	}
	c.nudge()
}

func (c *Client) nudge() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// end closes the client, after the queue was handed over or at once. The first
// reason stays.
func (c *Client) end(reason error, drain bool) {
	c.mu.Lock()
	c.ended = true
	if c.err == nil {
		c.err = reason
	}
	if !drain && !c.gone {
		c.gone, c.queue, c.bytes = true, nil, 0
		close(c.quit)
	}
	c.mu.Unlock()
	c.nudge()
}

// pump hands the queue over until the client has ended. Its caller closes out.
func (c *Client) pump() {
	for {
		e, state := c.next()
		switch state {
		case queueEnded:
			return
		case queueEmpty:
			select {
			case <-c.wake:
			case <-c.quit:
				return
			}
			continue
		}
		select {
		case c.out <- e.msg:
			c.handed(e)
		case <-c.quit:
			return
		}
	}
}

type queueState int

const (
	queueReady queueState = iota
	queueEmpty
	queueEnded
)

func (c *Client) next() (entry, queueState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case len(c.queue) > 0:
		e := c.queue[0]
		c.queue[0] = entry{}
		c.queue = c.queue[1:]
		c.bytes -= e.size()
		return e, queueReady
	case c.ended:
		return entry{}, queueEnded
	}
	return entry{}, queueEmpty
}

func (c *Client) handed(e entry) {
	c.mu.Lock()
	c.last = e
	c.mu.Unlock()
	if e.seq > 0 {
		c.hub.delivered(c, e.seq)
	}
}

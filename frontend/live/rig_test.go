package live

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/notebooks"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a manager over scripted kernels.
type rig struct {
	t testing.TB
	*Manager
	mu      sync.Mutex
	kernels []*scripted
	refuse  error // of the next starts
}

// newRig makes a manager; edit may change its configuration.
func newRig(t testing.TB, edit func(*Config)) *rig {
	t.Helper()
	r := &rig{t: t}
	cfg := Config{Start: r.start, Log: slog.New(slog.DiscardHandler), Limits: Limits{Flush: time.Millisecond}}
	if edit != nil {
		edit(&cfg)
	}
	r.Manager = New(cfg)
	t.Cleanup(r.close)
	return r
}

func (r *rig) close() {
	if err := r.Close(context.Background()); err != nil {
		r.t.Errorf("Close: %v", err)
	}
}

func (r *rig) start(_ context.Context, path string) (Kernel, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refuse != nil {
		return nil, r.refuse
	}
	k := newScripted(path)
	r.kernels = append(r.kernels, k)
	return k, nil
}

// session gives the session of a document, whose kernel has said what it is:
// what tabs are told begins with what they do.
func (r *rig) session(path string) SessionModel {
	r.t.Helper()
	s, _, err := r.CreateSession(context.Background(), SessionSpec{Path: path, Type: "notebook"})
	if err != nil {
		r.t.Fatal(err)
	}
	c, err := r.AttachSince(context.Background(), s.Kernel.ID, "", 0)
	if err != nil {
		r.t.Fatal(err)
	}
	first := newTab(r.t, c)
	first.until(protocol.TypeStatus, protocol.Idle)
	c.Close()
	for range c.Receive() {
	}
	return s
}

// tab is a client as a page is: it sends requests and reads what comes.
type tab struct {
	t   testing.TB
	c   *Client
	src protocol.Source
	log []string // what came, in words

	quiet bool // nothing is logged
}

func (r *rig) tab(kernel, session string) *tab {
	r.t.Helper()
	c, err := r.Attach(context.Background(), kernel, session)
	if err != nil {
		r.t.Fatal(err)
	}
	return newTab(r.t, c)
}

func newTab(t testing.TB, c *Client) *tab {
	tab := &tab{t: t, c: c, src: protocol.Source{Session: c.Session(), Now: time.Now, NewID: newUUID}}
	t.Cleanup(func() { c.Close() })
	return tab
}

// ask sends a request without waiting for its answer.
func (b *tab) ask(ch protocol.Channel, c protocol.Content, meta string) *protocol.Message {
	b.t.Helper()
	m, err := b.src.Request(ch, c)
	if err != nil {
		b.t.Fatal(err)
	}
	m.Metadata = json.RawMessage(meta)
	if err := b.c.Send(context.Background(), m); err != nil {
		b.t.Fatal(err)
	}
	return m
}

func (b *tab) submit(cell, code string) *protocol.Message {
	b.t.Helper()
	return b.ask(protocol.Shell, protocol.ExecuteRequest{Code: code, StoreHistory: true}, fmt.Sprintf(`{"cellId":%q}`, cell))
}

// run executes a cell, and returns when it has its reply and its idle.
func (b *tab) run(cell, code string) {
	b.t.Helper()
	b.finish(b.submit(cell, code))
}

func (b *tab) finish(req *protocol.Message) {
	b.t.Helper()
	replied, idle := false, false
	for !replied || !idle {
		m := b.next()
		if m.Parent.MsgID != req.Header.MsgID {
			continue
		}
		replied = replied || m.Channel != protocol.IOPub && m.Channel != protocol.Stdin
		if c, err := protocol.As[protocol.Status](m); err == nil && m.Header.MsgType == protocol.TypeStatus {
			idle = c.ExecutionState == protocol.Idle
		}
	}
}

// until reads to the first message of a type with a text in its content.
func (b *tab) until(msgType, text string) *protocol.Message {
	b.t.Helper()
	for {
		m := b.next()
		if m.Header.MsgType == msgType && strings.Contains(string(m.Content), text) {
			return m
		}
	}
}

func (b *tab) next() *protocol.Message {
	b.t.Helper()
	m, ok := <-b.c.Receive()
	if !ok {
		b.t.Fatalf("the client has ended: %v; before: %q", b.c.Err(), b.log)
	}
	if !b.quiet {
		b.log = append(b.log, inWords(m))
	}
	return m
}

// inWords is a message for tests to compare.
func inWords(m *protocol.Message) string {
	c, err := protocol.Decode(m)
	if err != nil {
		return m.Header.MsgType + " ?"
	}
	switch c := c.(type) {
	case *protocol.Status:
		return c.ExecutionState
	case *protocol.Stream:
		return c.Name + " " + strings.ReplaceAll(c.Text, "\n", "|")
	case *protocol.DisplayData:
		text, _ := c.Data.Text("text/plain")
		return "display " + text
	case *protocol.UpdateDisplayData:
		text, _ := c.Data.Text("text/plain")
		return "update " + text
	case *protocol.ExecuteResult:
		text, _ := c.Data.Text("text/plain")
		return "result " + text
	case *protocol.Error:
		return "error " + c.EValue
	case *protocol.ExecuteInput:
		return "input"
	case *protocol.ExecuteReply:
		return "reply " + string(c.Status)
	}
	return m.Header.MsgType
}

// shown is the outputs of a cell in words.
func shown(c Cell) []string {
	var out []string
	for _, o := range c.Outputs {
		switch o.Type {
		case notebooks.Stream:
			out = append(out, o.Name+" "+strings.ReplaceAll(o.Text, "\n", "|"))
		case notebooks.ErrorOutput:
			out = append(out, "error "+o.EValue)
		default:
			out = append(out, string(o.Type)+" "+string(o.Data["text/plain"]))
		}
	}
	return out
}

func (r *rig) outputs(path, cell string) []string {
	r.t.Helper()
	all, err := r.Outputs(context.Background(), path)
	if err != nil {
		r.t.Fatal(err)
	}
	return shown(all.Cells[cell])
}

// memoryBlobs keeps blobs by number.
type memoryBlobs struct {
	mu    sync.Mutex
	blobs []string
}

func (b *memoryBlobs) PutBlob(_ context.Context, r io.Reader) (string, error) {
	data, err := io.ReadAll(r)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.blobs = append(b.blobs, string(data))
	return fmt.Sprintf("blob-%d", len(b.blobs)), err
}

// clock fires timers when it is told to.
type clock struct {
	mu     sync.Mutex
	timers map[time.Duration][]chan time.Time
	armed  chan time.Duration
}

func newClock() *clock {
	return &clock{timers: map[time.Duration][]chan time.Time{}, armed: make(chan time.Duration, 1000)}
}

func (c *clock) after(d time.Duration) <-chan time.Time {
	ch := make(chan time.Time, 1)
	c.mu.Lock()
	c.timers[d] = append(c.timers[d], ch)
	c.mu.Unlock()
	c.armed <- d
	return ch
}

// armedFor waits until a timer of that duration is armed.
func (c *clock) armedFor(d time.Duration) {
	for armed := range c.armed {
		if armed == d {
			return
		}
	}
}

// fire waits until a timer of that duration is armed, and ends all of them.
func (c *clock) fire(d time.Duration) {
	c.armedFor(d)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, ch := range c.timers[d] {
		ch <- time.Now()
	}
	delete(c.timers, d)
}

func mustUnmarshal(t testing.TB, data []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}

// putFunc is Blobs that reads and keeps nothing.
type putFunc func(ctx context.Context, r io.Reader) error

func (f putFunc) PutBlob(ctx context.Context, r io.Reader) (string, error) {
	return "blob", f(ctx, r)
}

package host

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// Handler is a kernel as [Serve] sees it.
type Handler interface {
	// Handle acts on a message and sends what there is to say about it: status
	// busy and idle around everything, the outputs and the reply. Messages of
	// one channel come one after the other, those of shell, control and stdin
	// at the same time. The context ends with the call; before that it is
	// cancelled with the cause ErrInterrupted when the request is interrupted.
	// An interrupt_request comes too, for its reply, after it has had its
	// effect on contexts.
	//
	// Send may be called by several goroutines, and after Handle has returned.
	// It waits while the parent takes nothing, and fails for good where the
	// parent is gone. A panic in Handle is answered with an error.
	Handle(ctx context.Context, m *protocol.Message, send func(*protocol.Message) error)
}

// HandlerFunc is a function as a Handler.
type HandlerFunc func(ctx context.Context, m *protocol.Message, send func(*protocol.Message) error)

// Handle calls f.
func (f HandlerFunc) Handle(ctx context.Context, m *protocol.Message, send func(*protocol.Message) error) {
	f(ctx, m, send)
}

// orphanGrace is for handlers that do not stop when there is no more to do.
const orphanGrace = 10 * time.Second

var errNoMore = errors.New("the kernel is being shut down")

// Serve hands the messages of r to h and writes what h sends to w, until r
// ends: by then the parent wants no more, or is gone. It then cancels what is
// running on the shell channel, finishes the control channel, and returns nil.
// When the context is done it returns its cause, at once where r is an
// io.Closer, which it then closes. Other errors say that the pipe is broken, or
// that a handler did not return ten seconds after it was told to.
func Serve(ctx context.Context, r io.Reader, w io.Writer, h Handler) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s := &server{handler: h, pipe: pipe{w: w}}
	if c, ok := r.(io.Closer); ok {
		defer context.AfterFunc(ctx, func() { c.Close() })()
	}
	var working sync.WaitGroup
	for l := range s.queues {
		s.queues[l] = make(chan task, windowCount)
		working.Go(func() { s.work(lane(l)) })
	}
	err := s.read(ctx, r)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	s.finish()
	return errors.Join(err, wait(&working))
}

// wait waits for the handlers.
func wait(working *sync.WaitGroup) error {
	done := make(chan struct{})
	go func() {
		working.Wait()
		close(done)
	}()
	late := time.NewTimer(orphanGrace)
	defer late.Stop()
	select {
	case <-done:
		return nil
	case <-late.C:
		return fmt.Errorf("a request did not stop within %v", orphanGrace)
	}
}

// server is the state of one Serve.
type server struct {
	handler Handler
	pipe    pipe
	queues  [lanes]chan task
	shell   running
}

// task is a message that waits for its handler.
type task struct {
	message *protocol.Message // nil: it could not be read
	ctx     context.Context
	cancel  context.CancelCauseFunc
}

// read takes frames until there are none. It waits for no handler: the parent
// sends no more than the queues hold.
func (s *server) read(ctx context.Context, r io.Reader) error {
	frames := bufio.NewReaderSize(r, 64<<10)
	for {
		f, err := readFrame(frames)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read from the parent: %w", err)
		case f.handled:
			return errors.New("read from the parent: a frame that only kernels send")
		}
		m, err := f.message()
		if err != nil {
			fmt.Fprintf(os.Stderr, "a message to the kernel was lost: %v\n", err)
			s.queues[f.lane] <- task{}
			continue
		}
		t := task{message: m}
		t.ctx, t.cancel = context.WithCancelCause(ctx)
		if f.lane == shellLane {
			s.shell.add(t)
		}
		if f.lane == controlLane && m.Header.MsgType == protocol.TypeInterruptRequest {
			s.shell.interrupt()
		}
		s.queues[f.lane] <- t
	}
}

// finish lets the workers end: at once on shell and stdin, and when all is
// answered on control, where a shutdown_request may be waiting.
func (s *server) finish() {
	s.shell.end()
	for _, q := range s.queues {
		close(q)
	}
}

// work is the goroutine of a lane.
func (s *server) work(l lane) {
	for t := range s.queues[l] {
		if t.message != nil {
			s.handle(l, t)
		}
		if err := s.pipe.write(handledFrame(l)); err != nil {
			s.shell.end() // the parent is gone, and the end of its messages follows
		}
	}
}

func (s *server) handle(l lane, t task) {
	defer t.cancel(nil)
	if l == shellLane {
		defer s.shell.remove(t)
		if s.shell.over() {
			return
		}
	}
	defer s.recovered(t.message)
	s.handler.Handle(t.ctx, t.message, s.pipe.send)
}

// recovered answers a request whose handler panicked.
func (s *server) recovered(m *protocol.Message) {
	p := recover()
	if p == nil {
		return
	}
	fmt.Fprintf(os.Stderr, "panic in the handler of %s: %v\n%s\n", m.Header.MsgType, p, debug.Stack())
	f := failure{name: "InternalError", value: fmt.Sprintf("this is a defect in the kernel: %v", p)}
	if err := f.answer(newSource(s.pipe.session()), request{header: m.Header, channel: m.Channel, began: true}, s.pipe.send); err != nil {
		fmt.Fprintf(os.Stderr, "the request could not be answered: %v\n", err)
	}
}

// pipe writes frames, each whole.
type pipe struct {
	mu   sync.Mutex
	w    io.Writer
	err  error  // the first one: after half a frame, nothing makes sense
	last string // session that the kernel gives to its messages
}

func (p *pipe) send(m *protocol.Message) error {
	b, err := encode(m, 0)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.last = m.Header.Session
	p.mu.Unlock()
	return p.write(b)
}

func (p *pipe) write(b []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return p.err
	}
	if _, err := p.w.Write(b); err != nil {
		p.err = fmt.Errorf("write to the parent: %w", err)
	}
	return p.err
}

func (p *pipe) session() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last
}

package session

import (
	"context"
	"io/fs"
	"sync"
	"time"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/scorer/toolchain"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/kernel/protocol"
)

// A Mode says what happens to cells whose inputs changed.
type Mode string

// The modes. Only cells that have run in this session are ever rerun.
const (
	Auto  Mode = "auto"  // they run again
	Brief Mode = "brief" // they run again if all of them together took less than briefWave, else as with Lazy
	Lazy  Mode = "lazy"  // they are marked stale and run when they are needed
	Off   Mode = "off"   // they are marked stale; needed ones that have run are used as they are
)

// briefWave is what people wait for without having asked.
const briefWave = 2 * time.Second

// Options are the circumstances of a session.
type Options struct {
	Source  protocol.Source
	World   kernel.World // its Input and Channels are the session's own
	Project fs.FS
	Limits  lang.Limits
	Mode    Mode
	Version string // of wnb
	Build   string // of wnb: results of another build are not used
	// Toolchain says how extension cells are compiled; nil if they cannot be.
	Toolchain *toolchain.Options
	// Cache keeps results. If it is nil and Content is not, results are kept by
	// the server; see TypeResults.
	Cache   *cache.Cache
	Content Content
	// Channels receive what notify sends in an explicit execution.
	Channels []kernel.Channel
}

// A Session is one kernel. It is made by New and ended by Close.
type Session struct {
	opts   Options
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}

	out    outbox
	remote *remote // nil if results are not kept by the server

	mu      sync.Mutex // guards what follows
	queue   []job
	wake    chan struct{}
	running context.CancelCauseFunc // ends what the worker runs; nil between
	asking  chan string             // takes the answer of an input_request
	history []entry
	view    view // what completion and inspection look at

	// The worker's own.
	state state
}

// TypeDocument is a message of wnb's own, from the server: the notebook as it
// was saved. Its content is {"text": "..."}, the .wnb file.
const TypeDocument = "wnb_document"

// A job is an execute_request, a document or settings that wait for the worker.
type job struct {
	msg      *protocol.Message
	req      protocol.ExecuteRequest
	document bool
	settings *Settings
}

// view is what the worker published for requests that do not run anything.
type view struct {
	names starlark.StringDict // builtins, values of cells, values of entries
	cells map[string]string   // the cell of a name
}

// New starts a session.
func New(opts Options) (*Session, error) {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Session{opts: opts, ctx: ctx, cancel: cancel, done: make(chan struct{}), wake: make(chan struct{}, 1)}
	s.out.source = opts.Source
	if opts.Cache == nil && opts.Content != nil {
		s.remote = newRemote(opts.Content, &s.out)
		s.opts.Cache = cache.New(s.remote)
	}
	if err := s.state.init(s); err != nil {
		cancel()
		return nil, err
	}
	s.publishView()
	go s.work()
	return s, nil
}

// Close ends the session and waits for its worker.
func (s *Session) Close() {
	s.cancel()
	<-s.done
}

// Done is a context that ends with the session.
func (s *Session) Done() context.Context { return s.ctx }

// Handle takes one message. It answers at once, but for execute_request, which
// it queues.
func (s *Session) Handle(ctx context.Context, m *protocol.Message, send func(*protocol.Message) error) {
	s.out.to(send)
	switch m.Header.MsgType {
	case protocol.TypeExecuteRequest:
		s.enqueue(m)
		return
	case protocol.TypeInputReply:
		s.answer(m)
		return
	case TypeResults:
		if s.remote != nil {
			s.remote.answered(m)
		}
		return
	case TypeDocument:
		s.mu.Lock()
		s.queue = append(s.queue, job{msg: m, document: true})
		s.mu.Unlock()
		s.stir()
		return
	case TypeSettings:
		s.enqueueSettings(m)
		return
	}
	s.out.status(m.Header, protocol.Busy)
	s.reply(m)
	s.out.status(m.Header, protocol.Idle)
}

// enqueue leaves an execute_request to the worker.
func (s *Session) enqueue(m *protocol.Message) {
	req, err := protocol.As[protocol.ExecuteRequest](m)
	if err != nil {
		s.out.status(m.Header, protocol.Busy)
		s.out.reply(m, protocol.ErrorReply{Type: protocol.TypeExecuteReply, EName: "protocol", EValue: err.Error()})
		s.out.status(m.Header, protocol.Idle)
		return
	}
	s.mu.Lock()
	s.queue = append(s.queue, job{msg: m, req: req})
	s.mu.Unlock()
	s.stir()
}

// stir wakes the worker.
func (s *Session) stir() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// work is the worker: requests first, then reruns, then sleep.
func (s *Session) work() {
	defer close(s.done)
	for s.ctx.Err() == nil {
		if j, ok := s.next(); ok {
			switch {
			case j.document:
				s.load(j.msg)
			case j.settings != nil:
				s.set(j.settings)
			default:
				s.execute(j)
			}
			continue
		}
		if s.rerunOne() {
			continue
		}
		select {
		case <-s.wake:
		case <-s.ctx.Done():
		}
	}
}

func (s *Session) next() (job, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return job{}, false
	}
	j := s.queue[0]
	s.queue = s.queue[1:]
	return j, true
}

// drop takes the requests that wait out of the queue.
func (s *Session) drop() (dropped []job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var stay []job // what the server tells
	for _, j := range s.queue {
		if j.document || j.settings != nil {
			stay = append(stay, j)
		} else {
			dropped = append(dropped, j)
		}
	}
	s.queue = stay
	return dropped
}

// abort refuses the requests that waited behind a failed one.
func (s *Session) abort(dropped []job) {
	for _, j := range dropped {
		s.out.status(j.msg.Header, protocol.Busy)
		s.out.reply(j.msg, protocol.ExecuteReply{Outcome: protocol.Outcome{Status: protocol.Aborted}, ExecutionCount: s.state.count})
		s.out.status(j.msg.Header, protocol.Idle)
	}
}

// interruptible gives a context that an interrupt ends, while run goes on.
func (s *Session) interruptible(run func(ctx context.Context)) {
	ctx, cancel := context.WithCancelCause(s.ctx)
	s.mu.Lock()
	s.running = cancel
	s.mu.Unlock()
	run(ctx)
	s.mu.Lock()
	s.running = nil
	s.mu.Unlock()
	cancel(nil)
}

// Interrupt ends what runs, if anything does.
func (s *Session) Interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running != nil {
		s.running(kernel.ErrInterrupted)
	}
}

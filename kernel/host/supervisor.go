package host

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// Restarts says how a [Supervisor] restarts. Zero values stand for the
// defaults.
type Restarts struct {
	Most       int           // deaths in a row after which it gives up; 5
	Rapid      time.Duration // a kernel that lives longer ends the row; 10 s
	Backoff    time.Duration // before the second restart in a row, doubled for each further one; 100 ms
	MaxBackoff time.Duration // 5 s
}

func (r Restarts) orDefaults() Restarts {
	if r.Most <= 0 {
		r.Most = 5
	}
	if r.Rapid <= 0 {
		r.Rapid = 10 * time.Second
	}
	if r.Backoff <= 0 {
		r.Backoff = 100 * time.Millisecond
	}
	if r.MaxBackoff <= 0 {
		r.MaxBackoff = 5 * time.Second
	}
	return r
}

// wait is the time before the next start when n kernels in a row have died.
func (r Restarts) wait(n int) time.Duration {
	if n <= 1 {
		return 0
	}
	d := r.Backoff
	for range n - 2 {
		if d *= 2; d >= r.MaxBackoff {
			break
		}
	}
	return min(d, r.MaxBackoff)
}

// Supervisor is a kernel that survives the death of its process: it has the
// methods of a [Kernel], and starts a new process when one dies. All methods
// are safe for concurrent use.
//
// What the dead process had been asked and had not answered is answered with
// the error "KernelDied", which names the reason: as the reply, and for the
// execution that ran as an output too. After a shutdown this is left to whoever
// asked for it. Clients are told the state, with no parent: "starting" once for
// each process, "restarting" after a death, and "dead" when it gives up. A
// kernel_info_request is answered at once from what the kernel said before, also
// while it is busy, dead or not there yet.
//
// As with a Kernel, Receive must be read until it is closed, or Shutdown
// called; and by another goroutine than the one that calls Send, which waits
// where the kernel has too much to do already.
type Supervisor struct {
	spec     Spec
	restarts Restarts
	received chan *protocol.Message
	infos    chan *protocol.Message // kernel_info_requests to be answered here
	exit     chan Exit
	ended    chan struct{} // closed when run has returned
	life     context.Context
	stop     context.CancelFunc // nothing is started any more
	dropped  context.Context
	drop     context.CancelFunc // nobody is to receive any more

	mu        sync.Mutex
	kernel    *Kernel // nil while there is none
	process   int     // its number, or that of the last one
	restartOf *Kernel // whose end is to be a restart
	final     string  // reason of the last death, when all is over

	// Of the goroutine run:
	probe   string            // id of our own kernel_info_request to this process
	info    *protocol.Message // the last kernel_info_reply
	session string            // that the kernel gives to its messages
	deaths  int               // in a row
}

// Supervise starts a kernel and keeps it running until Shutdown. The context
// bounds the first start, not the life. It fails where the first start does.
func Supervise(ctx context.Context, s Spec, r Restarts) (*Supervisor, error) {
	k, err := Start(ctx, s)
	if err != nil {
		return nil, err
	}
	sup := &Supervisor{
		spec:     s,
		restarts: r.orDefaults(),
		received: make(chan *protocol.Message),
		infos:    make(chan *protocol.Message, 16),
		exit:     make(chan Exit, 1),
		ended:    make(chan struct{}),
	}
	sup.life, sup.stop = context.WithCancel(context.Background())
	sup.dropped, sup.drop = context.WithCancel(context.Background())
	sup.install(k)
	go sup.run(k)
	return sup, nil
}

// Receive gives what the kernels say, one after the other. It is closed after
// the last message when there will be no further kernel.
func (s *Supervisor) Receive() <-chan *protocol.Message { return s.received }

// Exit gives the end of the last kernel when there will be no further one, and
// is then closed.
func (s *Supervisor) Exit() <-chan Exit { return s.exit }

// Send is [Kernel.Send] to the given process: the first is 1, and each state
// "starting" tells of the next. Where that one has ended, it fails with
// [ErrDead] and does not take the next one, which may have to be told something
// else first. Only a kernel_info_request is for any of them. A shutdown_request
// that says restart is a restart.
func (s *Supervisor) Send(ctx context.Context, process int, m *protocol.Message) error {
	if m.Header.MsgType == protocol.TypeKernelInfoRequest {
		return s.ask(ctx, m)
	}
	k, err := s.at(process)
	if err != nil {
		return fmt.Errorf("send %s: %w", m.Header.MsgType, err)
	}
	if m.Channel == protocol.Control && m.Header.MsgType == protocol.TypeShutdownRequest {
		s.shutdownBy(m, k)
	}
	return k.Send(ctx, m)
}

// ask leaves a kernel_info_request to run.
func (s *Supervisor) ask(ctx context.Context, m *protocol.Message) error {
	if _, err := laneOf(m.Channel); err != nil {
		return err
	}
	select {
	case <-s.ended:
		return s.deadErr()
	default:
	}
	select {
	case s.infos <- m:
		return nil
	case <-s.ended:
		return s.deadErr()
	case <-ctx.Done():
		return fmt.Errorf("send %s: %w", m.Header.MsgType, context.Cause(ctx))
	}
}

// at is the kernel of that number.
func (s *Supervisor) at(process int) (*Kernel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.kernel != nil && s.process == process:
		return s.kernel, nil
	case s.final != "":
		return nil, fmt.Errorf("%w: %s", ErrDead, s.final)
	}
	return nil, fmt.Errorf("%w: this was process %d", ErrDead, process)
}

// leave closes the door to k, once.
func (s *Supervisor) leave(k *Kernel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kernel == k {
		s.kernel = nil
	}
}

func (s *Supervisor) deadErr() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Errorf("%w: %s", ErrDead, s.final)
}

// shutdownBy notes what a client's shutdown_request wants. One that cannot be
// read is left to the kernel, which ends for good.
func (s *Supervisor) shutdownBy(m *protocol.Message, k *Kernel) {
	if c, err := protocol.As[protocol.ShutdownRequest](m); err == nil && c.Restart {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.restartOf = k
	}
}

// Interrupt is [Kernel.Interrupt]. Where no kernel runs there is nothing to
// interrupt.
func (s *Supervisor) Interrupt(ctx context.Context) error {
	s.mu.Lock()
	k := s.kernel
	s.mu.Unlock()
	if k == nil {
		return nil
	}
	if err := k.Interrupt(ctx); !errors.Is(err, ErrDead) {
		return err
	}
	return nil
}

// Shutdown is [Kernel.Shutdown], for good. What the kernel has said before it was
// killed is still received, if that is done within a second.
func (s *Supervisor) Shutdown(ctx context.Context) error {
	s.stop()
	s.mu.Lock()
	k := s.kernel
	s.mu.Unlock()
	if k != nil {
		if err := k.halt(ctx); err != nil {
			return err
		}
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), pipeGrace)
	defer cancel()
	defer context.AfterFunc(late, s.drop)()
	<-s.ended
	return nil
}

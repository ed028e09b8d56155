package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

const (
	insistent     = 2 * time.Second        // two interrupts within this are one too many
	shutdownGrace = 5 * time.Second        // from the request to the kill
	pipeGrace     = time.Second            // for what is in the pipes when the process has ended
	watchEvery    = 100 * time.Millisecond // the memory of the child
	stubborn      = 5 * time.Second        // far over the limit of cells, which should have stopped
)

// Kernel is a kernel in a process of its own. All methods are safe for
// concurrent use.
//
// Receive must be read until it is closed, or Shutdown called: until then the
// messages of the kernel wait, and it with them.
type Kernel struct {
	spec    Spec
	cmd     *exec.Cmd
	in, out *os.File // the parent's ends
	stderr  *stderrLog
	source  protocol.Source
	now     func() time.Time

	windows  [lanes]*window
	queue    chan []byte // frames to be written, in the order of being sent
	received chan *protocol.Message
	exit     chan Exit
	ended    chan struct{} // closed when the process has ended
	dropped  chan struct{} // closed when nobody is to receive any more
	drop     func()
	owned    sync.WaitGroup // the goroutines

	life    context.Context // until the process has ended
	endLife context.CancelFunc

	mu          sync.Mutex
	pending     pending
	asked       bool        // for the end
	late        *time.Timer // kills where the end that was asked for does not come
	reaped      bool        // the process id may belong to somebody else
	killedFor   string      // why we killed it; empty: we did not
	interrupted time.Time
	stubborn    [2]string // what the last interrupt was to end: the execution and the interrupt itself
}

// Start starts a kernel. The context bounds the start, not the kernel's life.
// Errors say what could not be started.
func Start(ctx context.Context, s Spec) (*Kernel, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("start a kernel: %w", context.Cause(ctx))
	}
	argv, err := s.command()
	if err != nil {
		return nil, err
	}
	k := newKernel(s)
	if err := k.launch(argv); err != nil {
		return nil, fmt.Errorf("start a kernel: %w", err)
	}
	k.owned.Go(k.write)
	k.owned.Go(k.read)
	if s.Limits.HardMemory > 0 && watchesMemory {
		k.owned.Go(k.watch)
	}
	return k, nil
}

func newKernel(s Spec) *Kernel {
	k := &Kernel{
		spec:     s,
		stderr:   &stderrLog{log: s.Log},
		source:   newSource(""),
		now:      time.Now,
		queue:    make(chan []byte, int(lanes)*windowCount),
		received: make(chan *protocol.Message),
		exit:     make(chan Exit, 1),
		ended:    make(chan struct{}),
		dropped:  make(chan struct{}),
	}
	k.drop = sync.OnceFunc(func() { close(k.dropped) })
	k.life, k.endLife = context.WithCancel(context.Background())
	for i := range k.windows {
		k.windows[i] = newWindow()
	}
	return k
}

// Receive gives what the kernel says: its replies, what it publishes, and its
// questions. It is closed after the last message of a kernel that has ended.
func (k *Kernel) Receive() <-chan *protocol.Message { return k.received }

// Exit gives the end of the kernel once, as soon as the process has ended, and
// is then closed. Messages may still be waiting in Receive.
func (k *Kernel) Exit() <-chan Exit { return k.exit }

// Send hands a message for the shell, control or stdin channel to the kernel.
// It waits, until the context is done, where the kernel has too much to do
// already. An interrupt_request and a shutdown_request do what Interrupt and
// Shutdown do. Errors match [ErrDead] where the kernel has ended, and
// protocol.ErrTooLarge.
func (k *Kernel) Send(ctx context.Context, m *protocol.Message) error {
	if m.Channel == protocol.Control && m.Header.MsgType == protocol.TypeInterruptRequest {
		if k.insists(m) {
			return k.kill(killedStubborn)
		}
	}
	return k.send(ctx, m)
}

func (k *Kernel) send(ctx context.Context, m *protocol.Message) error {
	l, err := laneOf(m.Channel)
	if err != nil {
		return err
	}
	b, err := encode(m, l)
	if err != nil {
		return err
	}
	cost, err := k.enter(ctx, l, len(b))
	if err != nil {
		return fmt.Errorf("send %s: %w", m.Header.MsgType, err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.asked || k.life.Err() != nil {
		k.windows[l].leave(cost)
		return fmt.Errorf("send %s: %w", m.Header.MsgType, ErrDead)
	}
	if l == controlLane && m.Header.MsgType == protocol.TypeShutdownRequest {
		k.asked = true
		k.late = time.AfterFunc(shutdownGrace, func() { k.end(killedShutdown) })
	}
	k.pending.add(m)
	k.windows[l].sent(cost)
	k.queue <- b // has room for what fits into all windows
	return nil
}

// enter waits for room until the context or the kernel ends.
func (k *Kernel) enter(ctx context.Context, l lane, n int) (int64, error) {
	both, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(k.life, func() { cancel(ErrDead) })()
	cost, err := k.windows[l].enter(both, n)
	if err != nil {
		return 0, context.Cause(both)
	}
	return cost, nil
}

// Interrupt asks the kernel to stop what it does. A second one within two
// seconds kills it, if it still does the same.
func (k *Kernel) Interrupt(ctx context.Context) error {
	m, err := k.source.Request(protocol.Control, protocol.InterruptRequest{})
	if err != nil {
		return err
	}
	return k.Send(ctx, m)
}

// insists notes an interrupt, and says whether the kernel has to be killed
// since the one before did not help.
func (k *Kernel) insists(m *protocol.Message) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	again := !k.interrupted.IsZero() && now.Sub(k.interrupted) < insistent
	if again && (k.pending.unanswered(k.stubborn[0]) || k.pending.unanswered(k.stubborn[1])) {
		k.pending.add(m) // to be answered by who answers for the dead
		return true
	}
	k.interrupted, k.stubborn = now, [2]string{k.pending.running(), m.Header.MsgID}
	return false
}

// Shutdown asks the kernel to end, and returns when it has. When the context is
// done, or after five seconds, it is killed. Messages that nobody receives by
// then are dropped. The error says that the process could not be killed.
func (k *Kernel) Shutdown(ctx context.Context) error {
	if err := k.halt(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, pipeGrace)
	defer cancel()
	defer context.AfterFunc(ctx, k.drop)()
	k.owned.Wait()
	return nil
}

// halt is Shutdown without a look at what is left to receive.
func (k *Kernel) halt(ctx context.Context) error {
	if err := k.requestShutdown(ctx); err != nil && !errors.Is(err, ErrDead) {
		if err := k.kill(killedShutdown); err != nil {
			return err
		}
	}
	select {
	case <-k.ended:
	case <-ctx.Done():
		if err := k.kill(killedShutdown); err != nil {
			return err
		}
		<-k.ended
	}
	return nil
}

func (k *Kernel) requestShutdown(ctx context.Context) error {
	m, err := k.source.Request(protocol.Control, protocol.ShutdownRequest{})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, shutdownGrace)
	defer cancel()
	return k.send(ctx, m)
}

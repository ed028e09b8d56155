package live

import (
	"context"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// Kernel runs cells, from its start to its end. It is one process, or several
// in a row if it starts them anew by itself: then it says so with the states
// starting, restarting and dead that have no parent, and answers what the dead
// process was asked.
type Kernel interface {
	// Send gives the kernel a message of any channel. It may block.
	Send(ctx context.Context, m *protocol.Message) error
	// Receive is what the kernel says; it is closed when the kernel has ended.
	Receive() <-chan *protocol.Message
	// Interrupt stops the running cell.
	Interrupt(ctx context.Context) error
	// Shutdown asks the kernel to end, and returns when it has.
	Shutdown(ctx context.Context) error
	// Exit gives one Exit when the kernel has ended, or is closed.
	Exit() <-chan Exit
}

// Exit says how a kernel ended.
type Exit struct {
	Reason string // for people: "killed by signal 9"
	Asked  bool   // Shutdown was called
}

// Starter starts a kernel for the document at path, which may be empty. The
// context lives as long as the manager, not as the request that asked.
type Starter func(ctx context.Context, path string) (Kernel, error)

// Process is a Kernel whose Exit is a type of its own package, such as a
// *host.Kernel or a *host.Supervisor.
type Process[E any] interface {
	Send(ctx context.Context, m *protocol.Message) error
	Receive() <-chan *protocol.Message
	Interrupt(ctx context.Context) error
	Shutdown(ctx context.Context) error
	Exit() <-chan E
}

// FromProcess makes a Kernel of a process.
func FromProcess[E ~struct {
	Reason string
	Asked  bool
}](p Process[E]) Kernel {
	exit := make(chan Exit, 1)
	go func() { // ends with the process
		if e, ok := <-p.Exit(); ok {
			exit <- Exit(e)
		}
		close(exit)
	}()
	return process[E]{p, exit}
}

type process[E any] struct {
	Process[E]
	exit chan Exit
}

func (p process[E]) Exit() <-chan Exit { return p.exit }

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
	// Send gives a process of the kernel a message of any channel; the first is
	// 1, and each further state starting tells of the next. It may block. Where
	// that process has ended it fails with ErrKernelGone, and never keeps the
	// message for the next one.
	Send(ctx context.Context, process int, m *protocol.Message) error
	// Receive is what the kernel says; it is closed when the kernel has ended.
	Receive() <-chan *protocol.Message
	// Interrupt stops the running cell.
	Interrupt(ctx context.Context) error
	// Shutdown asks the kernel to end, and returns when it has. When ctx ends
	// before, it is killed. The error says that this cannot be done.
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

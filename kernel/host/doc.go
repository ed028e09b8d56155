// Package host runs kernels as child processes of the same binary, so that a
// cell that takes all memory or that must be killed takes nothing else along.
//
// The parent side is a [Kernel]: [Start] starts the child, messages go in with
// Send and come out of Receive, and Exit says in words for people why the
// process ended. A [Supervisor] has the same methods and outlives its kernels:
// it starts a new one after a death, answers what was asked of the dead one
// with an error that names the reason, and answers kernel_info_request at any
// time.
//
// The child side is [Join], which makes the process a kernel (limits, pipe),
// and [Serve], which hands the messages to a [Handler].
//
// # The pipe
//
// Requests travel on the child's standard input and everything else on its
// standard output, as v1 frames of package protocol behind a prefix of five
// bytes: the length as uint32le, and what the frame is. No queue grows without
// bound. Towards the child, each channel has a window of bytes that the parent
// may have under way: a message takes its share at Send, which waits for it,
// and the child gives it back by a frame without a body when the message is
// handled. The reader in the child therefore never waits for a handler, and an
// interrupt gets through whatever is queued in front of it. Towards the parent
// the pipe itself is the queue: a handler waits in its send until somebody
// receives.
//
// # The end
//
// The end of its standard input tells the child to finish, which is also how it
// notices that its parent is gone; on Linux the system kills it too. Each child
// leads a process group, so that what it started ends with it.
//
// The hard memory limit is RLIMIT_DATA, which unlike RLIMIT_AS does not count
// address space that WASM memories merely reserve, and the parent looks at what
// the process really uses. Both need Linux; elsewhere there is the soft limit,
// which the child is told and watches itself.
package host

package live

import (
	"context"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// Manager owns kernels, sessions, clients and outputs. It is safe for
// concurrent use.
type Manager struct{ cfg Config }

// New returns a manager without kernels. Close must be called.
func New(cfg Config) *Manager { return &Manager{cfg: cfg} }

// Close ends all kernels and clients, saves what is not saved, and returns when
// all is done, or fails when ctx ends before.
func (m *Manager) Close(ctx context.Context) error { return nil }

// Kernels lists the kernels, oldest first.
func (m *Manager) Kernels() []KernelModel { return nil }

// Kernel fails with ErrNotFound.
func (m *Manager) Kernel(id string) (KernelModel, error) { return KernelModel{}, ErrNotFound }

// StartKernel starts a kernel for the document at path, which may be empty. An
// empty name is the default one.
func (m *Manager) StartKernel(ctx context.Context, name, path string) (KernelModel, error) {
	return KernelModel{}, ErrClosed
}

// Interrupt stops what runs.
func (m *Manager) Interrupt(ctx context.Context, id string) error { return ErrNotFound }

// Restart ends the kernel and starts it anew under the same id; it also
// revives a dead one.
func (m *Manager) Restart(ctx context.Context, id string) (KernelModel, error) {
	return KernelModel{}, ErrNotFound
}

// Delete ends the kernel and its clients.
func (m *Manager) Delete(ctx context.Context, id string) error { return ErrNotFound }

// Sessions lists the sessions, oldest first, without those whose kernel is gone.
func (m *Manager) Sessions() []SessionModel { return nil }

// Session fails with ErrNotFound.
func (m *Manager) Session(id string) (SessionModel, error) { return SessionModel{}, ErrNotFound }

// CreateSession returns the session of the path where there is one (created is
// false), or makes it and, unless the kernel is given by id, starts its kernel.
func (m *Manager) CreateSession(ctx context.Context, s SessionSpec) (model SessionModel, created bool, err error) {
	return SessionModel{}, false, ErrClosed
}

// PatchSession changes a session. A new path takes the outputs along.
func (m *Manager) PatchSession(ctx context.Context, id string, p SessionPatch) (SessionModel, error) {
	return SessionModel{}, ErrNotFound
}

// DeleteSession ends the session and its kernel, unless another session uses
// that. It fails with ErrKernelGone where there is no kernel; the session is
// gone then, too.
func (m *Manager) DeleteSession(ctx context.Context, id string) error { return ErrNotFound }

// Attach connects a client to a kernel. A session that was connected before
// gets all that came since; a second client of a session ends the first with
// ErrReplaced. An empty session stands for one of its own.
func (m *Manager) Attach(ctx context.Context, kernelID, sessionID string) (*Client, error) {
	return nil, ErrNotFound
}

// AttachSince is Attach with a replay of all messages behind the one with the
// sequence number seq. Numbers are the field wnb_seq in the metadata of
// messages; they start at 1.
func (m *Manager) AttachSince(ctx context.Context, kernelID, sessionID string, seq int64) (*Client, error) {
	return nil, ErrNotFound
}

// Outputs are the outputs of the document at path.
func (m *Manager) Outputs(ctx context.Context, path string) (Outputs, error) { return Outputs{}, nil }

// ClearOutputs empties the outputs of cells; without ids, of all cells.
func (m *Manager) ClearOutputs(ctx context.Context, path string, ids ...string) error { return nil }

// Saved tells that a client has saved the document: cells are the code cells
// of the document, with the outputs that the client has. Outputs that are newer
// than seen, the version that the client last read, win over the client's; else
// an empty list clears, and outputs for a cell that has none here are taken
// over. Outputs of cells that are not in the document any more go. The result
// is what holds now.
func (m *Manager) Saved(ctx context.Context, path string, seen int64, cells map[string]Cell) (Outputs, error) {
	return Outputs{}, nil
}

// SetDocument tells the kernels of the document its saved text.
func (m *Manager) SetDocument(ctx context.Context, path, text string) error { return nil }

// MoveDocument follows the rename of a document or folder: outputs, history,
// sessions and kernels go along.
func (m *Manager) MoveDocument(ctx context.Context, from, to string) error { return nil }

// DeleteDocument forgets outputs and history.
func (m *Manager) DeleteDocument(ctx context.Context, path string) error { return nil }

// Subscribe tells of changes in the outputs of the document at path. Versions
// that nobody fetched in time are skipped. cancel closes the channel.
func (m *Manager) Subscribe(path string) (versions <-chan int64, cancel func()) {
	return nil, func() {}
}

// Client is one connection to a kernel.
type Client struct{}

// Session is the client's session id.
func (c *Client) Session() string { return "" }

// Send gives the kernel a message of the client. It blocks while the kernel
// starts or its queue is full. Messages that are no valid messages are refused
// with a *protocol.FieldError, which is no reason to end the client.
func (c *Client) Send(ctx context.Context, m *protocol.Message) error { return ErrClosed }

// Receive is what the client must be told; closed when the client has ended.
func (c *Client) Receive() <-chan *protocol.Message { return nil }

// Err says why the client has ended: nil after Close, ErrSlow, ErrReplaced,
// ErrKernelGone or ErrClosed. It is known once Receive is closed.
func (c *Client) Err() error { return nil }

// Close disconnects. What comes from now on is kept for the session's next
// client.
func (c *Client) Close() {}

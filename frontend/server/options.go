package server

import (
	"context"
	"net/http"
	"time"

	"github.com/wnb-dev/wnb/frontend/contents"
	"github.com/wnb-dev/wnb/frontend/live"
	"github.com/wnb-dev/wnb/kernel/protocol"
)

// Options are what a Server is made of. Contents and Live are required.
type Options struct {
	Contents *contents.Manager
	Live     Live

	// Token opens all doors. Empty: New draws a random one, see Server.Token.
	Token string
	// AllowOrigins are origins ("https://lab.example.org") of pages on other
	// hosts that may use the server; "*" is any.
	AllowOrigins []string
	// AllowHosts are host names, without port, that the server is reached by
	// besides localhost and IP addresses; "*" is any.
	AllowHosts []string

	// ConfigDir keeps the sections of /api/config; empty: they are forgotten
	// at the end.
	ConfigDir string
	// Page is what /tree, and all below it, shows to who is logged in; nil: a
	// line that says that the server runs.
	Page http.Handler
	// Mount adds handlers by http.ServeMux pattern, behind the gate.
	Mount map[string]http.Handler

	MaxBody    int64         // bytes of a document or upload in one request; 64 MiB
	MaxMessage int           // bytes of a websocket message; 64 MiB
	PingEvery  time.Duration // on websockets; 30 s. After three without an answer the connection is cut
	Drain      time.Duration // how long a shutdown waits for requests; 10 s

	// Log gets one line for each request and each thing worth knowing.
	Log   func(format string, args ...any) // nil: nothing is logged
	Clock func() time.Time                 // nil: time.Now
}

// Live is what the server needs of running kernels. *live.Manager is one by
// FromManager.
type Live interface {
	Kernels() []live.KernelModel
	Kernel(id string) (live.KernelModel, error)
	StartKernel(ctx context.Context, name, path string) (live.KernelModel, error)
	Interrupt(ctx context.Context, id string) error
	Restart(ctx context.Context, id string) (live.KernelModel, error)
	Delete(ctx context.Context, id string) error

	Sessions() []live.SessionModel
	Session(id string) (live.SessionModel, error)
	CreateSession(ctx context.Context, s live.SessionSpec) (model live.SessionModel, created bool, err error)
	PatchSession(ctx context.Context, id string, p live.SessionPatch) (live.SessionModel, error)
	DeleteSession(ctx context.Context, id string) error

	// Attach connects a client; since is the number of the last message that
	// the client has, below 0 where it does not know.
	Attach(ctx context.Context, kernelID, sessionID string, since int64) (Client, error)
}

// Client is one connection to a kernel. *live.Client is one.
type Client interface {
	Send(ctx context.Context, m *protocol.Message) error
	Receive() <-chan *protocol.Message // closed when the client has ended
	Unsent(m *protocol.Message)        // m was received and did not reach the client
	Err() error                        // why it ended
	Close()
}

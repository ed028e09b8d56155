package server

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/wnb-dev/wnb/frontend/live"
	"github.com/wnb-dev/wnb/kernel/protocol"
)

const (
	writeTimeout = 30 * time.Second
	closeTimeout = 2 * time.Second // for the client to answer a close
)

// sockets are the open websockets, to be closed with the server.
type sockets struct {
	ctx    context.Context
	cancel context.CancelFunc
	mu     sync.Mutex
	closed bool
	open   sync.WaitGroup
}

func newSockets() *sockets {
	ctx, cancel := context.WithCancel(context.Background())
	return &sockets{ctx: ctx, cancel: cancel}
}

// enter counts a socket in, unless the server closes.
func (s *sockets) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.open.Add(1)
	return true
}

func (s *sockets) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.open.Wait()
}

// channels is the websocket between a client and a kernel. The gate has checked
// where it comes from.
func (s *Server) channels(w http.ResponseWriter, r *http.Request) {
	id, query := r.PathValue("id"), r.URL.Query()
	if _, err := s.opt.Live.Kernel(id); err != nil {
		s.refuse(w, r, err)
		return
	}
	if !websocket.IsWebSocketUpgrade(r) {
		fail(w, http.StatusBadRequest, "this is a websocket: send Connection: Upgrade")
		return
	}
	since, err := strconv.ParseInt(query.Get("wnb_since"), 10, 64)
	if err != nil {
		since = -1
	}
	if !s.sockets.enter() {
		s.refuse(w, r, live.ErrClosed)
		return
	}
	defer s.sockets.open.Done()
	client, err := s.opt.Live.Attach(s.sockets.ctx, id, query.Get("session_id"), since)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	defer client.Close()
	framing, selected := protocol.Negotiate(r.Header.Values("Sec-Websocket-Protocol"))
	var header http.Header
	if selected != "" {
		header = http.Header{"Sec-Websocket-Protocol": {selected}}
	}
	conn, err := upgrader().Upgrade(w, r, header)
	if err != nil {
		s.opt.Log("websocket of kernel %s: %v", quote(id), err) // the client was told
		return
	}
	(&socket{s: s, conn: conn, client: client, framing: framing, kernel: id}).run()
}

// socket is one open websocket.
type socket struct {
	s       *Server
	conn    *websocket.Conn
	client  Client
	framing protocol.Framing
	kernel  string
	ending  atomic.Bool // a close was sent; only its answer is waited for
}

// run ends when the client, the kernel or the server ends.
func (k *socket) run() {
	ctx, cancel := context.WithCancel(k.s.sockets.ctx)
	written := make(chan struct{})
	go func() {
		defer close(written)
		if k.write(ctx) {
			k.ending.Store(true)
			if k.conn.SetReadDeadline(time.Now().Add(closeTimeout)) == nil {
				return // read ends with the client's answer
			}
		}
		k.conn.Close() // ends read
	}()
	k.read(ctx)
	cancel() // ends write
	<-written
	k.conn.Close()
}

// read takes what the client sends until the connection ends.
func (k *socket) read(ctx context.Context) {
	k.conn.SetReadLimit(int64(k.s.opt.MaxMessage))
	alive := func(string) error {
		err := k.conn.SetReadDeadline(time.Now().Add(3 * k.s.opt.PingEvery))
		if k.ending.Load() {
			err = net.ErrClosed
		}
		return err
	}
	k.conn.SetPongHandler(alive)
	limits := protocol.Limits{MaxBytes: k.s.opt.MaxMessage}
	for {
		if err := alive(""); err != nil {
			return
		}
		kind, frame, err := k.conn.ReadMessage()
		if err != nil {
			if errors.Is(err, websocket.ErrReadLimit) {
				k.log("a message of more than %d bytes; the connection was closed", k.s.opt.MaxMessage)
				k.discard()
			}
			return
		}
		message, err := k.framing.Decode(frame, kind == websocket.BinaryMessage, limits)
		if err != nil {
			k.log("dropped: %v", err)
			continue
		}
		if err := k.pass(ctx, message); err != nil {
			return
		}
	}
}

// discard reads on for a while after a close was sent: a connection that is cut
// while the client still writes may lose the close on its way.
func (k *socket) discard() {
	raw := k.conn.NetConn()
	if raw.SetReadDeadline(time.Now().Add(closeTimeout)) == nil {
		// However it ends, the connection is closed next.
		_, _ = io.Copy(io.Discard, raw)
	}
}

// pass gives the kernel a message. It fails only where no further one can be
// passed either.
func (k *socket) pass(ctx context.Context, message *protocol.Message) error {
	if message.Channel == protocol.IOPub {
		k.log("dropped: clients cannot send on iopub")
		return nil
	}
	err := k.client.Send(ctx, message)
	var wrong *protocol.FieldError
	switch {
	case errors.As(err, &wrong):
		k.log("dropped: %v", err)
		return nil
	case err != nil && ctx.Err() == nil:
		k.log("the kernel does not take messages: %v", err)
	}
	return err
}

// write sends what the kernel says, and pings. It tells whether it has sent a
// close in the end.
func (k *socket) write(ctx context.Context) (closed bool) {
	ping := time.NewTicker(k.s.opt.PingEvery)
	defer ping.Stop()
	var buffer []byte
	for {
		select {
		case <-ctx.Done():
			if k.s.sockets.ctx.Err() != nil {
				return k.close(websocket.CloseServiceRestart, "the server is stopping")
			}
			return false
		case <-ping.C:
			if k.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTimeout)) != nil {
				return false
			}
		case message, open := <-k.client.Receive():
			if !open {
				return k.ended()
			}
			var err error
			if buffer, err = k.send(buffer[:0], message); err != nil {
				k.client.Unsent(message) // who comes back gets it
				return false
			}
		}
	}
}

// keepBuffer is the size up to which a frame's memory is used again.
const keepBuffer = 1 << 20

func (k *socket) send(buffer []byte, message *protocol.Message) ([]byte, error) {
	frame, binary, err := k.framing.Append(buffer, message)
	if err != nil {
		k.log("a message of the kernel cannot be sent: %v", err)
		return buffer, nil
	}
	kind := websocket.TextMessage
	if binary {
		kind = websocket.BinaryMessage
	}
	if err := k.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return nil, err
	}
	err = k.conn.WriteMessage(kind, frame)
	if cap(frame) > keepBuffer {
		frame = nil
	}
	return frame, err
}

// ended closes the socket in the way that makes the client do what is right:
// it comes back after anything but 1000 and 1001.
func (k *socket) ended() (closed bool) {
	err := k.client.Err()
	_, gone := k.s.opt.Live.Kernel(k.kernel)
	switch {
	case errors.Is(err, live.ErrSlow):
		k.log("%v; it was cut and may come back", err)
		return false
	case errors.Is(err, live.ErrReplaced):
		return k.close(websocket.CloseNormalClosure, "replaced by another connection")
	case errors.Is(err, live.ErrClosed):
		return k.close(websocket.CloseServiceRestart, "the server is stopping")
	case gone != nil:
		return k.close(websocket.CloseNormalClosure, "the kernel is gone")
	default:
		return k.close(websocket.CloseServiceRestart, "the kernel restarts")
	}
}

func (k *socket) close(code int, reason string) bool {
	message := websocket.FormatCloseMessage(code, reason)
	if err := k.conn.WriteControl(websocket.CloseMessage, message, time.Now().Add(time.Second)); err != nil {
		k.log("close: %v", err)
		return false
	}
	return true
}

func (k *socket) log(format string, args ...any) {
	k.s.opt.Log("websocket of kernel "+"%s: "+format, append([]any{quote(k.kernel)}, args...)...)
}

// Package zeromq is the door of a kernel for plain Jupyter: the five ZeroMQ
// sockets of a connection file, so that nbclient, papermill, nbconvert and
// jupyter console can use a kernel that otherwise speaks over pipes and
// websockets.
//
// Requests go to a Handler, in order per channel. The handler's messages find
// their way by their parent: a reply goes to the client that sent the request,
// everything on iopub to all.
package zeromq

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// A Handler is a kernel.
type Handler interface {
	Handle(ctx context.Context, m *protocol.Message, send func(*protocol.Message) error)
}

// maxRoutes is how many requests are remembered for their replies.
const maxRoutes = 10_000

// door is a kernel that listens.
type door struct {
	handler Handler
	signer  *protocol.Signer
	replays *protocol.Replays
	sockets map[protocol.Channel]zmq4.Socket
	stop    context.CancelFunc

	listening sync.Once // somebody has been waited for

	mu     sync.Mutex
	routes map[string][][]byte // by the id of a request: who sent it
	recent []string            // ids, oldest first
}

// Serve listens until ctx is done or a client asks to shut down. The kernel
// tells that it is starting with a message of source.
func Serve(ctx context.Context, c Connection, source protocol.Source, h Handler) error {
	signer, err := protocol.NewSigner(c.SignatureScheme, []byte(c.Key))
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	d := &door{handler: h, signer: signer, replays: protocol.NewReplays(0), stop: stop, routes: map[string][][]byte{}, sockets: map[protocol.Channel]zmq4.Socket{
		protocol.Shell: zmq4.NewRouter(ctx), protocol.Control: zmq4.NewRouter(ctx), protocol.Stdin: zmq4.NewRouter(ctx), protocol.IOPub: zmq4.NewPub(ctx),
	}}
	heartbeat := zmq4.NewRep(ctx)
	defer heartbeat.Close()
	ports := map[protocol.Channel]int{protocol.Shell: c.ShellPort, protocol.Control: c.ControlPort, protocol.Stdin: c.StdinPort, protocol.IOPub: c.IOPubPort}
	for channel, socket := range d.sockets {
		defer socket.Close()
		if err := socket.Listen(c.endpoint(ports[channel])); err != nil {
			return fmt.Errorf("listen on %s for %s: %w", c.endpoint(ports[channel]), channel, err)
		}
	}
	if err := heartbeat.Listen(c.endpoint(c.HeartbeatPort)); err != nil {
		return fmt.Errorf("listen on %s for the heartbeat: %w", c.endpoint(c.HeartbeatPort), err)
	}
	if m, err := source.Publish(protocol.Header{}, protocol.Status{ExecutionState: protocol.Starting}); err == nil {
		if err := d.send(m); err != nil {
			return err
		}
	}
	var wait sync.WaitGroup
	wait.Go(func() { echo(heartbeat) })
	for _, channel := range []protocol.Channel{protocol.Shell, protocol.Control, protocol.Stdin} {
		wait.Go(func() { d.receive(ctx, channel) })
	}
	<-ctx.Done()
	// Closing the sockets is what ends the receivers.
	err = shut(heartbeat)
	for _, socket := range d.sockets {
		err = errors.Join(err, shut(socket))
	}
	wait.Wait()
	return err
}

// shut closes a socket. A connection that has ended before, since its client
// hung up, is no failure.
func shut(s io.Closer) error {
	if err := s.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// echo answers heartbeats until the socket is closed.
func echo(socket zmq4.Socket) {
	for {
		m, err := socket.Recv()
		if err != nil || socket.Send(m) != nil {
			return
		}
	}
}

// receive hands the messages of a channel to the kernel. What is not signed
// with the key, or is no message, is dropped: nobody can be told.
func (d *door) receive(ctx context.Context, channel protocol.Channel) {
	for {
		raw, err := d.sockets[channel].Recv()
		if err != nil {
			return
		}
		wire, err := d.signer.Decode(raw.Frames, channel, protocol.Limits{})
		if err == nil {
			err = d.replays.Check(wire.Signature)
		}
		if err != nil {
			continue
		}
		m := wire.Message
		d.remember(m.Header.MsgID, wire.Identities)
		if m.Header.MsgType == protocol.TypeExecuteRequest {
			d.awaitListener(ctx)
		}
		d.handler.Handle(ctx, m, d.send)
		if m.Header.MsgType == protocol.TypeShutdownRequest {
			d.stop()
			return
		}
	}
}

// subscribing is how long a client may take from its first cell to its
// subscription, and subscribingLook the time between two looks.
const (
	subscribing     = 2 * time.Second
	subscribingLook = time.Millisecond
)

// awaitListener waits, before the first cell, until somebody listens to iopub.
// A subscription has a connection of its own and can come after the request;
// what is published before is lost, and a client such as jupyter console waits
// for the state of its cell for ever.
func (d *door) awaitListener(ctx context.Context) {
	iopub, ok := d.sockets[protocol.IOPub].(zmq4.Topics)
	d.listening.Do(func() {
		for waited := time.Duration(0); ok && waited < subscribing && len(iopub.Topics()) == 0; waited += subscribingLook {
			select {
			case <-time.After(subscribingLook):
			case <-ctx.Done():
				return
			}
		}
	})
}

// remember notes who sent a request.
func (d *door) remember(id string, identities [][]byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.routes[id]; !ok {
		d.recent = append(d.recent, id)
	}
	d.routes[id] = identities
	if len(d.recent) > maxRoutes {
		delete(d.routes, d.recent[0])
		d.recent = d.recent[1:]
	}
}

// send writes a message to the client that asked, or to all. Messages of wnb's
// own are for its page, which does not come through this door.
func (d *door) send(m *protocol.Message) error {
	if strings.HasPrefix(m.Header.MsgType, "wnb_") {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	to := [][]byte{[]byte("kernel." + m.Header.MsgType)} // iopub: the topic
	if m.Channel != protocol.IOPub {
		to = d.routes[m.Parent.MsgID]
		if to == nil {
			return fmt.Errorf("nobody waits for the %s to %s", m.Header.MsgType, m.Parent.MsgID)
		}
	}
	parts := d.signer.Encode(to, m)
	for i := range parts {
		parts[i] = bytes.Clone(parts[i])
	}
	return d.sockets[m.Channel].SendMulti(zmq4.NewMsgFrom(parts...))
}

package zeromq_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"

	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/kernel/zeromq"
)

// echo is a kernel that says busy, the code, and idle.
type echo struct{ src protocol.Source }

func (e echo) Handle(_ context.Context, m *protocol.Message, send func(*protocol.Message) error) {
	publish := func(c protocol.Content) {
		if out, err := e.src.Publish(m.Header, c); err == nil {
			_ = send(out)
		}
	}
	publish(protocol.Status{ExecutionState: protocol.Busy})
	if req, err := protocol.As[protocol.ExecuteRequest](m); err == nil {
		publish(protocol.Stream{Name: protocol.Stdout, Text: req.Code})
		publish(protocol.Graph{}) // of wnb's own: must not come through this door
		if out, err := e.src.Reply(m, protocol.ExecuteReply{ExecutionCount: 1}); err == nil {
			_ = send(out)
		}
	}
	publish(protocol.Status{ExecutionState: protocol.Idle})
}

func source(session string) protocol.Source {
	var n atomic.Int64 // channels are handled at the same time
	return protocol.Source{Session: session, Now: time.Now, NewID: func() string { return fmt.Sprintf("%s-%d", session, n.Add(1)) }}
}

// ports are free ones.
func ports(t *testing.T) [5]int {
	t.Helper()
	var out [5]int
	for i := range out {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		out[i] = l.Addr().(*net.TCPAddr).Port
	}
	return out
}

// client is a kernel behind its door, and somebody in front of it.
type client struct {
	t              *testing.T
	source         protocol.Source
	shell, control zmq4.Socket
	ports          [5]int
	ended          chan error
}

func open(t *testing.T) *client {
	t.Helper()
	c := &client{t: t, source: source("client"), ports: ports(t), ended: make(chan error, 1)}
	conn := zeromq.Connection{
		Transport: "tcp", IP: "127.0.0.1", ShellPort: c.ports[0], IOPubPort: c.ports[1], StdinPort: c.ports[2], ControlPort: c.ports[3], HeartbeatPort: c.ports[4],
		Key: "secret", SignatureScheme: "hmac-sha256",
	}
	go func() { c.ended <- zeromq.Serve(t.Context(), conn, source("kernel"), echo{source("kernel")}) }()
	c.shell, c.control = c.dial(zmq4.NewDealer(t.Context()), 0), c.dial(zmq4.NewDealer(t.Context()), 3)
	return c
}

func (c *client) dial(s zmq4.Socket, port int) zmq4.Socket {
	c.t.Helper()
	c.t.Cleanup(func() { _ = s.Close() })
	if err := s.Dial(fmt.Sprintf("tcp://127.0.0.1:%d", c.ports[port])); err != nil {
		c.t.Fatal(err)
	}
	return s
}

func (c *client) signer(key string) *protocol.Signer {
	c.t.Helper()
	s, err := protocol.NewSigner("hmac-sha256", []byte(key))
	if err != nil {
		c.t.Fatal(err)
	}
	return s
}

func (c *client) send(s zmq4.Socket, ch protocol.Channel, key string, content protocol.Content) [][]byte {
	c.t.Helper()
	m, err := c.source.Request(ch, content)
	if err != nil {
		c.t.Fatal(err)
	}
	parts := c.signer(key).Encode(nil, m)
	if err := s.SendMulti(zmq4.NewMsgFrom(parts...)); err != nil {
		c.t.Fatal(err)
	}
	return parts
}

// listen gives the type and content of what is published from now on, or a
// little later: a subscription takes a moment.
func (c *client) listen() <-chan string {
	c.t.Helper()
	sub := c.dial(zmq4.NewSub(c.t.Context()), 1)
	if err := sub.SetOption(zmq4.OptionSubscribe, ""); err != nil {
		c.t.Fatal(err)
	}
	seen, signer := make(chan string, 100), c.signer("secret")
	go func() {
		for {
			m, err := sub.Recv()
			if err != nil {
				return
			}
			if wire, err := signer.Decode(m.Frames, protocol.IOPub, protocol.Limits{}); err == nil {
				seen <- wire.Header.MsgType + string(wire.Content)
			}
		}
	}()
	return seen
}

func (c *client) shutdown() {
	c.t.Helper()
	c.send(c.control, protocol.Control, "secret", protocol.ShutdownRequest{})
	if err := <-c.ended; err != nil {
		c.t.Error(err)
	}
}

func TestDoor(t *testing.T) {
	c := open(t)
	heartbeat := c.dial(zmq4.NewReq(t.Context()), 4)
	if err := heartbeat.Send(zmq4.NewMsgString("ping")); err != nil {
		t.Fatal(err)
	}
	if m, err := heartbeat.Recv(); err != nil || string(m.Frames[0]) != "ping" {
		t.Fatalf("heartbeat: %v, %v", m, err)
	}
	seen := c.listen()
	for found := false; !found; { // requests are repeated until one is seen
		c.send(c.shell, protocol.Shell, "secret", protocol.KernelInfoRequest{})
		select {
		case <-seen:
			found = true
		case <-time.After(20 * time.Millisecond):
		}
	}

	c.send(c.shell, protocol.Shell, "wrong key", protocol.ExecuteRequest{Code: "forged"})
	parts := c.send(c.shell, protocol.Shell, "secret", protocol.ExecuteRequest{Code: "good"})
	if err := c.shell.SendMulti(zmq4.NewMsgFrom(parts...)); err != nil { // a replay
		t.Fatal(err)
	}
	reply, err := c.shell.Recv()
	if err != nil {
		t.Fatal(err)
	}
	wire, err := c.signer("secret").Decode(reply.Frames, protocol.Shell, protocol.Limits{})
	if err != nil || wire.Header.MsgType != protocol.TypeExecuteReply {
		t.Fatalf("reply %+v, %v", wire, err)
	}
	// What is published comes in order: after the idle of the last request there
	// is nothing that belongs to those before it.
	text := ""
	for !strings.Contains(text, "good") {
		text += <-seen + "\n"
	}
	c.send(c.shell, protocol.Shell, "secret", protocol.ExecuteRequest{Code: "the end"})
	for !strings.Contains(text, "the end") {
		text += <-seen + "\n"
	}
	c.shutdown()
	if strings.Count(text, "good") != 1 || strings.Contains(text, "forged") || strings.Contains(text, "wnb_") {
		t.Errorf("iopub carried:\n%s", text)
	}
}

// jupyter console subscribes when its first cell is on its way, and then waits
// for its state without an end.
func TestFirstCellWaitsForAListener(t *testing.T) {
	c := open(t)
	c.send(c.shell, protocol.Shell, "secret", protocol.ExecuteRequest{Code: "first"})
	text := ""
	for seen := c.listen(); !strings.Contains(text, "idle"); {
		text += <-seen + "\n"
	}
	if !strings.Contains(text, "busy") || !strings.Contains(text, "first") {
		t.Errorf("iopub carried:\n%s", text)
	}
	c.shutdown()
}

// Nobody has to listen.
func TestCellsWithoutAListener(t *testing.T) {
	c := open(t)
	c.send(c.shell, protocol.Shell, "secret", protocol.ExecuteRequest{Code: "first"})
	if _, err := c.shell.Recv(); err != nil {
		t.Fatal(err)
	}
	c.shutdown()
}

func TestReadConnection(t *testing.T) {
	good := `{"transport":"tcp","ip":"127.0.0.1","shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5,"key":"k","signature_scheme":"hmac-sha256"}`
	tests := map[string]struct{ content, want string }{
		"good":          {good, ""},
		"not JSON":      {"{", "connection file"},
		"other scheme":  {strings.Replace(good, "tcp", "ipc", 1), `transport "ipc" is not supported`},
		"port missing":  {strings.Replace(good, `"shell_port":1,`, "", 1), "shell_port 0 is not a port"},
		"port too high": {strings.Replace(good, `"hb_port":5`, `"hb_port":70000`, 1), "hb_port 70000 is not a port"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "c.json")
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := zeromq.ReadConnection(path)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/wnb-dev/wnb/frontend/live"
	"github.com/wnb-dev/wnb/kernel/protocol"
)

var (
	v1     = []string{protocol.SubprotocolV1}
	legacy []string
)

type dialOptions struct {
	session, query string
	header         http.Header
}

// wire is a client of a kernel's websocket.
type wire struct {
	t       testing.TB
	conn    *websocket.Conn
	framing protocol.Framing
	src     protocol.Source
}

func (r *rig) connect(kernel string, protocols []string, edit func(*dialOptions)) (*websocket.Conn, *http.Response, error) {
	o := dialOptions{session: "s1", header: http.Header{"Authorization": {"token " + token}}}
	if edit != nil {
		edit(&o)
	}
	dialer := websocket.Dialer{Subprotocols: protocols, HandshakeTimeout: time.Minute}
	target := "ws" + strings.TrimPrefix(r.http.URL, "http") + "/api/kernels/" + kernel + "/channels?session_id=" + o.session + o.query
	return dialer.DialContext(r.t.Context(), target, o.header)
}

func (r *rig) dial(kernel string, protocols []string, edit func(*dialOptions)) *wire {
	r.t.Helper()
	conn, response, err := r.connect(kernel, protocols, edit)
	if err != nil {
		r.t.Fatalf("dial: %v %v", err, response)
	}
	r.t.Cleanup(func() { conn.Close() })
	framing, selected := protocol.Negotiate(protocols)
	if conn.Subprotocol() != selected {
		r.t.Fatalf("subprotocol %q, want %q", conn.Subprotocol(), selected)
	}
	count := 0
	return &wire{t: r.t, conn: conn, framing: framing, src: protocol.Source{Session: "s1", Username: "u", Now: time.Now, NewID: func() string {
		count++
		return fmt.Sprintf("%p-%d", &count, count)
	}}}
}

func (w *wire) send(m *protocol.Message) {
	w.t.Helper()
	frame, binary, err := w.framing.Append(nil, m)
	if err != nil {
		w.t.Fatal(err)
	}
	kind := websocket.TextMessage
	if binary {
		kind = websocket.BinaryMessage
	}
	if err := w.conn.WriteMessage(kind, frame); err != nil {
		w.t.Fatal(err)
	}
}

func (w *wire) request(channel protocol.Channel, content protocol.Content) *protocol.Message {
	w.t.Helper()
	m, err := w.src.Request(channel, content)
	if err != nil {
		w.t.Fatal(err)
	}
	w.send(m)
	return m
}

func (w *wire) next() *protocol.Message {
	w.t.Helper()
	kind, frame, err := w.conn.ReadMessage()
	if err != nil {
		w.t.Fatal(err)
	}
	m, err := w.framing.Decode(frame, kind == websocket.BinaryMessage, protocol.Limits{})
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// await reads until the request has its reply and the kernel is idle again, and
// gives what belongs to the request.
func (w *wire) await(request *protocol.Message) (all []*protocol.Message) {
	w.t.Helper()
	replied, idle := false, false
	for !replied || !idle {
		m := w.next()
		if m.Parent.MsgID != request.Header.MsgID {
			continue
		}
		all = append(all, m)
		replied = replied || m.Channel == request.Channel
		if m.Header.MsgType == protocol.TypeStatus {
			status, err := protocol.As[protocol.Status](m)
			if err != nil {
				w.t.Fatal(err)
			}
			idle = status.ExecutionState == protocol.Idle
		}
	}
	return all
}

func (w *wire) execute(code, cell string) []*protocol.Message {
	w.t.Helper()
	m, err := w.src.Request(protocol.Shell, protocol.ExecuteRequest{Code: code, StoreHistory: true})
	if err != nil {
		w.t.Fatal(err)
	}
	if m.Metadata, err = json.Marshal(map[string]string{"cellId": cell}); err != nil {
		w.t.Fatal(err)
	}
	w.send(m)
	return w.await(m)
}

// closeCode reads until the server closes.
func (w *wire) closeCode() int {
	w.t.Helper()
	for {
		_, _, err := w.conn.ReadMessage()
		var closed *websocket.CloseError
		if errors.As(err, &closed) {
			return closed.Code
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestBothFramings(t *testing.T) {
	r := newRig(t, nil)
	for name, protocols := range map[string][]string{"v1": v1, "legacy": legacy, "several": {"x", protocol.SubprotocolV1}, "unknown": {"x"}} {
		t.Run(name, func(t *testing.T) {
			ws := r.dial(r.kernel(), protocols, nil)
			ws.t = t
			var text string
			for _, m := range ws.execute("hello é", "c") {
				if m.Header.MsgType == protocol.TypeStream {
					stream, err := protocol.As[protocol.Stream](m)
					if err != nil {
						t.Fatal(err)
					}
					text += stream.Text
				}
			}
			if text != "hello é" {
				t.Errorf("%q came back", text)
			}
			m, err := ws.src.Request(protocol.Shell, protocol.CommInfoRequest{})
			if err != nil {
				t.Fatal(err)
			}
			m.Buffers = [][]byte{{0, 1, 2}, []byte("two")}
			ws.send(m)
			for _, got := range ws.await(m) {
				if got.Channel == protocol.Shell && (len(got.Buffers) != 2 || !bytes.Equal(got.Buffers[0], m.Buffers[0])) {
					t.Errorf("buffers came back as %v", got.Buffers)
				}
			}
		})
	}
}

func TestWebsocketGate(t *testing.T) {
	r := newRig(t, func(o *Options) { o.AllowOrigins = []string{"https://lab.example.org"} })
	kernel := r.kernel()
	cookies, _ := r.browser()
	for _, tc := range []struct {
		name, kernel, query string
		header              http.Header
		status              int
	}{
		{"nothing", kernel, "", nil, 403},
		{"header", kernel, "", http.Header{"Authorization": {"token " + token}}, 101},
		{"wrong header", kernel, "", http.Header{"Authorization": {"token x"}}, 403},
		{"query", kernel, "&token=" + token, nil, 101},
		{"wrong query", kernel, "&token=x", nil, 403},
		{"cookie", kernel, "", http.Header{"Cookie": {cookies}}, 101},
		{"cookie, own origin", kernel, "", http.Header{"Cookie": {cookies}, "Origin": {r.http.URL}}, 101},
		{"cookie, listed origin", kernel, "", http.Header{"Cookie": {cookies}, "Origin": {"https://lab.example.org"}}, 101},
		{"cookie, evil origin", kernel, "", http.Header{"Cookie": {cookies}, "Origin": {"https://evil.example"}}, 403},
		{"token, evil origin", kernel, "&token=" + token, http.Header{"Origin": {"https://evil.example"}}, 101},
		{"evil host", kernel, "&token=" + token, http.Header{"Host": {"evil.example"}}, 403},
		{"unknown kernel", "nope", "&token=" + token, nil, 404},
		{"unknown kernel, no token", "nope", "", nil, 403},
	} {
		t.Run(tc.name, func(t *testing.T) {
			conn, response, err := r.connect(tc.kernel, v1, func(o *dialOptions) { o.header, o.query, o.session = tc.header, tc.query, tc.name[:2] })
			if response == nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != tc.status {
				t.Errorf("status %d, want %d", response.StatusCode, tc.status)
			}
			if (err == nil) != (tc.status == 101) {
				t.Error(err)
			}
			if conn != nil {
				conn.Close()
			}
		})
	}
}

// No frame that a client sends ends the connection, but one over the limit.
func TestGarbageIsDropped(t *testing.T) {
	r := newRig(t, func(o *Options) { o.MaxMessage = 1 << 16 })
	for name, protocols := range map[string][]string{"v1": v1, "legacy": legacy} {
		t.Run(name, func(t *testing.T) {
			ws := r.dial(r.kernel(), protocols, nil)
			ws.t = t
			for _, frame := range [][]byte{nil, []byte("garbage"), []byte("{}"), []byte(`{"header":{}}`), bytes.Repeat([]byte{0xff}, 64), []byte(`{"header":{"msg_id":"1","msg_type":"x"},"channel":"nope"}`)} {
				for _, kind := range []int{websocket.TextMessage, websocket.BinaryMessage} {
					if err := ws.conn.WriteMessage(kind, frame); err != nil {
						t.Fatal(err)
					}
				}
			}
			ws.request(protocol.IOPub, protocol.Stream{Name: "stdout", Text: "from a client"})
			ws.request(protocol.Shell, protocol.Raw{Type: "unheard_of", JSON: json.RawMessage(`{}`)})
			ws.execute("still there", "c")
			if err := ws.conn.WriteMessage(websocket.BinaryMessage, make([]byte, 1<<17)); err != nil {
				t.Fatal(err)
			}
			if code := ws.closeCode(); code != websocket.CloseMessageTooBig {
				t.Errorf("close code %d", code)
			}
		})
	}
}

func TestCloseCodes(t *testing.T) {
	t.Run("kernel deleted", func(t *testing.T) {
		r := newRig(t, nil)
		kernel := r.kernel()
		ws := r.dial(kernel, v1, nil)
		ws.execute("x", "c")
		r.call("DELETE", "/api/kernels/"+kernel, "")
		if code := ws.closeCode(); code != websocket.CloseNormalClosure {
			t.Errorf("close code %d: the client would come back", code)
		}
	})
	t.Run("replaced", func(t *testing.T) {
		r := newRig(t, nil)
		kernel := r.kernel()
		first := r.dial(kernel, v1, nil)
		first.execute("x", "c")
		second := r.dial(kernel, v1, nil)
		if code := first.closeCode(); code != websocket.CloseNormalClosure {
			t.Errorf("close code %d: two sockets would chase each other", code)
		}
		second.execute("x", "c")
	})
	t.Run("server stops", func(t *testing.T) {
		r := newRig(t, nil)
		ws := r.dial(r.kernel(), v1, nil)
		ws.execute("x", "c")
		done := make(chan error, 1)
		go func() { done <- r.Close() }()
		if code := ws.closeCode(); code != websocket.CloseServiceRestart {
			t.Errorf("close code %d: the client would not come back", code)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		_, response, err := r.connect(r.kernel(), v1, nil)
		if err == nil || response == nil || response.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("after the stop: %v %v", response, err)
		}
	})
}

// ending is a Live whose client has ended for a reason.
type ending struct {
	Live
	reason error
}

func (e ending) Attach(context.Context, string, string, int64) (Client, error) {
	return ended(e), nil
}

type ended ending

func (e ended) Send(context.Context, *protocol.Message) error { return e.reason }
func (e ended) Err() error                                    { return e.reason }
func (e ended) Close()                                        {}
func (e ended) Unsent(*protocol.Message)                      {}
func (e ended) Receive() <-chan *protocol.Message {
	closed := make(chan *protocol.Message)
	close(closed)
	return closed
}

func TestCloseCodeOfEachReason(t *testing.T) {
	for _, tc := range []struct {
		reason error
		code   int
	}{
		{live.ErrSlow, websocket.CloseAbnormalClosure}, // cut, no close frame
		{live.ErrReplaced, websocket.CloseNormalClosure},
		{live.ErrClosed, websocket.CloseServiceRestart},
		{live.ErrKernelGone, websocket.CloseServiceRestart}, // the kernel is listed: it restarts
		{nil, websocket.CloseServiceRestart},
	} {
		t.Run(fmt.Sprint(tc.reason), func(t *testing.T) {
			r := newRig(t, func(o *Options) { o.Live = ending{o.Live, tc.reason} })
			ws := r.dial(r.kernel(), v1, nil)
			_, _, err := ws.conn.ReadMessage()
			var closed *websocket.CloseError
			if !errors.As(err, &closed) {
				closed = &websocket.CloseError{Code: websocket.CloseAbnormalClosure}
			}
			if closed.Code != tc.code {
				t.Errorf("%v, want code %d", err, tc.code)
			}
		})
	}
}

// A client that does not answer pings is cut.
func TestPing(t *testing.T) {
	r := newRig(t, func(o *Options) { o.PingEvery = 50 * time.Millisecond })
	ws := r.dial(r.kernel(), v1, nil)
	pings := 0
	ws.conn.SetPingHandler(func(string) error { pings++; return nil })
	for {
		if _, _, err := ws.conn.ReadMessage(); err != nil {
			break
		}
	}
	if pings == 0 {
		t.Error("it was never asked")
	}
}

// one is a client with one message, which notes what did not reach it.
type one struct {
	ended
	messages chan *protocol.Message
	unsent   []*protocol.Message
}

func (o *one) Receive() <-chan *protocol.Message { return o.messages }
func (o *one) Unsent(m *protocol.Message)        { o.unsent = append(o.unsent, m) }

// A message that cannot be written is given back, for the client's next socket.
func TestMessageThatIsNotSent(t *testing.T) {
	r := newRig(t, nil)
	ws := r.dial(r.kernel(), v1, nil)
	if err := ws.conn.Close(); err != nil {
		t.Fatal(err)
	}
	m, err := ws.src.Publish(protocol.Header{}, protocol.Status{ExecutionState: protocol.Idle})
	if err != nil {
		t.Fatal(err)
	}
	client := &one{messages: make(chan *protocol.Message, 1)}
	client.messages <- m
	k := &socket{s: r.Server, conn: ws.conn, client: client, framing: ws.framing}
	if k.write(t.Context()) {
		t.Error("a socket that is closed was closed in good order")
	}
	if len(client.unsent) != 1 || client.unsent[0] != m {
		t.Errorf("given back: %v", client.unsent)
	}
}

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// serving is a wnb serve in a process of its own.
type serving struct {
	t    testing.TB
	cmd  *exec.Cmd
	base string
	dir  string

	sockets []*websocket.Conn
}

const servedNotebook = "---\nwnb: 1\ntitle: T\nparams:\n  n: 4\n---\n\n# T\n\n```starlark {#make}\nx = params.n\nprint(\"made\")\n```\n\n```starlark {#use}\ny = x * 10\ntrack.log_metric(\"y\", y)\ny\n```\n"

// serve starts a server in a folder with n.wnb and waits until it listens.
func serve(t testing.TB, dir string, args ...string) *serving {
	t.Helper()
	return serveAt(t, dir, filepath.Join(dir, ".wnb"), args...)
}

// serveAt is serve with a store elsewhere.
func serveAt(t testing.TB, dir, store string, args ...string) *serving {
	t.Helper()
	s := &serving{t: t, dir: dir}
	s.cmd = exec.Command("wnb", append([]string{"serve", dir, "--addr", "127.0.0.1:0", "--token", "secret", "--no-browser"}, args...)...)
	s.cmd.Env = append(os.Environ(), "WNB_STORE="+store)
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	address := regexp.MustCompile(`^wnb serves at (http://\S+)`)
	for lines.Scan() {
		if m := address.FindStringSubmatch(lines.Text()); m != nil {
			s.base = m[1]
			break
		}
	}
	if s.base == "" {
		t.Fatal("the server did not start")
	}
	go func() { _, _ = io.Copy(io.Discard, stderr) }() // until the process ends
	t.Cleanup(s.stop)
	return s
}

func (s *serving) stop() {
	if s.cmd.ProcessState != nil {
		return
	}
	for _, ws := range s.sockets { // which the server would wait for
		_ = ws.Close()
	}
	_ = s.cmd.Process.Signal(syscall.SIGINT)
	if err := s.cmd.Wait(); err != nil && s.cmd.ProcessState.ExitCode() != 130 {
		s.t.Errorf("the server ended with %v", err)
	}
}

// call makes a request and decodes the answer, which is an object or empty.
func (s *serving) call(method, path string, body any, want int) map[string]any {
	s.t.Helper()
	out := map[string]any{}
	s.request(method, path, body, want, &out)
	return out
}

// list asks for a list.
func (s *serving) list(path string) (out []map[string]any) {
	s.t.Helper()
	s.request("GET", path, nil, http.StatusOK, &out)
	return out
}

func (s *serving) request(method, path string, body any, want int, out any) {
	s.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.base+path, bytes.NewReader(text))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "token secret")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != want {
		s.t.Fatalf("%s %s: %d %s, want %d (%v)", method, path, res.StatusCode, answer, want, err)
	}
	if len(answer) > 0 {
		if err := json.Unmarshal(answer, out); err != nil {
			s.t.Fatalf("%s %s: %s: %v", method, path, answer, err)
		}
	}
}

// session opens the notebook and gives the ids of session and kernel.
func (s *serving) session(path string) (session, kernel string) {
	s.t.Helper()
	m := s.call("POST", "/api/sessions", map[string]any{"path": path, "type": "notebook", "name": path, "kernel": map[string]string{"name": "wnb"}}, http.StatusCreated)
	return m["id"].(string), m["kernel"].(map[string]any)["id"].(string)
}

// socket is one client of a kernel.
type socket struct {
	t       testing.TB
	ws      *websocket.Conn
	framing protocol.Framing
	src     protocol.Source
}

func (s *serving) connect(kernel, session string, framing protocol.Framing) *socket {
	s.t.Helper()
	dialer := websocket.Dialer{HandshakeTimeout: 10 * time.Second}
	if framing == protocol.V1 {
		dialer.Subprotocols = []string{protocol.SubprotocolV1}
	}
	ws, _, err := dialer.Dial("ws"+strings.TrimPrefix(s.base, "http")+"/api/kernels/"+kernel+"/channels?session_id="+session, http.Header{"Authorization": {"token secret"}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = ws.Close() })
	s.sockets = append(s.sockets, ws)
	n := 0
	return &socket{t: s.t, ws: ws, framing: framing, src: protocol.Source{Session: session, Now: time.Now, NewID: func() string { n++; return session + "-" + strconv.Itoa(n) }}}
}

func (c *socket) send(ch protocol.Channel, content protocol.Content, metadata string) *protocol.Message {
	c.t.Helper()
	m, err := c.src.Request(ch, content)
	if err != nil {
		c.t.Fatal(err)
	}
	m.Metadata = json.RawMessage(metadata)
	frame, binary, err := c.framing.Append(nil, m)
	if err != nil {
		c.t.Fatal(err)
	}
	kind := websocket.TextMessage
	if binary {
		kind = websocket.BinaryMessage
	}
	if err := c.ws.WriteMessage(kind, frame); err != nil {
		c.t.Fatal(err)
	}
	return m
}

// until reads messages until one that belongs to req satisfies stop, and gives
// what was shown for req on the way.
func (c *socket) until(req *protocol.Message, stop func(m *protocol.Message) bool) string {
	c.t.Helper()
	var shown strings.Builder
	for {
		if err := c.ws.SetReadDeadline(time.Now().Add(60 * time.Second)); err != nil {
			c.t.Fatal(err)
		}
		kind, frame, err := c.ws.ReadMessage()
		if err != nil {
			text := shown.String()
			c.t.Fatalf("after %d bytes, the last of them %q: %v", len(text), text[max(0, len(text)-200):], err)
		}
		m, err := c.framing.Decode(frame, kind == websocket.BinaryMessage, protocol.Limits{})
		if err != nil {
			c.t.Fatal(err)
		}
		if req != nil && m.Parent.MsgID != req.Header.MsgID {
			continue
		}
		var f struct {
			Text, EValue string
			Data         map[string]any
		}
		if json.Unmarshal(m.Content, &f) == nil {
			text, _ := f.Data["text/plain"].(string)
			if m.Header.MsgType != protocol.TypeExecuteReply {
				shown.WriteString(f.Text + text + f.EValue)
			}
		}
		if stop(m) {
			return shown.String()
		}
	}
}

func idle(m *protocol.Message) bool {
	return m.Header.MsgType == protocol.TypeStatus && strings.Contains(string(m.Content), `"idle"`)
}

// printed stops at a text that a cell printed.
func printed(text string) func(*protocol.Message) bool {
	return func(m *protocol.Message) bool {
		return m.Header.MsgType == protocol.TypeStream && strings.Contains(string(m.Content), text)
	}
}

func (c *socket) run(cell, code string) string {
	c.t.Helper()
	return c.until(c.execute(cell, code), idle)
}

func (c *socket) execute(cell, code string) *protocol.Message {
	c.t.Helper()
	return c.send(protocol.Shell, protocol.ExecuteRequest{Code: code, StoreHistory: true, AllowStdin: true}, fmt.Sprintf(`{"cellId":%q}`, cell))
}

func newServed(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "n.wnb"), servedNotebook)
	return dir
}

// stored are the texts of a cell's outputs as the document has them.
func (s *serving) stored(cell string) string {
	s.t.Helper()
	content := s.call("GET", "/api/contents/n.wnb", nil, http.StatusOK)["content"].(map[string]any)
	for _, c := range content["cells"].([]any) {
		if c := c.(map[string]any); c["id"] == cell {
			text, err := json.Marshal(c["outputs"])
			if err != nil {
				s.t.Fatal(err)
			}
			return string(text)
		}
	}
	s.t.Fatalf("no cell %s", cell)
	return ""
}

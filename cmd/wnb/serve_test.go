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
}

const servedNotebook = "---\nwnb: 1\ntitle: T\nparams:\n  n: 4\n---\n\n# T\n\n```starlark {#make}\nx = params.n\nprint(\"made\")\n```\n\n```starlark {#use}\ny = x * 10\ntrack.log_metric(\"y\", y)\ny\n```\n"

// serve starts a server in a folder with n.wnb and waits until it listens.
func serve(t testing.TB, dir string, args ...string) *serving {
	t.Helper()
	s := &serving{t: t, dir: dir}
	s.cmd = exec.Command("wnb", append([]string{"serve", dir, "--addr", "127.0.0.1:0", "--token", "secret", "--no-browser"}, args...)...)
	s.cmd.Env = append(os.Environ(), "WNB_STORE="+filepath.Join(dir, ".wnb"))
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
	_ = s.cmd.Process.Signal(syscall.SIGINT)
	if err := s.cmd.Wait(); err != nil && s.cmd.ProcessState.ExitCode() != 130 {
		s.t.Errorf("the server ended with %v", err)
	}
}

// call makes a request and decodes the answer.
func (s *serving) call(method, path string, body any, want int) map[string]any {
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
	out := map[string]any{}
	if len(answer) > 0 {
		if err := json.Unmarshal(answer, &out); err != nil {
			s.t.Fatalf("%s %s: %s: %v", method, path, answer, err)
		}
	}
	return out
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

func TestServeBothFramings(t *testing.T) {
	s := serve(t, newServed(t))
	ses, kernel := s.session("n.wnb")
	for name, framing := range map[string]protocol.Framing{"v1": protocol.V1, "legacy": protocol.Legacy} {
		t.Run(name, func(t *testing.T) {
			c := s.connect(kernel, ses+name, framing)
			c.t = t
			info := c.send(protocol.Shell, protocol.KernelInfoRequest{}, "{}")
			c.until(info, idle)
			if got := c.run("use", "y = x * 10\ntrack.log_metric(\"y\", y)\ny"); got != "40" {
				t.Errorf("got %q", got)
			}
		})
	}
	if got := s.stored("use"); !strings.Contains(got, `"40"`) {
		t.Errorf("outputs of use: %s", got)
	}
	if got := s.stored("make"); !strings.Contains(got, "made") {
		t.Errorf("outputs of the cell that use needed: %s", got)
	}
}

// TestVSCodeStart replays what VS Code does: probes, a URI as cell id, and a
// wait for idle before anything runs.
func TestVSCodeStart(t *testing.T) {
	s := serve(t, newServed(t))
	for _, probe := range []string{"/tree?", "/login", "/api", "/api/kernelspecs", "/api/kernels", "/api/sessions"} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", s.base+probe, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "token secret")
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusFound {
			t.Errorf("%s: %d", probe, res.StatusCode)
		}
	}
	ses, kernel := s.session("n.wnb")
	c := s.connect(kernel, ses, protocol.V1)
	c.send(protocol.Shell, protocol.KernelInfoRequest{}, "{}")
	c.until(nil, idle)
	const uri = "vscode-notebook-cell:/home/a/n.ipynb#W0sZmlsZQ%3D%3D"
	if got := c.run(uri, "z = 6 * 7\nz"); got != "42" {
		t.Errorf("got %q", got)
	}
	if got := c.run(uri, "z = z2"); !strings.Contains(got, "`z2` is not defined") {
		t.Errorf("got %q", got)
	}
}

func TestNothingIsLost(t *testing.T) {
	dir := newServed(t)
	s := serve(t, dir)
	ses, kernel := s.session("n.wnb")
	c := s.connect(kernel, ses, protocol.V1)
	loop := c.execute("make", "for i in range(3):\n    print(\"line\", i)\nx = params.n\nsleep(0.3)\nprint(\"after\")")
	c.until(loop, printed("line 2"))
	if err := c.ws.Close(); err != nil { // the page is gone in the middle of the cell
		t.Fatal(err)
	}
	second := s.connect(kernel, ses+"-second", protocol.V1)
	if got := second.run("use", "y = x + 1\ny"); got != "5" {
		t.Errorf("second tab: %q", got)
	}
	if got := s.stored("make"); !strings.Contains(got, "line 0") || !strings.Contains(got, "after") {
		t.Errorf("after the reload: %s", got)
	}

	// The kernel is killed in the middle of a cell: the reason is shown there,
	// the kernel comes back, and outputs stay.
	death := second.execute("make", "print(\"doomed\")\nwhile True:\n    pass")
	second.until(death, printed("doomed"))
	kill(t, s.cmd.Process.Pid)
	if got := second.until(death, func(m *protocol.Message) bool { return m.Header.MsgType == protocol.TypeExecuteReply }); !strings.Contains(got, "signal 9") && !strings.Contains(got, "killed") {
		t.Errorf("the reason is not shown: %q", got)
	}
	if got := second.run("use", "1 + 1"); got != "2" {
		t.Errorf("after the death: %q", got)
	}
	if got := s.stored("make"); !strings.Contains(got, "doomed") || !strings.Contains(got, "killed") {
		t.Errorf("outputs after the death: %s", got)
	}

	// A server that is started again still has them.
	s.stop()
	again := serve(t, dir)
	if got := again.stored("make"); !strings.Contains(got, "doomed") {
		t.Errorf("after a restart of the server: %s", got)
	}
}

// kill ends the kernel processes of a server.
func kill(t testing.TB, parent int) {
	t.Helper()
	if _, err := exec.LookPath("pgrep"); err != nil {
		t.Skip("needs pgrep (Debian: procps) to find the kernel's process: ", err)
	}
	out, err := exec.Command("pgrep", "-P", strconv.Itoa(parent)).Output()
	if err != nil {
		t.Fatalf("pgrep: %v", err)
	}
	for _, f := range strings.Fields(string(out)) {
		pid, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMemoryBombEndsTheCellNotTheServer(t *testing.T) {
	if raceEnabled {
		t.Skip("a process with the race detector needs many times the memory; the plain pass runs this test")
	}
	s := serve(t, newServed(t), "--memory", "256")
	ses, kernel := s.session("n.wnb")
	c := s.connect(kernel, ses, protocol.V1)
	c.run("make", "x = 1")
	// Growing slowly hits the soft limit: the cell ends and the kernel stays.
	soft := c.execute("soft", "_xs = []\nwhile True:\n    _xs.append(\"x\" * 1000)")
	if got := c.until(soft, func(m *protocol.Message) bool { return m.Header.MsgType == protocol.TypeExecuteReply }); !strings.Contains(got, "more than 256 MiB") {
		t.Errorf("the soft limit: %q", got)
	}
	if got := c.run("use", "x + 1"); got != "2" {
		t.Errorf("after the soft limit: %q", got)
	}
	bomb := c.execute("use", "[0] * 1073741823")
	got := c.until(bomb, func(m *protocol.Message) bool { return m.Header.MsgType == protocol.TypeExecuteReply })
	if !strings.Contains(got, "memory") {
		t.Errorf("the reason is not shown: %q", got)
	}
	if got := c.run("use", "1 + 1"); got != "2" {
		t.Errorf("after the bomb: %q", got)
	}
}

func TestKeepSessionAsRun(t *testing.T) {
	dir := newServed(t)
	s := serve(t, dir)
	ses, kernel := s.session("n.wnb")
	c := s.connect(kernel, ses, protocol.V1)
	s.call("POST", "/api/wnb/sessions/"+ses+"/keep", nil, http.StatusConflict) // nothing ran
	c.run("use", "y = x * 10\ntrack.log_metric(\"y\", 0)\ny")
	c.run("use", "y = x * 10\ntrack.log_metric(\"y\", y)\ny")
	kept := s.call("POST", "/api/wnb/sessions/"+ses+"/keep", nil, http.StatusCreated)
	s.stop()
	shown := wnb(t, dir, "runs", "show", kept["run_id"].(string))
	for _, want := range []string{"experiment  n", "FINISHED", "  n  4", "  y  40", "make  done", "use   done"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the kept run lacks %q:\n%s", want, shown)
		}
	}
	if listed := wnb(t, dir, "runs", "list"); strings.Contains(listed, "sessions") || strings.Count(listed, "FINISHED") != 1 {
		t.Errorf("the session run must be hidden: %s", listed)
	}
	history := wnb(t, dir, "runs", "show", kept["run_id"].(string), "--json")
	if strings.Count(history, `"y":40`) != 1 {
		t.Errorf("a rerun must replace what the cell logged: %s", history)
	}
}

// TestJupyterLabServices drives the server with JupyterLab's own client library.
func TestJupyterLabServices(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("needs node: ", err)
	}
	frontend, err := filepath.Abs(filepath.Join("..", "..", "frontend"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(frontend, "node_modules", "@jupyterlab", "services")); err != nil {
		t.Skip("needs npm ci in frontend/: ", err)
	}
	s := serve(t, newServed(t))
	cmd := exec.Command("node", "services.mjs")
	cmd.Dir = frontend
	cmd.Env = append(os.Environ(), "BASE_URL="+s.base+"/", "TOKEN=secret", "NOTEBOOK=n.wnb")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "ok - shutdown") {
		t.Fatalf("%v\n%s", err, out)
	}
}

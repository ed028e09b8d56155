package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

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

// A restart ends the cell that runs, also one that does not listen, and answers
// those that wait; session, kernel and connection stay the same.
func TestRestartWhileACellRuns(t *testing.T) {
	s := serve(t, newServed(t))
	ses, kernel := s.session("n.wnb")
	c := s.connect(kernel, ses, protocol.V1)
	for _, code := range []string{"print(\"go\")\nwhile True:\n    pass", "print(\"go\")\nsorted(range(30000000), key=lambda x: -x)[0]"} {
		running := c.execute("make", code)
		c.until(running, printed("go"))
		waiting := map[string]bool{running.Header.MsgID: true}
		for range 10 {
			waiting[c.execute("use", "y = 1").Header.MsgID] = true
		}
		s.call("POST", "/api/kernels/"+kernel+"/restart", nil, http.StatusOK)
		for len(waiting) > 0 {
			c.until(nil, func(m *protocol.Message) bool {
				if replied(m) && m.Parent.MsgID == running.Header.MsgID && !strings.Contains(string(m.Content), `"error"`) {
					t.Errorf("the cell that ran is answered with %s", m.Content)
				}
				answered := replied(m) && waiting[m.Parent.MsgID]
				if answered { // with an error, or by the next kernel where the server had not read it
					delete(waiting, m.Parent.MsgID)
				}
				return answered
			})
		}
		if got := c.run("use", "y = x + 1\ny"); got != "5" {
			t.Errorf("after the restart: %q", got)
		}
	}
	sessions := s.list("/api/sessions")
	if len(sessions) != 1 || sessions[0]["id"] != ses || sessions[0]["kernel"].(map[string]any)["id"] != kernel {
		t.Errorf("sessions after the restarts: %v", sessions)
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
	for _, bomb := range []string{"[0] * 1073741823", "_xs = [0]\n_xs * 1073741823"} { // refused, and the end of the kernel
		got := c.until(c.execute("use", bomb), func(m *protocol.Message) bool { return m.Header.MsgType == protocol.TypeExecuteReply })
		if !strings.Contains(got, "memory") {
			t.Errorf("%s: the reason is not shown: %q", bomb, got)
		}
		if got := c.run("use", "1 + 1"); got != "2" {
			t.Errorf("after %s: %q", bomb, got)
		}
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

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// kill ends the server as kill -9 does, without a moment to save anything.
func (s *serving) kill() {
	s.t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		s.t.Fatal(err)
	}
	_ = s.cmd.Wait() // it says that the process was killed
}

func replied(m *protocol.Message) bool { return m.Header.MsgType == protocol.TypeExecuteReply }

// What a client was told is there after the server was killed in the next
// moment: outputs, also of a cell that another one needed, and the history.
func TestKilledServerLosesNothingThatClientsKnow(t *testing.T) {
	dir := newServed(t)
	const rounds = 20
	last := "" // code that a client saw the end of
	for round := range rounds + 1 {
		s := serve(t, dir)
		ses, kernel := s.session("n.wnb")
		c := s.connect(kernel, ses, protocol.V1)
		if round > 0 {
			want := fmt.Sprintf("round %d", round-1)
			if got := s.stored("use"); !strings.Contains(got, want) {
				t.Fatalf("round %d: outputs %s, want %s", round, got, want)
			}
			if got := s.stored("make"); !strings.Contains(got, "made") {
				t.Fatalf("round %d: outputs of the cell that it needed: %s", round, got)
			}
			if got := c.history(); !slices.Contains(got, last) {
				t.Fatalf("round %d: the history ends with %q, want %q", round, got, last)
			}
		}
		code := fmt.Sprintf("y = x * 10\nprint(\"round %d\")", round)
		if round%2 == 0 {
			c.run("use", code)
			last = code
		} else { // its entry in the history is made when it is idle
			c.until(c.execute("use", code), replied)
		}
		s.kill()
	}
}

// history are the last two codes that the server remembers.
func (c *socket) history() (codes []string) {
	c.t.Helper()
	c.until(c.send(protocol.Shell, protocol.HistoryRequest{HistAccessType: protocol.HistoryTail, N: 2}, "{}"), func(m *protocol.Message) bool {
		if m.Header.MsgType != protocol.TypeHistoryReply {
			return false
		}
		var reply struct{ History [][]any }
		if err := json.Unmarshal(m.Content, &reply); err != nil {
			c.t.Fatalf("%s: %v", m.Content, err)
		}
		for _, entry := range reply.History {
			code, _ := entry[2].(string)
			codes = append(codes, code)
		}
		return true
	})
	return codes
}

func (s *serving) write(name, text string) {
	s.t.Helper()
	writeFile(s.t, filepath.Join(s.dir, name), text)
}

// graph reads messages until the kernel says that a cell is in a state, and
// gives the reason.
func (c *socket) graph(cell, state string) (why string) {
	c.t.Helper()
	c.until(nil, func(m *protocol.Message) bool {
		var g protocol.Graph
		if m.Header.MsgType != "wnb_graph" || json.Unmarshal(m.Content, &g) != nil {
			return false
		}
		for _, cells := range g.Cells {
			if cells.ID == cell && cells.State == state {
				why = cells.Why
				return true
			}
		}
		return false
	})
	return why
}

// Another program changes the notebook: the kernel hears of it at once, and a
// cell that is executed in the same moment runs with the new text.
func TestEditByAnotherProgram(t *testing.T) {
	for name, write := range map[string]func(s *serving, name, text string){
		"written in place": (*serving).write,
		"replaced": func(s *serving, name, text string) {
			s.write("."+name, text)
			if err := os.Rename(filepath.Join(s.dir, "."+name), filepath.Join(s.dir, name)); err != nil {
				s.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, newServed(t))
			ses, kernel := s.session("n.wnb")
			c := s.connect(kernel, ses, protocol.V1)
			if got := c.run("use", "y = x * 10\ny"); got != "40" {
				t.Fatalf("before the edit: %q", got)
			}
			write(s, "n.wnb", strings.Replace(servedNotebook, "x = params.n", "x = params.n + 1", 1))
			if why := c.graph("make", "stale"); why != "its source changed" {
				t.Errorf("the cell that was edited is stale because %s", why)
			}
			for n := 5; n < 25; n++ {
				write(s, "n.wnb", strings.Replace(servedNotebook, "x = params.n", fmt.Sprintf("x = %d", n), 1))
				if got := c.run("use", fmt.Sprintf("y = x * 10\ny + %d", n)); !strings.HasSuffix(got, fmt.Sprint(11*n)) {
					t.Fatalf("with x = %d: %q", n, got)
				}
			}
		})
	}
}

// Outputs of an .ipynb that arrive while no client is connected come back, and
// the next save of a client that had not seen them keeps them.
func TestOutputsOfAnIPYNBThatNobodySaw(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "n.ipynb"), `{"cells":[
		{"cell_type":"code","metadata":{},"execution_count":null,"outputs":[],"source":["x = 20\n","x + 1"]},
		{"cell_type":"code","metadata":{},"execution_count":null,"outputs":[],"source":["print(x)"]}],
		"metadata":{"kernelspec":{"name":"wnb","display_name":"wnb","language":"starlark"}},"nbformat":4,"nbformat_minor":4}`)
	s := serve(t, dir)
	page := s.call("GET", "/api/contents/n.ipynb", nil, http.StatusOK)["content"]
	cells := page.(map[string]any)["cells"].([]any)
	id := func(i int) string { return cells[i].(map[string]any)["id"].(string) }
	ses, kernel := s.session("n.ipynb")
	c := s.connect(kernel, ses, protocol.V1)
	// The second cell needs the first, which nobody executes.
	slow := c.execute(id(1), "print(\"begins\")\nsleep(0.2)\nprint(x)")
	c.until(slow, printed("begins"))
	if err := c.ws.Close(); err != nil {
		t.Fatal(err)
	}
	second := s.connect(kernel, ses+"-second", protocol.V1)
	second.run("", "1") // comes after the cell
	shows := func(when string) {
		t.Helper()
		text, err := json.Marshal(s.call("GET", "/api/contents/n.ipynb", nil, http.StatusOK)["content"])
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`"text/plain":"21"`, `begins\n20`} {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s there is no %s: %s", when, want, text)
			}
		}
	}
	shows("when it is read")
	s.call("PUT", "/api/contents/n.ipynb", map[string]any{"type": "notebook", "format": "json", "content": page}, http.StatusOK)
	shows("after the save")
	s.kill()
	file, err := os.ReadFile(filepath.Join(dir, "n.ipynb"))
	if err != nil || !strings.Contains(string(file), "begins") {
		t.Errorf("in the file: %s, %v", file, err)
	}
	s = serve(t, dir)
	shows("after a restart")
}

// Folders of one project, or of several that share a store, have files of the
// same name; these are different notebooks.
func TestFoldersDoNotMix(t *testing.T) {
	project := t.TempDir()
	store := filepath.Join(project, ".wnb")
	for _, folder := range []string{"a", "b"} {
		dir := filepath.Join(project, folder)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(dir, "n.wnb"), servedNotebook)
		s := serveAt(t, dir, store)
		if got := s.stored("make"); got != "[]" {
			t.Errorf("%s: outputs before anything ran: %s", folder, got)
		}
		ses, kernel := s.session("n.wnb")
		if got := s.refused(ses); !strings.Contains(got, "no cell of") {
			t.Errorf("%s: the session before anything ran: %s", folder, got)
		}
		s.connect(kernel, ses, protocol.V1).run("make", "x = params.n\nprint(\"made\")")
		s.stop()
	}
}

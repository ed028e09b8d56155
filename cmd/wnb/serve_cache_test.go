package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// What a run on the command line computed is not computed again in a session,
// nor in the next run what the session computed.
func TestSessionsAndRunsShareResults(t *testing.T) {
	dir := newServed(t)
	wnb(t, dir, "run", "n.wnb")
	s := serve(t, dir)
	_, kernel := s.session("n.wnb")
	c := s.connect(kernel, "a", protocol.V1)
	if got := c.run("use", "y = x * 10  # the same\ntrack.log_metric(\"y\", y)\ny"); got != "40" {
		t.Errorf("a cached cell shows %q", got)
	}
	if got := c.cached(); got != "make use" {
		t.Errorf("from the cache came %q", got)
	}
	if got := c.run("use", "y = x * 11\ntrack.log_metric(\"y\", y)\ny"); got != "44" {
		t.Errorf("the edited cell shows %q", got)
	}
	if got := c.cached(); got != "make" {
		t.Errorf("after an edit from the cache came %q", got)
	}
	s.stop()
	writeFile(t, dir+"/n.wnb", strings.ReplaceAll(servedNotebook, "x * 10", "x * 11"))
	var cached []string
	for line := range strings.Lines(wnb(t, dir, "run", "n.wnb", "--json")) {
		var cell struct{ Cell, Status string }
		if err := json.Unmarshal([]byte(line), &cell); err != nil {
			t.Fatal(err)
		}
		if cell.Status == "cached" {
			cached = append(cached, cell.Cell)
		}
	}
	if got := strings.Join(cached, " "); got != "make use" {
		t.Errorf("the run took from the cache what the session computed: %q", got)
	}
}

// cached names the cells whose results came from the cache, in the order of the
// notebook, as a new graph says.
func (c *socket) cached() string {
	c.t.Helper()
	var names []string
	asked := c.execute("", "1")
	c.until(nil, func(m *protocol.Message) bool {
		var g protocol.Graph
		if m.Parent.MsgID != asked.Header.MsgID || m.Header.MsgType != protocol.TypeGraph || json.Unmarshal(m.Content, &g) != nil {
			return false
		}
		for _, cell := range g.Cells {
			if cell.Cached {
				names = append(names, cell.ID)
			}
		}
		return true
	})
	c.until(asked, idle)
	return strings.Join(names, " ")
}

package session_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/kernel/session"
)

// shownBar is a message about a display: its type, id and text.
func shownBar(t *testing.T, m *protocol.Message) string {
	t.Helper()
	if m.Header.MsgType != protocol.TypeDisplayData && m.Header.MsgType != protocol.TypeUpdateDisplayData {
		return ""
	}
	var f struct {
		Data      map[string]string
		Transient struct {
			DisplayID string `json:"display_id"`
		}
	}
	if err := json.Unmarshal(m.Content, &f); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(f.Data["text/html"], "<progress") {
		t.Errorf("no bar in %v", f.Data)
	}
	return m.Header.MsgType + " " + f.Transient.DisplayID + " " + f.Data["text/plain"]
}

// bars are what was said of bars since the last call.
func (c *client) bars() []string {
	var lines []string
	for _, m := range c.seen {
		if line := shownBar(c.t, m); line != "" {
			lines = append(lines, line)
		}
	}
	c.seen = nil
	return lines
}

func TestProgressMovesWhileTheCellRuns(t *testing.T) {
	c := connect(t, session.Lazy)
	req := c.execute("fit", "for x in progress(range(4), \"fit\"):\n    if x == 2:\n        input(\"go?\")")
	asked, moved := false, false
	for !asked || !moved { // the question and the bar come in any order
		m := <-c.in
		asked = asked || m.Header.MsgType == protocol.TypeInputRequest
		moved = moved || shownBar(t, m) == "update_display_data fit-1 fit: 2 of 4"
	}
	c.send(protocol.Stdin, protocol.InputReply{Value: "go on"}, "")
	c.until(req)
	if got := c.bars(); len(got) == 0 || got[len(got)-1] != "update_display_data fit-1 fit: 4 of 4" {
		t.Errorf("at the end: %q", got)
	}
}

func TestProgressOfAFreshCellIsItsLastForm(t *testing.T) {
	c := connect(t, session.Lazy)
	code := "xs = [x for x in progress(range(4), \"fit\")]"
	c.run("fit", code)
	c.bars()
	c.run("fit", code)
	if d := cmp.Diff([]string{"display_data fit-1 fit: 4 of 4"}, c.bars()); d != "" {
		t.Error(d)
	}
}

// The items are taken one by one, and an interrupt leaves the bar where it stood.
func TestProgressStopsOnInterrupt(t *testing.T) {
	c := connect(t, session.Lazy)
	req := c.execute("fit", "for x in progress(range(1000 * 1000 * 1000), \"fit\"):\n    pass")
	for m := range c.in {
		if m.Header.MsgType == protocol.TypeUpdateDisplayData {
			break
		}
	}
	c.s.Interrupt()
	lines := c.until(req)
	if n := len(lines); n == 0 || lines[n-1] != "reply error 1" {
		t.Errorf("the cell ends with %q", lines)
	}
	if got := c.bars(); len(got) == 0 || !strings.HasSuffix(got[len(got)-1], " of 1000000000") || strings.Contains(got[len(got)-1], ": 1000000000 of") {
		t.Errorf("the bar ends with %q", got)
	}
}

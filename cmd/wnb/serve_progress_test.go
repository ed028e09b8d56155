package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// shownForm is a display of the wire as a line: its type, id and text.
func shownForm(t *testing.T, m *protocol.Message) string {
	t.Helper()
	var f struct {
		Data      map[string]any
		Transient struct {
			DisplayID string `json:"display_id"`
		}
	}
	if m.Header.MsgType != protocol.TypeDisplayData && m.Header.MsgType != protocol.TypeUpdateDisplayData {
		return ""
	}
	if err := json.Unmarshal(m.Content, &f); err != nil {
		t.Fatal(err)
	}
	text, _ := f.Data["text/plain"].(string)
	return m.Header.MsgType + " " + f.Transient.DisplayID + " " + text
}

// TestProgressOnTheWire is what a stock client sees: a display, its updates by the
// same id, and a document that holds the last form.
func TestProgressOnTheWire(t *testing.T) {
	for name, framing := range map[string]protocol.Framing{"v1": protocol.V1, "legacy": protocol.Legacy} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, newServed(t))
			ses, kernel := s.session("n.wnb")
			c := s.connect(kernel, ses, framing)
			other := s.connect(kernel, ses+"-other", framing)
			req := c.execute("make", "for i in progress(range(4), \"fit\"):\n    if i == 2:\n        input(\"go on? \")\nx = 1")
			asked, moved := false, false
			c.until(req, func(m *protocol.Message) bool { // in any order
				asked = asked || m.Header.MsgType == protocol.TypeInputRequest
				moved = moved || shownForm(t, m) == "update_display_data make-1 fit: 2 of 4"
				return asked && moved
			})
			if got := s.stored("make"); !strings.Contains(got, `"fit: 2 of 4"`) {
				t.Errorf("in the middle the document has %s", got)
			}
			c.send(protocol.Stdin, protocol.InputReply{Value: "yes"}, "{}")
			c.until(req, idle)
			var seen []string
			other.until(req, func(m *protocol.Message) bool {
				if line := shownForm(t, m); line != "" {
					seen = append(seen, line)
				}
				return idle(m)
			})
			want := []string{"display_data make-1 fit: 0 of 4", "update_display_data make-1 fit: 2 of 4", "update_display_data make-1 fit: 4 of 4"}
			seen = slices.DeleteFunc(seen, func(line string) bool { return strings.Contains(line, "1 of 4") || strings.Contains(line, "3 of 4") }) // on a slow machine
			if d := cmp.Diff(want, seen); d != "" {
				t.Errorf("another client: %s", d)
			}
			if got := s.stored("make"); strings.Count(got, "display_data") != 1 || !strings.Contains(got, `"fit: 4 of 4"`) {
				t.Errorf("at the end the document has %s", got)
			}
		})
	}
}

package session_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/kernel/session"
)

func (c *client) document(text string) {
	c.send(protocol.Shell, protocol.Raw{Type: session.TypeDocument, JSON: json.RawMessage(fmt.Sprintf(`{"text":%q}`, text))}, "")
}

func (c *client) settings(text string) {
	c.send(protocol.Shell, protocol.Raw{Type: session.TypeSettings, JSON: json.RawMessage(text)}, "")
}

// settled reads messages until all cells stand as wanted: "a fresh | b stale
// (why)". It gives the outputs that came until then.
func (c *client) settled(want string) string {
	c.t.Helper()
	var lines []string
	for m := range c.in {
		if line := describe(c.t, m, &protocol.Message{}); line != "" {
			lines = append(lines, line[strings.LastIndex(line, "} ")+1:])
		}
		if m.Header.MsgType == protocol.TypeGraph && states(c.t, m) == want {
			break
		}
	}
	return strings.Join(lines, "\n")
}

// stands tells how the cells stood after the last execution.
func (c *client) stands(want string) {
	c.t.Helper()
	for _, m := range slices.Backward(c.seen) {
		if m.Header.MsgType == protocol.TypeGraph {
			if diff := cmp.Diff(want, states(c.t, m)); diff != "" {
				c.t.Error(diff)
			}
			return
		}
	}
}

func states(t *testing.T, m *protocol.Message) string {
	t.Helper()
	g, err := protocol.As[protocol.Graph](m)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, cell := range g.Cells {
		state := cell.ID + " " + cell.State
		if cell.State == "stale" || cell.State == "failed" {
			state += " (" + cell.Why + ")"
		}
		out = append(out, state)
	}
	return strings.Join(out, " | ")
}

const moved = "depth = ui.slider(\"depth\", 1, 10, default=3)"

// slid is a session with an input, cells that depend on it, and one that does not.
func slid(t *testing.T, mode session.Mode) *client {
	c := connect(t, mode)
	c.run("in", moved)
	c.run("use", "twice = depth * 2\ntwice")
	c.run("sign", "depth > 0")
	c.run("free", "print(\"never again\")")
	c.stands("in fresh | use fresh | sign fresh | free fresh")
	return c
}

func TestMovedInputsRerunTheirDependants(t *testing.T) {
	for _, mode := range []session.Mode{session.Auto, session.Lazy} {
		t.Run(string(mode), func(t *testing.T) {
			c := slid(t, mode)
			c.settings(`{"inputs":{"depth":7}}`)
			got := c.settled("in fresh | use fresh | sign fresh | free fresh")
			for _, want := range []string{"shows depth = 7", "shows 14", "shows True"} {
				if !strings.Contains(got, want) {
					t.Errorf("outputs without %q:\n%s", want, got)
				}
			}
			if strings.Contains(got, "never again") {
				t.Errorf("a cell that does not depend on it ran:\n%s", got)
			}
			c.settings(`{"inputs":{}}`)
			if got := c.settled("in fresh | use fresh | sign fresh | free fresh"); !strings.Contains(got, "shows 6") {
				t.Errorf("back at the default:\n%s", got)
			}
		})
	}
}

func TestMovedInputsOnlyMakeStaleWhereNothingReruns(t *testing.T) {
	c := slid(t, session.Off)
	c.settings(`{"inputs":{"depth":7},"mode":"off"}`)
	c.settled("in stale (input depth 3 → 7) | use stale (`in` is stale) | sign stale (`in` is stale) | free fresh")
	if got := c.run("in", moved); got != "shows depth = 7\nreply ok 5" {
		t.Error(got)
	}
	c.stands("in fresh | use stale (`depth` changed in cell in) | sign stale (`depth` changed in cell in) | free fresh")
}

// A value that does not fit fails the cell that declares the input; the next one
// runs it again.
func TestInputsThatDoNotFit(t *testing.T) {
	c := slid(t, session.Lazy)
	c.settings(`{"inputs":{"depth":70}}`)
	const failed = "in failed (input depth: 70 does not fit; give a whole number from 1 to 10)"
	c.settled(failed + " | use stale (`depth` changed in cell in) | sign stale (`depth` changed in cell in) | free fresh")
	c.settings(`{"inputs":{"depth":9}}`)
	if got := c.settled("in fresh | use fresh | sign fresh | free fresh"); !strings.Contains(got, "shows 18") {
		t.Error(got)
	}
}

func TestTheModeChangesWithoutARestart(t *testing.T) {
	c := connect(t, session.Lazy)
	c.run("a", "x = 1")
	c.run("b", "x + 1")
	c.run("a", "x = 2")
	c.stands("a fresh | b stale (`x` changed in cell a)")
	c.settings(`{"mode":"auto"}`)
	if got := c.settled("a fresh | b fresh"); !strings.Contains(got, "shows 3") {
		t.Error(got)
	}
	c.settings(`{}`) // as at the start
	c.run("a", "x = 3")
	c.stands("a fresh | b stale (`x` changed in cell a)")
}

func TestParamsChangeWithoutARestart(t *testing.T) {
	text := "---\nwnb: 1\nparams:\n  n: {default: 4, max: 9}\n---\n\n```starlark {#a}\nx = params.n\nx\n```\n\n```starlark {#b}\nx + 1\n```\n"
	c := connect(t, session.Auto)
	c.document(text)
	c.run("a", "x = params.n\nx")
	c.run("b", "x + 1")
	c.settings(`{"params":{"n":7,"gone":1}}`)
	if got := c.settled("a fresh | b fresh"); !strings.Contains(got, "shows 8") {
		t.Error(got)
	}
	c.settings(`{"params":{"n":70}}`) // which the server does not send
	if got := c.settled("a fresh | b fresh"); !strings.Contains(got, "shows 5") {
		t.Error(got)
	}
	// The text that is saved does not undo what is set.
	c.settings(`{"params":{"n":9}}`)
	c.settled("a fresh | b fresh")
	c.document(strings.Replace(text, "max: 9", "max: 99", 1))
	if got := c.run("b", "x + 1"); !strings.HasPrefix(got, "shows 10") {
		t.Error(got)
	}
	c.settings(`{"params":{"n":2},"mode":"lazy"}`)
	c.settled("a stale (`params` changed) | b stale (`a` is stale)")
}

// A cell that failed for what a param was runs again when it is another one.
func TestParamsMendWhatFailed(t *testing.T) {
	c := connect(t, session.Auto)
	c.document("---\nwnb: 1\nparams:\n  n: 0\n---\n\n```starlark {#a}\n1 // params.n\n```\n")
	c.run("a", "1 // params.n")
	c.settings(`{"params":{"n":1}}`)
	c.settled("a fresh")
}

// Settings that come while a cell runs hold when it is done, the newest ones.
func TestTheNewestSettingsWin(t *testing.T) {
	c := slid(t, session.Lazy)
	asks := c.execute("asks", "input(\"go? \")")
	for m := range c.in {
		if m.Header.MsgType == protocol.TypeInputRequest {
			break
		}
	}
	for n := 4; n <= 9; n++ {
		c.settings(fmt.Sprintf(`{"inputs":{"depth":%d}}`, n))
	}
	c.send(protocol.Stdin, protocol.InputReply{Value: "yes"}, "")
	c.until(asks)
	got := c.settled("in fresh | use fresh | sign fresh | free fresh | asks fresh")
	if strings.Contains(got, "depth = 8") || !strings.Contains(got, "shows 18") {
		t.Error(got)
	}
}

func TestTheConsoleReadsInputs(t *testing.T) {
	c := connect(t, session.Lazy)
	c.settings(`{"inputs":{"k":"5","rows":null}}`)
	if got := c.run("", `ui.choice("k", [4, 5])`); got != "shows k = 5\nshows 5\nreply ok 1" {
		t.Error(got)
	}
}

func TestSettingsAreFeatures(t *testing.T) {
	c := connect(t, session.Lazy)
	info := reply[protocol.KernelInfoReply](c, protocol.Shell, protocol.KernelInfoRequest{}, protocol.TypeKernelInfoReply)
	if diff := cmp.Diff([]string{"wnb params", "wnb mode", "wnb inputs"}, info.SupportedFeatures); diff != "" {
		t.Error(diff)
	}
}

func TestInputsThatTwoCellsDeclare(t *testing.T) {
	c := connect(t, session.Lazy)
	c.document("---\nwnb: 1\nparams:\n  n: 0\n---\n\n```starlark {#a}\n1\n```\n")
	c.run("a", moved)
	for code, want := range map[string]string{
		"ui.text(\"depth\")": "input `depth` is already declared by cell a (line 1)",
		"ui.text(\"n\")":     "input `n` has the name of a param, declared on line 4 of the file",
	} {
		if got := c.run("b", code); !strings.Contains(got, want) {
			t.Errorf("%s: %s", code, got)
		}
	}
}

func TestUIIsCompletedAndExplained(t *testing.T) {
	c := connect(t, session.Lazy)
	found := reply[protocol.CompleteReply](c, protocol.Shell, protocol.CompleteRequest{Code: "ui.sl", CursorPos: 5}, protocol.TypeCompleteReply)
	if diff := cmp.Diff([]string{"slider"}, []string(found.Matches)); diff != "" {
		t.Error(diff)
	}
	found = reply[protocol.CompleteReply](c, protocol.Shell, protocol.CompleteRequest{Code: "ui.slider(", CursorPos: 10}, protocol.TypeCompleteReply)
	if !slices.Contains(found.Matches, "step=") {
		t.Errorf("keywords %v", found.Matches)
	}
	if got := c.run("", "help(ui.slider)"); !strings.Contains(got, "ui.slider(name, min, max, default=None") {
		t.Error(got)
	}
}

func TestVariablesHaveShapeAndSize(t *testing.T) {
	c := connect(t, session.Lazy)
	c.run("a", "df = frame({\"a\": [1, 2, None], \"b\": [\"x\", \"yy\", \"x\"]})\nm = 3\nxs = [1, 2]\ns = df[\"a\"]")
	c.run("", "text = \"abc\"")
	r := reply[protocol.DebugReply](c, protocol.Control, protocol.DebugRequest{Seq: 1, Type: "request", Command: "inspectVariables"}, protocol.TypeDebugReply)
	var body protocol.InspectVariablesBody
	if err := json.Unmarshal(r.Body, &body); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range body.Variables {
		got = append(got, fmt.Sprint(v.Name, " ", v.Type, " ", v.Shape, " ", v.Size, " ", v.Cell))
	}
	want := []string{"df frame [3 2] 79 a", "m int [] 0 a", "s series [3] 32 a", "text string [] 3 ", "xs list [2] 0 a"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// In brief mode cells run again that took less than two seconds together.
func TestBriefRerunsWhatTakesLittleTime(t *testing.T) {
	for name, test := range map[string]struct {
		each time.Duration // that passes whenever the time is asked for
		want string
	}{
		"some milliseconds":    {time.Millisecond, "a fresh | b fresh | c fresh"},
		"two seconds or more":  {time.Second, "a fresh | b stale (`x` changed in cell a) | c stale (`b` is stale)"},
		"one of three seconds": {3 * time.Second, "a fresh | b stale (`x` changed in cell a) | c stale (`b` is stale)"},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Unix(0, 0)
			c := connectAt(t, session.Brief, func() time.Time { now = now.Add(test.each); return now })
			c.run("a", "x = 1")
			c.run("b", "y = x + 1")
			c.run("c", "y * 10")
			c.run("a", "x = 2")
			if strings.HasSuffix(test.want, "fresh") {
				c.settled(test.want)
			}
			c.run("", "1") // a console entry, after which all is as it was
			c.stands(test.want)
		})
	}
}

package session_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/kernel/session"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type memory map[string][]byte

func (m memory) PutBlob(_ context.Context, r io.Reader) (cells.Blob, error) {
	data, err := io.ReadAll(r)
	sum := sha256.Sum256(data)
	return cells.Blob{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data))}, err
}

// client drives a session as a socket does.
type client struct {
	t    *testing.T
	s    *session.Session
	in   chan *protocol.Message
	src  protocol.Source
	n    int
	dir  string
	seen []*protocol.Message
}

func connect(t *testing.T, mode session.Mode) *client {
	t.Helper()
	return connectAt(t, mode, nil)
}

// connectAt is connect with a clock.
func connectAt(t *testing.T, mode session.Mode, clock func() time.Time) *client {
	t.Helper()
	c := &client{t: t, in: make(chan *protocol.Message, 10_000), dir: t.TempDir()}
	ids := 0
	c.src = protocol.Source{Session: "client", Now: func() time.Time { return time.Unix(0, 0) }, NewID: func() string { c.n++; return fmt.Sprintf("c%d", c.n) }}
	s, err := session.New(session.Options{
		Source:  protocol.Source{Session: "kernel", Now: func() time.Time { return time.Unix(0, 0) }, NewID: func() string { ids++; return fmt.Sprintf("k%d", ids) }},
		World:   kernel.World{Dir: c.dir, Blobs: memory{}, Clock: clock},
		Project: fstest.MapFS{}, Mode: mode, Version: "test",
		Channels: []kernel.Channel{sent{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.s = s
	t.Cleanup(s.Close)
	return c
}

type sent struct{}

func (sent) Name() string                             { return "test" }
func (sent) Send(context.Context, cells.Notice) error { return nil }

func (c *client) send(ch protocol.Channel, content protocol.Content, metadata string) *protocol.Message {
	c.t.Helper()
	m, err := c.src.Request(ch, content)
	if err != nil {
		c.t.Fatal(err)
	}
	if metadata != "" {
		m.Metadata = json.RawMessage(metadata)
	}
	c.s.Handle(c.t.Context(), m, func(m *protocol.Message) error { c.in <- m; return nil })
	return m
}

func (c *client) execute(cell, code string) *protocol.Message {
	metadata := ""
	if cell != "" {
		metadata = fmt.Sprintf(`{"cellId":%q}`, cell)
	}
	return c.send(protocol.Shell, protocol.ExecuteRequest{Code: code, StoreHistory: true, AllowStdin: true, StopOnError: true}, metadata)
}

// until collects messages up to the idle of a request.
func (c *client) until(req *protocol.Message) []string {
	c.t.Helper()
	var lines []string
	for m := range c.in {
		c.seen = append(c.seen, m)
		if line := describe(c.t, m, req); line != "" {
			lines = append(lines, line)
		}
		if m.Header.MsgType == protocol.TypeStatus && m.Parent.MsgID == req.Header.MsgID && strings.Contains(string(m.Content), "idle") {
			return lines
		}
	}
	return nil
}

// run executes a cell and gives what came back, without the status messages.
func (c *client) run(cell, code string) string {
	c.t.Helper()
	return strings.Join(c.until(c.execute(cell, code)), "\n")
}

// describe is a message as a line of a test. Outputs of other requests than req
// start with that request's id or their cell.
func describe(t *testing.T, m *protocol.Message, req *protocol.Message) string {
	t.Helper()
	var f struct {
		Name, Text, EValue, Status string
		Data                       map[string]any
		ExecutionCount             int `json:"execution_count"`
		Wait                       bool
	}
	if err := json.Unmarshal(m.Content, &f); err != nil && m.Header.MsgType != protocol.TypeGraph {
		t.Fatal(err)
	}
	where := ""
	if m.Parent.MsgID != req.Header.MsgID {
		where = m.Parent.MsgID + string(m.Metadata) + " "
	}
	switch m.Header.MsgType {
	case protocol.TypeStream:
		return fmt.Sprintf("%s%s %q", where, f.Name, f.Text)
	case protocol.TypeExecuteResult, protocol.TypeDisplayData:
		return fmt.Sprintf("%sshows %v", where, f.Data["text/plain"])
	case protocol.TypeError:
		return where + "error " + f.EValue
	case protocol.TypeExecuteReply:
		return fmt.Sprintf("%sreply %s %d", where, f.Status, f.ExecutionCount)
	case protocol.TypeClearOutput:
		return where + "clear"
	}
	return ""
}

func TestExecute(t *testing.T) {
	c := connect(t, session.Lazy)
	steps := []struct{ cell, code, want string }{
		{"a", "x = 2\nprint(\"hello\")\nx + 1", "stdout \"hello\\n\"\nshows 3\nreply ok 1"},
		{"b", "y = x * 10\ny", "shows 20\nreply ok 2"},
		{"", "x + y", "shows 22\nreply ok 3"},
		{"", "z = 5", "reply ok 4"},
		{"", "z = z + 1\nz", "shows 6\nreply ok 5"},
		{"c", "z", "error `z` is not defined in any cell\nreply error 6"},
		{"c", "x = 1", "error `x` is already defined by cell a (line 1)\nreply error 7"},
		{"c", "1 // 0", "error floored division by zero\nreply error 8"},
		{"", "  \n", "reply ok 8"},
		{"a", "x = 3", "reply ok 9"},
		{"b", "y = x * 10\ny", "shows 30\nreply ok 10"},
		{"", "missing", "error `missing` is not defined\nreply error 11"},
		{"d", "%%sql out=t\nselect 1", "error sql cells are not available yet\nreply error 12"},
		{"vscode-notebook-cell:/a/b.ipynb#W0", "w = x\nw", "shows 3\nreply ok 13"},
	}
	for _, s := range steps {
		if d := cmp.Diff(s.want, c.run(s.cell, s.code)); d != "" {
			t.Errorf("%s: %q: %s", s.cell, s.code, d)
		}
	}
}

func TestStaleAncestorsRunFirstIntoTheirOwnPlaces(t *testing.T) {
	c := connect(t, session.Lazy)
	a := c.execute("a", "x = 1\nx")
	c.until(a)
	b := c.execute("b", "y = x + 1\ny")
	c.until(b)
	c.run("c", "z = y + 1\nz")
	c.run("a", "x = 10\nx")
	got := c.run("c", "z = y + 1\nz")
	id := b.Header.MsgID
	want := fmt.Sprintf(`%s{"cellId":"b"} clear`+"\n"+`%s{"cellId":"b"} shows 11`+"\nshows 12\nreply ok 5", id, id)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAutoModeRerunsWhatRanBefore(t *testing.T) {
	c := connect(t, session.Auto)
	c.run("a", "x = 1")
	b := c.execute("b", "y = x + 1\ny")
	c.until(b)
	c.run("n", "track.log_metric(\"never rerun\", 1)")
	req := c.execute("a", "x = 5")
	if got := strings.Join(c.until(req), "\n"); got != "reply ok 4" {
		t.Errorf("the request itself: %s", got)
	}
	got := strings.Join(c.until(b), "\n")
	if got != "clear\nshows 6" {
		t.Errorf("the rerun: %s", got)
	}
}

func TestFreshCellsReplay(t *testing.T) {
	c := connect(t, session.Lazy)
	if err := os.WriteFile(filepath.Join(c.dir, "f.txt"), []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	const code = "print(\"computing\")\nio.read_text(\"f.txt\")"
	first := c.run("a", code)
	second := c.run("a", code)
	if first != "stdout \"computing\\n\"\nshows \"one\"\nreply ok 1" || second != strings.Replace(first, "ok 1", "ok 2", 1) {
		t.Errorf("first %s, second %s", first, second)
	}
	if err := os.WriteFile(filepath.Join(c.dir, "f.txt"), []byte("two"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := c.run("a", code); !strings.Contains(got, "two") {
		t.Errorf("after the file changed: %s", got)
	}
}

func TestWhatACellNeedsAsksTheWorldAgain(t *testing.T) {
	write := func(c *client, text string) {
		if err := os.WriteFile(filepath.Join(c.dir, "f.txt"), []byte(text), 0o600); err != nil {
			c.t.Fatal(err)
		}
	}
	const later = "print(x, t > 0)"
	for _, tt := range []struct {
		mode session.Mode
		want string
	}{
		{session.Lazy, "1 True|1 True|2 True"},
		{session.Auto, "1 True|1 True|2 True"},
		{session.Off, "1 True|1 True|1 True"},
	} {
		t.Run(string(tt.mode), func(t *testing.T) {
			c := connect(t, tt.mode)
			write(c, "1")
			c.run("time", "t = now()\nprint(\"asked\")")
			c.run("read", "x = int(io.read_text(\"f.txt\"))")
			var got []string
			for _, text := range []string{"1", "1", "2"} {
				write(c, text)
				out := c.run("later", later)
				if strings.Contains(out, "asked") {
					t.Errorf("the time was asked again: %s", out)
				}
				_, out, _ = strings.Cut(out, "stdout \"")
				out, _, _ = strings.Cut(out, "\\n")
				got = append(got, out)
			}
			if d := cmp.Diff(tt.want, strings.Join(got, "|")); d != "" {
				t.Error(d)
			}
			write(c, "3")
			want := map[bool]string{true: "shows 1", false: "shows 3"}[tt.mode == session.Off]
			if out := c.run("", "x"); !strings.Contains(out, want) {
				t.Errorf("the console %s, want %s", out, want)
			}
		})
	}
}

func TestARetryTakesBackWhatTheFailedAttemptShowed(t *testing.T) {
	c := connect(t, session.Lazy)
	const code = "%%starlark retries=2\n_again = io.exists(\"f.csv\")\nprint(\"again\", _again)\nframe({\"a\": [1]}).to_csv(\"f.csv\")\nassert_(_again, \"not yet\")"
	if d := cmp.Diff("stdout \"again False\\n\"\nclear\nstdout \"again True\\n\"\nreply ok 1", c.run("a", code)); d != "" {
		t.Error(d)
	}
}

func TestDocumentGivesCellsAndParams(t *testing.T) {
	c := connect(t, session.Lazy)
	text := "---\nwnb: 1\nparams:\n  n: 4\n---\n\n```starlark {#use}\nx * 2\n```\n\n```starlark {#make}\nx = params.n\nprint(\"made\")\n```\n"
	c.send(protocol.Shell, protocol.Raw{Type: session.TypeDocument, JSON: json.RawMessage(fmt.Sprintf(`{"text":%q}`, text))}, "")
	got := c.run("use", "x * 2")
	want := `{"cellId":"make"} clear` + "\n" + `{"cellId":"make"} stdout "made\n"` + "\nshows 8\nreply ok 1"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestStopOnErrorAbortsWhatWaits(t *testing.T) {
	c := connect(t, session.Lazy)
	// The first cell waits for an answer, so that the others queue up behind it.
	first := c.execute("a", "input(\"go? \")\nfail(\"no\")")
	second := c.execute("b", "1")
	third := c.execute("c", "2")
	for m := range c.in {
		if m.Header.MsgType == protocol.TypeInputRequest {
			break
		}
	}
	c.send(protocol.Stdin, protocol.InputReply{Value: "yes"}, "")
	c.until(first)
	if got := strings.Join(append(c.until(second), c.until(third)...), "\n"); got != "reply aborted 1\nreply aborted 1" {
		t.Error(got)
	}
}

func TestInterrupt(t *testing.T) {
	c := connect(t, session.Lazy)
	loop := c.execute("a", "print(\"started\")\nwhile True:\n    pass")
	for m := range c.in {
		if m.Header.MsgType == protocol.TypeStream {
			break
		}
	}
	// Other requests are answered meanwhile.
	info := c.send(protocol.Shell, protocol.KernelInfoRequest{}, "")
	c.until(info)
	c.send(protocol.Control, protocol.InterruptRequest{}, "")
	if got := strings.Join(c.until(loop), "\n"); got != "error interrupted\nreply error 1" {
		t.Error(got)
	}
	if got := c.run("b", "1 + 1"); got != "shows 2\nreply ok 2" {
		t.Errorf("after the interrupt: %s", got)
	}
}

func TestHeldMessages(t *testing.T) {
	c := connect(t, session.Auto)
	c.run("a", "x = 1")
	b := c.execute("b", "notify.send(\"x is \" + str(x))")
	if got := strings.Join(c.until(b), "\n"); got != "stdout \"sent: x is 1\\n\"\nreply ok 2" {
		t.Error(got)
	}
	c.until(c.execute("a", "x = 2"))
	if got := strings.Join(c.until(b), "\n"); got != "clear\nstderr \"not sent: held: run the cell to send it\\n\"" {
		t.Error(got)
	}
}

// reply sends a request and decodes its reply.
func reply[T any](c *client, ch protocol.Channel, content protocol.Content, replyType string) T {
	c.t.Helper()
	req := c.send(ch, content, "")
	c.until(req)
	var out T
	for _, m := range c.seen {
		if m.Header.MsgType == replyType && m.Parent.MsgID == req.Header.MsgID {
			if err := json.Unmarshal(m.Content, &out); err != nil {
				c.t.Fatal(err)
			}
			return out
		}
	}
	c.t.Fatalf("no %s", replyType)
	return out
}

func TestComplete(t *testing.T) {
	c := connect(t, session.Lazy)
	for _, name := range []string{"wine.csv", "wines.txt", ".hidden"} {
		if err := os.WriteFile(filepath.Join(c.dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c.run("a", "df = frame({\"alcohol\": [1], \"acid\": [2]})\ndef clean(text, lower=True):\n    return text\nd = {\"key\": 1}")
	tests := map[string]struct {
		code string
		want []string
		from int
	}{
		"names":              {"cle", []string{"clean"}, 0},
		"attributes":         {"x = df.des", []string{"describe"}, 7},
		"module":             {"ml.Logi", []string{"LogisticRegression"}, 3},
		"columns":            {"df[\"al", []string{"alcohol"}, 4},
		"column of a method": {"df.group_by(\"al", []string{"alcohol"}, 13},
		"second column":      {"df[[\"acid\", \"a", []string{"alcohol", "acid"}, 13},
		"dict keys":          {"d['", []string{"key"}, 3},
		"files":              {"io.read_csv(\"wi", []string{"wine.csv", "wines.txt"}, 13},
		"keyword arguments":  {"clean(\"a\", lo", []string{"lower="}, 11},
		"builtin keywords":   {"io.read_csv(\"a\", na_", []string{"na_values="}, 17},
		"nothing":            {"zzz", nil, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := reply[protocol.CompleteReply](c, protocol.Shell, protocol.CompleteRequest{Code: tt.code, CursorPos: len([]rune(tt.code))}, protocol.TypeCompleteReply)
			var got []string // of those that are wanted: names of the language come with keyword arguments
			for _, m := range r.Matches {
				if slices.Contains(tt.want, m) || len(tt.want) == 0 {
					got = append(got, m)
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" || r.CursorStart != tt.from {
				t.Errorf("from %d: %s", r.CursorStart, d)
			}
		})
	}
}

func TestInspectVariablesHistoryAndTheRest(t *testing.T) {
	c := connect(t, session.Lazy)
	c.run("a", "x = [1, 2]")
	c.run("", "y = 1")
	if r := reply[protocol.InspectReply](c, protocol.Shell, protocol.InspectRequest{Code: "plot.hist(", CursorPos: 10}, protocol.TypeInspectReply); !r.Found || !strings.Contains(string(r.Data["text/plain"]), "plot.hist(values") {
		t.Errorf("inspect of a function: %+v", r)
	}
	if r := reply[protocol.InspectReply](c, protocol.Shell, protocol.InspectRequest{Code: "x", CursorPos: 1}, protocol.TypeInspectReply); !strings.Contains(string(r.Data["text/plain"]), "defined by cell a") {
		t.Errorf("inspect of a value: %s", r.Data["text/plain"])
	}
	for _, code := range []string{"len", "ml"} {
		if r := reply[protocol.InspectReply](c, protocol.Shell, protocol.InspectRequest{Code: code, CursorPos: 1}, protocol.TypeInspectReply); !strings.Contains(string(r.Data["text/plain"]), "(") {
			t.Errorf("inspect of %s: %s", code, r.Data["text/plain"])
		}
	}
	if r := reply[protocol.InspectReply](c, protocol.Shell, protocol.InspectRequest{Code: "nope", CursorPos: 2}, protocol.TypeInspectReply); r.Found {
		t.Error("nope was found")
	}
	for code, want := range map[string]string{"x = 1": "complete", "f(": "incomplete", "if x:": "incomplete", "if x:\n    y": "incomplete", "if x:\n    y\n": "complete", "x = = 1": "invalid", "import x": "invalid"} {
		if r := reply[protocol.IsCompleteReply](c, protocol.Shell, protocol.IsCompleteRequest{Code: code}, protocol.TypeIsCompleteReply); r.Status != want {
			t.Errorf("is_complete of %q: %s, want %s", code, r.Status, want)
		}
	}
	if r := reply[protocol.HistoryReply](c, protocol.Shell, protocol.HistoryRequest{HistAccessType: protocol.HistoryTail, N: 1}, protocol.TypeHistoryReply); len(r.History) != 1 || r.History[0].Input != "y = 1" {
		t.Errorf("tail %+v", r.History)
	}
	if r := reply[protocol.HistoryReply](c, protocol.Shell, protocol.HistoryRequest{HistAccessType: protocol.HistorySearch, Pattern: "x*"}, protocol.TypeHistoryReply); len(r.History) != 1 {
		t.Errorf("search %+v", r.History)
	}
	if r := reply[protocol.KernelInfoReply](c, protocol.Shell, protocol.KernelInfoRequest{}, protocol.TypeKernelInfoReply); r.LanguageInfo.Name != "starlark" || r.Implementation != "wnb" {
		t.Errorf("info %+v", r)
	}
	if r := reply[protocol.CommClose](c, protocol.Shell, protocol.CommOpen{CommID: "1", TargetName: "t"}, protocol.TypeCommClose); r.CommID != "1" {
		t.Errorf("comm %+v", r)
	}
	r := reply[protocol.DebugReply](c, protocol.Control, protocol.DebugRequest{Seq: 1, Type: "request", Command: "inspectVariables"}, protocol.TypeDebugReply)
	var body protocol.InspectVariablesBody
	if err := json.Unmarshal(r.Body, &body); err != nil || len(body.Variables) != 2 || body.Variables[0].Name != "x" {
		t.Errorf("variables %s, %v", r.Body, err)
	}
}

func TestUserExpressions(t *testing.T) {
	c := connect(t, session.Lazy)
	req := c.send(protocol.Shell, protocol.ExecuteRequest{Code: "x = 4", StoreHistory: true, UserExpressions: protocol.Object[string]{"a": "x * 2", "b": "nope"}}, `{"cellId":"a"}`)
	c.until(req)
	for _, m := range c.seen {
		if m.Header.MsgType == protocol.TypeExecuteReply {
			text := string(m.Content)
			if !strings.Contains(text, `"text/plain":"8"`) || !strings.Contains(text, "`nope` is not defined") {
				t.Error(text)
			}
		}
	}
}

func TestManyLinesAreFewMessages(t *testing.T) {
	c := connect(t, session.Lazy)
	c.until(c.execute("a", "for i in range(20000):\n    print(\"line\", i)"))
	messages, lines := 0, 0
	for _, m := range c.seen {
		if m.Header.MsgType == protocol.TypeStream {
			messages++
			lines += strings.Count(string(m.Content), `\n`)
		}
	}
	if messages > 200 || lines != 20000 {
		t.Errorf("%d messages for %d lines", messages, lines)
	}
}

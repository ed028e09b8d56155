package protocol

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSource(t *testing.T) {
	src, _ := benchSource()
	req, err := Source{Session: "client", Now: src.Now, NewID: func() string { return "q" }}.Request(Control, ShutdownRequest{Restart: true})
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Extra = map[string]jsonRaw{"subshell_id": jsonRaw("null")}
	reply, err := src.Reply(req, ShutdownReply{Outcome: Outcome{Status: OK}, Restart: true})
	if err != nil {
		t.Fatal(err)
	}
	want := &Message{
		Header: Header{MsgID: src.NewID(), MsgType: "shutdown_reply", Session: src.Session, Username: "ada",
			Date: "2026-01-02T03:04:05.000006Z", Version: "5.3"},
		Parent:  req.Header,
		Content: jsonRaw(`{"status":"ok","restart":true}`),
		Channel: Control,
	}
	if diff := cmp.Diff(want, reply); diff != "" {
		t.Errorf("reply (-want +got):\n%s", diff)
	}
	if at, err := reply.Header.Time(); err != nil || !at.Equal(src.Now()) {
		t.Errorf("time %v, %v, want %v", at, err, src.Now())
	}
	if _, err := req.Parent.Time(); err == nil {
		t.Error("the time of an empty header: want an error")
	}
	ask, err := src.Ask(req, InputRequest{Prompt: "?"})
	if err != nil || ask.Channel != Stdin || !cmp.Equal(ask.Parent, req.Header) {
		t.Errorf("question %+v, %v", ask, err)
	}
	out, err := src.Publish(req.Header, Status{ExecutionState: Idle})
	if err != nil || out.Channel != IOPub || !cmp.Equal(out.Parent, req.Header) {
		t.Errorf("published %+v, %v", out, err)
	}
}

func TestDateIsUTC(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	src := Source{Now: func() time.Time { return time.Date(2026, 1, 2, 0, 30, 0, 0, zone) }, NewID: func() string { return "1" }}
	m, err := src.Request(Shell, KernelInfoRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "2026-01-01T23:30:00.000000Z"; m.Header.Date != want {
		t.Errorf("date %s, want %s", m.Header.Date, want)
	}
}

func TestValidate(t *testing.T) {
	whole := Message{Header: Header{MsgID: "1", MsgType: "stream", Session: "s"}, Channel: Shell}
	tests := []struct {
		name   string
		change func(*Message)
		want   string
	}{
		{"whole", func(*Message) {}, ""},
		{"no type", func(m *Message) { m.Header.MsgType = "" }, "message: header.msg_type is missing"},
		{"no id", func(m *Message) { m.Header.MsgID = "" }, "stream: header.msg_id is missing"},
		{"no channel", func(m *Message) { m.Channel = "" }, `stream: channel is "", want shell, control, stdin or iopub`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := whole
			tt.change(&m)
			err := m.Validate()
			if (err == nil) != (tt.want == "") || err != nil && err.Error() != tt.want {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestOffset(t *testing.T) {
	const code = "é😀x" // 3 code points, 4 UTF-16 units, 7 bytes
	for pos, want := range map[int]int{-1: 0, 0: 0, 1: 2, 2: 6, 3: 7, 4: 7, 99: 7} {
		if got := Offset(code, pos); got != want {
			t.Errorf("Offset(%q, %d) = %d, want %d", code, pos, got, want)
		}
	}
	// Behind the two code points, so these are UTF-16 units.
	if got := Offset("😀😀", 3); got != 8 {
		t.Errorf("between the halves of a pair: %d, want its end, 8", got)
	}
	if got := Offset("", 5); got != 0 {
		t.Errorf("in no code: %d, want 0", got)
	}
	for offset, want := range map[int]int{-1: 0, 0: 0, 2: 1, 6: 2, 7: 3, 99: 3} {
		if got := CursorPos(code, offset); got != want {
			t.Errorf("CursorPos(%q, %d) = %d, want %d", code, offset, got, want)
		}
	}
}

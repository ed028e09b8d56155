package protocol

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "write the golden files anew")

// samples has at least one content of each type.
func samples() map[string]Content {
	ok := Outcome{Status: OK}
	failed := Outcome{Status: Failed, EName: "NameError", EValue: "x is not defined", Traceback: []string{"cell a, line 1: x"}}
	bundle := MimeBundle{"text/plain": Text("<b> & é"), "application/json": jsonRaw(`{"n":[1,2]}`)}
	all := []Content{
		KernelInfoRequest{},
		KernelInfoReply{Outcome: ok, ProtocolVersion: Version, Implementation: "wnb", ImplementationVersion: "1.0",
			LanguageInfo: LanguageInfo{Name: "starlark", Version: "1", Mimetype: "text/x-python", FileExtension: ".star", PygmentsLexer: "python", CodemirrorMode: "python"},
			Banner:       "wnb", HelpLinks: []HelpLink{{Text: "wnb", URL: "https://example.org"}}},
		ExecuteRequest{Code: "x = 1", StoreHistory: true, StopOnError: true, UserExpressions: Object[string]{"x": "x"}},
		ExecuteReply{Outcome: ok, ExecutionCount: 2, UserExpressions: Object[ExpressionResult]{
			"x": {Outcome: ok, Data: bundle}, "y": {Outcome: failed}}},
		CompleteRequest{Code: "fra", CursorPos: 3},
		CompleteReply{Outcome: ok, Matches: []string{"frame"}, CursorEnd: 3},
		InspectRequest{Code: "frame", CursorPos: 5, DetailLevel: 1},
		InspectReply{Outcome: ok, Found: true, Data: bundle},
		IsCompleteRequest{Code: "def f():"},
		IsCompleteReply{Status: Incomplete, Indent: "    "},
		HistoryRequest{HistAccessType: HistorySearch, Raw: true, N: 10, Pattern: "x*", Unique: true},
		HistoryReply{Outcome: ok, History: []HistoryEntry{{Session: 1, Line: 2, Input: "x"}, {Line: 3, Input: "y", WithOutput: true, Output: "2"}}},
		CommOpen{CommID: "c", TargetName: "jupyter.widget", Data: Dict{"state": jsonRaw(`{}`)}},
		CommMsg{CommID: "c", Data: Dict{"method": Text("update")}},
		CommClose{CommID: "c"},
		CommInfoRequest{TargetName: "jupyter.widget"},
		CommInfoReply{Outcome: ok, Comms: Object[CommTarget]{"c": {TargetName: "jupyter.widget"}}},
		ShutdownRequest{Restart: true},
		ShutdownReply{Outcome: ok, Restart: true},
		InterruptRequest{},
		InterruptReply{Outcome: ok},
		DebugRequest{Seq: 1, Type: "request", Command: DebugInspectVariables, Arguments: jsonRaw(`{}`)},
		DebugReply{Seq: 2, Type: "response", RequestSeq: 1, Success: true, Command: DebugInspectVariables, Body: jsonRaw(`{"variables":[]}`)},
		DebugEvent{Seq: 3, Type: "event", Event: "initialized"},
		InputRequest{Prompt: "name? "},
		InputReply{Value: "ada"},
		Stream{Name: Stdout, Text: "a\tb\n\x1b[31m\u2028"},
		DisplayData{Data: bundle, Metadata: Dict{"image/png": jsonRaw(`{"width":4}`)}},
		UpdateDisplayData{Data: bundle, Transient: Transient{DisplayID: "d"}},
		ExecuteInput{Code: "x", ExecutionCount: 1},
		ExecuteResult{ExecutionCount: 1, Data: bundle, Transient: Transient{DisplayID: "d"}},
		Error{EName: "NameError", EValue: "x is not defined", Traceback: []string{"line 1"}},
		Status{ExecutionState: Busy},
		ClearOutput{Wait: true},
		Graph{Cells: []GraphCell{{ID: "a", Defines: []string{"x"}, State: "fresh", Why: "ran", RunMS: 1.5, Cached: true}}, Edges: [][2]string{{"a", "b"}}},
	}
	named := map[string]Content{
		"execute_reply, failed":       ExecuteReply{Outcome: failed, ExecutionCount: 2},
		"execute_reply, aborted":      ExecuteReply{Outcome: Outcome{Status: Aborted}, ExecutionCount: 2},
		"complete_reply, failed":      ErrorReply{Type: TypeCompleteReply, EName: "ValueError", EValue: "no"},
		"comm_info_reply, none":       CommInfoReply{Outcome: ok},
		"execute_reply, nothing":      ExecuteReply{Outcome: ok},
		"complete_reply, none":        CompleteReply{Outcome: ok},
		"history_reply, none":         HistoryReply{Outcome: ok},
		"display_data, nothing":       DisplayData{},
		"wnb_graph, nothing":          Graph{},
		"a type that is not known":    Raw{Type: "custom_msg", JSON: jsonRaw(`{"a":1}`)},
		"execute_request, of a probe": ExecuteRequest{Silent: true},
	}
	for _, c := range all {
		named[c.MsgType()] = c
	}
	return named
}

func TestContentsGolden(t *testing.T) {
	all := samples()
	var got strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		raw, err := marshalContent(all[name])
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "%s\n  %s\n", name, raw)
	}
	path := filepath.Join("testdata", "contents.golden")
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestContentsComeBack(t *testing.T) {
	all := samples()
	for name := range kinds {
		if _, ok := all[name]; !ok {
			t.Errorf("no sample of %s", name)
		}
	}
	for name, want := range all {
		if _, ok := want.(ErrorReply); ok {
			continue // comes back as the reply it stands for
		}
		t.Run(name, func(t *testing.T) {
			raw, err := marshalContent(want)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Decode(&Message{Header: Header{MsgType: want.MsgType()}, Content: raw})
			if err != nil {
				t.Fatal(err)
			}
			value := reflect.ValueOf(got).Elem().Interface()
			if diff := cmp.Diff(want, value, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestZeroOutcomeIsSuccess(t *testing.T) {
	for _, c := range []Content{ExecuteReply{}, InterruptReply{}} {
		raw, err := json.Marshal(c)
		if err != nil || !strings.HasPrefix(string(raw), `{"status":"ok"`) {
			t.Errorf("%T is written as %s, %v, want status ok", c, raw, err)
		}
	}
}

func TestDefaults(t *testing.T) {
	tests := []struct {
		name, content string
		want          Content
	}{
		{"execute", `{"code":"x"}`, &ExecuteRequest{Code: "x", StoreHistory: true, StopOnError: true}},
		{"execute of VS Code", `{"code":"x","stop_on_error":false,"allow_stdin":true,"store_history":true,"silent":false}`,
			&ExecuteRequest{Code: "x", StoreHistory: true, AllowStdin: true}},
		{"silent never stores", `{"code":"x","silent":true,"store_history":true}`, &ExecuteRequest{Code: "x", Silent: true, StopOnError: true}},
		{"unknown fields", `{"code":"x","user_variables":[1]}`, &ExecuteRequest{Code: "x", StoreHistory: true, StopOnError: true}},
		{"nulls", `{"code":"x","user_expressions":null,"silent":null}`, &ExecuteRequest{Code: "x", StoreHistory: true, StopOnError: true}},
		{"complete at the end", `{"code":"aé"}`, &CompleteRequest{Code: "aé", CursorPos: 2}},
		{"inspect at the end", `{"code":"aé"}`, &InspectRequest{Code: "aé", CursorPos: 2}},
		{"shutdown", `{}`, &ShutdownRequest{}},
		{"shutdown", ``, &ShutdownRequest{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Decode(&Message{Header: Header{MsgType: tt.want.MsgType()}, Content: jsonRaw(tt.content)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWrongContents(t *testing.T) {
	tests := []struct{ msgType, content, want string }{
		{TypeExecuteRequest, `{}`, "execute_request: code is missing"},
		{TypeExecuteRequest, `{"code":null}`, "execute_request: code is missing"},
		{TypeExecuteRequest, `{"code":1}`, "execute_request: code is of type number, want string"},
		{TypeExecuteRequest, `{"code":"","silent":"yes"}`, "execute_request: silent is of type string, want bool"},
		{TypeExecuteRequest, `{"code":"","user_expressions":{"a":1}}`, "execute_request: user_expressions is of type number, want string"},
		{TypeExecuteRequest, `[]`, "execute_request: content is of type array, want object"},
		{TypeExecuteRequest, `{`, "execute_request: content cannot be read: unexpected end of JSON input"},
		{TypeExecuteReply, `{"status":1}`, "execute_reply: status is of type number, want string"},
		{TypeCompleteRequest, `{"code":"","cursor_pos":1.5}`, "complete_request: cursor_pos is of type number 1.5, want whole number"},
		{TypeCommOpen, `{"comm_id":"c"}`, "comm_open: target_name is missing"},
		{TypeCommOpen, `{"comm_id":"c","target_name":"t","data":[]}`, "comm_open: data is of type array, want object"},
		{TypeHistoryReply, `{"status":"ok","history":[[1,2]]}`, "history_reply: history has an entry of 2 parts, want [session, line, input]"},
		{TypeHistoryReply, `{"status":"ok","history":[[1,"2","x"]]}`, "history_reply: history has an entry with a wrong part 1"},
		{TypeInputReply, `{}`, "input_reply: value is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			c, err := Decode(&Message{Header: Header{MsgType: tt.msgType}, Content: jsonRaw(tt.content)})
			if err == nil {
				t.Fatalf("decoded %+v, want an error", c)
			}
			var fe *FieldError
			if !errors.As(err, &fe) || fe.MsgType != tt.msgType {
				t.Errorf("error is %#v, want a *FieldError of %s", err, tt.msgType)
			}
			if !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("error %q, want %q", err, tt.want)
			}
		})
	}
}

func TestAs(t *testing.T) {
	m := &Message{Header: Header{MsgType: TypeInputReply}, Content: jsonRaw(`{"value":"x"}`)}
	got, err := As[InputReply](m)
	if err != nil || got.Value != "x" {
		t.Errorf("got %+v, %v", got, err)
	}
	_, err = As[ExecuteRequest](m)
	if want := "input_reply: header.msg_type is not execute_request"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestDecodeMetadata(t *testing.T) {
	tests := []struct {
		name, metadata string
		want           ExecuteMetadata
		err            string
	}{
		{"none", "", ExecuteMetadata{}, ""},
		{"JupyterLab", `{"trusted":true,"deletedCells":["b"],"recordTiming":false,"cellId":"a"}`, ExecuteMetadata{CellID: "a", DeletedCells: []string{"b"}}, ""},
		{"VS Code", `{"cellId":"vscode-notebook-cell:/x.ipynb#W0"}`, ExecuteMetadata{CellID: "vscode-notebook-cell:/x.ipynb#W0"}, ""},
		{"wrong", `{"cellId":7}`, ExecuteMetadata{}, "execute_request metadata: cellId is of type number, want string"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := DecodeMetadata(&Message{Header: Header{MsgType: TypeExecuteRequest}, Metadata: jsonRaw(tt.metadata)})
			if (err == nil) != (tt.err == "") || err != nil && err.Error() != tt.err {
				t.Fatalf("error %v, want %q", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); err == nil && diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestContentsThatCannotBeWritten(t *testing.T) {
	src, parent := benchSource()
	for name, c := range map[string]Content{
		"broken JSON in a bundle": DisplayData{Data: MimeBundle{"application/json": jsonRaw(`{"a":`)}},
		"not a number":            Graph{Cells: []GraphCell{{RunMS: math.NaN()}}},
		"no object":               Raw{Type: "x", JSON: jsonRaw(`[]`)},
		"no type":                 Raw{},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := src.Publish(parent, c)
			var fe *FieldError
			if !errors.As(err, &fe) {
				t.Errorf("got %+v, error %v, want a *FieldError", m, err)
			}
		})
	}
}

func TestDebugReplies(t *testing.T) {
	req := DebugRequest{Seq: 7, Command: DebugRichInspectVariables}
	got, err := NewDebugReply(req, 8, RichInspectVariablesBody{Data: MimeBundle{"text/plain": Text("1")}})
	if err != nil {
		t.Fatal(err)
	}
	want := DebugReply{Seq: 8, Type: "response", RequestSeq: 7, Success: true, Command: DebugRichInspectVariables,
		Body: jsonRaw(`{"data":{"text/plain":"1"},"metadata":{}}`)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if no := RefuseDebug(req, 9, "no such name"); no.Success || no.Message != "no such name" || no.RequestSeq != 7 {
		t.Errorf("refused with %+v", no)
	}
	if _, err := NewDebugReply(req, 8, func() {}); err == nil {
		t.Error("a function as a body: want an error")
	}
	info, err := json.Marshal(DebugInfoBody{})
	if err != nil || strings.Contains(string(info), "null") {
		t.Errorf("debugInfo %s, %v: want no null", info, err)
	}
}

func TestReplyType(t *testing.T) {
	for in, want := range map[string]string{"execute_request": "execute_reply", "x_request": "x_reply", "comm_msg": "", "_request": "", "execute_reply": ""} {
		if got, ok := ReplyType(in); got != want || ok != (want != "") {
			t.Errorf("ReplyType(%q) = %q, %t, want %q", in, got, ok, want)
		}
	}
}

func TestDictText(t *testing.T) {
	d := MimeBundle{"a": Text("x\n"), "b": jsonRaw(`{}`), "c": nil, "d": jsonRaw(`"broken`)}
	for key, want := range map[string]string{"a": "x\n", "b": "", "c": "", "d": "", "none": ""} {
		if got, ok := d.Text(key); got != want || ok != (want != "") {
			t.Errorf("Text(%q) = %q, %t, want %q", key, got, ok, want)
		}
	}
}

package protocol

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// vectorMessage is the message of the published test vectors. Its header has
// no type, which a codec must not mind.
func vectorMessage(ch Channel, buffers ...[]byte) *Message {
	return &Message{Header: Header{MsgID: "1"}, Content: []byte(`{"a":1}`), Channel: ch, Buffers: buffers}
}

func commMessage(buffers ...[]byte) *Message {
	return &Message{
		Header: Header{MsgID: "1", MsgType: TypeCommMsg, Session: "s", Username: "u",
			Date: "2026-01-02T03:04:05.000006Z", Version: "5.3"},
		Content: []byte(`{"comm_id": "c", "data": {"x": 1}}`),
		Channel: IOPub,
		Buffers: buffers,
	}
}

const (
	vectorV1 = "0600000000000000" +
		"38000000000000003d000000000000004b000000000000004d000000000000004f000000000000005600000000000000" +
		"7368656c6c7b226d73675f6964223a2231227d7b7d7b7d7b2261223a317d"
	vectorV1Buffer = "0700000000000000" +
		"40000000000000004500000000000000530000000000000055000000000000005700000000000000" +
		"5e000000000000006000000000000000" +
		"696f7075627b226d73675f6964223a2231227d7b7d7b7d7b2261223a317d0102"
	// Written by serialize_binary_message of Jupyter Server: Python's spacing,
	// and buffers of two, none and three bytes.
	vectorLegacy = "0000000400000014000001090000010b0000010b" +
		"7b22686561646572223a207b226d73675f6964223a202231222c20226d73675f74797065223a2022636f6d6d5f6d7367" +
		"222c202273657373696f6e223a202273222c2022757365726e616d65223a202275222c202264617465223a2022323032" +
		"362d30312d30325430333a30343a30352e3030303030365a222c202276657273696f6e223a2022352e33227d2c202270" +
		"6172656e745f686561646572223a207b7d2c20226d65746164617461223a207b7d2c2022636f6e74656e74223a207b22" +
		"636f6d6d5f6964223a202263222c202264617461223a207b2278223a20317d7d2c20226368616e6e656c223a2022696f" +
		"707562227d0102ff00fe"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestVectors(t *testing.T) {
	tests := []struct {
		name    string
		framing Framing
		binary  bool
		frame   []byte
		message *Message
		oneWay  bool // our encoder writes the same in other bytes
	}{
		{"v1", V1, true, unhex(t, vectorV1), vectorMessage(Shell), false},
		{"v1 with a buffer", V1, true, unhex(t, vectorV1Buffer), vectorMessage(IOPub, []byte{1, 2}), false},
		{"legacy with buffers", Legacy, true, unhex(t, vectorLegacy),
			commMessage([]byte{1, 2}, []byte{}, []byte{0xff, 0, 0xfe}), true},
		{"legacy text", Legacy, false, []byte(`{"header":{"msg_id":"1"},"msg_id":"1","msg_type":"",` +
			`"parent_header":{},"metadata":{},"content":{"a":1},"channel":"shell","buffers":[]}`),
			vectorMessage(Shell), false},
		{"legacy text of a client", Legacy, false, []byte(` {"content":{"a":1}, "buffers" : [ ] , "x":1, "header":{"msg_id":"1"}} `),
			vectorMessage(Shell), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.framing.Decode(tt.frame, tt.binary, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.message, got); diff != "" {
				t.Errorf("decoded (-want +got):\n%s", diff)
			}
			frame, bin, err := tt.framing.Append([]byte("before"), tt.message)
			if err != nil {
				t.Fatal(err)
			}
			if bin != tt.binary {
				t.Errorf("binary = %t, want %t", bin, tt.binary)
			}
			if tt.oneWay {
				return
			}
			if diff := cmp.Diff("before"+string(tt.frame), string(frame)); diff != "" {
				t.Errorf("encoded (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNegotiate(t *testing.T) {
	tests := []struct {
		name     string
		offered  []string
		framing  Framing
		selected string
	}{
		{"none", nil, Legacy, ""},
		{"v1", []string{SubprotocolV1}, V1, SubprotocolV1},
		{"v1 among others", []string{"graphql-ws", SubprotocolV1}, V1, SubprotocolV1},
		{"one header line", []string{"graphql-ws, " + SubprotocolV1 + ",x"}, V1, SubprotocolV1},
		{"unknown", []string{"v2.kernel.websocket.jupyter.org"}, Legacy, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, selected := Negotiate(tt.offered)
			if f != tt.framing || selected != tt.selected {
				t.Errorf("got %v, %q, want %v, %q", f, selected, tt.framing, tt.selected)
			}
		})
	}
}

// v1With is the vector frame with word i of its table replaced; word 0 is the
// count.
func v1With(t testing.TB, i int, value uint64) []byte {
	frame := unhex(t, vectorV1Buffer)
	binary.LittleEndian.PutUint64(frame[8*i:], value)
	return frame
}

func legacyWith(t testing.TB, i int, value uint32) []byte {
	frame := unhex(t, vectorLegacy)
	binary.BigEndian.PutUint32(frame[4*i:], value)
	return frame
}

// v1Of is a v1 frame of any five segments.
func v1Of(segments ...string) []byte {
	n := len(segments) + 1
	frame := binary.LittleEndian.AppendUint64(nil, uint64(n))
	at := 8 * (n + 1)
	frame = binary.LittleEndian.AppendUint64(frame, uint64(at))
	for _, s := range segments {
		at += len(s)
		frame = binary.LittleEndian.AppendUint64(frame, uint64(at))
	}
	return append(frame, strings.Join(segments, "")...)
}

func TestHostileFrames(t *testing.T) {
	tests := []struct {
		name    string
		framing Framing
		binary  bool
		frame   []byte
		limits  Limits
		want    string // part of the error
	}{
		{"v1 empty", V1, true, nil, Limits{}, "only 0 bytes"},
		{"v1 text", V1, false, []byte(`{}`), Limits{}, "is text"},
		{"v1 half a word", V1, true, []byte{6, 0, 0}, Limits{}, "only 3 bytes"},
		{"v1 no offsets", V1, true, v1With(t, 0, 0), Limits{}, "offset count: 0"},
		{"v1 too few offsets", V1, true, v1With(t, 0, 5), Limits{}, "want at least 6"},
		{"v1 more offsets than bytes", V1, true, v1With(t, 0, 12), Limits{}, "do not fit"},
		{"v1 count over 63 bits", V1, true, v1With(t, 0, math.MaxUint64), Limits{}, "do not fit"},
		{"v1 count that overflows times 8", V1, true, v1With(t, 0, 1<<61), Limits{}, "do not fit"},
		{"v1 first offset in the table", V1, true, v1With(t, 1, 0), Limits{}, "offset 0: 0, want 64"},
		{"v1 first offset behind the table", V1, true, v1With(t, 1, 65), Limits{}, "offset 0: 65"},
		{"v1 overlap", V1, true, v1With(t, 3, 66), Limits{}, "offset 2: 66 is not between 69"},
		{"v1 past the end", V1, true, v1With(t, 6, 1000), Limits{}, "offset 5: 1000"},
		{"v1 offset over 63 bits", V1, true, v1With(t, 6, math.MaxUint64), Limits{}, "offset 5"},
		{"v1 end before the end", V1, true, v1With(t, 7, 95), Limits{}, "the end of the frame"},
		{"v1 cut", V1, true, unhex(t, vectorV1)[:85], Limits{}, "offset 5: 86"},
		{"v1 too large", V1, true, unhex(t, vectorV1), Limits{MaxBytes: 85}, "86 bytes, at most 85"},
		{"v1 too many buffers", V1, true, v1Of("shell", "{}", "{}", "{}", "{}", "", ""), Limits{MaxBuffers: 1}, "2 buffers, at most 1"},
		{"v1 unknown channel", V1, true, v1Of("heartbeat", "{}", "{}", "{}", "{}"), Limits{}, `channel: "heartbeat"`},
		{"v1 header is no object", V1, true, v1Of("shell", "[]", "{}", "{}", "{}"), Limits{}, "header: is not a JSON object"},
		{"v1 header is null", V1, true, v1Of("shell", "null", "{}", "{}", "{}"), Limits{}, "header: is not a JSON object"},
		{"v1 header has a number", V1, true, v1Of("shell", `{"msg_id":1}`, "{}", "{}", "{}"), Limits{}, "msg_id is not a string"},
		{"v1 header is cut", V1, true, v1Of("shell", `{"msg_id":`, "{}", "{}", "{}"), Limits{}, "header: is not JSON"},
		{"v1 parent is no object", V1, true, v1Of("shell", `{}`, "1", "{}", "{}"), Limits{}, "parent_header: is not a JSON object"},
		{"v1 metadata is empty", V1, true, v1Of("shell", `{}`, "{}", "", "{}"), Limits{}, "metadata: is not JSON"},
		{"v1 content is no object", V1, true, v1Of("shell", `{"msg_type":"stream"}`, "{}", "{}", `"x"`), Limits{}, `content of "stream": is not a JSON object`},
		{"v1 content is not UTF-8", V1, true, v1Of("shell", `{}`, "{}", "{}", "{\"a\":\"\xff\"}"), Limits{}, "content: is not UTF-8"},

		{"v1 huge header", V1, true, v1Of("shell", `{"a":"`+strings.Repeat("x", 1<<16)+`"}`, "{}", "{}", "{}"), Limits{}, "header: 65544 bytes, at most 65536"},
		{"v1 huge parent", V1, true, v1Of("shell", `{}`, strings.Repeat(" ", 1<<17)+"{}", "{}", "{}"), Limits{}, "at most 65536"},

		{"legacy empty", Legacy, false, nil, Limits{}, "is not JSON"},
		{"legacy garbage", Legacy, false, []byte("\x00\x01garbage"), Limits{}, "is not JSON"},
		{"legacy not UTF-8", Legacy, false, []byte("{\"a\":\"\xff\"}"), Limits{}, "is not UTF-8"},
		{"legacy no header", Legacy, false, []byte(`{}`), Limits{}, "header: is missing"},
		{"legacy null", Legacy, false, []byte(`null`), Limits{}, "is not a JSON object"},
		{"legacy too deep", Legacy, false, []byte(strings.Repeat("[", 1<<20)), Limits{}, "is not JSON"},
		{"legacy unknown channel", Legacy, false, []byte(`{"header":{},"channel":"x"}`), Limits{}, `channel: "x"`},
		{"legacy channel is a number", Legacy, false, []byte(`{"header":{},"channel":1}`), Limits{}, "channel: is not a string"},
		{"legacy buffers in JSON", Legacy, false, []byte(`{"header":{},"buffers":["x"]}`), Limits{}, "want them in a binary frame"},
		{"legacy buffers are no list", Legacy, false, []byte(`{"header":{},"buffers":{}}`), Limits{}, "want them in a binary frame"},
		{"legacy too large", Legacy, false, []byte(`{"header":{}}`), Limits{MaxBytes: 12}, "13 bytes, at most 12"},
		{"legacy content is a list", Legacy, false, []byte(`{"header":{"msg_type":"stream"},"content":[]}`), Limits{}, `content of "stream": is not a JSON object`},

		{"binary empty", Legacy, true, nil, Limits{}, "only 0 bytes"},
		{"binary count 0", Legacy, true, legacyWith(t, 0, 0), Limits{}, "offset count: 0"},
		{"binary huge count", Legacy, true, legacyWith(t, 0, math.MaxUint32), Limits{}, "do not fit"},
		{"binary first offset in the table", Legacy, true, legacyWith(t, 1, 4), Limits{}, "offset 0: 4, want 20"},
		{"binary overlap", Legacy, true, legacyWith(t, 3, 0x105), Limits{}, "offset 2: 261"},
		{"binary past the end", Legacy, true, legacyWith(t, 4, math.MaxUint32), Limits{}, "offset 3"},
		{"binary JSON cut", Legacy, true, legacyWith(t, 2, 0x100), Limits{}, "is not JSON"},
		{"binary too large", Legacy, true, unhex(t, vectorLegacy), Limits{MaxBytes: 100}, "at most 100"},
		{"binary too many buffers", Legacy, true, unhex(t, vectorLegacy), Limits{MaxBuffers: 2}, "3 buffers, at most 2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := tt.framing.Decode(tt.frame, tt.binary, tt.limits)
			if err == nil {
				t.Fatalf("decoded %+v, want an error", m)
			}
			var fe *FrameError
			if !errors.As(err, &fe) {
				t.Errorf("error is a %T, want a *FrameError", err)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q, want one with %q", err, tt.want)
			}
			if limited := strings.Contains(tt.want, "at most"); limited != errors.Is(err, ErrTooLarge) {
				t.Errorf("errors.Is(err, ErrTooLarge) = %t, want %t", !limited, limited)
			}
		})
	}
}

func TestHeaderForms(t *testing.T) {
	tests := []struct {
		name, header string
		want         Header
		encoded      string
	}{
		{"empty", `{}`, Header{}, `{}`},
		{"complete where it has a type", `{"msg_type":"status"}`, Header{MsgType: "status"},
			`{"msg_id":"","msg_type":"status","session":"","username":"","version":""}`},
		{"null is missing", `{"msg_id":"1","date":null}`, Header{MsgID: "1"}, `{"msg_id":"1"}`},
		{"unknown fields are kept", ` { "subshell_id" : null , "msg_id" : "1", "b":[1, {"x":"]}"}] } `,
			Header{MsgID: "1", Extra: map[string]jsonRaw{"subshell_id": jsonRaw("null"), "b": jsonRaw(`[1, {"x":"]}"}]`)}},
			`{"msg_id":"1","b":[1, {"x":"]}"}],"subshell_id":null}`},
		{"escapes", `{"msg_\u0069d":"a\"\n\u00e9\\"}`, Header{MsgID: "a\"\né\\"}, `{"msg_id":"a\"\né\\"}`},
		{"last one wins", `{"msg_id":"1","msg_id":"2"}`, Header{MsgID: "2"}, `{"msg_id":"2"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := V1.Decode(v1Of("shell", tt.header, "null", "null", "{}"), true, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, m.Header); diff != "" {
				t.Errorf("header (-want +got):\n%s", diff)
			}
			if got := string(appendHeader(nil, &m.Header)); got != tt.encoded {
				t.Errorf("encoded %s, want %s", got, tt.encoded)
			}
			if !m.Parent.IsZero() || m.Header.IsZero() != (tt.header == "{}") {
				t.Error("IsZero is wrong")
			}
		})
	}
}

func TestDecodedMessagesKeepTheirBytesApart(t *testing.T) {
	frame := unhex(t, vectorV1Buffer)
	m, err := V1.Decode(frame, true, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	clone := m.Clone()
	_ = append(m.Content, "overwritten"...)
	if want := []byte{1, 2}; !cmp.Equal(m.Buffers[0], want) {
		t.Errorf("appending to the content changed the buffer to %v, want %v", m.Buffers[0], want)
	}
	clear(frame)
	if diff := cmp.Diff(vectorMessage(IOPub, []byte{1, 2}), clone); diff != "" {
		t.Errorf("the clone shares bytes with the frame (-want +got):\n%s", diff)
	}
}

func TestDateInSeconds(t *testing.T) {
	m, err := Legacy.Decode([]byte(`{"header":{"msg_id":"1","date":1767323045.5},"channel":"shell"}`), false, Limits{})
	if err != nil || m.Header.Date != "2026-01-02T03:04:05.500000Z" {
		t.Errorf("%+v, %v", m, err)
	}
	if _, err := Legacy.Decode([]byte(`{"header":{"date":1e300}}`), false, Limits{}); err == nil {
		t.Error("a date far away is accepted")
	}
}

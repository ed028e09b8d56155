package protocol

import (
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

type jsonRaw = json.RawMessage

// drawDict draws a JSON object as raw bytes, nil for {}.
func drawDict(t *rapid.T, label string) json.RawMessage {
	dict := rapid.MapOf(rapid.String(), rapid.Custom(func(t *rapid.T) json.RawMessage {
		return rapid.SampledFrom([]json.RawMessage{
			[]byte("null"), []byte("-1.5e3"), []byte(`[{}, "]", {"a":"}"}]`), []byte(`"\ud800\\\""`), []byte(`{"x":{"y":[]}}`),
		}).Draw(t, "value")
	})).Draw(t, label)
	if len(dict) == 0 {
		return nil
	}
	raw, err := Dict(dict).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func drawHeader(t *rapid.T, label string) Header {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z_]{0,12}`))
	h := Header{
		MsgID: text.Draw(t, label+".msg_id"), MsgType: text.Draw(t, label+".msg_type"),
		Session: text.Draw(t, label+".session"), Username: text.Draw(t, label+".username"),
		Date: text.Draw(t, label+".date"), Version: text.Draw(t, label+".version"),
	}
	if rapid.Bool().Draw(t, label+".subshell") {
		h.Extra = map[string]json.RawMessage{"subshell_id": Text(text.Draw(t, label+".subshell_id"))}
	}
	return h
}

func drawMessage(t *rapid.T) *Message {
	return &Message{
		Header:   drawHeader(t, "header"),
		Parent:   drawHeader(t, "parent"),
		Metadata: drawDict(t, "metadata"),
		Content:  drawDict(t, "content"),
		Buffers:  rapid.SliceOfN(rapid.SliceOf(rapid.Byte()), 0, 4).Draw(t, "buffers"),
		Channel:  rapid.SampledFrom([]Channel{Shell, Control, Stdin, IOPub}).Draw(t, "channel"),
	}
}

func TestRoundTrip(t *testing.T) {
	for _, f := range []Framing{V1, Legacy} {
		t.Run(f.String(), rapid.MakeCheck(func(t *rapid.T) {
			want := drawMessage(t)
			frame, binary, err := f.Append(nil, want)
			if err != nil {
				t.Fatal(err)
			}
			got, err := f.Decode(frame, binary, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}))
	}
}

func TestRoundTripZMQ(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawMessage(t)
		identities := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 5), 0, 3).Draw(t, "identities")
		signer, err := NewSigner("hmac-sha256", rapid.SliceOf(rapid.Byte()).Draw(t, "key"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := signer.Decode(signer.Encode(identities, want), want.Channel, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.Message, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(identities, got.Identities, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("identities (-want +got):\n%s", diff)
		}
	})
}

// fuzzFraming checks that a decoder never panics, refuses with its own error,
// and that what it accepts comes back from both framings as it was.
func fuzzFraming(f *testing.F, framing Framing, binary bool) {
	f.Fuzz(func(t *testing.T, frame []byte) {
		m, err := framing.Decode(frame, binary, Limits{})
		if err != nil {
			var fe *FrameError
			if !errors.As(err, &fe) {
				t.Fatalf("error is a %T, want a *FrameError: %v", err, err)
			}
			return
		}
		if c, err := Decode(m); err == nil && c.MsgType() != m.Header.MsgType {
			t.Fatalf("content of %q for a message of type %q", c.MsgType(), m.Header.MsgType)
		}
		for _, out := range []Framing{V1, Legacy} {
			again, bin, err := out.Append(nil, m)
			if err != nil {
				t.Fatal(err)
			}
			got, err := out.Decode(again, bin, Limits{MaxBytes: 1 << 30})
			if err != nil {
				t.Fatalf("%v refuses its own frame: %v", out, err)
			}
			if diff := cmp.Diff(m, got, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%v (-decoded +again):\n%s", out, diff)
			}
		}
	})
}

func FuzzDecodeV1(f *testing.F) {
	f.Add(unhex(f, vectorV1))
	f.Add(unhex(f, vectorV1Buffer))
	f.Add(v1Of("control", `{"msg_type":"execute_request","msg_id":"1","x":{}}`, "null", ` {"cellId":"a"} `, `{"code":"1"}`))
	f.Add(v1With(f, 0, 1<<61))
	f.Add(v1With(f, 3, 66))
	fuzzFraming(f, V1, true)
}

func FuzzDecodeLegacyBinary(f *testing.F) {
	f.Add(unhex(f, vectorLegacy))
	f.Add(legacyWith(f, 0, 1<<30))
	f.Add(legacyWith(f, 3, 0x105))
	fuzzFraming(f, Legacy, true)
}

func FuzzDecodeLegacyText(f *testing.F) {
	f.Add([]byte(`{"header":{"msg_id":"1","msg_type":"stream"},"parent_header":null,"content":{"name":"stdout","text":"\u00e9"},"channel":"iopub","buffers":[]}`))
	f.Add([]byte(`{"header":{"username":"\ud800"},"metadata":{"a":[1,"]"]}}`))
	fuzzFraming(f, Legacy, false)
}

func FuzzDecodeZMQ(f *testing.F) {
	f.Add([]byte("id"), []byte(Delimiter), []byte(`{"msg_id":"1"}`), []byte(`{"a":1}`), []byte("key"), []byte("buf"))
	f.Add([]byte(Delimiter), []byte(Delimiter), []byte(`null`), []byte(`{}`), []byte(""), []byte(""))
	f.Fuzz(func(t *testing.T, id, delimiter, header, content, key, buffer []byte) {
		signer, err := NewSigner("hmac-sha256", key)
		if err != nil {
			t.Fatal(err)
		}
		dicts := [][]byte{header, []byte("{}"), []byte("{}"), content}
		parts := append([][]byte{id, delimiter, signer.sign(dicts)}, dicts...)
		w, err := signer.Decode(append(parts, buffer), Shell, Limits{})
		if err != nil {
			var fe *FrameError
			if !errors.As(err, &fe) {
				t.Fatalf("error is a %T, want a *FrameError: %v", err, err)
			}
			return
		}
		again, err := signer.Decode(signer.Encode(w.Identities, w.Message), Shell, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(w.Message, again.Message, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-decoded +again):\n%s", diff)
		}
	})
}

// FuzzContent reads any JSON as any content, and what it accepts must come
// back from its own encoding.
func FuzzContent(f *testing.F) {
	for name, c := range samples() {
		raw, err := marshalContent(c)
		if err != nil {
			f.Fatal(name, err)
		}
		f.Add(c.MsgType(), []byte(raw))
	}
	f.Fuzz(func(t *testing.T, msgType string, content []byte) {
		c, err := Decode(&Message{Header: Header{MsgType: msgType}, Content: content})
		if err != nil {
			var fe *FieldError
			if !errors.As(err, &fe) {
				t.Fatalf("error is a %T, want a *FieldError: %v", err, err)
			}
			return
		}
		if raw, ok := c.(*Raw); ok && !json.Valid(raw.JSON) || msgType == "" {
			return // nothing looked at it
		}
		raw, err := marshalContent(c)
		if err != nil {
			if _, ok := c.(*Raw); ok {
				return // not an object
			}
			t.Fatal(err)
		}
		again, err := Decode(&Message{Header: Header{MsgType: msgType}, Content: raw})
		if err != nil {
			t.Fatalf("%s is refused: %v", raw, err)
		}
		twice, err := marshalContent(again)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(raw), string(twice)); diff != "" {
			t.Fatalf("(-once +twice):\n%s", diff)
		}
	})
}

// FuzzScan compares the scan of JSON objects, and the writer of strings, with
// encoding/json.
func FuzzScan(f *testing.F) {
	f.Add([]byte(` {"a" : [1,{"b":"\"}"}] , "c":-1e5,"":null} `))
	f.Add([]byte(`{}`))
	f.Add([]byte("[\"\xff\"]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var want string
		if raw := appendString(nil, string(data)); json.Unmarshal(raw, &want) != nil {
			t.Fatalf("string %q is not JSON", raw)
		}
		plain, err := json.Marshal(string(data))
		if err != nil {
			t.Fatal(err)
		}
		var theirs string
		if err := json.Unmarshal(plain, &theirs); err != nil || theirs != want {
			t.Fatalf("string %q, encoding/json has %q", want, theirs)
		}
		fields := map[string]json.RawMessage{}
		if !utf8.Valid(data) || json.Unmarshal(data, &fields) != nil || fields == nil {
			return
		}
		got := map[string]json.RawMessage{}
		err = eachField(data, func(name, value []byte) error {
			got[string(name)] = value
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fields, got); diff != "" {
			t.Fatalf("(-encoding/json +scan):\n%s", diff)
		}
	})
}

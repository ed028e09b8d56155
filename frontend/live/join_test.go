package live

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// streamMessage is a stream message with the content as it is given.
func streamMessage(content string) *protocol.Message {
	return &protocol.Message{Header: protocol.Header{MsgType: protocol.TypeStream}, Channel: protocol.IOPub,
		Content: json.RawMessage(content)}
}

func TestJoinedTextIsTheTextOfAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var held joiner
		want := ""
		for _, text := range rapid.SliceOfN(rapid.StringMatching(`[a"\\\n\x00é😀{}]{0,12}`), 1, 8).Draw(t, "texts") {
			content := map[string]string{"name": "stdout", "text": text}
			encoded, err := json.Marshal(content)
			if rapid.Bool().Draw(t, "other form") {
				encoded, err = json.MarshalIndent(content, "", " ")
			}
			if err != nil {
				t.Fatal(err)
			}
			m := streamMessage(string(encoded))
			s, ok := readStream(m)
			if !ok {
				t.Fatalf("%s is no stream", encoded)
			}
			held.add(m, s)
			want += text
		}
		got, err := protocol.As[protocol.Stream](held.take())
		if err != nil || got.Name != protocol.Stdout || got.Text != want {
			t.Fatalf("%+v, %v; want %q", got, err, want)
		}
	})
}

func FuzzReadStream(f *testing.F) {
	for _, seed := range []string{
		`{"name":"stdout","text":"a\n"}`, `{"name":"stderr","text":""}`, `{"text":"a","name":"stdout"}`,
		`{"name":"stdout","text":"a","text":"b"}`, `{"name":"stdout","text":"a\\"}`, `{"name":"stdout","text":"\""}`, `{}`, `7`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		if !json.Valid([]byte(content)) {
			t.Skip("decoders let no such message through")
		}
		want, err := protocol.As[protocol.Stream](streamMessage(content))
		s, ok := readStream(streamMessage(content))
		if ok != (err == nil) {
			t.Fatalf("ok is %v, the decoder says %v", ok, err)
		}
		if !ok {
			return
		}
		held := joiner{}
		held.add(streamMessage(content), s)
		got, err := protocol.As[protocol.Stream](held.take())
		if err != nil || got != want {
			t.Fatalf("%+v, %v; want %+v", got, err, want)
		}
	})
}

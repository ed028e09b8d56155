package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Framing is the form of messages on a websocket.
type Framing int

// The framings of Jupyter Server.
const (
	Legacy Framing = iota // JSON text, or binary where there are buffers
	V1                    // always binary
)

// SubprotocolV1 is the websocket subprotocol that stands for V1.
const SubprotocolV1 = "v1.kernel.websocket.jupyter.org"

// Negotiate chooses the framing from the subprotocols that a client offers,
// which may be single names or lists with commas. The second result is what
// the server must select, or empty where it must select nothing: clients take a
// kernel for dead that answers with a subprotocol they do not know.
func Negotiate(offered []string) (Framing, string) {
	for _, list := range offered {
		for name := range strings.SplitSeq(list, ",") {
			if strings.TrimSpace(name) == SubprotocolV1 {
				return V1, SubprotocolV1
			}
		}
	}
	return Legacy, ""
}

// String is the name of the framing.
func (f Framing) String() string {
	if f == V1 {
		return SubprotocolV1
	}
	return "legacy"
}

// Limits bounds what a decoder accepts. Zero values stand for the defaults.
type Limits struct {
	MaxBytes   int // of the whole message; 64 MiB
	MaxBuffers int // 1024
}

const (
	defaultMaxBytes   = 64 << 20
	defaultMaxBuffers = 1024
)

func (l Limits) bytes() int {
	if l.MaxBytes > 0 {
		return l.MaxBytes
	}
	return defaultMaxBytes
}

func (l Limits) buffers() int {
	if l.MaxBuffers > 0 {
		return l.MaxBuffers
	}
	return defaultMaxBuffers
}

func (l Limits) checkBytes(form string, n int) error {
	if n > l.bytes() {
		return &FrameError{Form: form, Part: "size", Problem: fmt.Sprintf("%d bytes, at most %d are allowed", n, l.bytes()), Err: ErrTooLarge}
	}
	return nil
}

func (l Limits) checkBuffers(form string, n int) error {
	if n > l.buffers() {
		return &FrameError{Form: form, Part: "buffers", Problem: fmt.Sprintf("%d buffers, at most %d are allowed", n, l.buffers()), Err: ErrTooLarge}
	}
	return nil
}

// Append appends the frame of m to dst, and says whether the frame is binary
// or text. The metadata and the content of m must be JSON objects; messages
// from a Source or a decoder are.
func (f Framing) Append(dst []byte, m *Message) (frame []byte, binary bool, err error) {
	if f == V1 {
		return appendV1(dst, m), true, nil
	}
	if len(m.Buffers) == 0 {
		return append(appendEnvelope(dst, m), `,"buffers":[]}`...), false, nil
	}
	frame, err = appendLegacyBinary(dst, m)
	return frame, true, err
}

// Decode reads one frame. The message shares the bytes of a binary frame,
// which must not be used for anything else afterwards (or see [Message.Clone]).
// Errors are of type *FrameError; none of them is a reason to close the
// connection.
func (f Framing) Decode(frame []byte, binary bool, lim Limits) (*Message, error) {
	switch {
	case f == V1 && binary:
		return decodeV1(frame, lim)
	case f == V1:
		return nil, &FrameError{Form: formV1, Part: "frame", Problem: "is text, want binary"}
	case binary:
		return decodeLegacyBinary(frame, lim)
	}
	return decodeLegacyText(frame, lim)
}

// object checks that raw is one JSON object in UTF-8 and strips the space
// around it. An empty one, and null where that is allowed, becomes nil.
func object(raw []byte, nullable bool) (json.RawMessage, string) {
	raw = bytes.TrimSpace(raw)
	switch {
	case nullable && string(raw) == "null":
		return nil, ""
	case !utf8.Valid(raw):
		return nil, "is not UTF-8"
	case !json.Valid(raw):
		return nil, "is not JSON"
	case raw[0] != '{':
		return nil, "is not a JSON object"
	case len(raw) == 2:
		return nil, ""
	}
	return raw[:len(raw):len(raw)], ""
}

// dicts are the four JSON objects of a message on any wire.
type dicts struct {
	header, parent, metadata, content []byte
}

// message turns the JSON parts of a wire form into a message.
func (d dicts) message(form string) (*Message, error) {
	m := &Message{}
	var err error
	if m.Header, err = decodeHeader(form, "header", d.header, false); err != nil {
		return nil, err
	}
	if m.Parent, err = decodeHeader(form, "parent_header", d.parent, true); err != nil {
		return nil, err
	}
	name := m.Header.MsgType
	problem := ""
	if m.Metadata, problem = object(d.metadata, true); problem != "" {
		return nil, &FrameError{Form: form, Part: part(name, "metadata"), Problem: problem}
	}
	if m.Content, problem = object(d.content, false); problem != "" {
		return nil, &FrameError{Form: form, Part: part(name, "content"), Problem: problem}
	}
	return m, nil
}

// part names the type of the message where it is known already.
func part(msgType, name string) string {
	if msgType == "" {
		return name
	}
	const most = 40
	if len(msgType) > most {
		msgType = msgType[:most] + "..."
	}
	return name + " of " + msgType
}

package protocol

import (
	"fmt"
	"strings"
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
// Headers are bounded by 64 KiB in any case.
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

// Decode reads one frame. The message shares the bytes of the frame, which must
// not be used for anything else afterwards (or see [Message.Clone]).
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

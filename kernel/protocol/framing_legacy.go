package protocol

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

const (
	formLegacy = "legacy frame"
	legacyWord = 4
)

// appendEnvelope writes the JSON form of m without its end. The id and the
// type are copied to the top, as Jupyter Server does.
func appendEnvelope(dst []byte, m *Message) []byte {
	dst = slices.Grow(dst, sizeHint(m))
	dst = appendHeader(append(dst, `{"header":`...), &m.Header)
	dst = appendString(append(dst, `,"msg_id":`...), m.Header.MsgID)
	dst = appendString(append(dst, `,"msg_type":`...), m.Header.MsgType)
	dst = appendHeader(append(dst, `,"parent_header":`...), &m.Parent)
	dst = append(append(dst, `,"metadata":`...), orEmpty(m.Metadata)...)
	dst = append(append(dst, `,"content":`...), orEmpty(m.Content)...)
	return appendString(append(dst, `,"channel":`...), string(m.Channel))
}

// appendLegacyBinary writes n, n offsets from the start of the frame, the JSON
// form, and the buffers; n counts the JSON form too. On an error dst comes back
// as it was.
func appendLegacyBinary(dst []byte, m *Message) ([]byte, error) {
	start := len(dst)
	n := 1 + len(m.Buffers)
	dst = binary.BigEndian.AppendUint32(dst, uint32(n))
	table := len(dst)
	dst = append(dst, make([]byte, legacyWord*n)...)
	mark := func() {
		binary.BigEndian.PutUint32(dst[table:], uint32(len(dst)-start))
		table += legacyWord
	}
	mark()
	dst = append(appendEnvelope(dst, m), '}')
	for _, b := range m.Buffers {
		if uint64(len(dst)-start) > math.MaxUint32 {
			return dst[:start], &FrameError{Form: formLegacy, Part: "buffers", Problem: "do not fit into 4 GiB", Err: ErrTooLarge}
		}
		mark()
		dst = append(dst, b...)
	}
	return dst, nil
}

// envelope is the JSON form of a message, in pieces.
type envelope struct {
	dicts
	channel, buffers []byte
}

func (e *envelope) set(name, value []byte) error {
	switch string(name) {
	case "header":
		e.header = value
	case "parent_header":
		e.parent = value
	case "metadata":
		e.metadata = value
	case "content":
		e.content = value
	case "channel":
		e.channel = value
	case "buffers":
		e.buffers = value
	}
	return nil
}

func decodeLegacyText(frame []byte, lim Limits) (*Message, error) {
	if err := lim.checkBytes(formLegacy, len(frame)); err != nil {
		return nil, err
	}
	return decodeEnvelope(frame)
}

func decodeEnvelope(text []byte) (*Message, error) {
	fail := func(part, problem string) (*Message, error) {
		return nil, &FrameError{Form: formLegacy, Part: part, Problem: problem}
	}
	whole, problem := dicts{}.object(text, false)
	if problem != "" {
		return fail("json", problem)
	}
	none := []byte("{}")
	e := envelope{dicts: dicts{parent: none, metadata: none, content: none, valid: true}}
	if err := eachField(whole, e.set); err != nil {
		return fail("json", err.Error())
	}
	if e.header == nil {
		return fail("header", "is missing")
	}
	if !emptyList(e.buffers) {
		return fail("buffers", "are in the JSON, want them in a binary frame")
	}
	m, err := e.message(formLegacy)
	if err != nil {
		return nil, err
	}
	var channel string
	if len(e.channel) > 0 && json.Unmarshal(e.channel, &channel) != nil {
		return fail("channel", "is not a string")
	}
	m.Channel, err = channelOf(formLegacy, channel)
	return m, err
}

// emptyList reports whether raw is [], null or missing.
func emptyList(raw []byte) bool {
	if len(raw) == 0 || raw[0] == 'n' {
		return true
	}
	return raw[0] == '[' && raw[skipSpace(raw, 1)] == ']'
}

func decodeLegacyBinary(frame []byte, lim Limits) (*Message, error) {
	if err := lim.checkBytes(formLegacy, len(frame)); err != nil {
		return nil, err
	}
	offsets, err := legacyTable(frame, lim)
	if err != nil {
		return nil, err
	}
	ends := append(offsets[1:], len(frame))
	m, err := decodeEnvelope(frame[offsets[0]:ends[0]])
	if err != nil {
		return nil, err
	}
	for i, from := range offsets[1:] {
		to := ends[i+1]
		m.Buffers = append(m.Buffers, frame[from:to:to])
	}
	return m, nil
}

// legacyTable returns the offsets of a frame, checked: they grow, and stay in
// the frame.
func legacyTable(frame []byte, lim Limits) ([]int, error) {
	fail := func(part, format string, args ...any) ([]int, error) {
		return nil, &FrameError{Form: formLegacy, Part: part, Problem: fmt.Sprintf(format, args...)}
	}
	if len(frame) < legacyWord {
		return fail("offset count", "the frame has only %d bytes", len(frame))
	}
	count := uint64(binary.BigEndian.Uint32(frame))
	if count == 0 {
		return fail("offset count", "0, want at least 1")
	}
	if most := uint64(len(frame)/legacyWord - 1); count > most {
		return fail("offset count", "%d do not fit into %d bytes", count, len(frame))
	}
	n := int(count)
	if err := lim.checkBuffers(formLegacy, n-1); err != nil {
		return nil, err
	}
	offsets := make([]int, n, n+1)
	before := legacyWord * (1 + n)
	for i := range offsets {
		at := int(binary.BigEndian.Uint32(frame[legacyWord*(1+i):]))
		if i == 0 && at != before {
			return fail("offset 0", "%d, want %d, the end of the offsets", at, before)
		}
		if at < before || at > len(frame) {
			return fail(fmt.Sprintf("offset %d", i), "%d is not between %d and %d", at, before, len(frame))
		}
		offsets[i], before = at, at
	}
	return offsets, nil
}

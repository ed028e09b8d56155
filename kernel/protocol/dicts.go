package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// maxHeader bounds a header in bytes. All of its fields are kept, so a large
// one would take many times its size; real ones have about 250 bytes.
const maxHeader = 64 << 10

// dicts are the four JSON objects of a message on any wire.
type dicts struct {
	header, parent, metadata, content []byte

	valid bool // they were checked to be JSON in UTF-8
}

// message turns the objects into a message, which shares their bytes.
func (d dicts) message(form string) (*Message, error) {
	m := &Message{}
	if err := d.readHeader(&m.Header, form, "header", d.header, false); err != nil {
		return nil, err
	}
	if err := d.readHeader(&m.Parent, form, "parent_header", d.parent, true); err != nil {
		return nil, err
	}
	problem := ""
	if m.Metadata, problem = d.object(d.metadata, true); problem != "" {
		return nil, &FrameError{Form: form, Part: partOf(m, "metadata"), Problem: problem}
	}
	if m.Content, problem = d.object(d.content, false); problem != "" {
		return nil, &FrameError{Form: form, Part: partOf(m, "content"), Problem: problem}
	}
	return m, nil
}

func (d dicts) readHeader(h *Header, form, part string, raw []byte, nullable bool) error {
	if len(raw) > maxHeader {
		return &FrameError{Form: form, Part: part, Problem: fmt.Sprintf("%d bytes, at most %d are allowed", len(raw), maxHeader), Err: ErrTooLarge}
	}
	raw, problem := d.object(raw, nullable)
	if problem != "" {
		return &FrameError{Form: form, Part: part, Problem: problem}
	}
	if err := eachField(raw, h.set); err != nil {
		return &FrameError{Form: form, Part: part, Problem: err.Error()}
	}
	return nil
}

// object checks that raw is one JSON object in UTF-8, and takes off the space
// around it. An empty one, and null where that is allowed, becomes nil. The
// second result is what is wrong.
func (d dicts) object(raw []byte, nullable bool) (json.RawMessage, string) {
	raw = bytes.TrimSpace(raw)
	switch {
	case nullable && string(raw) == "null":
		return nil, ""
	case !d.valid && !utf8.Valid(raw):
		return nil, "is not UTF-8"
	case !d.valid && !json.Valid(raw):
		return nil, "is not JSON"
	case raw[0] != '{':
		return nil, "is not a JSON object"
	case len(raw) == len("{}"):
		return nil, ""
	}
	return raw[:len(raw):len(raw)], ""
}

// partOf names the type of the message where there is one.
func partOf(m *Message, part string) string {
	if m.Header.MsgType == "" {
		return part
	}
	return part + " of " + quoted(m.Header.MsgType)
}

package protocol

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Version is the version of the messaging specification that headers declare.
const Version = "5.3"

// Channel is the socket, real or multiplexed, that a message travels on.
type Channel string

// The channels of a kernel's websocket.
const (
	Shell   Channel = "shell"   // requests and their replies
	Control Channel = "control" // requests that must not wait behind a running cell
	Stdin   Channel = "stdin"   // questions of the kernel to the user
	IOPub   Channel = "iopub"   // what the kernel tells all clients
)

// Valid reports whether c is one of the four channels.
func (c Channel) Valid() bool {
	return c == Shell || c == Control || c == Stdin || c == IOPub
}

// Header identifies a message.
type Header struct {
	MsgID    string // unique for each message
	MsgType  string // what Content holds, such as "execute_request"
	Session  string // of the sender: one for each client connection or kernel life
	Username string
	Date     string // ISO 8601; empty where an old client left it out
	Version  string // of the messaging specification

	// Extra holds the fields that are not named above, such as subshell_id.
	// They are echoed in the parent headers of replies. A field above that came
	// as null or twice counts once, with its last string.
	Extra map[string]json.RawMessage
}

// IsZero reports whether h is the empty header, the parent of a message that
// answers nothing.
func (h Header) IsZero() bool {
	return h.MsgID == "" && h.MsgType == "" && h.Session == "" && h.Username == "" &&
		h.Date == "" && h.Version == "" && len(h.Extra) == 0
}

// Time is the header's date. It fails where the date is missing or not ISO 8601.
func (h Header) Time() (time.Time, error) {
	return time.Parse(time.RFC3339Nano, h.Date)
}

// Message is one message of the protocol. A message must not be changed after
// it was handed to somebody else: parts of it may be shared.
type Message struct {
	Header   Header
	Parent   Header          // of the request this belongs to; zero where there is none
	Metadata json.RawMessage // a JSON object; nil means {}
	Content  json.RawMessage // a JSON object; nil means {}
	Buffers  [][]byte        // binary attachments of comm messages
	Channel  Channel
}

// Clone returns a message that shares no bytes with m. Decoded messages share
// theirs with the frame they came from.
func (m *Message) Clone() *Message {
	c := *m
	c.Header.Extra = maps.Clone(m.Header.Extra)
	c.Parent.Extra = maps.Clone(m.Parent.Extra)
	c.Metadata = bytes.Clone(m.Metadata)
	c.Content = bytes.Clone(m.Content)
	c.Buffers = slices.Clone(m.Buffers)
	for i, b := range c.Buffers {
		c.Buffers[i] = bytes.Clone(b)
	}
	return &c
}

// Validate checks what a server needs of a client's message before it acts on
// it: an id, a type and a known channel. The decoders do not ask for these, since
// a message can be passed on without them.
func (m *Message) Validate() error {
	missing := ""
	switch {
	case m.Header.MsgType == "":
		missing = "msg_type"
	case m.Header.MsgID == "":
		missing = "msg_id"
	case !m.Channel.Valid():
		return &FieldError{MsgType: m.Header.MsgType, Field: "channel",
			Problem: "is " + quoted(string(m.Channel)) + ", want shell, control, stdin or iopub"}
	default:
		return nil
	}
	return &FieldError{MsgType: m.Header.MsgType, Field: "header." + missing, Problem: "is missing"}
}

// Source makes messages: it is one sender, with the clock and the ids it uses.
type Source struct {
	Session  string // id of this sender
	Username string // name of the user, may be empty
	Now      func() time.Time
	NewID    func() string // must never return the same id twice
}

// New returns a message with a fresh header. The parent is the header of the
// request that the message belongs to, or the zero Header. It fails only where
// the content cannot be written as JSON.
func (s Source) New(ch Channel, parent Header, c Content) (*Message, error) {
	raw, err := marshalContent(c)
	if err != nil {
		return nil, err
	}
	return &Message{
		Header: Header{
			MsgID:    s.NewID(),
			MsgType:  c.MsgType(),
			Session:  s.Session,
			Username: s.Username,
			Date:     s.Now().UTC().Format(dateLayout),
			Version:  Version,
		},
		Parent:  parent,
		Content: raw,
		Channel: ch,
	}, nil
}

// dateLayout is ISO 8601 as jupyter_client writes it: UTC, always microseconds.
const dateLayout = "2006-01-02T15:04:05.000000Z"

// Request returns a message that answers nothing.
func (s Source) Request(ch Channel, c Content) (*Message, error) {
	return s.New(ch, Header{}, c)
}

// Reply returns the answer to req, on the channel that req came on.
func (s Source) Reply(req *Message, c Content) (*Message, error) {
	return s.New(req.Channel, req.Header, c)
}

// Publish returns a message for all clients. The parent says which request,
// and with it which cell, the message belongs to.
func (s Source) Publish(parent Header, c Content) (*Message, error) {
	return s.New(IOPub, parent, c)
}

// Ask returns a question to the client that sent req, on the stdin channel.
func (s Source) Ask(req *Message, c InputRequest) (*Message, error) {
	return s.New(Stdin, req.Header, c)
}

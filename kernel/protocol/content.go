package protocol

import (
	"encoding/json"
	"unicode/utf8"
)

// Content is the typed content of a message.
type Content interface {
	// MsgType is the msg_type of messages with this content.
	MsgType() string
}

// Raw is the content of a type that has no struct here. It is passed on as it
// is.
type Raw struct {
	Type string
	JSON json.RawMessage // a JSON object
}

// kind is what decoding needs to know about a message type.
type kind struct {
	make     func() Content
	required []string
}

func of[T any, P interface {
	*T
	Content
}](required ...string) kind {
	return kind{make: func() Content { return P(new(T)) }, required: required}
}

// kinds has the fields that a message is useless without; all others have
// defaults, as in Jupyter.
var kinds = map[string]kind{
	TypeKernelInfoRequest: of[KernelInfoRequest](),
	TypeKernelInfoReply:   of[KernelInfoReply]("status"),
	TypeExecuteRequest:    of[ExecuteRequest]("code"),
	TypeExecuteReply:      of[ExecuteReply]("status"),
	TypeCompleteRequest:   of[CompleteRequest]("code"),
	TypeCompleteReply:     of[CompleteReply]("status"),
	TypeInspectRequest:    of[InspectRequest]("code"),
	TypeInspectReply:      of[InspectReply]("status"),
	TypeIsCompleteRequest: of[IsCompleteRequest]("code"),
	TypeIsCompleteReply:   of[IsCompleteReply]("status"),
	TypeHistoryRequest:    of[HistoryRequest]("hist_access_type"),
	TypeHistoryReply:      of[HistoryReply]("status"),
	TypeCommOpen:          of[CommOpen]("comm_id", "target_name"),
	TypeCommMsg:           of[CommMsg]("comm_id"),
	TypeCommClose:         of[CommClose]("comm_id"),
	TypeCommInfoRequest:   of[CommInfoRequest](),
	TypeCommInfoReply:     of[CommInfoReply]("status"),
	TypeShutdownRequest:   of[ShutdownRequest](),
	TypeShutdownReply:     of[ShutdownReply](),
	TypeInterruptRequest:  of[InterruptRequest](),
	TypeInterruptReply:    of[InterruptReply](),
	TypeDebugRequest:      of[DebugRequest]("command"),
	TypeDebugReply:        of[DebugReply](),
	TypeDebugEvent:        of[DebugEvent](),
	TypeInputRequest:      of[InputRequest](),
	TypeInputReply:        of[InputReply]("value"),
	TypeStream:            of[Stream]("name", "text"),
	TypeDisplayData:       of[DisplayData]("data"),
	TypeUpdateDisplayData: of[UpdateDisplayData]("data"),
	TypeExecuteInput:      of[ExecuteInput]("code"),
	TypeExecuteResult:     of[ExecuteResult]("data"),
	TypeError:             of[Error]("ename", "evalue"),
	TypeStatus:            of[Status]("execution_state"),
	TypeClearOutput:       of[ClearOutput](),
	TypeGraph:             of[Graph](),
}

// Decode returns the typed content of m as a pointer, such as *ExecuteRequest,
// and *Raw where the type is not known. Errors are of type *FieldError.
func Decode(m *Message) (Content, error) {
	k, ok := kinds[m.Header.MsgType]
	if !ok {
		return &Raw{Type: m.Header.MsgType, JSON: orEmpty(m.Content)}, nil
	}
	c := k.make()
	if err := decodeInto(m, k, c); err != nil {
		return nil, err
	}
	return c, nil
}

// As returns the content of m where it is known to be a T, such as
// As[ExecuteRequest](m). Errors are of type *FieldError.
func As[T any, P interface {
	*T
	Content
}](m *Message) (T, error) {
	var c, zero T
	want := P(&c).MsgType()
	if m.Header.MsgType != want {
		return zero, &FieldError{MsgType: m.Header.MsgType, Field: "header.msg_type", Problem: "is not " + want}
	}
	if err := decodeInto(m, kinds[want], &c); err != nil {
		return zero, err
	}
	return c, nil
}

// DecodeMetadata reads the metadata of an execute_request.
func DecodeMetadata(m *Message) (ExecuteMetadata, error) {
	var md ExecuteMetadata
	if err := json.Unmarshal(orEmpty(m.Metadata), &md); err != nil {
		return md, fieldError(m.Header.MsgType+" metadata", err)
	}
	return md, nil
}

func decodeInto(m *Message, k kind, target any) error {
	raw := orEmpty(m.Content)
	preset(target)
	if err := json.Unmarshal(raw, target); err != nil {
		return fieldError(m.Header.MsgType, err)
	}
	if err := checkRequired(m.Header.MsgType, raw, k.required); err != nil {
		return err
	}
	settle(target)
	return nil
}

// preset puts in the defaults that are not Go's zero values.
func preset(target any) {
	switch c := target.(type) {
	case *ExecuteRequest:
		c.StoreHistory, c.StopOnError = true, true
	case *CompleteRequest:
		c.CursorPos = -1
	case *InspectRequest:
		c.CursorPos = -1
	}
}

// settle derives what depends on more than one field.
func settle(target any) {
	switch c := target.(type) {
	case *ExecuteRequest:
		c.StoreHistory = c.StoreHistory && !c.Silent
	case *CompleteRequest:
		c.CursorPos = orEnd(c.CursorPos, c.Code)
	case *InspectRequest:
		c.CursorPos = orEnd(c.CursorPos, c.Code)
	}
}

func orEnd(pos int, code string) int {
	if pos < 0 {
		return utf8.RuneCountInString(code)
	}
	return pos
}

// checkRequired finds fields that are missing, or null.
func checkRequired(msgType string, raw []byte, required []string) error {
	if len(required) == 0 {
		return nil
	}
	found := 0 // a bit for each required field
	err := eachField(raw, func(field, value []byte) error {
		for i, name := range required {
			if string(field) == name && value[0] != 'n' {
				found |= 1 << i
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, name := range required {
		if found&(1<<i) == 0 {
			return &FieldError{MsgType: msgType, Field: name, Problem: "is missing"}
		}
	}
	return nil
}

// marshalContent writes the content of a new message.
func marshalContent(c Content) (json.RawMessage, error) {
	if c.MsgType() == "" {
		return nil, &FieldError{Field: "header.msg_type", Problem: "is missing"}
	}
	raw, err := marshal(c)
	if err != nil {
		return nil, &FieldError{MsgType: c.MsgType(), Field: "content", Problem: "cannot be written", Err: err}
	}
	if raw[0] != '{' {
		return nil, &FieldError{MsgType: c.MsgType(), Field: "content", Problem: "is not a JSON object"}
	}
	return raw, nil
}

func orEmpty(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("{}")
	}
	return raw
}

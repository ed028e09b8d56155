package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Sentinels to test errors of this package with errors.Is.
var (
	// ErrTooLarge marks input that is over one of the Limits.
	ErrTooLarge = errors.New("over the limit")
	// ErrSignature marks a ZeroMQ message that was not signed with the key.
	ErrSignature = errors.New("wrong signature")
	// ErrReplayed marks a ZeroMQ message whose signature was seen before.
	ErrReplayed = errors.New("message was seen before")
)

// FrameError says why bytes are not a message.
type FrameError struct {
	Form    string // "v1 frame", "legacy frame" or "zeromq message"
	Part    string // what was being read, such as "offset 3" or "header"
	Problem string
	Err     error // cause, may be nil
}

func (e *FrameError) Error() string {
	return withCause(fmt.Sprintf("%s: %s: %s", e.Form, e.Part, e.Problem), e.Err)
}

// Unwrap returns the cause.
func (e *FrameError) Unwrap() error { return e.Err }

// FieldError says which field of which message is wrong.
type FieldError struct {
	MsgType string // such as "execute_request"; may be empty where that is what is missing
	Field   string // such as "code" or "header.msg_id"; "content" for the whole
	Problem string
	Err     error // cause, may be nil
}

func (e *FieldError) Error() string {
	name := e.MsgType
	if name == "" {
		name = "message"
	}
	return withCause(fmt.Sprintf("%s: %s %s", name, e.Field, e.Problem), e.Err)
}

// Unwrap returns the cause.
func (e *FieldError) Unwrap() error { return e.Err }

func withCause(text string, cause error) string {
	if cause == nil {
		return text
	}
	return text + ": " + cause.Error()
}

// quoted shortens text of a sender for an error message.
func quoted(s string) string {
	const most = 40
	if len(s) > most {
		return strconv.Quote(s[:most]) + "..."
	}
	return strconv.Quote(s)
}

// fieldError names the field that encoding/json stumbled over.
func fieldError(msgType string, err error) error {
	var fe *FieldError
	if errors.As(err, &fe) {
		return &FieldError{MsgType: msgType, Field: fe.Field, Problem: fe.Problem, Err: fe.Err}
	}
	var te *json.UnmarshalTypeError
	if errors.As(err, &te) {
		field := strings.ReplaceAll(te.Field, "Outcome.", "") // embedded, no field of the message
		if field == "" {
			field = "content"
		}
		return &FieldError{MsgType: msgType, Field: field,
			Problem: fmt.Sprintf("is of type %s, want %s", te.Value, jsonName(te.Type))}
	}
	return &FieldError{MsgType: msgType, Field: "content", Problem: "cannot be read", Err: err}
}

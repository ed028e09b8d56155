package protocol

import "encoding/json"

// ShutdownRequest ends the kernel, or restarts it.
type ShutdownRequest struct {
	Restart bool `json:"restart"`
}

// ShutdownReply answers a ShutdownRequest. It is published on IOPub as well.
type ShutdownReply struct {
	Outcome
	Restart bool `json:"restart"`
}

// InterruptRequest stops the running cell.
type InterruptRequest struct{}

// InterruptReply answers an InterruptRequest.
type InterruptReply struct {
	Outcome
}

// Commands of a DebugRequest that need no debug session.
const (
	DebugInspectVariables     = "inspectVariables"
	DebugRichInspectVariables = "richInspectVariables"
	DebugInfo                 = "debugInfo"
)

// DebugRequest is a request of the Debug Adapter Protocol.
type DebugRequest struct {
	Seq       int             `json:"seq"`
	Type      string          `json:"type"` // "request"
	Command   string          `json:"command"`
	Arguments json.RawMessage `json:"arguments,omitempty"`
}

// DebugReply is a response of the Debug Adapter Protocol. Body depends on the
// command; Message says why there is none. See [NewDebugReply].
type DebugReply struct {
	Seq        int             `json:"seq"`
	Type       string          `json:"type"` // "response"
	RequestSeq int             `json:"request_seq"`
	Success    bool            `json:"success"`
	Command    string          `json:"command"`
	Message    string          `json:"message,omitempty"`
	Body       json.RawMessage `json:"body,omitempty"`
}

// NewDebugReply is the successful answer to req. It fails where the body
// cannot be written as JSON.
func NewDebugReply(req DebugRequest, seq int, body any) (DebugReply, error) {
	raw, err := marshal(body)
	if err != nil {
		return DebugReply{}, &FieldError{MsgType: TypeDebugReply, Field: "body", Problem: "cannot be written", Err: err}
	}
	return DebugReply{Seq: seq, Type: "response", RequestSeq: req.Seq, Success: true, Command: req.Command, Body: raw}, nil
}

// RefuseDebug is the failed answer to req.
func RefuseDebug(req DebugRequest, seq int, why string) DebugReply {
	return DebugReply{Seq: seq, Type: "response", RequestSeq: req.Seq, Command: req.Command, Message: why}
}

// DebugEvent is an event of the Debug Adapter Protocol.
type DebugEvent struct {
	Seq   int             `json:"seq"`
	Type  string          `json:"type"` // "event"
	Event string          `json:"event"`
	Body  json.RawMessage `json:"body,omitempty"`
}

// InspectVariablesBody answers inspectVariables: the names of the session.
type InspectVariablesBody struct {
	Variables List[Variable] `json:"variables"`
}

// Variable is one name as the variable panels of clients show it.
type Variable struct {
	Name               string `json:"name"`
	Value              string `json:"value"`
	Type               string `json:"type"`
	EvaluateName       string `json:"evaluateName,omitempty"`
	VariablesReference int    `json:"variablesReference"` // 0 where it cannot be unfolded
	NamedVariables     int    `json:"namedVariables,omitempty"`
	IndexedVariables   int    `json:"indexedVariables,omitempty"`

	// For the page of wnb, where they are known: elements along each axis, bytes
	// of memory, and the cell that defines the name.
	Shape []int  `json:"shape,omitempty"`
	Size  int64  `json:"size,omitempty"`
	Cell  string `json:"cell,omitempty"`
}

// RichInspectVariablesArguments are the arguments of richInspectVariables.
type RichInspectVariablesArguments struct {
	VariableName string `json:"variableName"`
	FrameID      *int   `json:"frameId,omitempty"` // only in a debug session
}

// RichInspectVariablesBody answers richInspectVariables: one name in several
// representations.
type RichInspectVariablesBody struct {
	Data     MimeBundle `json:"data"`
	Metadata Dict       `json:"metadata"`
}

// DebugInfoBody answers debugInfo, which clients ask before they show any
// variable.
type DebugInfoBody struct {
	IsStarted      bool         `json:"isStarted"`
	HashMethod     string       `json:"hashMethod"`
	HashSeed       int          `json:"hashSeed"`
	TmpFilePrefix  string       `json:"tmpFilePrefix"`
	TmpFileSuffix  string       `json:"tmpFileSuffix"`
	Breakpoints    List[Dict]   `json:"breakpoints"`
	StoppedThreads List[int]    `json:"stoppedThreads"`
	RichRendering  bool         `json:"richRendering"`
	ExceptionPaths List[string] `json:"exceptionPaths"`
	CopyToGlobals  bool         `json:"copyToGlobals"`
}

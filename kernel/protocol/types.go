package protocol

import "strings"

// Names of the message types that have a typed content.
const (
	TypeKernelInfoRequest = "kernel_info_request"
	TypeKernelInfoReply   = "kernel_info_reply"
	TypeExecuteRequest    = "execute_request"
	TypeExecuteReply      = "execute_reply"
	TypeCompleteRequest   = "complete_request"
	TypeCompleteReply     = "complete_reply"
	TypeInspectRequest    = "inspect_request"
	TypeInspectReply      = "inspect_reply"
	TypeIsCompleteRequest = "is_complete_request"
	TypeIsCompleteReply   = "is_complete_reply"
	TypeHistoryRequest    = "history_request"
	TypeHistoryReply      = "history_reply"
	TypeCommOpen          = "comm_open"
	TypeCommMsg           = "comm_msg"
	TypeCommClose         = "comm_close"
	TypeCommInfoRequest   = "comm_info_request"
	TypeCommInfoReply     = "comm_info_reply"
	TypeShutdownRequest   = "shutdown_request"
	TypeShutdownReply     = "shutdown_reply"
	TypeInterruptRequest  = "interrupt_request"
	TypeInterruptReply    = "interrupt_reply"
	TypeDebugRequest      = "debug_request"
	TypeDebugReply        = "debug_reply"
	TypeDebugEvent        = "debug_event"
	TypeInputRequest      = "input_request"
	TypeInputReply        = "input_reply"
	TypeStream            = "stream"
	TypeDisplayData       = "display_data"
	TypeUpdateDisplayData = "update_display_data"
	TypeExecuteInput      = "execute_input"
	TypeExecuteResult     = "execute_result"
	TypeError             = "error"
	TypeStatus            = "status"
	TypeClearOutput       = "clear_output"
	TypeGraph             = "wnb_graph"
)

// ReplyType is the type of the answer to a request, or false where the type is
// not that of a request: such a message gets no answer.
func ReplyType(requestType string) (string, bool) {
	name, ok := strings.CutSuffix(requestType, "_request")
	if !ok || name == "" {
		return "", false
	}
	return name + "_reply", true
}

func (KernelInfoRequest) MsgType() string { return TypeKernelInfoRequest }
func (KernelInfoReply) MsgType() string   { return TypeKernelInfoReply }
func (ExecuteRequest) MsgType() string    { return TypeExecuteRequest }
func (ExecuteReply) MsgType() string      { return TypeExecuteReply }
func (CompleteRequest) MsgType() string   { return TypeCompleteRequest }
func (CompleteReply) MsgType() string     { return TypeCompleteReply }
func (InspectRequest) MsgType() string    { return TypeInspectRequest }
func (InspectReply) MsgType() string      { return TypeInspectReply }
func (IsCompleteRequest) MsgType() string { return TypeIsCompleteRequest }
func (IsCompleteReply) MsgType() string   { return TypeIsCompleteReply }
func (HistoryRequest) MsgType() string    { return TypeHistoryRequest }
func (HistoryReply) MsgType() string      { return TypeHistoryReply }
func (CommOpen) MsgType() string          { return TypeCommOpen }
func (CommMsg) MsgType() string           { return TypeCommMsg }
func (CommClose) MsgType() string         { return TypeCommClose }
func (CommInfoRequest) MsgType() string   { return TypeCommInfoRequest }
func (CommInfoReply) MsgType() string     { return TypeCommInfoReply }
func (ShutdownRequest) MsgType() string   { return TypeShutdownRequest }
func (ShutdownReply) MsgType() string     { return TypeShutdownReply }
func (InterruptRequest) MsgType() string  { return TypeInterruptRequest }
func (InterruptReply) MsgType() string    { return TypeInterruptReply }
func (DebugRequest) MsgType() string      { return TypeDebugRequest }
func (DebugReply) MsgType() string        { return TypeDebugReply }
func (DebugEvent) MsgType() string        { return TypeDebugEvent }
func (InputRequest) MsgType() string      { return TypeInputRequest }
func (InputReply) MsgType() string        { return TypeInputReply }
func (Stream) MsgType() string            { return TypeStream }
func (DisplayData) MsgType() string       { return TypeDisplayData }
func (UpdateDisplayData) MsgType() string { return TypeUpdateDisplayData }
func (ExecuteInput) MsgType() string      { return TypeExecuteInput }
func (ExecuteResult) MsgType() string     { return TypeExecuteResult }
func (Error) MsgType() string             { return TypeError }
func (Status) MsgType() string            { return TypeStatus }
func (ClearOutput) MsgType() string       { return TypeClearOutput }
func (Graph) MsgType() string             { return TypeGraph }

// MsgType is the type that the content came with.
func (r Raw) MsgType() string { return r.Type }

// MsgType is the type of the reply that failed.
func (r ErrorReply) MsgType() string { return r.Type }

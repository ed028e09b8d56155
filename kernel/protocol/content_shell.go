package protocol

// ReplyStatus says how a request went. The zero value is written as OK.
type ReplyStatus string

// Status of a reply.
const (
	OK      ReplyStatus = "ok"
	Failed  ReplyStatus = "error"
	Aborted ReplyStatus = "aborted" // a queued request that was dropped; deprecated, clients still accept it
)

// MarshalText writes the status.
func (s ReplyStatus) MarshalText() ([]byte, error) {
	if s == "" {
		s = OK
	}
	return []byte(s), nil
}

// Outcome opens every reply. The zero Outcome is a success; the error is only
// there where the request failed.
type Outcome struct {
	Status    ReplyStatus `json:"status"`
	EName     string      `json:"ename,omitempty"`
	EValue    string      `json:"evalue,omitempty"`
	Traceback []string    `json:"traceback,omitempty"`
}

// Succeeded reports whether there is no error.
func (o Outcome) Succeeded() bool { return o.Status == OK || o.Status == "" }

// KernelInfoRequest asks what the kernel is. It is the first message of every
// connection.
type KernelInfoRequest struct{}

// KernelInfoReply describes the kernel and its language.
type KernelInfoReply struct {
	Outcome
	ProtocolVersion       string       `json:"protocol_version"`
	Implementation        string       `json:"implementation"`
	ImplementationVersion string       `json:"implementation_version"`
	LanguageInfo          LanguageInfo `json:"language_info"`
	Banner                string       `json:"banner"`
	Debugger              bool         `json:"debugger,omitempty"`
	HelpLinks             []HelpLink   `json:"help_links,omitempty"`
	SupportedFeatures     []string     `json:"supported_features,omitempty"`
}

// LanguageInfo says how clients edit, highlight and export the language.
type LanguageInfo struct {
	Name              string `json:"name"`
	Version           string `json:"version"`
	Mimetype          string `json:"mimetype"`
	FileExtension     string `json:"file_extension"` // with its dot
	PygmentsLexer     string `json:"pygments_lexer,omitempty"`
	CodemirrorMode    string `json:"codemirror_mode,omitempty"`
	NbconvertExporter string `json:"nbconvert_exporter,omitempty"`
}

// HelpLink is an entry of the client's help menu.
type HelpLink struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

// ExecuteRequest runs code. The cell it belongs to, if any, is named by the
// message's metadata (see [ExecuteMetadata]).
type ExecuteRequest struct {
	Code            string         `json:"code"`
	Silent          bool           `json:"silent"`
	StoreHistory    bool           `json:"store_history"` // decoded: true where left out, false where silent
	UserExpressions Object[string] `json:"user_expressions"`
	AllowStdin      bool           `json:"allow_stdin"`
	StopOnError     bool           `json:"stop_on_error"` // decoded: true where left out
}

// ExecuteMetadata is what clients say about an execute_request: JupyterLab
// gives the cell's nbformat id, VS Code a URI, console clients nothing.
type ExecuteMetadata struct {
	CellID       string   `json:"cellId,omitempty"`
	DeletedCells []string `json:"deletedCells,omitempty"`
}

// ExecuteReply ends an execute_request. Of a success the expressions and the
// payload are written, otherwise all of the error is.
type ExecuteReply struct {
	Outcome
	ExecutionCount  int                      `json:"execution_count"`
	UserExpressions Object[ExpressionResult] `json:"user_expressions"`
	Payload         List[Dict]               `json:"payload"`
}

// ExpressionResult is the value of one of the user_expressions, or why there
// is none.
type ExpressionResult struct {
	Outcome
	Data     MimeBundle `json:"data"`
	Metadata Dict       `json:"metadata"`
}

// CompleteRequest asks for completions. CursorPos counts code points, see
// [Offset]; decoded, it is the end of the code where it was left out.
type CompleteRequest struct {
	Code      string `json:"code"`
	CursorPos int    `json:"cursor_pos"`
}

// CompleteReply says what may replace the code between two cursor positions
// (in code points).
type CompleteReply struct {
	Outcome
	Matches     List[string] `json:"matches"`
	CursorStart int          `json:"cursor_start"`
	CursorEnd   int          `json:"cursor_end"`
	Metadata    Dict         `json:"metadata"`
}

// InspectRequest asks what the name under the cursor is. CursorPos counts code
// points, see [Offset]; decoded, it is the end of the code where it was left out.
type InspectRequest struct {
	Code        string `json:"code"`
	CursorPos   int    `json:"cursor_pos"`
	DetailLevel int    `json:"detail_level"` // 0, or 1 for more, such as source
}

// InspectReply describes a name.
type InspectReply struct {
	Outcome
	Found    bool       `json:"found"`
	Data     MimeBundle `json:"data"`
	Metadata Dict       `json:"metadata"`
}

// IsCompleteRequest asks whether code can run as it stands.
type IsCompleteRequest struct {
	Code string `json:"code"`
}

// Status of an IsCompleteReply.
const (
	Complete   = "complete"
	Incomplete = "incomplete"
	Invalid    = "invalid"
	Unknown    = "unknown"
)

// IsCompleteReply answers with Complete, Incomplete, Invalid or Unknown; the
// indent of the next line is only for Incomplete.
type IsCompleteReply struct {
	Status string `json:"status"`
	Indent string `json:"indent,omitempty"`
}

// HistAccessType of a HistoryRequest.
const (
	HistoryTail   = "tail"   // the last N entries
	HistoryRange  = "range"  // entries Start to Stop of Session
	HistorySearch = "search" // the last N entries that match Pattern
)

// HistoryRequest asks for code that ran before.
type HistoryRequest struct {
	HistAccessType string `json:"hist_access_type"`
	Output         bool   `json:"output"`
	Raw            bool   `json:"raw"`
	Session        int    `json:"session,omitempty"` // range: 0 is this one, negative counts back
	Start          int    `json:"start,omitempty"`
	Stop           int    `json:"stop,omitempty"`
	N              int    `json:"n,omitempty"`
	Pattern        string `json:"pattern,omitempty"` // glob with * and ?
	Unique         bool   `json:"unique,omitempty"`
}

// HistoryReply lists entries, oldest first.
type HistoryReply struct {
	Outcome
	History List[HistoryEntry] `json:"history"`
}

// HistoryEntry is one execution: [session, line, input], and with outputs
// [session, line, [input, output]].
type HistoryEntry struct {
	Session, Line int
	Input         string
	WithOutput    bool // the request asked for outputs
	Output        string
}

// CommInfoRequest asks which comms are open, all or those of one target.
type CommInfoRequest struct {
	TargetName string `json:"target_name,omitempty"`
}

// CommInfoReply lists the open comms by id.
type CommInfoReply struct {
	Outcome
	Comms Object[CommTarget] `json:"comms"`
}

// CommTarget is the target of an open comm.
type CommTarget struct {
	TargetName string `json:"target_name"`
}

// ErrorReply is the failed answer to any request but execute_request.
type ErrorReply struct {
	Type      string       `json:"-"` // of the reply, see [ReplyType]
	EName     string       `json:"ename"`
	EValue    string       `json:"evalue"`
	Traceback List[string] `json:"traceback"`
}

package protocol

// Names of a Stream.
const (
	Stdout = "stdout"
	Stderr = "stderr"
)

// Stream is text that a cell printed.
type Stream struct {
	Name string `json:"name"` // Stdout or Stderr
	Text string `json:"text"`
}

// DisplayData is an output in several representations; text/plain should
// always be one of them.
type DisplayData struct {
	Data      MimeBundle `json:"data"`
	Metadata  Dict       `json:"metadata"`
	Transient Transient  `json:"transient,omitzero"`
}

// Transient is what clients do not store with an output.
type Transient struct {
	DisplayID string `json:"display_id,omitempty"`
}

// UpdateDisplayData replaces all outputs with the same display id.
type UpdateDisplayData struct {
	Data      MimeBundle `json:"data"`
	Metadata  Dict       `json:"metadata"`
	Transient Transient  `json:"transient"`
}

// ExecuteInput tells all clients what runs.
type ExecuteInput struct {
	Code           string `json:"code"`
	ExecutionCount int    `json:"execution_count"`
}

// ExecuteResult is the value of a cell.
type ExecuteResult struct {
	ExecutionCount int        `json:"execution_count"`
	Data           MimeBundle `json:"data"`
	Metadata       Dict       `json:"metadata"`
	Transient      Transient  `json:"transient,omitzero"`
}

// Error is the error that ended a cell.
type Error struct {
	EName     string       `json:"ename"`
	EValue    string       `json:"evalue"`
	Traceback List[string] `json:"traceback"` // lines, may hold ANSI colours
}

// States of a kernel. Starting comes once in the life of a process; Restarting
// and Dead come from the server, with no parent.
const (
	Starting   = "starting"
	Busy       = "busy"
	Idle       = "idle"
	Restarting = "restarting"
	Dead       = "dead"
)

// Status says what the kernel does. Busy comes before and Idle after the
// handling of every request.
type Status struct {
	ExecutionState string `json:"execution_state"`
}

// ClearOutput empties the output area, at once or when the next output comes.
type ClearOutput struct {
	Wait bool `json:"wait"`
}

// CommOpen opens a comm, a channel between an object of the kernel and one of
// the page. Messages of a comm may carry buffers.
type CommOpen struct {
	CommID       string `json:"comm_id"`
	TargetName   string `json:"target_name"`
	TargetModule string `json:"target_module,omitempty"`
	Data         Dict   `json:"data"`
}

// CommMsg is a message of a comm.
type CommMsg struct {
	CommID string `json:"comm_id"`
	Data   Dict   `json:"data"`
}

// CommClose closes a comm, and refuses one whose target is not known.
type CommClose struct {
	CommID string `json:"comm_id"`
	Data   Dict   `json:"data"`
}

// InputRequest asks the user for a line of text.
type InputRequest struct {
	Prompt   string `json:"prompt"`
	Password bool   `json:"password"` // do not show what is typed
}

// InputReply is what the user typed.
type InputReply struct {
	Value string `json:"value"`
}

// Graph carries the cells of a document and how they depend on each other, for
// the page of wnb. Other clients ignore it.
type Graph struct {
	Cells List[GraphCell] `json:"cells"`
	Edges List[[2]string] `json:"edges"` // from the cell that defines to the one that reads
}

// GraphCell is the state of one cell.
type GraphCell struct {
	ID      string       `json:"id"`
	Defines List[string] `json:"defines"`
	Reads   List[string] `json:"reads"`
	State   string       `json:"state"`  // fresh, stale, queued, running, cached, held or failed
	Why     string       `json:"why"`    // the reason for the state, for people
	RunMS   float64      `json:"run_ms"` // of this session's run, or of taking the result from the cache
	Cached  bool         `json:"cached"`
	SavedMS float64      `json:"saved_ms"` // what the run that was not made took longer
}

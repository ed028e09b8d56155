// Package cells holds what a cell leaves behind.
//
// A cell has two kinds of results: values, which other cells read, and effects,
// which the world sees: outputs, logged metrics, artifacts, written files,
// messages. Effects are data. They are recorded while a cell runs, in order,
// and applied by whoever runs the cell; since nothing is lost in between, a
// result that was stored can be applied again to another run without running
// the cell.
package cells

import "time"

// An Effect is one thing that a cell did to the world; one of the types below.
type Effect interface{ effect() }

// A Blob is content, named by its SHA-256 in lower-case hex.
type Blob struct {
	SHA256 string
	Size   int64
}

// Stream is text that a cell printed; Name is "stdout" or "stderr". Whole is all
// that the cell printed where the middle was left out of Text.
type Stream struct {
	Name, Text string
	Whole      Blob
}

// Display is a value shown in several forms, by MIME type. Text types hold
// UTF-8; image types hold the bytes themselves, not base64. Result marks the
// value of the cell's last expression. Blobs are the contents that Data names,
// such as the whole of a table of which it shows a part.
//
// ID names a display that may change while its cell runs, among the displays of
// the cell; empty for others. What a result holds is the last form.
type Display struct {
	Data   map[string][]byte
	Result bool
	Blobs  []Blob
	ID     string
}

// Update is a newer form of the Display of the running cell with the same ID.
// Observers are told of it; it is no part of a result, and has no written form.
type Update struct {
	ID   string
	Data map[string][]byte
}

// TableType is the MIME type of a table that is kept as a whole: JSON with rows,
// columns (name and dtype), and ref, the SHA-256 of the frame in its own
// encoding. Without ref, reason says why the whole is not kept.
const TableType = "application/vnd.wnb.table+json"

// Param is a parameter logged to the run, such as those of an estimator.
type Param struct{ Key, Value string }

// Metric is a number logged to the run. Time is when it was logged first; a
// replay keeps it.
type Metric struct {
	Key   string
	Value float64
	Step  int64
	Time  time.Time
}

// Tag is a label set on the run.
type Tag struct{ Key, Value string }

// Artifact is content attached to the run under a path of its own.
type Artifact struct {
	Path      string // relative, with slashes
	Kind      string // artifact, figure, model, table, text, dataset
	MediaType string
	Blob      Blob
}

// File is a file written to disk. Path is as the cell gave it, relative to the
// notebook's folder.
type File struct {
	Path string
	Blob Blob
}

// Notice is a message to people, and what became of it.
type Notice struct {
	Title, Text string
	Level       string // info, warning, error
	Deliveries  []Delivery
}

// Delivery is the outcome of a notice on one channel; Error is empty if it
// arrived.
type Delivery struct{ Channel, Error string }

// Input is something outside of the notebook that the cell asked for: the
// question (Kind and Name) and a hash of the answer. It is asked again before
// a stored result is used.
type Input struct {
	Kind   string // one of the kinds below
	Name   string
	SHA256 string // of the answer; in hex, for a file that is not there Absent; for UIInput the answer itself
	// Otherwise is the answer to a UIInput that nobody has set: the default that
	// the cell gave with the question.
	Otherwise string
}

// The kinds of inputs.
const (
	FileInput   = "file"   // the content of a file, by path
	ExistsInput = "exists" // whether there is a file or folder, by path
	GlobInput   = "glob"   // the files that match a pattern
	EnvInput    = "env"    // a variable of the environment; the hash is keyed
	SecretInput = "secret" // a secret, by name; the hash is keyed
	CellInput   = "cell"   // the id of the cell itself
	UIInput     = "ui"     // the value of a named input, as JSON
	// ImpureInput is an answer that nobody can ask for again, such as the time:
	// the result is never kept. Name says what it was.
	ImpureInput = "impure"
)

// Absent is the answer to a question about something that is not there.
const Absent = "absent"

func (Stream) effect()   {}
func (Display) effect()  {}
func (Update) effect()   {}
func (Param) effect()    {}
func (Metric) effect()   {}
func (Tag) effect()      {}
func (Artifact) effect() {}
func (File) effect()     {}
func (Notice) effect()   {}
func (Input) effect()    {}

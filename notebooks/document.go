// Package notebooks is the .wnb document: parsing, printing, declared
// parameters, and conversion from and to Jupyter's .ipynb.
//
// A .wnb file is Markdown that any viewer renders. A YAML front matter names
// the format version and declares parameters; a fence with a cell language and
// an attribute block is a cell; all else is prose:
//
//	---
//	wnb: 1
//	params:
//	  seed: 42
//	---
//
//	# Title
//
//	```starlark {#load .hide-code timeout=30s}
//	x = params.seed
//	```
//
// Three promises hold the package together. Print gives one canonical form,
// and a file in that form is read and printed byte for byte. What the package
// does not know (front matter keys, comments, attributes) is kept. And any
// .ipynb goes to .wnb and back without loss of cell sources, kinds, order, ids,
// metadata and attachments; only line ends become LF. Where plain prose cannot
// carry a Markdown cell exactly, as when it holds the text of a cell, it is
// written as a fence of its own.
//
// The package imports nothing else of wnb and never runs anything. Outputs are
// part of a Document only for the exporters; they are never in the file.
package notebooks

import "time"

// A Document is a notebook: front matter and cells in file order.
type Document struct {
	Front FrontMatter
	Cells []Cell
}

// A Lang is the language of a cell, the first word of its fence.
type Lang string

// The cell languages. Python is what an import could not translate: it is kept
// and never run.
const (
	Starlark       Lang = "starlark"
	SQL            Lang = "sql"
	Go             Lang = "go"
	Rust           Lang = "rust"
	C              Lang = "c"
	AssemblyScript Lang = "assemblyscript"
	WAT            Lang = "wat"
	Markdown       Lang = "markdown"
	Raw            Lang = "raw"
	Python         Lang = "python"
)

// A Cell is one cell of a document: prose (Markdown) or code.
type Cell struct {
	// ID names the cell in its document; empty until AssignIDs or the file
	// gives one. Prose usually has none in the file: AssignIDs derives it.
	ID    string
	Lang  Lang
	Attrs Attrs
	// Source has LF line ends and no final newline.
	Source string
	// Line is the line of the file (from 1) that holds the first line of
	// Source; 0 for a cell that was not read from a .wnb file.
	Line int

	// Outputs and Execution are never part of the .wnb file. Whoever ran the
	// cell sets them for the exporters.
	Outputs   []Output
	Execution *Execution
}

// An Execution is how a cell's last run went.
type Execution struct {
	Status   Status
	Reason   string // why it was skipped or not run, in words
	Duration time.Duration
	Count    int // the execution count shown as In [n]; 0 for none
}

// A Status is the outcome of a cell in a run.
type Status string

// The outcomes of a cell.
const (
	StatusDone    Status = "done"
	StatusCached  Status = "cached"
	StatusFailed  Status = "failed"
	StatusSkipped Status = "skipped"
)

// An OutputType is the kind of an output, in nbformat's words.
type OutputType string

// nbformat's output types.
const (
	Stream        OutputType = "stream"
	DisplayData   OutputType = "display_data"
	ExecuteResult OutputType = "execute_result"
	ErrorOutput   OutputType = "error"
)

// An Output is one output of a cell, with nbformat's four kinds in one struct.
type Output struct {
	Type OutputType
	// Name and Text are a stream's: "stdout" or "stderr", and what was written.
	Name, Text string
	// Data is the MIME bundle of display_data and execute_result. Text types
	// hold UTF-8, JSON types the JSON text, image types the raw (not base64)
	// bytes.
	Data map[string][]byte
	// Metadata of display_data and execute_result; may be nil.
	Metadata map[string]any
	// EName, EValue and Traceback are an error's.
	EName, EValue string
	Traceback     []string
}

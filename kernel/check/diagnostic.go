package check

import (
	"cmp"
	"slices"

	"github.com/wnb-dev/wnb/notebooks"
)

// A Severity says how much a diagnostic matters.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // it fails
	Warning Severity = "warning" // it is most likely not meant
	Note    Severity = "note"    // for the reader's eye
)

// A Diagnostic is one thing that was found.
type Diagnostic struct {
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	// File is the notebook under the name that was given, or the path of a
	// loaded file in the project.
	File string `json:"file,omitempty"`
	// Cell is the id of the cell; empty for the front matter and for files
	// that are loaded.
	Cell string `json:"cell,omitempty"`
	// Line and Col are the place in the cell's source, or in the file that is
	// loaded, from 1, Col in characters; 0 where it is not in the source. The
	// place ends before EndCol of the same line.
	Line   int `json:"line,omitempty"`
	Col    int `json:"column,omitempty"`
	EndCol int `json:"end_column,omitempty"`
	// FileLine is the line of File; 0 if the document was not read from one.
	FileLine int    `json:"file_line,omitempty"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"` // what to do
	Fix      *Fix   `json:"fix,omitempty"`
	// Source is the line of the place, secrets masked.
	Source string `json:"source,omitempty"`

	attr string // of the cell's first line or the front matter: what to point at
}

// A Fix is a change that is safe: it leaves what the notebook does as it is, or
// makes work what could not work.
type Fix struct {
	Title string `json:"title"` // what it does, as in "write `fit`"
	// Edits change the source of the cell, or of the file that is loaded.
	Edits []Edit `json:"edits,omitempty"`
	// Attr is an attribute of the cell that gets another value.
	Attr *notebooks.Attr `json:"-"`
	// AssignIDs gives ids to the cells that have none.
	AssignIDs bool `json:"-"`
}

// An Edit puts Text in the place from Line and Col up to EndLine and EndCol,
// all from 1 and in characters.
type Edit struct {
	Line    int    `json:"line"`
	Col     int    `json:"column"`
	EndLine int    `json:"end_line"`
	EndCol  int    `json:"end_column"`
	Text    string `json:"text"`
}

// compare orders diagnostics by place, then by code.
func compare(a, b Diagnostic) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.FileLine, b.FileLine), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
		cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
}

// Worst is the highest severity; "" of none.
func Worst(ds []Diagnostic) Severity {
	for _, s := range []Severity{Error, Warning, Note} {
		if slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == s }) {
			return s
		}
	}
	return ""
}

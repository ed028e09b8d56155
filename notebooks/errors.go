package notebooks

import (
	"errors"
	"fmt"
	"strings"
)

// Sentinels that callers decide on.
var (
	// ErrParam marks a parameter that was given a wrong value, or that does
	// not exist: a usage error.
	ErrParam = errors.New("parameter")
	// ErrConflict marks a write that would replace a version of the file that
	// the writer has not read.
	ErrConflict = errors.New("the file changed since it was read")
)

// An Error is one thing that is wrong with a document.
type Error struct {
	File string
	// Line counts from 1. Col counts characters from 1; 0 means the whole line.
	Line, Col int
	Msg       string
	Hint      string // what to do; may be empty
}

// Error gives "file:line:col: what happened", and the hint on further lines.
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File + ":")
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, "%d:", e.Line)
	}
	if e.Col > 0 {
		fmt.Fprintf(&b, "%d:", e.Col)
	}
	if b.Len() > 0 {
		b.WriteString(" ")
	}
	b.WriteString(e.Msg)
	if e.Hint != "" {
		b.WriteString("\n  " + strings.ReplaceAll(e.Hint, "\n", "\n  "))
	}
	return b.String()
}

// Errors are all that is wrong with a document, in line order. Parse returns
// its errors as this type.
type Errors []*Error

// Error gives one error after the other, each on its own lines.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find the single errors.
func (es Errors) Unwrap() []error {
	out := make([]error, len(es))
	for i, e := range es {
		out[i] = e
	}
	return out
}

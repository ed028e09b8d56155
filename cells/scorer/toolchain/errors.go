package toolchain

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wnb-dev/wnb/cells/scorer/confine"
)

var (
	// ErrMissing is wrapped by the error of a source whose toolchain this machine
	// does not have. The text says what to install.
	ErrMissing = errors.New("toolchain not found")
	// ErrMemory is wrapped by the error of a compiler that took too much memory.
	// One that took too long gives scorer.ErrDeadline.
	ErrMemory = confine.ErrMemory
)

// Diagnostic is what is wrong at a place of the author's text. Lines and columns
// count from 1; columns are in the unit of the compiler: bytes, or characters
// for Rust and AssemblyScript. Line is 0 where the compiler names no place.
type Diagnostic struct {
	Line    int    `json:"line"`
	Col     int    `json:"col"`
	Message string `json:"message"`
}

// SourceError is a source that does not compile.
type SourceError struct {
	Lang        Lang
	Diagnostics []Diagnostic // at least one, in the order of the compiler
}

func (e *SourceError) Error() string {
	var lines []string
	for _, d := range e.Diagnostics {
		text := d.Message
		if d.Line > 0 {
			text = fmt.Sprintf("line %d, column %d: %s", d.Line, d.Col, d.Message)
		}
		lines = append(lines, text)
	}
	return strings.Join(lines, "\n")
}

// at is an error at one place.
func (s *Source) at(line, col int, format string, args ...any) error {
	return &SourceError{Lang: s.Lang, Diagnostics: []Diagnostic{{Line: line, Col: col, Message: fmt.Sprintf(format, args...)}}}
}

func missing(program, install string) error {
	return fmt.Errorf("%w: %s; %s", ErrMissing, program, install)
}

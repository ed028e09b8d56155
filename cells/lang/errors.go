package lang

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// A Kind says what sort of thing went wrong in a cell.
type Kind string

// The kinds of errors.
const (
	KindSyntax    Kind = "syntax"    // the text is not a program
	KindName      Kind = "name"      // a name is not defined, or defined twice
	KindMutation  Kind = "mutation"  // a value of another cell would be changed
	KindRuntime   Kind = "error"     // the program failed
	KindTimeout   Kind = "timeout"   // the cell's deadline passed
	KindInterrupt Kind = "interrupt" // the run was interrupted
	KindLimit     Kind = "limit"     // a step, depth or memory limit was hit
	KindInternal  Kind = "internal"  // a fault of wnb itself
)

// Causes of cancelled contexts that Run tells apart from an interrupt. A
// caller that sets a deadline uses context.WithTimeoutCause or an equivalent
// with an error that wraps ErrTimeout.
var ErrTimeout = errors.New("time limit reached")

// An Error is a failure of a cell, in words for the person who wrote it.
type Error struct {
	Kind   Kind
	Cell   string // the cell or, inside a loaded file, its path
	Line   int    // of the cell's source, from 1; 0 if unknown
	Col    int    // in characters, from 1; 0 if unknown
	Source string // the source line
	Msg    string
	Hint   string  // what to do; may be empty
	Trace  []Frame // the calls that led there, outermost first; at least one for runtime errors
	cause  error
}

// A Frame is one call of a back-trace.
type Frame struct {
	Cell   string // or the path of a loaded file
	Line   int
	Col    int
	Func   string // the function's name; "" at the top level of a cell
	Source string
	Locals []Local // what the function's variables held, where it is known
}

// A Local is a variable of a frame, its value shortened for reading.
type Local struct{ Name, Value string }

// Unwrap gives the error that a builtin returned, if one did.
func (e *Error) Unwrap() error { return e.cause }

// Error is the message with its place, on one line.
func (e *Error) Error() string {
	s := e.Where()
	if s != "" {
		s += ": "
	}
	s += e.Msg
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Where is the place of the error: "cell fit, line 3, column 9".
func (e *Error) Where() string {
	var parts []string
	if e.Cell != "" {
		parts = append(parts, placeName(e.Cell))
	}
	if e.Line > 0 {
		parts = append(parts, fmt.Sprintf("line %d", e.Line))
	}
	if e.Line > 0 && e.Col > 0 {
		parts = append(parts, fmt.Sprintf("column %d", e.Col))
	}
	return strings.Join(parts, ", ")
}

func placeName(cell string) string {
	if isFile(cell) || strings.HasPrefix(cell, homeless) {
		return cell
	}
	return "cell " + cell
}

// isFile tells the path of a loaded file from a cell id, which holds no dot.
func isFile(cell string) bool { return strings.Contains(cell, ".") }

// Traceback renders the error for a terminal or a notebook, one line per
// element: message, source line with a caret, hint and back-trace.
func (e *Error) Traceback() []string {
	lines := []string{e.Msg}
	if where := e.Where(); where != "" {
		lines = append(lines, "  in "+where)
	}
	if e.Source != "" {
		lines = append(lines, quote(e.Line, e.Col, e.Source)...)
	}
	if e.Hint != "" {
		lines = append(lines, "  hint: "+e.Hint)
	}
	if len(e.Trace) > 1 {
		lines = append(lines, "  called from:")
		lines = append(lines, callers(e.Trace[:len(e.Trace)-1])...)
	}
	return lines
}

// Details is Traceback with the variables of the calls where they are known,
// for places that can fold them away.
func (e *Error) Details() []string {
	lines := e.Traceback()
	for i := len(e.Trace) - 1; i >= max(0, len(e.Trace)-maxCallers); i-- {
		f := e.Trace[i]
		if len(f.Locals) == 0 {
			continue
		}
		name := placeName(f.Cell)
		if f.Func != "" {
			name = f.Func + " of " + name
		}
		lines = append(lines, "  variables in "+name+":")
		for _, l := range f.Locals {
			lines = append(lines, "    "+l.Name+" = "+l.Value)
		}
	}
	return lines
}

// maxCallers is how many calls a rendered back-trace shows at either end.
const maxCallers = 6

// callers lists frames from the innermost out, the middle of long ones left out.
func callers(frames []Frame) []string {
	var lines []string
	for i := len(frames) - 1; i >= 0; i-- {
		if depth := len(frames) - 1 - i; depth == maxCallers && i >= maxCallers {
			lines = append(lines, fmt.Sprintf("    … %d more calls", i-maxCallers+1))
			i = maxCallers - 1
		}
		lines = append(lines, frames[i].text())
	}
	return lines
}

// A HintError is an error of a builtin that knows what to do about it.
type HintError struct {
	Err  error
	Hint string
}

func (e *HintError) Error() string { return e.Err.Error() }

// Unwrap gives the error itself.
func (e *HintError) Unwrap() error { return e.Err }

// WithHint is a HintError with a formatted message.
func WithHint(hint, format string, args ...any) error {
	return &HintError{fmt.Errorf(format, args...), hint}
}

func (f Frame) text() string {
	s := fmt.Sprintf("    %s, line %d", placeName(f.Cell), f.Line)
	if f.Func != "" {
		s += ", in " + f.Func
	}
	if src := strings.TrimSpace(f.Source); src != "" {
		src, _ = around(src, 0)
		s += ": " + src
	}
	return s
}

// maxQuoted is how many characters of a source line are shown.
const maxQuoted = 160

// around is a part of a long line with a column in it, and where that is then.
func around(source string, col int) (string, int) {
	all := []rune(source)
	if len(all) <= maxQuoted {
		return source, col
	}
	from := min(max(0, col-1-maxQuoted/2), len(all)-maxQuoted)
	part := string(all[from : from+maxQuoted])
	if from+maxQuoted < len(all) {
		part += "…"
	}
	if from > 0 {
		part, col = "…"+part, col-from+1
	}
	return part, col
}

// quote shows a source line with a caret under the column.
func quote(line, col int, source string) []string {
	source, col = around(source, col)
	number := fmt.Sprintf("%5d | ", line)
	out := []string{number + source}
	if col > 0 && col <= utf8.RuneCountInString(source)+1 {
		var blank strings.Builder
		for i, c := range []rune(source) {
			if i == col-1 {
				break
			}
			if c != '\t' {
				c = ' '
			}
			blank.WriteRune(c)
		}
		out = append(out, strings.Repeat(" ", len(number)-2)+"| "+blank.String()+"^")
	}
	return out
}

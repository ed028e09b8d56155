package scorer

import (
	"errors"
	"fmt"
)

// Why a call into an extension ended, wrapped in a *CallError; the instance that it
// happened in is gone. ErrDeadline and ErrTooCostly also end compilations, and
// ErrClosed all that comes too late.
var (
	// ErrFuel: the guest executed more instructions than its budget.
	ErrFuel = errors.New("out of fuel")
	// ErrDeadline: the guest ran longer than its deadline, or the compiler did.
	ErrDeadline = errors.New("deadline exceeded")
	// ErrStack: the guest's calls nest deeper than the limit.
	ErrStack = errors.New("call stack too deep")
	// ErrMemory: the input does not fit in the guest's memory limit, or what the
	// guest makes of it does not.
	ErrMemory = errors.New("not enough guest memory")
	// ErrUndefined: a metric gave NaN or an infinity.
	ErrUndefined = errors.New("metric is undefined on this input")
	// ErrRange: a metric gave a score that its manifest rules out.
	ErrRange = errors.New("score outside of the range of the manifest")
	// ErrTooCostly: compiling the module took more memory than allowed.
	ErrTooCostly = errors.New("too costly to compile")
	// ErrClosed: the engine, module or job was closed.
	ErrClosed = errors.New("closed")
)

// ValidationError says why a module was refused and where. Func is the index
// of a function in the module's function index space, or -1.
type ValidationError struct {
	Section string
	Func    int
	Offset  int
	Msg     string
}

func (e *ValidationError) Error() string {
	if e.Func >= 0 {
		return fmt.Sprintf("invalid module: section %s, function %d, offset %#x: %s", e.Section, e.Func, e.Offset, e.Msg)
	}
	return fmt.Sprintf("invalid module: section %s, offset %#x: %s", e.Section, e.Offset, e.Msg)
}

// CallError is a failed call into an extension. Unwrap gives the reason:
// ErrFuel, ErrDeadline, ErrStack, ErrMemory, ErrUndefined, ErrRange, a *TrapError, an
// *ExtError, an *ExitError, an *ABIError, or context.Canceled.
type CallError struct {
	Extension, Version string
	Call               string // the export that was called
	Rows               [2]int // half-open range of rows of the batch
	Fuel               int64  // used by this call
	Err                error
}

func (e *CallError) Error() string {
	name := e.Extension
	if e.Version != "" {
		name += " " + e.Version
	}
	rows := ""
	switch last := e.Rows[1] - 1; {
	case last > e.Rows[0]:
		rows = fmt.Sprintf(" on rows %d to %d", e.Rows[0], last)
	case last == e.Rows[0]:
		rows = fmt.Sprintf(" on row %d", last)
	}
	return fmt.Sprintf("extension %s: %s%s: %v", name, e.Call, rows, e.Err)
}

func (e *CallError) Unwrap() error { return e.Err }

// InitError is a failure before the first call: the start function,
// _initialize or wnb_configure.
type InitError struct{ Err error }

func (e *InitError) Error() string { return "cannot start: " + e.Err.Error() }
func (e *InitError) Unwrap() error { return e.Err }

// TrapError is a WebAssembly trap, such as an integer division by zero.
type TrapError struct {
	Reason string
	Said   string // the reason that the guest's runtime gave; may be empty
	Stack  string // innermost frame first, truncated
}

func (e *TrapError) Error() string { return "trap: " + e.Reason + because(e.Said) }

// because is what a guest said, behind what the host saw.
func because(said string) string {
	if said == "" {
		return ""
	}
	return ": " + said
}

// ExtError is an error that the extension itself reports (wnb.fail, env.abort).
type ExtError struct {
	Code int32
	Msg  string
}

func (e *ExtError) Error() string { return fmt.Sprintf("failed with code %d: %s", e.Code, e.Msg) }

// ExitError is a guest that called proc_exit.
type ExitError struct {
	Code uint32
	Said string // as in a TrapError
}

func (e *ExitError) Error() string {
	return fmt.Sprintf("exited with code %d instead of returning", e.Code) + because(e.Said)
}

// ABIError is a guest that broke the contract at run time: a pointer outside
// its memory, an allocation that overlaps another.
type ABIError struct{ Msg string }

func (e *ABIError) Error() string { return "breaks the ABI: " + e.Msg }

// SelfCheckError is an extension whose self-check failed.
type SelfCheckError struct {
	Extension string
	Vector    int // index into the manifest's selfcheck list, -1 for a generated one
	Msg       string
}

func (e *SelfCheckError) Error() string {
	if e.Vector < 0 {
		return fmt.Sprintf("self-check: extension %s, on generated rows: %s", e.Extension, e.Msg)
	}
	return fmt.Sprintf("self-check: extension %s, vector %d: %s", e.Extension, e.Vector, e.Msg)
}

package builtin

import (
	"context"
	"errors"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
)

// A Host is the running cell's door to the world. All that builtins do beyond
// computing goes through it, so that it can be recorded.
type Host interface {
	// Record adds an effect to the running cell.
	Record(cells.Effect) error
	// PutBlob keeps content and names it by hash.
	PutBlob(ctx context.Context, content []byte) (cells.Blob, error)
	// ReadFile reads a file, relative to the notebook's folder, and records
	// what was read.
	ReadFile(ctx context.Context, path string) ([]byte, error)
	// WriteFile writes a file, relative to the notebook's folder, at once or
	// not at all, and records it.
	WriteFile(ctx context.Context, path string, content []byte) error
	// Exists tells whether there is a file or folder, and Glob which paths match
	// a pattern; Env looks up a variable of the environment. Each records what
	// was asked.
	Exists(path string) (bool, error)
	Glob(pattern string) ([]string, error)
	Env(name string) (text string, ok bool, err error)
	// Ask gives the value of a named input as JSON, or otherwise if nobody has set
	// it, and records the question. Without a name it is the one that the cell
	// gives the input by assigning the call at a place; known is the name.
	Ask(name string, at syntax.Position, otherwise string) (known, answer string, err error)
	// SecretHash is a keyed hash of a secret, and Secret its text, which must
	// go no further than the builtin that asks. The error of one that is not set
	// wraps fs.ErrNotExist.
	SecretHash(ctx context.Context, name string) (string, error)
	Secret(ctx context.Context, name string) (string, error)
	// NextFit gives what the names start with that the next fit of the running
	// cell logs; on is false if fits are not to be logged. Autolog sets that for
	// the rest of the cell. Fits are logged at the start.
	NextFit() (prefix string, on bool, err error)
	Autolog(on bool)
	// Impure notes that the cell asked something whose answer is another one next
	// time.
	Impure(what string) error
	// Map calls f with each item, several at a time, and gives the results in
	// the order of the items, frozen.
	Map(ctx context.Context, f starlark.Callable, items []starlark.Value) ([]starlark.Value, error)
	// StartBar shows a progress bar with a label; total is how many items there
	// are, -1 if that is not known.
	StartBar(label string, total int) Meter
	// Notify sends a message to the configured channels and records it with
	// its outcome.
	Notify(ctx context.Context, n cells.Notice) error
	// Input asks the client for a line of text.
	Input(ctx context.Context, prompt string) (string, error)
	// Now is the time that logged values carry.
	Now() time.Time
	// Threads is how many goroutines a computation may use.
	Threads() int
}

// errNoHost is what an effect gives while a file is loaded.
var errNoHost = errors.New("a file that is loaded cannot read, write, log or show anything; do it in a function that a cell calls")

// host is the door of the cell that runs on the thread.
func host(thread *starlark.Thread) (Host, error) {
	if h, ok := lang.Host(thread).(Host); ok {
		return h, nil
	}
	return nil, errNoHost
}

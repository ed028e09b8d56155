package infer

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/wnb-dev/wnb/cells/builtin"
)

// headers is a host that gives of each file the first record of a CSV text, and
// can do nothing else: the other methods are those of a nil Host, whose panic
// the call turns into an error.
type headers struct {
	builtin.Host
	open func(path string) (io.ReadCloser, error)
}

// maxHeader is the longest first record that is read.
const maxHeader = 64 << 10

var errNoHeader = errors.New("there is no first record to read")

// ReadFile gives the first record of a CSV text.
func (h *headers) ReadFile(_ context.Context, path string) ([]byte, error) {
	if h.open == nil {
		return nil, errNoHeader
	}
	file, err := h.open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() // it was only read
	text, err := io.ReadAll(io.LimitReader(file, maxHeader))
	if err != nil {
		return nil, err
	}
	if record := firstRecord(text); record != nil {
		return record, nil
	}
	return nil, errNoHeader
}

// Threads is how many goroutines a computation may use.
func (h *headers) Threads() int { return 1 }

// firstRecord is the first line that is not empty; a line end between quotes
// is part of it. A text that ends before it is whole, or that is cut off at the
// limit, has none.
func firstRecord(text []byte) []byte {
	text = bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\ufeff")), "\r\n")
	quoted := false
	for i, c := range text {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '\n' && !quoted:
			return text[:i+1]
		}
	}
	if len(text) == 0 || quoted || len(text) >= maxHeader-4 {
		return nil
	}
	return text
}

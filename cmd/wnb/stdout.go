package main

import (
	"errors"
	"fmt"
	"io"
)

// output is a standard output that remembers its first failure: who prints need
// not look, and a command whose output was lost does not end as if all were well.
type output struct {
	io.Writer
	err error
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if err != nil && o.err == nil {
		o.err = err
	}
	return n, err
}

// failure adds what was lost to how a command ended.
func (o *output) failure(err error) error {
	if o.err == nil || errors.Is(err, o.err) {
		return err
	}
	lost := fmt.Errorf("the output could not be written: %w", o.err)
	var exit *exitErr
	if errors.As(err, &exit) {
		return &exitErr{exit.code, errors.Join(exit.err, lost)}
	}
	return errors.Join(err, lost)
}

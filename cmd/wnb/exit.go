package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/storage"
)

// The exit codes.
const (
	exitOK          = 0
	exitError       = 1
	exitUsage       = 2
	exitCellFailed  = 3
	exitTestFailed  = 4
	exitPartial     = 5
	exitLocked      = 11
	exitSandbox     = 12
	exitInterrupted = 130
)

const exitHelp = `Exit codes: 0 ok, 1 error, 2 wrong usage, 3 a cell failed (also by time-out),
4 a test failed or something differs from the lock, 5 partial (only cells that may
fail have failed), 11 another process holds the store, 12 an extension hit a limit of
its sandbox, 130 interrupted.`

// An exitErr is an error with the code that the process ends with. One without
// an error of its own has been reported already.
type exitErr struct {
	code int
	err  error
}

func (e *exitErr) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitErr) Unwrap() error { return e.err }

// usage marks an error as a wrong command line.
func usage(err error) error { return &exitErr{exitUsage, err} }

// silent ends the process with a code and no further message.
func silent(code int) error {
	if code == exitOK {
		return nil
	}
	return &exitErr{code: code}
}

// codeOf is the exit code of an error.
func codeOf(err error) int {
	var exit *exitErr
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		return exit.code
	case errors.Is(err, notebooks.ErrParam):
		return exitUsage
	case errors.Is(err, storage.ErrBusy):
		return exitLocked
	case errors.Is(err, kernel.ErrInterrupted), errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	return exitError
}

// exit reports an error and gives the exit code.
func (s *state) exit(cmd *cobra.Command, err error) int {
	code := codeOf(err)
	var exit *exitErr
	if err == nil || errors.As(err, &exit) && exit.err == nil {
		return code
	}
	if asJSON, _ := cmd.Flags().GetBool("json"); asJSON {
		line, _ := json.Marshal(map[string]any{"message_type": "exit_error", "code": code, "message": err.Error()})
		fmt.Fprintln(s.err, string(line))
		return code
	}
	fmt.Fprintln(s.err, "wnb: "+err.Error())
	if code == exitUsage {
		fmt.Fprintf(s.err, "Try %s --help.\n", cmd.CommandPath())
	}
	return code
}

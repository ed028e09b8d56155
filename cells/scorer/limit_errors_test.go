package scorer

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestIsLimit(t *testing.T) {
	for _, err := range []error{ErrFuel, ErrDeadline, ErrStack, ErrMemory, ErrTooCostly} {
		if !IsLimit(err) || !IsLimit(fmt.Errorf("extension x: %w", &CallError{Err: err})) || !IsLimit(errors.Join(errors.New("other"), err)) {
			t.Errorf("%v is not said to be a limit", err)
		}
	}
	for _, err := range []error{nil, ErrUndefined, ErrClosed, context.Canceled, &TrapError{Reason: "unreachable"}, &ValidationError{}} {
		if IsLimit(err) {
			t.Errorf("%v is said to be a limit", err)
		}
	}
}

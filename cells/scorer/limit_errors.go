package scorer

import (
	"errors"
	"slices"
)

// IsLimit is true for the error of an extension that reached a limit of the
// sandbox: of instructions, time, stack or memory, when it ran or was compiled.
func IsLimit(err error) bool {
	limits := []error{ErrFuel, ErrDeadline, ErrStack, ErrMemory, ErrTooCostly}
	return slices.ContainsFunc(limits, func(limit error) bool { return errors.Is(err, limit) })
}

package train

import (
	"fmt"
	"strings"
)

// An InputError says that data cannot be used: by which step, where, why, and
// what to do about it.
type InputError struct {
	// Estimator is the step that refused, such as "LogisticRegression" or
	// "train_test_split".
	Estimator string
	// Column is the column at fault, "" if it is not about one.
	Column string
	// Row is the first row at fault, counted from 0; -1 if it is not about one.
	Row int
	// Msg says what is wrong, Hint what to do ("" if nothing can be said).
	Msg, Hint string
}

func (e *InputError) Error() string {
	var b strings.Builder
	b.WriteString(e.Estimator)
	b.WriteString(": ")
	switch {
	case e.Column != "" && e.Row >= 0:
		fmt.Fprintf(&b, "column %q, row %d: ", e.Column, e.Row)
	case e.Column != "":
		fmt.Fprintf(&b, "column %q: ", e.Column)
	case e.Row >= 0:
		fmt.Fprintf(&b, "row %d: ", e.Row)
	}
	b.WriteString(e.Msg)
	if e.Hint != "" {
		b.WriteString("; ")
		b.WriteString(e.Hint)
	}
	return b.String()
}

// inputError is an InputError about the data as a whole.
func inputError(estimator, hint, format string, args ...any) *InputError {
	return &InputError{Estimator: estimator, Row: -1, Msg: fmt.Sprintf(format, args...), Hint: hint}
}

// A ParamError says that a parameter has a value that it cannot have.
type ParamError struct {
	Estimator, Param string
	Value            any
	// Want says what is allowed, to be read after "must be".
	Want string
}

func (e *ParamError) Error() string {
	return fmt.Sprintf("%s: %s: must be %s", e.Estimator, Param{e.Param, e.Value}, e.Want)
}

// A NotFiniteError says that a fit ran into numbers too large to compute with.
type NotFiniteError struct{ Estimator, Hint string }

func (e *NotFiniteError) Error() string {
	return fmt.Sprintf("%s: the computation left the range of float64; %s", e.Estimator, e.Hint)
}

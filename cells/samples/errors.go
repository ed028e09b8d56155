package samples

import "fmt"

// An ArgumentError says which argument of a sample is not possible, and what is.
type ArgumentError struct {
	// Sample is the name of the sample, such as "wine_quality".
	Sample string
	// Argument is the name of the argument and Msg what is wrong with it.
	Argument, Msg string
}

// Error is "sample: argument ...".
func (e *ArgumentError) Error() string {
	return fmt.Sprintf("%s: %s %s", e.Sample, e.Argument, e.Msg)
}

func within(sample, argument string, n, low, high int) error {
	if n >= low && n <= high {
		return nil
	}
	return &ArgumentError{sample, argument, fmt.Sprintf("is %d, but must be from %d to %d", n, low, high)}
}

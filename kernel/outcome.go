package kernel

import (
	"errors"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/notebooks"
)

// A Verdict sums up a run.
type Verdict string

// The verdicts.
const (
	Finished    Verdict = "finished"    // every cell is done, or skipped on purpose
	Partial     Verdict = "partial"     // only cells with on_error=continue failed
	Failed      Verdict = "failed"      // a cell failed, also by time-out
	Interrupted Verdict = "interrupted" // a person stopped the run
)

// Verdict sums up the results.
func (o *Outcome) Verdict() Verdict {
	if o.Stopped != nil && !errors.Is(o.Stopped, lang.ErrTimeout) {
		return Interrupted
	}
	verdict := Finished
	if o.Stopped != nil {
		verdict = Failed
	}
	for _, r := range o.Failures() {
		if !r.Cell.Continue {
			return Failed
		}
		if verdict == Finished {
			verdict = Partial
		}
	}
	return verdict
}

// Failures are the results of the cells that failed, in file order.
func (o *Outcome) Failures() []*Result {
	var failed []*Result
	for _, r := range o.Results {
		if r.Status == notebooks.StatusFailed {
			failed = append(failed, r)
		}
	}
	return failed
}

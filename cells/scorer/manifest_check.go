package scorer

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Check says what is wrong with a manifest.
func (m *Manifest) Check() error {
	if err := m.check(); err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	return nil
}

func (m *Manifest) check() error {
	switch {
	case m.ABI == 0:
		return errors.New(`"abi" is missing; write "abi": 1`)
	case m.ABI != 1:
		return fmt.Errorf("extension needs ABI %d, this host offers 1", m.ABI)
	}
	for _, err := range []error{CheckName(m.Name), m.checkKind(), m.checkParams(), m.checkVectors()} {
		if err != nil {
			return err
		}
	}
	switch {
	case !oneLine(m.Version):
		return fmt.Errorf("version %q: write it on one line, without control characters", m.Version)
	case !oneLine(m.Toolchain):
		return fmt.Errorf("toolchain %q: write it on one line, without control characters", m.Toolchain)
	case m.Limits.MemoryMiB < 0 || m.Limits.FuelPerRow < 0:
		return errors.New("limits must not be negative")
	}
	return nil
}

// CheckName says why an extension cannot have a name: it is the name of a file,
// and stands in tables and in front of log lines.
func CheckName(name string) error {
	switch {
	case name == "" || len(name) > 128:
		return errors.New("name must have 1 to 128 bytes")
	case name == "." || name == ".." || strings.ContainsAny(name, `/\`):
		return fmt.Errorf(`name %q: it must be the name of a file without its ending, so leave out / and \`, name)
	case !oneLine(name):
		return fmt.Errorf("name %q: write it on one line, without control characters", name)
	}
	return nil
}

// oneLine is true for text that changes nothing around it where it is shown.
func oneLine(text string) bool {
	return printable([]byte(text), len(text)) == text && !strings.ContainsAny(text, "\n\t\u2028\u2029")
}

// checkKind sees to it that what the kind needs is there, and is right.
func (m *Manifest) checkKind() error {
	switch {
	case m.Kind == KindMetric && (m.Metric == nil || m.Scorer != nil):
		return errors.New(`kind "metric" goes with a "metric" object and no "scorer"`)
	case m.Kind == KindScorer && (m.Scorer == nil || m.Metric != nil):
		return errors.New(`kind "scorer" goes with a "scorer" object and no "metric"`)
	case m.Kind == KindMetric:
		return m.Metric.check()
	case m.Kind == KindScorer:
		return m.Scorer.check()
	case m.Kind != KindTransform:
		return fmt.Errorf(`kind %q; it must be "metric", "scorer" or "transform"`, m.Kind)
	case m.Metric != nil || m.Scorer != nil:
		return errors.New(`kind "transform" goes with no "metric" and no "scorer"`)
	}
	return nil
}

func (m *Manifest) checkParams() error {
	for _, name := range slices.Sorted(maps.Keys(m.Params)) { // of several faults always the same one
		if err := m.Params[name].check(name); err != nil {
			return err
		}
	}
	return nil
}

func (m *Manifest) checkVectors() error {
	for i, v := range m.SelfCheck {
		if m.Kind == KindTransform && (v.In == nil || v.Out == nil) {
			return fmt.Errorf("selfcheck %d: a transform needs in and out", i)
		}
		if m.Kind == KindMetric && (len(v.Y) == 0 || len(v.P) == 0) {
			return fmt.Errorf("selfcheck %d: a metric needs y and p", i)
		}
		if m.Kind == KindScorer && len(v.X) == 0 {
			return fmt.Errorf("selfcheck %d: a scorer needs x", i)
		}
		if m.Kind != KindTransform && len(v.Expect) == 0 {
			return fmt.Errorf("selfcheck %d: expect is missing", i)
		}
	}
	return nil
}

func (s *MetricSpec) check() error {
	switch s.Input {
	case "label", "score", "proba", "value":
	default:
		return fmt.Errorf("metric.input is %q; it must be label, score, proba or value", s.Input)
	}
	switch s.NaN {
	case "", "error", "skip":
	default:
		return fmt.Errorf("metric.nan is %q; it must be error or skip", s.NaN)
	}
	if n := len(s.Range); n != 0 && n != 2 {
		return fmt.Errorf("metric.range has %d numbers; it must have two", n)
	}
	if len(s.Range) == 2 && s.Range[0] != nil && s.Range[1] != nil && *s.Range[0] > *s.Range[1] {
		return fmt.Errorf("metric.range is %v to %v; the first number is the lower one", *s.Range[0], *s.Range[1])
	}
	return nil
}

// inRange is true where the range does not forbid v.
func (s *MetricSpec) inRange(v float64) bool {
	if len(s.Range) != 2 {
		return true
	}
	lo, hi := s.Range[0], s.Range[1]
	return (lo == nil || v >= *lo) && (hi == nil || v <= *hi)
}

func (s *ScorerSpec) check() error {
	if s.Outputs == 0 {
		s.Outputs = 1
	}
	switch {
	case s.Outputs < 0 || s.Outputs > math.MaxInt16:
		return fmt.Errorf("scorer.outputs is %d", s.Outputs)
	case s.Layout != "" && s.Layout != "col" && s.Layout != "row":
		return fmt.Errorf("scorer.layout is %q; it must be col or row", s.Layout)
	}
	for i, f := range s.Features {
		if f.Name == "" || f.DType != "" && f.DType != "f64" {
			return fmt.Errorf("scorer.features[%d] needs a name, and its dtype must be f64", i)
		}
	}
	return nil
}

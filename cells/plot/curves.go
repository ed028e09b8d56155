package plot

import (
	"cmp"
	"fmt"

	"gonum.org/v1/gonum/integrate"
)

// ROCCurve shows receiver operating characteristics with the area under each in the legend. [ROCPoints] computes the
// points of a curve.
type ROCCurve struct {
	Options
	// Curves have the false positive rate as X and the true positive rate as Y, in the order of the curve.
	Curves []XY `json:"curves"`
}

func (ROCCurve) kind() string           { return "roc_curve" }
func (ROCCurve) defaultHeight() float64 { return 440 }

func (r ROCCurve) clone() Spec {
	r.Curves = cloneXY(r.Curves)
	return r
}

func (r ROCCurve) check() error { return checkRates(r.kind(), r.Curves) }

// checkRates checks curves of two rates between 0 and 1 that run to the right.
func checkRates(kind string, curves []XY) error {
	c := &checker{kind: kind}
	checkXY(c, "curves", curves, false)
	for i, curve := range curves {
		name := fmt.Sprintf("curves[%d].x", i)
		c.within(name, curve.X, 0, 1)
		c.within(fmt.Sprintf("curves[%d].y", i), curve.Y, 0, 1)
		for k, v := range curve.X {
			if !isFinite(v) || k < len(curve.Y) && !isFinite(curve.Y[k]) {
				c.fail(fmt.Sprintf("curves[%d]", i), "the point at index %d is missing (NaN or infinite)", k)
			}
			if k > 0 && v < curve.X[k-1] {
				c.fail(name, "value %g at index %d is below the one before it; sort the curve", v, k)
			}
		}
	}
	return c.err
}

// auc is the area under the curve by trapezoids; a single point has none.
func auc(curve XY) float64 {
	if len(curve.X) < 2 {
		return 0
	}
	return integrate.Trapezoidal(curve.X, curve.Y)
}

var unit = extent{-0.02, 1.02}

func (r ROCCurve) draw(s *scene) {
	p := s.panel(axes{
		x:      axis{label: cmp.Or(r.XLabel, "False positive rate"), domain: unit, line: true},
		y:      axis{label: cmp.Or(r.YLabel, "True positive rate"), domain: unit, grid: true},
		legend: legend{entries: append(scoreLegend(r.Curves, "AUC", auc), legendEntry{"chance", muted, legendDash})},
	})
	classes := p.rates(r.Curves, "false_positive_rate", "true_positive_rate")
	s.class = p.reference("chance")
	s.diagonal(p)
	for i, curve := range r.Curves {
		s.class = classes[i]
		s.series(p, curve, seriesColor(i), false)
	}
}

// rates describes curves of two rates and returns their classes.
func (p panel) rates(curves []XY, x, y string) []string {
	classes := make([]string, len(curves))
	for i, curve := range curves {
		classes[i] = p.series(lineData(nameOr(curve.Name, "curve", i), seriesColor(i), curve, x, y))
	}
	return classes
}

// diagonal draws the line from corner to corner.
func (s *scene) diagonal(p panel) {
	s.add(lineMark{[]point{{p.x.at(0), p.y.at(0)}, {p.x.at(1), p.y.at(1)}}, muted, 1, dashLength})
}

// scoreLegend names each curve with its score, even a single one.
func scoreLegend(curves []XY, name string, score func(XY) float64) []legendEntry {
	out := make([]legendEntry, len(curves))
	for i, c := range curves {
		text := fmt.Sprintf("%s %s", name, fixed(score(c), 3))
		if curve := oneLine(c.Name); curve != "" {
			text = fmt.Sprintf("%s (%s)", ellipsisMiddle(curve, 150), text)
		}
		out[i] = legendEntry{text, seriesColor(i), legendLine}
	}
	return out
}

func scoreSummary(curves []XY, name string, score func(XY) float64) string {
	text := ""
	for i, c := range curves {
		if i == 6 {
			return text + ", …"
		}
		if i > 0 {
			text += ", "
		}
		if curve := oneLine(c.Name); curve != "" {
			text += curve + " "
		}
		text += name + " " + fixed(score(c), 3)
	}
	return text
}

func (r ROCCurve) summary() string {
	return "ROC curve: " + scoreSummary(r.Curves, "AUC", auc) + "."
}

// PRCurve shows precision against recall, with the average precision in the legend. [PRPoints] computes the points of a
// curve.
type PRCurve struct {
	Options
	// Curves have the recall as X, growing, and the precision as Y.
	Curves []XY `json:"curves"`
	// Prevalence is the share of positives, drawn as the line of a chance prediction; 0 for none.
	Prevalence float64 `json:"prevalence,omitempty"`
}

func (PRCurve) kind() string           { return "pr_curve" }
func (PRCurve) defaultHeight() float64 { return 440 }

func (r PRCurve) clone() Spec {
	r.Curves = cloneXY(r.Curves)
	return r
}

func (r PRCurve) check() error {
	if !(r.Prevalence >= 0 && r.Prevalence <= 1) {
		return &ArgumentError{r.kind(), "prevalence", fmt.Sprintf("%g is outside 0 to 1", r.Prevalence)}
	}
	return checkRates(r.kind(), r.Curves)
}

// averagePrecision is the sum of precision times the gain in recall, without interpolation, as in scikit-learn.
func averagePrecision(curve XY) float64 {
	ap := 0.0
	for i := 1; i < len(curve.X); i++ {
		ap += (curve.X[i] - curve.X[i-1]) * curve.Y[i]
	}
	return ap
}

func (r PRCurve) draw(s *scene) {
	entries := scoreLegend(r.Curves, "AP", averagePrecision)
	if r.Prevalence > 0 {
		entries = append(entries, legendEntry{"chance", muted, legendDash})
	}
	p := s.panel(axes{
		x:      axis{label: cmp.Or(r.XLabel, "Recall"), domain: unit, line: true},
		y:      axis{label: cmp.Or(r.YLabel, "Precision"), domain: unit, grid: true},
		legend: legend{entries: entries},
	})
	classes := p.rates(r.Curves, "recall", "precision")
	if r.Prevalence > 0 {
		s.class = p.reference("chance")
		y := p.y.at(r.Prevalence)
		s.add(lineMark{[]point{{p.x.at(0), y}, {p.x.at(1), y}}, muted, 1, dashLength})
	}
	for i, curve := range r.Curves {
		s.class = classes[i]
		s.series(p, steps(curve), seriesColor(i), false)
	}
}

// steps turns a precision-recall curve into steps: between two recalls the precision is that of the right one.
func steps(curve XY) XY {
	var out XY
	for i := range curve.X {
		if i > 0 {
			out.X, out.Y = append(out.X, curve.X[i-1]), append(out.Y, curve.Y[i])
		}
		out.X, out.Y = append(out.X, curve.X[i]), append(out.Y, curve.Y[i])
	}
	return out
}

func (r PRCurve) summary() string {
	return "Precision-recall curve: " + scoreSummary(r.Curves, "AP", averagePrecision) + "."
}

// Calibration shows how often the predicted probabilities came true. [CalibrationPoints] computes the points of a curve.
type Calibration struct {
	Options
	// Curves have the mean predicted probability of each bin as X and the share of positives in it as Y.
	Curves []XY `json:"curves"`
}

func (Calibration) kind() string           { return "calibration" }
func (Calibration) defaultHeight() float64 { return 440 }

func (r Calibration) clone() Spec {
	r.Curves = cloneXY(r.Curves)
	return r
}

func (r Calibration) check() error { return checkRates(r.kind(), r.Curves) }

func (r Calibration) draw(s *scene) {
	entries := append(seriesLegend(xyNames(r.Curves), legendLine, 1), legendEntry{"perfectly calibrated", muted, legendDash})
	p := s.panel(axes{
		x:      axis{label: cmp.Or(r.XLabel, "Mean predicted probability"), domain: unit, line: true},
		y:      axis{label: cmp.Or(r.YLabel, "Share of positives"), domain: unit, grid: true},
		legend: legend{entries: entries},
	})
	classes := p.rates(r.Curves, "predicted", "observed")
	s.class = p.reference("perfectly calibrated")
	s.diagonal(p)
	for i, curve := range r.Curves {
		s.class = classes[i]
		s.series(p, curve, seriesColor(i), true)
	}
}

func (r Calibration) summary() string {
	points := 0
	for _, c := range r.Curves {
		points += len(c.X)
	}
	return fmt.Sprintf("Calibration curve%s with %s.", ofNames(xyNames(r.Curves)), count(points, "bin"))
}

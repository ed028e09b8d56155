package samples

import (
	"math"

	"github.com/wnb-dev/wnb/cells/scorer"
	"github.com/wnb-dev/wnb/cells/scorer/measure"
)

// Native gives the metric of a sample, with the defaults of its parameters, as a
// Go function that a compiler for this machine has seen.
func Native(name string) (metric func(yTrue, yPred []float64) float64, ok bool) {
	metric, ok = map[string]func(yTrue, yPred []float64) float64{
		"mean_error":    meanError,
		"fbeta":         func(y, p []float64) float64 { return FBeta(1, y, p) },
		"cost_matrix":   func(y, p []float64) float64 { return Cost([2][2]float64{{0, 1}, {5, 0}}, y, p) },
		"quantile_loss": func(y, p []float64) float64 { return QuantileLoss(0.9, y, p) },
		"log_loss":      func(y, p []float64) float64 { return LogLoss(1, 0, y, p) },
	}[name]
	return metric, ok
}

// NativeScorer is as Native, for row scorers: x has one slice per row.
func NativeScorer(name string) (predict func(x [][]float64) []float64, ok bool) {
	if name == "linear" {
		return func(x [][]float64) []float64 { return Linear(0.1, x) }, true
	}
	return nil, false
}

// Reference is the native computation of the sample of which an extension has the
// name, as package measure wants it; nil if there is none, or if the extension has
// another kind, other inputs or other outputs than the sample.
func Reference(man *scorer.Manifest) func(measure.Rows) {
	if !fits(man) {
		return nil
	}
	if metric, ok := Native(man.Name); ok {
		return func(r measure.Rows) { metric(r.Batch.Y, r.Batch.P[0]) }
	}
	predict, ok := NativeScorer(man.Name)
	if !ok {
		return nil
	}
	var rows [][]float64 // a Go program would have them like this
	return func(r measure.Rows) {
		if len(rows) != len(r.X[0]) {
			rows = scorer.Columns(r.X) // of the columns: the rows
		}
		predict(rows)
	}
}

// fits is true for an extension that takes and gives what the sample of its name
// does. A row scorer may name its features: the samples take any number of them.
func fits(man *scorer.Manifest) bool {
	p, err := Project(man.Name)
	if err != nil || man.Kind != p.Kind {
		return false
	}
	var sample scorer.Manifest
	if err := sample.Merge(p.Manifest); err != nil {
		return false
	}
	if man.Kind == scorer.KindMetric {
		return sample.Metric != nil && man.Metric.Input == sample.Metric.Input && man.Metric.Outputs == sample.Metric.Outputs
	}
	return sample.Scorer != nil && man.Scorer.Outputs == sample.Scorer.Outputs
}

func meanError(yTrue, yPred []float64) float64 {
	sum := 0.0
	for i, y := range yTrue {
		sum += math.Abs(y - yPred[i])
	}
	return sum / float64(len(yTrue))
}

// FBeta is (1+beta^2) times precision times recall over beta^2 precision plus
// recall, of labels 0 and 1; 0 if nothing is there and nothing found.
func FBeta(beta float64, yTrue, yPred []float64) float64 {
	var hit, missed, wrong int
	for i, y := range yTrue {
		switch found := yPred[i] > 0.5; {
		case y > 0.5 && found:
			hit++
		case y > 0.5:
			missed++
		case found:
			wrong++
		}
	}
	b := beta * beta
	all := (1+b)*float64(hit) + b*float64(missed) + float64(wrong)
	if all == 0 {
		return 0
	}
	return (1 + b) * float64(hit) / all
}

// Cost is the mean of costs[label][prediction] of labels 0 and 1.
func Cost(costs [2][2]float64, yTrue, yPred []float64) float64 {
	sum := 0.0
	for i, y := range yTrue {
		real, found := 0, 0
		if y > 0.5 {
			real = 1
		}
		if yPred[i] > 0.5 {
			found = 1
		}
		sum += costs[real][found]
	}
	return sum / float64(len(yTrue))
}

// QuantileLoss is the mean pinball loss at a level (Koenker and Bassett, 1978).
func QuantileLoss(alpha float64, yTrue, yPred []float64) float64 {
	sum := 0.0
	for i, y := range yTrue {
		if d := y - yPred[i]; d > 0 {
			sum += alpha * d
		} else {
			sum += (alpha - 1) * d
		}
	}
	return sum / float64(len(yTrue))
}

// LogLoss is that of decision scores which the logistic function of slope times
// score plus offset turns into probabilities (Platt, 1999), kept away from 0 and
// 1 by 1e-15.
func LogLoss(slope, offset float64, yTrue, yPred []float64) float64 {
	sum := 0.0
	for i, y := range yTrue {
		p := 1 / (1 + math.Exp(-(slope*yPred[i] + offset)))
		p = min(max(p, 1e-15), 1-1e-15)
		sum -= y*math.Log(p) + (1-y)*math.Log(1-p)
	}
	return sum / float64(len(yTrue))
}

// Linear is the logistic function of bias plus 0.01 x0 plus 0.02 x1 and so on.
func Linear(bias float64, x [][]float64) []float64 {
	out := make([]float64, len(x))
	for i, row := range x {
		sum := bias
		for j, v := range row {
			sum += v * (0.01 * float64(j+1))
		}
		out[i] = 1 / (1 + math.Exp(-sum))
	}
	return out
}

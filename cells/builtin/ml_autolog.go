package builtin

import (
	"fmt"
	"math"
	"strings"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/train"
)

// mostLosses is how many losses of one fit are logged, about.
const mostLosses = 1000

// A lossCurve keeps the losses of a fit, of many every second, every fourth, ...
// and the last. The zero value is empty.
type lossCurve struct {
	points []lossPoint
	last   lossPoint
	seen   int // losses so far
	stride int // every stride-th is kept; 0 means 1
}

type lossPoint struct {
	step int64
	loss float64
}

// add takes the loss after an iteration. Models without losses give NaN.
func (l *lossCurve) add(done, _ int, loss float64) {
	if math.IsNaN(loss) {
		return
	}
	l.stride = max(l.stride, 1)
	// Fits of several parts, one per class, count each part from 1.
	step := int64(done)
	if l.seen > 0 && step <= l.last.step {
		step = l.last.step + 1
	}
	l.last = lossPoint{step, loss}
	if l.seen++; l.seen%l.stride != 0 {
		return
	}
	l.points = append(l.points, l.last)
	if len(l.points) == 2*mostLosses {
		for i := range mostLosses {
			l.points[i] = l.points[2*i+1]
		}
		l.points = l.points[:mostLosses]
		l.stride *= 2
	}
}

// kept are the points to log.
func (l *lossCurve) kept() []lossPoint {
	if n := len(l.points); l.seen > 0 && (n == 0 || l.points[n-1] != l.last) {
		return append(l.points[:n:n], l.last)
	}
	return l.points
}

// A fitLog is what one fit logs to the run. Without an h it logs nothing: in a
// file that is loaded, and when autolog is off. The first error is kept.
type fitLog struct {
	h      Host
	prefix string
	err    error
}

// newFitLog begins the log of a fit. How long it takes is not logged: that would
// differ between equal runs.
func newFitLog(c *call) *fitLog {
	h, err := c.host()
	if err != nil {
		return &fitLog{}
	}
	prefix, on, err := h.NextFit()
	if !on {
		return &fitLog{err: err}
	}
	return &fitLog{h: h, prefix: prefix, err: err}
}

func (l *fitLog) params(params ...cells.Param) {
	for _, p := range params {
		if l.h != nil && l.err == nil {
			l.err = l.h.Record(cells.Param{Key: l.prefix + p.Key, Value: p.Value})
		}
	}
}

func (l *fitLog) metric(key string, step int64, value float64) {
	if l.h != nil && l.err == nil {
		l.err = l.h.Record(cells.Metric{Key: l.prefix + key, Value: value, Step: step, Time: l.h.Now()})
	}
}

// curve logs what is kept of a curve.
func (l *fitLog) curve(key string, curve *lossCurve) {
	for _, p := range curve.kept() {
		l.metric(key, p.step, p.loss)
	}
}

// logFit logs a fit to the run: what was fitted, to what, its losses, and what
// was watched meanwhile.
func logFit(c *call, e *Estimator, d *trainingData, losses *lossCurve, seen *train.Evaluations) error {
	l := newFitLog(c)
	l.params(fitParams(e, d)...)
	l.curve("loss", losses)
	if seen != nil {
		watched := &lossCurve{}
		for i, v := range seen.Values {
			watched.add(i+1, 0, v)
		}
		l.curve("validation_"+seen.Metric, watched)
		l.params(cells.Param{Key: "best_iteration", Value: fmt.Sprint(seen.Best())})
	}
	return l.err
}

// logSearch logs a search: the settings of the best, how each setting did, by
// its number, and how the best did.
func logSearch(c *call, f *Found, d *trainingData) error {
	l := newFitLog(c)
	results := f.fitted.Results()
	l.params(cells.Param{Key: "estimator", Value: f.search.name + "(" + f.best.title() + ")"},
		cells.Param{Key: "candidates", Value: fmt.Sprint(len(results))},
		cells.Param{Key: "folds", Value: fmt.Sprint(len(results[0].Scores))},
		cells.Param{Key: "scoring", Value: f.fitted.Scoring()})
	l.params(f.best.stepParams()...)
	l.params(d.params()...)
	for i, r := range results {
		if !math.IsNaN(r.Mean) {
			l.metric("mean_test_score", int64(i), r.Mean)
		}
	}
	l.metric("best_score", 0, f.result().Mean)
	return l.err
}

// fitParams are the logged parameters of a fit.
func fitParams(e *Estimator, d *trainingData) []cells.Param {
	out := []cells.Param{{Key: "estimator", Value: e.title()}}
	return append(append(out, e.stepParams()...), d.params()...)
}

// title is the estimator without its parameters.
func (e *Estimator) title() string {
	if e.steps == nil {
		return e.name()
	}
	names := make([]string, len(e.steps))
	for i, s := range e.steps {
		names[i] = s.estimator.name()
	}
	return e.name() + "(" + strings.Join(names, ", ") + ")"
}

// stepParams are the parameters: Step.param for each step.
func (e *Estimator) stepParams() []cells.Param {
	steps := e.steps
	if steps == nil {
		steps = []namedStep{{label: e.name(), estimator: e}}
	}
	var out []cells.Param
	for _, s := range steps {
		for _, p := range s.estimator.params() {
			out = append(out, cells.Param{Key: s.label + "." + p.Name, Value: pythonText(p.Value)})
		}
	}
	return out
}

// params say what a fit was told.
func (d *trainingData) params() []cells.Param {
	return []cells.Param{
		{Key: "rows", Value: fmt.Sprint(d.X.Rows)},
		{Key: "features", Value: fmt.Sprint(d.X.Cols)},
		{Key: "data_sha256", Value: d.hash()},
	}
}

// pythonText is the value of a parameter as str() gives it.
func pythonText(v any) string {
	value, err := toStarlark(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return text(value)
}

package builtin

import (
	"fmt"
	"math"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
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

// fitsKey is the key under which a thread counts the fits of the running cell.
const fitsKey = "wnb.ml.fits"

// logFit logs a fit to the run: what was fitted, to what, and its losses. The
// first fit of a cell is logged under the cell's id, the next under id.2, ...
// How long it took is not logged: that would differ between equal runs.
func logFit(c *call, e *Estimator, d *trainingData, losses *lossCurve) error {
	h, err := c.host()
	if err != nil {
		return nil // a file that is loaded logs nothing
	}
	if off, _ := c.thread.Local(autologKey).(bool); off {
		return nil
	}
	prefix, err := fitPrefix(c.thread, h)
	if err != nil {
		return err
	}
	for _, p := range fitParams(e, d) {
		p.Key = prefix + p.Key
		if err := h.Record(p); err != nil {
			return err
		}
	}
	now := h.Now()
	for _, p := range losses.kept() {
		if err := h.Record(cells.Metric{Key: prefix + "loss", Value: p.loss, Step: p.step, Time: now}); err != nil {
			return err
		}
	}
	return nil
}

// fitPrefix names the next fit of the cell.
func fitPrefix(thread *starlark.Thread, h Host) (string, error) {
	id, err := h.CellID()
	if err != nil {
		return "", err
	}
	n, _ := thread.Local(fitsKey).(int)
	n++
	thread.SetLocal(fitsKey, n)
	if n == 1 {
		return id + ".", nil
	}
	return fmt.Sprintf("%s.%d.", id, n), nil
}

// fitParams are the logged parameters: Step.param for each step.
func fitParams(e *Estimator, d *trainingData) []cells.Param {
	steps := e.steps
	title := e.name()
	if steps == nil {
		steps = []namedStep{{label: e.name(), estimator: e}}
	} else {
		names := make([]string, len(steps))
		for i, s := range steps {
			names[i] = s.estimator.name()
		}
		title += "(" + strings.Join(names, ", ") + ")"
	}
	out := []cells.Param{{Key: "estimator", Value: title}}
	for _, s := range steps {
		for _, p := range s.estimator.params() {
			out = append(out, cells.Param{Key: s.label + "." + p.Name, Value: pythonText(p.Value)})
		}
	}
	return append(out,
		cells.Param{Key: "rows", Value: fmt.Sprint(d.X.Rows)},
		cells.Param{Key: "features", Value: fmt.Sprint(d.X.Cols)},
		cells.Param{Key: "data_sha256", Value: d.hash()},
	)
}

// pythonText is the value of a parameter as str() gives it.
func pythonText(v any) string {
	value, err := toStarlark(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return text(value)
}

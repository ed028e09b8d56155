package scorer

import (
	"context"
	"fmt"
	"math"
)

// Metric is a metric with its parameters. It is safe for use by many
// goroutines: each call has an instance of its own.
type Metric struct{ job }

// Batch is what a metric rates.
type Batch struct {
	Y []float64   // true labels or values, one per row
	P [][]float64 // predictions: one column per output or class
	W []float64   // sample weights, or nil
}

// NewMetric sets up a metric. params are checked against the manifest, whose
// defaults fill in the rest; classes, if there are any, reach the extension
// under "classes". Call Close when the evaluation is done.
func (m *Module) NewMetric(params map[string]any, classes ...string) (*Metric, error) {
	if m.manifest.Kind != KindMetric {
		return nil, fmt.Errorf("extension %s is a %s, not a metric", m.manifest.Name, m.manifest.Kind)
	}
	metric := &Metric{}
	return metric, metric.init(m, params, classes)
}

// Score rates one column of predictions. A metric that is NaN or infinite is
// ErrUndefined, unless the manifest says "nan": "skip": then it is NaN.
func (m *Metric) Score(ctx context.Context, yTrue, yPred []float64) (float64, error) {
	return m.ScoreBatch(ctx, Batch{Y: yTrue, P: [][]float64{yPred}})
}

// ScoreProba rates probabilities by rows: proba[i][c] is that of class c.
func (m *Metric) ScoreProba(ctx context.Context, yTrue []float64, proba [][]float64) (float64, error) {
	for i, row := range proba {
		if len(row) != len(proba[0]) {
			return 0, fmt.Errorf("extension %s: row %d has %d probabilities, row 0 has %d", m.mod.manifest.Name, i, len(row), len(proba[0]))
		}
	}
	return m.ScoreBatch(ctx, Batch{Y: yTrue, P: Columns(proba)})
}

// ScoreBatch rates a batch.
func (m *Metric) ScoreBatch(ctx context.Context, b Batch) (float64, error) {
	if err := m.check(b); err != nil {
		return 0, err
	}
	var score float64
	err := m.run(ctx, func(in *instance) (err error) {
		score, err = m.scoreOn(ctx, in, b)
		return err
	})
	if err != nil {
		return 0, err
	}
	return m.finish(score, len(b.Y))
}

func (m *Metric) check(b Batch) error {
	spec, name := m.mod.manifest.Metric, m.mod.manifest.Name
	switch n, k := len(b.Y), len(b.P); {
	case n == 0:
		return fmt.Errorf("extension %s: no rows to score", name)
	case n > math.MaxInt32/8:
		return m.wrap(exportMetric, [2]int{0, n}, 0, fmt.Errorf("%w: %d rows", ErrMemory, n))
	case k == 0 || spec.Outputs != 0 && k != int(spec.Outputs):
		return fmt.Errorf("extension %s takes %d columns of predictions and got %d", name, max(1, spec.Outputs), k)
	case b.W != nil && !spec.Weights:
		return fmt.Errorf("extension %s does not take sample weights", name)
	case b.W != nil && len(b.W) != n:
		return fmt.Errorf("extension %s: %d rows and %d weights", name, n, len(b.W))
	}
	for c, p := range b.P {
		if len(p) != len(b.Y) {
			return fmt.Errorf("extension %s: %d rows and %d predictions in column %d", name, len(b.Y), len(p), c)
		}
	}
	return nil
}

// finish judges a score.
func (m *Metric) finish(v float64, rows int) (float64, error) {
	spec := m.mod.manifest.Metric
	at := [2]int{0, rows}
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		if spec.NaN == "skip" {
			return math.Float64frombits(canonicalNaN), nil
		}
		return 0, m.wrap(exportMetric, at, 0, fmt.Errorf("%w: it gave %v", ErrUndefined, v))
	case !spec.inRange(v):
		return 0, m.wrap(exportMetric, at, 0, fmt.Errorf("%w: it gave %v", ErrRange, v))
	}
	return v, nil
}

// scoreOn is one evaluation on one instance: the raw number of the guest.
func (m *Metric) scoreOn(ctx context.Context, in *instance, b Batch) (float64, error) {
	if in.metric == nil || m.mod.manifest.Metric.Streaming && len(b.Y) > maxBatchRows {
		return m.stream(ctx, in, b)
	}
	if err := m.chunk(ctx, in, in.metric, exportMetric, b, 0, len(b.Y)); err != nil {
		return 0, err
	}
	return in.result(), nil
}

// result is the f64 that the last call gave.
func (in *instance) result() float64 { return canonical(math.Float64frombits(in.stack[0])) }

// stream scores in chunks, so that the guest needs memory for one of them only.
func (m *Metric) stream(ctx context.Context, in *instance, b Batch) (float64, error) {
	if err := m.call(ctx, in, exportBegin, [2]int{}, 0); err != nil {
		return 0, err
	}
	for from := 0; from < len(b.Y); from += maxBatchRows {
		to := min(from+maxBatchRows, len(b.Y))
		if err := m.chunk(ctx, in, in.funcs[exportUpdate], exportUpdate, b, from, to); err != nil {
			return 0, err
		}
	}
	if err := m.call(ctx, in, exportEnd, [2]int{0, len(b.Y)}, 0); err != nil {
		return 0, err
	}
	return in.result(), nil
}

// Package measure tells what an extension costs: fuel, which is the same on every
// machine, and time, on rows that are made for it.
package measure

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/wnb-dev/wnb/cells/scorer"
)

// ErrTransform is returned for transforms, which have documents and no rows.
var ErrTransform = errors.New("a transform has no rows")

// Rows are inputs that suit an extension: the batch of a metric, or the columns
// of features of a row scorer.
type Rows struct {
	Batch scorer.Batch
	X     [][]float64
}

// Features are made for a row scorer whose manifest names none.
const Features = 10

// Make gives n rows for an extension, the same every time: labels 0, 1 and so on,
// with labels, normally distributed scores or values, or probabilities.
func Make(man *scorer.Manifest, n int) (Rows, error) {
	rng := rand.New(rand.NewPCG(uint64(n), 1))
	normal := func() []float64 {
		col := make([]float64, n)
		for i := range col {
			col[i] = rng.NormFloat64()
		}
		return col
	}
	switch {
	case man.Kind == scorer.KindScorer:
		columns := len(man.Scorer.Features)
		if columns == 0 {
			columns = Features
		}
		var r Rows
		for range columns {
			r.X = append(r.X, normal())
		}
		return r, nil
	case man.Kind != scorer.KindMetric:
		return Rows{}, ErrTransform
	}
	return Rows{Batch: batch(man.Metric, n, rng, normal)}, nil
}

func batch(spec *scorer.MetricSpec, n int, rng *rand.Rand, normal func() []float64) scorer.Batch {
	k := int(spec.Outputs)
	if k == 0 { // any number
		k = 2
	}
	b := scorer.Batch{Y: normal()}
	for range k {
		b.P = append(b.P, normal())
	}
	if spec.Input == "value" {
		return b
	}
	for i := range b.Y {
		b.Y[i] = float64(rng.IntN(max(k, 2)))
		sum := 0.0
		for _, p := range b.P {
			switch {
			case spec.Input == "label":
				p[i] = float64(rng.IntN(2))
			case spec.Input == "proba" && k == 1:
				p[i] = 0.01 + 0.98*rng.Float64()
			case spec.Input == "proba":
				p[i] = 0.01 + rng.Float64()
			}
			sum += p[i]
		}
		if spec.Input == "proba" && k > 1 {
			for _, p := range b.P {
				p[i] /= sum
			}
		}
	}
	return b
}

// Evaluator is an extension with the defaults of its parameters.
type Evaluator struct {
	metric *scorer.Metric
	rows   *scorer.RowScorer
	man    *scorer.Manifest
}

// New sets up an extension for measurements, in which nobody hears what it logs;
// Close it afterwards.
func New(mod *scorer.Module) (*Evaluator, error) {
	e := &Evaluator{man: mod.Manifest()}
	silent := func(int, string) {}
	var err error
	switch e.man.Kind {
	case scorer.KindMetric:
		if e.metric, err = mod.NewMetric(nil); err == nil {
			e.metric.OnLog(silent)
		}
	case scorer.KindScorer:
		if e.rows, err = mod.NewScorer(nil); err == nil {
			e.rows.OnLog(silent)
		}
	default:
		return nil, ErrTransform
	}
	return e, err
}

// Close frees the instances.
func (e *Evaluator) Close() {
	if e.metric != nil {
		e.metric.Close()
	} else {
		e.rows.Close()
	}
}

// Run evaluates rows once. A metric that is undefined on them is no failure.
func (e *Evaluator) Run(ctx context.Context, r Rows) error {
	if e.rows != nil {
		_, err := e.rows.Predict(ctx, r.X)
		return err
	}
	if _, err := e.metric.ScoreBatch(ctx, r.Batch); !errors.Is(err, scorer.ErrUndefined) {
		return err
	}
	return nil
}

func (e *Evaluator) fuel() int64 {
	if e.rows != nil {
		return e.rows.Fuel()
	}
	return e.metric.Fuel()
}

// Fuel is what a call of an extension uses: so much, and so much for every row.
type Fuel struct{ PerCall, PerRow float64 }

// Fuel measures calls on 1,000 and on 2,000 rows, after a first one for what an
// extension sets up once.
func (e *Evaluator) Fuel(ctx context.Context) (Fuel, error) {
	var used [3]float64
	const n = 1000
	for i, rows := range []int{2 * n, n, 2 * n} {
		r, err := Make(e.man, rows)
		if err != nil {
			return Fuel{}, err
		}
		before := e.fuel()
		if err := e.Run(ctx, r); err != nil {
			return Fuel{}, fmt.Errorf("on %d made rows: %w", rows, err)
		}
		used[i] = float64(e.fuel() - before)
	}
	// The garbage collection of Go is not due in every call, so the line through
	// both may start below nothing.
	perRow := max(0, (used[2]-used[1])/n)
	return Fuel{PerRow: perRow, PerCall: max(0, used[1]-perRow*n)}, nil
}

// Speed is how long an extension takes, the copies of its inputs included, and how
// much longer than a Go function that computes the same. The times are the best
// ones, and the ratio is the median of many turns that are short: a machine that
// others use too is at one speed for some milliseconds only.
type Speed struct {
	Rows     int     `json:"rows"`
	PerRow   float64 `json:"ns_per_row"`
	Native   float64 `json:"native_ns_per_row,omitempty"` // 0: there is no such function
	ToNative float64 `json:"to_native,omitempty"`
}

const (
	turnTime  = time.Millisecond // of either, at least
	leastTime = 400 * time.Millisecond
	leastTurn = 5
)

// Speed measures evaluations of n rows, in turn with native, which may be nil.
func (e *Evaluator) Speed(ctx context.Context, n int, native func(Rows)) (Speed, error) {
	r, err := Make(e.man, n)
	if err != nil {
		return Speed{}, err
	}
	guest, err := newTurn(func() error { return e.Run(ctx, r) })
	if err != nil {
		return Speed{}, err
	}
	own := turn{run: func() error { return nil }}
	if native != nil {
		if own, err = newTurn(func() error { native(r); return ctx.Err() }); err != nil {
			return Speed{}, err
		}
	}
	s := Speed{Rows: n, PerRow: math.Inf(1), Native: math.Inf(1)}
	var ratios []float64
	for start := time.Now(); len(ratios) < leastTurn || time.Since(start) < leastTime; {
		g, err := guest.take()
		if err != nil {
			return s, err
		}
		o, err := own.take()
		if err != nil {
			return s, err
		}
		s.PerRow, s.Native = min(s.PerRow, g/float64(n)), min(s.Native, o/float64(n))
		ratios = append(ratios, g/o)
	}
	if native == nil {
		s.Native = 0
		return s, nil
	}
	slices.Sort(ratios)
	s.ToNative = ratios[len(ratios)/2]
	return s, nil
}

// turn calls something as often as takes a while.
type turn struct {
	run   func() error
	calls int
}

func newTurn(f func() error) (turn, error) {
	t := turn{run: f, calls: 1}
	for {
		each, err := t.take()
		if err != nil || each*float64(t.calls) >= float64(turnTime) {
			return t, err
		}
		t.calls *= 2
	}
}

// take gives the nanoseconds of one call.
func (t turn) take() (float64, error) {
	start := time.Now()
	for range t.calls {
		if err := t.run(); err != nil {
			return 0, err
		}
	}
	return float64(time.Since(start).Nanoseconds()) / float64(max(t.calls, 1)), nil
}

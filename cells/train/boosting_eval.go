package train

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// An Evaluation is what to watch while a model is fitted in stages.
type Evaluation struct {
	// X and Y are rows to rate the model on after each stage. Without them it
	// is rated on the rows that the estimator sets aside for early stopping.
	X *Matrix
	Y *Labels
	// Metric is what to rate by; nil is the log-loss. It is called on the
	// goroutine of the fit.
	Metric Scorer
}

// An EvalFitter is an Estimator that can watch a metric while it is fitted, and
// end the fit by it.
type EvalFitter interface {
	Estimator
	FitEval(ctx context.Context, X *Matrix, y *Labels, eval Evaluation, opts FitOptions) (Classifier, error)
}

// Evaluations are the values of a metric after each stage of a fit, on rows that
// were not trained on.
type Evaluations struct {
	Metric          string
	GreaterIsBetter bool
	Values          []float64
}

// Best is the number of stages, from 1, after which the metric was best; the
// first of equal ones.
func (e *Evaluations) Best() int {
	best := 0
	for i, v := range e.Values {
		if e.GreaterIsBetter && v > e.Values[best] || !e.GreaterIsBetter && v < e.Values[best] {
			best = i
		}
	}
	return best + 1
}

// Staged is implemented by models that are fitted in stages.
type Staged interface {
	// Stages is how many there are, which early stopping may have made fewer
	// than were asked for.
	Stages() int
	// Evaluations are nil if nothing was watched.
	Evaluations() *Evaluations
}

// A watcher rates a boosted model after each stage. A nil one sees nothing.
type watcher struct {
	name   string
	X      *Matrix // rounded to float32, as trees compare
	y      *Labels
	metric Scorer // nil: the log-loss, from the raw outputs
	codes  []int  // of y among the classes of the model, for the log-loss
	raw    []float64
	seen   Evaluations

	tol    float64
	recent []float64 // losses that the next must be below; empty: never stop
	unit   float64   // of the losses in those of tol
}

// watch divides the rows into those to train on and those to watch, and says
// how to watch them.
func (e GradientBoostingClassifier) watch(X *Matrix, y *Labels, eval Evaluation) (*Matrix, *Labels, *watcher, error) {
	w := &watcher{name: e.Name(), X: eval.X, y: eval.Y, metric: eval.Metric, tol: e.Tol, unit: 1,
		recent: slices.Repeat([]float64{math.Inf(1)}, e.NIterNoChange),
		seen:   Evaluations{Metric: "log_loss"}}
	switch {
	case eval.X != nil:
		if err := w.check(X); err != nil {
			return nil, nil, nil, err
		}
	case e.NIterNoChange > 0:
		forTrain, aside, err := TrainTestSplit(X.Rows, e.ValidationFraction, uint32(e.Seed), y)
		if err != nil {
			return nil, nil, nil, fmt.Errorf("%s: setting rows aside for n_iter_no_change: %w", e.Name(), err)
		}
		w.X, w.y = X.Take(aside), y.Take(aside)
		X, y = X.Take(forTrain), y.Take(forTrain)
		if err := checkClasses(e.Name(), y); err != nil {
			return nil, nil, nil, err
		}
	case eval.Metric != nil:
		return nil, nil, nil, inputError(e.Name(), "give rows to rate (eval_set), or n_iter_no_change, which sets some aside",
			"there are no rows to rate by %s", eval.Metric.Name())
	default:
		return X, y, nil, nil
	}
	return X, y, w, w.start(y)
}

// check refuses rows to watch that the model could not be asked about.
func (w *watcher) check(X *Matrix) error {
	const what = "the evaluation set"
	if err := checkMatrix(what, w.X); err != nil {
		return err
	}
	if err := checkPredict(what, X.Names, X.Cols, w.X); err != nil {
		return err
	}
	if err := checkLabels(what, w.y); err != nil {
		return err
	}
	if w.X.Rows != w.y.Len() {
		return inputError(what, "take the features and the labels from the same rows", "X has %d rows but y has %d labels", w.X.Rows, w.y.Len())
	}
	return nil
}

// start prepares for a model of the labels y.
func (w *watcher) start(y *Labels) error {
	prior := priorScores(y)
	rounded := NewMatrix(w.X.Rows, w.X.Cols, nil)
	for i, v := range w.X.Data {
		rounded.Data[i] = float64(float32(v))
	}
	w.X = rounded
	for _, v := range prior {
		w.raw = append(w.raw, slices.Repeat([]float64{v}, w.X.Rows)...)
	}
	if w.metric != nil {
		w.seen.Metric, w.seen.GreaterIsBetter = w.metric.Name(), w.metric.GreaterIsBetter()
		return nil
	}
	if len(prior) == 1 {
		w.unit = 2 // scikit-learn's deviance of two classes is twice the log-loss
	}
	w.codes = make([]int, w.y.Len())
	for i, c := range w.y.Codes {
		if w.codes[i] = y.Classes.Index(w.y.Classes[c]); w.codes[i] < 0 {
			return &InputError{Estimator: "the evaluation set", Column: w.y.Name, Row: i,
				Msg:  fmt.Sprintf("class %s has no row among those to train on", formatClass(w.y.Classes[c])),
				Hint: "train on rows of every class"}
		}
	}
	return nil
}

// after rates the model as it is after a further stage, and says whether that
// was the last one: as in scikit-learn, the first that is not better by tol than
// any of the last NIterNoChange ones.
func (w *watcher) after(ctx context.Context, b *booster) (last bool, err error) {
	if w == nil {
		return false, nil
	}
	value, err := w.rate(ctx, b)
	if err != nil {
		return false, err
	}
	stage := len(w.seen.Values)
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return false, fmt.Errorf("%s: %s is %v after iteration %d, so that iterations cannot be compared", w.name, w.seen.Metric, value, stage+1)
	}
	w.seen.Values = append(w.seen.Values, value)
	if len(w.recent) == 0 {
		return false, nil
	}
	loss := value * w.unit
	if w.seen.GreaterIsBetter {
		loss = -loss
	}
	if loss+w.tol < slices.Max(w.recent) {
		w.recent[stage%len(w.recent)] = loss
		return false, nil
	}
	return true, nil
}

// rate adds the trees of the last stage to the outputs and gives the metric.
func (w *watcher) rate(ctx context.Context, b *booster) (float64, error) {
	n, outputs := w.X.Rows, len(b.growers)
	trees := b.model.trees[len(b.model.trees)-outputs:]
	cuts := pieces(n)
	losses := make([]float64, len(cuts))
	proba := NewMatrix(n, len(b.model.classes), nil)
	err := eachPiece(ctx, b.threads, len(cuts), func(_, p int) error {
		from, to := cuts[p].from, cuts[p].to
		block := &Matrix{Rows: to - from, Cols: w.X.Cols, Data: w.X.Data[from*w.X.Cols : to*w.X.Cols]}
		for k, t := range trees {
			t.addLeaves(block, w.raw[k*n+from:k*n+to])
		}
		for i := from; i < to; i++ {
			for k := range outputs {
				proba.Row(i)[k] = w.raw[k*n+i]
			}
			code := 0
			if w.codes != nil {
				code = w.codes[i]
			}
			losses[p] += b.model.toProba(proba.Row(i), code)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if w.metric == nil {
		sum := 0.0
		for _, v := range losses {
			sum += v
		}
		return sum / float64(n), nil
	}
	p := Predictions{Classes: b.model.Classes(), Proba: proba}
	if !w.metric.NeedsProba() {
		p.Codes, p.Proba = mostLikely(proba), nil
	}
	return w.metric.Score(ctx, w.y, p)
}

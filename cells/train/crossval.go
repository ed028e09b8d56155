package train

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
)

// CVScores are the scores of a cross-validation, one per fold, in the order of
// the folds; greater is better.
type CVScores struct {
	Scores []float64
	// Warnings are those of the splitter and of the fits.
	Warnings []string
}

// Mean is the mean score, without the folds in which it is not defined (NaN).
func (c *CVScores) Mean() float64 { return meanScore(c.Scores) }

// Std is the population standard deviation of the scores, as numpy's std, over
// the same folds as Mean.
func (c *CVScores) Std() float64 { return stdScore(c.Scores) }

func meanScore(scores []float64) float64 {
	sum, n := 0.0, 0
	for _, s := range scores {
		if !math.IsNaN(s) {
			sum += s
			n++
		}
	}
	return sum / float64(n)
}

func stdScore(scores []float64) float64 {
	mean, sum, n := meanScore(scores), 0.0, 0
	for _, s := range scores {
		if !math.IsNaN(s) {
			sum += (s - mean) * (s - mean)
			n++
		}
	}
	return math.Sqrt(sum / float64(n))
}

// CrossValScore fits e on the training part of each fold and scores it on the
// rest. Folds run side by side within opts.Threads, which does not change the
// scores; Progress counts folds.
//
// Greater scores are better: those of a loss are negative, see Rate. A class
// without a row in the training part of a fold is left out of that fit; the
// model is then scored as if it gave that class probability 0. Which rows the
// labels y have decides how many classes there are, not y.Classes. The error of
// a fold names it and is that of the first fold that failed.
func CrossValScore(ctx context.Context, e Estimator, X *Matrix, y *Labels, s Splitter, scorer Scorer, opts FitOptions) (*CVScores, error) {
	cv, err := newCrossVal("cross_val_score", X, y, s, scorer)
	if err != nil {
		return nil, err
	}
	cv.settings = []Estimator{e}
	if err := cv.run(ctx, opts); err != nil {
		return nil, err
	}
	return &CVScores{Scores: cv.scores, Warnings: cv.warnings}, nil
}

// crossVal fits each of some settings on each fold. Task t is fold
// t%len(folds) of setting t/len(folds).
type crossVal struct {
	X        *Matrix
	y        *Labels
	folds    []Fold
	scorer   Scorer
	settings []Estimator
	// title names a setting before an error of one of its folds; may be nil.
	title func(setting int) string
	// errorScore is the score of a fold whose fit failed; nil ends the run then.
	errorScore *float64

	scores   []float64 // of each task
	failed   []bool    // the fit of the task
	firstErr error     // of these
	warnings []string
}

// newCrossVal checks the data and divides it.
func newCrossVal(name string, X *Matrix, y *Labels, s Splitter, scorer Scorer) (*crossVal, error) {
	if err := checkMatrix(name, X); err != nil {
		return nil, err
	}
	if err := checkLabels(name, y); err != nil {
		return nil, err
	}
	y, _ = y.Present()
	if err := checkFit(name, X, y); err != nil {
		return nil, err
	}
	folds, warnings, err := s.Split(X.Rows, y)
	if err != nil {
		return nil, err
	}
	if err := checkFolds(name, folds, X.Rows); err != nil {
		return nil, err
	}
	return &crossVal{X: X, y: y, folds: folds, scorer: scorer, warnings: slices.Clone(warnings)}, nil
}

// checkFolds refuses what a Splitter of the caller must not return.
func checkFolds(name string, folds []Fold, rows int) error {
	if len(folds) == 0 {
		return inputError(name, "", "the splitter gave no folds")
	}
	for f, fold := range folds {
		if len(fold.Train) == 0 || len(fold.Test) == 0 {
			return inputError(name, "", "fold %d has %d rows for training and %d for testing", f, len(fold.Train), len(fold.Test))
		}
		for _, row := range slices.Concat(fold.Train, fold.Test) {
			if row < 0 || row >= rows {
				return inputError(name, "", "fold %d has row %d of %d", f, row, rows)
			}
		}
	}
	return nil
}

// A trial is what became of one task.
type trial struct {
	score    float64
	warnings []string
	err      error // of a fit that may fail
	asked    Predictions
}

// run scores all tasks, as many at a time as opts.Threads lets it. A sequential
// scorer rates what was predicted some tasks later, in their order; some, so
// that predictions do not fill the memory.
func (c *crossVal) run(ctx context.Context, opts FitOptions) error {
	const window = 64
	total := len(c.settings) * len(c.folds)
	_, sequential := c.scorer.(Sequential)
	size := total
	if sequential {
		size = min(total, window)
	}
	threads := opts.Threads.shared()
	count := opts.counter(total)
	c.scores = make([]float64, 0, total)
	for from := 0; from < total; from += size {
		trials := make([]trial, min(size, total-from))
		err := eachPiece(ctx, threads, len(trials), func(_, i int) error {
			if err := c.try(ctx, from+i, &trials[i], !sequential, threads); err != nil {
				return c.inFold(from+i, err)
			}
			count()
			return nil
		})
		if err != nil {
			return err
		}
		if err := c.settle(ctx, from, trials, sequential); err != nil {
			return err
		}
	}
	return nil
}

// try fits one task, and rates it if the scorer may be called from anywhere.
func (c *crossVal) try(ctx context.Context, task int, t *trial, rateIt bool, threads Threads) error {
	fold := c.folds[task%len(c.folds)]
	yTrain, kept := c.y.Take(fold.Train).Present()
	m, err := c.settings[task/len(c.folds)].Fit(ctx, c.X.Take(fold.Train), yTrain, FitOptions{Threads: threads})
	if err != nil {
		if c.errorScore == nil || ctx.Err() != nil {
			return err
		}
		t.score, t.err = *c.errorScore, err
		return nil
	}
	t.warnings = WarningsOf(m)
	if len(kept) < len(c.y.Classes) {
		m = &widened{Classifier: m, classes: c.y.Classes, kept: kept}
	}
	if t.asked, err = ask(ctx, c.scorer, m, c.X.Take(fold.Test), threads); err != nil || !rateIt {
		return err
	}
	return c.rate(ctx, task, t)
}

// rate scores what the task predicted, and forgets it.
func (c *crossVal) rate(ctx context.Context, task int, t *trial) error {
	var err error
	t.score, err = rate(ctx, c.scorer, c.y.Take(c.folds[task%len(c.folds)].Test), t.asked)
	t.asked = Predictions{}
	if err == nil && math.IsInf(t.score, 0) {
		err = fmt.Errorf("%s is %v", c.scorer.Name(), t.score)
	}
	return err
}

// settle takes over what became of the tasks that start at from, in order.
func (c *crossVal) settle(ctx context.Context, from int, trials []trial, sequential bool) error {
	for i := range trials {
		t := &trials[i]
		if sequential && t.err == nil {
			if err := c.rate(ctx, from+i, t); err != nil {
				return c.inFold(from+i, err)
			}
		}
		if t.err != nil {
			t.err = c.inFold(from+i, t.err)
			c.warn(fmt.Sprintf("%v: the fit failed, its score counts as %v", t.err, t.score))
			c.firstErr = cmp.Or(c.firstErr, t.err)
		}
		for _, w := range t.warnings {
			c.warn(w)
		}
		c.scores = append(c.scores, t.score)
		c.failed = append(c.failed, t.err != nil)
	}
	return nil
}

func (c *crossVal) warn(w string) {
	if !slices.Contains(c.warnings, w) {
		c.warnings = append(c.warnings, w)
	}
}

// inFold names the task of an error.
func (c *crossVal) inFold(task int, err error) error {
	err = fmt.Errorf("fold %d of %d: %w", task%len(c.folds)+1, len(c.folds), err)
	if c.title != nil {
		err = fmt.Errorf("%s: %w", c.title(task/len(c.folds)), err)
	}
	return err
}

// widened is a model that knows of classes that it was not trained on: they
// have probability 0.
type widened struct {
	Classifier
	classes Classes
	kept    []int // the class of each class of the model
}

func (w *widened) Classes() Classes { return w.classes }

func (w *widened) Predict(ctx context.Context, X *Matrix, threads Threads) ([]int, error) {
	codes, err := w.Classifier.Predict(ctx, X, threads)
	for i, c := range codes {
		codes[i] = w.kept[c]
	}
	return codes, err
}

func (w *widened) PredictProba(ctx context.Context, X *Matrix, threads Threads) (*Matrix, error) {
	proba, err := w.Classifier.PredictProba(ctx, X, threads)
	if err != nil {
		return nil, err
	}
	out := NewMatrix(proba.Rows, len(w.classes), nil)
	for i := range proba.Rows {
		for k, p := range proba.Row(i) {
			out.Row(i)[w.kept[k]] = p
		}
	}
	return out, nil
}

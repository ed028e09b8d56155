package train

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
)

// CVScores are the scores of a cross-validation, one per fold, in the order of
// the folds.
type CVScores struct {
	Scores []float64
	// Warnings are those of the splitter and of the fits.
	Warnings []string
}

// Mean is the mean score.
func (c *CVScores) Mean() float64 {
	sum := 0.0
	for _, s := range c.Scores {
		sum += s
	}
	return sum / float64(len(c.Scores))
}

// Std is the population standard deviation of the scores, as numpy's std.
func (c *CVScores) Std() float64 {
	mean, sum := c.Mean(), 0.0
	for _, s := range c.Scores {
		sum += (s - mean) * (s - mean)
	}
	return math.Sqrt(sum / float64(len(c.Scores)))
}

// CrossValScore fits e on the training part of each fold and scores it on the
// rest. Folds run side by side within opts.Threads, which does not change the
// scores; Progress counts folds.
//
// A class without a row in the training part of a fold is left out of that
// fit; the model is then scored as if it gave that class probability 0. Which
// rows the labels y have decides how many classes there are, not y.Classes.
// The error of a fold names it and is that of the first fold that failed.
func CrossValScore(ctx context.Context, e Estimator, X *Matrix, y *Labels, s Splitter, scorer Scorer, opts FitOptions) (*CVScores, error) {
	const name = "cross_val_score"
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
	cv := crossVal{e: e, X: X, y: y, scorer: scorer, folds: folds}
	if err := cv.run(ctx, opts); err != nil {
		return nil, err
	}
	for _, w := range slices.Concat(cv.warnings...) {
		if !slices.Contains(warnings, w) {
			warnings = append(warnings, w)
		}
	}
	return &CVScores{Scores: cv.scores, Warnings: warnings}, nil
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

type crossVal struct {
	e      Estimator
	X      *Matrix
	y      *Labels
	scorer Scorer
	folds  []Fold

	scores   []float64
	warnings [][]string
}

// run scores all folds. The threads are shared out: folds side by side, and
// what is left to each of them.
func (c *crossVal) run(ctx context.Context, opts FitOptions) error {
	n := len(c.folds)
	c.scores, c.warnings = make([]float64, n), make([][]string, n)
	errs := make([]error, n)
	threads := threadCount(opts.Threads)
	inner := FitOptions{Threads: max(1, threads/n)}
	var mu sync.Mutex
	done := 0
	err := eachPiece(ctx, threads, n, func(_, f int) error {
		if errs[f] = c.fold(ctx, f, inner); errs[f] != nil {
			return nil // the other folds may hold an error that comes first
		}
		mu.Lock()
		defer mu.Unlock()
		done++
		opts.progress(done, n, math.NaN())
		return nil
	})
	if err != nil {
		return err
	}
	for f, err := range errs {
		if err != nil {
			return fmt.Errorf("fold %d of %d: %w", f+1, n, err)
		}
	}
	return nil
}

func (c *crossVal) fold(ctx context.Context, f int, opts FitOptions) error {
	train, test := c.folds[f].Train, c.folds[f].Test
	yTrain, kept := c.y.Take(train).Present()
	m, err := c.e.Fit(ctx, c.X.Take(train), yTrain, opts)
	if err != nil {
		return err
	}
	c.warnings[f] = WarningsOf(m)
	if len(kept) < len(c.y.Classes) {
		m = &widened{Classifier: m, classes: c.y.Classes, kept: kept}
	}
	c.scores[f], err = c.scorer.Score(ctx, m, c.X.Take(test), c.y.Take(test))
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

func (w *widened) Predict(ctx context.Context, X *Matrix) ([]int, error) {
	codes, err := w.Classifier.Predict(ctx, X)
	for i, c := range codes {
		codes[i] = w.kept[c]
	}
	return codes, err
}

func (w *widened) PredictProba(ctx context.Context, X *Matrix) (*Matrix, error) {
	proba, err := w.Classifier.PredictProba(ctx, X)
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

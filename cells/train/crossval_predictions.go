package train

import (
	"context"
	"fmt"
	"slices"
)

// A FoldPrediction is what the model of one fold said about the rows that it
// was not trained on, and the truth.
type FoldPrediction struct {
	Test            []int // the rows
	True, Predicted *Labels
}

// CrossValPredictions fits e as CrossValScore does and gives the predictions of
// each fold, for metrics that are not a Scorer. Folds run one after the other,
// each with all of opts.Threads; Progress is not told of them.
func CrossValPredictions(ctx context.Context, e Estimator, X *Matrix, y *Labels, s Splitter, opts FitOptions) ([]FoldPrediction, []string, error) {
	const name = "cross_val_predictions"
	if err := checkFit(name, X, y); err != nil {
		return nil, nil, err
	}
	y, _ = y.Present()
	folds, warnings, err := s.Split(X.Rows, y)
	if err != nil {
		return nil, nil, err
	}
	if err := checkFolds(name, folds, X.Rows); err != nil {
		return nil, nil, err
	}
	opts.Progress = nil
	cv := crossVal{e: e, X: X, y: y, folds: folds, scores: make([]float64, len(folds)), warnings: make([][]string, len(folds))}
	out := make([]FoldPrediction, len(folds))
	for f, fold := range folds {
		out[f].Test = fold.Test
		cv.scorer = predictionKeeper{&out[f]}
		if err := cv.fold(ctx, f, opts); err != nil {
			return nil, nil, fmt.Errorf("fold %d of %d: %w", f+1, len(folds), err)
		}
		for _, w := range cv.warnings[f] {
			if !slices.Contains(warnings, w) {
				warnings = append(warnings, w)
			}
		}
	}
	return out, warnings, nil
}

// predictionKeeper is a Scorer that keeps what it is asked to rate.
type predictionKeeper struct{ into *FoldPrediction }

func (k predictionKeeper) Name() string { return "predictions" }

func (k predictionKeeper) Score(ctx context.Context, m Classifier, X *Matrix, y *Labels) (float64, error) {
	codes, err := m.Predict(ctx, X)
	k.into.True = y
	k.into.Predicted = &Labels{Name: y.Name, Classes: m.Classes(), Codes: codes}
	return 0, err
}

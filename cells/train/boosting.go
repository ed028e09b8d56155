package train

import (
	"context"
	"math"
)

// GradientBoostingClassifier is an additive model of small regression trees,
// each of which takes a Newton step down the log-loss (Friedman 2001, 2002),
// with scikit-learn's semantics: one tree per stage for two classes and else one
// per class, Friedman's split score, class priors to start from. Zero fields
// mean scikit-learn's defaults.
//
// Up to 10,000 rows splits are exact; beyond, each column is first cut into 255
// quantiles. Of equally good splits the one on the first column wins.
type GradientBoostingClassifier struct {
	// LearningRate shrinks each tree (default 0.1).
	LearningRate float64
	// NEstimators is the number of stages (default 100).
	NEstimators int
	// MaxDepth is the most splits above a leaf (default 3).
	MaxDepth int
	// MinSamplesSplit is the fewest rows that are split (default 2).
	MinSamplesSplit int
	// MinSamplesLeaf is the fewest rows of a leaf (default 1).
	MinSamplesLeaf int
	// Subsample is the share of the rows that each stage draws, without
	// replacement (default 1, all of them).
	Subsample float64
	// MaxFeatures is how many features to try in each node: nil or "all" for
	// all, "sqrt", "log2", an int, or a float64 fraction.
	MaxFeatures any
	// NIterNoChange ends the fit when that many stages in a row did not make
	// the metric better on rows that are not trained on; 0 is never. Those rows
	// are given to FitEval, or else set aside.
	NIterNoChange int
	// ValidationFraction is the share of the rows that are set aside for
	// NIterNoChange, by class (default 0.1).
	ValidationFraction float64
	// Tol is how much better counts as better (default 1e-4).
	Tol float64
	// Seed chooses rows and features, where not all are used.
	Seed uint64
}

// Name is "GradientBoostingClassifier".
func (GradientBoostingClassifier) Name() string { return "GradientBoostingClassifier" }

// Params lists the parameters under scikit-learn's names.
func (e GradientBoostingClassifier) Params() []Param {
	e = e.withDefaults()
	return []Param{
		{"learning_rate", e.LearningRate},
		{"n_estimators", e.NEstimators},
		{"max_depth", e.MaxDepth},
		{"min_samples_split", e.MinSamplesSplit},
		{"min_samples_leaf", e.MinSamplesLeaf},
		{"subsample", e.Subsample},
		{"max_features", e.MaxFeatures},
		{"validation_fraction", e.ValidationFraction},
		{"n_iter_no_change", noLimit(e.NIterNoChange)},
		{"tol", e.Tol},
		{"random_state", int(e.Seed)},
	}
}

func (e GradientBoostingClassifier) withDefaults() GradientBoostingClassifier {
	l := e.limits().withDefaults()
	e.MinSamplesSplit, e.MinSamplesLeaf = l.minSamplesSplit, l.minSamplesLeaf
	e.LearningRate = defaultTo(e.LearningRate, 0.1)
	e.NEstimators = defaultTo(e.NEstimators, 100)
	e.MaxDepth = defaultTo(e.MaxDepth, 3)
	e.Subsample = defaultTo(e.Subsample, 1)
	e.ValidationFraction = defaultTo(e.ValidationFraction, 0.1)
	e.Tol = defaultTo(e.Tol, 1e-4)
	return e
}

func (e GradientBoostingClassifier) limits() treeLimits {
	return treeLimits{maxDepth: e.MaxDepth, minSamplesSplit: e.MinSamplesSplit,
		minSamplesLeaf: e.MinSamplesLeaf, maxFeatures: e.MaxFeatures}
}

func (e GradientBoostingClassifier) check() error {
	switch {
	case !(e.LearningRate > 0) || math.IsInf(e.LearningRate, 0):
		return &ParamError{e.Name(), "learning_rate", e.LearningRate, "a number above 0"}
	case e.NEstimators < 1:
		return &ParamError{e.Name(), "n_estimators", e.NEstimators, "at least 1"}
	case !(e.Subsample > 0 && e.Subsample <= 1):
		return &ParamError{e.Name(), "subsample", e.Subsample, "above 0 and up to 1"}
	case !(e.ValidationFraction > 0 && e.ValidationFraction < 1):
		return &ParamError{e.Name(), "validation_fraction", e.ValidationFraction, "between 0 and 1"}
	case e.NIterNoChange < 0:
		return &ParamError{e.Name(), "n_iter_no_change", e.NIterNoChange, "at least 1, or 0 for no early stopping"}
	case !(e.Tol > 0) || math.IsInf(e.Tol, 0):
		return &ParamError{e.Name(), "tol", e.Tol, "a number above 0"}
	}
	return e.limits().check(e.Name())
}

// Fit grows the stages one after the other; within a stage it grows the trees
// of the classes at the same time. Progress counts stages and gives the mean
// log-loss of the training rows after them.
func (e GradientBoostingClassifier) Fit(ctx context.Context, X *Matrix, y *Labels, opts FitOptions) (Classifier, error) {
	return e.FitEval(ctx, X, y, Evaluation{}, opts)
}

// FitEval is Fit with a metric that is watched on other rows, for which
// NIterNoChange then counts.
func (e GradientBoostingClassifier) FitEval(ctx context.Context, X *Matrix, y *Labels, eval Evaluation, opts FitOptions) (Classifier, error) {
	e = e.withDefaults()
	if err := e.check(); err != nil {
		return nil, err
	}
	if err := checkFit(e.Name(), X, y); err != nil {
		return nil, err
	}
	X, y, watch, err := e.watch(X, y, eval)
	if err != nil {
		return nil, err
	}
	b, err := newBooster(ctx, e, X, y, opts)
	if err != nil {
		return nil, err
	}
	for stage, last := 0, false; ; stage++ {
		loss, err := b.updateResiduals(ctx)
		if err != nil {
			return nil, err
		}
		if stage > 0 {
			opts.progress(stage, e.NEstimators, loss)
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return nil, &NotFiniteError{e.Name(), "use a smaller learning_rate"}
		}
		if last || stage == e.NEstimators {
			return b.finish(watch), nil
		}
		if err := b.addStage(ctx, stage); err != nil {
			return nil, err
		}
		if last, err = watch.after(ctx, b); err != nil {
			return nil, err
		}
	}
}

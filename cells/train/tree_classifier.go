package train

import (
	"context"
	"slices"
)

// DecisionTreeClassifier is one classification tree with exact splits (CART,
// Breiman et al. 1984). Zero fields mean scikit-learn's defaults. Values are
// compared as float32; of equally good splits the one on the first column wins.
// Columns with more than 65,536 distinct values are cut into as many quantiles.
type DecisionTreeClassifier struct {
	// Criterion is "gini" (the default), "entropy" or "log_loss".
	Criterion string
	// MaxDepth is the most splits above a leaf; 0 is no limit.
	MaxDepth int
	// MinSamplesSplit is the fewest rows that are split (default 2).
	MinSamplesSplit int
	// MinSamplesLeaf is the fewest rows of a leaf (default 1).
	MinSamplesLeaf int
	// MaxFeatures is how many features to try in each node: nil or "all" for
	// all, "sqrt", "log2", an int, or a float64 fraction.
	MaxFeatures any
	// Seed chooses the features, if not all are tried.
	Seed uint64
}

// Name is "DecisionTreeClassifier".
func (DecisionTreeClassifier) Name() string { return "DecisionTreeClassifier" }

// Params lists the parameters under scikit-learn's names.
func (e DecisionTreeClassifier) Params() []Param {
	l := e.limits()
	return []Param{
		{"criterion", defaultTo(e.Criterion, "gini")},
		{"max_depth", noLimit(l.maxDepth)},
		{"min_samples_split", l.minSamplesSplit},
		{"min_samples_leaf", l.minSamplesLeaf},
		{"max_features", e.MaxFeatures},
		{"random_state", int(e.Seed)},
	}
}

func (e DecisionTreeClassifier) limits() treeLimits {
	return treeLimits{maxDepth: e.MaxDepth, minSamplesSplit: e.MinSamplesSplit,
		minSamplesLeaf: e.MinSamplesLeaf, maxFeatures: e.MaxFeatures}.withDefaults()
}

// Fit grows the tree on one goroutine.
func (e DecisionTreeClassifier) Fit(ctx context.Context, X *Matrix, y *Labels, opts FitOptions) (Classifier, error) {
	plan := forestPlan{name: e.Name(), criterion: defaultTo(e.Criterion, "gini"), limits: e.limits(), trees: 1, seed: e.Seed}
	return plan.fit(ctx, X, y, mostBins, opts)
}

// treeModel is a fitted tree or forest.
type treeModel struct {
	name        string
	classes     Classes
	features    []string
	nFeatures   int
	trees       []*tree
	importances []float64
}

func (m *treeModel) Name() string           { return m.name }
func (m *treeModel) Classes() Classes       { return slices.Clone(m.classes) }
func (m *treeModel) FeatureNames() []string { return slices.Clone(m.features) }

// FeatureImportances is how much of the impurity each feature removed, as
// scikit-learn's: the mean over the trees, summing to 1 (or all 0 when no tree
// has a split).
func (m *treeModel) FeatureImportances() []float64 { return slices.Clone(m.importances) }

// PredictProba is the mean of the trees' probabilities.
func (m *treeModel) PredictProba(ctx context.Context, X *Matrix, threads Threads) (*Matrix, error) {
	if err := checkPredict(m.name, m.features, m.nFeatures, X); err != nil {
		return nil, err
	}
	k := len(m.classes)
	out := NewMatrix(X.Rows, k, nil)
	err := eachBlock(ctx, threads, X, func(lo int, block *Matrix) {
		sum := out.Data[lo*k : (lo+block.Rows)*k]
		for _, t := range m.trees {
			t.addLeaves(block, sum)
		}
		for i := range sum {
			sum[i] /= float64(len(m.trees))
		}
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Predict is the class with the highest probability, the lower one of equals.
func (m *treeModel) Predict(ctx context.Context, X *Matrix, threads Threads) ([]int, error) {
	return predictByProba(ctx, m, X, threads)
}

func predictByProba(ctx context.Context, m Classifier, X *Matrix, threads Threads) ([]int, error) {
	proba, err := m.PredictProba(ctx, X, threads)
	if err != nil {
		return nil, err
	}
	return mostLikely(proba), nil
}

// mostLikely is the class with the highest probability of each row.
func mostLikely(proba *Matrix) []int {
	codes := make([]int, proba.Rows)
	for i := range codes {
		codes[i] = argmax(proba.Row(i))
	}
	return codes
}

// noLimit shows 0 as scikit-learn's None.
func noLimit(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

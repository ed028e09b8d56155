package train

import (
	"context"
	"math"
	"slices"
)

// boostingModel is a fitted GradientBoostingClassifier: len(prior) outputs, and
// as many trees for each stage, whose values include the learning rate.
type boostingModel struct {
	classes     Classes
	features    []string
	nFeatures   int
	prior       []float64
	trees       []*tree
	importances []float64
	evaluations *Evaluations // nil if nothing was watched
}

func (m *boostingModel) Name() string           { return GradientBoostingClassifier{}.Name() }
func (m *boostingModel) Classes() Classes       { return slices.Clone(m.classes) }
func (m *boostingModel) FeatureNames() []string { return slices.Clone(m.features) }

// Stages is the number of stages.
func (m *boostingModel) Stages() int { return len(m.trees) / len(m.prior) }

// Evaluations are the values of the metric that was watched.
func (m *boostingModel) Evaluations() *Evaluations {
	if m.evaluations == nil {
		return nil
	}
	e := *m.evaluations
	e.Values = slices.Clone(e.Values)
	return &e
}

// FeatureImportances is how much of the variance of the residuals each feature
// removed, summing to 1 (or all 0 when no tree has a split).
func (m *boostingModel) FeatureImportances() []float64 { return slices.Clone(m.importances) }

// PredictProba is the softmax of the outputs; for two classes, the logistic
// function of the one output.
func (m *boostingModel) PredictProba(ctx context.Context, X *Matrix, threads Threads) (*Matrix, error) {
	if err := checkPredict(m.Name(), m.features, m.nFeatures, X); err != nil {
		return nil, err
	}
	out := NewMatrix(X.Rows, len(m.classes), nil)
	err := eachBlock(ctx, threads, X, func(lo int, block *Matrix) {
		m.addTrees(lo, block, out)
		for i := range block.Rows {
			m.toProba(out.Row(lo+i), 0)
		}
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// addTrees puts the outputs of the block in the first columns of out.
func (m *boostingModel) addTrees(lo int, block, out *Matrix) {
	outputs := len(m.prior)
	sum := make([]float64, block.Rows)
	for k, prior := range m.prior {
		for i := range sum {
			sum[i] = prior
		}
		for t := k; t < len(m.trees); t += outputs {
			m.trees[t].addLeaves(block, sum)
		}
		for i, v := range sum {
			out.Row(lo + i)[k] = v
		}
	}
}

// toProba turns the outputs at the start of v into one probability per class. It
// returns the log-loss of a row of class code.
func (m *boostingModel) toProba(v []float64, code int) float64 {
	if len(m.prior) == 1 {
		// e is at most 1, so that neither the exponential nor the logarithm overflows.
		margin, e := v[0], math.Exp(-math.Abs(v[0]))
		likely, unlikely := 1/(1+e), e/(1+e)
		v[0], v[1] = unlikely, likely
		if margin < 0 {
			v[0], v[1] = likely, unlikely
		}
		loss := math.Log(1 + e)
		if (margin > 0) != (code == 1) {
			loss += math.Abs(margin)
		}
		return loss
	}
	top, ofCode := slices.Max(v), v[code]
	sum := 0.0
	for k, x := range v {
		v[k] = math.Exp(x - top)
		sum += v[k]
	}
	for k := range v {
		v[k] /= sum
	}
	return top - ofCode + math.Log(sum)
}

// Predict is the class with the highest probability, the lower one of equals.
func (m *boostingModel) Predict(ctx context.Context, X *Matrix, threads Threads) ([]int, error) {
	return predictByProba(ctx, m, X, threads)
}

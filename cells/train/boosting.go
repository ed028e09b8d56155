package train

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
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
	}
	return e.limits().check(e.Name())
}

// Fit grows the stages one after the other; within a stage it grows the trees
// of the classes at the same time. Progress counts stages and gives the mean
// log-loss of the training rows after them.
func (e GradientBoostingClassifier) Fit(ctx context.Context, X *Matrix, y *Labels, opts FitOptions) (Classifier, error) {
	e = e.withDefaults()
	if err := e.check(); err != nil {
		return nil, err
	}
	if err := checkFit(e.Name(), X, y); err != nil {
		return nil, err
	}
	b, err := newBooster(ctx, e, X, y, opts)
	if err != nil {
		return nil, err
	}
	for stage := 0; ; stage++ {
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
		if stage == e.NEstimators {
			b.model.importances = b.importances()
			return b.model, nil
		}
		if err := b.addStage(ctx, stage); err != nil {
			return nil, err
		}
	}
}

// A booster is a fit under way. There is one output for two classes (how much
// the second is the likelier one), and else one for each class. raw and
// residuals hold output k of row i at k*n+i.
type booster struct {
	spec      GradientBoostingClassifier
	X         *Matrix
	codes     []int
	threads   int
	growers   []*residualGrower // by output
	raw       []float64
	residuals []float64
	rows      []int32 // of the stage
	model     *boostingModel
}

func newBooster(ctx context.Context, e GradientBoostingClassifier, X *Matrix, y *Labels, opts FitOptions) (*booster, error) {
	n, threads := X.Rows, threadCount(opts.Threads)
	binned, err := binColumns(ctx, e.Name(), X, ensembleBins(n), threads)
	if err != nil {
		return nil, err
	}
	features, err := featureCount(e.Name(), e.MaxFeatures, X.Cols)
	if err != nil {
		return nil, err
	}
	prior := priorScores(y)
	b := &booster{spec: e, X: X, codes: y.Codes, threads: threads,
		raw: make([]float64, n*len(prior)), residuals: make([]float64, n*len(prior)), rows: make([]int32, n),
		model: &boostingModel{classes: slices.Clone(y.Classes), features: slices.Clone(X.Names),
			nFeatures: X.Cols, prior: prior}}
	for k, v := range prior {
		// Threads that the outputs leave over work inside of the trees.
		b.growers = append(b.growers, newResidualGrower(binned, e.limits(), features, max(1, threads/len(prior))))
		for i := range n {
			b.raw[k*n+i] = v
		}
	}
	for i := range b.rows {
		b.rows[i] = int32(i)
	}
	return b, nil
}

// priorScores are the outputs that give every row the shares of the classes.
func priorScores(y *Labels) []float64 {
	counts := y.Counts()
	if len(counts) == 2 {
		return []float64{math.Log(float64(counts[1]) / float64(counts[0]))}
	}
	scores := make([]float64, len(counts))
	for k, n := range counts {
		scores[k] = math.Log(float64(n) / float64(y.Len()))
	}
	return scores
}

// updateResiduals computes what the outputs lack, and the mean log-loss.
func (b *booster) updateResiduals(ctx context.Context) (float64, error) {
	n := len(b.codes)
	cuts := pieces(n)
	losses := make([]float64, len(cuts))
	err := eachPiece(ctx, b.threads, len(cuts), func(_, p int) error {
		proba := make([]float64, len(b.model.classes))
		for i := cuts[p].from; i < cuts[p].to; i++ {
			for k := range b.growers {
				proba[k] = b.raw[k*n+i]
			}
			losses[p] += b.model.toProba(proba, b.codes[i])
			if len(b.growers) == 1 {
				b.residuals[i] = float64(b.codes[i]) - proba[1]
				continue
			}
			for k, v := range proba {
				b.residuals[k*n+i] = -v
			}
			b.residuals[b.codes[i]*n+i]++
		}
		return nil
	})
	loss := 0.0
	for _, v := range losses {
		loss += v
	}
	return loss / float64(n), err
}

// addStage grows one tree for each output and adds it to the outputs.
func (b *booster) addStage(ctx context.Context, stage int) error {
	n, outputs := len(b.codes), len(b.growers)
	stream := func(k int) *rand.Rand { return newStream(b.spec.Seed, uint64(stage*(outputs+1)+k)) }
	if b.spec.Subsample < 1 {
		b.rows = drawRows(stream(outputs), n, max(1, int(b.spec.Subsample*float64(n))), b.rows)
	}
	trees := make([]*tree, outputs)
	err := eachPiece(ctx, b.threads, outputs, func(_, k int) error {
		residuals := b.residuals[k*n : (k+1)*n]
		t, err := b.growers[k].grow(ctx, stream(k), residuals, b.rows)
		if err != nil {
			return err
		}
		trees[k] = t
		return b.addTree(ctx, t, b.growers[k], residuals, b.raw[k*n:(k+1)*n])
	})
	b.model.trees = append(b.model.trees, trees...)
	return err
}

// addTree gives each leaf its value and adds the tree to an output of all rows,
// also of those that the stage did not draw.
func (b *booster) addTree(ctx context.Context, t *tree, g *residualGrower, residuals, raw []float64) error {
	err := eachPiece(ctx, g.workers(span{0, len(raw)}), len(g.leaves), func(_, leaf int) error {
		rows := g.rows[g.leaves[leaf].from:g.leaves[leaf].to]
		t.values[leaf] = b.newtonStep(rows, residuals)
		if len(g.rows) == len(raw) {
			for _, r := range rows {
				raw[r] += t.values[leaf]
			}
		}
		return nil
	})
	if err != nil || len(g.rows) == len(raw) {
		return err
	}
	return eachBlock(ctx, g.threads, b.X, func(lo int, block *Matrix) {
		t.addLeaves(block, raw[lo:lo+block.Rows])
	})
}

// newtonStep is the value of a leaf with the given rows, shrunk by the learning rate.
func (b *booster) newtonStep(rows []int32, residuals []float64) float64 {
	factor := b.spec.LearningRate
	if k := float64(len(b.growers)); k > 1 {
		factor *= (k - 1) / k
	}
	var gradient, hessian float64
	for _, r := range rows {
		v := residuals[r]
		gradient += v
		hessian += math.Abs(v) * (1 - math.Abs(v))
	}
	if hessian < 1e-150 {
		return 0
	}
	return factor * gradient / hessian
}

// importances sums up what the trees of all outputs found.
func (b *booster) importances() []float64 {
	sum := make([]float64, b.X.Cols)
	for _, g := range b.growers {
		for j, v := range g.importances {
			sum[j] += v
		}
	}
	normalize(sum)
	return sum
}

// drawRows chooses count of n rows, in order (Knuth's algorithm S).
func drawRows(rng *rand.Rand, n, count int, rows []int32) []int32 {
	rows = rows[:0]
	for i := range n {
		if rng.IntN(n-i) < count-len(rows) {
			rows = append(rows, int32(i))
		}
	}
	return rows
}

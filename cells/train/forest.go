package train

import (
	"context"
	"math/rand/v2"
	"slices"
)

// RandomForestClassifier is a forest of classification trees, each grown on a
// bootstrap sample of the rows and trying a random part of the features in
// every node (Breiman 2001). Zero fields mean scikit-learn's defaults.
//
// Up to 10,000 rows splits are exact; beyond, each column is first cut into 255
// quantiles (columns with few distinct values keep exact splits). Tree i depends
// on the seed and i only.
type RandomForestClassifier struct {
	// NEstimators is the number of trees (default 100).
	NEstimators int
	// Criterion is "gini" (the default), "entropy" or "log_loss".
	Criterion string
	// MaxDepth is the most splits above a leaf; 0 is no limit.
	MaxDepth int
	// MinSamplesSplit is the fewest distinct rows that are split (default 2).
	MinSamplesSplit int
	// MinSamplesLeaf is the fewest distinct rows of a leaf (default 1).
	MinSamplesLeaf int
	// MaxFeatures is how many features to try in each node: "sqrt" (also nil),
	// "log2", "all", an int, or a float64 fraction.
	MaxFeatures any
	// NoBootstrap grows every tree on all rows.
	NoBootstrap bool
	// ClassWeight is "" (every row weighs 1) or "balanced" (every class weighs
	// the same).
	ClassWeight string
	Seed        uint64
}

// Name is "RandomForestClassifier".
func (RandomForestClassifier) Name() string { return "RandomForestClassifier" }

// Params lists the parameters under scikit-learn's names.
func (e RandomForestClassifier) Params() []Param {
	p := e.plan()
	return []Param{
		{"n_estimators", p.trees},
		{"criterion", p.criterion},
		{"max_depth", noLimit(p.limits.maxDepth)},
		{"min_samples_split", p.limits.minSamplesSplit},
		{"min_samples_leaf", p.limits.minSamplesLeaf},
		{"max_features", p.limits.maxFeatures},
		{"bootstrap", p.bootstrap},
		{"class_weight", noWeight(p.classWeight)},
		{"random_state", int(p.seed)},
	}
}

func (e RandomForestClassifier) plan() forestPlan {
	limits := treeLimits{maxDepth: e.MaxDepth, minSamplesSplit: e.MinSamplesSplit,
		minSamplesLeaf: e.MinSamplesLeaf, maxFeatures: e.MaxFeatures}.withDefaults()
	if limits.maxFeatures == nil {
		limits.maxFeatures = "sqrt"
	}
	return forestPlan{name: e.Name(), criterion: defaultTo(e.Criterion, "gini"), limits: limits,
		trees: defaultTo(e.NEstimators, 100), bootstrap: !e.NoBootstrap, classWeight: e.ClassWeight, seed: e.Seed}
}

// Fit grows the trees, several at a time. Progress counts trees and has no loss.
func (e RandomForestClassifier) Fit(ctx context.Context, X *Matrix, y *Labels, opts FitOptions) (Classifier, error) {
	limit := mostBins
	if X != nil {
		limit = ensembleBins(X.Rows)
	}
	return e.plan().fit(ctx, X, y, limit, opts)
}

// forestPlan is what a tree and a forest are grown by, with effective values.
type forestPlan struct {
	name        string
	criterion   string
	limits      treeLimits
	trees       int
	bootstrap   bool
	classWeight string
	seed        uint64
}

func (p forestPlan) check() error {
	if p.trees < 1 {
		return &ParamError{p.name, "n_estimators", p.trees, "at least 1"}
	}
	if p.classWeight != "" && p.classWeight != "balanced" {
		return &ParamError{p.name, "class_weight", p.classWeight, `"balanced" or None`}
	}
	return p.limits.check(p.name)
}

func (p forestPlan) fit(ctx context.Context, X *Matrix, y *Labels, binLimit int, opts FitOptions) (Classifier, error) {
	criterion, err := parseCriterion(p.name, p.criterion)
	if err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	if err := checkFit(p.name, X, y); err != nil {
		return nil, err
	}
	if len(y.Classes) > mostClasses {
		return nil, inputError(p.name, "is it a number to predict rather than a class?",
			"y has %d classes, a tree can tell %d apart", len(y.Classes), mostClasses)
	}
	binned, err := binColumns(ctx, p.name, X, binLimit, opts.Threads)
	if err != nil {
		return nil, err
	}
	features, err := featureCount(p.name, p.limits.maxFeatures, X.Cols)
	if err != nil {
		return nil, err
	}
	weights := p.weights(y)
	grower := func() *classGrower {
		return &classGrower{bins: binned, codes: y.Codes, limits: p.limits, features: features,
			splitter: newSplitter(len(y.Classes), criterion, p.limits.minSamplesLeaf, weights, X.Rows)}
	}
	m := &treeModel{name: p.name, classes: slices.Clone(y.Classes), features: slices.Clone(X.Names), nFeatures: X.Cols}
	m.trees, m.importances, err = p.growAll(ctx, grower, X.Cols, opts)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// mostClasses is how many classes a sample has room for.
const mostClasses = 1 << 16

// weights of the classes, nil if they are all 1.
func (p forestPlan) weights(y *Labels) []float64 {
	if p.classWeight == "" {
		return nil
	}
	w := make([]float64, len(y.Classes))
	for k, n := range y.Counts() {
		w[k] = float64(y.Len()) / (float64(len(w)) * float64(n))
	}
	return w
}

// growAll grows the trees, and adds up their importances in the order of the trees.
func (p forestPlan) growAll(ctx context.Context, newGrower func() *classGrower, features int, opts FitOptions) ([]*tree, []float64, error) {
	trees := make([]*tree, p.trees)
	importances := make([][]float64, p.trees)
	growers := make([]*classGrower, opts.Threads.most())
	count := opts.counter(p.trees)
	err := eachPiece(ctx, opts.Threads, p.trees, func(worker, i int) error {
		if growers[worker] == nil {
			growers[worker] = newGrower()
		}
		g, rng := growers[worker], newStream(p.seed, uint64(i))
		g.draw(rng, p.bootstrap)
		importances[i] = make([]float64, features)
		var err error
		if trees[i], err = g.grow(ctx, rng, importances[i]); err != nil {
			return err
		}
		count()
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return trees, meanImportances(importances, features), nil
}

// draw fills the samples with the rows of the next tree.
func (g *classGrower) draw(rng *rand.Rand, bootstrap bool) {
	n := g.bins.rows
	g.samples = g.samples[:0]
	if !bootstrap {
		for i, c := range g.codes {
			g.samples = append(g.samples, newSample(c, 1, i))
		}
		return
	}
	drawn := make([]uint16, n)
	for range n {
		drawn[rng.IntN(n)]++
	}
	for i, times := range drawn {
		if times > 0 {
			g.samples = append(g.samples, newSample(g.codes[i], int(times), i))
		}
	}
}

// meanImportances makes the importances of each tree sum to 1 and then their mean.
// Trees without a split do not count.
func meanImportances(byTree [][]float64, features int) []float64 {
	mean := make([]float64, features)
	for _, v := range byTree {
		normalize(v)
		for j, x := range v {
			mean[j] += x
		}
	}
	normalize(mean)
	return mean
}

// normalize makes v sum to 1, unless it is all 0.
func normalize(v []float64) {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	if sum <= 0 {
		return
	}
	for j := range v {
		v[j] /= sum
	}
}

// noWeight shows "" as scikit-learn's None.
func noWeight(s string) any {
	if s == "" {
		return nil
	}
	return s
}

package train

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// A booster is a fit under way. There is one output for two classes (how much
// the second is the likelier one), and else one for each class. raw and
// residuals hold output k of row i at k*n+i.
type booster struct {
	spec      GradientBoostingClassifier
	X         *Matrix
	codes     []int
	threads   Threads
	growers   []*residualGrower // by output
	raw       []float64
	residuals []float64
	rows      []int32 // of the stage
	model     *boostingModel
}

func newBooster(ctx context.Context, e GradientBoostingClassifier, X *Matrix, y *Labels, opts FitOptions) (*booster, error) {
	n, threads := X.Rows, opts.Threads.shared()
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
		b.growers = append(b.growers, newResidualGrower(binned, e.limits(), features, threads))
		for i := range n {
			b.raw[k*n+i] = v
		}
	}
	for i := range b.rows {
		b.rows[i] = int32(i)
	}
	return b, nil
}

// finish gives the model.
func (b *booster) finish(w *watcher) Classifier {
	b.model.importances = b.importances()
	if w != nil {
		b.model.evaluations = &w.seen
	}
	return b.model
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

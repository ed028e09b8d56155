package train

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestBoostingIsScikitLearns compares fits in which no tie is decided by
// scikit-learn's random order of features.
func TestBoostingIsScikitLearns(t *testing.T) {
	type fit struct {
		Columns []int
		Params  struct {
			NEstimators    int     `json:"n_estimators"`
			MaxDepth       int     `json:"max_depth"`
			MinSamplesLeaf int     `json:"min_samples_leaf"`
			LearningRate   float64 `json:"learning_rate"`
		}
		Proba       [][]float64 `json:"proba_every10"`
		Importances []float64
		LogLoss     float64 `json:"log_loss"`
	}
	var golden struct {
		Binary fit `json:"boosting_binary"`
		Iris   fit `json:"boosting_iris"`
	}
	readJSON(t, "trees.json", &golden)
	for key, want := range map[string]fit{"binary": golden.Binary, "iris": golden.Iris} {
		t.Run(key, func(t *testing.T) {
			all, y := goldenData(t, key)
			X := columnsOf(all, want.Columns)
			p := want.Params
			spec := GradientBoostingClassifier{NEstimators: p.NEstimators, MaxDepth: p.MaxDepth,
				MinSamplesLeaf: p.MinSamplesLeaf, LearningRate: p.LearningRate}
			var losses []float64
			m, err := spec.Fit(context.Background(), X, y, FitOptions{Progress: func(done, total int, loss float64) {
				losses = append(losses, loss)
				if done != len(losses) || total != p.NEstimators {
					t.Errorf("progress %d of %d as call %d", done, total, len(losses))
				}
			}})
			if err != nil {
				t.Fatal(err)
			}
			proba := mustProba(t, m, X)
			for i, row := range want.Proba {
				nearAll(t, fmt.Sprintf("proba of row %d", 10*i), proba.Row(10*i), row, 1e-9)
			}
			nearAll(t, "importances", m.(FeatureImporter).FeatureImportances(), want.Importances, 1e-8)
			if len(losses) != p.NEstimators {
				t.Fatalf("%d losses, want %d", len(losses), p.NEstimators)
			}
			near(t, "log loss", losses[len(losses)-1], want.LogLoss, 1e-9)
		})
	}
}

func columnsOf(X *Matrix, columns []int) *Matrix {
	out := NewMatrix(X.Rows, len(columns), nil)
	for i := range X.Rows {
		for k, j := range columns {
			out.Row(i)[k] = X.At(i, j)
		}
	}
	return out
}

// TestBoostingOutputsAgree: the outputs that a fit keeps for its rows are those
// that the model gives for them, to the bit.
func TestBoostingOutputsAgree(t *testing.T) {
	for _, classes := range []int{2, 3} {
		for _, subsample := range []float64{1, 0.6} {
			t.Run(fmt.Sprintf("%d classes, subsample %g", classes, subsample), func(t *testing.T) {
				X, y := madeUp(300, 6, classes)
				b, err := newBooster(context.Background(), GradientBoostingClassifier{Subsample: subsample}.withDefaults(), X, y, FitOptions{Threads: Threads{Max: 2}})
				if err != nil {
					t.Fatal(err)
				}
				for stage := range 5 {
					if _, err := b.updateResiduals(context.Background()); err != nil {
						t.Fatal(err)
					}
					if err := b.addStage(context.Background(), stage); err != nil {
						t.Fatal(err)
					}
				}
				outputs := len(b.model.prior)
				got := NewMatrix(X.Rows, outputs, nil)
				err = eachBlock(context.Background(), Threads{Max: 1}, X, func(lo int, block *Matrix) { b.model.addTrees(lo, block, got) })
				if err != nil {
					t.Fatal(err)
				}
				want := NewMatrix(X.Rows, outputs, nil)
				for i := range X.Rows {
					for k := range outputs {
						want.Row(i)[k] = b.raw[k*X.Rows+i]
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("outputs (-fit +model):\n%s", diff)
				}
			})
		}
	}
}

// TestBoostingSeesThroughXOR: a first split that gains nothing must be made.
func TestBoostingSeesThroughXOR(t *testing.T) {
	X := matrixOf([][]float64{{0, 0}, {0, 1}, {1, 0}, {1, 1}})
	y := labelsOf(t, []int{0, 1, 1, 0})
	m := mustFit(t, GradientBoostingClassifier{MaxDepth: 2}, X, y)
	if got := accuracyOf(t, m, X, y); got != 1 {
		t.Errorf("accuracy %v, want 1", got)
	}
}

func TestBoostingLossFalls(t *testing.T) {
	for _, classes := range []int{2, 4} {
		X, y := madeUp(500, 6, classes)
		last := math.Inf(1)
		_, err := GradientBoostingClassifier{NEstimators: 30}.Fit(context.Background(), X, y, FitOptions{
			Progress: func(done, _ int, loss float64) {
				if !(loss < last) {
					t.Errorf("%d classes: loss %v after stage %d, before it %v", classes, loss, done, last)
				}
				last = loss
			}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestSubsampleDrawsRows(t *testing.T) {
	rows := drawRows(newStream(1, 2), 1000, 250, nil)
	if len(rows) != 250 {
		t.Fatalf("%d rows, want 250", len(rows))
	}
	for i := 1; i < len(rows); i++ {
		if rows[i] <= rows[i-1] {
			t.Fatalf("row %d after row %d", rows[i], rows[i-1])
		}
	}
}

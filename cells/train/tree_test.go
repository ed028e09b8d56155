package train

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// treeGolden are trees.json's values from scikit-learn.
type treeGolden struct {
	Iris   goldenTree `json:"iris_gini_d3"`
	Breast goldenTree `json:"breast_entropy"`
}

type goldenTree struct {
	Tree struct {
		Feature, Left, Right, N []int
		Threshold, Impurity     []float64
		Value                   [][]float64
	}
	Proba       [][]float64 `json:"proba_every10"`
	Importances []float64
	Accuracy    float64
}

// goldenData is one of the data sets in sklearn.json.
func goldenData(t testing.TB, key string) (*Matrix, *Labels) {
	t.Helper()
	var golden struct {
		Logreg map[string]any
	}
	readJSON(t, "sklearn.json", &golden)
	set := golden.Logreg[key].(map[string]any)
	var rows [][]float64
	for _, r := range set["X"].([]any) {
		var row []float64
		for _, v := range r.([]any) {
			row = append(row, v.(float64))
		}
		rows = append(rows, row)
	}
	var y []int
	for _, v := range set["y"].([]any) {
		y = append(y, int(v.(float64)))
	}
	return matrixOf(rows), labelsOf(t, y)
}

// reversed has the columns in the other order.
func reversed(X *Matrix) *Matrix {
	out := NewMatrix(X.Rows, X.Cols, nil)
	for i := range X.Rows {
		for j, v := range X.Row(i) {
			out.Row(i)[X.Cols-1-j] = v
		}
	}
	return out
}

func mustFit(t testing.TB, e Estimator, X *Matrix, y *Labels) Classifier {
	t.Helper()
	m, err := e.Fit(context.Background(), X, y, FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func mustProba(t testing.TB, m Classifier, X *Matrix) *Matrix {
	t.Helper()
	p, err := m.PredictProba(context.Background(), X, Threads{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func accuracyOf(t testing.TB, m Classifier, X *Matrix, y *Labels) float64 {
	t.Helper()
	codes, err := m.Predict(context.Background(), X, Threads{})
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for i, c := range codes {
		if c == y.Codes[i] {
			right++
		}
	}
	return float64(right) / float64(len(codes))
}

// TestDecisionTreeIsScikitLearns compares node by node. Both golden trees have a
// tie, which scikit-learn's random order of features decided: in iris in favour
// of the later column, so that its columns are given in the other order.
func TestDecisionTreeIsScikitLearns(t *testing.T) {
	var golden treeGolden
	readJSON(t, "trees.json", &golden)
	irisX, irisY := goldenData(t, "iris")
	binaryX, binaryY := goldenData(t, "binary")
	for _, test := range []struct {
		name     string
		spec     DecisionTreeClassifier
		X        *Matrix
		y        *Labels
		reversed bool
		impurity func([]float64) float64
		want     goldenTree
	}{
		{"gini", DecisionTreeClassifier{MaxDepth: 3}, reversed(irisX), irisY, true, giniOf, golden.Iris},
		{"entropy", DecisionTreeClassifier{Criterion: "entropy", MinSamplesLeaf: 5}, binaryX, binaryY, false, entropyOf, golden.Breast},
		{"log_loss", DecisionTreeClassifier{Criterion: "log_loss", MinSamplesLeaf: 5}, binaryX, binaryY, false, entropyOf, golden.Breast},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := mustFit(t, test.spec, test.X, test.y).(*treeModel)
			checkNodes(t, m.trees[0], test.X, test.y, test.reversed, test.impurity, test.want)
			near(t, "accuracy", accuracyOf(t, m, test.X, test.y), test.want.Accuracy, 1e-12)
			proba := mustProba(t, m, test.X)
			for i, want := range test.want.Proba {
				nearAll(t, "proba", proba.Row(10*i), want, 1e-12)
			}
			if want := test.want.Importances; want != nil {
				got := m.FeatureImportances()
				slices.Reverse(got)
				nearAll(t, "importances", got, want, 1e-9)
			}
		})
	}
}

// checkNodes sends the training rows down the tree and compares each node.
func checkNodes(t *testing.T, tree *tree, X *Matrix, y *Labels, reversed bool, impurity func([]float64) float64, want goldenTree) {
	t.Helper()
	if len(tree.nodes) != len(want.Tree.Feature) {
		t.Fatalf("%d nodes, want %d", len(tree.nodes), len(want.Tree.Feature))
	}
	counts := make([][]float64, len(tree.nodes))
	for i := range counts {
		counts[i] = make([]float64, len(y.Classes))
	}
	for i := range X.Rows {
		at := 0
		for {
			counts[at][y.Codes[i]]++
			n := tree.nodes[at]
			if n.feature == isLeaf {
				break
			}
			at++
			if float64(float32(X.At(i, int(n.feature)))) > n.threshold {
				at = int(n.right)
			}
		}
	}
	for i, n := range tree.nodes {
		near(t, "impurity", impurity(counts[i]), want.Tree.Impurity[i], 1e-9)
		if diff := cmp.Diff(want.Tree.Value[i], counts[i]); diff != "" {
			t.Errorf("node %d: counts (-want +got):\n%s", i, diff)
		}
		feature := int(n.feature)
		if feature == isLeaf {
			feature = -2
		} else if reversed {
			feature = X.Cols - 1 - feature
		}
		if feature != want.Tree.Feature[i] {
			t.Errorf("node %d: feature %d, want %d", i, feature, want.Tree.Feature[i])
		}
		if feature >= 0 && (n.threshold != want.Tree.Threshold[i] || int(n.right) != want.Tree.Right[i] || i+1 != want.Tree.Left[i]) {
			t.Errorf("node %d = %+v, want threshold %v, children %d and %d", i, n,
				want.Tree.Threshold[i], want.Tree.Left[i], want.Tree.Right[i])
		}
	}
}

func giniOf(counts []float64) float64 {
	n, squares := 0.0, 0.0
	for _, v := range counts {
		n += v
		squares += v * v
	}
	return 1 - squares/(n*n)
}

func entropyOf(counts []float64) float64 {
	n, sum := 0.0, 0.0
	for _, v := range counts {
		n += v
	}
	for _, v := range counts {
		if v > 0 {
			sum -= v / n * math.Log2(v/n)
		}
	}
	return sum
}

// testEstimators are the tree estimators, small enough for many fits.
func testEstimators() map[string]Estimator {
	return map[string]Estimator{
		"tree":             DecisionTreeClassifier{},
		"tree, sqrt":       DecisionTreeClassifier{MaxFeatures: "sqrt", Seed: 3},
		"forest":           RandomForestClassifier{NEstimators: 10, Seed: 7},
		"forest, balanced": RandomForestClassifier{NEstimators: 10, ClassWeight: "balanced", Criterion: "entropy", MinSamplesLeaf: 3},
		"boosting":         GradientBoostingClassifier{NEstimators: 10},
		"boosting, sample": GradientBoostingClassifier{NEstimators: 10, Subsample: 0.5, MaxFeatures: 2, Seed: 5},
	}
}

// madeUp is a task that can be learned but not perfectly. Every third column has
// few distinct values, the others as many as there are rows.
func madeUp(rows, cols, classes int) (*Matrix, *Labels) {
	rng := rand.New(rand.NewPCG(1, uint64(rows)))
	X := NewMatrix(rows, cols, nil)
	y := &Labels{Name: "y"}
	for k := range classes {
		y.Classes = append(y.Classes, int64(k))
	}
	for i := range rows {
		score := rng.NormFloat64()
		for j := range cols {
			v := rng.NormFloat64()
			if j%3 == 2 {
				v = math.Round(2 * v)
			}
			X.Row(i)[j] = v
			if j < 6 {
				score += v * float64(j%2*2-1)
			}
		}
		if X.Row(i)[0]*X.Row(i)[1] > 0.3 {
			score++
		}
		y.Codes = append(y.Codes, int(math.Abs(math.Round(score)))%classes)
	}
	return X, y
}

func TestTreesAreTheSameForAnyThreads(t *testing.T) {
	sets := map[string][2]int{"few rows": {400, 3}, "many rows": {12_000, 2}}
	for set, size := range sets {
		X, y := madeUp(size[0], 7, size[1])
		for name, e := range testEstimators() {
			t.Run(set+"/"+name, func(t *testing.T) {
				var first []byte
				for _, threads := range []int{1, 2, 7} {
					m, err := e.Fit(context.Background(), X, y, FitOptions{Threads: Threads{Max: threads}})
					if err != nil {
						t.Fatal(err)
					}
					got := encoded(t, m)
					if first == nil {
						first = got
					}
					if !bytes.Equal(first, got) {
						t.Errorf("%d threads give another model than 1", threads)
					}
				}
			})
		}
	}
}

// An impatientContext is cancelled when it has been asked patience times.
type impatientContext struct {
	context.Context
	cancel   func()
	patience int64
	asked    atomic.Int64
}

func (c *impatientContext) Err() error {
	if c.asked.Add(1) > c.patience {
		c.cancel()
	}
	return c.Context.Err()
}

func TestTreesStopWhenCancelled(t *testing.T) {
	X, y := madeUp(12_000, 7, 2)
	for name, e := range testEstimators() {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			// Binning asks 8 times, so that this is after it.
			asked := &impatientContext{Context: ctx, cancel: cancel, patience: 9}
			if _, err := e.Fit(asked, X, y, FitOptions{Threads: Threads{Max: 2}}); !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want context.Canceled", err)
			}
		})
	}
}

func TestTreesRefuseParameters(t *testing.T) {
	X, y := madeUp(50, 3, 2)
	for _, test := range []struct {
		param string
		spec  Estimator
	}{
		{"criterion", DecisionTreeClassifier{Criterion: "mse"}},
		{"criterion", RandomForestClassifier{Criterion: "GINI"}},
		{"max_depth", DecisionTreeClassifier{MaxDepth: -1}},
		{"max_depth", GradientBoostingClassifier{MaxDepth: -3}},
		{"min_samples_split", DecisionTreeClassifier{MinSamplesSplit: 1}},
		{"min_samples_leaf", RandomForestClassifier{MinSamplesLeaf: -1}},
		{"max_features", DecisionTreeClassifier{MaxFeatures: "auto"}},
		{"max_features", RandomForestClassifier{MaxFeatures: 0}},
		{"max_features", RandomForestClassifier{MaxFeatures: 1.5}},
		{"max_features", GradientBoostingClassifier{MaxFeatures: math.NaN()}},
		{"max_features", GradientBoostingClassifier{MaxFeatures: true}},
		{"n_estimators", RandomForestClassifier{NEstimators: -1}},
		{"n_estimators", GradientBoostingClassifier{NEstimators: -1}},
		{"class_weight", RandomForestClassifier{ClassWeight: "balanced_subsample"}},
		{"learning_rate", GradientBoostingClassifier{LearningRate: -0.1}},
		{"learning_rate", GradientBoostingClassifier{LearningRate: math.NaN()}},
		{"subsample", GradientBoostingClassifier{Subsample: 1.1}},
		{"subsample", GradientBoostingClassifier{Subsample: -0.5}},
	} {
		t.Run(test.spec.Name()+" "+test.param, func(t *testing.T) {
			_, err := test.spec.Fit(context.Background(), X, y, FitOptions{})
			var e *ParamError
			if !errors.As(err, &e) {
				t.Fatalf("error %v, want a ParamError", err)
			}
			if e.Param != test.param || e.Estimator != test.spec.Name() {
				t.Errorf("it is about %s of %s: %v", e.Param, e.Estimator, err)
			}
		})
	}
}

func TestTreesRefuseData(t *testing.T) {
	for name, e := range testEstimators() {
		t.Run(name, func(t *testing.T) {
			X, y := madeUp(50, 3, 2)
			X.Names = []string{"a", "b", "c"}
			X.Row(4)[1] = 1e39
			_, err := e.Fit(context.Background(), X, y, FitOptions{})
			var in *InputError
			if !errors.As(err, &in) || in.Column != "b" || in.Row != 4 {
				t.Errorf("1e39 gives %v, want an InputError about b in row 4", err)
			}
			X.Row(4)[1] = math.NaN()
			if _, err = e.Fit(context.Background(), X, y, FitOptions{}); !errors.As(err, &in) {
				t.Errorf("NaN gives %v, want an InputError", err)
			}
			if _, err = e.Fit(context.Background(), nil, y, FitOptions{}); !errors.As(err, &in) {
				t.Errorf("no X gives %v, want an InputError", err)
			}
		})
	}
}

func TestTreeKeepsItsLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		X, y := drawTask(t)
		spec := DecisionTreeClassifier{
			MaxDepth:       rapid.IntRange(1, 6).Draw(t, "depth"),
			MinSamplesLeaf: rapid.IntRange(1, 9).Draw(t, "leaf"),
			MaxFeatures:    rapid.SampledFrom([]any{nil, "sqrt", 1, 0.7}).Draw(t, "features"),
		}
		m, err := spec.Fit(context.Background(), X, y, FitOptions{})
		if err != nil {
			t.Fatal(err)
		}
		tree := m.(*treeModel).trees[0]
		rows := make([]int, len(tree.nodes))
		for i := range X.Rows {
			depth, at := 0, 0
			for tree.nodes[at].feature != isLeaf {
				depth++
				at++
				if n := tree.nodes[at-1]; X.At(i, int(n.feature)) > n.threshold {
					at = int(n.right)
				}
			}
			rows[at]++
			if depth > spec.MaxDepth {
				t.Fatalf("row %d is at depth %d", i, depth)
			}
		}
		for i, n := range tree.nodes {
			if n.feature == isLeaf && rows[i] < spec.MinSamplesLeaf {
				t.Fatalf("leaf %d has %d rows", i, rows[i])
			}
		}
	})
}

// TestTreeLearnsByHeart: without limits, rows that differ end in leaves of their own class.
func TestTreeLearnsByHeart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		X, y := drawTask(t)
		for i := range X.Rows { // no two rows alike
			X.Row(i)[0] = float64(i * 131 % X.Rows)
		}
		m, err := DecisionTreeClassifier{MaxFeatures: "sqrt"}.Fit(context.Background(), X, y, FitOptions{})
		if err != nil {
			t.Fatal(err)
		}
		codes, err := m.Predict(context.Background(), X, Threads{})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(codes, y.Codes) {
			t.Fatalf("predicts %v, want %v", codes, y.Codes)
		}
	})
}

// drawTask has up to 120 rows of small whole numbers, so that ties abound, and
// every class.
func drawTask(t *rapid.T) (*Matrix, *Labels) {
	rows, cols := rapid.IntRange(20, 120).Draw(t, "rows"), rapid.IntRange(1, 5).Draw(t, "cols")
	classes := rapid.IntRange(2, 4).Draw(t, "classes")
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	X := NewMatrix(rows, cols, nil)
	for i := range X.Data {
		X.Data[i] = float64(rng.IntN(12))
	}
	y := &Labels{Name: "y", Codes: make([]int, rows)}
	for k := range classes {
		y.Classes = append(y.Classes, int64(k))
	}
	for i := range y.Codes {
		y.Codes[i] = i
		if i >= classes {
			y.Codes[i] = rng.IntN(classes)
		}
		y.Codes[i] %= classes
	}
	return X, y
}

package train

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestForestOfOneIsTheTree: one tree on all rows and features.
func TestForestOfOneIsTheTree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		X, y := drawTask(t)
		criterion := rapid.SampledFrom([]string{"gini", "entropy"}).Draw(t, "criterion")
		leaf := rapid.IntRange(1, 4).Draw(t, "leaf")
		forest, err := RandomForestClassifier{NEstimators: 1, NoBootstrap: true, MaxFeatures: "all",
			Criterion: criterion, MinSamplesLeaf: leaf, Seed: 9}.Fit(context.Background(), X, y, FitOptions{})
		if err != nil {
			t.Fatal(err)
		}
		single, err := DecisionTreeClassifier{Criterion: criterion, MinSamplesLeaf: leaf}.Fit(context.Background(), X, y, FitOptions{})
		if err != nil {
			t.Fatal(err)
		}
		a, b := forest.(*treeModel), single.(*treeModel)
		if diff := cmp.Diff(b.trees, a.trees, cmp.AllowUnexported(tree{}, node{})); diff != "" {
			t.Fatalf("trees (-tree +forest):\n%s", diff)
		}
		if diff := cmp.Diff(b.FeatureImportances(), a.FeatureImportances()); diff != "" {
			t.Fatalf("importances (-tree +forest):\n%s", diff)
		}
	})
}

// TestScansAgree: sorting the rows of a node and counting them in bins find the
// same split.
func TestScansAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		X, y := drawTask(t)
		b, err := binColumns(context.Background(), "test", X, mostBins, Threads{Max: 1})
		if err != nil {
			t.Fatal(err)
		}
		var samples []sample
		for i, c := range y.Codes {
			samples = append(samples, newSample(c, 1+i%3, i))
		}
		var weights []float64
		if rapid.Bool().Draw(t, "weighted") {
			weights = []float64{0.5, 2, 1.25, 4}[:len(y.Classes)]
		}
		minLeaf := rapid.IntRange(1, 20).Draw(t, "leaf")
		scan := func(do func(*splitter, *binned, []sample) bool) (split, bool) {
			s := newSplitter(len(y.Classes), gini, minLeaf, weights, 3*X.Rows)
			s.enter(samples)
			s.start()
			varies := do(s, &b.columns[0], samples)
			return s.best, varies
		}
		sorted, variesSorted := scan((*splitter).scanSorted)
		counted, variesCounted := scan((*splitter).scanCounts)
		if sorted != counted || variesSorted != variesCounted {
			t.Fatalf("sorted %+v %v, counted %+v %v", sorted, variesSorted, counted, variesCounted)
		}
	})
}

// TestForestTiesGoToTheLowerClass as numpy's argmax.
func TestForestTiesGoToTheLowerClass(t *testing.T) {
	X := matrixOf([][]float64{{1}, {1}, {1}, {1}})
	y := labelsOf(t, []int{1, 0, 0, 1})
	m := mustFit(t, RandomForestClassifier{NEstimators: 3, NoBootstrap: true}, X, y)
	codes, err := m.Predict(context.Background(), X, Threads{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{0, 0, 0, 0}, codes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]float64{0}, m.(FeatureImporter).FeatureImportances()); diff != "" {
		t.Errorf("importances without a split (-want +got):\n%s", diff)
	}
}

func TestBalancedForestFavoursTheRareClass(t *testing.T) {
	// Column 0 says nothing: leaves hold the weighted shares of the classes.
	X := NewMatrix(100, 1, nil)
	codes := make([]int, 100)
	for i := range 10 {
		codes[i] = 1
	}
	y := labelsOf(t, codes)
	plain := mustProba(t, mustFit(t, RandomForestClassifier{NEstimators: 5, NoBootstrap: true}, X, y), X)
	near(t, "plain share", plain.At(0, 1), 0.1, 1e-12)
	balanced := mustProba(t, mustFit(t, RandomForestClassifier{NEstimators: 5, NoBootstrap: true, ClassWeight: "balanced"}, X, y), X)
	near(t, "balanced share", balanced.At(0, 1), 0.5, 1e-12)
}

// TestForestGoesOnPastConstantFeatures: with one feature to try in each node, the
// only one that varies is found all the same.
func TestForestGoesOnPastConstantFeatures(t *testing.T) {
	X := NewMatrix(40, 10, nil)
	codes := make([]int, X.Rows)
	for i := range codes {
		X.Row(i)[6] = float64(i)
		codes[i] = i / 20
	}
	m := mustFit(t, RandomForestClassifier{NEstimators: 5, MaxFeatures: 1, NoBootstrap: true}, X, labelsOf(t, codes))
	if got := accuracyOf(t, m, X, labelsOf(t, codes)); got != 1 {
		t.Errorf("accuracy %v, want 1", got)
	}
}

func TestForestReportsProgress(t *testing.T) {
	X, y := madeUp(60, 3, 2)
	var done []int
	_, err := RandomForestClassifier{NEstimators: 4}.Fit(context.Background(), X, y, FitOptions{Threads: Threads{Max: 3},
		Progress: func(n, total int, loss float64) {
			if total != 4 || !math.IsNaN(loss) {
				t.Errorf("progress %d of %d, loss %v", n, total, loss)
			}
			done = append(done, n)
		}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{1, 2, 3, 4}, done); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTreeParams(t *testing.T) {
	for _, test := range []struct {
		spec Estimator
		want []Param
	}{
		{DecisionTreeClassifier{}, []Param{{"criterion", "gini"}, {"max_depth", nil}, {"min_samples_split", 2},
			{"min_samples_leaf", 1}, {"max_features", nil}, {"random_state", 0}}},
		{RandomForestClassifier{Seed: 42, MaxDepth: 3, ClassWeight: "balanced"}, []Param{{"n_estimators", 100}, {"criterion", "gini"},
			{"max_depth", 3}, {"min_samples_split", 2}, {"min_samples_leaf", 1}, {"max_features", "sqrt"},
			{"bootstrap", true}, {"class_weight", "balanced"}, {"random_state", 42}}},
		{GradientBoostingClassifier{}, []Param{{"learning_rate", 0.1}, {"n_estimators", 100}, {"max_depth", 3},
			{"min_samples_split", 2}, {"min_samples_leaf", 1}, {"subsample", 1.0}, {"max_features", nil},
			{"validation_fraction", 0.1}, {"n_iter_no_change", nil}, {"tol", 1e-4}, {"random_state", 0}}},
	} {
		if diff := cmp.Diff(test.want, test.spec.Params()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.spec.Name(), diff)
		}
	}
}

func BenchmarkLarge(b *testing.B) {
	X, y := madeUp(80_000, 28, 2)
	for _, e := range []Estimator{RandomForestClassifier{}, GradientBoostingClassifier{}} {
		var m Classifier
		b.Run(e.Name()+"/fit", func(b *testing.B) {
			for b.Loop() {
				m = mustFit(b, e, X, y)
			}
		})
		b.Run(e.Name()+"/predict", func(b *testing.B) {
			for b.Loop() {
				mustProba(b, m, X)
			}
		})
	}
}

func ExampleRandomForestClassifier() {
	X := &Matrix{Rows: 6, Cols: 1, Data: []float64{1, 2, 3, 10, 11, 12}, Names: []string{"size"}}
	y, err := NewLabels("kind", []any{"cat", "cat", "cat", "horse", "horse", "horse"})
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := RandomForestClassifier{NEstimators: 20, Seed: 42}.Fit(context.Background(), X, y, FitOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	codes, err := model.Predict(context.Background(), &Matrix{Rows: 2, Cols: 1, Data: []float64{0.5, 15}}, Threads{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range codes {
		fmt.Println(model.Classes()[c])
	}
	// Output:
	// cat
	// horse
}

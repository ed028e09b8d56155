package train

import (
	"context"
	"math"
	"testing"
)

// The accuracy on WineQT.csv of a scaler and a logistic regression, split as
// scikit-learn splits, is scikit-learn's up to a row that is on the border.
func TestLogisticRegressionOnWine(t *testing.T) {
	var golden struct {
		Seeds    []uint32
		Accuracy struct{ Logreg []float64 }
		Seed42   struct{ Logreg float64 } `json:"seed_42"`
	}
	readJSON(t, "wineqt_20seeds.json", &golden)
	X, y := readWine(t)
	want := map[uint32]float64{42: golden.Seed42.Logreg}
	for i, seed := range golden.Seeds {
		want[seed] = golden.Accuracy.Logreg[i]
	}
	near(t, "the reference for seed 42", want[42], 0.633, 0.01)
	for seed, accuracy := range want {
		got := wineAccuracy(t, MakePipeline([]Transformer{StandardScaler{}}, LogisticRegression{MaxIter: 1000}), X, y, seed)
		if d := math.Abs(got - accuracy); d > 1.5/229 {
			t.Errorf("seed %d: accuracy %.4f, want %.4f", seed, got, accuracy)
		}
	}
}

// wineAccuracy is the accuracy of e on a stratified fifth of the rows.
func wineAccuracy(t *testing.T, e Estimator, X *Matrix, y *Labels, seed uint32) float64 {
	t.Helper()
	ctx := context.Background()
	train, test, err := TrainTestSplit(X.Rows, 0.2, seed, y)
	if err != nil {
		t.Fatal(err)
	}
	m, err := e.Fit(ctx, X.Take(train), y.Take(train), FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	codes, err := m.Predict(ctx, X.Take(test), Threads{})
	if err != nil {
		t.Fatal(err)
	}
	return value[float64](t)(Accuracy(y.Take(test), &Labels{Classes: m.Classes(), Codes: codes}))
}

package train

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
)

func fitScaler(t *testing.T, s StandardScaler, X *Matrix, threads int) *FittedScaler {
	t.Helper()
	f, err := s.Fit(context.Background(), X, FitOptions{Threads: Threads{Max: threads}})
	if err != nil {
		t.Fatal(err)
	}
	return f.(*FittedScaler)
}

func TestStandardScalerIsScikitLearns(t *testing.T) {
	var g struct {
		Scaler struct {
			X        [][]float64
			Standard struct {
				Mean, Scale, Var []float64
				Out              [][]float64
			}
		} `json:"standard_scaler"`
	}
	readJSON(t, "sklearn.json", &g)
	want := g.Scaler.Standard
	X := matrixOf(g.Scaler.X)
	f := fitScaler(t, StandardScaler{}, X, 0)
	nearAll(t, "mean", f.Mean(), want.Mean, exact)
	nearAll(t, "scale", f.Scale(), want.Scale, exact)
	nearAll(t, "var", f.Var(), want.Var, exact)
	out, err := f.Transform(context.Background(), X, Threads{})
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range want.Out {
		nearAll(t, "out", out.Row(i), row, exact)
	}
}

// A large offset eats digits of a naive mean and variance.
func TestStandardScalerKeepsDigits(t *testing.T) {
	X := NewMatrix(10001, 1, nil)
	for i := range X.Data {
		X.Data[i] = 1e9 + float64(i%101)
	}
	f := fitScaler(t, StandardScaler{}, X, 0)
	// The numbers 0..100 have mean 50 and variance (101²-1)/12 = 850; the 10001st row is a 0 or so.
	sum, squares := 0.0, 0.0
	for i := range X.Data {
		sum += float64(i % 101)
	}
	mean := sum / 10001
	for i := range X.Data {
		d := float64(i%101) - mean
		squares += d * d
	}
	near(t, "mean", f.Mean()[0], 1e9+mean, 1e-15)
	near(t, "var", f.Var()[0], squares/10001, 1e-12)
}

func TestStandardScalerOptions(t *testing.T) {
	X := matrixOf([][]float64{{1, 5}, {3, 5}})
	for _, c := range []struct {
		name string
		s    StandardScaler
		want []float64
	}{
		{"both", StandardScaler{}, []float64{-1, 0, 1, 0}},
		{"no mean", StandardScaler{NoMean: true}, []float64{1, 5, 3, 5}},
		{"no std", StandardScaler{NoStd: true}, []float64{-1, 0, 1, 0}},
	} {
		out, err := fitScaler(t, c.s, X, 0).Transform(context.Background(), X, Threads{})
		if err != nil {
			t.Fatal(err)
		}
		nearAll(t, c.name, out.Data, c.want, exact)
	}
	if X.At(0, 0) != 1 {
		t.Error("Transform changed its input")
	}
}

func TestStandardScalerIgnoresThreads(t *testing.T) {
	X, _ := blobs(5000, 3, 2, 3, 2)
	a, b := fitScaler(t, StandardScaler{}, X, 1), fitScaler(t, StandardScaler{}, X, 7)
	for j := range a.mean {
		if a.mean[j] != b.mean[j] || a.scale[j] != b.scale[j] {
			t.Errorf("column %d: %v/%v with 1 thread, %v/%v with 7", j, a.mean[j], a.scale[j], b.mean[j], b.scale[j])
		}
	}
}

func TestStandardScalerRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		X    *Matrix
		want string
	}{
		"NaN":   {matrixOf([][]float64{{1}, {math.NaN()}}, "pH"), `StandardScaler: column "pH", row 1: is NaN`},
		"empty": {NewMatrix(0, 1, nil), "X has no rows"},
		"large": {matrixOf([][]float64{{1e300}, {-1e300}}), "column 0 holds values too large"},
	} {
		if _, err := (StandardScaler{}).Fit(context.Background(), c.X, FitOptions{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q in it", name, err, c.want)
		}
	}
	f := fitScaler(t, StandardScaler{}, matrixOf([][]float64{{1}, {2}}), 0)
	var in *InputError
	if _, err := f.Transform(context.Background(), NewMatrix(1, 2, nil), Threads{}); !errors.As(err, &in) {
		t.Errorf("two columns instead of one: error %v", err)
	}
}

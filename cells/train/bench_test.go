package train

import (
	"context"
	"testing"
)

func BenchmarkLogisticRegression(b *testing.B) {
	for _, c := range []struct {
		name          string
		n, d, classes int
	}{
		{"wine 914x11x6", 914, 11, 6},
		{"white 4898x11x7", 4898, 11, 7},
		{"digits 1797x64x10", 1797, 64, 10},
		{"binary 100000x28", 100000, 28, 2},
	} {
		b.Run(c.name, func(b *testing.B) {
			X, y := blobs(c.n, c.d, c.classes, 6, 1)
			var m *LogisticModel
			for b.Loop() {
				m = fitLogistic(b, LogisticRegression{}, X, y, FitOptions{})
			}
			b.ReportMetric(float64(m.NIter()), "iterations")
		})
	}
}

func BenchmarkStandardScaler(b *testing.B) {
	X, _ := blobs(100000, 28, 2, 1, 1)
	for b.Loop() {
		f, err := StandardScaler{}.Fit(context.Background(), X, FitOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := f.Transform(context.Background(), X, Threads{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGridSearch is 12 settings of a forest on 3 folds of data of the size
// of the red wines.
func BenchmarkGridSearch(b *testing.B) {
	X, y := blobs(1143, 11, 6, 2, 1)
	grid := GridSearchCV{Estimator: RandomForestClassifier{}, CV: StratifiedKFold{NSplits: 3},
		ParamGrid: []ParamGrid{{"max_depth": {4, 8, nil}, "min_samples_leaf": {1, 3}, "max_features": {"sqrt", 0.5}}}}
	for b.Loop() {
		if _, err := grid.Fit(context.Background(), X, y, FitOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

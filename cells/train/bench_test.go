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

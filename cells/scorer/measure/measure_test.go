package measure

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/wnb-dev/wnb/cells/scorer"
)

func TestMadeRowsSuitTheirExtension(t *testing.T) {
	for _, tc := range []struct {
		name    string
		spec    scorer.MetricSpec
		columns int
		ok      func(y float64, p []float64) bool
	}{
		{"label", scorer.MetricSpec{Input: "label", Outputs: 1}, 1, func(y float64, p []float64) bool { return (y == 0 || y == 1) && (p[0] == 0 || p[0] == 1) }},
		{"score", scorer.MetricSpec{Input: "score", Outputs: 1}, 1, func(y float64, p []float64) bool { return y == 0 || y == 1 }},
		{"probability", scorer.MetricSpec{Input: "proba", Outputs: 1}, 1, func(y float64, p []float64) bool { return p[0] > 0 && p[0] < 1 }},
		{"probabilities", scorer.MetricSpec{Input: "proba", Outputs: 3}, 3, func(y float64, p []float64) bool {
			return y == math.Trunc(y) && y >= 0 && y < 3 && math.Abs(p[0]+p[1]+p[2]-1) < 1e-12
		}},
		{"any probabilities", scorer.MetricSpec{Input: "proba"}, 2, func(_ float64, p []float64) bool { return math.Abs(p[0]+p[1]-1) < 1e-12 }},
		{"value", scorer.MetricSpec{Input: "value", Outputs: 1}, 1, func(y float64, p []float64) bool { return y != math.Trunc(y) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := Make(&scorer.Manifest{Kind: scorer.KindMetric, Metric: &tc.spec}, 100)
			if err != nil || len(r.Batch.P) != tc.columns {
				t.Fatalf("%d columns, %v", len(r.Batch.P), err)
			}
			for i, y := range r.Batch.Y {
				var p []float64
				for _, col := range r.Batch.P {
					p = append(p, col[i])
				}
				if !tc.ok(y, p) {
					t.Errorf("row %d: %v, %v", i, y, p)
				}
			}
		})
	}
	if _, err := Make(&scorer.Manifest{Kind: scorer.KindTransform}, 1); !errors.Is(err, ErrTransform) {
		t.Error(err)
	}
	r, err := Make(&scorer.Manifest{Kind: scorer.KindScorer, Scorer: &scorer.ScorerSpec{}}, 5)
	if err != nil || len(r.X) != Features || len(r.X[0]) != 5 {
		t.Errorf("%d columns, %v", len(r.X), err)
	}
}

func TestFuelAndSpeed(t *testing.T) {
	wasm, err := os.ReadFile(filepath.Join("..", "testdata", "quantile.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	engine, err := scorer.Open(scorer.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	mod, err := engine.Compile(context.Background(), wasm, scorer.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(mod)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for range 2 {
		fuel, err := e.Fuel(context.Background())
		if err != nil || fuel.PerRow != math.Trunc(fuel.PerRow) || fuel.PerRow < 10 || fuel.PerRow > 100 || fuel.PerCall < 0 || fuel.PerCall > 1000 {
			t.Errorf("%+v, %v", fuel, err)
		}
	}
	native := 0
	s, err := e.Speed(context.Background(), 10, func(r Rows) { native += len(r.Batch.Y) })
	if err != nil || s.Rows != 10 || !(s.PerRow > 0) || !(s.Native > 0) || !(s.ToNative > 0) || native == 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err = e.Speed(context.Background(), 10, nil); err != nil || s.Native != 0 || s.ToNative != 0 {
		t.Errorf("without a reference: %+v, %v", s, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := e.Speed(ctx, 10, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

package samples

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMakeClassification(t *testing.T) {
	f := must(MakeClassification(t.Context(), Classification{Samples: 30_001, Features: 4, Informative: 2, Classes: 3, Sep: 2, Seed: 5}))
	if diff := cmp.Diff([]string{"x0", "x1", "x2", "x3", "target"}, f.Columns()); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[int64]int{0: 10_001, 1: 10_000, 2: 10_000}, counts(t, f, "target")); diff != "" {
		t.Errorf("class sizes (-want +got):\n%s", diff)
	}
	target := must(f.Column("target")).Ints()
	for j, name := range f.Columns()[:4] {
		centres := map[int]bool{}
		for class := range int64(3) {
			var own []float64
			for i, x := range must(f.Column(name)).Floats() {
				if target[i] == class {
					own = append(own, x)
				}
			}
			mean, std := moments(own)
			if math.Abs(std-1) > 0.03 {
				t.Errorf("%s, class %d: standard deviation %g, want 1", name, class, std)
			}
			centre := math.Round(mean)
			if math.Abs(mean-centre) > 0.05 {
				t.Errorf("%s, class %d: centre %g, want a whole number", name, class, mean)
			}
			centres[int(centre)] = true
		}
		want := map[int]bool{-2: true, 0: true, 2: true}
		if j >= 2 {
			want = map[int]bool{0: true}
		}
		if diff := cmp.Diff(want, centres); diff != "" {
			t.Errorf("centres of %s (-want +got):\n%s", name, diff)
		}
	}
}

func TestMakeRegression(t *testing.T) {
	const noise = 10.0
	f := must(MakeRegression(t.Context(), Regression{Samples: 20_000, Features: 3, Informative: 1, Noise: noise, Seed: 5}))
	_, std := moments(must(f.Column("target")).Floats())
	weight := math.Sqrt(std*std - noise*noise)
	if r := correlation(t, f, "x0", "target"); math.Abs(r-weight/std) > 0.01 {
		t.Errorf("x0 correlates by %.3f with target, want %.3f", r, weight/std)
	}
	for _, name := range []string{"x1", "x2"} {
		if r := correlation(t, f, name, "target"); math.Abs(r) > 0.03 {
			t.Errorf("%s has no part in target, but correlates by %.3f with it", name, r)
		}
	}
	if weight < 0 || weight > 100 {
		t.Errorf("the weight is %g, want it from 0 to 100", weight)
	}
}

func TestMakeRegressionWithoutNoiseIsExact(t *testing.T) {
	f := must(MakeRegression(t.Context(), Regression{Samples: 50, Features: 2, Informative: 1, Seed: 1}))
	x, y := must(f.Column("x0")).Floats(), must(f.Column("target")).Floats()
	for i := range x {
		if math.Abs(y[i]/x[i]-y[0]/x[0]) > 1e-9 {
			t.Fatalf("row %d: target is %g times x0, in row 0 %g times", i, y[i]/x[i], y[0]/x[0])
		}
	}
}

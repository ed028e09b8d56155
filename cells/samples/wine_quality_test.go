package samples

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/cells/frame"
)

func TestWineQualityHasTheGradesOfTheRealFile(t *testing.T) {
	tests := []struct {
		n    int
		want map[int64]int
	}{
		{1143, map[int64]int{3: 6, 4: 33, 5: 483, 6: 462, 7: 143, 8: 16}},
		{11430, map[int64]int{3: 60, 4: 330, 5: 4830, 6: 4620, 7: 1430, 8: 160}},
		{100, map[int64]int{3: 1, 4: 3, 5: 42, 6: 40, 7: 13, 8: 1}},
		{1, map[int64]int{5: 1}},
	}
	for _, test := range tests {
		f := must(WineQuality(t.Context(), test.n, 42))
		if diff := cmp.Diff(test.want, counts(t, f, "quality")); diff != "" {
			t.Errorf("n=%d (-want +got):\n%s", test.n, diff)
		}
	}
}

// With many rows the moments come near to the targets. Clipping to the range of a
// column and rounding move them a little, most in the rare and skewed grades.
func TestWineQualityFollowsItsTargets(t *testing.T) {
	f := must(WineQuality(t.Context(), 200_000, 1))
	quality := must(f.Column("quality")).Ints()
	for j, column := range wineColumns {
		values := must(f.Column(column.name)).Floats()
		if low, high := slices.Min(values), slices.Max(values); low < column.low || high > column.high {
			t.Errorf("%s goes from %g to %g, outside of %g to %g", column.name, low, high, column.low, column.high)
		}
		for _, g := range wineGrades {
			var own []float64
			for i, q := range quality {
				if q == g.grade {
					own = append(own, values[i])
				}
			}
			mean, std := moments(own)
			if d := math.Abs(mean-g.mean[j]) / g.std[j]; d > 0.15 {
				t.Errorf("grade %d: mean of %s is %g, want %g: off by %.2f standard deviations", g.grade, column.name, mean, g.mean[j], d)
			}
			if r := std / g.std[j]; r < 0.8 || r > 1.1 {
				t.Errorf("grade %d: standard deviation of %s is %g, want %g", g.grade, column.name, std, g.std[j])
			}
		}
	}
}

func TestWineQualityCorrelatesAsTheRealFile(t *testing.T) {
	f := must(WineQuality(t.Context(), 50_000, 3))
	// Pearson correlations of WineQT.csv over all grades.
	for _, want := range []struct {
		a, b string
		r    float64
	}{
		{"fixed acidity", "pH", -0.69},
		{"fixed acidity", "density", 0.68},
		{"citric acid", "volatile acidity", -0.54},
		{"free sulfur dioxide", "total sulfur dioxide", 0.66},
		{"alcohol", "density", -0.49},
		{"alcohol", "quality", 0.48},
		{"volatile acidity", "quality", -0.41},
		{"sulphates", "quality", 0.26},
	} {
		if got := correlation(t, f, want.a, want.b); math.Abs(got-want.r) > 0.08 {
			t.Errorf("%s and %s correlate by %.2f, want %.2f", want.a, want.b, got, want.r)
		}
	}
}

func TestWineQualityLooksMeasured(t *testing.T) {
	f := must(WineQuality(t.Context(), 1143, 42))
	for _, column := range wineColumns {
		for i, x := range must(f.Column(column.name)).Floats() {
			if roundTo(x, column.decimals) != x {
				t.Fatalf("row %d: %s is %v, with more than %d decimals", i, column.name, x, column.decimals)
			}
		}
	}
	free, total := must(f.Column("free sulfur dioxide")).Floats(), must(f.Column("total sulfur dioxide")).Floats()
	for i := range free {
		if total[i] < free[i] {
			t.Errorf("row %d: %g of free sulfur dioxide is more than the total of %g", i, free[i], total[i])
		}
	}
	distinct := must(f.DropDuplicates(f.Columns()[:12]...)).NumRows()
	if repeats := 1143 - distinct; repeats < 90 || repeats > 160 {
		t.Errorf("%d rows repeat another, want about 125", repeats)
	}
}

// The twin of a row must not be of another grade: the label would be noise that the
// real file does not have.
func TestWineQualityRepeatsKeepTheirGrade(t *testing.T) {
	f := must(WineQuality(t.Context(), 1143, 42))
	columns := f.Columns()
	byValues := must(f.DropDuplicates(columns[:11]...)).NumRows()
	if byBoth := must(f.DropDuplicates(columns[:12]...)).NumRows(); byValues != byBoth {
		t.Errorf("%d distinct wines, but %d with their grades", byValues, byBoth)
	}
}

func TestWineCorrelationIsPositiveDefinite(t *testing.T) {
	for i, row := range cholesky(wineCorrelation) {
		if !(row[i] > 0.1) {
			t.Errorf("pivot %d is %g", i, row[i])
		}
	}
}

func TestApportion(t *testing.T) {
	tests := []struct {
		n       int
		weights []int
		want    []int
	}{
		{10, []int{1, 1}, []int{5, 5}},
		{3, []int{1, 1}, []int{2, 1}},
		{5, []int{6, 3, 1}, []int{3, 2, 0}},
		{1, []int{1, 5, 5}, []int{0, 1, 0}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, apportion(test.n, test.weights)); diff != "" {
			t.Errorf("apportion(%d, %v) (-want +got):\n%s", test.n, test.weights, diff)
		}
	}
}

func BenchmarkWineQuality(b *testing.B) {
	for b.Loop() {
		if _, err := WineQuality(b.Context(), 1143, 42); err != nil {
			b.Fatal(err)
		}
	}
}

func moments(x []float64) (mean, std float64) {
	for _, v := range x {
		mean += v
	}
	mean /= float64(len(x))
	for _, v := range x {
		std += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(std / float64(len(x)-1))
}

func correlation(t *testing.T, f *frame.Frame, a, b string) float64 {
	t.Helper()
	x, y := must(must(f.Column(a)).AsFloats()), must(must(f.Column(b)).AsFloats())
	mx, sx := moments(x)
	my, sy := moments(y)
	sum := 0.0
	for i := range x {
		sum += (x[i] - mx) * (y[i] - my)
	}
	return sum / float64(len(x)-1) / (sx * sy)
}

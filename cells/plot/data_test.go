package plot

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestChooseBins(t *testing.T) {
	wholes := make([]float64, 1000)
	for i := range wholes {
		wholes[i] = float64(i)
	}
	for name, c := range map[string]struct {
		values []float64
		want   int
		bins   bins
		counts []float64
	}{
		"whole numbers":     {[]float64{3, 4, 4, 6}, 0, bins{2.5, 1, 4}, []float64{1, 2, 0, 1}},
		"one value":         {[]float64{7}, 0, bins{6.5, 1, 1}, []float64{1}},
		"constant":          {[]float64{5.5, 5.5}, 0, bins{4.5, 0.4, 5}, []float64{0, 0, 2, 0, 0}},
		"wanted":            {[]float64{0, 0.5, 1, 2}, 2, bins{0, 1, 2}, []float64{2, 2}},
		"wanted wholes":     {[]float64{0, 1, 2, 3, 4, 5, 6}, 3, bins{-0.5, 2, 4}, []float64{2, 2, 2, 1}},
		"wide wholes":       {wholes, 5, bins{-0.5, 200, 5}, []float64{200, 200, 200, 200, 200}},
		"no quartile range": {append(slices.Repeat([]float64{0}, 15), 0.5), 0, bins{0, 0.1, 5}, []float64{15, 0, 0, 0, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			b := chooseBins(c.values, c.want)
			if diff := cmp.Diff(c.bins, b, cmp.AllowUnexported(bins{}), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
				t.Errorf("bins (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.counts, b.counts(c.values)); diff != "" {
				t.Errorf("counts (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAutoBins compares with numpy.histogram_bin_edges(bins="fd") on the quantiles of a normal distribution.
func TestAutoBins(t *testing.T) {
	values := make([]float64, 1001)
	for i := range values {
		values[i] = math.Sqrt2 * math.Erfinv(2*(float64(i)+0.5)/1001-1)
	}
	if got, want := autoBins(values), 25; got != want {
		t.Errorf("%d bins, want %d", got, want)
	}
}

// The expected curves are those of scikit-learn's example for roc_curve and precision_recall_curve.
var (
	exampleTruth = []bool{false, false, true, true}
	exampleScore = []float64{0.1, 0.4, 0.35, 0.8}
)

func TestROCPoints(t *testing.T) {
	fpr, tpr, err := ROCPoints(exampleTruth, exampleScore)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]float64{{0, 0, 0.5, 0.5, 1}, {0, 0.5, 0.5, 1, 1}}, [][]float64{fpr, tpr}); diff != "" {
		t.Errorf("points (-want +got):\n%s", diff)
	}
	if got := auc(XY{X: fpr, Y: tpr}); got != 0.75 {
		t.Errorf("area %v, want 0.75", got)
	}
	fpr, _, err = ROCPoints([]bool{true, false, true}, []float64{0.5, 0.5, 0.5})
	if err != nil || len(fpr) != 2 {
		t.Errorf("equal scores: fpr %v, %v; want the diagonal", fpr, err)
	}
}

func TestPRPoints(t *testing.T) {
	recall, precision, err := PRPoints(exampleTruth, exampleScore)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]float64{{0, 0.5, 0.5, 1}, {1, 1, 0.5, 2.0 / 3}}
	if diff := cmp.Diff(want, [][]float64{recall, precision}); diff != "" {
		t.Errorf("points (-want +got):\n%s", diff)
	}
	if got, want := averagePrecision(XY{X: recall, Y: precision}), 0.5+1.0/3; math.Abs(got-want) > 1e-15 {
		t.Errorf("average precision %v, want %v", got, want)
	}
}

func TestCalibrationPoints(t *testing.T) {
	predicted, observed, err := CalibrationPoints([]bool{false, true, true, true}, []float64{0.1, 0.2, 0.9, 1}, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]float64{{0.15, 0.95}, {0.5, 1}}
	if diff := cmp.Diff(want, [][]float64{predicted, observed}, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("points (-want +got):\n%s", diff)
	}
}

func TestPointErrors(t *testing.T) {
	roc := func(truth []bool, score []float64) error { _, _, err := ROCPoints(truth, score); return err }
	pr := func(truth []bool, score []float64) error { _, _, err := PRPoints(truth, score); return err }
	calibration := func(truth []bool, p []float64) error { _, _, err := CalibrationPoints(truth, p, 0); return err }
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"empty":       {roc(nil, nil), "roc_curve: score: is empty; pass at least one number"},
		"lengths":     {pr([]bool{true}, []float64{1, 2}), "pr_curve: score: has 2 elements but truth has 1; both must have the same length"},
		"one class":   {roc([]bool{true}, []float64{1}), "roc_curve: truth: has only one class; the curve needs both"},
		"missing":     {pr([]bool{true, false}, []float64{1, math.NaN()}), "pr_curve: score: the value at index 1 is missing (NaN)"},
		"probability": {calibration([]bool{true}, []float64{1.5}), "calibration: probability: value 1.5 at index 0 is outside 0 to 1"},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("%s: error %v, want %s", name, c.err, c.want)
		}
	}
}

func TestBoxNumbers(t *testing.T) {
	for name, c := range map[string]struct {
		values []float64
		want   fiveNumbers
	}{
		"outlier":   {[]float64{4, 2, 3, 1, 30, math.NaN()}, fiveNumbers{1, 2, 3, 4, 4, []float64{30}}},
		"between":   {[]float64{1, 2, 3, 4}, fiveNumbers{1, 1.75, 2.5, 3.25, 4, nil}},
		"one value": {[]float64{5}, fiveNumbers{5, 5, 5, 5, 5, nil}},
	} {
		if diff := cmp.Diff(c.want, summarize(c.values), cmp.AllowUnexported(fiveNumbers{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTopCategories(t *testing.T) {
	names, other := topCategories([]string{"10", "9", "b", "a", "b"})
	if diff := cmp.Diff([]string{"9", "10", "a", "b"}, names); diff != "" || other != 0 {
		t.Errorf("%d others, names (-want +got):\n%s", other, diff)
	}
	many := []string{"z", "z"}
	for i := range maxCategories + 4 {
		many = append(many, string(rune('a'+i)))
	}
	names, other = topCategories(many)
	if len(names) != maxCategories || other != 5 || !slices.Contains(names, "z") {
		t.Errorf("names %q and %d others", names, other)
	}
}

// TestDecimateKeepsExtremes checks that a peak of one sample survives.
func TestDecimateKeepsExtremes(t *testing.T) {
	at := make([]point, 100_000)
	for i := range at {
		at[i] = point{float64(i) / 200, 100}
	}
	at[54_321].y = 3
	got := decimate(at)
	if len(got) > 4200 || !slices.Contains(got, at[54_321]) || got[0] != at[0] || got[len(got)-1] != at[len(at)-1] {
		t.Errorf("%d points are left, the peak among them: %v", len(got), slices.Contains(got, at[54_321]))
	}
}

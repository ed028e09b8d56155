package plot

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// wine reads a column of the wine data by name, or skips the test.
func wine(t testing.TB) func(name string) []float64 {
	path := os.Getenv("WNB_TEST_DATA")
	if path == "" {
		path = "../../../shared/data"
	}
	file, err := os.Open(filepath.Join(path, "WineQT.csv"))
	if err != nil {
		t.Skipf("no wine data: %v", err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return func(name string) []float64 {
		for k, head := range rows[0] {
			if head != name {
				continue
			}
			var out []float64
			for _, row := range rows[1:] {
				v, err := strconv.ParseFloat(row[k], 64)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, v)
			}
			return out
		}
		t.Fatalf("no column %q", name)
		return nil
	}
}

func texts(values []float64) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return out
}

func normal(n int, mean, sd float64, seed uint64) []float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]float64, n)
	for i := range out {
		out[i] = mean + sd*r.NormFloat64()
	}
	return out
}

// scored makes a binary problem of the given difficulty.
func scored(n int, gain float64, seed uint64) (truth []bool, prob []float64) {
	r := rand.New(rand.NewPCG(seed, 2))
	for range n {
		y := r.Float64() < 0.3
		x := r.NormFloat64()
		if y {
			x += gain
		}
		truth, prob = append(truth, y), append(prob, 1/(1+math.Exp(-x+gain/2)))
	}
	return truth, prob
}

// TestGallery writes a picture of everything, with $WNB_GALLERY to that directory, for eyes.
func TestGallery(t *testing.T) {
	dir := cmp.Or(os.Getenv("WNB_GALLERY"), t.TempDir())
	for name, spec := range gallery(t) {
		fig, err := New(spec)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, format := range Formats() {
			out, err := fig.Render(format)
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, name+"."+format), out, 0o644)
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		t.Logf("%s: %s", name, fig.Alt())
	}
}

func gallery(t testing.TB) map[string]Spec {
	col := wine(t)
	long := func(n int) (names []string, values []float64) {
		r := rand.New(rand.NewPCG(7, 7))
		for i := range n {
			names = append(names, fmt.Sprintf("a rather long category name, number %d", i+1))
			values = append(values, r.Float64()*1e6)
		}
		return
	}
	long12, values12 := long(12)
	long60, values60 := long(60)
	tall := make([]string, 3000)
	for i := range tall {
		tall[i] = fmt.Sprintf("class %02d", i%12)
	}
	truth, prob := scored(2000, 1.6, 1)
	fpr, tpr, _ := ROCPoints(truth, prob)
	truth2, prob2 := scored(2000, 0.7, 2)
	fpr2, tpr2, _ := ROCPoints(truth2, prob2)
	recall, precision, _ := PRPoints(truth, prob)
	recall2, precision2, _ := PRPoints(truth2, prob2)
	predicted, observed, _ := CalibrationPoints(truth, prob, 10)
	predicted2, observed2, _ := CalibrationPoints(truth2, prob2, 10)
	loss := func(n int, floor float64, seed uint64) (out []float64) {
		for i, e := range normal(n, 0, 0.02, seed) {
			out = append(out, floor+math.Exp(-float64(i)/12)+e)
		}
		return
	}
	gap := loss(60, 0.4, 5)
	gap[20], gap[21], gap[40], gap[42] = math.NaN(), math.NaN(), math.NaN(), math.NaN()
	features := []string{"fixed acidity", "volatile acidity", "citric acid", "residual sugar", "chlorides",
		"free sulfur dioxide", "total sulfur dioxide", "density", "pH", "sulphates", "alcohol"}
	var corr []Floats
	for i := range features {
		row := make(Floats, len(features))
		for j := range features {
			row[j] = correlation(col(features[i]), col(features[j]))
		}
		corr = append(corr, row)
	}
	counts6 := [][]int{{0, 1, 1, 0, 0, 0}, {0, 0, 5, 2, 0, 0}, {0, 0, 76, 19, 1, 0}, {0, 0, 26, 66, 7, 0}, {0, 0, 1, 11, 13, 1}, {0, 0, 0, 1, 1, 0}}
	classes6 := []string{"3", "4", "5", "6", "7", "8"}
	counts12 := make([][]int, 12)
	for i := range counts12 {
		counts12[i] = make([]int, 12)
		for j := range counts12[i] {
			counts12[i][j] = (i*37 + j*91) % 50
		}
		counts12[i][i] = 1200
	}
	return map[string]Spec{
		"hist_quality":    Hist{Options: Options{Title: "Grades are unbalanced"}, Series: []Values{{Name: "quality", Values: col("quality")}}},
		"hist_alcohol":    Hist{Options: Options{Title: "Alcohol", XLabel: "alcohol, % vol"}, Series: []Values{{Values: col("alcohol")}}},
		"hist_sulfur":     Hist{Series: []Values{{Name: "total sulfur dioxide", Values: col("total sulfur dioxide")}}},
		"hist_two":        Hist{Options: Options{Title: "Two overlapping groups", XLabel: "height, cm"}, Density: true, Series: []Values{{Name: "women", Values: normal(3000, 165, 7, 1)}, {Name: "men", Values: normal(800, 178, 8, 2)}, {Name: "children", Values: normal(500, 130, 8, 3)}}},
		"hist_constant":   Hist{Options: Options{Title: "Constant data"}, Series: []Values{{Name: "x", Values: []float64{5.5, 5.5, 5.5}}}},
		"hist_one":        Hist{Series: []Values{{Name: "one", Values: []float64{0}}}},
		"hist_heavy":      Hist{Options: Options{Title: "Heavy tail"}, Series: []Values{{Name: "income", Values: heavy(5000)}}},
		"scatter_quality": Scatter{Options: Options{Title: "Good wine is strong", XLabel: "alcohol", YLabel: "volatile acidity"}, X: col("alcohol"), Y: col("volatile acidity"), Category: texts(col("quality")), ColorLabel: "quality"},
		"scatter_value":   Scatter{Options: Options{Title: "Colour by number", XLabel: "density", YLabel: "total sulfur dioxide"}, X: col("density"), Y: col("total sulfur dioxide"), Value: col("alcohol"), ColorLabel: "alcohol, % vol"},
		"scatter_plain":   Scatter{Options: Options{Title: "One colour", XLabel: "fixed acidity", YLabel: "pH"}, X: col("fixed acidity"), Y: col("pH")},
		"scatter_one":     Scatter{Options: Options{Title: "One point"}, X: []float64{3}, Y: []float64{-7}},
		"scatter_big":     Scatter{Options: Options{Title: "A hundred thousand points", XLabel: "x", YLabel: "y"}, X: normal(100_000, 0, 1, 1), Y: normal(100_000, 1000, 300, 2)},
		"scatter_12":      Scatter{Options: Options{Title: "Twelve classes"}, X: normal(3000, 0, 1e-7, 3), Y: normal(3000, 0, 5e8, 4), Category: tall},
		"scatter_offset":  Scatter{Options: Options{Title: "Years and large offsets", XLabel: "year"}, X: []float64{1990, 1995, 2000, 2010, 2024}, Y: []float64{1e9 + 1, 1e9 + 2, 1e9 + 5, 1e9 + 3, 1e9 + 4}},
		"line_loss":       Line{Options: Options{Title: "Training curve", XLabel: "epoch", YLabel: "log loss"}, Series: []XY{{Name: "train", Y: loss(60, 0.2, 1)}, {Name: "validation", Y: loss(60, 0.35, 2)}, {Name: "with gaps", Y: gap}}},
		"line_markers":    Line{Options: Options{Title: "Markers", XLabel: "C", YLabel: "accuracy"}, Markers: true, Series: []XY{{X: []float64{0.1, 0.5, 1, 2, 5}, Y: []float64{0.59, 0.62, 0.633, 0.631, 0.628}}}},
		"line_constant":   Line{Options: Options{Title: "Constant"}, Series: []XY{{Name: "y", Y: []float64{0.25, 0.25, 0.25}}}},
		"line_long":       Line{Options: Options{Title: "200,000 steps"}, Series: []XY{{Name: "walk", Y: walk(200_000)}}},
		"bar_plain":       Bar{Options: Options{Title: "Accuracy by model", YLabel: "accuracy"}, Categories: []string{"logreg", "random forest", "boosting"}, Series: []Values{{Name: "accuracy", Values: []float64{0.633, 0.712, 0.664}}}, ValueLabels: true},
		"bar_grouped":     Bar{Options: Options{Title: "Scores by model"}, Categories: []string{"logreg", "random forest", "boosting"}, Series: []Values{{Name: "accuracy", Values: []float64{0.633, 0.712, 0.664}}, {Name: "macro F1", Values: []float64{0.31, 0.36, 0.34}}, {Name: "weighted F1", Values: []float64{0.61, 0.69, math.NaN()}}}, ValueLabels: true},
		"bar_negative":    Bar{Options: Options{Title: "Gains and losses"}, Categories: []string{"Q1", "Q2", "Q3", "Q4"}, Series: []Values{{Values: []float64{-12, 30, -4, 18}}}, ValueLabels: true},
		"bar_hneg":        Bar{Options: Options{Title: "Coefficients", XLabel: "coefficient"}, Horizontal: true, Categories: features[:5], Series: []Values{{Name: "a", Values: []float64{-0.12, 0.3, -0.04, 0.18, 0}}, {Name: "b", Values: []float64{-0.2, 0.1, 0.04, 0.08, 0.1}}}, ValueLabels: true},
		"bar_long12":      Bar{Options: Options{Title: "Twelve long names"}, Categories: long12, Series: []Values{{Name: "amount", Values: values12}}},
		"bar_long60":      Bar{Options: Options{Title: "Sixty long names"}, Categories: long60, Series: []Values{{Name: "amount", Values: values60}}},
		"bar_h12":         Bar{Options: Options{Title: "Twelve long names", XLabel: "amount"}, Horizontal: true, Categories: long12, Series: []Values{{Name: "amount", Values: values12}}, ValueLabels: true},
		"confusion_6":     ConfusionMatrix{Options: Options{Title: "Confusion matrix"}, Classes: classes6, Counts: counts6},
		"confusion_norm":  ConfusionMatrix{Options: Options{Title: "Confusion matrix, share of the true class"}, Classes: classes6, Counts: counts6, Normalize: true},
		"confusion_2":     ConfusionMatrix{Classes: []string{"ham & eggs <b>", "späm \"žluťoučký\" 愛"}, Counts: [][]int{{950, 12}, {31, 144}}},
		"confusion_12":    ConfusionMatrix{Options: Options{Title: "Twelve classes"}, Classes: long12, Counts: counts12},
		"importance":      FeatureImportance{Options: Options{Title: "What the forest looks at"}, Names: features, Values: []float64{0.07, 0.11, 0.07, 0.06, 0.07, 0.06, 0.1, 0.09, 0.07, 0.13, 0.17}},
		"importance_coef": FeatureImportance{Options: Options{Title: "Coefficients"}, Names: features, Values: []float64{0.7, -1.1, 0.07, 0.06, -0.3, 0.06, -0.1, -0.09, 0.07, 0.13, 1.7}, Top: 8},
		"importance_60":   FeatureImportance{Options: Options{Title: "A title that is much too long for one line, and, because it goes on and on about the matter without ever coming to its point, for two lines as well"}, Names: long60, Values: values60},
		"roc_one":         ROCCurve{Options: Options{Title: "ROC curve"}, Curves: []XY{{X: fpr, Y: tpr}}},
		"roc_two":         ROCCurve{Options: Options{Title: "ROC curves"}, Curves: []XY{{Name: "random forest", X: fpr, Y: tpr}, {Name: "logistic regression", X: fpr2, Y: tpr2}}},
		"pr":              PRCurve{Options: Options{Title: "Precision and recall"}, Prevalence: 0.3, Curves: []XY{{Name: "random forest", X: recall, Y: precision}, {Name: "logistic regression", X: recall2, Y: precision2}}},
		"calibration":     Calibration{Options: Options{Title: "Calibration"}, Curves: []XY{{Name: "random forest", X: predicted, Y: observed}, {Name: "logistic regression", X: predicted2, Y: observed2}}},
		"box":             Box{Options: Options{Title: "Alcohol by grade", XLabel: "quality", YLabel: "alcohol"}, Groups: byGrade(col("alcohol"), col("quality"))},
		"heatmap_corr":    Heatmap{Options: Options{Title: "Correlations"}, Rows: features, Columns: features, Values: corr, Diverging: true, ValueLabel: "Pearson's r"},
		"heatmap_grid":    Heatmap{Options: Options{Title: "Grid search", XLabel: "max_depth", YLabel: "n_estimators"}, Rows: []string{"50", "100", "200"}, Columns: []string{"3", "5", "8", "None"}, Values: []Floats{{0.61, 0.64, 0.66, 0.68}, {0.62, 0.65, 0.67, 0.70}, {0.62, 0.66, 0.69, math.NaN()}}, ValueLabel: "accuracy"},
		"small":           Line{Options: Options{Title: "A small one", Width: 240, Height: 160, XLabel: "x", YLabel: "y"}, Series: []XY{{Name: "a", Y: []float64{1, 3, 2}}, {Name: "b", Y: []float64{2, 3, 9}}}},
		"many_series":     Line{Options: Options{Title: "Many series"}, Series: manySeries(30)},
	}
}

func manySeries(n int) (out []XY) {
	for i := range n {
		out = append(out, XY{Name: fmt.Sprintf("experiment %d with a name", i+1), Y: walk(30 + i)[i:]})
	}
	return
}

func walk(n int) []float64 {
	out := normal(n, 0, 1, 9)
	for i := 1; i < n; i++ {
		out[i] += out[i-1]
	}
	return out
}

func heavy(n int) []float64 {
	out := normal(n, 0, 1.2, 11)
	for i := range out {
		out[i] = 30000 * math.Exp(out[i])
	}
	return out
}

func byGrade(values, grades []float64) []Values {
	var out []Values
	for g := 3.0; g <= 8; g++ {
		group := Values{Name: FormatNumber(g)}
		for i := range values {
			if grades[i] == g {
				group.Values = append(group.Values, values[i])
			}
		}
		out = append(out, group)
	}
	return out
}

func correlation(a, b []float64) float64 {
	var sa, sb, saa, sbb, sab, n float64
	for i := range a {
		sa, sb, n = sa+a[i], sb+b[i], n+1
	}
	for i := range a {
		x, y := a[i]-sa/n, b[i]-sb/n
		saa, sbb, sab = saa+x*x, sbb+y*y, sab+x*y
	}
	return sab / math.Sqrt(saa*sbb)
}

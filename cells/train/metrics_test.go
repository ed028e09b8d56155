package train

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type metricsGolden struct {
	Metrics struct {
		Input struct {
			YTrue    []int       `json:"y_true"`
			YPred    []int       `json:"y_pred"`
			Proba    [][]float64 `json:"proba"`
			BinTrue  []int       `json:"bin_true"`
			BinScore []float64   `json:"bin_score"`
			BinPred  []int       `json:"bin_pred"`
		}
		Expect struct {
			Accuracy     float64
			Balanced     float64 `json:"balanced_accuracy"`
			Confusion    [][]float64
			Kappa        float64 `json:"cohen_kappa"`
			Matthews     float64
			Macro        goldenScores
			Micro        goldenScores
			Weighted     goldenScores
			PerClass     struct{ Precision, Recall, F1, Support []float64 } `json:"per_class"`
			LogLoss      float64                                            `json:"log_loss"`
			OvrMacro     float64                                            `json:"roc_auc_ovr_macro"`
			OvrWeighted  float64                                            `json:"roc_auc_ovr_weighted"`
			OvoMacro     float64                                            `json:"roc_auc_ovo_macro"`
			BinAUC       float64                                            `json:"bin_roc_auc"`
			BinLogLoss   float64                                            `json:"bin_log_loss"`
			BinF1        float64                                            `json:"bin_f1"`
			BinPrecision float64                                            `json:"bin_precision"`
			BinRecall    float64                                            `json:"bin_recall"`
			BinConfusion [][]float64                                        `json:"bin_confusion"`
			BinROC       struct{ FPR, TPR, Thresholds []float64 }           `json:"bin_roc_curve"`
			ZeroDivision struct {
				YTrue          []int   `json:"y_true"`
				YPred          []int   `json:"y_pred"`
				PrecisionMacro float64 `json:"precision_macro"`
				F1Macro        float64 `json:"f1_macro"`
			} `json:"zero_division"`
			Report string `json:"classification_report_text"`
		}
	}
}

type goldenScores struct{ Precision, Recall, F1 float64 }

const exact = 1e-9

func readMetrics(t *testing.T) metricsGolden {
	var g metricsGolden
	readJSON(t, "sklearn.json", &g)
	return g
}

// value fails the test when a metric fails.
func value[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestMetricsAreScikitLearns(t *testing.T) {
	g := readMetrics(t)
	in, want := g.Metrics.Input, g.Metrics.Expect
	y, p := labelsOf(t, in.YTrue), labelsOf(t, in.YPred)
	proba := matrixOf(in.Proba)
	num := value[float64](t)
	near(t, "accuracy", num(Accuracy(y, p)), want.Accuracy, exact)
	near(t, "balanced accuracy", num(BalancedAccuracy(y, p)), want.Balanced, exact)
	near(t, "kappa", num(CohenKappa(y, p)), want.Kappa, exact)
	near(t, "matthews", num(MatthewsCorrcoef(y, p)), want.Matthews, exact)
	near(t, "log loss", num(LogLoss(y, proba, y.Classes)), want.LogLoss, exact)
	near(t, "auc ovr macro", num(ROCAUCMulti(y, proba, y.Classes, "ovr", "macro")), want.OvrMacro, exact)
	near(t, "auc ovr weighted", num(ROCAUCMulti(y, proba, y.Classes, "ovr", "weighted")), want.OvrWeighted, exact)
	near(t, "auc ovo macro", num(ROCAUCMulti(y, proba, y.Classes, "ovo", "macro")), want.OvoMacro, exact)
	conf := value[*Confusion](t)(ConfusionMatrix(y, p, ""))
	if d := cmp.Diff(want.Confusion, conf.Matrix); d != "" {
		t.Errorf("confusion (-want +got):\n%s", d)
	}

	c := value[*ClassScores](t)(PrecisionRecallFScore(y, p))
	for k, s := range c.PerClass {
		nearAll(t, "class scores", []float64{s.Precision, s.Recall, s.F1, float64(s.Support)},
			[]float64{want.PerClass.Precision[k], want.PerClass.Recall[k], want.PerClass.F1[k], want.PerClass.Support[k]}, exact)
	}
	for average, w := range map[string]goldenScores{"macro": want.Macro, "micro": want.Micro, "weighted": want.Weighted} {
		s := value[Scores](t)(c.Average(average))
		nearAll(t, average, []float64{s.Precision, s.Recall, s.F1}, []float64{w.Precision, w.Recall, w.F1}, exact)
	}
	r := value[*Report](t)(ClassificationReport(y, p))
	if d := cmp.Diff(want.Report, r.Text(2)); d != "" {
		t.Errorf("report (-want +got):\n%s", d)
	}
	if line := strings.Split(r.Text(4), "\n")[2]; line != "           0     0.6842    0.8667    0.7647        15" {
		t.Errorf("four digits: %q", line)
	}
}

func TestBinaryMetricsAreScikitLearns(t *testing.T) {
	g := readMetrics(t)
	in, want := g.Metrics.Input, g.Metrics.Expect
	y, p := labelsOf(t, in.BinTrue), labelsOf(t, in.BinPred)
	near(t, "auc", value[float64](t)(ROCAUC(y, in.BinScore, nil)), want.BinAUC, exact)
	s := value[Scores](t)(value[*ClassScores](t)(PrecisionRecallFScore(y, p)).Binary(1))
	nearAll(t, "scores", []float64{s.Precision, s.Recall, s.F1}, []float64{want.BinPrecision, want.BinRecall, want.BinF1}, exact)
	roc := value[*ROC](t)(ROCCurve(y, in.BinScore, 1))
	nearAll(t, "fpr", roc.FPR, want.BinROC.FPR, exact)
	nearAll(t, "tpr", roc.TPR, want.BinROC.TPR, exact)
	nearAll(t, "thresholds", roc.Thresholds, want.BinROC.Thresholds, exact)
	two := NewMatrix(len(in.BinScore), 2, nil)
	for i, v := range in.BinScore {
		v = min(max(v, 0.01), 0.99)
		copy(two.Row(i), []float64{1 - v, v})
	}
	near(t, "log loss", value[float64](t)(LogLoss(y, two, y.Classes)), want.BinLogLoss, exact)
	conf := value[*Confusion](t)(ConfusionMatrix(y, p, "none"))
	if d := cmp.Diff(want.BinConfusion, conf.Matrix); d != "" {
		t.Errorf("confusion (-want +got):\n%s", d)
	}
}

func TestZeroDivision(t *testing.T) {
	want := readMetrics(t).Metrics.Expect.ZeroDivision
	c := value[*ClassScores](t)(PrecisionRecallFScore(labelsOf(t, want.YTrue), labelsOf(t, want.YPred)))
	s := value[Scores](t)(c.Average("macro"))
	near(t, "precision", s.Precision, want.PrecisionMacro, exact)
	near(t, "f1", s.F1, want.F1Macro, exact)
	if d := cmp.Diff([]string{"precision is set to 0 for classes that were never predicted: 1"}, c.Warnings); d != "" {
		t.Errorf("warnings (-want +got):\n%s", d)
	}
}

func TestConfusionNormalised(t *testing.T) {
	y, p := labelsOf(t, []int{0, 0, 0, 1}), labelsOf(t, []int{0, 0, 1, 2})
	for normalize, want := range map[string][][]float64{
		"true": {{2. / 3, 1. / 3, 0}, {0, 0, 1}, {0, 0, 0}},
		"pred": {{1, 1, 0}, {0, 0, 1}, {0, 0, 0}},
		"all":  {{.5, .25, 0}, {0, 0, .25}, {0, 0, 0}},
	} {
		got := value[*Confusion](t)(ConfusionMatrix(y, p, normalize))
		for i, row := range got.Matrix {
			nearAll(t, normalize, row, want[i], exact)
		}
	}
	if _, err := ConfusionMatrix(y, p, "rows"); err == nil || !strings.Contains(err.Error(), `normalize="rows"`) {
		t.Errorf("error %v", err)
	}
}

func TestMetricsOfOneClass(t *testing.T) {
	one := labelsOf(t, []int{1, 1, 1})
	num := value[float64](t)
	if k := num(CohenKappa(one, one)); !math.IsNaN(k) {
		t.Errorf("kappa of one class = %v, want NaN as scikit-learn", k)
	}
	if m := num(MatthewsCorrcoef(one, one)); m != 0 {
		t.Errorf("matthews of one class = %v, want 0", m)
	}
	_, err := ROCAUC(one, []float64{1, 2, 3}, nil)
	var in *InputError
	if !errors.As(err, &in) {
		t.Errorf("auc of one class: error %v, want an InputError", err)
	}
}

func TestLogLossRefuses(t *testing.T) {
	y := labelsOf(t, []int{0, 1, 2})
	two := matrixOf([][]float64{{1, 0}, {0, 1}, {.5, .5}})
	for _, c := range []struct {
		name, want string
		proba      *Matrix
		classes    Classes
	}{
		{"class without column", `column "y", row 2: class 2 has no column`, two, Classes{int64(0), int64(1)}},
		{"columns", "2 columns of probabilities for 3 classes", two, y.Classes},
		{"rows", "3 labels but 1 rows", matrixOf([][]float64{{.5, .5}}), Classes{int64(0), int64(1)}},
		{"scores", "row 0: the probabilities sum to 3", matrixOf([][]float64{{1, 2}, {0, 1}, {0, 1}}), Classes{int64(0), int64(1)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := LogLoss(y, c.proba, c.classes)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
}

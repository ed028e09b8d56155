package builtin

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const labelsPrelude = `t = series([3, 4, 4, 5, 5, 5], name="grade")
p = [3, 4, 5, 5, 5, 4]
proba = frame({"0": [.7, .1, .3, .2], "1": [.2, .6, .3, .5], "2": [.1, .3, .4, .3]})
y = [0, 1, 2, 2]
def r(x): return round(x, 4)
`

func TestMetrics(t *testing.T) {
	runSources(t, labelsPrelude, []sourceTest{
		{"accuracy", `r(ml.accuracy_score(t, p))`, "0.6667"},
		{"balanced accuracy", `r(ml.balanced_accuracy_score(t, p))`, "0.7222"},
		{"kappa", `r(ml.cohen_kappa_score(t, p))`, "0.4545"},
		{"matthews", `r(ml.matthews_corrcoef(t, p))`, "0.4545"},
		{"precision, macro", `r(ml.precision_score(t, p, average="macro"))`, "0.7222"},
		{"recall, micro", `r(ml.recall_score(t, p, average="micro"))`, "0.6667"},
		{"f1, weighted", `r(ml.f1_score(t, p, average="weighted"))`, "0.6667"},
		{"per class", `ml.f1_score(t, p, average=None)`, "{3: 1.0, 4: 0.5, 5: 0.6666666666666666}"},
		{"binary", `ml.recall_score([0, 1, 1], [0, 1, 0])`, "0.5"},
		{"binary, bools", `ml.precision_score([True, False], [True, True])`, "0.5"},
		{"binary, floats", `ml.precision_score([1.0, 0.0], [1.0, 1.0])`, "0.5"},
		{"pos_label", `ml.precision_score(["no", "yes"], ["yes", "yes"], pos_label="yes")`, "0.5"},
		{"nothing positive", `ml.f1_score([0, 0], [0, 0])`, "0.0"},
		{"labels on one side only", `ml.accuracy_score(["a", "b"], ["a", "z"])`, "0.5"},
		{"ints and floats", `ml.accuracy_score([1, 2], [1.0, 2.0])`, "1.0"},
		{"log loss", `r(ml.log_loss([0, 1, 1], [.2, .9, .4]))`, "0.4149"},
		{"log loss of a frame", `r(ml.log_loss(y, proba))`, "0.7469"},
		{"columns in another order", `ml.log_loss(y, proba[["2", "0", "1"]]) == ml.log_loss(y, proba)`, "True"},
		{"a column without rows", `r(ml.log_loss([0, 1, 1, 0], proba))`, "0.9202"},
		{"auc", `ml.roc_auc_score([0, 1, 1, 0], [.2, .9, .4, .5])`, "0.75"},
		{"auc, one against the rest", `r(ml.roc_auc_score(y, proba))`, "0.9583"},
		{"auc, pairs", `r(ml.roc_auc_score(y, proba, multi_class="ovo"))`, "0.9583"},
		{"roc", `ml.roc_curve([0, 1, 1, 0], [.2, .9, .4, .5])`, "fpr,tpr,threshold; 0.0,0.0,1.9; 0.0,0.5,0.9; 0.5,0.5,0.5; 0.5,1.0,0.4; 1.0,1.0,0.2"},
		{"roc of a class", `ml.roc_curve(["a", "b"], [.9, .1], pos_label="a").columns`, `["fpr", "tpr", "threshold"]`},
		{"confusion", `ml.confusion_matrix(t, p)`, "true,3,4,5; 3,1,0,0; 4,0,1,1; 5,0,1,2"},
		{"confusion, shares", `ml.confusion_matrix([0, 1, 1], [0, 0, 1], normalize="true")`, "true,0,1; 0,1.0,0.0; 1,0.5,0.5"},
		{"confusion, a class called true", `ml.confusion_matrix(["true", "x"], ["x", "x"]).columns`, `["true_", "true", "x"]`},
		{"report, number", `r(ml.classification_report(t, p)["macro avg"]["f1-score"])`, "0.7222"},
		{"report, class", `ml.classification_report(t, p)[4]`, `{"precision": 0.5, "recall": 0.5, "f1-score": 0.5, "support": 2}`},
		{"report, accuracy", `r(ml.classification_report(t, p)["accuracy"])`, "0.6667"},
		{"report, keys", `[k for k in ml.classification_report(t, p)]`, `["3", "4", "5", "accuracy", "macro avg", "weighted avg"]`},
		{"report as a dict", `dict(ml.classification_report(t, p))["weighted avg"]["support"]`, "6"},
		{"report, is it there", `("3" in ml.classification_report(t, p), "9" in ml.classification_report(t, p))`, "(True, False)"},
	})
}

func TestMetricErrors(t *testing.T) {
	runErrors(t, labelsPrelude, []errorTest{
		{"numbers against text", `ml.accuracy_score([1, 2], ["a", "b"])`, "labels of type int64 cannot be compared with labels of type string", "convert one"},
		{"lengths", `ml.accuracy_score([1, 2], [1])`, "2 labels but 1 predictions", "same rows"},
		{"empty", `ml.accuracy_score([], [])`, "no labels to compare", ""},
		{"null", `ml.accuracy_score(series([1, None], name="g"), [1, 1])`, `column "g", row 1: the label is missing`, "drop"},
		{"a name", `ml.accuracy_score("grade", p)`, `y_true is the text "grade"`, `write df["grade"]`},
		{"binary of three", `ml.f1_score(t, p)`, `there are 3 classes, and average="binary" is for two`, `average="macro"`},
		{"pos_label", `ml.f1_score(["a", "b"], ["a", "b"])`, "pos_label=1 is not one of the classes a, b", `pos_label="b"`},
		{"average", `ml.f1_score(t, p, average="mean")`, `average="mean": must be "binary", "macro"`, ""},
		{"zero_division", `ml.f1_score(t, p, zero_division=2)`, `zero_division=2: must be "warn" or 0`, ""},
		{"report, no such row", `ml.classification_report(t, p)["macro"]`, `the report has no row "macro"`, "it has 3, 4, 5, accuracy, macro avg, weighted avg"},
		{"digits", `ml.classification_report(t, p, digits=-1)`, "digits=-1: must be 0 to 17", ""},
		{"normalize", `ml.confusion_matrix(t, p, normalize="rows")`, `normalize="rows": must be "none", "true"`, ""},
		{"log loss, columns", `ml.log_loss(y, proba.rename({"0": "zero"}))`, `the column "zero" of y_proba is not a class as y_true is (0, 1, 2)`, "predict_proba"},
		{"log loss, a class without a column", `ml.log_loss([0, 1, 2, 7], proba)`, "class 7 has no column of probabilities", "every class"},
		{"log loss, one probability for three", `ml.log_loss(y, [.1, .2, .3, .4])`, "one probability per row is for two classes, and y_true has 3", "predict_proba"},
		{"log loss, no probability", `ml.log_loss([0, 1], [0, 1.5])`, "row 1 of y_proba is 1.5, which is not a probability", ""},
		{"log loss, scores", `ml.log_loss(y, proba * 2 if False else frame({"0": [1, 1, 1, 1], "1": [1, 1, 1, 1], "2": [1, 1, 1, 1]}))`, "row 0: the probabilities sum to 3", "not scores"},
		{"auc, one class", `ml.roc_auc_score([1, 1], [.1, .2])`, "y has 1 classes", "two classes"},
		{"auc, multi_class", `ml.roc_auc_score(y, proba, multi_class="all")`, `multi_class="all": must be "ovr" or "ovo"`, ""},
		{"auc, lengths", `ml.roc_auc_score([0, 1], [.1])`, "2 labels but 1 scores", "same rows"},
		{"scores that are text", `ml.roc_auc_score([0, 1], ["a", "b"])`, `row 0: "a" is not a number`, ""},
	})
}

// TestMetricWarnings warns of what is undefined: once in a cell, and not where
// that is asked for.
func TestMetricWarnings(t *testing.T) {
	h := newHost()
	runValue(t, h, labelsPrelude+`q = [3, 5, 5, 5, 5, 5]
ml.precision_score(t, q, average="macro", zero_division=0)
ml.recall_score(t, q, average="macro")
ml.f1_score(t, q, average="macro")
ml.precision_score(t, q, average="macro")
ml.precision_score(t, q, average="weighted")
ml.classification_report(t, q)`, nil)
	want := "stderr: warning: precision is set to 0 for classes that were never predicted: 4\n"
	if diff := cmp.Diff(want, logged(h)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReportDisplay(t *testing.T) {
	v := runValue(t, newHost(), `ml.classification_report(["<b>", "c", "c"], ["<b>", "c", "<b>"], digits=3)`, nil)
	data, err := Render(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "report.txt", string(data["text/plain"])+"\n"+string(data["text/html"])+"\n")
}

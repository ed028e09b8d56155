package builtin

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
)

// metricFuncs rate predictions.
func metricFuncs() []*Func {
	const averaged = `y_true, y_pred, average="binary", pos_label=1, zero_division="warn"`
	const aboutAverage = ` average is "binary" (the class pos_label), "macro" (mean of the classes), "weighted" (mean by rows), "micro" (all rows alike), or None for a dict with the score of each class. What is undefined is 0, with a warning; zero_division=0 is without.`
	return []*Func{
		{"accuracy_score", "y_true, y_pred", "The share of rows whose class was predicted.", "ml.accuracy_score([0, 1], [0, 0])", pairMetric(train.Accuracy)},
		{"balanced_accuracy_score", "y_true, y_pred", "The mean recall of the classes.", "ml.balanced_accuracy_score([0, 1], [0, 0])", pairMetric(train.BalancedAccuracy)},
		{"cohen_kappa_score", "y_true, y_pred", "The agreement beyond what chance would give, at most 1.", "ml.cohen_kappa_score([0, 1], [0, 1])", pairMetric(train.CohenKappa)},
		{"matthews_corrcoef", "y_true, y_pred", "The correlation of the truth and the predictions, -1 to 1.", "ml.matthews_corrcoef([0, 1], [0, 1])", pairMetric(train.MatthewsCorrcoef)},
		{"precision_score", averaged, "Of the rows that were predicted to be of a class, the share that are." + aboutAverage, `ml.precision_score(["a", "b"], ["a", "a"], average="macro", zero_division=0)`,
			averagedMetric("precision", func(s train.Scores) float64 { return s.Precision })},
		{"recall_score", averaged, "Of the rows of a class, the share that were predicted." + aboutAverage, `ml.recall_score([0, 1, 1], [0, 1, 0])`,
			averagedMetric("recall", func(s train.Scores) float64 { return s.Recall })},
		{"f1_score", averaged, "The harmonic mean of precision and recall." + aboutAverage, `ml.f1_score([3, 4, 5], [3, 4, 4], average="macro")`,
			averagedMetric("f1", func(s train.Scores) float64 { return s.F1 })},
		{"log_loss", "y_true, y_proba", "The mean of minus the logarithm of the probability that was given to the true class. y_proba is what predict_proba gives, or for two classes the probability of the greater one.",
			`ml.log_loss([0, 1], [0.2, 0.9])`, logLoss},
		{"roc_auc_score", `y_true, y_score, multi_class="ovr", average="macro"`, `The area under the ROC curve. y_score is a score per row for two classes, or what predict_proba gives; then multi_class is "ovr" (each class against the rest) or "ovo" (each pair), and average "macro" or "weighted".`,
			"ml.roc_auc_score([0, 1, 1], [0.2, 0.9, 0.4])", rocAUC},
		{"roc_curve", "y_true, y_score, pos_label=None", "The rates of false and true positives at every threshold that matters: a frame with the columns fpr, tpr and threshold. y_score is a score per row for the class pos_label, which is the greater one if it is None.",
			"ml.roc_curve([0, 1, 1], [0.2, 0.9, 0.4])", rocCurveFrame},
		{"confusion_matrix", "y_true, y_pred, normalize=None", `How many rows of each true class were predicted to be of each class: a frame with a row per true class, named in the column true, and a column per predicted class. normalize is None, "true", "pred" or "all".`,
			"ml.confusion_matrix([0, 1, 1], [0, 1, 0])", confusionMatrix},
		{"classification_report", "y_true, y_pred, digits=2", `Precision, recall, F1 and rows of each class, and their averages, as a table. report["macro avg"]["f1-score"] is one number of it.`,
			"ml.classification_report([0, 1, 1], [0, 1, 0])", classificationReport},
	}
}

// labelPair are the first two arguments of most metrics.
func (c *call) labelPair(yTrue, yPred starlark.Value) (truth, predicted *train.Labels, err error) {
	if truth, err = c.labelsArgument("y_true", yTrue); err != nil {
		return nil, nil, err
	}
	predicted, err = c.labelsArgument("y_pred", yPred)
	return truth, predicted, err
}

// pairMetric is a number about labels and predictions.
func pairMetric(metric func(yTrue, yPred *train.Labels) (float64, error)) func(*call) (starlark.Value, error) {
	return func(c *call) (starlark.Value, error) {
		var yTrue, yPred starlark.Value
		if err := c.unpack("y_true", &yTrue, "y_pred", &yPred); err != nil {
			return nil, err
		}
		truth, predicted, err := c.labelPair(yTrue, yPred)
		if err != nil {
			return nil, err
		}
		x, err := metric(truth, predicted)
		if err != nil {
			return nil, hinted(err)
		}
		return starlark.Float(x), nil
	}
}

// averagedMetric is precision, recall or F1, as value picks it. Warnings about
// other metrics are not shown.
func averagedMetric(name string, value func(train.Scores) float64) func(*call) (starlark.Value, error) {
	return func(c *call) (starlark.Value, error) {
		var yTrue, yPred starlark.Value
		var average, pos, zero starlark.Value = starlark.String("binary"), starlark.MakeInt(1), starlark.String("warn")
		if err := c.unpack("y_true", &yTrue, "y_pred", &yPred, "average?", &average, "pos_label?", &pos, "zero_division?", &zero); err != nil {
			return nil, err
		}
		silent, err := c.zeroDivision(zero)
		if err != nil {
			return nil, err
		}
		truth, predicted, err := c.labelPair(yTrue, yPred)
		if err != nil {
			return nil, err
		}
		scores, err := train.PrecisionRecallFScore(truth, predicted)
		if err != nil {
			return nil, hinted(err)
		}
		if !silent {
			about := slices.DeleteFunc(slices.Clone(scores.Warnings), func(w string) bool { return !strings.HasPrefix(w, name) })
			if err := warnOnce(c, about); err != nil {
				return nil, err
			}
		}
		return c.averaged(scores, average, pos, value)
	}
}

func (c *call) zeroDivision(v starlark.Value) (silent bool, err error) {
	if v == starlark.String("warn") {
		return false, nil
	}
	if x, ok := asNumber(v); ok && x == 0 {
		return true, nil
	}
	return false, fmt.Errorf(`%s: zero_division=%s: must be "warn" or 0`, c.fn.name, v)
}

// averaged sums up the classes.
func (c *call) averaged(scores *train.ClassScores, average, pos starlark.Value, value func(train.Scores) float64) (starlark.Value, error) {
	switch average {
	case starlark.None:
		d := starlark.NewDict(len(scores.Classes))
		for k, class := range scores.Classes {
			if err := d.SetKey(valueOf(class), starlark.Float(value(scores.PerClass[k]))); err != nil {
				return nil, err
			}
		}
		return d, nil
	case starlark.String("binary"):
		s, err := c.binaryScores(scores, pos)
		return starlark.Float(value(s)), err
	case starlark.String("macro"), starlark.String("micro"), starlark.String("weighted"):
		name, _ := starlark.AsString(average)
		s, err := scores.Average(name)
		return starlark.Float(value(s)), hinted(err)
	}
	return nil, fmt.Errorf(`%s: average=%s: must be "binary", "macro", "micro", "weighted" or None`, c.fn.name, average)
}

// binaryScores are those of the class pos. 1 finds True, too, and where there is
// but one class and it is another, nothing was found: all is 0.
func (c *call) binaryScores(scores *train.ClassScores, pos starlark.Value) (train.Scores, error) {
	if n := len(scores.Classes); n > 2 {
		return train.Scores{}, lang.WithHint(`write average="macro", "weighted" or "micro"`, "%s: there are %d classes, and average=%q is for two", c.fn.name, n, "binary")
	}
	class, err := scalarOf(pos)
	if err != nil {
		return train.Scores{}, fmt.Errorf("%s: pos_label: %w", c.fn.name, err)
	}
	if _, isBool := scores.Classes[0].(bool); isBool && class == int64(1) {
		class = true
	}
	if scores.Classes.Index(class) >= 0 {
		s, err := scores.Binary(class)
		return s, hinted(err)
	}
	if len(scores.Classes) == 1 {
		return train.Scores{}, nil
	}
	last := valueOf(scores.Classes[len(scores.Classes)-1])
	return train.Scores{}, lang.WithHint(fmt.Sprintf("write pos_label=%s for the score of that class", last),
		"%s: pos_label=%s is not one of the classes %s", c.fn.name, pos, strings.Join(classNames(scores.Classes), ", "))
}

func confusionMatrix(c *call) (starlark.Value, error) {
	var yTrue, yPred starlark.Value
	normalize := ""
	if err := c.unpack("y_true", &yTrue, "y_pred", &yPred, "normalize??", &normalize); err != nil {
		return nil, err
	}
	truth, predicted, err := c.labelPair(yTrue, yPred)
	if err != nil {
		return nil, err
	}
	confusion, err := train.ConfusionMatrix(truth, predicted, normalize)
	if err != nil {
		return nil, hinted(err)
	}
	names := classNames(confusion.Classes)
	codes := make([]int, len(names))
	for k := range codes {
		codes[k] = k
	}
	rows, err := labelSeries(unused("true", names...), confusion.Classes, codes)
	if err != nil {
		return nil, err
	}
	columns := []*frame.Series{rows}
	for j, name := range names {
		column := make([]float64, len(names))
		for i := range column {
			column[i] = confusion.Matrix[i][j]
		}
		s := frame.NewFloat64(name, column)
		if normalize == "" || normalize == "none" {
			if s, err = s.Cast(frame.Int64); err != nil {
				return nil, err
			}
		}
		columns = append(columns, s)
	}
	return frameValue(frame.New(columns...))
}

package train

import (
	"context"
	"slices"
	"strings"
)

// A Scorer rates a model on rows it may not have seen; greater is better.
type Scorer interface {
	// Name is scikit-learn's name, such as "f1_macro".
	Name() string
	// Score rates m on X with the true labels y. The classes of y may be more
	// or fewer than those of m.
	Score(ctx context.Context, m Classifier, X *Matrix, y *Labels) (float64, error)
}

// scorer is a metric of predictions or of probabilities: one of the two is set.
type scorer struct {
	name    string
	byClass func(yTrue, yPred *Labels) (float64, error)
	byProba func(y *Labels, proba *Matrix, classes Classes) (float64, error)
}

func (s scorer) Name() string { return s.name }

func (s scorer) Score(ctx context.Context, m Classifier, X *Matrix, y *Labels) (float64, error) {
	if s.byProba != nil {
		proba, err := m.PredictProba(ctx, X)
		if err != nil {
			return 0, err
		}
		return s.byProba(y, proba, m.Classes())
	}
	codes, err := m.Predict(ctx, X)
	if err != nil {
		return 0, err
	}
	return s.byClass(y, &Labels{Name: y.Name, Classes: m.Classes(), Codes: codes})
}

// scorers are all scorers that have a name, sorted by it.
func scorers() []scorer {
	type get func(Scores) float64
	f1 := get(func(s Scores) float64 { return s.F1 })
	precision := get(func(s Scores) float64 { return s.Precision })
	recall := get(func(s Scores) float64 { return s.Recall })
	out := []scorer{
		{name: "accuracy", byClass: Accuracy},
		{name: "balanced_accuracy", byClass: BalancedAccuracy},
		{name: "matthews_corrcoef", byClass: MatthewsCorrcoef},
		{name: "neg_log_loss", byProba: negLogLoss},
		{name: "roc_auc", byProba: binaryAUC},
	}
	for _, multi := range []string{"ovr", "ovo"} {
		for suffix, average := range map[string]string{"": "macro", "_weighted": "weighted"} {
			out = append(out, scorer{name: "roc_auc_" + multi + suffix, byProba: func(y *Labels, proba *Matrix, classes Classes) (float64, error) {
				return ROCAUCMulti(y, proba, classes, multi, average)
			}})
		}
	}
	for name, value := range map[string]get{"f1": f1, "precision": precision, "recall": recall} {
		out = append(out, scorer{name: name, byClass: func(yTrue, yPred *Labels) (float64, error) {
			return binaryScore(yTrue, yPred, value)
		}})
		for _, average := range []string{"macro", "micro", "weighted"} {
			out = append(out, scorer{name: name + "_" + average, byClass: func(yTrue, yPred *Labels) (float64, error) {
				c, err := PrecisionRecallFScore(yTrue, yPred)
				if err != nil {
					return 0, err
				}
				s, err := c.Average(average)
				return value(s), err
			}})
		}
	}
	slices.SortFunc(out, func(a, b scorer) int { return strings.Compare(a.name, b.name) })
	return out
}

// binaryScore is about the class 1 or true, or else the greater one, of two.
func binaryScore(yTrue, yPred *Labels, value func(Scores) float64) (float64, error) {
	c, err := PrecisionRecallFScore(yTrue, yPred)
	if err != nil {
		return 0, err
	}
	pos := c.Classes[len(c.Classes)-1]
	for _, one := range []any{1, true} {
		if c.Classes.Index(one) >= 0 {
			pos = one
		}
	}
	s, err := c.Binary(pos)
	return value(s), err
}

func negLogLoss(y *Labels, proba *Matrix, classes Classes) (float64, error) {
	loss, err := LogLoss(y, proba, classes)
	return -loss, err
}

func binaryAUC(y *Labels, proba *Matrix, classes Classes) (float64, error) {
	if len(classes) != 2 {
		return 0, inputError("roc_auc", `for more than two classes score by "roc_auc_ovr" or "roc_auc_ovo"`,
			"the model has %d classes", len(classes))
	}
	return ROCAUCMulti(y, proba, classes, "ovr", "macro")
}

// ScorerNames lists what ScorerByName knows, sorted.
func ScorerNames() []string {
	var names []string
	for _, s := range scorers() {
		names = append(names, s.name)
	}
	return names
}

// ScorerByName is the scorer with one of scikit-learn's names. The error for
// an unknown one, a *ParamError, lists them.
func ScorerByName(name string) (Scorer, error) {
	for _, s := range scorers() {
		if s.name == name {
			return s, nil
		}
	}
	return nil, &ParamError{"cross_val_score", "scoring", name, "one of " + strings.Join(ScorerNames(), ", ")}
}

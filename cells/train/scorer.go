package train

import (
	"context"
	"slices"
	"strings"
)

// A Scorer rates predictions: a metric with a name and a direction. It must be
// safe for concurrent use, since folds are rated side by side; one that is not
// says so by being Sequential.
type Scorer interface {
	// Name is scikit-learn's where it has one, such as "f1_macro".
	Name() string
	// GreaterIsBetter is false for losses and errors.
	GreaterIsBetter() bool
	// NeedsProba says that Score looks at Proba rather than at Codes.
	NeedsProba() bool
	// Score rates what was predicted for rows whose true labels are y. The
	// classes of y may be more or fewer than those of p. NaN means that the
	// metric is not defined on these rows: the fold is then left out of means.
	Score(ctx context.Context, y *Labels, p Predictions) (float64, error)
}

// Sequential is implemented by a Scorer that must be called on the goroutine
// that asked for the scores, once at a time, in the order of settings and folds.
type Sequential interface{ Sequential() }

// Predictions are what a model says of some rows: Codes, or for a Scorer that
// needs them, Proba.
type Predictions struct {
	Classes Classes // of the model
	Codes   []int   // the class of each row, as an index in Classes
	Proba   *Matrix // column k belongs to Classes[k]
}

// Labels are the predicted classes.
func (p Predictions) Labels() *Labels {
	return &Labels{Name: "prediction", Classes: p.Classes, Codes: p.Codes}
}

// Rate asks a model about X and rates the answer. The score is one of which
// greater is better, as scikit-learn's make_scorer gives it: that of a loss is
// negative.
func Rate(ctx context.Context, s Scorer, m Classifier, X *Matrix, y *Labels, threads Threads) (float64, error) {
	p, err := ask(ctx, s, m, X, threads)
	if err != nil {
		return 0, err
	}
	return rate(ctx, s, y, p)
}

// ask gets from a model what a scorer needs.
func ask(ctx context.Context, s Scorer, m Classifier, X *Matrix, threads Threads) (Predictions, error) {
	p := Predictions{Classes: m.Classes()}
	var err error
	if s.NeedsProba() {
		p.Proba, err = m.PredictProba(ctx, X, threads)
	} else {
		p.Codes, err = m.Predict(ctx, X, threads)
	}
	return p, err
}

func rate(ctx context.Context, s Scorer, y *Labels, p Predictions) (float64, error) {
	v, err := s.Score(ctx, y, p)
	if !s.GreaterIsBetter() {
		v = -v
	}
	return v, err
}

// scorer is a metric of predictions or of probabilities: one of the two is set.
type scorer struct {
	name    string
	loss    bool // less is better
	byClass func(yTrue, yPred *Labels) (float64, error)
	byProba func(y *Labels, proba *Matrix, classes Classes) (float64, error)
}

func (s scorer) Name() string          { return s.name }
func (s scorer) GreaterIsBetter() bool { return !s.loss }
func (s scorer) NeedsProba() bool      { return s.byProba != nil }

func (s scorer) Score(_ context.Context, y *Labels, p Predictions) (float64, error) {
	if s.byProba != nil {
		return s.byProba(y, p.Proba, p.Classes)
	}
	return s.byClass(y, p.Labels())
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
		{name: "log_loss", byProba: LogLoss, loss: true},
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

// ScorerByName is the scorer with one of scikit-learn's names, or "log_loss".
// The error for an unknown one, a *ParamError, lists them.
func ScorerByName(name string) (Scorer, error) {
	for _, s := range scorers() {
		if s.name == name {
			return s, nil
		}
	}
	return nil, &ParamError{"cross_val_score", "scoring", name, "one of " + strings.Join(ScorerNames(), ", ")}
}

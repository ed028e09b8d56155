package builtin

import (
	"context"
	"fmt"
	"math"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
)

// A Scorer is a function of a cell as a metric. It is immutable.
type Scorer struct {
	score           starlark.Callable
	greaterIsBetter bool
	needsProba      bool
}

var _ starlark.HasAttrs = (*Scorer)(nil)

func makeScorer(c *call) (starlark.Value, error) {
	s := &Scorer{greaterIsBetter: true}
	if err := c.unpack("score_func", &s.score, "greater_is_better?", &s.greaterIsBetter, "needs_proba?", &s.needsProba); err != nil {
		return nil, err
	}
	if e, ok := s.score.(*Extension); ok {
		return nil, lang.WithHint("give it as scoring or eval_metric itself", "%s: the manifest of the extension %s says which scores are better", c.fn.name, e.manifest.Name)
	}
	return s, nil
}

// String is the call that makes it.
func (s *Scorer) String() string {
	text := "make_scorer(" + s.score.Name()
	if !s.greaterIsBetter {
		text += ", greater_is_better=False"
	}
	if s.needsProba {
		text += ", needs_proba=True"
	}
	return text + ")"
}

// Type is "scorer".
func (s *Scorer) Type() string { return "scorer" }

// Freeze freezes the function.
func (s *Scorer) Freeze() { s.score.Freeze() }

// Truth is always true.
func (s *Scorer) Truth() starlark.Bool { return true }

// Hash refuses.
func (s *Scorer) Hash() (uint32, error) { return unhashable(s, "use a name as the key") }

// AttrNames are the parameters.
func (s *Scorer) AttrNames() []string {
	return []string{"greater_is_better", "needs_proba", "score_func"}
}

// Attr is a parameter.
func (s *Scorer) Attr(name string) (starlark.Value, error) {
	switch name {
	case "score_func":
		return s.score, nil
	case "greater_is_better":
		return starlark.Bool(s.greaterIsBetter), nil
	case "needs_proba":
		return starlark.Bool(s.needsProba), nil
	}
	return nil, noAttr("a scorer", name, s.AttrNames())
}

// ownMetrics are the metrics of ml that are scorers, too: these need no cell to
// be called in, and their direction is known.
var ownMetrics = map[string]string{
	"ml.accuracy_score":          "accuracy",
	"ml.balanced_accuracy_score": "balanced_accuracy",
	"ml.matthews_corrcoef":       "matthews_corrcoef",
	"ml.log_loss":                "log_loss",
	"ml.roc_auc_score":           "roc_auc_ovr", // of two classes it is the binary one
}

// scorerOf reads an argument that says by what to rate: a name, a function, or
// an extension. what is its name; functions that do not say so get
// probabilities if proba is set. free must be called when all is rated.
func (c *call) scorerOf(what string, v starlark.Value, proba bool, y *train.Labels) (s train.Scorer, free func(), err error) {
	free = func() {}
	switch v := v.(type) {
	case starlark.String:
		s, err = train.ScorerByName(string(v))
		return s, free, c.aboutArgument(what, err)
	case *Func:
		if name, ok := ownMetrics[v.name]; ok {
			s, err = train.ScorerByName(name)
			return s, free, err
		}
	case *Scorer:
		return &functionScorer{c, v, y.Name}, free, nil
	case *Extension:
		return v.scorer(c, y)
	}
	if f, ok := v.(starlark.Callable); ok {
		return &functionScorer{c, &Scorer{score: f, greaterIsBetter: true, needsProba: proba}, y.Name}, free, nil
	}
	return nil, nil, lang.WithHint(fmt.Sprintf(`write %s="f1_macro" or %s=ml.balanced_accuracy_score`, what, what),
		"%s: %s is %s", c.fn.name, what, lang.A(v.Type()))
}

// aboutArgument names the function and its argument in an error about one.
func (c *call) aboutArgument(what string, err error) error {
	if bad, ok := err.(*train.ParamError); ok {
		return &train.ParamError{Estimator: c.fn.name, Param: what, Value: bad.Value, Want: bad.Want}
	}
	return err
}

// A functionScorer is a metric that is a function of a cell. Such functions run
// one after the other, on the cell's own thread.
type functionScorer struct {
	c *call
	*Scorer
	target string // what the labels are called
}

var (
	_ train.Scorer     = (*functionScorer)(nil)
	_ train.Sequential = (*functionScorer)(nil)
)

func (s *functionScorer) Name() string          { return s.score.Name() }
func (s *functionScorer) GreaterIsBetter() bool { return s.greaterIsBetter }
func (s *functionScorer) NeedsProba() bool      { return s.needsProba }
func (s *functionScorer) Sequential()           {}

func (s *functionScorer) Score(_ context.Context, y *train.Labels, p train.Predictions) (float64, error) {
	truth, err := labelSeries(s.target, y.Classes, y.Codes)
	if err != nil {
		return 0, err
	}
	predicted, err := predictionValue(p)
	if err != nil {
		return 0, err
	}
	v, err := starlark.Call(s.c.thread, s.score, starlark.Tuple{NewSeries(truth), predicted}, nil)
	if err != nil {
		return 0, err
	}
	x, ok := asNumber(v)
	switch {
	case !ok:
		return 0, lang.WithHint("return one number, greater for a better model", "%s gave %s, not a number", s.score.Name(), lang.A(v.Type()))
	case math.IsNaN(x) || math.IsInf(x, 0):
		return 0, lang.WithHint("return a number also for rows of one class only, if folds may be such", "%s gave %s", s.score.Name(), v)
	}
	return x, nil
}

// predictionValue is what a model said, as predict or predict_proba gives it.
func predictionValue(p train.Predictions) (starlark.Value, error) {
	if p.Proba != nil {
		return probaFrame(p.Classes, p.Proba)
	}
	return seriesValue(labelSeries("prediction", p.Classes, p.Codes))
}

// probaFrame has a column for each class.
func probaFrame(classes train.Classes, proba *train.Matrix) (starlark.Value, error) {
	var columns []*frame.Series
	for k, name := range classNames(classes) {
		columns = append(columns, frame.NewFloat64(name, proba.Column(k)))
	}
	return frameValue(frame.New(columns...))
}

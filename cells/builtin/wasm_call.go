package builtin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	starlarkjson "go.starlark.net/lib/json"
	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/scorer"
	"github.com/wnb-dev/wnb/cells/train"
)

// The labels of a metric reach an extension as their values if they are numbers,
// else as their index among the classes in order. The names of the classes are
// given to wnb_configure.

// callMetric is metric(y_true, y_pred, sample_weight=None).
func (e *Extension) callMetric(c *call) (starlark.Value, error) {
	var yTrue, yPred starlark.Value
	var weights starlark.Value = starlark.None
	if err := c.unpack("y_true", &yTrue, "y_pred", &yPred, "sample_weight?", &weights); err != nil {
		return nil, err
	}
	b, classes, err := e.batch(c, yTrue, yPred)
	if err != nil {
		return nil, hinted(err)
	}
	if weights != starlark.None {
		if b.W, err = c.numbersArgument("sample_weight", weights); err != nil {
			return nil, err
		}
	}
	m, release, err := e.compiled(c)
	if err != nil {
		return nil, err
	}
	defer release()
	job, err := m.NewMetric(e.params, classNames(classes)...)
	if err != nil {
		return nil, err
	}
	defer job.Close()
	logs := e.listen(job)
	score, err := job.ScoreBatch(c.context(), b)
	if err := errors.Join(sandboxed(err), logs.show(c)); err != nil {
		return nil, err
	}
	return starlark.Float(score), nil
}

// batch is what a cell wants rated, and the classes it is about.
func (e *Extension) batch(c *call, yTrue, yPred starlark.Value) (b scorer.Batch, classes train.Classes, err error) {
	input := e.manifest.Metric.Input
	if input == "value" {
		if b.Y, err = c.numbersArgument("y_true", yTrue); err != nil {
			return b, nil, err
		}
		p, err := c.numbersArgument("y_pred", yPred)
		b.P = [][]float64{p}
		return b, nil, err
	}
	y, err := c.labelsArgument("y_true", yTrue)
	if err != nil {
		return b, nil, err
	}
	_, isFrame := yPred.(*Frame)
	switch {
	case input == "label":
		predicted, err := c.labelsArgument("y_pred", yPred)
		if err != nil {
			return b, nil, err
		}
		if y, predicted, err = train.Align(y, predicted); err != nil {
			return b, nil, err
		}
		return scorer.Batch{Y: encode(y), P: [][]float64{encode(predicted)}}, y.Classes, nil
	case input == "score" && !isFrame:
		score, err := c.numbersArgument("y_pred", yPred)
		return scorer.Batch{Y: encode(y), P: [][]float64{score}}, y.Classes, err
	}
	proba, columns, err := c.probabilities("y_pred", y, yPred)
	if err != nil {
		return b, nil, err
	}
	return e.probaBatch(y, train.Predictions{Classes: columns, Proba: proba})
}

// probaBatch is the batch for probabilities, whose columns are put in the order
// of the classes.
func (e *Extension) probaBatch(y *train.Labels, p train.Predictions) (b scorer.Batch, classes train.Classes, err error) {
	sorted, err := train.NewLabels("y_pred", p.Classes)
	if err != nil {
		return b, nil, err
	}
	classes = sorted.Classes
	if y, err = over(y, classes); err != nil {
		return b, nil, err
	}
	b.Y = encode(y)
	for k := range classes {
		b.P = append(b.P, p.Proba.Column(slices.Index(sorted.Codes, k)))
	}
	if e.manifest.Metric.Outputs == 1 && len(classes) == 2 {
		b.P = b.P[1:] // of two classes, the probability of the greater
	}
	return b, classes, nil
}

// over gives labels over other classes, all of which they must be of.
func over(y *train.Labels, classes train.Classes) (*train.Labels, error) {
	out := &train.Labels{Name: y.Name, Classes: classes, Codes: make([]int, len(y.Codes))}
	place := make([]int, len(y.Classes))
	for k, class := range y.Classes {
		place[k] = classes.Index(class)
	}
	for i, k := range y.Codes {
		if out.Codes[i] = place[k]; place[k] < 0 {
			return nil, &train.InputError{Estimator: "the metric", Column: y.Name, Row: i,
				Msg: fmt.Sprintf("class %s is none of those that were predicted", className(y.Classes[k])), Hint: "train on rows of every class"}
		}
	}
	return out, nil
}

// encode is what an extension gets of labels.
func encode(y *train.Labels) []float64 {
	numbers := make([]float64, len(y.Classes))
	for k, class := range y.Classes {
		switch class := class.(type) {
		case int64:
			numbers[k] = float64(class)
		case float64:
			numbers[k] = class
		default:
			numbers[k] = float64(k)
		}
	}
	out := make([]float64, len(y.Codes))
	for i, k := range y.Codes {
		out[i] = numbers[k]
	}
	return out
}

// An extensionScorer is a metric that rates models. The classes that its
// extension was told are those of the data.
type extensionScorer struct {
	*Extension
	job *scorer.Metric
}

var _ train.Scorer = (*extensionScorer)(nil)

// scorer sets the metric up for labels of the classes of y.
func (e *Extension) scorer(c *call, y *train.Labels) (train.Scorer, func(), error) {
	if e.manifest.Kind != scorer.KindMetric {
		return nil, nil, lang.WithHint("give a metric: wasm.metric(...)", "%s: the extension %s is a %s, which does not rate models", c.fn.name, e.manifest.Name, e.manifest.Kind)
	}
	y, _ = y.Present()
	m, release, err := e.compiled(c)
	if err != nil {
		return nil, nil, err
	}
	job, err := m.NewMetric(e.params, classNames(y.Classes)...)
	if err != nil {
		release()
		return nil, nil, err
	}
	logs := e.listen(job)
	return &extensionScorer{e, job}, func() {
		job.Close()
		release()
		_ = logs.showSorted(c) // a cell that can put out nothing more says so itself
	}, nil
}

func (s *extensionScorer) GreaterIsBetter() bool { return s.manifest.Metric.GreaterIsBetter }

func (s *extensionScorer) NeedsProba() bool {
	return s.manifest.Metric.Input == "proba" || s.manifest.Metric.Input == "score"
}

func (s *extensionScorer) Score(ctx context.Context, y *train.Labels, p train.Predictions) (float64, error) {
	var b scorer.Batch
	var err error
	if s.NeedsProba() {
		b, _, err = s.probaBatch(y, p)
	} else {
		b, err = s.labelBatch(y, p)
	}
	if err != nil {
		return 0, err
	}
	score, err := s.job.ScoreBatch(ctx, b)
	return score, sandboxed(err)
}

// labelBatch is the batch for predicted classes.
func (s *extensionScorer) labelBatch(y *train.Labels, p train.Predictions) (b scorer.Batch, err error) {
	if s.manifest.Metric.Input == "value" {
		switch p.Classes[0].(type) {
		case int64, float64:
		default:
			return b, lang.WithHint(`a metric of labels says "input": "label" in its manifest`, "the extension %s rates numbers, and the labels are of another type", s.manifest.Name)
		}
	} else if y, err = over(y, p.Classes); err != nil {
		return b, err
	}
	return scorer.Batch{Y: encode(y), P: [][]float64{encode(p.Labels())}}, nil
}

// callScorer is scorer(X).
func (e *Extension) callScorer(c *call) (starlark.Value, error) {
	var X starlark.Value
	if err := c.unpack("X", &X); err != nil {
		return nil, err
	}
	columns, err := e.columns(c, X)
	if err != nil {
		return nil, err
	}
	m, release, err := e.compiled(c)
	if err != nil {
		return nil, err
	}
	defer release()
	job, err := m.NewScorer(e.params)
	if err != nil {
		return nil, err
	}
	defer job.Close()
	logs := e.listen(job)
	out, err := job.Predict(c.context(), columns)
	if err := errors.Join(sandboxed(err), logs.show(c)); err != nil {
		return nil, err
	}
	if len(out) == 1 {
		return NewSeries(frame.NewFloat64(e.manifest.Name, out[0])), nil
	}
	var series []*frame.Series
	for k, column := range out {
		series = append(series, frame.NewFloat64(fmt.Sprintf("%s_%d", e.manifest.Name, k), column))
	}
	return frameValue(frame.New(series...))
}

// columns are the features of a row scorer: those that it names, or all.
func (e *Extension) columns(c *call, v starlark.Value) ([][]float64, error) {
	X, err := c.featuresOf(v)
	if err != nil {
		return nil, err
	}
	names := e.features()
	if s, ok := v.(*Series); ok && len(names) == 1 {
		X, err = frame.New(s.series.Rename(names[0]))
	} else if len(names) > 0 {
		X, err = X.Select(names...)
	}
	if err != nil {
		return nil, lang.WithHint("the extension takes "+shortList(names), "%s: %w", c.fn.name, err)
	}
	out := make([][]float64, X.NumColumns())
	for j := range out {
		if out[j], _, err = X.Float64Matrix(X.Columns()[j : j+1]); err != nil {
			return nil, lang.WithHint(columnsHint(X), "%s: %w", c.fn.name, err)
		}
	}
	return out, nil
}

// callTransform is transform(document): values of JSON in and out.
func (e *Extension) callTransform(c *call) (starlark.Value, error) {
	var document starlark.Value
	if err := c.unpack("document", &document); err != nil {
		return nil, err
	}
	text, err := starlark.Call(c.thread, starlarkjson.Module.Members["encode"], starlark.Tuple{document}, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: the document has no form as JSON: %w", c.fn.name, err)
	}
	m, release, err := e.compiled(c)
	if err != nil {
		return nil, err
	}
	defer release()
	job, err := m.NewTransform(e.params)
	if err != nil {
		return nil, err
	}
	defer job.Close()
	in, _ := starlark.AsString(text)
	logs := e.listen(job)
	out, err := job.Apply(c.context(), []byte(in))
	if err := errors.Join(sandboxed(err), logs.show(c)); err != nil {
		return nil, err
	}
	return starlark.Call(c.thread, starlarkjson.Module.Members["decode"], starlark.Tuple{starlark.String(out)}, nil)
}

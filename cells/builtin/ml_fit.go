package builtin

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
)

// trainingData are the arguments of a fit.
type trainingData struct {
	features *frame.Frame
	target   *frame.Series
	X        *train.Matrix
	y        *train.Labels
}

// trainingData reads X and y.
func (c *call) trainingData(X, y starlark.Value) (*trainingData, error) {
	d := &trainingData{}
	var err error
	if d.features, err = c.featuresOf(X); err != nil {
		return nil, err
	}
	if d.target, err = c.columnArgument("y", y); err != nil {
		return nil, err
	}
	if d.X, err = matrixOf(d.features); err != nil {
		return nil, err
	}
	if d.y, err = labelsOf(d.target); err != nil {
		return nil, err
	}
	return d, c.warnOfLeak(d)
}

// warnOfLeak warns of labels that are among the features: every score would be
// perfect, and mean nothing.
func (c *call) warnOfLeak(d *trainingData) error {
	name := d.target.Name()
	if column, err := d.features.Column(name); err != nil || !column.Equal(d.target) {
		return nil // no column has that name, or it is another one
	}
	return warnOnce(c, []string{fmt.Sprintf("the labels %q are also among the features; leave the column out of X", name)})
}

// hash covers all that a fit is told: names, types and values of X and y.
func (d *trainingData) hash() string {
	X, y := d.features.Hash(), d.target.Hash()
	sum := sha256.Sum256(append(X[:], y[:]...))
	return hex.EncodeToString(sum[:])
}

func fitEstimator(e *Estimator, c *call) (starlark.Value, error) {
	var X, y starlark.Value
	var evalSet, evalMetric starlark.Value = starlark.None, starlark.None
	if err := c.unpack("X", &X, "y", &y, "eval_set?", &evalSet, "eval_metric?", &evalMetric); err != nil {
		return nil, err
	}
	d, err := c.trainingData(X, y)
	if err != nil {
		return nil, err
	}
	losses := &lossCurve{}
	opts := train.FitOptions{Threads: c.threads(), Progress: losses.add}
	var fitted train.Classifier
	if evalSet == starlark.None && evalMetric == starlark.None {
		fitted, err = e.final.Fit(c.context(), d.X, d.y, opts)
	} else {
		fitted, err = c.fitWatched(e, d, evalSet, evalMetric, opts)
	}
	if err != nil {
		return nil, hinted(err)
	}
	if err := warnOnce(c, train.WarningsOf(fitted)); err != nil {
		return nil, err
	}
	m := &Model{fitted: fitted, estimator: e, rows: d.X.Rows, target: d.target.Name()}
	if err := logFit(c, e, d, losses, m.evaluations()); err != nil {
		return nil, err
	}
	return m, nil
}

// fitWatched fits with rows and a metric to watch, both of which may be None.
func (c *call) fitWatched(e *Estimator, d *trainingData, set, metric starlark.Value, opts train.FitOptions) (train.Classifier, error) {
	f, ok := e.final.(train.EvalFitter)
	if !ok {
		return nil, lang.WithHint("leave eval_set and eval_metric out, or fit a GradientBoostingClassifier", "%s is not fitted in stages that could be watched", e.name())
	}
	var eval train.Evaluation
	if set != starlark.None {
		var err error
		if eval.X, eval.Y, err = c.evalSet(d, set); err != nil {
			return nil, err
		}
	}
	if metric != starlark.None {
		scorer, free, err := c.scorerOf("eval_metric", metric, true, d.y)
		if err != nil {
			return nil, err
		}
		defer free()
		eval.Metric = scorer
	}
	return f.FitEval(c.context(), d.X, d.y, eval, opts)
}

// evalSet reads a pair of features and labels, or a list of one such pair. The
// columns are found by name.
func (c *call) evalSet(d *trainingData, v starlark.Value) (*train.Matrix, *train.Labels, error) {
	if list, ok := v.(*starlark.List); ok && list.Len() == 1 {
		v = list.Index(0)
	}
	pair, ok := v.(starlark.Tuple)
	if !ok || len(pair) != 2 {
		return nil, nil, lang.WithHint(`write eval_set=(valid[features], valid["label"])`, "%s: eval_set is a pair of features and labels, not %s", c.fn.name, lang.A(v.Type()))
	}
	features, err := c.featuresOf(pair[0])
	if err != nil {
		return nil, nil, err
	}
	if _, isSeries := pair[0].(*Series); !isSeries || d.features.NumColumns() > 1 {
		if features, err = features.Select(d.features.Columns()...); err != nil {
			return nil, nil, lang.WithHint("give the columns that the model is trained on", "%s: eval_set: %w", c.fn.name, err)
		}
	} else if features, err = frame.New(features.At(0).Rename(d.features.Columns()[0])); err != nil {
		return nil, nil, err
	}
	X, err := matrixOf(features)
	if err != nil {
		return nil, nil, err
	}
	y, err := c.labelsArgument("eval_set", pair[1])
	return X, y, err
}

package builtin

import (
	"fmt"
	"slices"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
)

var transformerMethods = newMethods("transformer",
	method[*Estimator]{"fit", "X, y=None", "Learns from the features X, and gives a fitted transformer. In a pipeline this is done as part of its fit.",
		`scaler = ml.StandardScaler().fit(wine[features])`, fitTransformer},
	method[*Estimator]{"fit_transform", "X, y=None", "Learns from X and gives X transformed. For data that is split later, use a pipeline: it learns from the training rows only.",
		"ml.StandardScaler().fit_transform(wine[features])", fitTransform},
)

// A Transformer is a transformer that has seen data. It is immutable.
type Transformer struct {
	fitted    train.FittedTransformer
	estimator *Estimator
}

var _ starlark.HasAttrs = (*Transformer)(nil)

// String is one line.
func (t *Transformer) String() string { return fmt.Sprintf("<fitted %s>", t.estimator) }

// Type is "fitted_transformer".
func (t *Transformer) Type() string { return "fitted_transformer" }

// Freeze does nothing: nothing changes a transformer.
func (t *Transformer) Freeze() {}

// Truth is always true.
func (t *Transformer) Truth() starlark.Bool { return true }

// Hash refuses.
func (t *Transformer) Hash() (uint32, error) {
	return unhashable(t, "use a name as the key and the transformer as the value")
}

var fittedTransformerMethods = newMethods("fitted_transformer",
	method[*Transformer]{"transform", "X", "Gives X transformed, as a frame. Columns are found by name.", "ml.StandardScaler().fit(wine[features]).transform(wine[features])", transform},
)

// AttrNames are properties and methods.
func (t *Transformer) AttrNames() []string {
	names := append(fittedTransformerMethods.names(), "feature_names")
	if _, ok := t.fitted.(*train.FittedScaler); ok {
		names = append(names, "mean", "scale", "var")
	}
	slices.Sort(names)
	return names
}

// Attr is a property or a method.
func (t *Transformer) Attr(name string) (starlark.Value, error) {
	if m := fittedTransformerMethods.bind(t, name); m != nil {
		return m, nil
	}
	if name == "feature_names" {
		return stringList(t.fitted.FeatureNames()), nil
	}
	if s, ok := t.fitted.(*train.FittedScaler); ok {
		switch name {
		case "mean":
			return t.perFeature(name, s.Mean())
		case "scale":
			return t.perFeature(name, s.Scale())
		case "var":
			return t.perFeature(name, s.Var())
		}
	}
	return nil, noAttr("a fitted "+t.estimator.name(), name, t.AttrNames())
}

// perFeature is a frame with a number for each feature.
func (t *Transformer) perFeature(name string, values []float64) (starlark.Value, error) {
	return frameValue(frame.New(frame.NewString("feature", t.fitted.FeatureNames()), frame.NewFloat64(name, values)))
}

func (e *Estimator) fitOn(c *call) (*Transformer, starlark.Value, error) {
	var X starlark.Value
	var y starlark.Value = starlark.None
	if err := c.unpack("X", &X, "y?", &y); err != nil {
		return nil, nil, err
	}
	features, err := c.featuresOf(X)
	if err != nil {
		return nil, nil, err
	}
	matrix, err := matrixOf(features)
	if err != nil {
		return nil, nil, err
	}
	fitted, err := e.transformer.Fit(c.context(), matrix, train.FitOptions{Threads: c.threads()})
	if err != nil {
		return nil, nil, hinted(err)
	}
	return &Transformer{fitted, e}, X, nil
}

func fitTransformer(e *Estimator, c *call) (starlark.Value, error) {
	t, _, err := e.fitOn(c)
	if err != nil {
		return nil, err
	}
	return t, nil
}

func fitTransform(e *Estimator, c *call) (starlark.Value, error) {
	t, X, err := e.fitOn(c)
	if err != nil {
		return nil, err
	}
	return t.apply(c, X)
}

func transform(t *Transformer, c *call) (starlark.Value, error) {
	var X starlark.Value
	if err := c.unpack("X", &X); err != nil {
		return nil, err
	}
	return t.apply(c, X)
}

func (t *Transformer) apply(c *call, v starlark.Value) (starlark.Value, error) {
	X, err := c.featuresOf(v)
	if err != nil {
		return nil, err
	}
	if X, err = X.Select(t.fitted.FeatureNames()...); err != nil {
		return nil, lang.WithHint("give the columns that it was fitted on", "%s: %w", c.fn.name, err)
	}
	matrix, err := matrixOf(X)
	if err != nil {
		return nil, err
	}
	out, err := t.fitted.Transform(c.context(), matrix, c.threads())
	if err != nil {
		return nil, hinted(err)
	}
	columns := make([]*frame.Series, out.Cols)
	for j := range columns {
		columns[j] = frame.NewFloat64(out.ColumnName(j), out.Column(j))
	}
	return frameValue(frame.New(columns...))
}

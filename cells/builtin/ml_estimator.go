package builtin

import (
	"context"
	"fmt"
	"html"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
)

// An Estimator is a model or a transformer that has not seen data: a name and
// parameters. It is immutable; fit gives a new value.
type Estimator struct {
	final       train.Estimator   // nil for a transformer
	transformer train.Transformer // nil for a model
	steps       []namedStep       // of a pipeline
	// shown are the parameters that were given, in order; String shows these.
	shown []string
	given map[string]starlark.Value
}

type namedStep struct {
	name      string // as the training library has it
	label     string // as it is logged
	estimator *Estimator
}

var (
	_ starlark.HasAttrs = (*Estimator)(nil)
	_ Renderer          = (*Estimator)(nil)
)

// Spec is the estimator itself, nil for a transformer.
func (e *Estimator) Spec() train.Estimator { return e.final }

func (e *Estimator) name() string {
	if e.final != nil {
		return e.final.Name()
	}
	return e.transformer.Name()
}

// String is the call that makes it, with the parameters that were given.
func (e *Estimator) String() string {
	if e.steps != nil {
		parts := make([]string, len(e.steps))
		for i, s := range e.steps {
			parts[i] = s.estimator.String()
			if s.label == s.name { // it was named by the cell
				parts[i] = fmt.Sprintf("(%s, %s)", starlark.String(s.name), parts[i])
			}
		}
		return "Pipeline([" + strings.Join(parts, ", ") + "])"
	}
	parts := make([]string, len(e.shown))
	for i, name := range e.shown {
		parts[i] = name + "=" + e.given[name].String()
	}
	return e.name() + "(" + strings.Join(parts, ", ") + ")"
}

// Type is "estimator", or "transformer".
func (e *Estimator) Type() string {
	if e.final == nil {
		return "transformer"
	}
	return "estimator"
}

// Freeze does nothing: nothing changes an estimator.
func (e *Estimator) Freeze() {}

// Truth is always true.
func (e *Estimator) Truth() starlark.Bool { return true }

// Hash refuses.
func (e *Estimator) Hash() (uint32, error) {
	return unhashable(e, "use its name as the key and the estimator as the value")
}

// Render shows the call that makes it.
func (e *Estimator) Render(context.Context) (map[string][]byte, error) {
	text := e.String()
	return map[string][]byte{
		"text/plain": []byte(text),
		"text/html":  []byte(`<code class="wnb-estimator">` + html.EscapeString(text) + "</code>"),
	}, nil
}

// params are all parameters with their effective values, under the names that
// cells use.
func (e *Estimator) params() []train.Param {
	var params []train.Param
	if e.final != nil {
		params = slices.Clone(e.final.Params())
	} else {
		params = slices.Clone(e.transformer.Params())
	}
	for i, p := range params {
		params[i].Name = ownName(p.Name)
	}
	return params
}

// afterFit tells what only the fitted value has.
func (e *Estimator) afterFit(name string) bool {
	if e.final == nil {
		return slices.Contains([]string{"transform", "mean", "scale", "var"}, name)
	}
	return modelMethods.has(name) || slices.Contains([]string{"classes", "coef", "feature_importances", "feature_names", "intercept", "n_iter", "n_estimators", "best_iteration", "best_score", "evals_result"}, name)
}

// AttrNames are the parameters and methods.
func (e *Estimator) AttrNames() []string {
	names := append(e.methods().names(), "name", "params")
	for _, p := range e.params() {
		if isIdentifier(p.Name) {
			names = append(names, p.Name)
		}
	}
	if e.steps != nil {
		names = append(names, "steps")
	}
	slices.Sort(names)
	return names
}

func (e *Estimator) methods() *methods[*Estimator] {
	if e.final == nil {
		return transformerMethods
	}
	return estimatorMethods
}

// Attr is a parameter or a method.
func (e *Estimator) Attr(name string) (starlark.Value, error) {
	switch name {
	case "name":
		return starlark.String(e.name()), nil
	case "params":
		return dictOfParams(e.params())
	case "random_state":
		name = "seed"
	case "steps":
		if e.steps != nil {
			return e.stepList(), nil
		}
	}
	for _, p := range e.params() {
		if p.Name == name {
			return toStarlark(p.Value)
		}
	}
	if m := e.methods().bind(e, name); m != nil {
		return m, nil
	}
	if e.afterFit(name) {
		return nil, lang.WithHint("fit it first: m = "+e.name()+"(...).fit(...); then m."+name, "%s has not been fitted, so it has no `%s`", e.name(), name)
	}
	return nil, noAttr(e.name(), name, e.AttrNames())
}

func (e *Estimator) stepList() *starlark.List {
	out := make([]starlark.Value, len(e.steps))
	for i, s := range e.steps {
		out[i] = starlark.Tuple{starlark.String(s.name), s.estimator}
	}
	return starlark.NewList(out)
}

var estimatorMethods = newMethods("estimator",
	method[*Estimator]{"fit", "X, y, eval_set=None, eval_metric=None", "Trains on the features X, a frame with a row per sample, and their labels y, and gives a fitted model. The estimator stays as it is. Parameters and losses are logged to the run unless track.autolog(False) was called. Boosting rates itself after every tree on eval_set, a pair of features and labels, by eval_metric: the log-loss, a name as for scoring, a function f(y_true, y_proba), ml.make_scorer or wasm.metric. See evals_result and best_iteration of the model.",
		`model = ml.LogisticRegression(max_iter=1000).fit(wine[features], wine["cultivar"])`, fitEstimator},
)

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
		if base, ok := strings.CutSuffix(p.Name, "random_state"); ok {
			params[i].Name = base + "seed"
		}
	}
	return params
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
	switch name {
	case "predict", "predict_proba", "score", "save", "coef", "intercept", "classes", "feature_importances", "transform":
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
	method[*Estimator]{"fit", "X, y", "Trains on the features X, a frame with a row per sample, and their labels y, and gives a fitted model. The estimator stays as it is. Parameters and losses are logged to the run unless track.autolog(False) was called.",
		`model = ml.LogisticRegression(max_iter=1000).fit(wine[features], wine["cultivar"])`, fitEstimator},
)

func makePipeline(c *call) (starlark.Value, error) {
	var steps starlark.Value
	if err := c.unpack("steps", &steps); err != nil {
		return nil, err
	}
	xs, ok := listOf(steps)
	if !ok {
		return nil, lang.WithHint("write ml.Pipeline([ml.StandardScaler(), ml.LogisticRegression()])", "ml.Pipeline: steps is a list, not %s %s", article(steps.Type()), steps.Type())
	}
	var names []string
	var parts []*Estimator
	err := eachValue("ml.Pipeline", xs, func(v starlark.Value) error {
		name, part, err := pipelineStep(len(parts), v)
		names, parts = append(names, name), append(parts, part)
		return err
	})
	if err != nil {
		return nil, err
	}
	return newPipeline(names, parts)
}

// pipelineStep reads an estimator, or a pair of a name and one.
func pipelineStep(i int, v starlark.Value) (name string, part *Estimator, err error) {
	if pair, ok := v.(starlark.Tuple); ok && len(pair) == 2 {
		if s, ok := starlark.AsString(pair[0]); ok {
			name, v = s, pair[1]
			if name == "" {
				return "", nil, fmt.Errorf("ml.Pipeline: the name of step %d is empty", i)
			}
		}
	}
	part, ok := v.(*Estimator)
	if !ok {
		return "", nil, lang.WithHint(`a step is an estimator, ml.StandardScaler(), or a pair, ("scale", ml.StandardScaler())`,
			"ml.Pipeline: step %d is %s %s", i, article(v.Type()), v.Type())
	}
	return name, part, nil
}

// newPipeline puts steps together; those without a name are named after what
// they are.
func newPipeline(names []string, parts []*Estimator) (*Estimator, error) {
	if len(parts) == 0 {
		return nil, lang.WithHint("write ml.Pipeline([ml.StandardScaler(), ml.LogisticRegression()])", "ml.Pipeline: there are no steps")
	}
	last := len(parts) - 1
	if parts[last].final == nil {
		return nil, lang.WithHint("add an estimator, such as ml.LogisticRegression()", "ml.Pipeline: the last step, %s, cannot predict", parts[last].name())
	}
	var transformers []train.Transformer
	for i, p := range parts[:last] {
		if p.transformer == nil {
			return nil, lang.WithHint("put it last, and transformers before it", "ml.Pipeline: step %d, %s, is not a transformer", i, p.name())
		}
		transformers = append(transformers, p.transformer)
	}
	spec := train.MakePipeline(transformers, parts[last].final)
	for i, name := range names {
		switch {
		case name == "":
		case i == last:
			spec.FinalName = name
		default:
			spec.Steps[i].Name = name
		}
	}
	if err := train.Check(spec); err != nil {
		return nil, hinted(err)
	}
	e := &Estimator{final: spec}
	for i, p := range parts {
		s := namedStep{name: spec.FinalName, label: names[i], estimator: p}
		if i < last {
			s.name = spec.Steps[i].Name
		}
		e.steps = append(e.steps, s)
	}
	e.labelSteps()
	return e, nil
}

// labelSteps labels the steps that were not named: by what they are, and from
// the second of a kind on by a number, too.
func (e *Estimator) labelSteps() {
	used := map[string]int{}
	for _, s := range e.steps {
		used[s.label]++
	}
	for i, s := range e.steps {
		if s.label != "" {
			continue
		}
		label := s.estimator.name()
		for n := 2; used[label] > 0; n++ {
			label = fmt.Sprintf("%s-%d", s.estimator.name(), n)
		}
		used[label]++
		e.steps[i].label = label
	}
}

func buildEstimator(c *call) (starlark.Value, error) {
	var spec *starlark.Dict
	if err := c.unpack("spec", &spec); err != nil {
		return nil, err
	}
	return estimatorOf(spec)
}

// estimatorOf makes an estimator of a dict with its type and parameters.
func estimatorOf(spec *starlark.Dict) (*Estimator, error) {
	var kind starlark.Value
	var params []starlark.Tuple
	err := entries("ml.build", spec, func(key string, v starlark.Value) error {
		if key == "type" {
			kind = v
		} else {
			params = append(params, starlark.Tuple{starlark.String(key), v})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	name, ok := kind.(starlark.String)
	if !ok {
		return nil, lang.WithHint(`write ml.build({"type": "logreg", "C": 0.5})`, `ml.build: the entry "type" must name an estimator`)
	}
	if strings.EqualFold(string(name), "Pipeline") {
		return pipelineOf(params)
	}
	k, err := kindNamed(string(name))
	if err != nil {
		return nil, err
	}
	return k.build(params)
}

func pipelineOf(params []starlark.Tuple) (*Estimator, error) {
	s := newSettings("Pipeline", params)
	steps, ok := s.get("steps").(*starlark.List)
	if err := s.done(); err != nil {
		return nil, err
	}
	if !ok {
		return nil, lang.WithHint(`write {"type": "Pipeline", "steps": [{"type": "standard_scaler"}, {"type": "logreg"}]}`, `ml.build: a Pipeline needs "steps", a list`)
	}
	var parts []*Estimator
	err := eachValue("ml.build", steps, func(v starlark.Value) error {
		part, isEstimator := v.(*Estimator)
		if d, ok := v.(*starlark.Dict); ok {
			var err error
			if part, err = estimatorOf(d); err != nil {
				return err
			}
		} else if !isEstimator {
			return fmt.Errorf("ml.build: step %d is %s %s, not a dict", len(parts), article(v.Type()), v.Type())
		}
		parts = append(parts, part)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return newPipeline(make([]string, len(parts)), parts)
}

// unknownModel says which types there are.
func unknownModel(name string, known []string) error {
	slices.Sort(known)
	hint := "known are " + strings.Join(known, ", ")
	if best := lang.Suggest(name, known); best != "" {
		hint = fmt.Sprintf("did you mean %q? %s", best, hint)
	}
	return lang.WithHint(hint, "ml.build: there is no type of model %q", name)
}

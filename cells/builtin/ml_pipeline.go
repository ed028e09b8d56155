package builtin

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
)

func makePipeline(c *call) (starlark.Value, error) {
	var steps starlark.Value
	if err := c.unpack("steps", &steps); err != nil {
		return nil, err
	}
	xs, ok := listOf(steps)
	if !ok {
		return nil, lang.WithHint("write ml.Pipeline([ml.StandardScaler(), ml.LogisticRegression()])", "ml.Pipeline: steps is a list, not %s", lang.A(steps.Type()))
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
			"ml.Pipeline: step %d is %s", i, lang.A(v.Type()))
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
	s, err := newSettings("Pipeline", params)
	if err == nil {
		err = s.only([]string{"steps"})
	}
	if err != nil {
		return nil, err
	}
	steps, ok := s.values["steps"].(*starlark.List)
	if !ok {
		return nil, lang.WithHint(`write {"type": "Pipeline", "steps": [{"type": "standard_scaler"}, {"type": "logreg"}]}`, `ml.build: a Pipeline needs "steps", a list`)
	}
	var parts []*Estimator
	err = eachValue("ml.build", steps, func(v starlark.Value) error {
		part, isEstimator := v.(*Estimator)
		if d, ok := v.(*starlark.Dict); ok {
			var err error
			if part, err = estimatorOf(d); err != nil {
				return err
			}
		} else if !isEstimator {
			return fmt.Errorf("ml.build: step %d is %s, not a dict", len(parts), lang.A(v.Type()))
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

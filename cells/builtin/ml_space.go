package builtin

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
)

// A Distribution is what a random search draws a parameter from. It is
// immutable.
type Distribution struct {
	name      string // loguniform
	low, high starlark.Value
	draws     train.Distribution
}

var _ starlark.HasAttrs = (*Distribution)(nil)

// distributionFuncs make distributions.
func distributionFuncs() []*Func {
	return []*Func{
		{"uniform", "low, high", "For ml.RandomizedSearchCV: a number from low to high, each as likely as the others.", "ml.uniform(0.1, 0.9)", makeDistribution},
		{"loguniform", "low, high", "For ml.RandomizedSearchCV: a number from low to high, each order of magnitude as likely as the others.", "ml.loguniform(0.001, 100)", makeDistribution},
		{"randint", "low, high", "For ml.RandomizedSearchCV: a whole number from low to high - 1.", "ml.randint(2, 10)", makeDistribution},
	}
}

func makeDistribution(c *call) (starlark.Value, error) {
	var low, high starlark.Value
	if err := c.unpack("low", &low, "high", &high); err != nil {
		return nil, err
	}
	return newDistribution(strings.TrimPrefix(c.fn.name, "ml."), low, high)
}

func newDistribution(name string, low, high starlark.Value) (*Distribution, error) {
	d := &Distribution{name: name, low: low, high: high}
	if name == "randint" {
		a, err := starlark.AsInt32(low)
		b, err2 := starlark.AsInt32(high)
		if err != nil || err2 != nil {
			return nil, fmt.Errorf("ml.randint: low and high are whole numbers, not %s and %s", low, high)
		}
		d.draws = train.IntRange{Low: a, High: b}
	} else {
		a, ok := asNumber(low)
		b, ok2 := asNumber(high)
		if !ok || !ok2 {
			return nil, fmt.Errorf("ml.%s: low and high are numbers, not %s and %s", name, low, high)
		}
		if d.draws = train.Distribution(train.Uniform{Low: a, High: b}); name == "loguniform" {
			d.draws = train.LogUniform{Low: a, High: b}
		}
	}
	return d, hinted(train.Check(d.draws))
}

// String is the call that makes it.
func (d *Distribution) String() string { return fmt.Sprintf("%s(%s, %s)", d.name, d.low, d.high) }

// Type is "distribution".
func (d *Distribution) Type() string { return "distribution" }

// Freeze does nothing: nothing changes it.
func (d *Distribution) Freeze() {}

// Truth is always true.
func (d *Distribution) Truth() starlark.Bool { return true }

// Hash refuses.
func (d *Distribution) Hash() (uint32, error) { return unhashable(d, "use a name as the key") }

// AttrNames are the limits.
func (d *Distribution) AttrNames() []string { return []string{"high", "low"} }

// Attr is a limit.
func (d *Distribution) Attr(name string) (starlark.Value, error) {
	switch name {
	case "low":
		return d.low, nil
	case "high":
		return d.high, nil
	}
	return nil, noAttr("a distribution", name, d.AttrNames())
}

// space reads what a search is to try. Each value of each parameter is tried on
// the estimator, so that what it refuses is known before anything is fitted.
func (s *Searcher) space() error {
	var dicts []*starlark.Dict
	if d, ok := s.tries.(*starlark.Dict); ok {
		dicts = append(dicts, d)
	} else if list, ok := s.tries.(*starlark.List); ok && !s.random() {
		for i := range list.Len() {
			if d, ok := list.Index(i).(*starlark.Dict); ok {
				dicts = append(dicts, d)
			}
		}
		if len(dicts) < list.Len() {
			return s.refuse("%s is a list of more than dicts", s.spaceName())
		}
	} else {
		return s.refuse("%s is %s", s.spaceName(), lang.A(s.tries.Type()))
	}
	for _, d := range dicts {
		grid := train.ParamGrid{}
		err := entries("ml."+s.name, d, func(name string, v starlark.Value) error { return s.parameter(grid, name, v) })
		if err != nil {
			return err
		}
		s.grids = append(s.grids, grid)
	}
	return nil
}

func (s *Searcher) spaceName() string {
	if s.random() {
		return "param_distributions"
	}
	return "param_grid"
}

func (s *Searcher) refuse(format string, args ...any) error {
	return lang.WithHint(`write {"C": [0.1, 1, 10]}: a dict of parameters and the values to try; in a pipeline a parameter is step__name`,
		"ml."+s.name+": "+format, args...)
}

// parameter reads the values to try of one parameter.
func (s *Searcher) parameter(grid train.ParamGrid, name string, v starlark.Value) error {
	own := ownName(name)
	if d, ok := v.(*Distribution); ok && s.random() {
		s.dists[libraryName(own)] = d.draws
		return s.inSpace(s.estimator.knows(own, d.low))
	}
	values, ok := listOf(v)
	if !ok {
		return s.refuse("the values of %q are %s, not a list", name, lang.A(v.Type()))
	}
	var choice train.Choice
	err := eachValue("ml."+s.name, values, func(x starlark.Value) error {
		choice = append(choice, paramOf(x))
		_, err := s.estimator.with(own, x)
		return s.inSpace(err)
	})
	if err != nil {
		return err
	}
	if len(choice) == 0 {
		return s.refuse("there are no values for %q", name)
	}
	grid[libraryName(own)], s.dists[libraryName(own)] = choice, choice
	return nil
}

func (s *Searcher) inSpace(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("ml.%s: %s: %w", s.name, s.spaceName(), err)
}

// knows refuses the name of a parameter that there is not. What is drawn for one
// that there is may be any value: v is only for the message.
func (e *Estimator) knows(name string, v starlark.Value) error {
	if slices.ContainsFunc(e.params(), func(p train.Param) bool { return p.Name == name }) {
		return nil
	}
	_, err := e.with(name, v)
	return err
}

// with gives the estimator with another value of one parameter, of a pipeline
// step__param.
func (e *Estimator) with(name string, v starlark.Value) (*Estimator, error) {
	if e.steps == nil {
		k, err := kindNamed(e.name())
		if err != nil {
			return nil, err
		}
		params := []starlark.Tuple{{starlark.String(name), v}}
		for _, given := range e.shown {
			if given != name {
				params = append(params, starlark.Tuple{starlark.String(given), e.given[given]})
			}
		}
		return k.build(params)
	}
	return e.withStep(name, v)
}

// withStep is with for a pipeline.
func (e *Estimator) withStep(name string, v starlark.Value) (*Estimator, error) {
	step, param, nested := strings.Cut(name, "__")
	names, parts := make([]string, len(e.steps)), make([]*Estimator, len(e.steps))
	var known []string
	found := false
	for i, s := range e.steps {
		known = append(known, s.name)
		if parts[i] = s.estimator; s.label == s.name {
			names[i] = s.name
		}
		if nested && s.name == step {
			var err error
			if parts[i], err = s.estimator.with(param, v); err != nil {
				return nil, err
			}
			found = true
		}
	}
	if !found {
		last := name
		if i := strings.LastIndex(name, "__"); i >= 0 {
			last = name[i+2:]
		}
		return nil, lang.WithHint(fmt.Sprintf("the steps are %s; write %q", strings.Join(known, ", "), known[len(known)-1]+"__"+last), "the pipeline has no parameter `%s`", name)
	}
	return newPipeline(names, parts)
}

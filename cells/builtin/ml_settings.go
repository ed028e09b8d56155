package builtin

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
)

// seedName is what cells call the parameter random_state of the training
// library; they may give it under either name.
const seedName = "seed"

// ownName is a parameter, or step__param, as cells see it.
func ownName(name string) string {
	if base, ok := strings.CutSuffix(name, "random_state"); ok {
		return base + seedName
	}
	return name
}

// libraryName is a parameter, or step__param, as the training library has it.
func libraryName(name string) string {
	if base, ok := strings.CutSuffix(name, seedName); ok && (base == "" || strings.HasSuffix(base, "__")) {
		return base + "random_state"
	}
	return name
}

// settings are the parameters that were given to an estimator, by their own
// names.
type settings struct {
	of      string // the estimator
	values  map[string]starlark.Value
	written map[string]string // the names as the cell wrote them
}

// newSettings takes keyword arguments.
func newSettings(of string, kwargs []starlark.Tuple) (*settings, error) {
	s := &settings{of: of, values: map[string]starlark.Value{}, written: map[string]string{}}
	for _, kw := range kwargs {
		written, _ := starlark.AsString(kw[0])
		name := ownName(written)
		if _, twice := s.values[name]; twice {
			return nil, lang.WithHint("leave one of them out", "%s: %s is given twice", of, name)
		}
		s.values[name], s.written[name] = kw[1], written
	}
	return s, nil
}

// needless tells what to do about parameters of scikit-learn that are not here.
var needless = map[string]string{
	"n_jobs":     "leave it out: a fit uses all processors, and gives the same result for any number",
	"solver":     "leave it out: the solver is chosen by the size of the problem",
	"verbose":    "leave it out: the loss of each iteration is logged",
	"warm_start": "leave it out: every fit starts anew",
	"copy":       "leave it out: frames never change",
	seedName:     "leave it out: there is nothing random in it",
}

// only refuses names that are not known, the first in alphabetical order.
func (s *settings) only(known []string) error {
	known = slices.Sorted(slices.Values(known))
	for _, name := range slices.Sorted(maps.Keys(s.values)) {
		if slices.Contains(known, name) {
			continue
		}
		hint := "it takes " + strings.Join(known, ", ")
		if len(known) == 0 {
			hint = "it takes none"
		}
		if best := lang.Suggest(name, known); best != "" {
			hint = "did you mean `" + best + "`? " + hint
		}
		if advice, ok := needless[name]; ok {
			hint = advice
		}
		return lang.WithHint(hint, "%s has no parameter `%s`", s.of, s.written[name])
	}
	return nil
}

// apply gives spec with the settings, and their names in the order of its
// parameters.
func (s *settings) apply(spec train.Spec) (out train.Spec, shown []string, err error) {
	var known []string
	for _, p := range spec.Params() {
		known = append(known, ownName(p.Name))
	}
	if err := s.only(known); err != nil {
		return nil, nil, err
	}
	for _, name := range known {
		v, given := s.values[name]
		if !given {
			continue
		}
		shown = append(shown, name)
		if spec, err = train.WithParams(spec, train.Param{Name: libraryName(name), Value: paramOf(v)}); err != nil {
			return nil, nil, s.asWritten(err)
		}
	}
	return spec, shown, hinted(train.Check(spec))
}

// asWritten names the seed as the cell did.
func (s *settings) asWritten(err error) error {
	var bad *train.ParamError
	if errors.As(err, &bad) && bad.Param == "random_state" {
		return &train.ParamError{Estimator: bad.Estimator, Param: s.written[seedName], Value: bad.Value, Want: bad.Want}
	}
	return err
}

// paramOf is a value for the training library: a plain one, or what it refuses.
func paramOf(v starlark.Value) any {
	if x, err := scalarOf(v); err == nil {
		return x
	}
	return v
}

// asNumber is a number that is not a bool.
func asNumber(v starlark.Value) (float64, bool) {
	switch v.(type) {
	case starlark.Int, starlark.Float:
		return starlark.AsFloat(v)
	}
	return 0, false
}

// seedOf is the seed that was given as seed or random_state; without one, or
// with None, it is 0: the same notebook gives the same result.
func seedOf(of string, v starlark.Value) (uint32, error) {
	if v == starlark.None {
		return 0, nil
	}
	i, ok := v.(starlark.Int)
	n, fits := i.Int64()
	if !ok || !fits || n < 0 || n > math.MaxUint32 {
		return 0, &train.ParamError{Estimator: of, Param: seedName, Value: v, Want: "a whole number from 0 to 4294967295"}
	}
	return uint32(n), nil
}

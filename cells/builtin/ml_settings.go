package builtin

import (
	"math"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
)

// settings read the parameters that were given to an estimator. Asking for one
// makes it known, so that what was given and never asked for is unknown. The
// first error is kept.
//
// The training library takes a zero for its default; here a parameter that was
// not given is zero, and one that was given as zero is refused where the
// library would take it for something else.
type settings struct {
	of       string // the estimator
	given    map[string]starlark.Value
	asked    []string
	seedName string // what the seed was called: seed or random_state
	err      error
}

// newSettings takes the keyword arguments of a constructor.
func newSettings(of string, kwargs []starlark.Tuple) *settings {
	s := &settings{of: of, given: map[string]starlark.Value{}, seedName: "seed"}
	for _, kw := range kwargs {
		name, _ := starlark.AsString(kw[0])
		if name == "random_state" {
			s.seedName, name = name, "seed"
		}
		if _, twice := s.given[name]; twice {
			s.err = lang.WithHint("leave one of them out", "%s: %s is given twice", of, name)
		}
		s.given[name] = kw[1]
	}
	return s
}

// get is a parameter, nil if it was not given.
func (s *settings) get(name string) starlark.Value {
	s.asked = append(s.asked, name)
	return s.given[name]
}

func (s *settings) refuse(name, want string) {
	if s.err == nil {
		s.err = &train.ParamError{Estimator: s.of, Param: s.written(name), Value: s.given[name], Want: want}
	}
}

// written is a parameter as the cell wrote it.
func (s *settings) written(name string) string {
	if name == "seed" {
		return s.seedName
	}
	return name
}

// positive is a number above 0; 0 if it was not given.
func (s *settings) positive(name string) float64 {
	v := s.get(name)
	if v == nil {
		return 0
	}
	x, ok := asNumber(v)
	if !ok || !(x > 0) || math.IsInf(x, 0) {
		s.refuse(name, "a number above 0")
	}
	return x
}

// asNumber is a number that is not a bool.
func asNumber(v starlark.Value) (float64, bool) {
	switch v.(type) {
	case starlark.Int, starlark.Float:
		return starlark.AsFloat(v)
	}
	return 0, false
}

// count is a whole number of at least 1; 0 if it was not given.
func (s *settings) count(name string) int {
	v := s.get(name)
	if v == nil {
		return 0
	}
	return s.whole(name, v, "a whole number from 1")
}

// countOrNone is count, where None is 0, too.
func (s *settings) countOrNone(name string) int {
	v := s.get(name)
	if v == nil || v == starlark.None {
		return 0
	}
	return s.whole(name, v, "a whole number from 1, or None for no limit")
}

func (s *settings) whole(name string, v starlark.Value, want string) int {
	n, err := starlark.AsInt32(v)
	if err != nil || n < 1 {
		s.refuse(name, want)
	}
	return n
}

// flag is a bool.
func (s *settings) flag(name string, otherwise bool) bool {
	v := s.get(name)
	if v == nil {
		return otherwise
	}
	b, ok := v.(starlark.Bool)
	if !ok {
		s.refuse(name, "True or False")
	}
	return bool(b)
}

// word is a string, or none for None; "" if it was not given.
func (s *settings) word(name, none string) string {
	v := s.get(name)
	switch v := v.(type) {
	case nil:
		return ""
	case starlark.NoneType:
		return none
	case starlark.String:
		if v != "" {
			return string(v)
		}
	}
	s.refuse(name, "one of the words that help(ml."+s.of+") lists")
	return ""
}

// features is max_features: nil if it was not given.
func (s *settings) features() any {
	const name = "max_features"
	switch v := s.get(name).(type) {
	case nil:
		return nil
	case starlark.NoneType:
		return "all"
	case starlark.String:
		return string(v)
	case starlark.Float:
		return float64(v)
	case starlark.Int:
		if n, err := starlark.AsInt32(v); err == nil {
			return n
		}
	}
	s.refuse(name, `"sqrt", "log2", a whole number, a fraction such as 0.5, or None for all`)
	return nil
}

// seed is 0 if it was not given, or None: the same notebook gives the same
// result.
func (s *settings) seed() uint32 {
	v := s.get("seed")
	if v == nil || v == starlark.None {
		return 0
	}
	i, ok := v.(starlark.Int)
	n, fits := i.Int64()
	if !ok || !fits || n < 0 || n > math.MaxUint32 {
		s.refuse("seed", "a whole number from 0 to 4294967295")
		return 0
	}
	return uint32(n)
}

// needless tells what to do about parameters of scikit-learn that are not here.
var needless = map[string]string{
	"n_jobs":     "leave it out: a fit uses all processors, and gives the same result for any number",
	"solver":     "leave it out: the solver is chosen by the size of the problem",
	"verbose":    "leave it out: the loss of each iteration is logged",
	"warm_start": "leave it out: every fit starts anew",
	"copy":       "leave it out: frames never change",
	"seed":       "leave it out: there is nothing random in it",
}

// done is the error of the settings: unknown ones first.
func (s *settings) done() error {
	names := make([]string, 0, len(s.given))
	for name := range s.given {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if slices.Contains(s.asked, name) {
			continue
		}
		known := slices.Sorted(slices.Values(s.asked))
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
		return lang.WithHint(hint, "%s has no parameter `%s`", s.of, s.written(name))
	}
	return s.err
}

// inOrder are those of the given parameters that are known, in the order in
// which the estimator lists them.
func (s *settings) inOrder() []string {
	var out []string
	for _, name := range s.asked {
		if _, ok := s.given[name]; ok {
			out = append(out, name)
		}
	}
	return out
}

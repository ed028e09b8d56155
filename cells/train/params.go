package train

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// A Spec is an Estimator or a Transformer: a description with parameters.
type Spec interface {
	Name() string
	Params() []Param
}

// WithParams gives a copy of spec with other parameters, under the names that
// Params lists; those of a pipeline's steps are step__param. nil is
// scikit-learn's None. The error is an *UnknownParamError for a name that there
// is not, and a *ParamError for a value that the parameter cannot have; Check
// finds what else is out of range.
func WithParams[S Spec](spec S, params ...Param) (S, error) {
	out, err := withParams(spec, params)
	if err != nil {
		return spec, err
	}
	same, ok := out.(S)
	if !ok {
		return spec, fmt.Errorf("with other parameters a %T would be a %T", spec, out)
	}
	return same, nil
}

func withParams(spec Spec, params []Param) (Spec, error) {
	for _, p := range params {
		t, ok := spec.(tunable)
		if !ok {
			return nil, fmt.Errorf("the parameters of a %T cannot be set", spec)
		}
		a := &assignment{of: spec, name: p.Name, value: p.Value}
		spec = t.with(a)
		if a.err != nil {
			return nil, a.err
		}
	}
	return spec, nil
}

// A tunable spec gives a copy of itself with another value of one parameter.
type tunable interface {
	Spec
	with(a *assignment) Spec
}

// An assignment is a new value for a parameter, and what is wrong with it. Its
// methods read the value. Where the specs take a zero for their default, a zero
// that is given is refused.
type assignment struct {
	of    Spec
	name  string
	value any
	err   error
}

func (a *assignment) refuse(want string) {
	a.err = &ParamError{a.of.Name(), a.name, a.value, want}
}

// unknown refuses the name.
func (a *assignment) unknown() {
	e := &UnknownParamError{Spec: a.of.Name(), Param: a.name}
	for _, p := range a.of.Params() {
		e.Known = append(e.Known, p.Name)
	}
	a.err = e
}

// number is the value as a float64.
func (a *assignment) number() (float64, bool) {
	switch v := a.value.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	}
	return 0, false
}

// positive is a number above 0.
func (a *assignment) positive() float64 {
	x, ok := a.number()
	if !ok || !(x > 0) || math.IsInf(x, 0) {
		a.refuse("a number above 0")
	}
	return x
}

// integer is the value as a whole number.
func (a *assignment) integer() (int64, bool) {
	switch v := a.value.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	}
	return 0, false
}

// count is a whole number from 1.
func (a *assignment) count() int { return a.whole("a whole number from 1") }

// countOrNone is count, or 0 for None.
func (a *assignment) countOrNone(none string) int {
	if a.value == nil {
		return 0
	}
	return a.whole("a whole number from 1, or None for " + none)
}

func (a *assignment) whole(want string) int {
	n, ok := a.integer()
	if !ok || n < 1 || n > math.MaxInt32 {
		a.refuse(want)
		return 0
	}
	return int(n)
}

// flag is a bool.
func (a *assignment) flag() bool {
	b, ok := a.value.(bool)
	if !ok {
		a.refuse("True or False")
	}
	return b
}

// word is a string, or none for None.
func (a *assignment) word(none string) string {
	if a.value == nil {
		return none
	}
	s, _ := a.value.(string)
	if s == "" {
		a.refuse("one of the words that its documentation lists")
	}
	return s
}

// features is max_features; None is all of them.
func (a *assignment) features() any {
	switch v := a.value.(type) {
	case nil:
		return "all"
	case string, float64:
		return v
	}
	if n, ok := a.integer(); ok && n >= 1 && n <= math.MaxInt32 {
		return int(n)
	}
	a.refuse(`"sqrt", "log2", a whole number from 1, a fraction such as 0.5, or None for all`)
	return nil
}

// seed is 0 for None: the same program gives the same result.
func (a *assignment) seed() uint64 {
	if a.value == nil {
		return 0
	}
	n, ok := a.integer()
	if !ok || n < 0 || n > math.MaxUint32 {
		a.refuse("a whole number from 0 to 4294967295")
		return 0
	}
	return uint64(n)
}

// An UnknownParamError says that an estimator has no such parameter.
type UnknownParamError struct {
	Spec, Param string
	Known       []string // in their order
}

func (e *UnknownParamError) Error() string {
	known := slices.Sorted(slices.Values(e.Known))
	has := "none"
	if len(known) > 0 {
		has = strings.Join(known, ", ")
	}
	return fmt.Sprintf("%s has no parameter %q; it has %s", e.Spec, e.Param, has)
}

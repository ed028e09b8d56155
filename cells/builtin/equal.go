package builtin

import (
	"bytes"
	"context"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/value"
)

// Values that are what their form says are equal if their forms are. Starlark
// would compare where they stand in memory, and a value that comes from the
// cache stands elsewhere.
var (
	_ starlark.Comparable = (*Figure)(nil)
	_ starlark.Comparable = (*Estimator)(nil)
	_ starlark.Comparable = (*Model)(nil)
	_ starlark.Comparable = (*Transformer)(nil)
	_ starlark.Comparable = (*Folds)(nil)
	_ starlark.Comparable = (*Report)(nil)
	_ starlark.Comparable = (*groups)(nil)
	_ starlark.Comparable = (*stringMethods)(nil)
	_ starlark.Comparable = (*boundMethod)(nil)
	_ starlark.Comparable = (*params)(nil)
)

// sameForm answers == and !=.
func sameForm(op lang.Token, x value.Object, y starlark.Value) (bool, error) {
	return equality(op, x, func() bool {
		if starlark.Value(x) == y {
			return true
		}
		a, err := value.Encode(context.Background(), x, nil)
		if err != nil {
			return false
		}
		b, err := value.Encode(context.Background(), y, nil)
		return err == nil && bytes.Equal(a.Root, b.Root)
	})
}

// CompareSameType tells whether the figures show the same.
func (f *Figure) CompareSameType(op lang.Token, y starlark.Value, _ int) (bool, error) {
	return sameForm(op, f, y)
}

// CompareSameType tells whether the estimators are made by the same call.
func (e *Estimator) CompareSameType(op lang.Token, y starlark.Value, _ int) (bool, error) {
	return sameForm(op, e, y)
}

// CompareSameType tells whether the models learned the same in the same way.
func (m *Model) CompareSameType(op lang.Token, y starlark.Value, _ int) (bool, error) {
	return sameForm(op, m, y)
}

// CompareSameType tells whether the transformers learned the same.
func (t *Transformer) CompareSameType(op lang.Token, y starlark.Value, _ int) (bool, error) {
	return sameForm(op, t, y)
}

// CompareSameType tells whether the splitters are made by the same call.
func (f *Folds) CompareSameType(op lang.Token, y starlark.Value, _ int) (bool, error) {
	return sameForm(op, f, y)
}

// CompareSameType tells whether the reports hold the same numbers.
func (r *Report) CompareSameType(op lang.Token, y starlark.Value, _ int) (bool, error) {
	return sameForm(op, r, y)
}

// CompareSameType tells whether the frames and keys are the same.
func (g *groups) CompareSameType(op lang.Token, y starlark.Value, _ int) (bool, error) {
	return sameForm(op, g, y)
}

// CompareSameType tells whether the series are the same.
func (m *stringMethods) CompareSameType(op lang.Token, y starlark.Value, _ int) (bool, error) {
	return sameForm(op, m, y)
}

// CompareSameType tells whether the methods are the same, of the same value.
func (m *boundMethod) CompareSameType(op lang.Token, y starlark.Value, _ int) (bool, error) {
	return sameForm(op, m, y)
}

// CompareSameType tells whether the params have the same values.
func (p *params) CompareSameType(op lang.Token, y starlark.Value, _ int) (bool, error) {
	return sameForm(op, p, y)
}

package builtin

import (
	"context"
	"errors"
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
)

// errNotScalar says that a value cannot be an element of a column.
var errNotScalar = errors.New("a column holds numbers, text, bools or None")

// scalarOf is a value of a cell as the Go value of a column: int64, float64,
// string, bool, or nil for None.
func scalarOf(v starlark.Value) (any, error) {
	switch v := v.(type) {
	case starlark.NoneType:
		return nil, nil
	case starlark.Bool:
		return bool(v), nil
	case starlark.Float:
		return float64(v), nil
	case starlark.String:
		return string(v), nil
	case starlark.Int:
		if i, ok := v.Int64(); ok {
			return i, nil
		}
		return nil, lang.WithHint("make it a float: float(x)", "%s is beyond 64 bits", lang.Shorten(v, 40))
	}
	return nil, fmt.Errorf("%s is not a single value: %w", lang.A(v.Type()), errNotScalar)
}

// valueOf is an element of a column as a value of a cell; null is None.
func valueOf(v any) starlark.Value {
	switch v := v.(type) {
	case bool:
		return starlark.Bool(v)
	case int64:
		return starlark.MakeInt64(v)
	case float64:
		return starlark.Float(v)
	case string:
		return starlark.String(v)
	}
	return starlark.None
}

// listOf tells whether a value is a plain sequence, and gives its elements.
func listOf(v starlark.Value) (starlark.Iterable, bool) {
	switch v := v.(type) {
	case *starlark.Dict, *Series:
		return nil, false
	case starlark.Iterable:
		return v, true
	}
	return nil, false
}

// scalarsOf are the elements of a sequence for a column of that name.
func scalarsOf(ctx context.Context, name string, xs starlark.Iterable) ([]any, error) {
	iter := xs.Iterate()
	defer iter.Done()
	var out []any
	var x starlark.Value
	for i := 0; iter.Next(&x); i++ {
		if i%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		v, err := scalarOf(x)
		if err != nil {
			return nil, fmt.Errorf("column %q, row %d: %w", name, i, err)
		}
		out = append(out, v)
	}
	return out, nil
}

// columnOf makes a column of a series, a list, a tuple or a range; of a single
// value it makes rows equal ones.
func columnOf(ctx context.Context, name string, v starlark.Value, rows int) (*frame.Series, error) {
	if s, ok := v.(*Series); ok {
		return s.series.Rename(name), nil
	}
	if xs, ok := listOf(v); ok {
		values, err := scalarsOf(ctx, name, xs)
		if err != nil {
			return nil, err
		}
		return frame.FromAny(name, values)
	}
	x, err := scalarOf(v)
	if err != nil {
		return nil, fmt.Errorf("column %q: %w", name, err)
	}
	one, err := frame.FromAny(name, []any{x})
	if err != nil {
		return nil, err
	}
	return one.Take(make([]int, rows)) // row 0 again and again
}

// operand is a value beside a series in an operation: a column for a series or
// a list, which gets a name, else a scalar. Operators are not told a context.
func operand(name string, v starlark.Value) (any, error) {
	if s, ok := v.(*Series); ok {
		return s.series, nil
	}
	if _, ok := listOf(v); ok {
		return columnOf(context.Background(), name, v, 0)
	}
	return scalarOf(v)
}

// stringsOf reads one string or a sequence of strings, such as column names.
func stringsOf(what string, v starlark.Value) ([]string, error) {
	if s, ok := starlark.AsString(v); ok {
		return []string{s}, nil
	}
	if v == starlark.None || v == nil {
		return nil, nil
	}
	xs, ok := listOf(v)
	if !ok {
		return nil, fmt.Errorf("%s is a string or a list of strings, not %s", what, lang.A(v.Type()))
	}
	iter := xs.Iterate()
	defer iter.Done()
	out := []string{}
	var x starlark.Value
	for iter.Next(&x) {
		s, ok := starlark.AsString(x)
		if !ok {
			return nil, fmt.Errorf("%s: %s is not a string", what, lang.Shorten(x, 40))
		}
		out = append(out, s)
	}
	return out, nil
}

// dtypeOf reads a dtype: its name, or one of the functions int, float, str, bool.
func dtypeOf(v starlark.Value) (frame.DType, error) {
	name, ok := starlark.AsString(v)
	if f, isFunc := v.(starlark.Callable); isFunc {
		name, ok = f.Name(), true
	}
	if !ok {
		return 0, fmt.Errorf(`%s is not a dtype: use "float64", "int64", "string" or "bool"`, lang.Shorten(v, 40))
	}
	return frame.ParseDType(name)
}

// stringList is a list of strings as a value.
func stringList(names []string) *starlark.List {
	out := make([]starlark.Value, len(names))
	for i, name := range names {
		out[i] = starlark.String(name)
	}
	return starlark.NewList(out)
}

// steps are the rows from start to end by step, as starlark.Sliceable counts
// them.
func steps(start, end, step int) []int {
	var rows []int
	for i := start; step > 0 && i < end || step < 0 && i > end; i += step {
		rows = append(rows, i)
	}
	return rows
}

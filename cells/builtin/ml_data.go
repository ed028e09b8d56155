package builtin

import (
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/train"
)

// featuresOf are the columns of an argument that holds features: a frame, or a
// series as the only column.
func (c *call) featuresOf(v starlark.Value) (*frame.Frame, error) {
	switch v := v.(type) {
	case *Frame:
		if v.frame.NumColumns() == 0 {
			return nil, lang.WithHint("select at least one feature", "%s: X has no columns", c.fn.name)
		}
		return v.frame, nil
	case *Series:
		return frame.New(v.series)
	}
	return nil, lang.WithHint(`write df[["a", "b"]], or frame({"a": [1, 2]})`, "%s: X is a frame of features, not %s", c.fn.name, lang.A(v.Type()))
}

// matrixOf is a frame for the training library.
func matrixOf(f *frame.Frame) (*train.Matrix, error) {
	data, names, err := f.Float64Matrix(nil)
	if err != nil {
		return nil, lang.WithHint(columnsHint(f), "%w", err)
	}
	return &train.Matrix{Rows: f.NumRows(), Cols: f.NumColumns(), Data: data, Names: names}, nil
}

// columnsHint says what to do about columns that are not numbers; of nulls the
// message itself does.
func columnsHint(f *frame.Frame) string {
	var numeric []string
	for i, t := range f.DTypes() {
		if t != frame.String {
			numeric = append(numeric, f.Columns()[i])
		}
	}
	if len(numeric) == f.NumColumns() {
		return ""
	}
	if len(numeric) == 0 {
		return "features are numbers, and none of the columns is of a numeric type"
	}
	return "features are numbers; of a numeric type are " + shortList(numeric)
}

// columnArgument is an argument that holds one value per row: a series, a list,
// or a frame with one column. name is what a list is called.
func (c *call) columnArgument(name string, v starlark.Value) (*frame.Series, error) {
	switch v := v.(type) {
	case *Series:
		return v.series, nil
	case *Frame:
		if n := v.frame.NumColumns(); n != 1 {
			return nil, lang.WithHint(`take one column: df["label"]`, "%s: %s is a frame of %d columns, not a series", c.fn.name, name, n)
		}
		return v.frame.At(0), nil
	case starlark.String:
		return nil, lang.WithHint(fmt.Sprintf("write df[%q]", string(v)), "%s: %s is the text %q, not a series", c.fn.name, name, string(v))
	}
	if _, ok := listOf(v); !ok {
		return nil, fmt.Errorf("%s: %s is a series or a list, not %s", c.fn.name, name, lang.A(v.Type()))
	}
	s, err := columnOf(c.context(), name, v, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.fn.name, err)
	}
	return s, nil
}

// labelsOf are the classes of a column.
func labelsOf(s *frame.Series) (*train.Labels, error) {
	y, err := train.NewLabels(s.Name(), s.Values())
	return y, hinted(err)
}

// labelsArgument is an argument that holds a class per row.
func (c *call) labelsArgument(name string, v starlark.Value) (*train.Labels, error) {
	s, err := c.columnArgument(name, v)
	if err != nil {
		return nil, err
	}
	return labelsOf(s)
}

// numbersArgument is an argument that holds a number per row.
func (c *call) numbersArgument(name string, v starlark.Value) ([]float64, error) {
	s, err := c.columnArgument(name, v)
	if err != nil {
		return nil, err
	}
	f, err := frame.New(s)
	if err != nil {
		return nil, err
	}
	data, _, err := f.Float64Matrix(nil)
	return data, err
}

// labelSeries are classes by number as a column, with the type that they had.
func labelSeries(name string, classes train.Classes, codes []int) (*frame.Series, error) {
	values := make([]any, len(codes))
	for i, k := range codes {
		values[i] = classes[k]
	}
	s, err := frame.FromAny(name, values)
	if err != nil || len(codes) > 0 || len(classes) == 0 {
		return s, err
	}
	// Without rows the type comes from a row that is then left out.
	one, err := frame.FromAny(name, []any{classes[0]})
	if err != nil {
		return nil, err
	}
	return one.Slice(0, 0)
}

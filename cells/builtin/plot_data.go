package builtin

import (
	"fmt"
	"math"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/plot"
)

// plotted is the column that an argument means: a column of data by its name, a
// series, or a list made a series.
func (c *call) plotted(what string, data, v starlark.Value) (*frame.Series, error) {
	switch v := v.(type) {
	case *Series:
		return v.series, nil
	case starlark.String:
		f, ok := data.(*Frame)
		if !ok {
			return nil, fmt.Errorf("%s is a column name, %q, but data is not a frame", what, string(v))
		}
		return f.frame.Column(string(v))
	}
	if _, ok := listOf(v); ok {
		return columnOf(c.context(), what, v, 0)
	}
	return nil, fmt.Errorf("%s: %s is neither a column, a series nor a list", what, lang.A(v.Type()))
}

// numbers are the values of a column for drawing; null is NaN, which is left out.
func numbers(what string, s *frame.Series) (plot.Floats, error) {
	if !s.DType().IsNumeric() && s.DType() != frame.Bool {
		return nil, fmt.Errorf("%s: column %q holds text, and numbers are needed", what, s.Name())
	}
	return s.AsFloats()
}

// plottedAll are one or several columns: a name, a series, or a list of either.
func (c *call) plottedAll(what string, data, v starlark.Value) ([]*frame.Series, error) {
	list, ok := v.(*starlark.List)
	if !ok {
		s, err := c.plotted(what, data, v)
		return []*frame.Series{s}, err
	}
	var out []*frame.Series
	for i := range list.Len() {
		switch x := list.Index(i).(type) {
		case *Series, starlark.String:
			s, err := c.plotted(what, data, x)
			if err != nil {
				return nil, err
			}
			out = append(out, s)
		default: // a list of numbers
			s, err := c.plotted(what, data, list)
			return []*frame.Series{s}, err
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: the list is empty", what)
	}
	return out, nil
}

// namedValues are columns as series of a figure.
func namedValues(what string, columns []*frame.Series) ([]plot.Values, error) {
	out := make([]plot.Values, len(columns))
	for i, s := range columns {
		v, err := numbers(what, s)
		if err != nil {
			return nil, err
		}
		out[i] = plot.Values{Name: s.Name(), Values: v}
	}
	return out, nil
}

// maxLevels is how many different whole numbers count as categories. More of
// them are taken for a scale, whose colours show the order.
const maxLevels = 4

// colorOf makes a column the colour of points: categories or a scale.
func colorOf(s *frame.Series) (category []string, value plot.Floats, err error) {
	categorical := s.DType() == frame.String || s.DType() == frame.Bool || s.DType() == frame.Int64 && s.NUnique() <= maxLevels
	if !categorical {
		value, err = numbers("color", s)
		return nil, value, err
	}
	category = make([]string, s.Len())
	for i := range category {
		category[i] = "missing"
		if !s.Null(i) {
			category[i] = fmt.Sprint(s.Value(i))
		}
	}
	return category, nil, nil
}

// labelOr is the label that the caller gave, or else the column's name.
func labelOr(label, name string) string {
	if label != "" {
		return label
	}
	return name
}

// floatsOf are the numbers of a dict, by key.
func floatsOf(what string, d *starlark.Dict) (names []string, values plot.Floats, err error) {
	for _, item := range d.Items() {
		x, ok := starlark.AsFloat(item[1])
		if !ok {
			if item[1] != starlark.None {
				return nil, nil, fmt.Errorf("%s: %s is %s, and a number is needed", what, text(item[0]), item[1].Type())
			}
			x = math.NaN()
		}
		names, values = append(names, text(item[0])), append(values, x)
	}
	return names, values, nil
}

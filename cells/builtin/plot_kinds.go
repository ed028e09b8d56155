package builtin

import (
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/plot"
)

func plotHist(c *call) (starlark.Value, error) {
	var values starlark.Value
	var spec plot.Hist
	if err := c.unpack(append([]any{"values", &values, "bins?", &spec.Bins, "density?", &spec.Density}, plotOptions(&spec.Options)...)...); err != nil {
		return nil, err
	}
	columns, err := c.histColumns(values)
	if err != nil {
		return nil, err
	}
	if spec.Series, err = namedValues("values", columns); err != nil {
		return nil, err
	}
	if len(columns) == 1 {
		spec.XLabel = labelOr(spec.XLabel, columns[0].Name())
	}
	return figure(spec)
}

// histColumns are the columns of a frame that hold numbers, or those that were
// given.
func (c *call) histColumns(values starlark.Value) ([]*frame.Series, error) {
	f, ok := values.(*Frame)
	if !ok {
		return c.plottedAll("values", starlark.None, values)
	}
	var out []*frame.Series
	for i := range f.frame.NumColumns() {
		if s := f.frame.At(i); s.DType().IsNumeric() {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("values: the frame has no column of numbers")
	}
	return out, nil
}

func plotScatter(c *call) (starlark.Value, error) {
	var data, x, y starlark.Value
	var color starlark.Value = starlark.None
	var spec plot.Scatter
	if err := c.unpack(append([]any{"data", &data, "x", &x, "y", &y, "color?", &color}, plotOptions(&spec.Options)...)...); err != nil {
		return nil, err
	}
	xs, err := c.plotted("x", data, x)
	if err != nil {
		return nil, err
	}
	ys, err := c.plotted("y", data, y)
	if err != nil {
		return nil, err
	}
	if spec.X, err = numbers("x", xs); err != nil {
		return nil, err
	}
	if spec.Y, err = numbers("y", ys); err != nil {
		return nil, err
	}
	if color != starlark.None {
		s, err := c.plotted("color", data, color)
		if err != nil {
			return nil, err
		}
		if spec.Category, spec.Value, err = colorOf(s); err != nil {
			return nil, err
		}
		spec.ColorLabel = s.Name()
	}
	spec.XLabel, spec.YLabel = labelOr(spec.XLabel, xs.Name()), labelOr(spec.YLabel, ys.Name())
	return figure(spec)
}

func plotLine(c *call) (starlark.Value, error) {
	var data starlark.Value
	var x, y starlark.Value = starlark.None, starlark.None
	var spec plot.Line
	if err := c.unpack(append([]any{"data", &data, "x?", &x, "y?", &y, "markers?", &spec.Markers}, plotOptions(&spec.Options)...)...); err != nil {
		return nil, err
	}
	if y == starlark.None {
		if _, ok := data.(*Frame); ok {
			return nil, fmt.Errorf("plot.line: say which columns to draw: y=\"name\" or y=[...]")
		}
		y = data
	}
	columns, err := c.plottedAll("y", data, y)
	if err != nil {
		return nil, err
	}
	var xs plot.Floats
	if x != starlark.None {
		s, err := c.plotted("x", data, x)
		if err != nil {
			return nil, err
		}
		if xs, err = numbers("x", s); err != nil {
			return nil, err
		}
		spec.XLabel = labelOr(spec.XLabel, s.Name())
	}
	for _, s := range columns {
		ys, err := numbers("y", s)
		if err != nil {
			return nil, err
		}
		spec.Series = append(spec.Series, plot.XY{Name: s.Name(), X: xs, Y: ys})
	}
	if len(columns) == 1 {
		spec.YLabel = labelOr(spec.YLabel, columns[0].Name())
	}
	return figure(spec)
}

func plotBar(c *call) (starlark.Value, error) {
	var data starlark.Value
	var x, y starlark.Value = starlark.None, starlark.None
	var spec plot.Bar
	if err := c.unpack(append([]any{"data", &data, "x?", &x, "y?", &y, "horizontal?", &spec.Horizontal, "labels?", &spec.ValueLabels}, plotOptions(&spec.Options)...)...); err != nil {
		return nil, err
	}
	if d, ok := data.(*starlark.Dict); ok {
		names, values, err := floatsOf("data", d)
		if err != nil {
			return nil, err
		}
		spec.Categories, spec.Series = names, []plot.Values{{Values: values}}
		return figure(spec)
	}
	if x == starlark.None || y == starlark.None {
		return nil, fmt.Errorf("plot.bar: give a dict, or a frame with the columns x and y")
	}
	names, err := c.plotted("x", data, x)
	if err != nil {
		return nil, err
	}
	for i := range names.Len() {
		spec.Categories = append(spec.Categories, text(valueOf(names.Value(i))))
	}
	columns, err := c.plottedAll("y", data, y)
	if err != nil {
		return nil, err
	}
	if spec.Series, err = namedValues("y", columns); err != nil {
		return nil, err
	}
	spec.XLabel = labelOr(spec.XLabel, names.Name())
	return figure(spec)
}

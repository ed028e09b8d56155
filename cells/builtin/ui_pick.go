package builtin

import (
	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/plot"
)

func uiTable(c *call) (starlark.Value, error) {
	in := &Input{Kind: inputTable, Default: []any{}}
	var df *Frame
	if err := c.unpack("df", &df, "name??", &in.Name); err != nil {
		return nil, err
	}
	in.rows = df.frame.NumRows()
	v, err := c.ask(in)
	if err != nil {
		return nil, err
	}
	if err := c.showInput(in, v, df); err != nil {
		return nil, err
	}
	rows := v.([]any)
	at := make([]int, len(rows))
	for i, r := range rows {
		at[i] = int(r.(int64))
	}
	picked, err := df.frame.Take(at)
	if err != nil {
		return nil, err
	}
	return NewFrame(picked), nil
}

func uiPlot(c *call) (starlark.Value, error) {
	in := &Input{Kind: inputPlot}
	var fig *Figure
	if err := c.unpack("fig", &fig, "name??", &in.Name); err != nil {
		return nil, err
	}
	points, ok := fig.figure.Points()
	if !ok {
		return nil, lang.WithHint("show the figure itself, and choose with another input", "ui.plot: points can be chosen in a scatter plot or lines, not in a figure of kind %s", fig.figure.Kind())
	}
	v, err := c.ask(in)
	if err != nil {
		return nil, err
	}
	if err := c.showInput(in, v, fig); err != nil {
		return nil, err
	}
	out, err := pointFrame(points, brushed(points, v))
	if err != nil {
		return nil, err
	}
	return NewFrame(out), nil
}

// brushed are the points in a rectangle; nil stands for all of the plane.
func brushed(p plot.Points, brush any) []int {
	inside := func(axis string, v float64) bool {
		area, ok := brush.(map[string]any)
		if !ok {
			return true
		}
		edges := area[axis].([]any)
		return edges[0].(float64) <= v && v <= edges[1].(float64)
	}
	rows := []int{}
	for i := range p.X {
		if inside("x", p.X[i]) && inside("y", p.Y[i]) {
			rows = append(rows, i)
		}
	}
	return rows
}

func pointFrame(p plot.Points, rows []int) (*frame.Frame, error) {
	var columns []*frame.Series
	for _, c := range p.Columns {
		if c.Texts != nil {
			columns = append(columns, frame.NewString(c.Name, c.Texts))
		} else {
			columns = append(columns, frame.NewFloat64(c.Name, c.Numbers))
		}
	}
	all, err := frame.New(columns...)
	if err != nil {
		return nil, err
	}
	return all.Take(rows)
}

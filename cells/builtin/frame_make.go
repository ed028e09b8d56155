package builtin

import (
	"context"
	"fmt"
	"slices"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
)

// frameFuncs are the plain functions that make frames and series.
func frameFuncs() []*Func {
	return []*Func{
		{"frame", "data", "A frame of a dict of columns (lists, series, or single values for all rows), or of a list of dicts, one per row.", `frame({"name": ["Ann", "Bob"], "points": [3, 5]})`, makeFrame},
		{"series", `values, name="", dtype=None`, "A series of a list of numbers, text or bools; None is null.", `series([1, 2, None], name="points")`, makeSeries},
	}
}

func makeFrame(c *call) (starlark.Value, error) {
	var data starlark.Value
	if err := c.unpack("data", &data); err != nil {
		return nil, err
	}
	switch data := data.(type) {
	case *Frame:
		return data, nil
	case *starlark.Dict:
		return frameOfColumns(c.context(), data)
	case *starlark.List, starlark.Tuple:
		return frameOfRows(c.context(), data.(starlark.Indexable))
	}
	return nil, lang.WithHint(`write frame({"a": [1, 2], "b": ["x", "y"]})`, "a frame is made of a dict of columns, not of %s", lang.A(data.Type()))
}

func frameOfColumns(ctx context.Context, data *starlark.Dict) (starlark.Value, error) {
	rows, err := commonLength(data)
	if err != nil {
		return nil, err
	}
	var columns []*frame.Series
	err = entries("frame", data, func(name string, v starlark.Value) error {
		column, err := columnOf(ctx, name, v, rows)
		columns = append(columns, column)
		return err
	})
	if err != nil {
		return nil, err
	}
	return frameValue(frame.New(columns...))
}

// commonLength is the number of rows that single values are repeated for: that
// of the first column with a length, else 1.
func commonLength(data *starlark.Dict) (int, error) {
	for _, item := range data.Items() {
		v := item[1]
		if _, isText := v.(starlark.String); isText {
			continue
		}
		if _, isDict := v.(*starlark.Dict); isDict {
			return 0, fmt.Errorf("column %s is a dict; %w, so write a list", item[0], errNotScalar)
		}
		if n := starlark.Len(v); n >= 0 {
			return n, nil
		}
	}
	return 1, nil
}

// frameOfRows takes one dict per row; a row that lacks a key has null there.
func frameOfRows(ctx context.Context, rows starlark.Indexable) (starlark.Value, error) {
	var names []string
	values := map[string][]any{}
	for i := range rows.Len() {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		row, ok := rows.Index(i).(*starlark.Dict)
		if !ok {
			return nil, lang.WithHint(`write frame([{"a": 1}, {"a": 2}]) or frame({"a": [1, 2]})`, "row %d is %s, not a dict", i, lang.A(rows.Index(i).Type()))
		}
		err := entries(fmt.Sprintf("row %d", i), row, func(name string, v starlark.Value) error {
			x, err := scalarOf(v)
			if err != nil {
				return fmt.Errorf("row %d, column %q: %w", i, name, err)
			}
			if _, known := values[name]; !known {
				names = append(names, name)
			}
			values[name] = append(padded(values[name], i), x)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	var columns []*frame.Series
	for _, name := range names {
		column, err := frame.FromAny(name, padded(values[name], rows.Len()))
		if err != nil {
			return nil, err
		}
		columns = append(columns, column)
	}
	return frameValue(frame.New(columns...))
}

// padded adds nulls up to n values.
func padded(values []any, n int) []any {
	return append(values, slices.Repeat([]any{nil}, n-len(values))...)
}

func makeSeries(c *call) (starlark.Value, error) {
	var values starlark.Value
	name := ""
	var dtype starlark.Value = starlark.None
	if err := c.unpack("values", &values, "name?", &name, "dtype?", &dtype); err != nil {
		return nil, err
	}
	_, isSeries := values.(*Series)
	if _, isList := listOf(values); !isSeries && !isList {
		return nil, lang.WithHint("write series([1, 2, 3])", "a series is made of a list, not of %s", lang.A(values.Type()))
	}
	s, err := columnOf(c.context(), name, values, 0)
	if err != nil {
		return nil, err
	}
	if dtype != starlark.None {
		to, err := dtypeOf(dtype)
		if err != nil {
			return nil, err
		}
		return seriesValue(s.Cast(to))
	}
	return NewSeries(s), nil
}

package builtin

import (
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
)

func frameEnd(f func(*frame.Frame, int) *frame.Frame) func(*Frame, *call) (starlark.Value, error) {
	return func(df *Frame, c *call) (starlark.Value, error) {
		n, err := c.rowCount()
		if err != nil {
			return nil, err
		}
		return NewFrame(f(df.frame, n)), nil
	}
}

func frameDescribe(f *Frame, c *call) (starlark.Value, error) {
	if err := c.unpack(); err != nil {
		return nil, err
	}
	return frameValue(f.frame.Describe(c.context()))
}

func frameSample(f *Frame, c *call) (starlark.Value, error) {
	var n int
	seed := uint64(42)
	if err := c.unpack("n", &n, "seed?", &seed); err != nil {
		return nil, err
	}
	return frameValue(f.frame.Sample(n, seed))
}

func frameRow(f *Frame, c *call) (starlark.Value, error) {
	var at starlark.Value
	if err := c.unpack("i", &at); err != nil {
		return nil, err
	}
	i, err := rowOf(at, f.Len())
	if err != nil {
		return nil, err
	}
	return f.row(i), nil
}

// maxRowValues bounds how many values rows and to_dicts copy out of a frame:
// each takes about fifty times the memory that it has in a column.
const maxRowValues = 5_000_000

// eachRow calls visit for every row, if there are not too many.
func (f *Frame) eachRow(c *call, visit func(i int)) error {
	if err := c.unpack(); err != nil {
		return err
	}
	if n := f.Len() * f.frame.NumColumns(); n > maxRowValues {
		return lang.WithHint("work on columns, or on a part: df[:1000]", "%s: %d values are too many for single rows; the limit is %d", c.fn.name, n, maxRowValues)
	}
	ctx := c.context()
	for i := range f.Len() {
		if i%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		visit(i)
	}
	return nil
}

func frameRows(f *Frame, c *call) (starlark.Value, error) {
	out := make([]starlark.Value, 0, 16)
	err := f.eachRow(c, func(i int) {
		row := make(starlark.Tuple, f.frame.NumColumns())
		for j, v := range f.frame.Row(i) {
			row[j] = valueOf(v)
		}
		out = append(out, row)
	})
	if err != nil {
		return nil, err
	}
	return starlark.NewList(out), nil
}

func frameDicts(f *Frame, c *call) (starlark.Value, error) {
	out := make([]starlark.Value, 0, 16)
	if err := f.eachRow(c, func(i int) { out = append(out, f.row(i)) }); err != nil {
		return nil, err
	}
	return starlark.NewList(out), nil
}

func frameFilter(f *Frame, c *call) (starlark.Value, error) {
	var mask starlark.Value
	if err := c.unpack("mask", &mask); err != nil {
		return nil, err
	}
	m, err := maskOf(c, mask)
	if err != nil {
		return nil, err
	}
	return frameValue(f.frame.Filter(m))
}

func frameSort(f *Frame, c *call) (starlark.Value, error) {
	var by starlark.Value
	var desc starlark.Value = starlark.False
	if err := c.unpack("by", &by, "desc?", &desc); err != nil {
		return nil, err
	}
	names, err := stringsOf("by", by)
	if err != nil {
		return nil, err
	}
	directions, err := boolsOf("desc", desc)
	if err != nil {
		return nil, err
	}
	return frameValue(f.frame.Sort(c.context(), names, directions))
}

// boolsOf reads one bool or a list of them.
func boolsOf(what string, v starlark.Value) ([]bool, error) {
	if b, ok := v.(starlark.Bool); ok {
		return []bool{bool(b)}, nil
	}
	xs, ok := listOf(v)
	if !ok {
		return nil, fmt.Errorf("%s is True, False or a list of them, not %s", what, lang.A(v.Type()))
	}
	iter := xs.Iterate()
	defer iter.Done()
	var out []bool
	var x starlark.Value
	for iter.Next(&x) {
		b, ok := x.(starlark.Bool)
		if !ok {
			return nil, fmt.Errorf("%s: %s is neither True nor False", what, lang.Shorten(x, 40))
		}
		out = append(out, bool(b))
	}
	return out, nil
}

func frameUnique(f *Frame, c *call) (starlark.Value, error) {
	if err := c.unpack(); err != nil {
		return nil, err
	}
	return NewFrame(f.frame.Unique()), nil
}

// columnNames reads the one optional argument columns.
func (c *call) columnNames() ([]string, error) {
	var columns starlark.Value = starlark.None
	if err := c.unpack("columns?", &columns); err != nil {
		return nil, err
	}
	return stringsOf("columns", columns)
}

func frameDropDuplicates(f *Frame, c *call) (starlark.Value, error) {
	names, err := c.columnNames()
	if err != nil {
		return nil, err
	}
	return frameValue(f.frame.DropDuplicates(names...))
}

func frameDropNulls(f *Frame, c *call) (starlark.Value, error) {
	names, err := c.columnNames()
	if err != nil {
		return nil, err
	}
	return frameValue(f.frame.DropNulls(names...))
}

func frameValueCounts(f *Frame, c *call) (starlark.Value, error) {
	names, err := c.columnNames()
	if err != nil {
		return nil, err
	}
	return frameValue(f.frame.ValueCounts(names...))
}

func frameFillNull(f *Frame, c *call) (starlark.Value, error) {
	var value starlark.Value
	var columns starlark.Value = starlark.None
	if err := c.unpack("value", &value, "columns?", &columns); err != nil {
		return nil, err
	}
	if d, ok := value.(*starlark.Dict); ok {
		return f.fillEach(c, d)
	}
	names, err := stringsOf("columns", columns)
	if err != nil {
		return nil, err
	}
	x, err := scalarOf(value)
	if err != nil {
		return nil, fmt.Errorf("fill_null: %w", err)
	}
	return frameValue(f.frame.FillNull(x, names...))
}

func (f *Frame) fillEach(c *call, values *starlark.Dict) (starlark.Value, error) {
	out := f.frame
	err := entries(c.fn.name, values, func(name string, v starlark.Value) error {
		x, err := scalarOf(v)
		if err != nil {
			return fmt.Errorf("fill_null of column %q: %w", name, err)
		}
		out, err = out.FillNull(x, name)
		return err
	})
	return frameValue(out, err)
}

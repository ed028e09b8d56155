package builtin

import (
	"bytes"
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
)

func frameWithColumn(f *Frame, c *call) (starlark.Value, error) {
	var name string
	var values starlark.Value
	if err := c.unpack("name", &name, "values", &values); err != nil {
		return nil, err
	}
	if fn, ok := values.(starlark.Callable); ok {
		return nil, lang.WithHint(`compute it from columns, as in df["a"] * 2, or write df["a"].map(f)`, "with_column: the values are the function %s", fn.Name())
	}
	column, err := columnOf(c.context(), name, values, f.Len())
	if err != nil {
		return nil, err
	}
	return frameValue(f.frame.WithColumn(name, column))
}

// starNames reads *columns: names and lists of names, or the keyword columns.
func (c *call) starNames() ([]string, error) {
	args := c.args
	for _, kw := range c.kwargs {
		if name, _ := starlark.AsString(kw[0]); name != "columns" {
			return nil, lang.WithHint("it is called as "+c.fn.name+"("+c.fn.signature+")", "%s: unexpected keyword argument %q", c.fn.name, name)
		}
		args = append(args[:len(args):len(args)], kw[1])
	}
	var names []string
	for _, arg := range args {
		more, err := stringsOf("a column", arg)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.fn.name, err)
		}
		names = append(names, more...)
	}
	return names, nil
}

func frameDrop(f *Frame, c *call) (starlark.Value, error) {
	names, err := c.starNames()
	if err != nil {
		return nil, err
	}
	return frameValue(f.frame.Drop(names...))
}

func frameRename(f *Frame, c *call) (starlark.Value, error) {
	var columns *starlark.Dict
	if err := c.unpack("columns", &columns); err != nil {
		return nil, err
	}
	names := map[string]string{}
	err := entries(c.fn.name, columns, func(old string, v starlark.Value) error {
		name, ok := starlark.AsString(v)
		if !ok {
			return fmt.Errorf("rename: the new name of %q is %s, not a string", old, lang.A(v.Type()))
		}
		names[old] = name
		return nil
	})
	if err != nil {
		return nil, err
	}
	return frameValue(f.frame.Rename(names))
}

func frameJoin(f *Frame, c *call) (starlark.Value, error) {
	var other *Frame
	var on starlark.Value
	how, suffix := "inner", ""
	if err := c.unpack("other", &other, "on", &on, "how?", &how, "suffix?", &suffix); err != nil {
		return nil, err
	}
	names, err := stringsOf("on", on)
	if err != nil {
		return nil, err
	}
	return frameValue(f.frame.Join(c.context(), other.frame, names, how, suffix))
}

func frameConcat(f *Frame, c *call) (starlark.Value, error) {
	if len(c.kwargs) > 0 {
		return nil, fmt.Errorf("frame.concat takes no keyword arguments")
	}
	frames := []*frame.Frame{f.frame}
	add := func(v starlark.Value) error {
		other, ok := v.(*Frame)
		if !ok {
			return fmt.Errorf("concat takes frames, not %s", lang.A(v.Type()))
		}
		frames = append(frames, other.frame)
		return nil
	}
	for _, arg := range c.args {
		var err error
		if list, ok := arg.(*starlark.List); ok {
			err = eachValue("concat", list, add)
		} else {
			err = add(arg)
		}
		if err != nil {
			return nil, err
		}
	}
	return frameValue(frame.Concat(frames...))
}

func frameEquals(f *Frame, c *call) (starlark.Value, error) {
	var other *Frame
	if err := c.unpack("other", &other); err != nil {
		return nil, err
	}
	return starlark.Bool(f.frame.Equal(other.frame)), nil
}

func frameToCSV(f *Frame, c *call) (starlark.Value, error) {
	var path string
	if err := c.unpack("path", &path); err != nil {
		return nil, err
	}
	if err := needPath(c, path, "results.csv"); err != nil {
		return nil, err
	}
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	content, err := f.csv(c)
	if err != nil {
		return nil, err
	}
	return nil, h.WriteFile(c.context(), path, content)
}

// csv is the frame as the text of a CSV file.
func (f *Frame) csv(c *call) ([]byte, error) {
	var b bytes.Buffer
	if err := f.frame.WriteCSV(c.context(), &b); err != nil {
		return nil, fmt.Errorf("%s: %w", c.fn.name, err)
	}
	return b.Bytes(), nil
}

// notYet is a method that is planned and not there.
func notYet[T starlark.Value](_ T, c *call) (starlark.Value, error) {
	return nil, fmt.Errorf("%s is not available yet", c.fn.name)
}

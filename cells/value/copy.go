package value

import (
	"context"
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
)

// Copy gives a frozen value that is equal to v and shares nothing with it that
// can change: lists, dicts, sets and what functions capture are copied. The
// error wraps ErrNoForm.
func Copy(ctx context.Context, v starlark.Value) (starlark.Value, error) {
	c := copier{ctx: ctx, done: map[starlark.Value]starlark.Value{}}
	out, err := c.value(v)
	if err != nil {
		return nil, err
	}
	out.Freeze()
	return out, nil
}

type copier struct {
	ctx  context.Context
	done map[starlark.Value]starlark.Value // of each container, so that cycles end
}

func (c *copier) value(v starlark.Value) (starlark.Value, error) {
	switch v := v.(type) {
	case starlark.Tuple:
		out := make(starlark.Tuple, len(v))
		return out, c.each(v, out)
	case *starlark.List, *starlark.Dict, *starlark.Set, *starlark.Function:
		if known := c.done[v]; known != nil {
			return known, nil
		}
		return c.container(v)
	case *starlark.Builtin:
		if v.Receiver() == nil {
			return v, nil
		}
		recv, err := c.value(v.Receiver())
		if err != nil {
			return nil, err
		}
		return recv.(starlark.HasAttrs).Attr(v.Name())
	}
	return v, nil // everything else never changes
}

func (c *copier) each(from, to []starlark.Value) (err error) {
	for i, x := range from {
		if to[i], err = c.value(x); err != nil {
			return err
		}
	}
	return nil
}

func (c *copier) container(v starlark.Value) (starlark.Value, error) {
	if c.ctx.Err() != nil {
		return nil, context.Cause(c.ctx)
	}
	switch v := v.(type) {
	case *starlark.List:
		elems := make([]starlark.Value, v.Len())
		out := starlark.NewList(elems)
		c.done[v] = out
		for i := range elems {
			x, err := c.value(v.Index(i))
			if err != nil {
				return nil, err
			}
			elems[i] = x
		}
		return out, nil
	case *starlark.Dict:
		return c.dict(v)
	case *starlark.Set:
		return c.set(v)
	}
	return c.function(v.(*starlark.Function))
}

func (c *copier) dict(v *starlark.Dict) (starlark.Value, error) {
	out := starlark.NewDict(v.Len())
	c.done[v] = out
	for _, item := range v.Items() {
		pair := make([]starlark.Value, 2)
		if err := c.each(item, pair); err != nil {
			return nil, err
		}
		if err := out.SetKey(pair[0], pair[1]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *copier) set(v *starlark.Set) (starlark.Value, error) {
	out := starlark.NewSet(v.Len())
	c.done[v] = out
	for x := range v.Elements() {
		y, err := c.value(x)
		if err != nil {
			return nil, err
		}
		if err := out.Insert(y); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *copier) function(fn *starlark.Function) (starlark.Value, error) {
	form, err := lang.Inspect(fn)
	if err != nil {
		return nil, fmt.Errorf("%w: the function %s: %w", ErrNoForm, fn.Name(), err)
	}
	captured := starlark.StringDict{}
	for name, v := range form.Captured {
		if lang.IsDefault(name) {
			if captured[name], err = c.value(v); err != nil {
				return nil, err
			}
		}
	}
	out, err := lang.Rebuild(form.Name, form.Code, captured, lang.HomeOf(fn))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoForm, err)
	}
	c.done[fn] = out
	for name, v := range form.Captured {
		if !lang.IsDefault(name) {
			if captured[name], err = c.value(v); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

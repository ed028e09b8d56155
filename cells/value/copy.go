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
	if err := lang.CheckDepth(v); err != nil { // freezing goes through shared tuples again and again
		return nil, fmt.Errorf("%w: %w", ErrNoForm, err)
	}
	c := copier{ctx: ctx, done: map[any]starlark.Value{}}
	out, err := c.value(v)
	if err != nil {
		return nil, err
	}
	out.Freeze()
	freeze(c.captured)
	return out, nil
}

type copier struct {
	ctx      context.Context
	depth    int
	captured []starlark.Value // what the code of the copied functions sees
	// done are the copies of containers, so that cycles end and what is shared
	// stays so; nil for a function that has no defaults yet.
	done map[any]starlark.Value
}

func (c *copier) value(v starlark.Value) (starlark.Value, error) {
	switch v := v.(type) {
	case starlark.Tuple:
		if len(v) == 0 {
			return v, nil
		}
		return c.once(identityOf(v), v)
	case *starlark.List, *starlark.Dict, *starlark.Set, *starlark.Function, Holder:
		return c.once(v, v)
	case *starlark.Builtin:
		if v.Receiver() == nil {
			return v, nil
		}
		return c.once(v, v)
	}
	return v, nil // everything else never changes
}

// identityOf tells a tuple from others that hold the same.
func identityOf(t starlark.Tuple) any {
	type slice struct {
		first *starlark.Value
		n     int
	}
	return slice{&t[0], len(t)}
}

// once copies a container that was not copied yet.
func (c *copier) once(id any, v starlark.Value) (starlark.Value, error) {
	if known, ok := c.done[id]; known != nil {
		return known, nil
	} else if fn, is := v.(*starlark.Function); ok && is {
		return nil, defaultHolds(fn)
	}
	if c.ctx.Err() != nil {
		return nil, context.Cause(c.ctx)
	}
	if c.depth++; c.depth > maxDepth {
		return nil, noForm("it is nested more than %d deep", maxDepth)
	}
	defer func() { c.depth-- }()
	out, err := c.container(v)
	if err == nil {
		c.done[id] = out
	}
	return out, err
}

func (c *copier) container(v starlark.Value) (starlark.Value, error) {
	switch v := v.(type) {
	case starlark.Tuple:
		out := make(starlark.Tuple, len(v))
		return out, c.each(v, out)
	case *starlark.List:
		return c.list(v)
	case *starlark.Dict:
		return c.dict(v)
	case *starlark.Set:
		return c.set(v)
	case *starlark.Builtin:
		return c.method(v)
	case Holder:
		return v.CopyWith(c.value)
	}
	return c.function(v.(*starlark.Function))
}

func (c *copier) each(from, to []starlark.Value) (err error) {
	for i, x := range from {
		if to[i], err = c.value(x); err != nil {
			return err
		}
	}
	return nil
}

func (c *copier) list(v *starlark.List) (starlark.Value, error) {
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

// method copies a bound method of a value of Starlark.
func (c *copier) method(b *starlark.Builtin) (starlark.Value, error) {
	recv, err := c.value(b.Receiver())
	if err != nil {
		return nil, err
	}
	return methodOf(recv, b.Name())
}

func (c *copier) function(fn *starlark.Function) (starlark.Value, error) {
	form, err := lang.Inspect(fn)
	if err != nil {
		return nil, fmt.Errorf("%w: the function %s: %w", ErrNoForm, fn.Name(), err)
	}
	c.done[fn] = nil
	captured, others := split(form.Captured)
	if err := c.names(captured, captured); err != nil {
		return nil, err
	}
	out, err := lang.Rebuild(form.Name, form.Code, captured, lang.HomeOf(fn))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoForm, err)
	}
	c.done[fn] = out
	return out, c.names(others, captured)
}

func (c *copier) names(from, to starlark.StringDict) error {
	for _, name := range from.Keys() { // sorted, so that errors are the same each time
		v, err := c.value(from[name])
		if err != nil {
			return err
		}
		to[name] = v
		c.captured = append(c.captured, v)
	}
	return nil
}

package value

import (
	"crypto/sha256"
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
)

// within reads the inside of a container, to which references can lead unless it
// is nil.
func (r *reader) within(v starlark.Value, read func() error) error {
	if len(r.open) >= maxDepth {
		return broken("it is nested more than %d deep", maxDepth)
	}
	r.open = append(r.open, v)
	err := read()
	r.open = r.open[:len(r.open)-1]
	return err
}

func (r *reader) container(tag byte) (starlark.Value, error) {
	switch tag {
	case tagTuple:
		return r.tuple()
	case tagList:
		return r.list()
	case tagDict:
		return r.dict()
	case tagSet:
		return r.set()
	case tagMethod:
		return r.callable(r.method)
	case tagFunction:
		return r.callable(r.function)
	case tagObject:
		return r.object()
	}
	return nil, broken("tag %q is not known", tag)
}

func (r *reader) fill(to []starlark.Value) (err error) {
	for i := range to {
		if to[i], err = r.value(); err != nil {
			return err
		}
	}
	return nil
}

// tuple reads a tuple, to which nothing inside can refer: it cannot be made
// before its elements.
func (r *reader) tuple() (starlark.Value, error) {
	n, err := r.count(1)
	if err != nil {
		return nil, err
	}
	t := make(starlark.Tuple, n)
	return t, r.within(nil, func() error { return r.fill(t) })
}

func (r *reader) list() (starlark.Value, error) {
	n, err := r.count(1)
	if err != nil {
		return nil, err
	}
	// The list takes the slice, which is filled afterwards.
	elems := make([]starlark.Value, n)
	for i := range elems {
		elems[i] = starlark.None
	}
	l := starlark.NewList(elems)
	return l, r.within(l, func() error { return r.fill(elems) })
}

func (r *reader) dict() (starlark.Value, error) {
	n, err := r.count(2)
	if err != nil {
		return nil, err
	}
	d := starlark.NewDict(n)
	return d, r.within(d, func() error {
		for range n {
			var item [2]starlark.Value
			if err := r.fill(item[:]); err != nil {
				return err
			}
			if err := d.SetKey(item[0], item[1]); err != nil {
				return broken("a key: %v", err)
			}
		}
		return nil
	})
}

func (r *reader) set() (starlark.Value, error) {
	n, err := r.count(1)
	if err != nil {
		return nil, err
	}
	s := starlark.NewSet(n)
	return s, r.within(s, func() error {
		for range n {
			x, err := r.value()
			if err != nil {
				return err
			}
			if err := s.Insert(x); err != nil {
				return broken("an element: %v", err)
			}
		}
		return nil
	})
}

// callable reads a function. One that refers to nothing around it becomes one
// with those that have the same bytes.
func (r *reader) callable(read func() (starlark.Value, error)) (starlark.Value, error) {
	from, above, outside := r.buf, r.above, len(r.captured)
	r.above = maxDepth
	v, err := read()
	if err != nil {
		return nil, err
	}
	if fn, ok := v.(starlark.Callable); ok && r.above >= len(r.open) {
		fn.Freeze() // before others see it
		freeze(r.captured[outside:])
		r.captured = r.captured[:outside]
		v = r.d.Functions.one(sha256.Sum256(from[:len(from)-len(r.buf)]), fn)
	}
	r.above = min(r.above, above)
	return v, nil
}

func (r *reader) method() (v starlark.Value, err error) {
	name, err := r.text()
	if err != nil {
		return nil, err
	}
	r.due++
	err = r.within(nil, func() error {
		recv, err := r.value()
		if err != nil {
			return err
		}
		if v, err = methodOf(recv, name); err != nil {
			return fmt.Errorf("%w: %w", ErrEncoding, err)
		}
		return nil
	})
	return v, err
}

// methodOf is a method of a value of Starlark itself.
func methodOf(recv starlark.Value, name string) (starlark.Value, error) {
	if _, ours := recv.(Object); !ours {
		if h, ok := recv.(starlark.HasAttrs); ok {
			if v, err := h.Attr(name); err == nil && v != nil {
				return v, nil
			}
		}
	}
	return nil, fmt.Errorf("a %s has no method %q", recv.Type(), name)
}

func (r *reader) function() (starlark.Value, error) {
	name, err := r.text()
	if err != nil {
		return nil, err
	}
	code, err := r.text()
	if err != nil {
		return nil, err
	}
	if len(code) > maxCode {
		return nil, broken("the code of the function %s is longer than %d KiB", name, maxCode>>10)
	}
	captured := starlark.StringDict{}
	var fn *starlark.Function
	err = r.within(nil, func() error {
		if err := r.names(captured); err != nil { // the defaults
			return err
		}
		if fn, err = lang.Rebuild(name, code, captured, r.d.Home); err != nil {
			return broken("the function %s: %v", name, err)
		}
		r.open[len(r.open)-1] = fn
		return r.names(captured)
	})
	return fn, err
}

// names reads names, which are in order, with their values.
func (r *reader) names(to starlark.StringDict) error {
	n, err := r.count(2)
	if err != nil {
		return err
	}
	last := ""
	for range n {
		name, err := r.text()
		if err != nil {
			return err
		}
		r.due--
		if name <= last {
			return broken("the name %q is not in order", name)
		}
		last = name
		if to[name], err = r.value(); err != nil {
			return err
		}
		r.captured = append(r.captured, to[name])
	}
	return nil
}

package value

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
)

func (e *encoder) function(fn *starlark.Function) error {
	form, err := lang.Inspect(fn)
	if err != nil {
		return fmt.Errorf("%w: the function %s: %w", ErrNoForm, fn.Name(), err)
	}
	if len(form.Code) > maxCode {
		return noForm("the function %s is longer than %d KiB", fn.Name(), maxCode>>10)
	}
	e.functions = true
	e.tag(tagFunction)
	e.text(form.Name)
	e.text(form.Code)
	defaults, captured := split(form.Captured)
	if err := e.names(fn, defaults); err != nil {
		return err
	}
	e.hasDefaults(fn)
	return e.names(fn, captured)
}

// split tells the defaults of a function from what else it captured.
func split(captured starlark.StringDict) (defaults, others starlark.StringDict) {
	defaults, others = starlark.StringDict{}, starlark.StringDict{}
	for name, v := range captured {
		if lang.IsDefault(name) {
			defaults[name] = v
		} else {
			others[name] = v
		}
	}
	return defaults, others
}

func (e *encoder) names(fn *starlark.Function, d starlark.StringDict) error {
	names := d.Keys() // sorted
	e.uvarint(len(names))
	for _, name := range names {
		e.text(name)
		if err := e.value(d[name]); errors.Is(err, ErrNoForm) {
			return fmt.Errorf("%w, which the function %s has as %s", err, fn.Name(), lang.Captured(name))
		} else if err != nil {
			return err
		}
	}
	return nil
}

func (e *encoder) builtin(b *starlark.Builtin) error {
	if b.Receiver() == nil {
		if lang.Universe()[b.Name()] != b {
			return noForm("the function %s", b.Name())
		}
		e.tag(tagUniverse)
		e.text(b.Name())
		return nil
	}
	if err := e.checkKey(b); err != nil {
		return err
	}
	e.functions = true
	e.tag(tagMethod)
	e.text(b.Name())
	return e.within(func() error { return e.value(b.Receiver()) })
}

// other writes values whose Go types are not public. Of a range, only its text
// tells the end that it was given; a cell can print that.
func (e *encoder) other(v starlark.Value) error {
	if v.Type() != "range" {
		return noForm("a %s", v.Type())
	}
	text, ok := strings.CutPrefix(v.String(), "range(")
	if !ok {
		return noForm("%s", v)
	}
	limits := strings.Split(strings.TrimSuffix(text, ")"), ", ")
	switch len(limits) {
	case 1:
		limits = []string{"0", limits[0], "1"}
	case 2:
		limits = append(limits, "1")
	}
	e.tag(tagRange)
	for _, s := range limits {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return noForm("%s", v)
		}
		e.buf = binary.AppendVarint(e.buf, n)
	}
	return nil
}

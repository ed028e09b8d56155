package value

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
)

// Encode writes a value. Its large contents go to parts; with parts nil they are
// only hashed, which gives the same root. The error of a value that cannot be
// written wraps ErrNoForm.
func Encode(ctx context.Context, v starlark.Value, parts Parts) (Stored, error) {
	return encode(ctx, v, parts, MaxRoot)
}

func encode(ctx context.Context, v starlark.Value, parts Parts, limit int) (Stored, error) {
	e := newEncoder(ctx, parts, limit)
	err := e.value(v)
	if errors.Is(err, errCycle) {
		e = newEncoder(ctx, parts, limit)
		if e.same, err = equalContainers(ctx, v); err == nil {
			err = e.value(v)
		}
	}
	if err == nil {
		err = e.checkSize()
	}
	if err != nil {
		return Stored{}, err
	}
	return Stored{Root: e.buf, Parts: e.list, Functions: e.functions}, nil
}

// Hash is the hash of a value, without storing anything.
func Hash(ctx context.Context, v starlark.Value) (string, error) {
	s, err := Encode(ctx, v, nil)
	if err != nil {
		return "", err
	}
	return s.Hash(), nil
}

// Equal tells whether two values have the same bytes.
func Equal(a, b Stored) bool { return bytes.Equal(a.Root, b.Root) }

type encoder struct {
	ctx   context.Context
	parts Parts
	limit int // of the bytes
	buf   []byte
	count int // of values, to look at ctx now and then
	keys  int // how many keys of dicts the value stands in
	nesting
	list      []cells.Blob
	listed    map[string]bool
	functions bool // there are some
	// shallow, if it is not nil, writes containers inside of the value.
	shallow func(starlark.Value) error
}

func newEncoder(ctx context.Context, parts Parts, limit int) *encoder {
	return &encoder{ctx: ctx, parts: parts, limit: limit, listed: map[string]bool{}, nesting: nesting{places: map[starlark.Value]place{}, above: maxDepth}}
}

func noForm(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrNoForm, fmt.Sprintf(format, args...))
}

func (e *encoder) tag(t byte)       { e.buf = append(e.buf, t) }
func (e *encoder) uvarint(n int)    { e.buf = binary.AppendUvarint(e.buf, uint64(n)) }
func (e *encoder) text(s string)    { e.uvarint(len(s)); e.buf = append(e.buf, s...) }
func (e *encoder) raw(b []byte)     { e.uvarint(len(b)); e.buf = append(e.buf, b...) }
func (e *encoder) float(f float64)  { e.buf = binary.LittleEndian.AppendUint64(e.buf, canonicalBits(f)) }
func (e *encoder) interrupt() error { return context.Cause(e.ctx) }

func canonicalBits(f float64) uint64 {
	if f != f {
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(f)
}

// check bounds the size and lets an interrupt through.
func (e *encoder) check() error {
	if e.count++; e.count%1024 == 0 && e.ctx.Err() != nil {
		return e.interrupt()
	}
	return e.checkSize()
}

func (e *encoder) checkSize() error {
	if len(e.buf) > e.limit {
		return e.tooLarge()
	}
	return nil
}

func (e *encoder) tooLarge() error { return noForm("it is larger than %d MiB", e.limit>>20) }

// room makes room for n bytes, if there may be so many more.
func (e *encoder) room(n int) error {
	if n > e.limit-len(e.buf) {
		return e.tooLarge()
	}
	if n > cap(e.buf)-len(e.buf) {
		e.buf = slices.Grow(e.buf, max(n, len(e.buf))) // doubles it
	}
	return nil
}

func (e *encoder) value(v starlark.Value) error {
	if err := e.check(); err != nil {
		return err
	}
	switch v := v.(type) {
	case starlark.NoneType:
		e.tag(tagNone)
	case starlark.Bool:
		if v {
			e.tag(tagTrue)
		} else {
			e.tag(tagFalse)
		}
	case starlark.Int:
		e.int(v)
	case starlark.Float:
		e.tag(tagFloat)
		e.float(float64(v))
	case starlark.String:
		return e.string(tagString, string(v))
	case starlark.Bytes:
		return e.string(tagBytes, string(v))
	default:
		return e.large(v)
	}
	return nil
}

func (e *encoder) string(tag byte, s string) error {
	if err := e.room(len(s)); err != nil {
		return err
	}
	e.tag(tag)
	e.text(s)
	return nil
}

// large writes what is more than a number or a text.
func (e *encoder) large(v starlark.Value) error {
	switch v := v.(type) {
	case starlark.Tuple:
		return e.within(func() error { return e.tuple(v) })
	case *starlark.List, *starlark.Dict, *starlark.Set, *starlark.Function:
		return e.container(v)
	case *starlark.Builtin:
		return e.builtin(v)
	case Object:
		return e.within(func() error { return e.object(v) })
	}
	return e.other(v)
}

func (e *encoder) int(v starlark.Int) {
	if small, ok := v.Int64(); ok {
		e.tag(tagInt)
		e.buf = binary.AppendVarint(e.buf, small)
		return
	}
	e.tag(tagBig)
	e.tag(byte(1 + v.Sign()))
	e.raw(v.BigInt().Bytes())
}

func (e *encoder) tuple(t starlark.Tuple) error {
	e.tag(tagTuple)
	e.uvarint(len(t))
	for _, x := range t {
		if err := e.value(x); err != nil {
			return err
		}
	}
	return nil
}

// contents writes what a container holds.
func (e *encoder) contents(v starlark.Value) error {
	switch v := v.(type) {
	case *starlark.List:
		return e.elements(v)
	case *starlark.Dict:
		return e.dict(v)
	case *starlark.Set:
		return e.set(v)
	}
	return e.function(v.(*starlark.Function))
}

func (e *encoder) elements(l *starlark.List) error {
	e.tag(tagList)
	e.uvarint(l.Len())
	for i := range l.Len() {
		if err := e.value(l.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func (e *encoder) dict(d *starlark.Dict) error {
	e.tag(tagDict)
	e.uvarint(d.Len())
	for k, x := range d.Entries() {
		if err := e.key(k); err != nil {
			return err
		}
		if err := e.value(x); err != nil {
			return err
		}
	}
	return nil
}

func (e *encoder) set(s *starlark.Set) error {
	e.tag(tagSet)
	e.uvarint(s.Len())
	for x := range s.Elements() {
		if err := e.key(x); err != nil {
			return err
		}
	}
	return nil
}

// key writes a key of a dict or an element of a set.
func (e *encoder) key(v starlark.Value) error {
	e.keys++
	defer func() { e.keys-- }()
	return e.value(v)
}

// checkKey refuses values that are equal to themselves alone as keys.
func (e *encoder) checkKey(v starlark.Value) error {
	if e.keys == 0 {
		return nil
	}
	return noForm("%s is a key of a dict or an element of a set; use its name", v)
}

package value

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
)

// A Decoder reads values. Its fields are what values can refer to.
type Decoder struct {
	// Makers make objects, by kind.
	Makers map[string]Make
	// Part gives the content of a part, verified.
	Part func(ctx context.Context, b cells.Blob) ([]byte, error)
	// Home finds where a function stands now, for messages; may be nil.
	Home func(code string) *lang.Home
}

// Decode reads a value, which is frozen. It runs no code: functions are
// compiled, not called. Errors that are about the bytes wrap ErrEncoding.
func (d *Decoder) Decode(ctx context.Context, root []byte) (starlark.Value, error) {
	r := &reader{ctx: ctx, d: d, buf: root}
	v, err := r.value()
	if err == nil && len(r.buf) > 0 {
		err = broken("%d bytes are left over", len(r.buf))
	}
	if err != nil {
		return nil, err
	}
	v.Freeze()
	return v, nil
}

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrEncoding, fmt.Sprintf(format, args...))
}

// maxDepth bounds the recursion; a value that a cell made is never deeper, see
// lang.CheckDepth.
const maxDepth = 20_000

type reader struct {
	ctx  context.Context
	d    *Decoder
	buf  []byte
	open []starlark.Value // containers that are being read; nil where one is not there yet
}

func (r *reader) byte() (byte, error) {
	if len(r.buf) == 0 {
		return 0, broken("it ends too early")
	}
	b := r.buf[0]
	r.buf = r.buf[1:]
	return b, nil
}

func (r *reader) take(n uint64) ([]byte, error) {
	if n > uint64(len(r.buf)) {
		return nil, broken("it ends too early")
	}
	b := r.buf[:n]
	r.buf = r.buf[n:]
	return b, nil
}

func (r *reader) uvarint() (uint64, error) {
	v, n := binary.Uvarint(r.buf)
	if n <= 0 {
		return 0, broken("a number is cut off")
	}
	r.buf = r.buf[n:]
	return v, nil
}

// count reads how many things follow, each of at least size bytes.
func (r *reader) count(size int) (int, error) {
	n, err := r.uvarint()
	if err == nil && n > uint64(len(r.buf)/size) {
		err = broken("%d elements cannot follow", n)
	}
	return int(n), err
}

func (r *reader) raw() ([]byte, error) {
	n, err := r.uvarint()
	if err != nil {
		return nil, err
	}
	return r.take(n)
}

func (r *reader) text() (string, error) {
	b, err := r.raw()
	return string(b), err
}

func (r *reader) value() (starlark.Value, error) {
	tag, err := r.byte()
	if err != nil {
		return nil, err
	}
	if len(r.open) > maxDepth {
		return nil, broken("it is nested too deep")
	}
	if r.ctx.Err() != nil {
		return nil, context.Cause(r.ctx)
	}
	switch tag {
	case tagNone:
		return starlark.None, nil
	case tagTrue:
		return starlark.True, nil
	case tagFalse:
		return starlark.False, nil
	case tagInt, tagBig:
		return r.int(tag)
	case tagFloat:
		b, err := r.take(8)
		if err != nil {
			return nil, err
		}
		return starlark.Float(math.Float64frombits(binary.LittleEndian.Uint64(b))), nil
	case tagString:
		s, err := r.text()
		return starlark.String(s), err
	case tagBytes:
		s, err := r.text()
		return starlark.Bytes(s), err
	case tagRange:
		return r.rangeValue()
	case tagUniverse:
		return r.universe()
	case tagUp:
		return r.up()
	}
	return r.container(tag)
}

func (r *reader) int(tag byte) (starlark.Value, error) {
	if tag == tagInt {
		v, n := binary.Varint(r.buf)
		if n <= 0 {
			return nil, broken("a number is cut off")
		}
		r.buf = r.buf[n:]
		return starlark.MakeInt64(v), nil
	}
	sign, err := r.byte()
	if err != nil {
		return nil, err
	}
	b, err := r.raw()
	if err != nil {
		return nil, err
	}
	x := new(big.Int).SetBytes(b)
	if sign == 0 {
		x.Neg(x)
	}
	return starlark.MakeBigInt(x), nil
}

func (r *reader) rangeValue() (starlark.Value, error) {
	var parts [2]starlark.Int
	for i := range parts {
		tag, err := r.byte()
		if err != nil {
			return nil, err
		}
		v, err := r.int(tag)
		if err != nil {
			return nil, err
		}
		parts[i] = v.(starlark.Int)
	}
	n, err := r.uvarint()
	if err != nil {
		return nil, err
	}
	start, step := parts[0], parts[1]
	stop := start.Add(step.Mul(starlark.MakeUint64(n)))
	v, err := starlark.Call(new(starlark.Thread), starlark.Universe["range"], starlark.Tuple{start, stop, step}, nil)
	if err != nil {
		return nil, broken("a range: %v", err)
	}
	return v, nil
}

func (r *reader) universe() (starlark.Value, error) {
	name, err := r.text()
	if err != nil {
		return nil, err
	}
	b, ok := lang.Universe()[name].(*starlark.Builtin)
	if !ok {
		return nil, broken("there is no function %q", name)
	}
	return b, nil
}

func (r *reader) up() (starlark.Value, error) {
	n, err := r.uvarint()
	if err != nil {
		return nil, err
	}
	if n == 0 || n > uint64(len(r.open)) {
		return nil, broken("a reference leads nowhere")
	}
	v := r.open[uint64(len(r.open))-n]
	if v == nil {
		return nil, broken("a reference leads to what is not there yet")
	}
	return v, nil
}

// within reads the inside of a container.
func (r *reader) within(v starlark.Value, read func() error) error {
	r.open = append(r.open, v)
	err := read()
	r.open = r.open[:len(r.open)-1]
	return err
}

func (r *reader) container(tag byte) (starlark.Value, error) {
	switch tag {
	case tagTuple:
		n, err := r.count(1)
		if err != nil {
			return nil, err
		}
		t := make(starlark.Tuple, n)
		return t, r.within(t, func() error { return r.fill(t) })
	case tagList:
		return r.list()
	case tagDict:
		return r.dict()
	case tagSet:
		return r.set()
	case tagMethod:
		return r.method()
	case tagFunction:
		return r.function()
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

func (r *reader) method() (v starlark.Value, err error) {
	name, err := r.text()
	if err != nil {
		return nil, err
	}
	err = r.within(nil, func() error {
		recv, err := r.value()
		if err != nil {
			return err
		}
		h, ok := recv.(starlark.HasAttrs)
		if !ok {
			return broken("a %s has no methods", recv.Type())
		}
		v, err = h.Attr(name)
		if v == nil || err != nil {
			return broken("a %s has no method %q", recv.Type(), name)
		}
		return nil
	})
	return v, err
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

func (r *reader) names(to starlark.StringDict) error {
	n, err := r.count(2)
	if err != nil {
		return err
	}
	for range n {
		name, err := r.text()
		if err != nil {
			return err
		}
		if to[name], err = r.value(); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) object() (v starlark.Value, err error) {
	kind, err := r.text()
	if err != nil {
		return nil, err
	}
	make_, ok := r.d.Makers[kind]
	if !ok {
		return nil, broken("kind %q is not known", kind)
	}
	n, err := r.count(1)
	if err != nil {
		return nil, err
	}
	fields := make([]starlark.Value, n)
	if err := r.within(nil, func() error { return r.fill(fields) }); err != nil {
		return nil, err
	}
	content, err := r.content()
	if err != nil {
		return nil, err
	}
	if v, err = make_(fields, content); err != nil {
		return nil, broken("a %s: %v", kind, err)
	}
	return v, nil
}

func (r *reader) content() ([]byte, error) {
	how, err := r.byte()
	if err != nil {
		return nil, err
	}
	switch how {
	case contentNone:
		return nil, nil
	case contentInline:
		return r.raw()
	case contentPart:
		b, err := r.part()
		if err != nil {
			return nil, err
		}
		return r.d.Part(r.ctx, b)
	}
	return nil, broken("content of kind %d is not known", how)
}

func (r *reader) part() (cells.Blob, error) {
	sum, err := r.take(32)
	if err != nil {
		return cells.Blob{}, err
	}
	size, err := r.uvarint()
	if err == nil && size > math.MaxInt64 {
		err = broken("a part is too large")
	}
	return cells.Blob{SHA256: hex.EncodeToString(sum), Size: int64(size)}, err
}

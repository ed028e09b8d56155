package value

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
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
	// Functions makes equal functions one; may be nil.
	Functions *Functions
}

// Decode reads a value, which is frozen. It runs no code: functions are
// compiled, not called. The value may keep root, which must not change any more.
// Errors that are about the bytes wrap ErrEncoding.
//
// The value is written again to see that these are the bytes that Encode writes
// for it. So a hash that was known of the bytes is that of the value, whoever
// made them.
func (d *Decoder) Decode(ctx context.Context, root []byte) (starlark.Value, error) {
	r := &reader{ctx: ctx, d: d, buf: root, due: 1, above: maxDepth}
	v, err := r.value()
	if err == nil && len(r.buf) > 0 {
		err = broken("%d bytes are left over", len(r.buf))
	}
	if err != nil {
		return nil, err
	}
	v.Freeze()
	freeze(r.captured)
	again, err := encode(ctx, v, nil, len(root))
	switch {
	case errors.Is(err, ErrNoForm) || err == nil && !bytes.Equal(again.Root, root):
		return nil, broken("a %s is not written like that", v.Type())
	case err != nil:
		return nil, err
	}
	return v, nil
}

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrEncoding, fmt.Sprintf(format, args...))
}

type reader struct {
	ctx context.Context
	d   *Decoder
	buf []byte
	// due is how many values must follow at least. Each takes a byte, so that
	// no count is believed for which there are not enough.
	due   int
	open  []starlark.Value // containers that are being read; nil where one is not there yet
	above int              // the least index in open that was referred to
	// captured are the values that the code of functions sees.
	captured []starlark.Value
}

// freeze freezes what the code of functions sees: freezing a function does not
// reach it.
func freeze(captured []starlark.Value) {
	for _, v := range captured {
		v.Freeze()
	}
}

func (r *reader) byte() (byte, error) {
	b, err := r.take(1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

func (r *reader) take(n uint64) ([]byte, error) {
	if n > uint64(len(r.buf)) {
		return nil, broken("it ends too early")
	}
	b := r.buf[:n:n]
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

// count reads how many elements follow, each of so many values.
func (r *reader) count(values int) (int, error) {
	n, err := r.uvarint()
	if err != nil {
		return 0, err
	}
	if n > uint64(len(r.buf)) || int(n)*values > len(r.buf)-r.due {
		return 0, broken("%d elements cannot follow", n)
	}
	r.due += int(n) * values
	return int(n), nil
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
	r.due--
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
		return r.float()
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

func (r *reader) float() (starlark.Value, error) {
	b, err := r.take(8)
	if err != nil {
		return nil, err
	}
	return starlark.Float(math.Float64frombits(binary.LittleEndian.Uint64(b))), nil
}

func (r *reader) int(tag byte) (starlark.Value, error) {
	if tag == tagInt {
		v, err := r.varint()
		return starlark.MakeInt64(v), err
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

func (r *reader) varint() (int64, error) {
	v, n := binary.Varint(r.buf)
	if n <= 0 {
		return 0, broken("a number is cut off")
	}
	r.buf = r.buf[n:]
	return v, nil
}

func (r *reader) rangeValue() (starlark.Value, error) {
	limits := make(starlark.Tuple, 3)
	for i := range limits {
		n, err := r.varint()
		if err != nil {
			return nil, err
		}
		limits[i] = starlark.MakeInt64(n)
	}
	v, err := starlark.Call(new(starlark.Thread), starlark.Universe["range"], limits, nil)
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
	at := len(r.open) - int(n)
	r.above = min(r.above, at)
	v := r.open[at]
	if v == nil {
		return nil, broken("a reference leads to what is not there yet")
	}
	return v, nil
}

package train

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"slices"
)

// An encoder collects the body of a model file. The first failure is kept.
type encoder struct {
	buf []byte
	err error
}

func (e *encoder) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

func (e *encoder) uint(v uint64)   { e.buf = binary.LittleEndian.AppendUint64(e.buf, v) }
func (e *encoder) int(v int)       { e.uint(uint64(v)) }
func (e *encoder) float(v float64) { e.uint(math.Float64bits(v)) }
func (e *encoder) bool(v bool)     { e.buf = append(e.buf, byte(boolInt(v))) }

func (e *encoder) str(s string) {
	e.int(len(s))
	e.buf = append(e.buf, s...)
}

func (e *encoder) strs(v []string) {
	e.int(len(v))
	for _, s := range v {
		e.str(s)
	}
}

func (e *encoder) floats(v []float64) { putSlice(e, v) }

// names writes feature names, keeping nil apart from empty.
func (e *encoder) names(v []string) {
	e.bool(v != nil)
	e.strs(v)
}

// classes writes labels, each with the type it has.
func (e *encoder) classes(c Classes) {
	e.int(len(c))
	for _, v := range c {
		e.class(v)
	}
}

func (e *encoder) class(v any) {
	switch v := v.(type) {
	case int64:
		e.str("int64")
		e.uint(uint64(v))
	case float64:
		e.str("float64")
		e.float(v)
	case bool:
		e.str("bool")
		e.bool(v)
	case string:
		e.str("string")
		e.str(v)
	default:
		e.fail(fmt.Errorf("save model: a class or parameter of type %T cannot be saved", v))
	}
}

// param writes the value of a parameter with its type.
func (e *encoder) param(v any) {
	switch v := v.(type) {
	case nil:
		e.str("none")
	case int:
		e.str("int")
		e.int(v)
	default:
		e.class(v)
	}
}

// fixed are the number types of which slices can be stored whole.
type fixed interface {
	~uint8 | ~uint16 | ~uint32 | ~uint64 | ~int8 | ~int16 | ~int32 | ~int64 | ~float32 | ~float64
}

// putSlice writes the length and the numbers of v.
func putSlice[T fixed](e *encoder, v []T) {
	e.int(len(v))
	buf, err := binary.Append(e.buf, binary.LittleEndian, v)
	if err != nil {
		e.fail(fmt.Errorf("save model: %w", err))
		return
	}
	e.buf = buf
}

// A decoder reads the body of a model file. After the first failure, which is
// kept in err, every read gives a zero value.
type decoder struct {
	buf   []byte
	depth int
	err   error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: "+format, slices.Insert(args, 0, any(ErrModelFormat))...)
	}
}

// take is the next n bytes, nil if there are not so many.
func (d *decoder) take(n int) []byte {
	if d.err != nil {
		return nil
	}
	if n < 0 || n > len(d.buf) {
		d.fail("it needs %d bytes where %d are left", n, len(d.buf))
		return nil
	}
	b := d.buf[:n]
	d.buf = d.buf[n:]
	return b
}

func (d *decoder) uint() uint64 {
	if b := d.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (d *decoder) int() int       { return int(d.uint()) }
func (d *decoder) float() float64 { return math.Float64frombits(d.uint()) }

func (d *decoder) bool() bool {
	b := d.take(1)
	if b == nil {
		return false
	}
	if b[0] > 1 {
		d.fail("%d is neither true nor false", b[0])
	}
	return b[0] == 1
}

// length reads the length of a list whose elements take at least size bytes
// each, and fails if the rest of the file cannot hold it.
func (d *decoder) length(size int) int {
	n := d.uint()
	if d.err == nil && n > uint64(len(d.buf)/size) {
		d.fail("a list of %d elements where %d bytes are left", n, len(d.buf))
	}
	if d.err != nil {
		return 0
	}
	return int(n)
}

func (d *decoder) str() string { return string(d.take(d.length(1))) }

func (d *decoder) strs() []string {
	out := make([]string, d.length(8))
	for i := range out {
		out[i] = d.str()
	}
	return out
}

func (d *decoder) floats() []float64 { return getSlice[float64](d) }

// finite is floats without NaN or infinity.
func (d *decoder) finite() []float64 {
	v := d.floats()
	for _, x := range v {
		if x-x != 0 {
			d.fail("a parameter of the model is %v", x)
			break
		}
	}
	return v
}

// names reads what encoder.names wrote; there are n names or none at all.
func (d *decoder) names(n int) []string {
	known := d.bool()
	v := d.strs()
	if known && len(v) != n || !known && len(v) > 0 {
		d.fail("%d feature names for %d features", len(v), n)
	}
	if !known {
		return nil
	}
	return v
}

// classes reads at least two classes, which must be in order. Two is also what
// it gives after a failure, so that decoders can reckon with the number.
func (d *decoder) classes() Classes {
	out := make(Classes, d.length(9))
	for i := range out {
		out[i] = d.class(d.str())
		if i > 0 && d.err == nil && compareClass(out[i-1], out[i]) >= 0 {
			d.fail("classes %v and %v are not in order", out[i-1], out[i])
		}
	}
	if len(out) < 2 {
		d.fail("%d classes", len(out))
		return Classes{false, true}
	}
	return out
}

// param reads what encoder.param wrote.
func (d *decoder) param() any {
	switch kind := d.str(); kind {
	case "none":
		return nil
	case "int":
		return d.int()
	default:
		return d.class(kind)
	}
}

func (d *decoder) class(kind string) any {
	switch kind {
	case "int64":
		return int64(d.uint())
	case "float64":
		return d.float()
	case "bool":
		return d.bool()
	case "string":
		return d.str()
	default:
		d.fail("a class or parameter of type %q", kind)
		return nil
	}
}

// getSlice reads what putSlice wrote.
func getSlice[T fixed](d *decoder) []T {
	size := int(reflect.TypeFor[T]().Size())
	out := make([]T, d.length(size))
	b := d.take(len(out) * size)
	if d.err != nil {
		return nil
	}
	if _, err := binary.Decode(b, binary.LittleEndian, out); err != nil {
		d.fail("%v", err)
		return nil
	}
	return out
}

package frame

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// The encoding, all numbers little-endian:
//
//	"wnbf", version (1 byte), kind (1 byte: frame 1, series 2)
//	columns uint32, rows uint64
//	per column:
//	    name: length uint64, bytes
//	    dtype (1 byte), has nulls (1 byte)
//	    with nulls: words of 64 rows, bit set = null
//	    float64, int64: 8 bytes per row; bool: words of 64 rows
//	    string: entries uint32, each length uint64 and bytes; then a code
//	    uint32 per row, null = 0xffffffff
//
// It is canonical: equal values have equal bytes. Entries stand in the order of
// first use and none is unused, slots of nulls are zero, every NaN is the quiet
// one with no payload. Decode refuses anything else.
const (
	codecMagic   = "wnbf"
	codecVersion = 1
	kindFrame    = 1
	kindSeries   = 2
)

// ErrEncoding says that bytes are not the encoding of a frame or series.
var ErrEncoding = errors.New("not an encoded frame")

// Encode writes the canonical encoding of the frame, column by column.
func (f *Frame) Encode(w io.Writer) error { return encode(w, kindFrame, f.rows, f.cols) }

// AppendBinary appends what Encode writes (encoding.BinaryAppender).
func (f *Frame) AppendBinary(b []byte) ([]byte, error) {
	buf := bytes.NewBuffer(b)
	err := f.Encode(buf)
	return buf.Bytes(), err
}

// Encode writes the canonical encoding of the series.
func (s *Series) Encode(w io.Writer) error { return encode(w, kindSeries, s.n, []*Series{s}) }

// AppendBinary appends what Encode writes (encoding.BinaryAppender).
func (s *Series) AppendBinary(b []byte) ([]byte, error) {
	buf := bytes.NewBuffer(b)
	err := s.Encode(buf)
	return buf.Bytes(), err
}

// Hash is the sha256 of the canonical encoding: it covers names, dtypes, order,
// nulls and values. 0 and -0 differ, all NaNs are one.
func (f *Frame) Hash() [32]byte { return hashOf(f.Encode) }

// Hash is the sha256 of the canonical encoding of the series; it differs from
// that of a frame with this one column.
func (s *Series) Hash() [32]byte { return hashOf(s.Encode) }

func hashOf(encode func(io.Writer) error) (sum [32]byte) {
	h := sha256.New()
	_ = encode(h) // a hash never fails to be written to
	h.Sum(sum[:0])
	return sum
}

// An encoder collects bytes and passes them on in blocks.
type encoder struct {
	w   io.Writer
	buf []byte
	err error
}

func encode(w io.Writer, kind byte, rows int, cols []*Series) error {
	e := &encoder{w: w, buf: make([]byte, 0, 1<<15+64)}
	e.buf = append(append(e.buf, codecMagic...), codecVersion, kind)
	e.uint32(uint32(len(cols)))
	e.uint64(uint64(rows))
	for _, c := range cols {
		e.column(c)
	}
	e.flush()
	return e.err
}

func (e *encoder) flush() {
	if e.err == nil {
		_, e.err = e.w.Write(e.buf)
	}
	e.buf = e.buf[:0]
}

func (e *encoder) uint32(v uint32) {
	e.buf = binary.LittleEndian.AppendUint32(e.buf, v)
	if len(e.buf) >= 1<<15 {
		e.flush()
	}
}

func (e *encoder) uint64(v uint64) {
	e.buf = binary.LittleEndian.AppendUint64(e.buf, v)
	if len(e.buf) >= 1<<15 {
		e.flush()
	}
}

func (e *encoder) text(s string) {
	e.uint64(uint64(len(s)))
	e.buf = append(e.buf, s...)
	if len(e.buf) >= 1<<15 {
		e.flush()
	}
}

func (e *encoder) words(b bitmap) {
	for _, w := range b {
		e.uint64(w)
	}
}

func (e *encoder) column(c *Series) {
	e.text(c.name)
	hasNulls := byte(0)
	if c.nullCount > 0 {
		hasNulls = 1
	}
	e.buf = append(e.buf, byte(c.dtype), hasNulls)
	e.words(c.nulls)
	switch c.dtype {
	case Float64:
		for _, v := range c.floats {
			e.uint64(floatBits(v))
		}
	case Int64:
		for _, v := range c.ints {
			e.uint64(uint64(v))
		}
	case Bool:
		set := newBitmap(c.n)
		for i, v := range c.bools {
			if v {
				set.set(i)
			}
		}
		e.words(set)
	case String:
		e.strings(c)
	}
}

func (e *encoder) strings(c *Series) {
	keys, count := c.keys() // from 1 in order of first use
	entries := make([]string, count-1)
	for i, key := range keys {
		if key != nullKey {
			entries[key-1] = c.Str(i)
		}
	}
	e.uint32(uint32(len(entries)))
	for _, text := range entries {
		e.text(text)
	}
	for _, key := range keys {
		e.uint32(uint32(key - 1)) // null: 0xffffffff
	}
}

// Decode reads the bytes of a frame that Encode wrote. Its errors are
// ErrEncoding with the reason.
func Decode(data []byte) (*Frame, error) {
	cols, err := decode(data, kindFrame)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	f, err := New(cols...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	return f, nil
}

// DecodeSeries reads the bytes of a series that Encode wrote.
func DecodeSeries(data []byte) (*Series, error) {
	cols, err := decode(data, kindSeries)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	return cols[0], nil
}

// A decoder takes bytes from the front; after the first error it gives zeros.
type decoder struct {
	data []byte
	err  error
}

func decode(data []byte, kind byte) ([]*Series, error) {
	d := &decoder{data: data}
	head := d.take(uint64(len(codecMagic)) + 2)
	if d.err != nil || string(head[:4]) != codecMagic {
		return nil, errors.New("it does not start with " + codecMagic)
	}
	if head[4] != codecVersion {
		return nil, fmt.Errorf("version %d, this program reads %d", head[4], codecVersion)
	}
	if head[5] != kind {
		return nil, fmt.Errorf("kind %d, expected %d (1 frame, 2 series)", head[5], kind)
	}
	count, rows := d.uint32(), d.uint64()
	switch {
	case kind == kindSeries && count != 1:
		return nil, fmt.Errorf("a series of %d columns", count)
	case count == 0 && rows != 0:
		return nil, fmt.Errorf("%d rows without columns", rows)
	case rows > uint64(len(data))*8: // a row takes a bit at least
		return nil, fmt.Errorf("%d rows in %d bytes", rows, len(data))
	}
	var cols []*Series
	for range count {
		cols = append(cols, d.column(int(rows)))
		if d.err != nil {
			return nil, fmt.Errorf("column %d: %w", len(cols)-1, d.err)
		}
	}
	if len(d.data) > 0 {
		return nil, fmt.Errorf("%d bytes too many", len(d.data))
	}
	return cols, d.err
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
}

func (d *decoder) take(n uint64) []byte {
	if n > uint64(len(d.data)) {
		d.fail("%d bytes are missing", n-uint64(len(d.data)))
	}
	if d.err != nil {
		return nil
	}
	out := d.data[:n]
	d.data = d.data[n:]
	return out
}

func (d *decoder) uint32() uint32 {
	if b := d.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (d *decoder) uint64() uint64 {
	if b := d.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// numbers takes n numbers of 8 bytes; nil on error.
func (d *decoder) numbers(n int) []uint64 {
	b := d.take(uint64(n) * 8)
	if d.err != nil {
		return nil
	}
	out := make([]uint64, n)
	for i := range out {
		out[i] = binary.LittleEndian.Uint64(b[i*8:])
	}
	return out
}

// words takes the bits of n rows.
func (d *decoder) words(n int) bitmap {
	b := bitmap(d.numbers((n + 63) / 64))
	if rest := n % 64; d.err == nil && rest != 0 && b[len(b)-1]>>rest != 0 {
		d.fail("bits are set past the last row")
	}
	return b
}

func (d *decoder) column(rows int) *Series {
	name := string(d.take(d.uint64()))
	head := d.take(2)
	if d.err != nil {
		return nil
	}
	var nulls bitmap
	if head[1] > 1 {
		d.fail("null mark %d", head[1])
	}
	if head[1] == 1 {
		if nulls = d.words(rows); d.err == nil && nulls.count() == 0 {
			d.fail("no row is null")
		}
	}
	s := d.values(DType(head[0]), rows, nulls)
	if d.err != nil {
		return nil
	}
	s.name = name
	return s
}

func (d *decoder) values(dtype DType, rows int, nulls bitmap) *Series {
	switch dtype {
	case Float64:
		return d.floats(rows, nulls)
	case Int64:
		values := make([]int64, 0)
		for i, bits := range d.numbers(rows) {
			values = append(values, int64(bits))
			d.checkNull(nulls, i, bits == 0)
		}
		return ofInts("", values, nulls)
	case Bool:
		set := d.words(rows)
		if d.err != nil {
			return nil
		}
		values := make([]bool, rows)
		for i := range values {
			values[i] = set.get(i)
			d.checkNull(nulls, i, !values[i])
		}
		return ofBools("", values, nulls)
	case String:
		return d.strings(rows, nulls)
	}
	d.fail("unknown dtype %d", uint8(dtype))
	return nil
}

// checkNull refuses values in the slots of nulls.
func (d *decoder) checkNull(nulls bitmap, row int, zero bool) {
	if !zero && nulls.get(row) {
		d.fail("row %d is null but has a value", row)
	}
}

func (d *decoder) floats(rows int, nulls bitmap) *Series {
	bits := d.numbers(rows)
	if d.err != nil {
		return nil
	}
	values := make([]float64, rows)
	for i, b := range bits {
		values[i] = math.Float64frombits(b)
		if floatBits(values[i]) != b {
			d.fail("row %d is a NaN with a payload", i)
		}
		d.checkNull(nulls, i, b == 0)
	}
	return ofFloats("", values, nulls)
}

func (d *decoder) strings(rows int, nulls bitmap) *Series {
	var dict []string
	seen := map[string]bool{}
	for range d.uint32() {
		text := string(d.take(d.uint64()))
		if d.err != nil {
			return nil
		}
		if seen[text] {
			d.fail("entry %q stands twice", text)
		}
		seen[text] = true
		dict = append(dict, text)
	}
	b := d.take(uint64(rows) * 4)
	if d.err != nil {
		return nil
	}
	codes := make([]int32, rows)
	used := uint32(0)
	for i := range codes {
		code := binary.LittleEndian.Uint32(b[i*4:])
		switch {
		case nulls.get(i) != (code == math.MaxUint32), !nulls.get(i) && code > used, !nulls.get(i) && int(code) >= len(dict):
			d.fail("row %d has code %d", i, code)
		case !nulls.get(i) && code == used:
			used++
		}
		codes[i] = int32(code)
	}
	if int(used) != len(dict) {
		d.fail("%d entries of %d are used", used, len(dict))
	}
	if d.err != nil {
		return nil
	}
	return ofCodes("", codes, dict, nulls)
}

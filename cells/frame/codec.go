package frame

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
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

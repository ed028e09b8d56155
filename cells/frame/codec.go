package frame

import (
	"bytes"
	"crypto/sha256"
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
//	    string: entries uint32, each length uint64 and bytes
//	    zeros up to a multiple of 8 bytes from the start
//	    with nulls: words of 64 rows, bit set = null
//	    float64, int64: 8 bytes per row; bool: words of 64 rows
//	    string: a code uint32 per row, null = 0xffffffff
//
// It is canonical: equal values have equal bytes. Entries stand in the order of
// first use and none is unused, slots of nulls are zero, every NaN is the quiet
// one with no payload. Decode refuses anything else. The zeros make the numbers
// stand where the memory of a column may: see memory.go.
const (
	// Magic are the first bytes of what Encode writes.
	Magic        = "wnbf"
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

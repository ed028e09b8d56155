package frame

import (
	"encoding/binary"
	"io"
)

// An encoder collects bytes and passes them on in blocks. Long columns pass
// without a copy.
type encoder struct {
	w       io.Writer
	buf     []byte
	written int // what w has
	err     error
	memory  bool // columns are written as the memory that they are
}

// blockSize is how many bytes go to the writer at once: few enough to stay in
// the processor's cache between the look for NaNs and the writer's work.
const blockSize = 1 << 16

func encode(w io.Writer, kind byte, rows int, cols []*Series) error {
	return encodeAs(w, kind, rows, cols, littleEndian())
}

func encodeAs(w io.Writer, kind byte, rows int, cols []*Series, memory bool) error {
	e := &encoder{w: w, memory: memory}
	e.bytes(append([]byte(Magic), codecVersion, kind))
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
	e.written += len(e.buf)
	e.buf = e.buf[:0]
}

// bytes passes on what is long and collects what is short.
func (e *encoder) bytes(b []byte) {
	if len(e.buf)+len(b) > blockSize {
		e.flush()
	}
	if len(b) <= blockSize/2 {
		e.buf = append(e.buf, b...)
		return
	}
	if len(e.buf) > 0 {
		e.flush()
	}
	if e.err == nil {
		_, e.err = e.w.Write(b)
	}
	e.written += len(b)
}

func (e *encoder) uint32(v uint32) { e.bytes(binary.LittleEndian.AppendUint32(nil, v)) }
func (e *encoder) uint64(v uint64) { e.bytes(binary.LittleEndian.AppendUint64(nil, v)) }

func (e *encoder) text(s string) {
	e.uint64(uint64(len(s)))
	e.bytes([]byte(s))
}

// align adds zeros up to a multiple of 8 bytes from the start.
func (e *encoder) align() {
	e.bytes(make([]byte, -(e.written+len(e.buf))&7))
}

func (e *encoder) column(c *Series) {
	e.text(c.name)
	hasNulls := byte(0)
	if c.nullCount > 0 {
		hasNulls = 1
	}
	e.bytes([]byte{byte(c.dtype), hasNulls})
	if c.dtype == String {
		e.strings(c)
		return
	}
	e.align()
	putNumbers(e, c.nulls)
	switch c.dtype {
	case Float64:
		e.floats(c.floats)
	case Int64:
		putNumbers(e, c.ints)
	case Bool:
		set := newBitmap(c.n)
		for i, v := range c.bools {
			if v {
				set.set(i)
			}
		}
		putNumbers(e, set)
	}
}

// putNumbers writes the memory of a column.
func putNumbers[S ~[]T, T number](e *encoder, v S) {
	for len(v) > 0 {
		block := v[:min(len(v), blockSize/8)]
		v = v[len(block):]
		if e.memory {
			e.bytes(memoryOf(block))
			continue
		}
		b, err := binary.Append(nil, binary.LittleEndian, []T(block))
		if err != nil && e.err == nil {
			e.err = err
		}
		e.bytes(b)
	}
}

// floats writes numbers, all NaNs as one.
func (e *encoder) floats(v []float64) {
	for len(v) > 0 {
		block := v[:min(len(v), blockSize/8)]
		v = v[len(block):]
		if hasNaN(block) {
			block = append([]float64(nil), block...)
			for i, x := range block {
				if x != x {
					block[i] = nan
				}
			}
		}
		putNumbers(e, block)
	}
}

func (e *encoder) strings(c *Series) {
	keys, count := c.keys() // from 1 in order of first use
	entries := make([]string, 0, count-1)
	for i, key := range keys {
		if int(key) > len(entries) {
			entries = append(entries, c.Str(i))
		}
		keys[i]-- // the code; null: -1
	}
	e.uint32(uint32(len(entries)))
	for _, text := range entries {
		e.text(text)
	}
	e.align()
	putNumbers(e, c.nulls)
	putNumbers(e, keys)
}

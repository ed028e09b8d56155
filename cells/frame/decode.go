package frame

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

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

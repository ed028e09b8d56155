package frame

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Decode reads the bytes of a frame that Encode wrote. The columns may be the
// memory of data, which must not change any more, and stays as long as one of
// them. Its errors are ErrEncoding with the reason.
func Decode(data []byte) (*Frame, error) {
	cols, err := decode(data, kindFrame, littleEndian())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	f, err := New(cols...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	return f, nil
}

// DecodeSeries reads the bytes of a series that Encode wrote, as Decode does.
func DecodeSeries(data []byte) (*Series, error) {
	cols, err := decode(data, kindSeries, littleEndian())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	return cols[0], nil
}

// A decoder takes bytes from the front; after the first error it gives zeros.
type decoder struct {
	data   []byte
	size   int // of data, at the start
	err    error
	memory bool // columns are the memory of data
}

func decode(data []byte, kind byte, memory bool) ([]*Series, error) {
	d := &decoder{data: data, size: len(data), memory: memory}
	head := d.take(uint64(len(Magic)) + 2)
	if d.err != nil || string(head[:4]) != Magic {
		return nil, errors.New("it does not start with " + Magic)
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
	out := d.data[:n:n]
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

// takeNumbers takes n numbers; nil on error. They are the memory of what is
// decoded, if that may be.
func takeNumbers[T number](d *decoder, n int) []T {
	b := d.take(uint64(n) * uint64(binary.Size(*new(T))))
	if d.err != nil {
		return nil
	}
	if d.memory && n > 0 {
		if v, ok := asNumbers[T](b); ok {
			return v
		}
	}
	out := make([]T, n)
	if _, err := binary.Decode(b, binary.LittleEndian, out); err != nil {
		d.fail("%v", err)
	}
	return out
}

// words takes the bits of n rows.
func (d *decoder) words(n int) bitmap {
	b := bitmap(takeNumbers[uint64](d, (n+63)/64))
	if rest := n % 64; d.err == nil && rest != 0 && b[len(b)-1]>>rest != 0 {
		d.fail("bits are set past the last row")
	}
	return b
}

// align takes the zeros before the numbers of a column.
func (d *decoder) align() {
	for _, b := range d.take(uint64(len(d.data)-d.size) & 7) {
		if b != 0 {
			d.fail("numbers are not aligned with zeros")
		}
	}
}

package scorer

import (
	"fmt"
	"unicode/utf8"
)

// reader reads the binary format strictly. The first error sticks: from then on
// every read gives zero and the position stays, so callers check err once per
// entry, not once per read.
type reader struct {
	data     []byte // the whole module, so that pos is an offset in the file
	pos, end int
	section  string
	fn       int
	err      *ValidationError
}

func (r *reader) fail(at int, format string, args ...any) {
	if r.err == nil {
		r.err = &ValidationError{Section: r.section, Func: r.fn, Offset: at, Msg: fmt.Sprintf(format, args...)}
		r.end = r.pos
	}
}

func (r *reader) more() bool { return r.err == nil && r.pos < r.end }

func (r *reader) byte() byte {
	if r.pos >= r.end {
		r.fail(r.pos, "unexpected end")
		return 0
	}
	r.pos++
	return r.data[r.pos-1]
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > r.end-r.pos {
		r.fail(r.pos, "unexpected end: %d bytes wanted, %d left", n, r.end-r.pos)
		return nil
	}
	r.pos += n
	return r.data[r.pos-n : r.pos : r.pos]
}

// u32 reads an unsigned LEB128 number of at most 5 bytes.
func (r *reader) u32() uint32 {
	at := r.pos
	var v uint64
	for shift := 0; shift < 35; shift += 7 {
		b := r.byte()
		v |= uint64(b&0x7f) << shift
		if b&0x80 == 0 {
			if v > 1<<32-1 {
				r.fail(at, "number does not fit in 32 bits")
				return 0
			}
			return uint32(v)
		}
	}
	r.fail(at, "number is longer than 5 bytes")
	return 0
}

// signed reads a signed LEB128 number of the given width (32, 33 or 64 bits).
func (r *reader) signed(bits int) int64 {
	at := r.pos
	var v int64
	for shift := 0; shift < bits; shift += 7 {
		b := r.byte()
		v |= int64(b&0x7f) << shift
		if b&0x80 != 0 {
			continue
		}
		if used := bits - shift; used < 7 {
			// The unused bits of the last byte must repeat the sign.
			rest := int8(b<<1) >> used
			if rest != 0 && rest != -1 {
				r.fail(at, "number does not fit in %d bits", bits)
				return 0
			}
		}
		if shift+7 < 64 {
			v = v << (57 - shift) >> (57 - shift)
		}
		return v
	}
	r.fail(at, "number is longer than %d bits allow", bits)
	return 0
}

// size reads a number of bytes. One that is longer than the module fails where
// it is used, and fits in an int on every machine.
func (r *reader) size() int { return int(min(uint64(r.u32()), uint64(len(r.data)+1))) }

// count reads the length of a vector. An entry takes at least size bytes, so a
// count that cannot be true is refused before anything is allocated for it.
func (r *reader) count(limit, size int, what string) int {
	at := r.pos
	n := int64(r.u32())
	switch {
	case r.err != nil:
		return 0
	case n > int64(limit):
		r.fail(at, "%d %s, the limit is %d", n, what, limit)
		return 0
	case n*int64(size) > int64(r.end-r.pos):
		r.fail(at, "%d %s do not fit in the %d bytes left", n, what, r.end-r.pos)
		return 0
	}
	return int(n)
}

func (r *reader) name() string {
	at := r.pos
	b := r.take(r.size())
	if !utf8.Valid(b) {
		r.fail(at, "name is not UTF-8")
		return ""
	}
	return string(b)
}

package frame

import "math/bits"

// A bitmap marks the null rows of a column, 64 per word. A nil bitmap marks
// none; bits past the column's end are always zero.
type bitmap []uint64

func newBitmap(n int) bitmap { return make(bitmap, (n+63)/64) }

func (b bitmap) get(i int) bool { return b != nil && b[i>>6]>>(uint(i)&63)&1 == 1 }

func (b bitmap) set(i int) { b[i>>6] |= 1 << (uint(i) & 63) }

func (b bitmap) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// slice copies rows [lo, hi).
func (b bitmap) slice(lo, hi int) bitmap {
	if b == nil {
		return nil
	}
	out := newBitmap(hi - lo)
	shift := uint(lo) & 63
	for w := range out {
		from := lo>>6 + w
		out[w] = b[from] >> shift
		if shift > 0 && from+1 < len(b) {
			out[w] |= b[from+1] << (64 - shift)
		}
	}
	if rest := uint(hi-lo) & 63; rest != 0 {
		out[len(out)-1] &= 1<<rest - 1
	}
	return out
}

// or marks the rows that either operand marks; both cover the same rows.
func (b bitmap) or(other bitmap) bitmap {
	if b == nil {
		return other
	}
	if other == nil {
		return b
	}
	out := make(bitmap, len(b))
	for w := range out {
		out[w] = b[w] | other[w]
	}
	return out
}

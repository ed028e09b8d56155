package scorer

import (
	"encoding/binary"
	"math"
	"unsafe"
)

// littleEndian is true on machines whose floats have the byte order of guests.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// putFloats writes v to dst, which must have room, as little-endian f64.
func putFloats(dst []byte, v []float64) {
	if len(v) == 0 {
		return
	}
	dst = dst[:8*len(v)]
	if littleEndian {
		copy(dst, unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), 8*len(v)))
		return
	}
	for i, x := range v {
		binary.LittleEndian.PutUint64(dst[8*i:], math.Float64bits(x))
	}
}

// blockRows are as many rows as the processor's first cache holds while columns
// are turned into them.
const blockRows = 64

// putRows writes columns to dst row by row.
func putRows(dst []byte, columns [][]float64, from, to int) {
	row := 8 * len(columns)
	for ; from < to; from += blockRows {
		n := min(blockRows, to-from)
		c := 0
		for ; c+4 <= len(columns); c += 4 {
			putFour(dst[8*c:], row, columns[c:c+4], from, n)
		}
		for ; c < len(columns); c++ {
			at := 8 * c
			for _, x := range columns[c][from : from+n] {
				binary.LittleEndian.PutUint64(dst[at:], math.Float64bits(x))
				at += row
			}
		}
		dst = dst[n*row:]
	}
}

// putFour writes n numbers of four columns side by side, into rows of a number of
// bytes: one look at the bounds does for the four.
func putFour(dst []byte, row int, columns [][]float64, from, n int) {
	a, b, c, d := columns[0][from:from+n], columns[1][from:], columns[2][from:], columns[3][from:]
	b, c, d = b[:len(a)], c[:len(a)], d[:len(a)]
	at := 0
	for i := range a {
		p := dst[at : at+32 : at+32]
		binary.LittleEndian.PutUint64(p[0:8], math.Float64bits(a[i]))
		binary.LittleEndian.PutUint64(p[8:16], math.Float64bits(b[i]))
		binary.LittleEndian.PutUint64(p[16:24], math.Float64bits(c[i]))
		binary.LittleEndian.PutUint64(p[24:32], math.Float64bits(d[i]))
		at += row
	}
}

// float reads the f64 at index i.
func float(src []byte, i int) float64 {
	return canonical(math.Float64frombits(binary.LittleEndian.Uint64(src[8*i:])))
}

// Columns turns rows into columns. Rows must have the same length.
func Columns(rows [][]float64) [][]float64 {
	if len(rows) == 0 {
		return nil
	}
	d := len(rows[0])
	all := make([]float64, d*len(rows))
	out := make([][]float64, d)
	for c := range out {
		out[c] = all[c*len(rows) : (c+1)*len(rows) : (c+1)*len(rows)]
	}
	for i, row := range rows {
		for c := range out {
			out[c][i] = row[c]
		}
	}
	return out
}

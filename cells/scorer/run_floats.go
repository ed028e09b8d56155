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

// putRows writes columns to dst row by row.
func putRows(dst []byte, columns [][]float64, from, to int) {
	d := len(columns)
	for c, col := range columns {
		for i, x := range col[from:to] {
			binary.LittleEndian.PutUint64(dst[8*(i*d+c):], math.Float64bits(x))
		}
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

package frame

import (
	"encoding/binary"
	"unsafe"
)

// Columns of numbers are written and read as the memory that they are, where
// the machine keeps numbers as the encoding does: little-endian. Elsewhere, and
// where memory is not aligned, they are converted one by one. Both give the same
// bytes, see TestMemoryIsTheEncoding. No other file of this package uses unsafe.

// number is what columns consist of.
type number interface {
	float64 | int64 | uint64 | int32
}

// littleEndian tells whether memory is the encoding; compilers know the answer.
func littleEndian() bool { return binary.NativeEndian.Uint16([]byte{1, 0}) == 1 }

// memoryOf is the memory of v.
func memoryOf[T number](v []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*int(unsafe.Sizeof(*new(T))))
}

// asNumbers takes bytes as the memory of numbers, without a copy. ok is false if
// they do not stand where numbers of this size may.
func asNumbers[T number](b []byte) (v []T, ok bool) {
	size := unsafe.Sizeof(*new(T))
	start := unsafe.Pointer(unsafe.SliceData(b))
	if uintptr(start)%unsafe.Alignof(*new(T)) != 0 {
		return nil, false
	}
	return unsafe.Slice((*T)(start), uintptr(len(b))/size), true
}

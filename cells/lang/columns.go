package lang

import "sort"

// columns maps positions of the scanned text back to the cell's own text. The
// scanner never moves text to another line, so only columns need a map, and
// only on lines where it inserted or left out something.
type columns map[int32][]segment

// A segment says that, from output column out on, text was copied from input
// column in (verbatim), or inserted while the scanner stood at column in.
type segment struct {
	out, in  int32
	verbatim bool
}

func (c columns) add(line int32, s segment) { c[line] = append(c[line], s) }

// original gives the column (from 1, in characters) of the cell's own text.
func (c columns) original(line, col int32) int32 {
	segs := c[line]
	i := sort.Search(len(segs), func(i int) bool { return segs[i].out > col }) - 1
	switch {
	case i < 0:
		return col
	case segs[i].verbatim:
		return segs[i].in + col - segs[i].out
	default:
		return segs[i].in
	}
}

package protocol

import "unicode/utf8"

// Offset turns a cursor_pos, which counts code points, into a byte offset of
// code. A position behind the last code point is taken to count UTF-16 units,
// which some clients still send; beyond these too, it is the end of the code.
// Negative positions are the start.
func Offset(code string, pos int) int {
	if pos <= 0 {
		return 0
	}
	points, units := 0, 0
	byUnits := len(code)
	for i, r := range code {
		if points == pos {
			return i
		}
		if byUnits == len(code) && units >= pos {
			byUnits = i
		}
		points++
		units++
		if r > 0xFFFF {
			units++
		}
	}
	if points == pos {
		return len(code)
	}
	return byUnits
}

// CursorPos turns a byte offset of code into a position in code points, as
// replies give them. Offsets outside the code are moved to its ends.
func CursorPos(code string, offset int) int {
	return utf8.RuneCountInString(code[:min(max(offset, 0), len(code))])
}

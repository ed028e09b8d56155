package builtin

import "go.starlark.net/starlark"

// Shape is how many elements a value has along each of its axes: rows and columns
// of a frame, the length of a series, list, tuple, dict or set; nil for others.
func Shape(v starlark.Value) []int {
	switch v := v.(type) {
	case *Frame:
		return []int{v.frame.NumRows(), v.frame.NumColumns()}
	case *Series:
		return []int{v.series.Len()}
	case starlark.Sequence:
		return []int{v.Len()}
	}
	return nil
}

// Bytes is about how much memory a frame, a series or a text takes; 0 for values
// of which that is not known.
func Bytes(v starlark.Value) int64 {
	switch v := v.(type) {
	case *Frame:
		return v.frame.Bytes()
	case *Series:
		return v.series.Bytes()
	case starlark.String:
		return int64(len(v))
	case starlark.Bytes:
		return int64(len(v))
	}
	return 0
}

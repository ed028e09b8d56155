package frame

// Bytes is about how much memory the column takes; what it shares with others
// counts in full.
func (s *Series) Bytes() int64 {
	n := 8*int64(len(s.floats)+len(s.ints)+len(s.nulls)) + int64(len(s.bools)) + 4*int64(len(s.codes))
	for _, text := range s.dict {
		n += int64(len(text)) + 16 // the text and where it is
	}
	return n
}

// Bytes is about how much memory the columns take together.
func (f *Frame) Bytes() int64 {
	var n int64
	for i := range f.NumColumns() {
		n += f.At(i).Bytes()
	}
	return n
}

package frame

import "strings"

// A dictBuilder codes strings row by row.
type dictBuilder struct {
	codes []int32
	dict  []string
	index map[string]int32
	nulls []int // rows
}

func newDictBuilder(rows int) *dictBuilder {
	return &dictBuilder{codes: make([]int32, 0, rows), index: map[string]int32{}}
}

func (b *dictBuilder) add(v string) { b.codes = append(b.codes, b.code(v)) }

// code is v's place in the dictionary; a new entry is a clone, lest one short
// cell keep the whole text it was cut from.
func (b *dictBuilder) code(v string) int32 {
	if code, ok := b.index[v]; ok {
		return code
	}
	return b.enter(strings.Clone(v))
}

// codeOf is code for bytes, which it copies only if they are new.
func (b *dictBuilder) codeOf(v []byte) int32 {
	if code, ok := b.index[string(v)]; ok {
		return code
	}
	return b.enter(string(v))
}

// enter is code for a string that may be kept.
func (b *dictBuilder) enter(v string) int32 {
	code, ok := b.index[v]
	if !ok {
		code = int32(len(b.dict))
		b.dict = append(b.dict, v)
		b.index[v] = code
	}
	return code
}

func (b *dictBuilder) addNull() {
	b.nulls = append(b.nulls, len(b.codes))
	b.codes = append(b.codes, -1)
}

func (b *dictBuilder) series(name string) *Series {
	return ofCodes(name, b.codes, b.dict, marks(len(b.codes), b.nulls))
}

// marks is the bitmap of n rows in which the given ones are null.
func marks(n int, nulls []int) bitmap {
	if len(nulls) == 0 {
		return nil
	}
	out := newBitmap(n)
	for _, i := range nulls {
		out.set(i)
	}
	return out
}

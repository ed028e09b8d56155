// Package value turns the values of cells into bytes and back.
//
// The bytes are canonical: equal values have equal bytes, whatever made them and
// however they share parts, and [Decoder.Decode] takes no other bytes than those
// that [Encode] writes. So the hash of the bytes stands for the value: the
// result cache keys a cell by the hashes of the values that it reads, and a
// value that came out the same again changes nothing downstream.
//
// Kinds that Starlark keeps apart stay apart: 1, 1.0 and True differ, a list and
// a tuple, 0.0 and -0.0; the order of a dict or set is part of it, since a cell
// can see it. All NaNs are one.
//
// A function is its source and what it captures ([lang.Inspect]); reading it
// back compiles the source and runs nothing. Other things, such as frames and
// models, are an [Object]: a kind with fields and content of its own. Content
// that is large becomes a part, named by its hash, so that a frame that several
// values hold is stored once.
//
// A value that refers to itself, such as a dict that holds a function that uses
// the dict, is written with references upwards: how many containers above. Two
// such values are equal if nobody who walks through them can tell them apart
// (they are bisimilar): a list that holds itself equals a list of that list.
//
// What counts by itself and not by what is in it cannot be written: a function
// as the key of a dict would be another key when it is read back. Functions that
// were read compare as equal if their bytes are, see [Functions].
package value

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
)

// An Object is a value that is more than the kinds of Starlark itself.
type Object interface {
	starlark.Value
	// Form says what the object is made of; the error why nobody can.
	Form() (Form, error)
}

// A Holder is an object that holds values which can change, such as functions.
type Holder interface {
	Object
	// CopyWith is the object with copies of what it holds.
	CopyWith(copied func(starlark.Value) (starlark.Value, error)) (starlark.Value, error)
}

// A Form is what an object is made of. The same kind, fields and content make
// the same object again.
type Form struct {
	Kind   string
	Fields []starlark.Value
	// Content writes what is not made of values; nil if there is nothing. The
	// same object writes the same bytes.
	Content func(io.Writer) error
	// Memo keeps what is known of large content; may be nil.
	Memo *Memo
}

// Make gives an object from its form. The object may keep fields and content,
// which nobody changes any more. It refuses content that the object would not
// write like that again.
type Make func(fields []starlark.Value, content []byte) (starlark.Value, error)

// Stored is a value as bytes.
type Stored struct {
	// Root is the value but for its parts, which it names.
	Root []byte
	// Parts are the large contents inside, without repetition, in order.
	Parts []cells.Blob
	// Functions tells whether there are functions in it.
	Functions bool
}

// Hash stands for the value, parts included: the SHA-256 of the root in
// lower-case hex.
func (s Stored) Hash() string {
	sum := sha256.Sum256(s.Root)
	return hex.EncodeToString(sum[:])
}

// ErrNoForm is wrapped by the errors of values that cannot be written.
var ErrNoForm = errors.New("the value cannot be stored")

// ErrEncoding is wrapped by the errors of bytes that are not a value.
var ErrEncoding = errors.New("not a stored value")

// MaxRoot is how large a value may be without its parts. A value that shares
// parts with itself many times over is as large as it looks when it is printed.
const MaxRoot = 256 << 20

// maxDepth is how many containers may stand in each other, which bounds the
// recursion. The lists and dicts of a cell are never deeper (lang.CheckDepth),
// but functions that capture them may be.
const maxDepth = 20_000

// maxCode is how long the code of a function may be. The parser recurses into it.
const maxCode = 1 << 20

// inlineContent is the largest content that stands in the root.
const inlineContent = 32 << 10

// The tags of the encoding. Numbers are varints, texts a length and bytes.
const (
	tagNone     = 'N'
	tagTrue     = 'T'
	tagFalse    = 'F'
	tagInt      = 'i' // zigzag varint
	tagBig      = 'I' // sign, length, big-endian bytes: what does not fit in an int64
	tagFloat    = 'd' // 8 bytes, little-endian
	tagString   = 's'
	tagBytes    = 'b'
	tagList     = 'l' // count, elements
	tagTuple    = 't'
	tagDict     = 'm' // count, key and value by turns
	tagSet      = 'S'
	tagRange    = 'r' // start, stop, step: zigzag varints
	tagUniverse = 'u' // name of a function of Starlark itself
	tagMethod   = 'a' // name, receiver: a bound method of a value of Starlark
	tagFunction = 'f' // name, code, defaults, captured: counts of name and value
	tagObject   = 'o' // kind, count of fields, fields, content
	tagUp       = '^' // how many containers up
)

// How the content of an object is written.
const (
	contentNone   = 0
	contentInline = 1 // length and bytes
	contentPart   = 2 // 32 bytes of SHA-256, size
)

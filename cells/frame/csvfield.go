package frame

import (
	"bytes"
	"unicode/utf8"
)

// A csvField is the field that was read last.
type csvField struct {
	text   []byte // part of the data, or of scratch
	quoted bool
	end    int // the separator or line end after the field

	scratch []byte
}

// read reads the field at a byte. The data ends with a line end, and every
// quoted field is closed.
func (f *csvField) read(b []byte, at int, sep byte) {
	if b[at] == '"' {
		f.readQuoted(b, at+1, sep)
		return
	}
	end := fieldEnd(b, at, sep)
	f.quoted, f.end, f.text = false, end, b[at:textEnd(b, at, end)]
}

func fieldEnd(b []byte, at int, sep byte) int {
	for i, c := range b[at:] {
		if c == sep || c == '\n' {
			return at + i
		}
	}
	return len(b) - 1
}

// textEnd leaves out the \r of a line end.
func textEnd(b []byte, at, end int) int {
	if b[end] == '\n' && end > at && b[end-1] == '\r' {
		return end - 1
	}
	return end
}

// readQuoted reads from behind the opening quote. Text between the closing
// quote and the separator is kept, as pandas does.
func (f *csvField) readQuoted(b []byte, at int, sep byte) {
	f.quoted = true
	f.scratch = f.scratch[:0]
	from := at
	for {
		at += bytes.IndexByte(b[at:], '"')
		if b[at+1] != '"' {
			break
		}
		f.scratch = append(f.scratch, b[from:at+1]...)
		at += 2
		from = at
	}
	f.end = fieldEnd(b, at+1, sep)
	rest := b[at+1 : textEnd(b, at+1, f.end)]
	if len(f.scratch) == 0 && len(rest) == 0 {
		f.text = b[from:at]
		return
	}
	f.scratch = append(append(f.scratch, b[from:at]...), rest...)
	f.text = f.scratch
}

// cut finds the ends of chunks of about size bytes, each at the end of a record.
// It fails at a quote that is never closed.
func (t *csvText) cut(size int) ([]int, error) {
	b := t.data
	var cuts []int
	at, record, due := t.start, t.start, t.start+size
	for {
		quote := bytes.IndexByte(b[at:], '"')
		plain := len(b) // the end of the text without quoted fields
		if quote >= 0 {
			plain = at + quote
		}
		for due = max(due, at); due < plain; {
			end := bytes.IndexByte(b[due:plain], '\n')
			if end < 0 {
				break
			}
			cuts = append(cuts, due+end+1)
			due += end + 1 + size
		}
		if quote < 0 {
			return cuts, nil
		}
		if t.comment != 0 {
			if end := bytes.LastIndexByte(b[at:plain], '\n'); end >= 0 {
				record = at + end + 1
			}
			if b[record] == t.comment {
				at = plain + bytes.IndexByte(b[plain:], '\n') // before the line end
				record = at + 1
				continue
			}
		}
		opens := plain == t.start || b[plain-1] == t.sep || b[plain-1] == '\n'
		if !opens {
			at = plain + 1
			continue
		}
		end := closingQuote(b, plain+1)
		if end < 0 {
			return nil, t.fault(plain, "a quote opens here and is never closed")
		}
		at = end + 1
	}
}

// closingQuote is the quote that ends a field, -1 if there is none.
func closingQuote(b []byte, at int) int {
	for {
		i := bytes.IndexByte(b[at:], '"')
		if i < 0 {
			return -1
		}
		at += i
		if at+1 == len(b) || b[at+1] != '"' {
			return at
		}
		at += 2
	}
}

// invalidUTF8 is the first byte that is not UTF-8, -1 if there is none.
func invalidUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// defaultNA are the texts that pandas reads as missing.
var defaultNA = []string{"#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
	"<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"}

// naTexts are the texts that mean null. The empty one always does.
type naTexts struct {
	set     map[string]bool
	first   [256]bool // bytes that one of them starts with
	longest int
	numeric bool // one of them could be read as a number
}

func newNATexts(opts CSVOptions) naTexts {
	na := naTexts{set: map[string]bool{}}
	enter := func(text string) {
		if text == "" {
			return
		}
		na.set[text] = true
		na.first[text[0]] = true
		na.longest = max(na.longest, len(text))
		_, isNumber := parseFloat(bytes.TrimSpace([]byte(text)))
		na.numeric = na.numeric || isNumber
	}
	for _, text := range opts.NAValues {
		enter(text)
	}
	if !opts.NoDefaultNA {
		for _, text := range defaultNA {
			enter(text)
		}
	}
	return na
}

func (na *naTexts) has(text []byte) bool {
	if len(text) == 0 {
		return true
	}
	return na.first[text[0]] && len(text) <= na.longest && na.set[string(text)]
}

package frame

import "bytes"

// A csvChunkParser turns one chunk of whole records into columns. Columns are
// parsed as what a sample made likely; a value that does not fit is noted in
// the column's seen kinds, and the chunk is parsed again for that column once
// the kinds of all chunks are known. So the type depends on the values alone.

// csvKinds are the kinds of texts seen in a column, as a set.
type csvKinds uint8

const (
	seenQuotedNA csvKinds = 1 << iota
	seenBool
	seenInt
	seenFloat
	seenString
)

// dtype is the type that holds all these kinds; 0 if only nulls were seen.
func (k csvKinds) dtype() DType {
	switch {
	case k == 0:
		return 0
	case k == seenQuotedNA, k&seenString != 0, k&seenBool != 0 && k&(seenInt|seenFloat) != 0:
		return String
	case k&seenBool != 0:
		return Bool
	case k&seenFloat != 0:
		return Float64
	}
	return Int64
}

// A parsedColumn is one column of one chunk.
type parsedColumn struct {
	dtype DType // what it is parsed as; 0: only look
	fixed bool  // by the user
	skip  bool
	seen  csvKinds // what did not fit dtype
	bad   csvMisfit
	nulls []int

	floats []float64
	ints   []int64
	bools  []bool
	strs   *dictBuilder
}

// fits tells whether the column holds every value as dtype.
func (c *parsedColumn) fits(dtype DType) bool {
	return c.skip || c.fixed || (c.seen == 0 && c.dtype == dtype)
}

// A csvMisfit is the first value that is not of the type the user fixed.
type csvMisfit struct {
	found bool
	at    int
	text  string
}

// A csvWidth is a record with the wrong number of fields.
type csvWidth struct{ at, found int }

// maxWidths is how many wrong records are told one by one.
const maxWidths = 5

type csvChunkParser struct {
	text    *csvText
	columns []parsedColumn
	rows    int

	widths     []csvWidth // the first few
	wrongWidth int        // all

	field csvField
}

// newParser makes room for rows.
func (t *csvText) newParser(dtypes []DType, skip []bool, rows int) *csvChunkParser {
	p := &csvChunkParser{text: t, columns: make([]parsedColumn, len(t.columns))}
	for j := range p.columns {
		c := &p.columns[j]
		c.dtype, c.fixed, c.skip = dtypes[j], t.columns[j].dtype != 0, skip[j]
		if c.skip {
			continue
		}
		switch c.dtype {
		case Float64:
			c.floats = make([]float64, rows)
		case Int64:
			c.ints = make([]int64, rows)
		case Bool:
			c.bools = make([]bool, rows)
		case String:
			c.strs = newDictBuilder(rows)
			c.strs.codes = c.strs.codes[:rows]
		}
	}
	return p
}

// parse reads records from a byte up to an end, at most limit of them.
func (p *csvChunkParser) parse(at, end, limit int) {
	b, sep, comment := p.text.data[:end], p.text.sep, p.text.comment
	for at < end && p.rows < limit {
		switch c := b[at]; {
		case c == '\n':
			at++
			continue
		case c == '\r' && b[at+1] == '\n':
			at += 2
			continue
		case comment != 0 && c == comment:
			at += bytes.IndexByte(b[at:], '\n') + 1
			continue
		}
		at = p.record(b, at, sep)
	}
}

// record reads one record and returns where the next starts.
func (p *csvChunkParser) record(b []byte, start int, sep byte) int {
	at, j := start, 0
	for {
		if j < len(p.columns) {
			at = p.value(&p.columns[j], b, at, sep)
		} else {
			p.field.read(b, at, sep)
			at = p.field.end
		}
		j++
		if b[at] == '\n' {
			break
		}
		at++
	}
	if j == len(p.columns) {
		p.rows++
		return at + 1
	}
	p.wrongWidth++
	if len(p.widths) < maxWidths {
		p.widths = append(p.widths, csvWidth{start, j})
	}
	return at + 1
}

// value reads the field at a byte into a column and returns its end. Plain
// numbers are read digit by digit on the way to the separator.
func (p *csvChunkParser) value(c *parsedColumn, b []byte, at int, sep byte) int {
	if c.skip {
		p.field.read(b, at, sep)
		return p.field.end
	}
	if c.dtype.IsNumeric() && !p.text.na.numeric && b[at] != '"' {
		if end := p.number(c, b, at, sep); end > 0 {
			return end
		}
	}
	p.field.read(b, at, sep)
	p.store(c, p.field.text, at)
	return p.field.end
}

// number reads a plain number, or returns 0 for store to see to it.
func (p *csvChunkParser) number(c *parsedColumn, b []byte, at int, sep byte) int {
	i, negative := at, b[at] == '-'
	if negative {
		i++
	}
	mantissa, first := uint64(0), i
	for b[i]-'0' <= 9 {
		mantissa = mantissa*10 + uint64(b[i]-'0')
		i++
	}
	digits, fraction := i-first, 0
	if b[i] == '.' && c.dtype == Float64 {
		i++
		dot := i
		for b[i]-'0' <= 9 {
			mantissa = mantissa*10 + uint64(b[i]-'0')
			i++
		}
		fraction = i - dot
		digits += fraction
	}
	if b[i] == '\r' && b[i+1] == '\n' {
		i++
	}
	if (b[i] != sep && b[i] != '\n') || digits == 0 || digits > 18 {
		return 0
	}
	if c.dtype == Int64 {
		if negative && mantissa == 0 && !c.fixed {
			return 0
		}
		c.ints[p.rows] = int64(mantissa)
		if negative {
			c.ints[p.rows] = -int64(mantissa)
		}
		return i
	}
	if mantissa > 1<<53 {
		return 0
	}
	v := float64(mantissa) / exactPowers[fraction]
	if negative {
		v = -v
	}
	c.floats[p.rows] = v
	return i
}

// store puts a text into a column, or notes that it does not fit.
func (p *csvChunkParser) store(c *parsedColumn, text []byte, at int) {
	isNA := p.text.na.has(text)
	if isNA && !(p.field.quoted && c.dtype == String) {
		c.nulls = append(c.nulls, p.rows)
		if p.field.quoted && c.dtype == 0 {
			c.seen |= seenQuotedNA
		}
		return
	}
	ok := false
	switch c.dtype {
	case String:
		c.strs.codes[p.rows] = c.strs.codeOf(text)
		ok = true
	case Float64:
		c.floats[p.rows], ok = parseFloat(trimBlanks(text))
	case Int64:
		c.ints[p.rows], ok = parseInt(trimBlanks(text))
		ok = ok && (c.fixed || c.ints[p.rows] != 0 || trimBlanks(text)[0] != '-')
	case Bool:
		c.bools[p.rows], ok = parseBool(text)
	}
	switch {
	case ok:
	case !c.fixed:
		c.seen |= kindOf(text)
	case !c.bad.found:
		c.bad = csvMisfit{true, at, string(text)}
	}
}

// kindOf is the narrowest kind of a text that is not null.
func kindOf(text []byte) csvKinds {
	number := trimBlanks(text)
	if v, ok := parseInt(number); ok && (v != 0 || number[0] != '-') {
		return seenInt
	}
	if _, ok := parseFloat(number); ok {
		return seenFloat
	}
	if _, ok := parseBool(text); ok {
		return seenBool
	}
	return seenString
}

func trimBlanks(text []byte) []byte {
	if len(text) > 0 && (text[0] <= ' ' || text[len(text)-1] <= ' ') {
		return bytes.Trim(text, " \t")
	}
	return text
}

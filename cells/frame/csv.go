package frame

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"
)

// CSVOptions says how to read a CSV text. The zero value reads commas, a header
// line and inferred types.
type CSVOptions struct {
	// Sep is the one ASCII character between fields, default a comma.
	Sep string
	// NoHeader says that the first line is data; the columns are then called
	// Names, or column_1, column_2, ...
	NoHeader bool
	// Names replace the names of the header; there must be one per column.
	Names []string
	// Columns are those to keep, in this order; nil keeps all in file order.
	Columns []string
	// DTypes fixes the types of some columns.
	DTypes map[string]DType
	// NAValues are texts that mean null besides the default ones.
	NAValues []string
	// NoDefaultNA leaves only NAValues and the empty field as null.
	NoDefaultNA bool
	// Comment is the one ASCII character that starts a line to be skipped;
	// "" for none.
	Comment string
	// Threads is the most goroutines to parse with, 0 for GOMAXPROCS. It does
	// not change the result.
	Threads int
}

// A CSVError says what is wrong with a CSV text and where.
type CSVError struct {
	// Name is the name of the text as given to ReadCSV.
	Name string
	// Line is the physical line of the first fault, from 1; 0 if the fault is
	// not in a line.
	Line int
	// Msg is the fault.
	Msg string
}

// Error is "name: line n: message".
func (e *CSVError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.Name, e.Msg)
	}
	return fmt.Sprintf("%s: line %d: %s", e.Name, e.Line, e.Msg)
}

// ReadCSV reads a whole CSV text (RFC 4180 in UTF-8, with or without a byte
// order mark, lines ending in LF or CRLF); name stands for it in messages.
//
// Fields. A field that starts with a quote ends at the next single quote; two
// quotes in it are one, and separators and line ends are text. A quote elsewhere
// is an ordinary character. Empty lines are skipped. A line with more or fewer
// fields than the header is an error, never padded or cut.
//
// Types. The type of a column follows from all its values, so it does not depend
// on where they are: bool if all are true or false in any case; int64 if all are
// whole numbers ("007" is 7: fix the dtype to keep the zeros); float64 if all
// are numbers, with whole ones beyond int64, "-0" and inf among them; else
// string. Blanks around a number are ignored. Only nulls, or no rows, give
// float64.
//
// Nulls. Null are the empty field and pandas' default texts (NA, N/A, NaN, null,
// None, #N/A, ...), in every type. In a string column, however, a quoted field is
// always text, so that "" and "NA" can be told from null.
//
// Errors are *CSVError, *ColumnError for columns asked for that are missing, or
// the reader's.
func ReadCSV(ctx context.Context, name string, r io.Reader, opts CSVOptions) (*Frame, error) {
	size := 0
	if sized, ok := r.(interface{ Len() int }); ok { // text in memory
		size = sized.Len()
	}
	data, err := readAll(ctx, r, int64(size))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return parseCSV(ctx, name, data, opts)
}

// ReadCSVFile is ReadCSV of a file.
func ReadCSVFile(ctx context.Context, path string, opts CSVOptions) (*Frame, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() // it was only read
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	data, err := readAll(ctx, file, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return parseCSV(ctx, path, data, opts)
}

// readAll reads to the end of about size bytes; the memory has room for one more.
func readAll(ctx context.Context, r io.Reader, size int64) ([]byte, error) {
	const block = 1 << 20
	data := make([]byte, 0, max(size, 4096)+2)
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if cap(data)-len(data) < 2 {
			data = slices.Grow(data, max(len(data)/2, block))
		}
		n, err := r.Read(data[len(data):min(cap(data), len(data)+block)])
		data = data[:len(data)+n]
		if errors.Is(err, io.EOF) {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// csvChunk is the least number of bytes that are parsed as one piece.
const csvChunk = 1 << 20

func parseCSV(ctx context.Context, name string, data []byte, opts CSVOptions) (*Frame, error) {
	return parseCSVChunks(ctx, name, data, opts, max(csvChunk, len(data)/64))
}

// parseCSVChunks takes the size of a chunk so that tests can make it small. The
// result does not depend on it.
func parseCSVChunks(ctx context.Context, name string, data []byte, opts CSVOptions, chunk int) (*Frame, error) {
	t, err := newCSVText(name, data, opts)
	if err != nil {
		return nil, err
	}
	cuts, err := t.cut(chunk)
	if err != nil {
		return nil, err
	}
	body, err := t.readHeader(opts)
	if err != nil {
		return nil, err
	}
	cuts = slices.DeleteFunc(cuts, func(cut int) bool { return cut <= body })
	return t.readBody(ctx, slices.Insert(cuts, 0, body))
}

// A csvText is the text with what is known about it.
type csvText struct {
	name     string
	data     []byte // ends with a line end
	start    int    // after the byte order mark
	sep      byte
	comment  byte // 0 for none
	na       naTexts
	columns  []csvColumn
	selected []int // columns to return, in order
	threads  int
}

type csvColumn struct {
	name   string
	wanted bool
	dtype  DType // 0: to be inferred
}

func newCSVText(name string, data []byte, opts CSVOptions) (*csvText, error) {
	t := &csvText{name: name, data: data, sep: ',', na: newNATexts(opts), threads: opts.Threads}
	if t.threads <= 0 {
		t.threads = runtime.GOMAXPROCS(0)
	}
	if opts.Sep != "" {
		if len(opts.Sep) != 1 || !separates(opts.Sep[0]) {
			return nil, t.fault(-1, "sep is %q: it must be one ASCII character other than a letter, a digit, a quote, a line end and . + -", opts.Sep)
		}
		t.sep = opts.Sep[0]
	}
	if opts.Comment != "" {
		if len(opts.Comment) != 1 || opts.Comment[0] >= utf8.RuneSelf || strings.ContainsAny(opts.Comment, "\"\r\n"+string(t.sep)) {
			return nil, t.fault(-1, "comment is %q: it must be one ASCII character other than a quote, a line end and the separator", opts.Comment)
		}
		t.comment = opts.Comment[0]
	}
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return nil, t.fault(0, "the text is UTF-16: save it as UTF-8")
	}
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return nil, t.fault(i, "a NUL byte: this is not a text in UTF-8")
	}
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		t.start = 3
	}
	if len(data) > t.start && data[len(data)-1] != '\n' {
		t.data = append(data, '\n')
	}
	return t, nil
}

func separates(c byte) bool {
	letter := c|0x20 >= 'a' && c|0x20 <= 'z'
	digit := c-'0' <= 9
	return c > 0 && c < utf8.RuneSelf && !letter && !digit && !strings.ContainsRune("\"\r\n.+-", rune(c))
}

// fault makes a CSVError for the line of a byte (-1 for none).
func (t *csvText) fault(at int, format string, args ...any) error {
	line := 0
	if at >= 0 {
		line = t.line(at)
	}
	return &CSVError{Name: t.name, Line: line, Msg: fmt.Sprintf(format, args...)}
}

func (t *csvText) line(at int) int { return bytes.Count(t.data[:at], []byte{'\n'}) + 1 }

// readHeader sets the columns and returns where the data starts.
func (t *csvText) readHeader(opts CSVOptions) (int, error) {
	at := t.skipLines(t.start)
	if at >= len(t.data) && !(opts.NoHeader && opts.Names != nil) {
		return 0, t.fault(-1, "the file is empty: no header line and no data")
	}
	var fields []string
	body := at
	if at < len(t.data) {
		fields, body = t.record(at)
		if bad := invalidUTF8(t.data[at:body]); bad >= 0 {
			return 0, t.fault(at+bad, "invalid UTF-8: save the file as UTF-8")
		}
	} else {
		fields = opts.Names
	}
	names := fields
	switch {
	case opts.Names != nil && len(opts.Names) != len(fields):
		return 0, t.fault(at, "found %d columns, but %d names are given", len(fields), len(opts.Names))
	case opts.Names != nil:
		names = opts.Names
	case opts.NoHeader:
		names = make([]string, len(fields))
		for i := range names {
			names[i] = fmt.Sprintf("column_%d", i+1)
		}
	}
	if opts.NoHeader {
		body = at
	}
	return body, t.setColumns(distinctNames(names), opts)
}

// skipLines passes over empty and comment lines.
func (t *csvText) skipLines(at int) int {
	for at < len(t.data) {
		switch {
		case t.data[at] == '\n':
			at++
		case t.data[at] == '\r' && t.data[at+1] == '\n':
			at += 2
		case t.comment != 0 && t.data[at] == t.comment:
			at += bytes.IndexByte(t.data[at:], '\n') + 1
		default:
			return at
		}
	}
	return at
}

// record reads the fields of the record at a byte and where the next starts.
func (t *csvText) record(at int) (fields []string, next int) {
	var f csvField
	for {
		f.read(t.data, at, t.sep)
		fields = append(fields, string(f.text))
		at = f.end + 1
		if t.data[f.end] == '\n' {
			return fields, at
		}
	}
}

// distinctNames names empty columns "Unnamed: 3" (counted from 0) and repeated
// ones "a.1", as pandas does.
func distinctNames(names []string) []string {
	out := slices.Clone(names)
	taken := map[string]bool{}
	for i, name := range out {
		if name == "" {
			out[i] = fmt.Sprintf("Unnamed: %d", i)
		}
		taken[out[i]] = true
	}
	seen, repeats := map[string]bool{}, map[string]int{}
	for i, name := range out {
		for seen[name] && taken[out[i]] {
			repeats[name]++
			out[i] = fmt.Sprintf("%s.%d", name, repeats[name])
		}
		seen[name], taken[out[i]] = true, true
	}
	return out
}

func (t *csvText) setColumns(names []string, opts CSVOptions) error {
	index := make(map[string]int, len(names))
	for i, name := range names {
		index[name] = i
		t.columns = append(t.columns, csvColumn{name: name, wanted: opts.Columns == nil, dtype: opts.DTypes[name]})
		if opts.Columns == nil {
			t.selected = append(t.selected, i)
		}
	}
	var missing []string
	for _, name := range opts.Columns {
		i, ok := index[name]
		switch {
		case !ok:
			missing = append(missing, name)
		case t.columns[i].wanted:
			return t.fault(-1, "column %q is asked for twice", name)
		default:
			t.columns[i].wanted = true
			t.selected = append(t.selected, i)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(opts.DTypes)) {
		if _, ok := index[name]; !ok && !slices.Contains(missing, name) {
			missing = append(missing, name)
		}
		if _, known := dtypeNames[opts.DTypes[name]]; !known {
			return t.fault(-1, "column %q: unknown dtype %d", name, uint8(opts.DTypes[name]))
		}
	}
	if missing != nil {
		return &ColumnError{Source: t.name, Missing: missing, Available: names}
	}
	return nil
}

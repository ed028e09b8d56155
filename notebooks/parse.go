package notebooks

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Parse reads a .wnb document; name is the file name shown in errors. A byte
// order mark is dropped and CRLF becomes LF. The error, if any, is an Errors
// with all that is wrong.
func Parse(name string, src []byte) (*Document, error) {
	p := &parser{file: name, ids: map[string]int{}}
	doc := p.document(src)
	if len(p.errs) > 0 {
		slices.SortStableFunc(p.errs, func(a, b *Error) int { return cmp.Compare(a.Line, b.Line) })
		return nil, p.errs
	}
	return doc, nil
}

type parser struct {
	file string
	ids  map[string]int // the line that gave the id
	errs Errors
}

func (p *parser) fail(line, col int, msg, hint string) {
	p.errs = append(p.errs, &Error{File: p.file, Line: line, Col: col, Msg: msg, Hint: hint})
}

func (p *parser) document(src []byte) *Document {
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	if !utf8.Valid(src) {
		p.invalidUTF8(src)
		return nil
	}
	lines := strings.Split(strings.TrimSuffix(normalizeLines(string(src)), "\n"), "\n")
	front, body, ok := p.frontLines(lines)
	if !ok {
		return nil
	}
	raw := ""
	if body > front+1 {
		raw = strings.Join(lines[front:body-1], "\n") + "\n"
	}
	doc := &Document{}
	var errs Errors
	doc.Front, errs = parseFrontMatter(raw, front)
	for _, e := range errs {
		p.fail(e.Line, e.Col, e.Msg, e.Hint)
	}
	doc.Cells = p.cells(lines[body:], body)
	return doc
}

// normalizeLines turns CRLF and CR into LF.
func normalizeLines(text string) string {
	if !strings.Contains(text, "\r") {
		return text
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

func (p *parser) invalidUTF8(src []byte) {
	line := 1
	for text := range bytes.Lines(src) {
		if !utf8.Valid(text) {
			col := 1
			for len(text) > 0 {
				r, size := utf8.DecodeRune(text)
				if r == utf8.RuneError && size == 1 {
					break
				}
				text, col = text[size:], col+1
			}
			p.fail(line, col, fmt.Sprintf("byte 0x%02x is not UTF-8 text", text[0]), "save the file as UTF-8")
			return
		}
		line++
	}
}

const frontHint = "a .wnb file starts with these three lines:\n---\nwnb: 1\n---"

// frontLines finds the front matter: its first line and the first line of the
// body, counted from 0.
func (p *parser) frontLines(lines []string) (front, body int, ok bool) {
	open := 0
	for open < len(lines) && isBlank(lines[open]) {
		open++
	}
	if open == len(lines) || strings.TrimRight(lines[open], " \t") != "---" {
		p.fail(1, 0, "there is no front matter", frontHint)
		return 0, 0, false
	}
	for i := open + 1; i < len(lines); i++ {
		if strings.TrimRight(lines[i], " \t") == "---" {
			return open + 1, i + 1, true
		}
	}
	p.fail(open+1, 0, "the front matter that starts here is not closed", "end it with a line ---")
	return 0, 0, false
}

// cells reads the body; offset is the number of lines before it.
func (p *parser) cells(lines []string, offset int) []Cell {
	var cells []Cell
	var marker *Cell // the marker that waits for its prose
	flush := func() {
		// A marker without text is a cell only if it says something.
		if marker != nil && (marker.ID != "" || len(marker.Attrs) > 0) {
			cells = append(cells, *marker)
		}
		marker = nil
	}
	for _, seg := range segments(lines) {
		if seg.unclosed >= 0 {
			p.unclosed(lines, seg, offset)
		}
		switch seg.kind {
		case markerSegment:
			flush()
			marker = p.marker(lines[seg.open], offset+seg.open+1)
		case cellSegment:
			flush()
			cells = append(cells, p.fenced(lines, seg, offset))
		case proseSegment:
			from, to := trimBlank(lines, seg.from, seg.to)
			if from == to {
				continue
			}
			cell := Cell{Lang: Markdown}
			if marker != nil {
				cell, marker = *marker, nil
			}
			cell.Line, cell.Source = offset+from+1, strings.Join(lines[from:to], "\n")
			cells = append(cells, cell)
		}
	}
	flush()
	return cells
}

func trimBlank(lines []string, from, to int) (int, int) {
	for from < to && isBlank(lines[from]) {
		from++
	}
	for from < to && isBlank(lines[to-1]) {
		to--
	}
	return from, to
}

func (p *parser) marker(line string, number int) *Cell {
	cell := &Cell{Lang: Markdown, Line: number + 1}
	at := markerLine.FindStringSubmatchIndex(line)
	if at[2] >= 0 {
		p.block(cell, line[:at[3]], at[2], number)
	}
	return cell
}

func (p *parser) fenced(lines []string, seg segment, offset int) Cell {
	line, number := lines[seg.open], offset+seg.open+1
	open, _ := cellOpener(line)
	cell := Cell{Lang: open.lang, Line: number + 1, Source: strings.Join(lines[seg.from:seg.to], "\n")}
	p.block(&cell, strings.TrimRight(line, " \t"), open.offset, number)
	return cell
}

// block reads the attribute block that is the rest of a line from offset on.
func (p *parser) block(cell *Cell, line string, offset, number int) {
	id, attrs, size, err := parseBlock(line[offset:])
	if err == nil && offset+size < len(line) {
		err = &blockError{offset: size, msg: "there is text after the attribute block", hint: "a cell's first line ends with }"}
	}
	if err != nil {
		col := utf8.RuneCountInString(line[:offset+err.offset]) + 1
		p.fail(number, col, err.msg, err.hint)
		return
	}
	cell.ID, cell.Attrs = id, attrs
	if id == "" {
		return
	}
	if first, twice := p.ids[id]; twice {
		col := utf8.RuneCountInString(line[:offset+strings.Index(line[offset:], "#"+id)]) + 1
		p.fail(number, col, fmt.Sprintf("cell id #%s is already used on line %d", id, first), "give one of the two cells another id")
		return
	}
	p.ids[id] = number
}

// unclosed reports a fence without end, and where it probably should end.
func (p *parser) unclosed(lines []string, seg segment, offset int) {
	line := lines[seg.unclosed]
	_, n := fenceRun(line)
	if open, ok := cellOpener(line); ok {
		n = open.ticks
	}
	mark := strings.TrimLeft(line, " ")[:n]
	hint := "end it with a line " + mark
	for i := seg.unclosed + 1; i < len(lines); i++ {
		if _, ok := cellOpener(lines[i]); ok {
			hint += fmt.Sprintf("; line %d, which starts a cell, is inside it now", offset+i+1)
			break
		}
	}
	p.fail(offset+seg.unclosed+1, 1, "the fence "+mark+" that opens here is never closed", hint)
}

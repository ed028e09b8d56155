package check

import (
	"strings"
	"unicode/utf8"

	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/notebooks"
)

// add keeps a diagnostic, with its place in the file.
func (c *checker) add(d Diagnostic) {
	d.File = c.Name
	if c.star {
		d.FileLine, d.Cell = d.Line, ""
	}
	if c.lines != nil && d.Line == 0 && d.FileLine > 0 && d.FileLine <= len(c.lines) {
		d.Source = c.lines[d.FileLine-1]
		d.Col, d.EndCol = attrIn(d.Source, d.attr)
	}
	c.found = append(c.found, d)
}

// attrIn is the place of an attribute in the first line of a cell, or of a word
// in the front matter.
func attrIn(line, attr string) (col, end int) {
	_, block, isFence := strings.Cut(line, " {")
	if !isFence || !strings.HasPrefix(line, "```") || attr == "{" {
		return wordIn(line, attr)
	}
	before := utf8.RuneCountInString(line) - utf8.RuneCountInString(block) - 1
	if col, end = wordIn(" "+block, " "+attr); col > 0 {
		return before + col + 1, before + end
	}
	return 0, 0
}

// wordIn is the place of a word in a line, in characters from 1.
func wordIn(line, word string) (col, end int) {
	at := strings.Index(line, word)
	if at < 0 || word == "" {
		return 0, 0
	}
	col = utf8.RuneCountInString(line[:at]) + 1
	return col, col + utf8.RuneCountInString(word)
}

// about is a diagnostic of a cell's attributes or of the cell as a whole, which
// stands at its first line.
func (c *checker) about(k *kernel.Cell, code string, severity Severity, attr, msg, hint string) Diagnostic {
	d := Diagnostic{Code: code, Severity: severity, Cell: k.ID, Message: msg, Hint: hint, attr: attr}
	if k.Line > 0 {
		d.FileLine = k.Line - 1
	}
	return d
}

// at is a diagnostic at a place of a cell's source.
func (c *checker) at(k *kernel.Cell, line, col int, code string, severity Severity, msg, hint string) Diagnostic {
	d := Diagnostic{Code: code, Severity: severity, Cell: k.ID, Line: line, Col: col, Message: msg, Hint: hint}
	if d.Line == 0 {
		return c.about(k, code, severity, "", msg, hint)
	}
	d.Source = lineOf(k.Source, line)
	d.EndCol = endOfWord(d.Source, col)
	if k.Line > 0 {
		d.FileLine = k.Line + line - 1
	}
	return d
}

// span is a diagnostic of a part of a cell's tree; of a part of several lines
// it shows the first.
func (c *checker) span(one *cell, start, end syntax.Position, code string, severity Severity, msg, hint string) Diagnostic {
	line, col := one.tree.Position(start)
	endLine, endCol := one.tree.Position(end)
	d := c.at(one.Cell, line, col, code, severity, msg, hint)
	switch {
	case endLine > line:
		d.EndCol = utf8.RuneCountInString(d.Source) + 1
	case endCol > col:
		d.EndCol = endCol
	}
	return d
}

// node is span for a node.
func (c *checker) node(one *cell, n syntax.Node, code string, severity Severity, msg, hint string) Diagnostic {
	start, end := n.Span()
	return c.span(one, start, end, code, severity, msg, hint)
}

func lineOf(source string, line int) string {
	for ; line > 1; line-- {
		_, rest, ok := strings.Cut(source, "\n")
		if !ok {
			return ""
		}
		source = rest
	}
	text, _, _ := strings.Cut(source, "\n")
	return text
}

// endOfWord is where the word that starts at a column ends; of anything else
// the next column.
func endOfWord(line string, col int) int {
	runes := []rune(line)
	end := col
	for end-1 < len(runes) && end >= 1 && !notInName(runes[end-1]) {
		end++
	}
	return max(end, col+1)
}

// unreadable are the errors of a text that is not a notebook.
func unreadable(lines []string, name string, errs notebooks.Errors) []Diagnostic {
	var out []Diagnostic
	for _, e := range errs {
		d := Diagnostic{Code: notebookSyntax, Severity: Error, File: name, FileLine: e.Line, Col: e.Col, Message: e.Msg, Hint: e.Hint}
		if e.Line >= 1 && e.Line <= len(lines) {
			d.Source = lines[e.Line-1]
			if e.Col > 0 {
				d.EndCol = endOfWord(d.Source, e.Col)
			}
		}
		out = append(out, d)
	}
	maskTexts(out, secretsIn(strings.Join(lines, "\n")))
	return out
}

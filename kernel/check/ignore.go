package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/notebooks"
)

// An ignore is a comment "# wnb: ignore WNB012, WNB020". Behind code it
// silences its line; on a line of its own the next one; before the first code of
// a cell the whole cell.
type ignore struct {
	cell     string // the id; empty in the front matter, whose lines are those of the file
	line     int    // that it stands on
	col, end int    // of the comment
	from, to int    // the lines that it silences
	codes    []string
	used     map[string]bool
}

// directive is what a comment says in all languages of cells.
var directive = regexp.MustCompile(`(?:#|--|//)\s*wnb:\s*ignore\b[ \t]*([A-Za-z0-9, \t]*)`)

// directiveInProse is the same in a Markdown cell.
var directiveInProse = regexp.MustCompile(`<!--\s*wnb:\s*ignore\b[ \t]*([A-Za-z0-9, \t]*)-->`)

var codePattern = regexp.MustCompile(`\bWNB\d{3}\b`)

// ignores drops the diagnostics that comments silence and reports comments
// that silence nothing.
func (c *checker) ignores() {
	all := c.ignoresInFront()
	for i := range c.doc.Cells {
		cell := &c.doc.Cells[i]
		if strings.Contains(cell.Source, "wnb:") {
			all = append(all, c.ignoresOf(cell)...)
		}
	}
	if len(all) == 0 {
		return
	}
	c.found = slices.DeleteFunc(c.found, func(d Diagnostic) bool {
		return slices.ContainsFunc(all, func(ig *ignore) bool { return ig.silences(c, d) })
	})
	for _, ig := range all {
		c.unusedIgnore(ig)
	}
}

// silences tells whether a comment silences a diagnostic, and notes that it did.
func (ig *ignore) silences(c *checker, d Diagnostic) bool {
	line := d.Line
	if ig.cell == "" {
		line = d.FileLine
	}
	if d.Cell != ig.cell && !c.star || line < ig.from || line > ig.to || !slices.Contains(ig.codes, d.Code) {
		return false
	}
	ig.used[d.Code] = true
	return true
}

// ignoresInFront are the directives in the comments of the front matter.
func (c *checker) ignoresInFront() []*ignore {
	var out []*ignore
	if !strings.Contains(c.doc.Front.Raw, "wnb:") {
		return nil
	}
	for i, line := range c.lines {
		if i > 0 && strings.TrimRight(line, " \t") == "---" {
			break
		}
		if m := directive.FindStringSubmatchIndex(line); m != nil && line[m[0]] == '#' {
			out = append(out, newIgnore("", i+1, utf8.RuneCountInString(line[:m[0]])+1, line[m[0]:m[1]], line[m[2]:m[3]], strings.TrimSpace(line[:m[0]]) == ""))
		}
	}
	return out
}

func (c *checker) ignoresOf(cell *notebooks.Cell) []*ignore {
	if one := c.byID[cell.ID]; one != nil {
		return one.comments()
	}
	pattern := directive
	if cell.Lang == notebooks.Markdown {
		pattern = directiveInProse
	}
	var out []*ignore
	lines := strings.Split(cell.Source, "\n")
	for i, line := range lines {
		if m := pattern.FindStringSubmatchIndex(line); m != nil {
			alone := strings.TrimSpace(line[:m[0]]) == ""
			ig := newIgnore(cell.ID, i+1, utf8.RuneCountInString(line[:m[0]])+1, line[m[0]:m[1]], line[m[2]:m[3]], alone)
			if alone && strings.TrimSpace(strings.Join(lines[:i], "")) == "" {
				ig.from, ig.to = 0, len(lines)
			}
			out = append(out, ig)
		}
	}
	return out
}

func newIgnore(cell string, line, col int, text, codes string, alone bool) *ignore {
	ig := &ignore{cell: cell, line: line, col: col, end: col + utf8.RuneCountInString(strings.TrimRight(text, " \t")),
		from: line, to: line, codes: codePattern.FindAllString(codes, -1), used: map[string]bool{}}
	if alone {
		ig.from, ig.to = line+1, line+1
	}
	return ig
}

// comments are the directives in the comments of a Starlark cell; the same text
// within quotes is none.
func (one *cell) comments() []*ignore {
	first := 0 // the first line of code
	if stmts := one.tree.File.Stmts; len(stmts) > 0 {
		first = int(syntax.Start(stmts[0]).Line)
	}
	var out []*ignore
	syntax.Walk(one.tree.File, func(n syntax.Node) bool {
		if n == nil || n.Comments() == nil {
			return true
		}
		for _, comment := range slices.Concat(n.Comments().Before, n.Comments().Suffix, n.Comments().After) {
			m := directive.FindStringSubmatch(comment.Text)
			if m == nil {
				continue
			}
			line, col := one.tree.Position(comment.Start)
			runes := []rune(one.tree.Line(line))
			alone := strings.TrimSpace(string(runes[:min(col-1, len(runes))])) == ""
			ig := newIgnore(one.ID, line, col, comment.Text, m[1], alone)
			if alone && line < first {
				ig.from, ig.to = 0, strings.Count(one.Source, "\n")+1
			}
			out = append(out, ig)
		}
		return true
	})
	slices.SortFunc(out, func(a, b *ignore) int { return a.line - b.line })
	return out
}

// unusedIgnore reports the codes of a comment that silenced nothing.
func (c *checker) unusedIgnore(ig *ignore) {
	var idle, kept []string
	for _, code := range ig.codes {
		if ig.used[code] {
			kept = append(kept, code)
		} else {
			idle = append(idle, code)
		}
	}
	msg := fmt.Sprintf("there is nothing here to ignore of %s", strings.Join(idle, ", "))
	switch {
	case len(ig.codes) == 0:
		msg = "this comment does not say what to ignore; write # wnb: ignore WNB012"
	case len(idle) == 0:
		return
	}
	if ig.cell == "" {
		c.add(Diagnostic{Code: unusedIgnore, Severity: Note, FileLine: ig.line, attr: "wnb:", Message: msg, Hint: "remove it"})
		return
	}
	cell := c.sourceOf(ig.cell)
	d := Diagnostic{Code: unusedIgnore, Severity: Note, Cell: ig.cell, Line: ig.line, Col: ig.col, EndCol: ig.end,
		Source: lineOf(cell.Source, ig.line), Message: msg, Hint: "remove it"}
	if cell.Line > 0 {
		d.FileLine = cell.Line + ig.line - 1
	}
	if len(kept) == 0 {
		d.Fix = &Fix{Title: "remove the comment", Edits: []Edit{ig.removal(d.Source)}}
	}
	c.add(d)
}

func (c *checker) sourceOf(id string) *notebooks.Cell {
	i := slices.IndexFunc(c.doc.Cells, func(cell notebooks.Cell) bool { return cell.ID == id })
	return &c.doc.Cells[i]
}

// removal takes a comment away, with its line if there is nothing else on it.
func (ig *ignore) removal(line string) Edit {
	runes := []rune(line)
	before := strings.TrimRight(string(runes[:ig.col-1]), " \t")
	after := strings.TrimSpace(string(runes[min(ig.end-1, len(runes)):]))
	if before == "" && after == "" {
		return Edit{Line: ig.line, Col: 1, EndLine: ig.line + 1, EndCol: 1}
	}
	end := ig.end
	if after == "" {
		end = len(runes) + 1
	}
	return Edit{Line: ig.line, Col: utf8.RuneCountInString(before) + 1, EndLine: ig.line, EndCol: end}
}

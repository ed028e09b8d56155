package check

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wnb-dev/wnb/notebooks"
)

// maxRounds bounds how often fixed text is checked again: what was hidden
// behind a mistake, as behind a cell that was no program, is fixed in the next
// round.
const maxRounds = 50

// FixFile mends the text of a notebook, or of a file that cells load, as far as that
// is safe. It gives the text, a notebook in canonical form if anything was
// mended, and the diagnostics that are mended.
func FixFile(ctx context.Context, src []byte, o Options) (out []byte, mended []Diagnostic) {
	out = src
	for range maxRounds {
		next, done := fixOnce(ctx, out, o)
		if len(done) == 0 || bytes.Equal(next, out) {
			break
		}
		out, mended = next, append(mended, done...)
	}
	return out, mended
}

func fixOnce(ctx context.Context, src []byte, o Options) ([]byte, []Diagnostic) {
	var fixable []Diagnostic
	for _, d := range File(ctx, src, o) {
		if d.Fix != nil && d.File == o.Name {
			fixable = append(fixable, d)
		}
	}
	if len(fixable) == 0 {
		return src, nil
	}
	if isStar(o.Name) {
		text, done := applyEdits(lineEnds.Replace(string(src)), fixable)
		return []byte(text), done
	}
	doc, err := notebooks.Parse(o.Name, src)
	if err != nil {
		return src, nil // it has no fixable diagnostics then
	}
	done := fixDocument(doc, fixable)
	return doc.Print(), done
}

// fixDocument applies fixes to a document. It gives those that it applied.
func fixDocument(doc *notebooks.Document, fixable []Diagnostic) []Diagnostic {
	named := notebooks.Document{Front: doc.Front, Cells: slices.Clone(doc.Cells)}
	named.AssignIDs() // as the diagnostics name the cells
	var done []Diagnostic
	for i := range doc.Cells {
		here := slices.DeleteFunc(slices.Clone(fixable), func(d Diagnostic) bool { return d.Cell != named.Cells[i].ID })
		done = append(done, fixCell(&doc.Cells[i], named.Cells[i].ID, here)...)
	}
	doc.AssignIDs() // canonical form has an id for every code cell
	return done
}

func fixCell(cell *notebooks.Cell, id string, fixable []Diagnostic) []Diagnostic {
	var done, edits []Diagnostic
	set := map[string]bool{}
	for _, d := range fixable {
		switch attr := d.Fix.Attr; {
		case d.Fix.AssignIDs:
			cell.ID = id
			done = append(done, d)
		case attr != nil && !set[attr.Key]: // a second change of one attribute waits for the next round
			set[attr.Key] = true
			cell.Attrs.Set(attr.Key, attr.Value)
			done = append(done, d)
		case attr == nil:
			edits = append(edits, d)
		}
	}
	text, edited := applyEdits(cell.Source, edits)
	cell.Source = text
	return append(done, edited...)
}

// applyEdits applies the fixes of one text from its end to its start, those
// left out that touch one that was applied. It gives the diagnostics of those
// applied, in the order of the text.
func applyEdits(text string, fixable []Diagnostic) (string, []Diagnostic) {
	slices.SortStableFunc(fixable, compare)
	var done []Diagnostic
	limit := len(text) + 1
	for _, d := range slices.Backward(fixable) {
		for _, e := range slices.Backward(d.Fix.Edits) {
			from, to := offset(text, e.Line, e.Col), offset(text, e.EndLine, e.EndCol)
			if to < from || to > limit || to == limit && from == to {
				continue
			}
			if from > 0 && to == len(text) && text[from-1] == '\n' && e.EndLine > e.Line {
				from-- // the last line goes with the line end before it
			}
			text, limit = text[:from]+e.Text+text[to:], from
			done = append(done, d)
		}
	}
	slices.Reverse(done)
	return text, done
}

// offset is the byte of a line and column; the end of the text for a line
// beyond it.
func offset(text string, line, col int) int {
	at := 0
	for ; line > 1; line-- {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return len(text)
		}
		at += i + 1
	}
	for ; col > 1 && at < len(text) && text[at] != '\n'; col-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}

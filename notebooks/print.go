package notebooks

import (
	"bytes"
	"fmt"
	"strings"
)

// Format gives the canonical form of a .wnb text: it parses, assigns missing
// ids and prints. Formatting its result changes nothing.
func Format(name string, src []byte) ([]byte, error) {
	doc, err := Parse(name, src)
	if err != nil {
		return nil, err
	}
	doc.AssignIDs()
	return doc.Print(), nil
}

// Print gives the document as .wnb text in canonical form. Parsing the text
// gives the same document, but for outputs and for the ids of prose cells
// that AssignIDs derives again.
func (d *Document) Print() []byte {
	var b bytes.Buffer
	b.WriteString("---\n" + d.Front.text() + "---\n")
	derived := d.derivedIDs()
	afterProse := false
	for i := range d.Cells {
		cell := &d.Cells[i]
		id := cell.ID
		if cell.Lang == Markdown && id == derived[i] {
			id = ""
		}
		source := strings.ToValidUTF8(normalizeLines(cell.Source), "\ufffd")
		prose := cell.Lang == Markdown && len(cell.Attrs) == 0 && plainProse(source)
		b.WriteString("\n")
		switch {
		case !prose:
			writeFence(&b, cell, id, source)
		case id != "":
			b.WriteString("<!-- cell {#" + id + "} -->\n\n" + source + "\n")
		case afterProse:
			b.WriteString("<!-- cell -->\n\n" + source + "\n")
		default:
			b.WriteString(source + "\n")
		}
		afterProse = prose
	}
	return b.Bytes()
}

// writeFence writes a cell as a fence that is longer than any fence in it.
func writeFence(b *bytes.Buffer, cell *Cell, id, source string) {
	n := 3
	for line := range strings.SplitSeq(source, "\n") {
		text := strings.TrimLeft(line, " \t")
		n = max(n, len(text)-len(strings.TrimLeft(text, "`"))+1)
	}
	ticks := strings.Repeat("`", n)
	b.WriteString(ticks + string(cell.Lang) + " " + block(id, cell.Attrs) + "\n")
	if source != "" {
		b.WriteString(source + "\n")
	}
	b.WriteString(ticks + "\n")
}

// AssignIDs gives an id to every cell that has none: cell-1, cell-2, ... to
// code cells, and to Markdown cells md-N for the N-th one, which Print leaves
// out since it can be derived again.
func (d *Document) AssignIDs() {
	for i, id := range d.derivedIDs() {
		if d.Cells[i].ID == "" {
			d.Cells[i].ID = id
		}
	}
}

// derivedIDs gives for each cell the id that AssignIDs would give it. A
// Markdown cell's comes from its position; the one it has does not count as
// taken.
func (d *Document) derivedIDs() []string {
	taken := make(map[string]bool, len(d.Cells))
	for i := range d.Cells {
		taken[d.Cells[i].ID] = true
	}
	out := make([]string, len(d.Cells))
	prose, code := 0, 0
	for i := range d.Cells {
		cell := &d.Cells[i]
		if cell.Lang == Markdown {
			prose++
			out[i] = fmt.Sprintf("md-%d", prose)
			for cell.ID == "" && taken[out[i]] {
				out[i] += "-x"
			}
		} else if cell.ID == "" {
			for code++; taken[fmt.Sprintf("cell-%d", code)]; code++ {
			}
			out[i] = fmt.Sprintf("cell-%d", code)
		}
		taken[out[i]] = true
	}
	return out
}

package export

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/wnb-dev/wnb/notebooks"
)

// IPYNB writes the page as a Jupyter notebook, nbformat 4.5: what the page says
// around the document as a Markdown cell before it (after its first prose, if
// that has the title) and one after it, and figures with the colours of a
// light page in place of its variables.
func IPYNB(w io.Writer, p Page) error {
	var doc notebooks.Document
	if p.Doc != nil {
		doc.Front = p.Doc.Front
	}
	title, repeated, _ := titles(p)
	m := &markdown{}
	if repeated == "" {
		m.block("# " + escapeMarkdown(title))
	}
	m.head(p)
	for _, c := range p.cells() {
		c.Outputs = standalone(c.Outputs)
		doc.Cells = append(doc.Cells, c)
	}
	at := 0
	if repeated != "" {
		at = 1
	}
	doc.Cells = slices.Insert(doc.Cells, at, proseCell("wnb-report", m, p)...)
	m = &markdown{}
	m.fields("Provenance", p.Provenance)
	doc.Cells = append(doc.Cells, proseCell("wnb-provenance", m, p)...)
	data, err := doc.IPYNB()
	if err != nil {
		return fmt.Errorf("convert to .ipynb: %w", err)
	}
	if _, err := w.Write(data); err != nil {
		return fmt.Errorf("write .ipynb: %w", err)
	}
	return nil
}

// proseCell makes a cell of what m holds, with an id that the page does not
// use; none if m is empty.
func proseCell(id string, m *markdown, p Page) []notebooks.Cell {
	if m.b.Len() == 0 {
		return nil
	}
	used := &slugs{used: map[string]bool{}}
	for _, c := range p.cells() {
		used.used[c.ID] = true
	}
	text := string(bytes.TrimRight([]byte(m.b.String()), "\n"))
	return []notebooks.Cell{{ID: used.unique(id), Lang: notebooks.Markdown, Source: text}}
}

// ownTypes begin the media types that only the page of wnb can read, as the data
// of its figures. A file for others would only grow by them.
const ownTypes = "application/vnd.wnb."

// standalone gives outputs whose figures do not need the variables of a page:
// Jupyter shows an SVG as an image, which cannot see them. The outputs given
// are left as they are.
func standalone(list []notebooks.Output) []notebooks.Output {
	list = slices.Clone(list)
	for i, out := range list {
		svg, ok := out.Data["image/svg+xml"]
		if !ok {
			continue
		}
		out.Data = maps.Clone(out.Data)
		delete(out.Data, "image/svg+xml")
		maps.DeleteFunc(out.Data, func(mime string, _ []byte) bool { return strings.HasPrefix(mime, ownTypes) })
		if file, err := SanitizeSVG(svg, SVGOptions{Standalone: true, Alt: altText(out, "")}); err == nil {
			out.Data["image/svg+xml"] = file
		}
		list[i] = out
	}
	return list
}

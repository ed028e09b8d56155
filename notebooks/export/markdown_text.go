package export

import (
	"slices"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// fence puts text between backticks, more of them than the text has in a row.
func fence(lang, text string) string {
	longest, row := 0, 0
	for _, r := range text {
		if r != '`' {
			row = 0
			continue
		}
		row++
		longest = max(longest, row)
	}
	ticks := strings.Repeat("`", max(3, longest+1))
	return ticks + lang + "\n" + text + "\n" + ticks
}

// escapeMarkdown makes text mean itself: on one line, without markup, also in
// the cell of a table.
func escapeMarkdown(s string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(dropControls(s)), " ") {
		switch r {
		case '<':
			b.WriteString("&lt;")
			continue
		case '>':
			b.WriteString("&gt;")
			continue
		case '&':
			b.WriteString("&amp;")
			continue
		case '\\', '`', '*', '_', '[', ']', '|', '~', '#', '!', '$':
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// markdownTable writes rows of escaped cells, the first as the header. Columns
// in right are aligned to the right.
func markdownTable(rows [][]string, right []bool) string {
	width := 0
	for _, r := range rows {
		width = max(width, len(r))
	}
	var b strings.Builder
	line := func(cells []string) {
		for i := range width {
			b.WriteString("| ")
			if i < len(cells) && cells[i] != "" {
				b.WriteString(cells[i] + " ")
			}
		}
		b.WriteString("|\n")
	}
	line(rows[0])
	for i := range width {
		if i < len(right) && right[i] {
			b.WriteString("|---:")
		} else {
			b.WriteString("|---")
		}
	}
	b.WriteString("|\n")
	for _, r := range rows[1:] {
		line(r)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// withoutFirstHeading removes the heading a Markdown text starts with.
func withoutFirstHeading(source string) string {
	source = strings.TrimLeft(source, "\n")
	first, rest, _ := strings.Cut(source, "\n")
	if strings.HasPrefix(strings.TrimLeft(first, " "), "#") {
		return strings.Trim(rest, "\n")
	}
	_, rest, _ = strings.Cut(rest, "\n") // a line of ===== under it
	return strings.Trim(rest, "\n")
}

// A tableReader turns the tables of an HTML output into Markdown.
type tableReader struct{ policy *bluemonday.Policy }

func newTableReader() *tableReader { return &tableReader{policy: outputPolicy()} }

// markdown gives the tables in data; "" when there is none, and the output is
// better told by its text form.
func (t *tableReader) markdown(data []byte) string {
	doc, err := html.Parse(strings.NewReader(t.policy.Sanitize(string(data))))
	if err != nil {
		return ""
	}
	var tables []string
	for n := range doc.Descendants() {
		if n.DataAtom != atom.Table {
			continue
		}
		if rows := tableRows(n); len(rows) > 0 {
			tables = append(tables, markdownTable(rows, numericColumns(rows)))
		}
		if c := caption(n); c != "" {
			tables = append(tables, "*"+c+"*")
		}
	}
	return strings.Join(tables, "\n\n")
}

func caption(table *html.Node) string {
	for n := range table.ChildNodes() {
		if n.DataAtom == atom.Caption {
			return escapeMarkdown(nodeText(n))
		}
	}
	return ""
}

// tableRows gives the text of each cell, without the row of types under the
// names of a frame.
func tableRows(table *html.Node) [][]string {
	var rows [][]string
	for n := range table.Descendants() {
		if n.DataAtom != atom.Tr || slices.Contains(n.Attr, html.Attribute{Key: "class", Val: "dtypes"}) {
			continue
		}
		var cells []string
		for c := range n.ChildNodes() {
			if c.DataAtom == atom.Th || c.DataAtom == atom.Td {
				cells = append(cells, escapeMarkdown(nodeText(c)))
			}
		}
		if len(cells) > 0 {
			rows = append(rows, cells)
		}
	}
	return rows
}

func nodeText(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		switch {
		case d.Type == html.TextNode:
			b.WriteString(d.Data)
		case d.Type == html.ElementNode:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// numericColumns tells which columns hold numbers only, below the header.
func numericColumns(rows [][]string) []bool {
	right := make([]bool, len(rows[0]))
	for i := range right {
		for _, r := range rows[1:] {
			if i < len(r) && r[i] != "" && r[i] != "…" && r[i] != "null" {
				if right[i] = decimal.MatchString(r[i]); !right[i] {
					break
				}
			}
		}
	}
	return right
}

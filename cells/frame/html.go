package frame

import (
	"html"
	"strings"
)

// HTML is the frame as <table class="wnb-frame">: a caption with the number of
// rows and columns, a head with names and dtypes, a body with the first and last
// rows. Numbers have class num, nulls null, what stands for left-out rows and
// columns gap. There is no style and no script; all text is escaped.
func (f *Frame) HTML(opts DisplayOptions) string {
	return newGrid(f.cols, f.rows, opts.withDefaults()).html("wnb-frame")
}

// HTML is the series as a table of one column, with the class wnb-series too.
func (s *Series) HTML(opts DisplayOptions) string {
	g := newGrid([]*Series{s}, s.n, opts.withDefaults())
	g.footer = strings.Replace(g.footer, " × 1 column", "", 1)
	return g.html("wnb-frame wnb-series")
}

func (g *grid) html(class string) string {
	var b strings.Builder
	b.WriteString(`<table class="` + class + `">` + "\n")
	b.WriteString("<caption>" + html.EscapeString(g.footer) + "</caption>\n<thead>\n")
	g.htmlRow(&b, "<tr>", func(c gridColumn) { htmlCell(&b, "th scope=\"col\"", c.name, c.number, false) })
	g.htmlRow(&b, `<tr class="dtypes">`, func(c gridColumn) { htmlCell(&b, "td", c.dtype, c.number, false) })
	b.WriteString("</thead>\n<tbody>\n")
	rows := 0
	if len(g.columns) > 0 {
		rows = len(g.columns[0].cells)
	}
	for i := range rows + 1 {
		if i == g.rowGap {
			g.htmlRow(&b, `<tr class="gap">`, func(gridColumn) { b.WriteString(gapCell) })
		}
		if i < rows {
			g.htmlRow(&b, "<tr>", func(c gridColumn) { htmlCell(&b, "td", c.cells[i].text, c.number, c.cells[i].null) })
		}
	}
	b.WriteString("</tbody>\n</table>\n")
	return b.String()
}

const gapCell = `<td class="gap">…</td>`

func (g *grid) htmlRow(b *strings.Builder, open string, cell func(gridColumn)) {
	b.WriteString(open)
	for j, c := range g.columns {
		if j == g.gap {
			b.WriteString(gapCell)
		}
		cell(c)
	}
	if g.gap == len(g.columns) {
		b.WriteString(gapCell)
	}
	b.WriteString("</tr>\n")
}

// htmlCell writes an element; tag may hold attributes.
func htmlCell(b *strings.Builder, tag, text string, number, null bool) {
	var classes []string
	if number {
		classes = append(classes, "num")
	}
	if null {
		classes = append(classes, "null")
	}
	b.WriteString("<" + tag)
	if classes != nil {
		b.WriteString(` class="` + strings.Join(classes, " ") + `"`)
	}
	name, _, _ := strings.Cut(tag, " ")
	b.WriteString(">" + html.EscapeString(text) + "</" + name + ">")
}

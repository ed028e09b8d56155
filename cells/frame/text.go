package frame

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Text is the frame as a monospace table: names, dtypes, the first and last
// rows, and the number of rows and columns. Columns that do not fit the width
// are left out of the middle. It ends with a line end.
func (f *Frame) Text(opts DisplayOptions) string {
	opts = opts.withDefaults()
	most := min(opts.MaxColumns, len(f.cols), opts.Width/(1+columnSpace)+2) // that could fit
	for columns := most; ; columns-- {
		opts.MaxColumns = columns
		if table := newGrid(f.cols, f.rows, opts).textTable(); columns <= 1 || table.width() <= opts.Width {
			return table.String()
		}
	}
}

// Text is the series as a table of one column.
func (s *Series) Text(opts DisplayOptions) string {
	g := newGrid([]*Series{s}, s.n, opts.withDefaults())
	g.footer = strings.Replace(g.footer, " × 1 column", "", 1)
	return g.textTable().String()
}

// String is Text with the default options.
func (f *Frame) String() string { return f.Text(DisplayOptions{}) }

// String is Text with the default options.
func (s *Series) String() string { return s.Text(DisplayOptions{}) }

// A textTable is a grid as columns of lines with their widths.
type textTable struct {
	columns []textColumn
	footer  string
}

type textColumn struct {
	lines []string // name, dtype, rule, cells
	width int
	right bool
}

func (g *grid) textTable() *textTable {
	t := &textTable{footer: g.footer}
	for j, c := range g.columns {
		if j == g.gap {
			t.columns = append(t.columns, gapColumn(len(c.cells), g.rowGap))
		}
		t.columns = append(t.columns, newTextColumn(c, g.rowGap))
	}
	if g.gap == len(g.columns) && g.gap > 0 {
		t.columns = append(t.columns, gapColumn(len(g.columns[0].cells), g.rowGap))
	}
	return t
}

func newTextColumn(c gridColumn, rowGap int) textColumn {
	t := textColumn{lines: []string{c.name, c.dtype, ""}, right: c.number}
	for i, cell := range c.cells {
		if i == rowGap {
			t.lines = append(t.lines, "…")
		}
		t.lines = append(t.lines, cell.text)
	}
	if rowGap == len(c.cells) {
		t.lines = append(t.lines, "…")
	}
	for _, line := range t.lines {
		t.width = max(t.width, textWidth(line))
	}
	t.lines[2] = strings.Repeat("─", t.width)
	return t
}

func gapColumn(rows, rowGap int) textColumn {
	cells := make([]gridCell, rows)
	for i := range cells {
		cells[i].text = "…"
	}
	return newTextColumn(gridColumn{name: "…", dtype: "", cells: cells}, rowGap)
}

const columnSpace = 2

func (t *textTable) width() int {
	total := -columnSpace
	for _, c := range t.columns {
		total += c.width + columnSpace
	}
	return total
}

func (t *textTable) String() string {
	var b strings.Builder
	if len(t.columns) > 0 {
		for i := range t.columns[0].lines {
			b.WriteString(strings.TrimRight(t.line(i), " ") + "\n")
		}
	}
	b.WriteString(t.footer + "\n")
	return b.String()
}

func (t *textTable) line(i int) string {
	var b strings.Builder
	for j, c := range t.columns {
		if j > 0 {
			b.WriteString(strings.Repeat(" ", columnSpace))
		}
		pad := strings.Repeat(" ", c.width-textWidth(c.lines[i]))
		if c.right {
			b.WriteString(pad + c.lines[i])
		} else {
			b.WriteString(c.lines[i] + pad)
		}
	}
	return b.String()
}

// textWidth is the number of terminal cells: two for wide East Asian
// characters, none for marks that combine with the one before.
func textWidth(text string) int {
	n := 0
	for _, r := range text {
		kind := width.LookupRune(r).Kind()
		switch {
		case unicode.Is(unicode.Mn, r):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

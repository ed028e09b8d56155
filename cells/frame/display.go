package frame

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// DisplayOptions limit what Text and HTML show. Zero means the default; a
// negative number means no limit.
type DisplayOptions struct {
	// MaxRows and MaxColumns are how many are shown, half from the start and
	// half from the end; default 20 each.
	MaxRows, MaxColumns int
	// Width is the number of terminal columns for Text, default 100.
	Width int
	// MaxText is the number of characters of one cell or name, default 40.
	MaxText int
}

func (o DisplayOptions) withDefaults() DisplayOptions {
	set := func(v *int, normal int) {
		if *v == 0 {
			*v = normal
		} else if *v < 0 {
			*v = math.MaxInt
		}
	}
	set(&o.MaxRows, 20)
	set(&o.MaxColumns, 20)
	set(&o.Width, 100)
	set(&o.MaxText, 40)
	return o
}

// IsAbridged tells whether Text and HTML show a part of the frame only, with the
// default options.
func (f *Frame) IsAbridged() bool {
	most := DisplayOptions{}.withDefaults()
	return f.rows > most.MaxRows || len(f.cols) > most.MaxColumns
}

// Texts are the values as Text and HTML show them, row by row, with as many
// characters of each as opts has in MaxText; null is nil. All rows and columns
// are among them.
func (f *Frame) Texts(opts DisplayOptions) [][]*string {
	opts = opts.withDefaults()
	rows := make([][]*string, f.rows)
	for i := range rows {
		rows[i] = make([]*string, len(f.cols))
	}
	for j, c := range f.cols {
		for i, cell := range newGridColumn(c, identity(f.rows), opts.MaxText).cells {
			if !cell.null {
				rows[i][j] = &cell.text
			}
		}
	}
	return rows
}

// A grid is what both displays show: the text of each cell.
type grid struct {
	columns []gridColumn
	gap     int // the place of the left-out columns among columns, -1 for none
	rowGap  int // the same for rows
	footer  string
}

type gridColumn struct {
	name, dtype string
	number      bool
	cells       []gridCell
}

type gridCell struct {
	text string
	null bool
}

func newGrid(cols []*Series, rows int, opts DisplayOptions) *grid {
	g := &grid{footer: plural(rows, "row") + " × " + plural(len(cols), "column")}
	shownRows, rowGap := middleOut(rows, opts.MaxRows)
	shownCols, gap := middleOut(len(cols), opts.MaxColumns)
	g.gap, g.rowGap = gap, rowGap
	for _, j := range shownCols {
		g.columns = append(g.columns, newGridColumn(cols[j], shownRows, opts.MaxText))
	}
	if rowGap >= 0 {
		g.footer += ", " + plural(len(shownRows), "row") + " shown"
	}
	return g
}

// middleOut are the first and last of n items, most in all, and where among
// them items are left out (-1: nowhere).
func middleOut(n, most int) (shown []int, gap int) {
	if n <= most {
		return identity(n), -1
	}
	head, tail := (most+1)/2, most/2
	for i := range head {
		shown = append(shown, i)
	}
	for i := n - tail; i < n; i++ {
		shown = append(shown, i)
	}
	return shown, head
}

func newGridColumn(c *Series, rows []int, maxText int) gridColumn {
	g := gridColumn{name: cellText(c.name, maxText), dtype: c.dtype.String(), number: c.dtype.IsNumeric()}
	shown := c.take(rows)
	format := func(i int) string { return cellText(formatValue(shown.Value(i)), maxText) }
	if c.dtype == Float64 {
		layout := floatLayoutOf(shown.validFloats())
		format = func(i int) string { return layout.format(shown.floats[i]) }
	}
	for i := range shown.n {
		if shown.nulls.get(i) {
			g.cells = append(g.cells, gridCell{"null", true})
		} else {
			g.cells = append(g.cells, gridCell{format(i), false})
		}
	}
	return g
}

// A floatLayout is how the floats of one column are written, so that their
// points stand below each other.
type floatLayout struct {
	verb     byte // f or e
	decimals int
}

// floatLayoutOf finds the decimals that six significant digits of each value
// need: 1 to 6, or a common exponent form when values are very large or small.
func floatLayoutOf(values []float64) floatLayout {
	layout := floatLayout{'f', 1}
	mantissa := 1
	for _, v := range values {
		if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		if abs := math.Abs(v); abs >= 1e15 || abs < 1e-5 {
			layout.verb = 'e'
		}
		digits, exponent, _ := strings.Cut(strconv.FormatFloat(math.Abs(v), 'e', 5, 64), "e")
		after := len(strings.TrimRight(digits, "0")) - len("1.")
		e, _ := strconv.Atoi(exponent) // FormatFloat writes an integer there
		layout.decimals = max(layout.decimals, min(after-e, 6))
		mantissa = max(mantissa, after)
	}
	if layout.verb == 'e' {
		layout.decimals = mantissa
	}
	return layout
}

func (l floatLayout) format(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return formatFloat(v)
	}
	return strconv.FormatFloat(v, l.verb, l.decimals, 64)
}

// cellText makes text fit for one line of most characters: what does not print
// is written as an escape.
func cellText(text string, most int) string {
	var b strings.Builder
	count := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if count++; count > most {
			return b.String() + "…"
		}
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case unicode.IsPrint(r) || unicode.Is(unicode.Mn, r):
			b.WriteRune(r)
		default:
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
		i += size
	}
	return b.String()
}

// plural is "1 row", "1,143 rows".
func plural(n int, noun string) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if n != 1 {
		noun += "s"
	}
	return digits + " " + noun
}

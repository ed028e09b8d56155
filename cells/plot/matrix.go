package plot

import (
	"cmp"
	"fmt"
	"image/color"
	"slices"
)

// ConfusionMatrix shows how often each true class (row) was predicted as each class (column). The colour of a cell is its
// share of the row, so that rare classes read as well as frequent ones.
type ConfusionMatrix struct {
	Options
	Classes []string `json:"classes"`
	// Counts has one row for each true class and in it one number for each predicted class.
	Counts [][]int `json:"counts"`
	// Normalize writes shares of the row instead of counts.
	Normalize bool `json:"normalize,omitempty"`
}

func (ConfusionMatrix) kind() string { return "confusion_matrix" }

func (m ConfusionMatrix) defaultHeight() float64 {
	return matrixHeight(len(m.Classes), len(m.Classes), m.Classes)
}

// matrixHeight gives cells a comfortable size, with room for the column labels.
func matrixHeight(rows, columns int, names []string) float64 {
	room := 90.0
	if band := (defaultWidth - 120) / float64(max(1, columns)); maxRoom(names) > band-8 {
		room += min(maxTurned, maxRoom(names)) * 0.65
	}
	return min(maxSide, max(220, room+float64(rows)*max(26, min(56, 400/float64(max(1, rows))))))
}

func (m ConfusionMatrix) clone() Spec {
	m.Classes = slices.Clone(m.Classes)
	m.Counts = slices.Clone(m.Counts)
	for i := range m.Counts {
		m.Counts[i] = slices.Clone(m.Counts[i])
	}
	return m
}

// maxCells bounds the side of a matrix: more cells than pixels cannot be seen.
const maxCells = 500

func (m ConfusionMatrix) check() error {
	c := &checker{kind: m.kind()}
	if len(m.Classes) == 0 {
		c.fail("classes", "is empty; pass at least one class")
	}
	if len(m.Classes) > maxCells {
		c.fail("classes", "%d classes are too many to draw; the limit is %d", len(m.Classes), maxCells)
	}
	c.sameLen("counts", len(m.Counts), "classes", len(m.Classes))
	for i, row := range m.Counts {
		c.sameLen(fmt.Sprintf("counts[%d]", i), len(row), "classes", len(m.Classes))
		for j, n := range row {
			if n < 0 {
				c.fail(fmt.Sprintf("counts[%d][%d]", i, j), "%d is negative", n)
			}
		}
	}
	if c.err == nil && m.total() == 0 {
		c.fail("counts", "all counts are 0")
	}
	return c.err
}

func (m ConfusionMatrix) total() (n float64) {
	for _, row := range m.Counts {
		n += sum(row)
	}
	return n
}

func sum(row []int) (n float64) {
	for _, v := range row {
		n += float64(v)
	}
	return n
}

func (m ConfusionMatrix) draw(s *scene) {
	p := s.panel(axes{
		x: axis{label: cmp.Or(m.XLabel, "Predicted class"), categories: categoryNames(m.Classes)},
		y: axis{label: cmp.Or(m.YLabel, "True class"), categories: categoryNames(m.Classes)},
	})
	cells := matrixData{label: "count"}
	for i, row := range m.Counts {
		total := sum(row)
		for j, n := range row {
			share := 0.0
			if total > 0 {
				share = float64(n) / total
			}
			cells.add(i, j, float64(n))
			cells.share = append(cells.share, share)
			text := FormatInt(n)
			if m.Normalize {
				text = shareText(share)
			}
			fill, over := shareColors(share)
			s.cell(p, i, j, fill, text, over)
		}
	}
	p.series(cells.series())
}

// shareText shows two decimals, and 0 and 1 only for exactly none and all.
func shareText(share float64) string {
	if share == 0 {
		return "0" // no number where there is nothing to read
	}
	return fixed(share, 2)
}

// shareColors are the colours of a cell and of its number. The cell is a blue that lets the page shine through: on a light
// and on a dark page it starts at the page's colour, which no fixed colour scale does.
func shareColors(share float64) (fill, text paint) {
	fill, text = data(palette[0]).fade(0.05+0.95*share), ink
	if share > 0.87 {
		text = white
	}
	return fill, text
}

// cell draws one cell of a matrix with its number, if there is room for it.
func (s *scene) cell(p panel, row, column int, fill paint, text string, over paint) {
	x, y := p.x.at(float64(column)), p.y.at(float64(row))
	w, h := p.x.at(1)-p.x.at(0), p.y.at(1)-p.y.at(0)
	gap := min(1, w/20, h/20)
	s.rect(x-w/2+gap, y-h/2+gap, x+w/2-gap, y+h/2-gap, fill)
	for _, size := range []float64{labelSize + 1, labelSize - 2, labelSize - 4} {
		if slack*textWidth(text, size, false) <= w-4 && size <= h-2 {
			s.add(textMark{point: point{x, y + 0.36*size}, text: text, size: size, anchor: anchorMiddle, fill: over})
			return
		}
	}
}

func (m ConfusionMatrix) summary() string {
	right := 0.0
	for i, row := range m.Counts {
		right += float64(row[i])
	}
	total := m.total()
	return fmt.Sprintf("Confusion matrix of %s%s: %s of %s predictions on the diagonal (%s%%).", classCount(len(m.Classes)),
		inNames(m.Classes), FormatNumber(right), FormatNumber(total), fixed(100*right/total, 1))
}

func classCount(n int) string {
	if n == 1 {
		return "1 class"
	}
	return FormatInt(n) + " classes"
}

// Heatmap shows a table of numbers as colours: viridis, or blue to red around zero.
type Heatmap struct {
	Options
	Rows    []string `json:"rows"`
	Columns []string `json:"columns"`
	// Values has one entry for each row, with one number for each column. A missing number leaves its cell empty.
	Values []Floats `json:"values"`
	// Diverging colours negative numbers blue and positive ones red, as for correlations.
	Diverging bool `json:"diverging,omitempty"`
	// ValueLabel says what the numbers are.
	ValueLabel string `json:"value_label,omitempty"`
}

func (Heatmap) kind() string { return "heatmap" }

func (h Heatmap) defaultHeight() float64 {
	return matrixHeight(len(h.Rows), len(h.Columns), h.Columns)
}

func (h Heatmap) clone() Spec {
	h.Rows, h.Columns, h.Values = slices.Clone(h.Rows), slices.Clone(h.Columns), slices.Clone(h.Values)
	for i := range h.Values {
		h.Values[i] = slices.Clone(h.Values[i])
	}
	return h
}

func (h Heatmap) check() error {
	c := &checker{kind: h.kind()}
	for _, side := range []struct {
		name  string
		names []string
	}{{"rows", h.Rows}, {"columns", h.Columns}} {
		if len(side.names) == 0 || len(side.names) > maxCells {
			c.fail(side.name, "has %s; pass 1 to %d", count(len(side.names), "name"), maxCells)
		}
	}
	c.sameLen("values", len(h.Values), "rows", len(h.Rows))
	var all Floats
	for i, row := range h.Values {
		c.sameLen(fmt.Sprintf("values[%d]", i), len(row), "columns", len(h.Columns))
		all = append(all, row...)
	}
	c.numbers("values", all)
	return c.err
}

func (h Heatmap) colorBar() *colorBar {
	e := newExtent()
	for _, row := range h.Values {
		e.add(row...)
	}
	if h.Diverging {
		side := max(-e.lo, e.hi)
		if side <= 0 {
			side = 1
		}
		return &colorBar{label: h.ValueLabel, domain: extent{-side, side}, ramp: diverging}
	}
	return &colorBar{label: h.ValueLabel, domain: e.widened(), ramp: viridis}
}

func (h Heatmap) draw(s *scene) {
	bar := h.colorBar()
	p := s.panel(axes{
		x:   axis{label: h.XLabel, categories: categoryNames(h.Columns)},
		y:   axis{label: h.YLabel, categories: categoryNames(h.Rows)},
		bar: bar,
	})
	s.colorBar(bar, p)
	cells := matrixData{label: cmp.Or(h.ValueLabel, "value")}
	for i, row := range h.Values {
		for j, v := range row {
			cells.add(i, j, v)
			if !isFinite(v) {
				continue
			}
			fill := bar.color(v)
			s.cell(p, i, j, fill, h.number(v, bar), readableOn(color.NRGBA(fill.color)))
		}
	}
	p.series(cells.series())
}

// number shows two decimals where the largest number of the table is of that order.
func (h Heatmap) number(v float64, bar *colorBar) string {
	if largest := max(-bar.domain.lo, bar.domain.hi); largest >= 0.1 && largest < 20 {
		return fixed(v, 2)
	}
	return FormatNumber(v)
}

func (h Heatmap) summary() string {
	e, missing := newExtent(), 0
	for _, row := range h.Values {
		e.add(row...)
		missing += len(row) - len(finite(row))
	}
	return fmt.Sprintf("Heatmap of %s by %s: values from %s to %s%s.", count(len(h.Rows), "row"),
		count(len(h.Columns), "column"), FormatNumber(e.lo), FormatNumber(e.hi), missingNote(missing))
}

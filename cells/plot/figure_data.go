package plot

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// DataType is the media type of a figure's data, see [Figure.SVGWithData].
const DataType = "application/vnd.wnb.figure+json"

const (
	// dataVersion changes when the meaning of an existing field does. New fields and kinds do not change it: a reader
	// leaves out what it does not know.
	dataVersion = 1
	// dataLimit bounds the data of a figure in bytes.
	dataLimit = 200_000
	// longestName bounds the names in the data, in characters.
	longestName = 200
)

// figureData is what a page needs to show the values of a figure and to zoom into it. Lengths are in CSS pixels of the
// SVG, from its top left corner.
type figureData struct {
	Version int         `json:"version"`
	Kind    string      `json:"kind"`
	Title   string      `json:"title,omitempty"`
	Width   float64     `json:"width"`
	Height  float64     `json:"height"`
	Panels  []panelData `json:"panels"`
}

type panelData struct {
	Box    [4]float64   `json:"box"` // left, top, right and bottom of the plot area
	X      axisData     `json:"x"`
	Y      axisData     `json:"y"`
	Series []seriesData `json:"series"`
	Legend []legendData `json:"legend,omitempty"`
}

// axisData maps numbers to pixels: Range[0] lies at Pixels[0], Range[1] at Pixels[1], and what is between them in
// proportion.
type axisData struct {
	Type       string     `json:"type"` // linear or category
	Label      string     `json:"label,omitempty"`
	Range      [2]float64 `json:"range"`
	Pixels     [2]float64 `json:"pixels"`
	Categories []string   `json:"categories,omitempty"` // category i lies from i-0.5 to i+0.5
	Whole      bool       `json:"whole,omitempty"`      // only whole numbers are ticks
	Grid       bool       `json:"grid,omitempty"`
	Line       bool       `json:"line,omitempty"`
	Bare       bool       `json:"bare,omitempty"`   // no ticks and no labels
	Turned     bool       `json:"turned,omitempty"` // the labels are written at an angle
}

// Kinds of series, with the roles of their columns. Positions on an axis of categories are in units of a category.
const (
	pointSeries = "points" // x, y and, where it gives the colour, value
	lineSeries  = "line"   // x, y
	barSeries   = "bars"   // from, to on one axis; from 0 to value on the other
	cellSeries  = "cells"  // x, y, value and, of a confusion matrix, share of the row
	boxSeries   = "boxes"  // x, low, q1, median, q3, high
)

type seriesData struct {
	Name       string       `json:"name"`
	Color      string       `json:"color"`
	Kind       string       `json:"kind"`
	Horizontal bool         `json:"horizontal,omitempty"` // bars that grow to the right
	Reference  bool         `json:"reference,omitempty"`  // a line to compare with, which is not data
	Rows       int          `json:"rows"`
	Every      int          `json:"every,omitempty"` // only each n-th of the rows is here, if it is not 0
	Columns    []columnData `json:"columns"`
}

type columnData struct {
	Role   string `json:"role"`
	Label  string `json:"label"`
	Values column `json:"values"`
}

// legendData is where the legend entry of a series lies: left, top, right, bottom.
type legendData struct {
	Series int        `json:"series"`
	Box    [4]float64 `json:"box"`
}

// column is numbers as JSON; a missing one is null.
type column []float64

// MarshalJSON writes each number in the fewest digits that give it back exactly.
func (c column) MarshalJSON() ([]byte, error) {
	out := make([]byte, 0, 2+8*len(c))
	out = append(out, '[')
	for i, v := range c {
		if i > 0 {
			out = append(out, ',')
		}
		if !isFinite(v) {
			out = append(out, "null"...)
			continue
		}
		format := byte('f') // as elsewhere, so that a secret number is found here too
		if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
			format = 'e'
		}
		out = strconv.AppendFloat(out, v, format, -1, 64)
	}
	return append(out, ']'), nil
}

// SVGWithData returns the figure as [Figure.SVG] does, and its data as JSON of the media type [DataType], from which a
// page can show the values of a mark, zoom and hide series. The data names the panels of the figure with their scales, so
// that a pixel of the SVG tells the numbers under it exactly, and in each panel the series with their columns.
//
// In the SVG, the marks of panel 0 have the class wnb-data-0, those of its series 1 also wnb-series-0-1, its ticks and
// grid wnb-axes-0, and the entry of the legend for series 1 wnb-legend-0-1.
//
// The data has at most 200 kB. Of longer series it holds every second, third, ... row and says so. It is nil if even that
// is too large, as with very many long names. It is the same for equal figures, byte for byte.
func (f *Figure) SVGWithData() (svg, data []byte, err error) {
	s := f.scene()
	if svg, err = f.svg(s); err != nil {
		return nil, nil, err
	}
	d := figureData{dataVersion, f.Kind(), shortName(f.spec.options().Title), f.width, f.height, s.panels}
	if data, err = d.encode(); err != nil {
		return nil, nil, fmt.Errorf("data of %s: %w", f.Kind(), err)
	}
	return svg, data, nil
}

// encode returns the data as JSON with as many rows as the limit allows.
func (d figureData) encode() ([]byte, error) {
	longest, total := 1, 0
	for _, p := range d.Panels {
		for _, s := range p.Series {
			longest, total = max(longest, s.Rows), total+s.Rows
		}
	}
	// A number and its comma take 2 bytes at least, so more rows need not be tried.
	for every := max(1, total*4/dataLimit); ; {
		out, err := json.Marshal(d.thinned(every))
		if err != nil {
			return nil, err
		}
		if len(out) <= dataLimit {
			return out, nil
		}
		if every >= longest {
			return nil, nil
		}
		every = max(every+1, every*len(out)/dataLimit)
	}
}

// thinned returns the data with each every-th row of all series.
func (d figureData) thinned(every int) figureData {
	if every == 1 {
		return d
	}
	d.Panels = slices.Clone(d.Panels)
	for i := range d.Panels {
		p := &d.Panels[i]
		p.Series = slices.Clone(p.Series)
		for k := range p.Series {
			p.Series[k] = p.Series[k].thinned(every)
		}
	}
	return d
}

func (s seriesData) thinned(every int) seriesData {
	s.Every = every
	s.Columns = slices.Clone(s.Columns)
	for i, c := range s.Columns {
		var kept column
		for k := 0; k < len(c.Values); k += every {
			kept = append(kept, c.Values[k])
		}
		s.Columns[i].Values = kept
	}
	return s
}

// data describes the panel, still without series.
func (l *layout) data(legends []legendData) panelData {
	x, y := l.x.data(l.xScale()), l.y.data(l.yScale())
	x.Turned = l.turned
	return panelData{Box: [4]float64{l.x0, l.y0, l.x1, l.y1}, X: x, Y: y, Series: []seriesData{}, Legend: legends}
}

func (a axis) data(s scale) axisData {
	out := axisData{Type: "linear", Label: shortName(a.label), Range: [2]float64{s.lo, s.hi}, Pixels: [2]float64{s.a, s.b},
		Whole: a.whole, Grid: a.grid, Line: a.line, Bare: a.bare}
	if a.categories != nil {
		out.Type = "category"
		for _, name := range a.categories {
			out.Categories = append(out.Categories, shortName(name))
		}
	}
	return out
}

func shortName(name string) string { return ellipsisRunes(oneLine(name), longestName) }

// class is the SVG class of the panel's data.
func (p panel) class() string { return fmt.Sprintf("wnb-data-%d", p.n) }

// series adds a series to the data of the panel and returns the SVG class for its marks. The series come in the order of
// the legend.
func (p panel) series(d seriesData) string {
	series := &p.s.panels[p.n].Series
	d.Name = shortName(d.Name)
	for i := range d.Columns {
		d.Columns[i].Label = shortName(d.Columns[i].Label)
		d.Rows = len(d.Columns[i].Values)
	}
	class := fmt.Sprintf("%s wnb-series-%d-%d", p.class(), p.n, len(*series))
	*series = append(*series, d)
	return class
}

// reference adds a line to compare with.
func (p panel) reference(name string) string {
	return p.series(seriesData{Name: name, Color: hexColor(muted.color), Kind: lineSeries, Reference: true, Columns: []columnData{}})
}

// image says that the marks of all series are one image, so that none can be hidden, and returns its class.
func (p panel) image() string {
	p.s.panels[p.n].Legend = nil
	return p.class()
}

// lineData describes a line.
func lineData(name string, stroke paint, series XY, xLabel, yLabel string) seriesData {
	xs, ys := make(column, len(series.Y)), make(column, len(series.Y))
	for i := range ys {
		xs[i], ys[i] = series.at(i)
	}
	return seriesData{Name: name, Color: hexColor(stroke.color), Kind: lineSeries,
		Columns: []columnData{{"x", cmp.Or(oneLine(xLabel), "x"), xs}, {"y", cmp.Or(oneLine(yLabel), "y"), ys}}}
}

// bands collects bars over categories.
type bands struct {
	label            string
	from, to, values column
}

// add rounds the places, which are the same picture with fewer digits.
func (b *bands) add(from, to, value float64) {
	const digits = 1e4
	b.from, b.to = append(b.from, math.Round(from*digits)/digits), append(b.to, math.Round(to*digits)/digits)
	b.values = append(b.values, value)
}

func (b *bands) series(name string, fill paint, horizontal bool) seriesData {
	return seriesData{Name: name, Color: hexColor(fill.color), Kind: barSeries, Horizontal: horizontal,
		Columns: []columnData{{"from", "from", b.from}, {"to", "to", b.to}, {"value", b.label, b.values}}}
}

// matrixData collects the cells of a matrix.
type matrixData struct {
	label               string
	x, y, values, share column
}

func (m *matrixData) add(row, col int, value float64) {
	m.x, m.y, m.values = append(m.x, float64(col)), append(m.y, float64(row)), append(m.values, value)
}

func (m *matrixData) series() seriesData {
	d := seriesData{Name: m.label, Color: hexColor(palette[0]), Kind: cellSeries,
		Columns: []columnData{{"x", "x", m.x}, {"y", "y", m.y}, {"value", m.label, m.values}}}
	if m.share != nil {
		d.Columns = append(d.Columns, columnData{"share", "share of the row", m.share})
	}
	return d
}

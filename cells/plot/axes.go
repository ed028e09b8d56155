package plot

import (
	"fmt"
	"math"
)

// area is a rectangle in pixels; y0 is its top.
type area struct{ x0, y0, x1, y1 float64 }

// axis describes one side of a plot: either numbers in a domain or a row of categories.
type axis struct {
	label      string
	domain     extent
	whole      bool     // only whole numbers are ticks
	categories []string // replaces domain
	bare       bool     // no ticks and no labels
	grid       bool     // light lines across the plot at the ticks
	line       bool     // a line along the axis
}

// axes is what surrounds the data of a plot.
type axes struct {
	x, y   axis
	legend legend
	bar    *colorBar
}

// panel is a laid-out plot: where the data goes.
type panel struct {
	area
	x, y scale
	s    *scene
	n    int // which panel of the figure it is
}

// Distances in pixels.
const (
	tickGap      = 8  // between an axis and its labels
	tickLength   = 4  // of the little marks on the x axis
	lineHeight   = 16 // of labels
	xTickSpacing = 90 // wanted between ticks
	yTickSpacing = 40
)

// panel lays the axes out, draws them, and returns the scales for the data.
func (s *scene) panel(ax axes) panel {
	s.legend(ax.legend)
	l := layout{axes: ax, s: s}
	l.place()
	l.draw()
	p := panel{l.area, l.xScale(), l.yScale(), s, len(s.panels)}
	s.panels = append(s.panels, l.data(s.legends))
	s.legends = nil
	s.class = p.class()
	return p
}

// layout fits the labels of two axes around the plot area. Each side's labels take room from the other side, so it is
// done twice.
type layout struct {
	axes
	s *scene
	area
	xTicks, yTicks ticks
	turned         bool // x labels are written at an angle
}

func (l *layout) place() {
	l.area = area{edge, l.s.top + lineHeight/2, l.s.width - edge, l.s.height - edge}
	right := l.x1
	if l.bar != nil {
		right -= l.bar.width()
	}
	for range 2 {
		l.yTicks = l.y.place(l.y1-l.y0, yTickSpacing, maxNames*l.s.width)
		l.x0 = edge + l.yLabelWidth()
		l.x1 = right
		l.placeX()
		l.x1 = max(l.x1, l.x0+10)
		l.y1 = l.s.height - edge - l.xLabelHeight()
		l.y1 = max(l.y1, l.y0+10)
	}
}

func (l *layout) yLabelWidth() float64 {
	width := 0.0
	if !l.y.bare {
		width = maxRoom(l.yTicks.label) + tickGap
	}
	if l.y.label != "" {
		width += lineHeight + 4
	}
	return width
}

// maxNames is the share of the width that names beside a plot may take.
const maxNames = 0.3

const (
	turn      = 40  // angle of labels that have no room side by side, in degrees
	maxTurned = 150 // length of the longest of them
)

// maxTurned leaves most of a small figure to the data.
func (l *layout) maxTurned() float64 {
	return min(maxTurned, 0.42*l.s.height-20, 0.3*l.s.width)
}

func (l *layout) placeX() {
	l.turned = false
	if l.x.bare {
		return
	}
	if l.x.categories == nil {
		l.placeNumbers()
		return
	}
	band := (l.x1 - l.x0) / float64(len(l.x.categories))
	if maxRoom(l.x.categories) <= band-8 {
		l.xTicks = l.x.place(l.x1-l.x0, xTickSpacing, band)
		return
	}
	l.turned = true
	sin, cos := math.Sincos(turn * math.Pi / 180)
	l.xTicks = thin(l.x.categories, band*sin, l.maxTurned())
	for i, at := range l.xTicks.at { // a turned label reaches to the left of its tick
		reach := labelRoom(l.xTicks.label[i])*cos + labelSize*sin
		if over := edge/2 + reach - (l.x0 + (at+0.5)*band); over > 0 {
			l.x0 += over
		}
	}
}

// placeNumbers takes fewer ticks until the labels have room.
func (l *layout) placeNumbers() {
	right := l.x1
	for want := max(2, min(7, int((l.x1-l.x0)/xTickSpacing))); ; want-- {
		l.x1 = right
		l.xTicks = niceTicks(l.x.domain, want, l.x.whole)
		if n := len(l.xTicks.at); n > 0 {
			half := labelRoom(l.xTicks.label[n-1]) / 2
			end := l.xScale().at(l.xTicks.at[n-1]) + half
			l.x1 -= max(0, end-(right+edge/2))
		}
		if want <= 2 || l.labelsFit() {
			return
		}
	}
}

func (l *layout) labelsFit() bool {
	end := math.Inf(-1)
	for i, at := range l.xTicks.at {
		half := labelRoom(l.xTicks.label[i]) / 2
		pos := l.xScale().at(at)
		if pos-half < end+14 {
			return false
		}
		end = pos + half
	}
	return true
}

func (l *layout) xLabelHeight() float64 {
	height := 0.0
	if !l.x.bare {
		height = lineHeight + tickLength
		if l.turned {
			sin, cos := math.Sincos(turn * math.Pi / 180)
			height = maxRoom(l.xTicks.label)*sin + labelSize*cos + tickGap
		}
	}
	if l.x.label != "" {
		height += lineHeight + 2
	}
	return height
}

// place chooses ticks for an axis of the length.
func (a axis) place(length, spacing, labelWidth float64) ticks {
	if a.bare {
		return ticks{}
	}
	if a.categories != nil {
		return thin(a.categories, length/float64(len(a.categories)), labelWidth)
	}
	return niceTicks(a.domain, min(6, int(length/spacing)), a.whole)
}

// thin labels every category, or every second, fifth … where they would overlap.
func thin(categories []string, band, width float64) ticks {
	every := max(1, int(math.Ceil((lineHeight-2)/band)))
	var t ticks
	for i := 0; i < len(categories); i += every {
		t.at = append(t.at, float64(i))
		t.label = append(t.label, ellipsisMiddle(categories[i], width))
	}
	return t
}

// xScale maps numbers, or the index of a category to the middle of its band.
func (l *layout) xScale() scale { return l.x.scale(l.x0, l.x1) }

// yScale grows upwards for numbers and downwards for categories, which read from the top.
func (l *layout) yScale() scale {
	if l.y.categories != nil {
		return l.y.scale(l.y0, l.y1)
	}
	return l.y.scale(l.y1, l.y0)
}

func (a axis) scale(from, to float64) scale {
	if a.categories != nil {
		return scale{-0.5, float64(len(a.categories)) - 0.5, from, to}
	}
	return scale{a.domain.lo, a.domain.hi, from, to}
}

func (l *layout) draw() {
	l.s.class = fmt.Sprintf("wnb-axes-%d", len(l.s.panels))
	l.drawGrid()
	l.drawLines()
	l.drawTickLabels()
	l.s.class = ""
	l.drawLabels()
}

func (l *layout) drawGrid() {
	if l.y.grid {
		for _, v := range l.yTicks.at {
			y := crisp(l.yScale().at(v))
			l.s.line(grid, 1, point{l.x0, y}, point{l.x1, y})
		}
	}
	if l.x.grid {
		for _, v := range l.xTicks.at {
			x := crisp(l.xScale().at(v))
			l.s.line(grid, 1, point{x, l.y0}, point{x, l.y1})
		}
	}
}

func (l *layout) drawLines() {
	if l.y.line {
		x := crisp(l.x0)
		l.s.line(muted, 1, point{x, l.y0}, point{x, l.y1})
	}
	if !l.x.line {
		return
	}
	y := crisp(l.y1)
	l.s.line(muted, 1, point{l.x0, y}, point{l.x1, y})
	if l.x.categories != nil {
		return
	}
	for _, v := range l.xTicks.at {
		x := crisp(l.xScale().at(v))
		l.s.line(muted, 1, point{x, y}, point{x, y + tickLength})
	}
}

func (l *layout) drawTickLabels() {
	for i, v := range l.yTicks.at {
		l.s.label(l.x0-tickGap, l.yScale().at(v), l.yTicks.label[i], anchorEnd, muted)
	}
	for i, v := range l.xTicks.at {
		x := l.xScale().at(v)
		if l.turned {
			l.s.add(textMark{point: point{x + 4, l.y1 + tickGap + 6}, text: l.xTicks.label[i], size: labelSize,
				anchor: anchorEnd, turn: turn, fill: muted})
			continue
		}
		l.s.label(x, l.y1+tickLength+tickGap+3, l.xTicks.label[i], anchorMiddle, muted)
	}
}

func (l *layout) drawLabels() {
	if l.x.label != "" {
		text := ellipsis(l.x.label, l.s.width-2*edge, labelSize, false)
		half := labelRoom(text) / 2
		x := max(edge+half, min(l.s.width-edge-half, (l.x0+l.x1)/2))
		l.s.label(x, l.s.height-edge-3, text, anchorMiddle, ink)
	}
	if l.y.label != "" {
		text := ellipsis(l.y.label, l.s.height-2*edge, labelSize, false)
		half := labelRoom(text) / 2
		y := max(edge+half, min(l.s.height-edge-half, (l.y0+l.y1)/2))
		l.s.add(textMark{point: point{edge + labelSize - 2, y}, text: text, size: labelSize,
			anchor: anchorMiddle, turn: 90, fill: ink})
	}
}

// crisp moves a coordinate to the middle of a pixel, where a line one pixel wide is sharp.
func crisp(v float64) float64 { return math.Floor(v) + 0.5 }

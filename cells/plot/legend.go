package plot

import "fmt"

type legendShape int

const (
	legendSquare legendShape = iota
	legendDot
	legendLine
	legendDash
)

type legendEntry struct {
	name  string
	color paint
	shape legendShape
}

// Legend sizes in pixels.
const (
	swatch        = 10
	swatchLine    = 18
	legendGap     = 16
	legendMaxRows = 5
	legendShare   = 0.2 // of the figure's height
)

func (e legendEntry) swatchWidth() float64 {
	if e.shape == legendLine || e.shape == legendDash {
		return swatchLine
	}
	return swatch
}

// legend explains colours. Its title is optional. Entry i explains series i of the panel, see [panel.series].
type legend struct {
	title   string
	entries []legendEntry
}

// legend draws the entries in rows between title and plot, where they never lie over the data. When the rows are full, it
// says how many entries are left.
func (s *scene) legend(l legend) {
	if len(l.entries) == 0 {
		return
	}
	nameWidth := min(220, s.width/2-2*edge-swatchLine)
	rows := max(1, min(legendMaxRows, int(legendShare*s.height/lineHeight)))
	x, y, limit := float64(edge), s.top+lineHeight/2, s.width-edge
	if title := ellipsis(l.title, nameWidth, labelSize, false); title != "" {
		s.label(x, y, title, anchorStart, muted)
		x += labelRoom(title) + legendGap
	}
	for i, e := range l.entries {
		name := ellipsis(e.name, nameWidth, labelSize, false)
		end := x + e.swatchWidth() + 6 + labelRoom(name)
		more, room := "… "+FormatInt(len(l.entries)-i)+" more", 0.0
		if rows == 1 && i < len(l.entries)-1 {
			room = legendGap + labelRoom(more)
		}
		if end+room > limit {
			if rows == 1 {
				s.label(x, y, more, anchorStart, muted)
				break
			}
			end += edge - x
			x, y, rows = edge, y+lineHeight+2, rows-1
		}
		s.class = fmt.Sprintf("wnb-legend-%d-%d", len(s.panels), i)
		e.draw(s, x, y)
		s.label(x+e.swatchWidth()+6, y, name, anchorStart, ink)
		s.class = ""
		s.legends = append(s.legends, legendData{Series: i, Box: [4]float64{x, y - lineHeight/2, end, y + lineHeight/2}})
		x = end + legendGap
	}
	s.top = y + lineHeight/2 + 4
}

func (e legendEntry) draw(s *scene, x, y float64) {
	switch e.shape {
	case legendSquare:
		s.rect(x, y-swatch/2, x+swatch, y+swatch/2, e.color)
	case legendDot:
		s.dot(x+swatch/2, y, 4, e.color)
	case legendLine:
		s.line(e.color, lineWidth, point{x, y}, point{x + swatchLine, y})
	case legendDash:
		s.add(lineMark{[]point{{x, y}, {x + swatchLine, y}}, e.color, lineWidth, dashLength})
	}
}

// colorBar is the legend of a colour scale, to the right of the plot.
type colorBar struct {
	label  string
	domain extent
	ramp   ramp
	whole  bool
}

const colorBarWidth = 12

func (b *colorBar) ticks() ticks { return niceTicks(b.domain, 5, b.whole) }

func (b *colorBar) width() float64 {
	w := legendGap + colorBarWidth + 6 + maxRoom(b.ticks().label)
	if b.label != "" {
		w += lineHeight + 2
	}
	return w
}

// draw draws the bar beside the plot area.
func (b *colorBar) draw(s *scene, a area) {
	x := a.x1 + legendGap
	sc := scale{b.domain.lo, b.domain.hi, a.y1, a.y0}
	const slices = 64
	for i := range slices {
		// Each slice reaches below the next one, so that no gap shows between them.
		y0 := a.y1 + (a.y0-a.y1)*float64(i+1)/slices
		s.rect(x, y0, x+colorBarWidth, min(a.y1, y0+2*(a.y1-a.y0)/slices), data(b.ramp.at((float64(i)+0.5)/slices)))
	}
	t := b.ticks()
	for i, v := range t.at {
		s.label(x+colorBarWidth+6, sc.at(v), t.label[i], anchorStart, muted)
	}
	if b.label != "" {
		text := ellipsis(b.label, a.y1-a.y0, labelSize, false)
		s.add(textMark{point: point{s.width - edge, (a.y0 + a.y1) / 2}, text: text, size: labelSize,
			anchor: anchorMiddle, turn: 90, fill: ink})
	}
}

// colorBar draws the bar of a panel, which is no part of its data.
func (s *scene) colorBar(b *colorBar, p panel) {
	s.class = ""
	b.draw(s, p.area)
	s.class = p.class()
}

// color returns the colour of v.
func (b *colorBar) color(v float64) paint {
	if b.domain.hi == b.domain.lo {
		return data(b.ramp.at(0.5))
	}
	return data(b.ramp.at((v - b.domain.lo) / (b.domain.hi - b.domain.lo)))
}

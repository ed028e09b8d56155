package plot

import "image"

// scene is a drawing: marks in the order they are painted, in CSS pixels from the top left corner.
type scene struct {
	width, height float64
	marks         []placed
	top           float64 // the first free y below the title and legend
	class         string  // of the marks that come next
	panels        []panelData
	legends       []legendData // drawn since the last panel
}

// placed is a mark with the class that its SVG element has, by which a page finds the parts of a figure; see [Figure.SVGWithData].
type placed struct {
	mark
	class string
}

// mark is one of rectMark, lineMark, dotMark, textMark and imageMark.
type mark interface{ isMark() }

type point struct{ x, y float64 }

type rectMark struct {
	x, y, w, h float64
	fill       paint
}

// lineMark is an open polyline.
type lineMark struct {
	points []point
	stroke paint
	width  float64
	dash   float64 // length of dashes and gaps, 0 for a solid line
}

type dotMark struct {
	point
	r    float64
	fill paint
}

type anchor int

const (
	anchorStart anchor = iota
	anchorMiddle
	anchorEnd
)

// textMark is one line of text; the point is on its baseline. Turn is in degrees, counter-clockwise about the point.
type textMark struct {
	point
	text   string
	size   float64
	bold   bool
	anchor anchor
	turn   float64
	fill   paint
}

// imageMark is a picture that fills the rectangle.
type imageMark struct {
	x, y, w, h float64
	img        image.Image
}

func (rectMark) isMark()  {}
func (lineMark) isMark()  {}
func (dotMark) isMark()   {}
func (textMark) isMark()  {}
func (imageMark) isMark() {}

// edge is the free margin around everything.
const edge = 12

func newScene(width, height float64) *scene {
	s := &scene{width: width, height: height, top: edge}
	s.rect(0, 0, width, height, background)
	return s
}

func (s *scene) add(m mark) { s.marks = append(s.marks, placed{m, s.class}) }

// rect accepts corners in any order.
func (s *scene) rect(x0, y0, x1, y1 float64, fill paint) {
	s.add(rectMark{min(x0, x1), min(y0, y1), max(x0, x1) - min(x0, x1), max(y0, y1) - min(y0, y1), fill})
}

func (s *scene) line(stroke paint, width float64, points ...point) {
	s.add(lineMark{points: points, stroke: stroke, width: width})
}

func (s *scene) dot(x, y, r float64, fill paint) { s.add(dotMark{point{x, y}, r, fill}) }

// label draws text of the usual size with its middle at height y.
func (s *scene) label(x, y float64, text string, a anchor, fill paint) {
	s.add(textMark{point: point{x, y + middle}, text: text, size: labelSize, anchor: a, fill: fill})
}

// middle is the distance from the middle of a label's digits to its baseline.
const middle = 0.36 * labelSize

// title draws the title at the top left, over at most two lines, or one in a low figure.
func (s *scene) title(text string) {
	const lineHeight, low = 19, 240
	lines := 2
	if s.height < low {
		lines = 1
	}
	for _, line := range wrap(text, s.width-2*edge, titleSize, true, lines) {
		s.add(textMark{point: point{edge, s.top + titleSize - 2}, text: line, size: titleSize, bold: true, fill: ink})
		s.top += lineHeight
	}
	if text != "" {
		s.top += 5
	}
}

package plot

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

const (
	cssDPI       = 96
	maxImageSize = 64 << 20 // pixels
)

// PNG returns the figure as a PNG image; 96 dpi gives one pixel for each pixel of the figure's size.
func (f *Figure) PNG(dpi int) ([]byte, error) {
	pixels := f.width * f.height * float64(dpi) * float64(dpi) / (cssDPI * cssDPI)
	if dpi < 1 || pixels > maxImageSize {
		return nil, fmt.Errorf("draw %s as PNG: %d dpi is outside 1 to %d for a figure of %s × %s pixels",
			f.Kind(), dpi, int(cssDPI*math.Sqrt(maxImageSize/f.width/f.height)), px(f.width), px(f.height))
	}
	s := f.scene()
	c := canvas{height: s.height, vg: vgimg.NewWith(
		vgimg.UseWH(length(s.width), length(s.height)), vgimg.UseDPI(dpi))}
	for _, m := range s.marks {
		c.mark(m.mark)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, c.vg.Image()); err != nil {
		return nil, fmt.Errorf("draw %s as PNG: %w", f.Kind(), err)
	}
	return out.Bytes(), nil
}

// length converts CSS pixels to gonum's points.
func length(px float64) vg.Length { return vg.Points(px * 72 / cssDPI) }

// canvas paints marks on a gonum canvas, whose y axis points up.
type canvas struct {
	vg     *vgimg.Canvas
	height float64
}

func (c canvas) at(p point) vg.Point { return vg.Point{X: length(p.x), Y: length(c.height - p.y)} }

func (c canvas) mark(m mark) {
	switch m := m.(type) {
	case rectMark:
		c.rect(m)
	case dotMark:
		var path vg.Path
		path.Move(c.at(point{m.x + m.r, m.y}))
		path.Arc(c.at(m.point), length(m.r), 0, 2*math.Pi)
		path.Close()
		c.vg.SetColor(m.fill.color)
		c.vg.Fill(path)
	case lineMark:
		c.line(m)
	case textMark:
		c.text(m)
	case imageMark:
		c.vg.DrawImage(vg.Rectangle{Min: c.at(point{m.x, m.y + m.h}), Max: c.at(point{m.x + m.w, m.y})}, m.img)
	}
}

func (c canvas) rect(m rectMark) {
	var path vg.Path
	path.Move(c.at(point{m.x, m.y}))
	path.Line(c.at(point{m.x + m.w, m.y}))
	path.Line(c.at(point{m.x + m.w, m.y + m.h}))
	path.Line(c.at(point{m.x, m.y + m.h}))
	path.Close()
	c.vg.SetColor(m.fill.color)
	c.vg.Fill(path)
}

func (c canvas) line(m lineMark) {
	var path vg.Path
	for i, p := range m.points {
		if i == 0 {
			path.Move(c.at(p))
		} else {
			path.Line(c.at(p))
		}
	}
	c.vg.SetColor(m.stroke.color)
	c.vg.SetLineWidth(length(m.width))
	var dashes []vg.Length
	if m.dash > 0 {
		dashes = []vg.Length{length(m.dash), length(m.dash)}
	}
	c.vg.SetLineDash(dashes, 0)
	c.vg.Stroke(path)
}

func (c canvas) text(m textMark) {
	c.vg.SetColor(m.fill.color)
	c.vg.Push()
	defer c.vg.Pop()
	c.vg.Translate(c.at(m.point))
	c.vg.Rotate(m.turn * math.Pi / 180)
	c.vg.FillString(face(m.size*72/cssDPI, m.bold), vg.Point{X: length(m.shift())}, drawable(m.text))
}

// shift is the distance from the anchor to the start of the text.
func (m textMark) shift() float64 {
	return -float64(m.anchor) / 2 * textWidth(drawable(m.text), m.size, m.bold)
}

// dotLayer paints very many dots into one image, which is faster and smaller than as many shapes: a stamp of the dot is
// blended in at whole pixels of an image with twice the density of a plain screen.
type dotLayer struct {
	x, y, w, h float64
	img        *image.RGBA
	stamp      *image.Alpha
}

const layerDensity = 2

func newDotLayer(a area, radius float64) *dotLayer {
	x, y := math.Floor(a.x0-radius), math.Floor(a.y0-radius)
	w, h := math.Ceil(a.x1+radius)-x, math.Ceil(a.y1+radius)-y
	return &dotLayer{x, y, w, h,
		image.NewRGBA(image.Rect(0, 0, int(w*layerDensity), int(h*layerDensity))), dotStamp(radius * layerDensity)}
}

// dotStamp is the coverage of a disc of radius r in the middle of an odd square.
func dotStamp(r float64) *image.Alpha {
	half := int(math.Ceil(r))
	stamp := image.NewAlpha(image.Rect(-half, -half, half+1, half+1))
	for y := -half; y <= half; y++ {
		for x := -half; x <= half; x++ {
			coverage := max(0, min(1, r+0.5-math.Hypot(float64(x), float64(y))))
			stamp.SetAlpha(x, y, color.Alpha{A: uint8(math.Round(255 * coverage))})
		}
	}
	return stamp
}

func (l *dotLayer) dot(p point, fill paint) {
	x, y := int(math.Round((p.x-l.x)*layerDensity)), int(math.Round((p.y-l.y)*layerDensity))
	box := l.stamp.Bounds()
	draw.DrawMask(l.img, box.Add(image.Pt(x, y)), image.NewUniform(fill.color), image.Point{}, l.stamp, box.Min, draw.Over)
}

func (l *dotLayer) mark() imageMark { return imageMark{l.x, l.y, l.w, l.h, l.img} }

package plot

import (
	"bytes"
	"fmt"
	"image/png"
	"time"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"codeberg.org/go-pdf/fpdf"
)

// pdfDate stands in every file: a date of the clock would make equal figures differ.
var pdfDate = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

const pdfFont = "liberation"

// PDF returns the figure as a one-page PDF of the figure's size, with its fonts embedded.
func (f *Figure) PDF() ([]byte, error) {
	s := f.scene()
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: pt(s.width), Ht: pt(s.height)}})
	doc.SetCreationDate(pdfDate)
	doc.SetModificationDate(pdfDate)
	doc.SetCatalogSort(true)
	doc.SetTitle(f.Alt(), true)
	doc.AddUTF8FontFromBytes(pdfFont, "", liberationsansregular.TTF)
	doc.AddUTF8FontFromBytes(pdfFont, "B", liberationsansbold.TTF)
	doc.SetAutoPageBreak(false, 0)
	doc.AddPage()
	doc.SetLineJoinStyle("round")
	w := pdfWriter{doc: doc}
	for _, m := range s.marks {
		if err := w.mark(m.mark); err != nil {
			return nil, fmt.Errorf("draw %s as PDF: %w", f.Kind(), err)
		}
	}
	var out bytes.Buffer
	if err := doc.Output(&out); err != nil {
		return nil, fmt.Errorf("draw %s as PDF: %w", f.Kind(), err)
	}
	return out.Bytes(), nil
}

// pt converts CSS pixels to points.
func pt(px float64) float64 { return px * 72 / cssDPI }

type pdfWriter struct {
	doc    *fpdf.Fpdf
	images int
}

func (w *pdfWriter) mark(m mark) error {
	switch m := m.(type) {
	case rectMark:
		w.fill(m.fill)
		w.doc.Rect(pt(m.x), pt(m.y), pt(m.w), pt(m.h), "F")
	case dotMark:
		w.fill(m.fill)
		w.doc.Circle(pt(m.x), pt(m.y), pt(m.r), "F")
	case lineMark:
		w.line(m)
	case textMark:
		w.text(m)
	case imageMark:
		return w.image(m)
	}
	return nil
}

func (w *pdfWriter) fill(p paint) {
	w.doc.SetFillColor(int(p.color.R), int(p.color.G), int(p.color.B))
	w.doc.SetAlpha(float64(p.color.A)/255, "Normal")
}

func (w *pdfWriter) line(m lineMark) {
	w.doc.SetDrawColor(int(m.stroke.color.R), int(m.stroke.color.G), int(m.stroke.color.B))
	w.doc.SetAlpha(float64(m.stroke.color.A)/255, "Normal")
	w.doc.SetLineWidth(pt(m.width))
	var dashes []float64
	if m.dash > 0 {
		dashes = []float64{pt(m.dash), pt(m.dash)}
	}
	w.doc.SetDashPattern(dashes, 0)
	for i, p := range m.points {
		if i == 0 {
			w.doc.MoveTo(pt(p.x), pt(p.y))
		} else {
			w.doc.LineTo(pt(p.x), pt(p.y))
		}
	}
	w.doc.DrawPath("D")
}

func (w *pdfWriter) text(m textMark) {
	style := ""
	if m.bold {
		style = "B"
	}
	w.doc.SetFont(pdfFont, style, pt(m.size))
	w.doc.SetTextColor(int(m.fill.color.R), int(m.fill.color.G), int(m.fill.color.B))
	w.doc.SetAlpha(float64(m.fill.color.A)/255, "Normal")
	w.doc.TransformBegin()
	w.doc.TransformRotate(m.turn, pt(m.x), pt(m.y))
	w.doc.Text(pt(m.x+m.shift()), pt(m.y), drawable(m.text))
	w.doc.TransformEnd()
}

func (w *pdfWriter) image(m imageMark) error {
	var file bytes.Buffer
	if err := png.Encode(&file, m.img); err != nil {
		return err
	}
	w.images++
	name := fmt.Sprintf("image%d", w.images)
	opts := fpdf.ImageOptions{ImageType: "png"}
	w.doc.SetAlpha(1, "Normal")
	w.doc.RegisterImageOptionsReader(name, opts, &file)
	w.doc.ImageOptions(name, pt(m.x), pt(m.y), pt(m.w), pt(m.h), false, opts, 0, "")
	return w.doc.Error()
}

package plot

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"image/color"
	"image/png"
	"math"
	"strconv"
	"strings"
)

// svgFonts is the UI font of the reader's system. On Linux, where that may be much wider than the font that labels are
// measured with, Arial stands for that very font; system-ui is the last resort.
const svgFonts = `-apple-system, &#39;Segoe UI&#39;, Roboto, &#39;Liberation Sans&#39;, Arial, system-ui, sans-serif`

var roleVariables = map[role]string{
	roleInk: "--wnb-ink", roleMuted: "--wnb-muted", roleGrid: "--wnb-grid", roleBackground: "--wnb-bg",
}

// SVG returns the figure as an SVG element that stands alone or inside an HTML page.
func (f *Figure) SVG() ([]byte, error) { return f.svg(f.scene()) }

func (f *Figure) svg(s *scene) ([]byte, error) {
	w := &svgWriter{}
	fmt.Fprintf(&w.buf, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]s %[2]s" width="%[1]s" height="%[2]s" `+
		`role="img" aria-label="%[3]s" data-figure="%[4]s" font-family="%[5]s" font-size="%[6]d">`+"\n",
		px(s.width), px(s.height), escape(f.Alt()), f.hash[:16], svgFonts, labelSize)
	for _, m := range s.marks {
		w.class = m.class
		if err := w.mark(m.mark); err != nil {
			return nil, fmt.Errorf("draw %s as SVG: %w", f.Kind(), err)
		}
	}
	w.group("", 0)
	w.buf.WriteString("</svg>\n")
	return w.buf.Bytes(), nil
}

// svgWriter puts runs of marks that look alike into one group, which holds their colours.
type svgWriter struct {
	buf   bytes.Buffer
	open  string
	depth int
	class string // of the next mark
}

// group makes open the current group, which is depth elements deep.
func (w *svgWriter) group(open string, depth int) {
	if w.depth > 0 && open == w.open {
		return
	}
	if w.depth > 0 {
		w.buf.WriteString(strings.Repeat("</g>", w.depth) + "\n")
	}
	w.buf.WriteString(open)
	if open != "" {
		w.buf.WriteByte('\n')
	}
	w.open, w.depth = open, depth
}

// painted makes a group for a property (fill or stroke), with more attributes. A themed colour takes two elements: the inner
// one holds the variable; a viewer that cannot read it ignores it and inherits the plain colour of the outer one.
func (w *svgWriter) painted(property string, p paint, more string) {
	if p.color.A < 0xff {
		more += fmt.Sprintf(` %s-opacity="%s"`, property, px(float64(p.color.A)/255))
	}
	plain := hexColor(p.color)
	open, depth := fmt.Sprintf(`<g%s %s="%s"%s>`, w.classAttr(), property, plain, more), 1
	if variable, ok := roleVariables[p.role]; ok {
		open, depth = open+fmt.Sprintf(`<g %s="var(%s, %s)">`, property, variable, plain), 2
	}
	w.group(open, depth)
}

func (w *svgWriter) classAttr() string {
	if w.class == "" {
		return ""
	}
	return ` class="` + w.class + `"`
}

func (w *svgWriter) mark(m mark) error {
	switch m := m.(type) {
	case rectMark:
		w.painted("fill", m.fill, "")
		fmt.Fprintf(&w.buf, `<rect x="%s" y="%s" width="%s" height="%s"/>`+"\n", px(m.x), px(m.y), px(m.w), px(m.h))
	case dotMark:
		w.painted("fill", m.fill, "")
		fmt.Fprintf(&w.buf, `<circle cx="%s" cy="%s" r="%s"/>`+"\n", px(m.x), px(m.y), px(m.r))
	case lineMark:
		w.line(m)
	case textMark:
		w.text(m)
	case imageMark:
		return w.image(m)
	}
	return nil
}

func (w *svgWriter) line(m lineMark) {
	more := fmt.Sprintf(` fill="none" stroke-width="%s" stroke-linejoin="round"`, px(m.width))
	if m.dash > 0 {
		more += fmt.Sprintf(` stroke-dasharray="%s"`, px(m.dash))
	}
	w.painted("stroke", m.stroke, more)
	w.buf.WriteString(`<path d="`)
	for i, p := range m.points {
		w.buf.WriteString(map[bool]string{true: "M", false: "L"}[i == 0] + px(p.x) + " " + px(p.y))
	}
	w.buf.WriteString(`"/>` + "\n")
}

func (w *svgWriter) text(m textMark) {
	more := ""
	if m.size != labelSize {
		more += fmt.Sprintf(` font-size="%s"`, px(m.size))
	}
	if m.bold {
		more += ` font-weight="600"`
	}
	if m.anchor != anchorStart {
		more += ` text-anchor="` + map[anchor]string{anchorMiddle: "middle", anchorEnd: "end"}[m.anchor] + `"`
	}
	w.painted("fill", m.fill, more)
	fmt.Fprintf(&w.buf, `<text x="%s" y="%s"`, px(m.x), px(m.y))
	if m.turn != 0 {
		fmt.Fprintf(&w.buf, ` transform="rotate(%s %s %s)"`, px(-m.turn), px(m.x), px(m.y))
	}
	w.buf.WriteString(">" + escape(m.text) + "</text>\n")
}

func (w *svgWriter) image(m imageMark) error {
	var file bytes.Buffer
	if err := png.Encode(&file, m.img); err != nil {
		return err
	}
	w.group("", 0)
	fmt.Fprintf(&w.buf, `<image%s x="%s" y="%s" width="%s" height="%s" preserveAspectRatio="none" href="data:image/png;base64,%s"/>`+"\n",
		w.classAttr(), px(m.x), px(m.y), px(m.w), px(m.h), base64.StdEncoding.EncodeToString(file.Bytes()))
	return nil
}

// px writes a length with at most two decimals, which is far below what an eye can see.
func px(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100+0, 'f', -1, 64)
}

func hexColor(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// escape makes text safe in XML, in attributes too, and replaces characters that XML forbids.
func escape(text string) string {
	var b bytes.Buffer
	xml.EscapeText(&b, []byte(text)) //nolint:errcheck // a bytes.Buffer cannot fail
	return b.String()
}

package graphview

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// SVGOptions say what surrounds the picture.
type SVGOptions struct {
	// Inline leaves out the colours of the light and the dark theme and the
	// background: a page around the picture has them.
	Inline bool
}

// A color is a variable of the page, with what it is without one.
type color struct{ name, light, dark string }

var (
	ink        = color{"--wnb-ink", "#1b1f24", "#e6e9ee"}
	muted      = color{"--wnb-muted", "#5c6672", "#98a2b0"}
	background = color{"--wnb-bg", "#ffffff", "#14171c"}
	accent     = color{"--wnb-accent", "#2f5fd0", "#7aa2ff"}
	amber      = color{"--wnb-amber", "#b7791f", "#e0a84a"}
	teal       = color{"--wnb-teal", "#0f766e", "#4fc3b5"}
	red        = color{"--wnb-red", "#c53030", "#ff8a8a"}
)

// stateColors are the colours of the bars of cells; the others have none.
var stateColors = map[State]color{Stale: amber, Held: amber, Queued: muted, Running: accent, Cached: teal, Failed: red}

const mono = "ui-monospace, SFMono-Regular, Menlo, Consolas, &#39;Liberation Mono&#39;, monospace"

// SVG writes the graph as a picture: one SVG element, alone or for a page.
func SVG(w io.Writer, g Graph, o SVGOptions) error {
	p := draw(&g)
	s := &svg{}
	fmt.Fprintf(&s.buf, `<svg xmlns="http://www.w3.org/2000/svg" class="wnb-graph" viewBox="0 0 %[1]s %[2]s" width="%[1]s" height="%[2]s" role="img" aria-label="%[3]s" font-family="%[4]s">`+"\n",
		px(p.width), px(p.height), escape(description(&g)), mono)
	if !o.Inline {
		s.theme(p)
	}
	if p.title != "" {
		s.group("fill", ink, `font-size="14" font-weight="600" font-family="system-ui, -apple-system, &#39;Segoe UI&#39;, Roboto, sans-serif"`)
		s.printf("<text x=\"%s\" y=\"30\">%s</text>\n", px(margin), escape(p.title))
		s.end()
	}
	s.wires(p)
	s.boxes(p)
	s.legend(p)
	s.buf.WriteString("</svg>\n")
	_, err := w.Write(s.buf.Bytes())
	return err
}

// description says what the picture shows, for those who do not see it.
func description(g *Graph) string {
	text := fmt.Sprintf("Graph of %d cells", len(g.Nodes))
	if len(g.Nodes) == 1 {
		text = "Graph of one cell"
	}
	if g.Title != "" {
		text += " of " + g.Title
	}
	var parts []string
	for _, l := range g.links() {
		parts = append(parts, fmt.Sprintf("%s needs %s (%s)", g.Nodes[l.to].label(), g.Nodes[l.from].label(), l.reading()))
	}
	if len(parts) > 0 && len(parts) <= 40 {
		text += ": " + strings.Join(parts, "; ")
	}
	return text
}

type svg struct {
	buf  bytes.Buffer
	open int
}

func (s *svg) printf(format string, args ...any) { fmt.Fprintf(&s.buf, format, args...) }

// theme gives the variables their values by the viewer's preference, and the
// picture a background.
func (s *svg) theme(p *picture) {
	var light, dark strings.Builder
	for _, c := range []color{ink, muted, background, accent, amber, teal, red} {
		light.WriteString(c.name + ":" + c.light + ";")
		dark.WriteString(c.name + ":" + c.dark + ";")
	}
	s.printf("<style>.wnb-graph{%s}@media (prefers-color-scheme:dark){.wnb-graph{%s}}</style>\n", light.String(), dark.String())
	s.group("fill", background, "")
	s.printf("<rect width=\"%s\" height=\"%s\"/>\n", px(p.width), px(p.height))
	s.end()
}

// group opens a group with a themed colour: two elements, so that a viewer
// that cannot read the variable inherits the plain colour.
func (s *svg) group(property string, c color, more string) {
	if more != "" {
		more = " " + more
	}
	s.printf("<g %[1]s=\"%[3]s\"%[4]s><g %[1]s=\"var(%[2]s, %[3]s)\">\n", property, c.name, c.light, more)
	s.open += 2
}

func (s *svg) end() {
	s.buf.WriteString(strings.Repeat("</g>", s.open) + "\n")
	s.open = 0
}

// wires draws the lines and what they carry.
func (s *svg) wires(p *picture) {
	s.strokes(p, muted, `stroke-opacity="0.55"`, func(w *wire) bool { return w.kind == Value && !w.back })
	s.strokes(p, muted, `stroke-opacity="0.55" stroke-dasharray="4 3"`, func(w *wire) bool { return w.kind != Value && !w.back })
	s.strokes(p, red, `stroke-dasharray="4 3"`, func(w *wire) bool { return w.back })
	s.group("fill", muted, "")
	for i := range p.wires {
		if w := &p.wires[i]; w.arrow {
			s.arrow(w.end, w.y2, -1)
		}
	}
	s.end()
	s.group("fill", red, "")
	for i := range p.wires {
		if w := &p.wires[i]; w.backArrow {
			s.arrow(w.x1, w.y1, 1)
		}
	}
	s.end()
	// A rim in the colour of the page keeps captions readable above lines.
	s.group("stroke", background, fmt.Sprintf(`font-size="%s" text-anchor="end" stroke-width="3" stroke-linejoin="round" paint-order="stroke"`, px(smallSize)))
	s.group("fill", muted, "")
	for i := range p.wires {
		if w := &p.wires[i]; w.text != "" {
			s.caption(w)
		}
	}
	s.end()
}

func (s *svg) caption(w *wire) {
	title := ""
	if w.full != w.text {
		title = "<title>" + escape(w.full) + "</title>"
	}
	s.printf("<text x=\"%s\" y=\"%s\">%s%s</text>\n", px(w.end-9), px(w.y2-4), title, escape(w.text))
}

func (s *svg) strokes(p *picture, c color, more string, belongs func(*wire) bool) {
	begun := false
	for i := range p.wires {
		w := &p.wires[i]
		if !belongs(w) {
			continue
		}
		if !begun {
			s.group("stroke", c, `fill="none" stroke-width="1.25" `+more)
			begun = true
		}
		s.path(w)
	}
	if begun {
		s.end()
	}
}

// path draws a smooth line that leaves and arrives level.
func (s *svg) path(w *wire) {
	s.printf("<path d=\"M%s %s", px(w.x1), px(w.y1))
	if w.y1 == w.y2 {
		s.printf("H%s", px(max(w.x2, w.end-5)))
	} else {
		bend := max((w.x2-w.x1)/2, 12)
		s.printf("C%s %s %s %s %s %s", px(w.x1+bend), px(w.y1), px(w.x2-bend), px(w.y2), px(w.x2), px(w.y2))
		if w.end > 0 {
			s.printf("H%s", px(w.end-5))
		}
	}
	s.printf("\"/>\n")
}

// arrow draws the head of an arrow whose tip is at x, y; its body is to the left
// (-1) or the right (1).
func (s *svg) arrow(x, y, side float64) {
	s.printf("<path d=\"M%s %sl%s -3.5v7z\"/>\n", px(x), px(y), px(7*side))
}

// legend says what dashed lines mean.
func (s *svg) legend(p *picture) {
	if len(p.kinds) == 0 {
		return
	}
	y := p.height - 14
	s.group("stroke", muted, `fill="none" stroke-width="1.25" stroke-opacity="0.55"`)
	s.printf("<path d=\"M%s %sh24\"/><path d=\"M%s %sh24\" stroke-dasharray=\"4 3\"/>\n", px(margin), px(y-4), px(margin+130), px(y-4))
	s.end()
	meaning := "comes after"
	if p.kinds[len(p.kinds)-1] == File {
		meaning = "comes after, or reads its file"
	}
	s.group("fill", muted, fmt.Sprintf(`font-size="%s"`, px(smallSize)))
	s.printf("<text x=\"%s\" y=\"%s\">reads values</text><text x=\"%s\" y=\"%s\">%s</text>\n", px(margin+30), px(y), px(margin+160), px(y), meaning)
	s.end()
}

// px writes a length with at most two decimals.
func px(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100+0, 'f', -1, 64)
}

// escape makes text safe in XML, in attributes too.
func escape(text string) string {
	var b bytes.Buffer
	xml.EscapeText(&b, []byte(text)) //nolint:errcheck // a bytes.Buffer cannot fail
	return b.String()
}

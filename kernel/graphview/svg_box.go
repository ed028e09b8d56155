package graphview

import (
	"fmt"
	"strings"
)

// boxes draws the cells.
func (s *svg) boxes(p *picture) {
	for i := range p.boxes {
		b := &p.boxes[i]
		faint := b.node.State == Disabled || b.node.State == Skipped
		tag := "g"
		if isLink(b.node.Link) {
			tag = "a"
			s.printf("<a href=\"%s\" class=\"wnb-cell\">", escape(b.node.Link))
		} else {
			s.printf("<g class=\"wnb-cell\">")
		}
		s.printf("<title>%s</title>\n", escape(tooltip(b.node)))
		s.box(b, faint)
		s.label(b, faint)
		s.printf("</%s>\n", tag)
	}
}

// isLink tells whether a link leads to a place of the page or of a site, and runs
// nothing.
func isLink(link string) bool {
	return strings.HasPrefix(link, "#") || strings.HasPrefix(link, "/") || strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://")
}

func tooltip(n *Node) string {
	text := n.label()
	if marks := n.marks(); len(marks) > 0 {
		text += " (" + strings.Join(marks, ", ") + ")"
	}
	if n.Note != "" {
		text += ": " + n.Note
	}
	return text
}

// box draws the frame of a cell and the bar of its state.
func (s *svg) box(b *box, faint bool) {
	more := `fill-opacity="0.07"`
	if faint {
		more = `fill-opacity="0.02"`
	}
	s.group("fill", muted, more)
	s.printf("<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"6\"/>\n", px(b.x), px(b.y), px(b.w), px(b.h))
	s.end()
	more = `fill="none" stroke-opacity="0.45"`
	if faint {
		more += ` stroke-dasharray="4 3"`
	}
	s.group("stroke", muted, more)
	s.printf("<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"5.5\"/>\n", px(b.x+0.5), px(b.y+0.5), px(b.w-1), px(b.h-1))
	s.end()
	if c, ok := stateColors[b.node.State]; ok {
		s.group("fill", c, "")
		s.printf("<path d=\"M%s %sv%sa6 6 0 0 1 -4 -5.7v%sa6 6 0 0 1 4 -5.7z\"/>\n", px(b.x+4), px(b.y+0.3), px(b.h-0.6), px(-(b.h - 12)))
		s.end()
	}
}

// label writes the name of a cell, and its marks below.
func (s *svg) label(b *box, faint bool) {
	c := ink
	if faint {
		c = muted
	}
	middle := b.y + b.h/2
	marks := marksText(b.node)
	y := middle + 4.5
	if marks != "" {
		y = middle - 2.5
	}
	s.group("fill", c, fmt.Sprintf(`font-size="%s"`, px(nameSize)))
	s.printf("<text x=\"%s\" y=\"%s\">%s</text>\n", px(b.x+nodePad), px(y), escape(shorten(b.node.label(), maxName)))
	s.end()
	if marks == "" {
		return
	}
	s.group("fill", muted, fmt.Sprintf(`font-size="%s"`, px(smallSize)))
	s.printf("<text x=\"%s\" y=\"%s\">%s</text>\n", px(b.x+nodePad), px(middle+12.5), escape(marks))
	s.end()
}

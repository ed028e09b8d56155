package export

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Limits that no honest figure reaches; beyond them a figure is refused.
const (
	maxSVGBytes = 32 << 20
	maxSVGDepth = 100
)

const xlinkSpace = "http://www.w3.org/1999/xlink"

// SVGOptions say how a figure is embedded.
type SVGOptions struct {
	// IDPrefix goes before every id and reference, so that the ids of two
	// figures on one page do not meet.
	IDPrefix string
	// Alt is the text for readers who do not see the figure.
	Alt string
	// Standalone makes a file of its own instead of a part of an HTML page:
	// with namespaces, the variables of the page replaced by their light
	// values and a white background.
	Standalone bool
}

// SanitizeSVG re-encodes an SVG image from an allow-list of elements,
// attributes and values. What remains holds no script, event handler, foreign
// object, animation or style element, and refers to nothing outside itself
// (images only as data: URIs of PNG, JPEG, GIF or WebP). Style attributes
// become presentation attributes, since a page's policy forbids inline style.
// Entities other than XML's own are an error, so are input that is not
// well-formed and nesting that no figure has.
func SanitizeSVG(src []byte, opt SVGOptions) ([]byte, error) {
	if len(src) > maxSVGBytes {
		return nil, fmt.Errorf("SVG of %d bytes is larger than the limit of %d", len(src), maxSVGBytes)
	}
	shapes, err := shapeIDs(src)
	if err != nil {
		return nil, err
	}
	s := &svgWriter{opt: opt, shapes: shapes}
	if err := s.copy(newSVGDecoder(src)); err != nil {
		return nil, err
	}
	return s.out.Bytes(), nil
}

func newSVGDecoder(src []byte) *xml.Decoder {
	d := xml.NewDecoder(bytes.NewReader(src))
	// Pictures declare all kinds of encodings and hold ASCII in practice. What
	// is not UTF-8 is refused by the decoder itself.
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	return d
}

// svgLabel gives the aria-label of an image's root element.
func svgLabel(src []byte) string {
	d := newSVGDecoder(src)
	for {
		tok, err := d.Token()
		if err != nil {
			return "" // SanitizeSVG says what is wrong
		}
		if t, ok := tok.(xml.StartElement); ok {
			return attr(t, "aria-label")
		}
	}
}

// shapeIDs collects the ids of elements that <use> may refer to. Only simple
// shapes qualify: groups that use groups that use groups grow exponentially.
func shapeIDs(src []byte) (map[string]bool, error) {
	shapes := map[string]bool{}
	d := newSVGDecoder(src)
	depth := 0
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return shapes, nil
		}
		if err != nil {
			return nil, fmt.Errorf("SVG is not well-formed: %w", err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if depth++; depth > maxSVGDepth {
				return nil, fmt.Errorf("SVG is nested deeper than %d elements", maxSVGDepth)
			}
			if id := attr(t, "id"); id != "" && isShape[t.Name.Local] {
				shapes[id] = true
			}
		case xml.EndElement:
			depth--
		}
	}
}

// An svgWriter copies the allowed part of one image.
type svgWriter struct {
	opt    SVGOptions
	shapes map[string]bool
	out    bytes.Buffer
	open   []string // names of the written elements that are open
}

func (s *svgWriter) copy(d *xml.Decoder) error {
	var unwrapped []bool // for each open element of the source: not written itself
	rooted := false
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("SVG is not well-formed: %w", err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			name := t.Name.Local
			switch {
			case !rooted && name != "svg":
				return fmt.Errorf("the root of an SVG is <svg>, not <%s>", name)
			case name == "a" || name == "switch":
				unwrapped = append(unwrapped, true)
			case !allowedElement[name] || s.inWords() || s.droppedUse(t):
				if err := d.Skip(); err != nil {
					return fmt.Errorf("SVG is not well-formed: %w", err)
				}
			default:
				s.start(t, !rooted)
				unwrapped = append(unwrapped, false)
			}
			rooted = true
		case xml.EndElement:
			last := len(unwrapped) - 1
			if !unwrapped[last] {
				s.out.WriteString("</" + t.Name.Local + ">")
				s.open = s.open[:len(s.open)-1]
			}
			unwrapped = unwrapped[:last]
		case xml.CharData:
			if n := len(s.open); n > 0 && holdsText[s.open[n-1]] {
				s.out.WriteString(escapeXML(string(t)))
			}
		}
	}
	if !rooted {
		return errors.New("SVG is empty")
	}
	return nil
}

// inWords reports whether the innermost open element is a title or description:
// HTML reads what is inside as HTML, so only text may be.
func (s *svgWriter) inWords() bool {
	if len(s.open) == 0 {
		return false
	}
	name := s.open[len(s.open)-1]
	return name == "title" || name == "desc"
}

// droppedUse reports whether t is a reference or image without a permitted target.
func (s *svgWriter) droppedUse(t xml.StartElement) bool {
	switch t.Name.Local {
	case "use":
		id, ok := strings.CutPrefix(strings.TrimSpace(attr(t, "href")), "#")
		return !ok || !s.shapes[id]
	case "image":
		return !isDataImage(strings.TrimSpace(attr(t, "href")))
	}
	return false
}

func (s *svgWriter) start(t xml.StartElement, root bool) {
	name := t.Name.Local
	s.open = append(s.open, name)
	attrs := s.attributes(t)
	if root {
		attrs = s.rootAttributes(t, attrs)
	}
	s.out.WriteByte('<')
	s.out.WriteString(name)
	for _, a := range attrs {
		s.out.WriteByte(' ')
		s.out.WriteString(a.name)
		s.out.WriteString(`="`)
		s.out.WriteString(escapeXML(a.value))
		s.out.WriteByte('"')
	}
	s.out.WriteByte('>')
}

type svgAttr struct{ name, value string }

// attributes gives t's permitted attributes in source order, declarations of
// its style attribute last: they win over attributes of the same name.
func (s *svgWriter) attributes(t xml.StartElement) []svgAttr {
	var list []svgAttr
	set := func(name, value string) {
		for i := range list {
			if list[i].name == name {
				list[i].value = value
				return
			}
		}
		list = append(list, svgAttr{name, value})
	}
	var style string
	for _, a := range t.Attr {
		name := a.Name.Local
		switch {
		case name == "style" && a.Name.Space == "":
			style = a.Value
		case name == "href" && (a.Name.Space == "" || a.Name.Space == xlinkSpace || a.Name.Space == "xlink"):
			s.reference(t.Name.Local, strings.TrimSpace(a.Value), set)
		case a.Name.Space == "xml" || strings.HasSuffix(a.Name.Space, "/XML/1998/namespace"):
			if name == "space" {
				set("xml:space", a.Value)
			}
		case a.Name.Space != "" || !allowedAttribute[name] && !presentation[name]:
		default:
			if v, ok := s.value(name, a.Value); ok {
				set(name, v)
			}
		}
	}
	for decl := range strings.SplitSeq(style, ";") {
		name, value, _ := strings.Cut(decl, ":")
		name = strings.ToLower(strings.TrimSpace(name))
		value = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "!important"))
		if !presentation[name] || value == "" {
			continue
		}
		if v, ok := s.value(name, value); ok {
			set(name, v)
		}
	}
	return list
}

// reference keeps the target of a <use> or a gradient inside the image, and
// data of an <image>. It is written without the xlink prefix, which HTML knows
// but an SVG file of its own would have to declare.
func (s *svgWriter) reference(element, target string, set func(name, value string)) {
	id, local := strings.CutPrefix(target, "#")
	switch {
	case element == "image" && isDataImage(target):
		set("href", target)
	case local && referring[element]:
		set("href", "#"+s.opt.IDPrefix+cleanID(id))
	}
}

// value checks one attribute value and rewrites ids and variables in it.
func (s *svgWriter) value(name, v string) (string, bool) {
	switch name {
	case "id":
		id := cleanID(v)
		return s.opt.IDPrefix + id, id != ""
	case "class":
		return wnbClasses(v), wnbClasses(v) != ""
	}
	if !presentation[name] {
		return v, !strings.ContainsAny(v, "\\<>&;:") && !hasFunction(strings.ToLower(v))
	}
	if strings.ContainsAny(v, "\\<>@;{}") || strings.Contains(v, "/*") {
		return "", false // nothing that CSS could read as something else
	}
	low := strings.ToLower(v)
	switch {
	case strings.Contains(low, "url("):
		id, ok := localURL(v)
		return "url(#" + s.opt.IDPrefix + id + ")", ok
	case strings.Contains(low, "var("):
		return s.variable(v)
	}
	return v, !hasFunction(low)
}

// rootAttributes makes the outer <svg> scale with its column and speak to
// readers who hear the page.
func (s *svgWriter) rootAttributes(t xml.StartElement, attrs []svgAttr) []svgAttr {
	w, wok := pixels(attr(t, "width"))
	h, hok := pixels(attr(t, "height"))
	var list []svgAttr
	hasBox := false
	for _, a := range attrs {
		switch a.name {
		case "width", "height", "role", "aria-label", "aria-hidden", "x", "y":
			continue
		case "viewBox":
			hasBox = true
		}
		list = append(list, a)
	}
	if wok && hok {
		list = append(list, svgAttr{"width", formatPixels(w)}, svgAttr{"height", formatPixels(h)})
		if !hasBox {
			list = append(list, svgAttr{"viewBox", "0 0 " + formatPixels(w) + " " + formatPixels(h)})
		}
	}
	list = append(list, svgAttr{"role", "img"})
	if s.opt.Alt != "" {
		list = append(list, svgAttr{"aria-label", s.opt.Alt})
	}
	if s.opt.Standalone {
		list = append([]svgAttr{{"xmlns", "http://www.w3.org/2000/svg"}}, list...)
		list = append(list, svgAttr{"style", "background:#ffffff"})
	}
	return list
}

// pixels reads a length in px, pt, in, cm or mm as CSS pixels. Without both
// lengths a picture takes the width of its column.
func pixels(v string) (float64, bool) {
	units := []struct {
		suffix string
		px     float64
	}{{"px", 1}, {"pt", 96.0 / 72}, {"in", 96}, {"cm", 96 / 2.54}, {"mm", 9.6 / 2.54}, {"", 1}}
	for _, u := range units {
		number, ok := strings.CutSuffix(strings.TrimSpace(v), u.suffix)
		if !ok {
			continue
		}
		f, err := strconv.ParseFloat(number, 64)
		return f * u.px, err == nil && f > 0 && f < 1e5
	}
	return 0, false
}

func formatPixels(f float64) string {
	return strconv.FormatFloat(float64(int64(f*100+0.5))/100, 'f', -1, 64)
}

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// escapeXML escapes text for an element or a quoted attribute, in XML and in
// HTML alike.
func escapeXML(s string) string {
	var b strings.Builder
	// Writing to a strings.Builder does not fail.
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

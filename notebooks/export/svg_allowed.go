package export

import (
	"regexp"
	"strings"
)

// allowedElement lists what may be in a figure. Missing on purpose: script,
// style, foreignObject, every animation (it can set href), filter, mask,
// pattern and symbol (cost without bound, external images), a (unwrapped).
var allowedElement = names(`svg g defs title desc path rect circle ellipse line polyline polygon text tspan
	linearGradient radialGradient stop clipPath use image`)

// isShape lists what <use> may repeat.
var isShape = names(`path rect circle ellipse line polyline polygon`)

// referring lists the elements whose href may point into the image.
var referring = names(`use linearGradient radialGradient`)

// holdsText lists the elements whose text is shown or spoken.
var holdsText = names(`title desc text tspan`)

var allowedAttribute = names(`id class d x y x1 y1 x2 y2 cx cy r rx ry dx dy fx fy width height points viewBox
	preserveAspectRatio transform gradientUnits gradientTransform spreadMethod clipPathUnits offset pathLength
	rotate textLength lengthAdjust version data-figure`)

// presentation lists the properties that may stand in a style attribute or as
// an attribute of their own.
var presentation = names(`fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin
	stroke-miterlimit stroke-dasharray stroke-dashoffset opacity color stop-color stop-opacity clip-path clip-rule
	font-family font-size font-style font-weight font-variant text-anchor dominant-baseline alignment-baseline
	baseline-shift letter-spacing word-spacing text-decoration text-rendering shape-rendering image-rendering
	visibility display vector-effect paint-order writing-mode`)

func names(list string) map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(list) {
		set[name] = true
	}
	return set
}

// light holds the page's variables as a figure of its own shows them.
var light = map[string]string{
	"--wnb-ink":   "#1b1f24",
	"--wnb-muted": "#5c6672",
	"--wnb-grid":  "#e4e7ec",
	"--wnb-bg":    "#ffffff",
}

var (
	variable     = regexp.MustCompile(`^var\(\s*(--wnb-[a-z0-9-]+)\s*(?:,\s*([#a-zA-Z0-9]+|rgba?\([0-9., %]+\))\s*)?\)$`)
	localRef     = regexp.MustCompile(`^(?i:url)\(\s*['"]?#([^'"()\s]+)['"]?\s*\)$`)
	functionCall = regexp.MustCompile(`([a-z-]*)\s*\(`)
	badIDChars   = regexp.MustCompile(`[^A-Za-z0-9_.:-]+`)
	dataImage    = regexp.MustCompile(`^data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+$`)
)

// safeFunctions lists the functions a value may call besides var and url: colours and transforms.
var safeFunctions = names(`rgb rgba hsl hsla translate scale rotate matrix skewx skewy translatex translatey`)

func hasFunction(low string) bool {
	for _, m := range functionCall.FindAllStringSubmatch(low, -1) {
		if !safeFunctions[m[1]] {
			return true
		}
	}
	return false
}

// variable keeps a reference to one of the page's variables, or replaces it by
// its value in a file of its own.
func (s *svgWriter) variable(v string) (string, bool) {
	m := variable.FindStringSubmatch(strings.TrimSpace(v))
	if m == nil {
		return "", false
	}
	if !s.opt.Standalone {
		return strings.TrimSpace(v), true
	}
	if known, ok := light[m[1]]; ok {
		return known, true
	}
	return m[2], m[2] != ""
}

func localURL(v string) (id string, ok bool) {
	m := localRef.FindStringSubmatch(strings.TrimSpace(v))
	if m == nil {
		return "", false
	}
	return cleanID(m[1]), true
}

func cleanID(id string) string { return badIDChars.ReplaceAllString(id, "_") }

func isDataImage(target string) bool { return dataImage.MatchString(target) }

// wnbClasses keeps the classes an output may use: those that start with wnb-.
func wnbClasses(v string) string {
	var keep []string
	for c := range strings.FieldsSeq(v) {
		if wnbClass.MatchString(c) {
			keep = append(keep, c)
		}
	}
	return strings.Join(keep, " ")
}

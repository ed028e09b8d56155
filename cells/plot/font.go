package plot

import (
	"fmt"
	"strings"
	"sync"
	"unicode"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	stdfont "golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
)

// Text sizes in pixels.
const (
	labelSize = 12
	titleSize = 14
)

// typeface holds the bundled faces, parsed at the first use so that importing the package costs no start-up time.
type typeface struct {
	regular, bold *opentype.Font
}

var loadTypeface = sync.OnceValue(func() typeface {
	return typeface{mustParse(liberationsansregular.TTF), mustParse(liberationsansbold.TTF)}
})

// mustParse can only fail when the program was built with a damaged font, so there is nothing a caller could do.
func mustParse(ttf []byte) *opentype.Font {
	face, err := opentype.Parse(ttf)
	if err != nil {
		panic(fmt.Sprintf("the bundled font is damaged: %v", err))
	}
	return face
}

// face returns the bundled face as gonum wants it. Its size is a Length: pixels are converted by the writer.
func face(size float64, bold bool) font.Face {
	tf := loadTypeface()
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: font.Points(size)}
	if bold {
		f.Weight = stdfont.WeightBold
		return font.Face{Font: f, Face: tf.bold}
	}
	return font.Face{Font: f, Face: tf.regular}
}

// textWidth measures text in pixels. A character that the bundled font lacks counts as a full-width one.
func textWidth(text string, size float64, bold bool) float64 {
	f := face(size, bold)
	known := strings.Map(func(r rune) rune {
		if hasGlyph(f.Face, r) {
			return r
		}
		return -1
	}, text)
	missing := len([]rune(text)) - len([]rune(known))
	return f.Width(known).Points() + float64(missing)*size
}

func hasGlyph(f *opentype.Font, r rune) bool {
	var buf sfnt.Buffer
	index, err := f.GlyphIndex(&buf, r)
	return err == nil && index != 0
}

// maxWidth is the width of the widest label.
func maxWidth(labels []string) float64 {
	widest := 0.0
	for _, l := range labels {
		widest = max(widest, textWidth(l, labelSize, false))
	}
	return widest
}

// oneLine replaces line breaks, tabs and control characters, which no label can show.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return strings.Join(strings.Fields(text), " ")
}

// ellipsis shortens text to fit width.
func ellipsis(text string, width, size float64, bold bool) string {
	text = oneLine(text)
	if textWidth(text, size, bold) <= width {
		return text
	}
	runes := []rune(text)
	// No character is narrower than a sixth of its size, so longer texts need no measuring.
	runes = runes[:min(len(runes), int(6*width/size)+1)]
	for n := len(runes) - 1; n > 0; n-- {
		short := strings.TrimRight(string(runes[:n]), " ,.;:") + "…"
		if textWidth(short, size, bold) <= width {
			return short
		}
	}
	return "…"
}

// ellipsisRunes shortens text to n characters.
func ellipsisRunes(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:n-1]) + "…"
}

func ellipses(labels []string, width float64) []string {
	out := make([]string, len(labels))
	for i, l := range labels {
		out[i] = ellipsis(l, width, labelSize, false)
	}
	return out
}

// wrap breaks text at spaces into at most n lines of the width; the last one is shortened when more is left.
func wrap(text string, width, size float64, bold bool, n int) []string {
	words := strings.Fields(oneLine(text))
	var lines []string
	for len(words) > 0 {
		if len(lines) == n-1 {
			return append(lines, ellipsis(strings.Join(words, " "), width, size, bold))
		}
		k := 1
		for k < len(words) && textWidth(strings.Join(words[:k+1], " "), size, bold) <= width {
			k++
		}
		lines = append(lines, ellipsis(strings.Join(words[:k], " "), width, size, bold))
		words = words[k:]
	}
	return lines
}

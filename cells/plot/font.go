package plot

import (
	"fmt"
	"sort"
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

// drawable replaces the characters that the bundled font lacks with an empty box.
func drawable(text string) string {
	return strings.Map(func(r rune) rune {
		if r <= 0xffff && hasGlyph(loadTypeface().regular, r) {
			return r
		}
		return '□'
	}, text)
}

func hasGlyph(f *opentype.Font, r rune) bool {
	var buf sfnt.Buffer
	index, err := f.GlyphIndex(&buf, r)
	return err == nil && index != 0
}

// slack is how much wider than the bundled font a reader's UI font may be.
const slack = 1.06

// labelRoom is the width to keep free for a label.
func labelRoom(text string) float64 { return slack * textWidth(text, labelSize, false) }

// maxRoom is the room for the widest label.
func maxRoom(labels []string) float64 {
	widest := 0.0
	for _, l := range labels {
		widest = max(widest, labelRoom(l))
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

// maxLabel is the number of characters that are looked at; no figure has room for more.
const maxLabel = 1000

// ellipsis shortens text to fit the width, at its end.
func ellipsis(text string, width, size float64, bold bool) string {
	return shorten(text, width, size, bold, func(runes []rune, n int) string {
		return strings.TrimRight(string(runes[:n]), " ,.;:") + "…"
	})
}

// ellipsisMiddle shortens a label in its middle, because long names often differ only at their ends.
func ellipsisMiddle(text string, width float64) string {
	return shorten(text, width, labelSize, false, func(runes []rune, n int) string {
		tail := n * 2 / 5
		return strings.TrimRight(string(runes[:n-tail]), " ") + "…" + strings.TrimLeft(string(runes[len(runes)-tail:]), " ")
	})
}

// shorten finds the longest text that fits; keep makes the one with n characters of the original.
func shorten(text string, width, size float64, bold bool, keep func(runes []rune, n int) string) string {
	runes := []rune(oneLine(text))
	fits := func(text string) bool { return slack*textWidth(text, size, bold) <= width }
	if len(runes) <= maxLabel && fits(string(runes)) {
		return string(runes)
	}
	n := sort.Search(min(len(runes), maxLabel), func(n int) bool { return !fits(keep(runes, n)) })
	return keep(runes, max(0, n-1))
}

// ellipsisRunes shortens text to n characters.
func ellipsisRunes(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:n-1]) + "…"
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
		for k < len(words) && slack*textWidth(strings.Join(words[:k+1], " "), size, bold) <= width {
			k++
		}
		lines = append(lines, ellipsis(strings.Join(words[:k], " "), width, size, bold))
		words = words[k:]
	}
	return lines
}

package plot

import (
	"image/color"
	"testing"
)

// TestNumbersAreReadable checks the contrast of the numbers in coloured cells, on a light and on a dark page.
func TestNumbersAreReadable(t *testing.T) {
	const least = 3.5 // WCAG 2 asks for 4.5 for small text and 3 for large; the mid-blue between dark and white text is hardest
	for i := range 101 {
		share := float64(i) / 100
		for name, ramp := range map[string]ramp{"viridis": viridis, "diverging": diverging} {
			c := ramp.at(share)
			if got := contrast(c, readableOn(c).color); got < 4 {
				t.Errorf("%s at %v: contrast %.2f", name, share, got)
			}
		}
		fill, text := shareColors(share)
		for _, page := range []struct {
			name      string
			back, ink color.NRGBA
		}{
			{"light", color.NRGBA{0xff, 0xff, 0xff, 0xff}, ink.color},
			{"dark", color.NRGBA{0x14, 0x17, 0x1c, 0xff}, color.NRGBA{0xe6, 0xe9, 0xee, 0xff}},
		} {
			solid := fill.color
			solid.A = 0xff
			cell := mix(page.back, solid, float64(fill.color.A)/255)
			over := text.color
			if text.role == roleInk {
				over = page.ink
			}
			if got := contrast(cell, over); got < least {
				t.Errorf("share %v on a %s page: contrast %.2f", share, page.name, got)
			}
		}
	}
}

func TestSeriesColorsDiffer(t *testing.T) {
	seen := map[color.NRGBA]int{}
	for i := range 3 * len(palette) {
		c := seriesColor(i).color
		if j, ok := seen[c]; ok {
			t.Errorf("series %d and %d are both %s", j, i, hexColor(c))
		}
		seen[c] = i
	}
}

package plot

import (
	"image/color"
	"math"
)

// role says what a colour is for. The four roles of the page follow its theme; data colours are the same on every page.
type role int

const (
	roleData role = iota
	roleInk
	roleMuted
	roleGrid
	roleBackground
)

// paint is a colour with its role. The zero paint paints nothing.
type paint struct {
	role  role
	color color.NRGBA
}

var (
	ink        = paint{roleInk, color.NRGBA{0x1b, 0x1f, 0x24, 0xff}}
	muted      = paint{roleMuted, color.NRGBA{0x5c, 0x66, 0x72, 0xff}}
	grid       = paint{roleGrid, color.NRGBA{0xe4, 0xe7, 0xec, 0xff}}
	background = paint{roleBackground, color.NRGBA{0xff, 0xff, 0xff, 0xff}}
	white      = data(color.NRGBA{0xff, 0xff, 0xff, 0xff})
)

func data(c color.NRGBA) paint { return paint{roleData, c} }

func (p paint) none() bool { return p.color.A == 0 }

// fade multiplies the opacity.
func (p paint) fade(opacity float64) paint {
	p.color.A = uint8(math.Round(float64(p.color.A) * opacity))
	return p
}

// palette is Paul Tol's bright scheme, which stays apart for colour-blind readers.
var palette = [...]color.NRGBA{
	{0x44, 0x77, 0xaa, 0xff}, {0xee, 0x66, 0x77, 0xff}, {0x22, 0x88, 0x33, 0xff}, {0xcc, 0xbb, 0x44, 0xff},
	{0x66, 0xcc, 0xee, 0xff}, {0xaa, 0x33, 0x77, 0xff}, {0xbb, 0xbb, 0xbb, 0xff},
}

// seriesColor is the colour of series i. Beyond the palette it returns darker and then lighter shades of it.
func seriesColor(i int) paint {
	c := palette[i%len(palette)]
	switch i / len(palette) % 3 {
	case 1:
		c = mix(c, color.NRGBA{0, 0, 0, 0xff}, 0.4)
	case 2:
		c = mix(c, color.NRGBA{0xff, 0xff, 0xff, 0xff}, 0.5)
	}
	return data(c)
}

func mix(a, b color.NRGBA, t float64) color.NRGBA {
	ch := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + t*(float64(y)-float64(x)))) }
	return color.NRGBA{ch(a.R, b.R), ch(a.G, b.G), ch(a.B, b.B), ch(a.A, b.A)}
}

// ramp is a colour scale: evenly spaced stops.
type ramp []color.NRGBA

var viridis = ramp{
	{0x44, 0x01, 0x54, 0xff}, {0x48, 0x24, 0x75, 0xff}, {0x41, 0x44, 0x87, 0xff}, {0x35, 0x5f, 0x8d, 0xff},
	{0x2a, 0x78, 0x8e, 0xff}, {0x21, 0x91, 0x8c, 0xff}, {0x22, 0xa8, 0x84, 0xff}, {0x44, 0xbf, 0x70, 0xff},
	{0x7a, 0xd1, 0x51, 0xff}, {0xbd, 0xdf, 0x26, 0xff}, {0xfd, 0xe7, 0x25, 0xff},
}

// diverging runs from blue over a neutral middle to red.
var diverging = ramp{
	{0x21, 0x66, 0xac, 0xff}, {0x67, 0xa9, 0xcf, 0xff}, {0xd1, 0xe5, 0xf0, 0xff}, {0xf7, 0xf7, 0xf7, 0xff},
	{0xfd, 0xdb, 0xc7, 0xff}, {0xef, 0x8a, 0x62, 0xff}, {0xb2, 0x18, 0x2b, 0xff},
}

// at returns the colour at t in [0, 1].
func (r ramp) at(t float64) color.NRGBA {
	pos := max(0, min(1, t)) * float64(len(r)-1)
	i := min(int(pos), len(r)-2)
	return mix(r[i], r[i+1], pos-float64(i))
}

// readableOn returns the text colour with the better contrast on c, by WCAG 2 relative luminance.
func readableOn(c color.NRGBA) paint {
	dark := data(ink.color)
	if contrast(c, dark.color) >= contrast(c, white.color) {
		return dark
	}
	return white
}

func contrast(a, b color.NRGBA) float64 {
	la, lb := luminance(a)+0.05, luminance(b)+0.05
	return max(la, lb) / min(la, lb)
}

func luminance(c color.NRGBA) float64 {
	linear := func(ch uint8) float64 {
		v := float64(ch) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

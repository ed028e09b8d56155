package plot

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// numbers draws n numbers of one of several magnitudes, some missing, the first one never.
func numbers(t *rapid.T, n int, name string) Floats {
	unit := rapid.SampledFrom([]float64{1e-300, 1e-9, 1, 1e4, 1e10, 1e296}).Draw(t, name+" unit")
	offset := rapid.SampledFrom([]float64{0, 0, 1, -1000}).Draw(t, name+" offset") * unit
	out := make(Floats, n)
	for i := range out {
		v := rapid.Float64Range(-10, 10).Draw(t, name)
		if i > 0 && v > 9 {
			out[i] = math.NaN()
		} else {
			out[i] = offset + v*unit
		}
	}
	return out
}

func texted(t *rapid.T, n int, name string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = rapid.StringN(0, 40, 80).Draw(t, name)
	}
	return out
}

// anySpec draws a spec that New accepts.
func anySpec(t *rapid.T) Spec {
	n := rapid.IntRange(1, 30).Draw(t, "n")
	opts := Options{
		Title:  rapid.StringN(0, 200, 400).Draw(t, "title"),
		XLabel: rapid.StringN(0, 50, 100).Draw(t, "x label"),
		YLabel: rapid.StringN(0, 50, 100).Draw(t, "y label"),
		Width:  rapid.Float64Range(minWidth, 900).Draw(t, "width"),
		Height: rapid.Float64Range(minHeight, 900).Draw(t, "height"),
	}
	series := func(least int) (out []Values) {
		for range rapid.IntRange(1, 4).Draw(t, "series") {
			out = append(out, Values{Name: texted(t, 1, "name")[0], Values: numbers(t, least, "values")})
		}
		return out
	}
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0:
		return Hist{Options: opts, Series: series(n), Bins: rapid.IntRange(0, 40).Draw(t, "bins")}
	case 1:
		return Scatter{Options: opts, X: numbers(t, n, "x"), Y: numbers(t, n, "y"), Category: texted(t, n, "category")}
	case 2:
		return Scatter{Options: opts, X: numbers(t, n, "x"), Y: numbers(t, n, "y"), Value: numbers(t, n, "value"), ColorLabel: "v"}
	case 3:
		return Line{Options: opts, Series: []XY{{Name: "a", Y: numbers(t, n, "y")}, {X: numbers(t, n, "x"), Y: numbers(t, n, "y")}}, Markers: true}
	case 4:
		return Bar{Options: opts, Categories: texted(t, n, "category"), Series: series(n),
			Horizontal: rapid.Bool().Draw(t, "horizontal"), ValueLabels: true}
	case 5:
		return Box{Options: opts, Groups: series(n)}
	case 6:
		return FeatureImportance{Options: opts, Names: texted(t, n, "name"), Values: numbers(t, n, "values")}
	case 7:
		return Heatmap{Options: opts, Rows: texted(t, 2, "row"), Columns: texted(t, n, "column"),
			Values: []Floats{numbers(t, n, "row"), numbers(t, n, "row")}, ValueLabel: "value", Diverging: rapid.Bool().Draw(t, "diverging")}
	case 8:
		return ROCCurve{Options: opts, Curves: []XY{{Name: texted(t, 1, "name")[0], X: Floats{0, 1}, Y: Floats{0, 1}}}}
	}
	classes := texted(t, n, "class")
	counts := make([][]int, n)
	for i := range counts {
		counts[i] = make([]int, n)
		counts[i][i] = i + 1
	}
	return ConfusionMatrix{Options: opts, Classes: classes, Counts: counts}
}

// TestNothingIsCut checks that all data and all labels of any figure lie on the canvas.
func TestNothingIsCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fig, err := New(anySpec(t))
		if err != nil {
			t.Fatal(err)
		}
		s := fig.scene()
		for _, m := range s.marks {
			x0, y0, x1, y1 := bounds(m.mark)
			const rounding = 0.01
			if !(x0 >= -rounding && y0 >= -rounding && x1 <= s.width+rounding && y1 <= s.height+rounding) {
				t.Errorf("%+v reaches from %v,%v to %v,%v in a %s of %v×%v", m, x0, y0, x1, y1, fig.Kind(), s.width, s.height)
			}
		}
	})
}

// bounds returns the corners of what a mark paints.
func bounds(m mark) (x0, y0, x1, y1 float64) {
	switch m := m.(type) {
	case rectMark:
		return m.x, m.y, m.x + m.w, m.y + m.h
	case dotMark:
		return m.x - m.r, m.y - m.r, m.x + m.r, m.y + m.r
	case imageMark:
		return m.x, m.y, m.x + m.w, m.y + m.h
	case lineMark:
		x, y := newExtent(), newExtent()
		for _, p := range m.points {
			x.add(p.x)
			y.add(p.y)
		}
		return x.lo, y.lo, x.hi, y.hi
	case textMark:
		sin, cos := math.Sincos(-m.turn * math.Pi / 180)
		width := textWidth(m.text, m.size, m.bold)
		from := -float64(m.anchor) / 2 * width
		x, y := newExtent(), newExtent()
		for _, dx := range []float64{from, from + width} {
			for _, dy := range []float64{-0.72 * m.size, 0} {
				x.add(m.x + dx*cos - dy*sin)
				y.add(m.y + dx*sin + dy*cos)
			}
		}
		return x.lo, y.lo, x.hi, y.hi
	}
	return 0, 0, 0, 0
}

// TestPointsLieInsideThePlot checks that the padding keeps whole points between the axes.
func TestPointsLieInsideThePlot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 50).Draw(t, "n")
		xs, ys := newExtent(), newExtent()
		x, y := numbers(t, n, "x"), numbers(t, n, "y")
		xs.add(x...)
		ys.add(y...)
		s := newScene(640, 400)
		p := s.panel(axes{x: axis{domain: xs.padded(), line: true}, y: axis{domain: ys.padded(), grid: true}})
		for i := range x {
			if !isFinite(x[i]) || !isFinite(y[i]) {
				continue
			}
			px, py := p.x.at(x[i]), p.y.at(y[i])
			if px-3 < p.x0 || px+3 > p.x1 || py-3 < p.y0 || py+3 > p.y1 {
				t.Errorf("point %v, %v at %v, %v lies outside %+v", x[i], y[i], px, py, p.area)
			}
		}
	})
}

func TestShorten(t *testing.T) {
	for name, c := range map[string]struct{ got, want string }{
		"fits":      {ellipsis("short", 100, 12, false), "short"},
		"end":       {ellipsis("a rather long text", 60, 12, false), "a rather…"},
		"middle":    {ellipsisMiddle("experiment with the number 12", 100), "experime…er 12"},
		"no room":   {ellipsis("text", 1, 12, false), "…"},
		"one line":  {ellipsis("a\n\tb\x00c", 100, 12, false), "a b c"},
		"not UTF-8": {ellipsis("a\xffb", 100, 12, false), "a\uFFFDb"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
}

package plot

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Scatter is a scatter plot. Points are coloured by category, by a number, or alike.
type Scatter struct {
	Options
	X Floats `json:"x"`
	Y Floats `json:"y"`
	// Category colours each point by its class; nil for none. The most frequent 20 are told apart.
	Category []string `json:"category,omitempty"`
	// Value colours each point by a number on the viridis scale; nil for none. Points without a value are grey.
	Value Floats `json:"value,omitempty"`
	// ColorLabel says what Category or Value means.
	ColorLabel string `json:"color_label,omitempty"`
	// Radius of the points in pixels; 0 chooses 3, less where there are very many.
	Radius float64 `json:"radius,omitempty"`
	// Alpha is the opacity of the points; 0 chooses it by density.
	Alpha float64 `json:"alpha,omitempty"`
}

const (
	maxCategories = 20
	// pointLimit is the number of points above which they are drawn as one image.
	pointLimit = 10_000
)

func (Scatter) kind() string           { return "scatter" }
func (Scatter) defaultHeight() float64 { return 420 }

func (sc Scatter) clone() Spec {
	sc.X, sc.Y, sc.Value = slices.Clone(sc.X), slices.Clone(sc.Y), slices.Clone(sc.Value)
	sc.Category = slices.Clone(sc.Category)
	return sc
}

func (sc Scatter) check() error {
	c := &checker{kind: sc.kind()}
	c.numbers("x", sc.X)
	c.numbers("y", sc.Y)
	c.sameLen("x", len(sc.X), "y", len(sc.Y))
	c.paired("x", sc.X, sc.Y)
	if sc.Category != nil {
		c.sameLen("category", len(sc.Category), "x", len(sc.X))
	}
	if sc.Value != nil {
		c.numbers("value", sc.Value)
		c.sameLen("value", len(sc.Value), "x", len(sc.X))
	}
	if sc.Category != nil && sc.Value != nil {
		c.fail("category", "cannot be combined with value: points have one colour")
	}
	if !(sc.Radius == 0 || sc.Radius >= 0.5 && sc.Radius <= 50) {
		c.fail("radius", "%g is outside 0.5 to 50 pixels", sc.Radius)
	}
	if !(sc.Alpha >= 0 && sc.Alpha <= 1) {
		c.fail("alpha", "%g is outside 0 to 1", sc.Alpha)
	}
	return c.err
}

func (sc Scatter) draw(s *scene) {
	xs, ys := newExtent(), newExtent()
	for _, i := range sc.shown() {
		xs.add(sc.X[i])
		ys.add(sc.Y[i])
	}
	colors := sc.colors()
	p := s.panel(axes{
		x:      axis{label: sc.XLabel, domain: xs.padded(), line: true},
		y:      axis{label: sc.YLabel, domain: ys.padded(), grid: true},
		legend: legend{sc.ColorLabel, colors.legend},
		bar:    colors.bar,
	})
	if colors.bar != nil {
		s.colorBar(colors.bar, p)
	}
	sc.points(s, p, colors)
}

// shown are the indices of the points that are not missing.
func (sc Scatter) shown() []int {
	var out []int
	for i := range sc.X {
		if isFinite(sc.X[i]) && isFinite(sc.Y[i]) {
			out = append(out, i)
		}
	}
	return out
}

// pointColors tells the colour of each point, and the legend entry that explains it.
type pointColors struct {
	of     func(i int) paint
	entry  func(i int) int
	legend []legendEntry
	bar    *colorBar
}

func oneEntry(int) int { return 0 }

func (sc Scatter) colors() pointColors {
	switch {
	case sc.Category != nil:
		return categoryColors(sc.Category)
	case sc.Value != nil:
		e := newExtent()
		e.add(sc.Value...)
		bar := &colorBar{label: sc.ColorLabel, domain: e.widened(), ramp: viridis, whole: wholeNumbers(finite(sc.Value))}
		return pointColors{bar: bar, entry: oneEntry, of: func(i int) paint {
			if !isFinite(sc.Value[i]) {
				return data(palette[6])
			}
			return bar.color(sc.Value[i])
		}}
	}
	return pointColors{entry: oneEntry, of: func(int) paint { return seriesColor(0) }}
}

func categoryColors(category []string) pointColors {
	names, other := topCategories(category)
	index := make(map[string]int, len(names))
	var legend []legendEntry
	for i, name := range names {
		index[name] = i
		legend = append(legend, legendEntry{nameOr(name, "class", i), seriesColor(i), legendDot})
	}
	grey := muted.fade(0.5)
	if other > 0 {
		legend = append(legend, legendEntry{count(other, "other"), grey, legendDot})
	}
	entry := func(i int) int {
		if k, ok := index[category[i]]; ok {
			return k
		}
		return len(names)
	}
	return pointColors{legend: legend, entry: entry, of: func(i int) paint {
		if k := entry(i); k < len(names) {
			return seriesColor(k)
		}
		return grey
	}}
}

// topCategories returns the most frequent names, sorted, as numbers where all are, and how many others there are.
func topCategories(category []string) (names []string, other int) {
	counts := map[string]int{}
	for _, name := range category {
		if counts[name] == 0 {
			names = append(names, name)
		}
		counts[name]++
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	if len(names) > maxCategories {
		other = len(names) - maxCategories
		names = names[:maxCategories]
	}
	slices.SortFunc(names, compareNatural)
	return names, other
}

// compareNatural compares numbers by value, before all other texts.
func compareNatural(a, b string) int {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	switch {
	case errX == nil && errY == nil:
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
	case errX == nil:
		return -1
	case errY == nil:
		return 1
	}
	return cmp.Compare(a, b)
}

func (sc Scatter) points(s *scene, p panel, colors pointColors) {
	shown := sc.shown()
	radius := sc.Radius
	if radius == 0 {
		radius = autoRadius(len(shown))
	}
	at := make([]point, len(shown))
	for k, i := range shown {
		at[k] = point{p.x.at(sc.X[i]), p.y.at(sc.Y[i])}
	}
	alpha := sc.Alpha
	if alpha == 0 {
		alpha = densityAlpha(at, radius)
	}
	classes := sc.series(p, shown, colors)
	if len(shown) > pointLimit {
		s.class = p.image()
		layer := newDotLayer(p.area, radius)
		for k, i := range shown {
			layer.dot(at[k], colors.of(i).fade(alpha))
		}
		s.add(layer.mark())
		return
	}
	for k, i := range shown {
		s.class = classes[colors.entry(i)]
		s.dot(at[k].x, at[k].y, radius, colors.of(i).fade(alpha))
	}
}

// series describes the points, by class where they are coloured by class, and returns the SVG class of each series.
func (sc Scatter) series(p panel, shown []int, colors pointColors) []string {
	n := max(1, len(colors.legend))
	xs, ys, values := make([]column, n), make([]column, n), make([]column, n)
	for _, i := range shown {
		k := colors.entry(i)
		xs[k], ys[k] = append(xs[k], sc.X[i]), append(ys[k], sc.Y[i])
		if sc.Value != nil {
			values[k] = append(values[k], sc.Value[i])
		}
	}
	classes := make([]string, n)
	for k := range classes {
		d := seriesData{Name: "points", Color: hexColor(seriesColor(0).color), Kind: pointSeries,
			Columns: []columnData{{"x", cmp.Or(oneLine(sc.XLabel), "x"), xs[k]}, {"y", cmp.Or(oneLine(sc.YLabel), "y"), ys[k]}}}
		if sc.Value != nil {
			d.Columns = append(d.Columns, columnData{"value", cmp.Or(oneLine(sc.ColorLabel), "value"), values[k]})
		}
		if k < len(colors.legend) {
			d.Name, d.Color = colors.legend[k].name, hexColor(colors.legend[k].color.color)
		}
		classes[k] = p.series(d)
	}
	return classes
}

func autoRadius(n int) float64 {
	switch {
	case n <= 2000:
		return 3
	case n <= pointLimit:
		return 2.5
	case n <= 100_000:
		return 2
	}
	return 1.5
}

// densityAlpha makes points the more transparent the more of them share a spot.
func densityAlpha(at []point, radius float64) float64 {
	cells := map[[2]int]int{}
	for _, p := range at {
		cells[[2]int{int(p.x / (2 * radius)), int(p.y / (2 * radius))}]++
	}
	squares := 0
	for _, n := range cells {
		squares += n * n
	}
	crowd := float64(squares) / float64(len(at)) // how many points share the spot of a point, on average
	alpha := 0.9 / math.Sqrt(crowd)
	return math.Round(50*max(0.06, min(0.8, alpha))) / 50
}

func (sc Scatter) summary() string {
	shown := sc.shown()
	xs, ys := newExtent(), newExtent()
	for _, i := range shown {
		xs.add(sc.X[i])
		ys.add(sc.Y[i])
	}
	text := fmt.Sprintf("Scatter plot of %s: %s from %s to %s, %s from %s to %s", count(len(shown), "point"),
		cmp.Or(oneLine(sc.XLabel), "x"), FormatNumber(xs.lo), FormatNumber(xs.hi),
		cmp.Or(oneLine(sc.YLabel), "y"), FormatNumber(ys.lo), FormatNumber(ys.hi))
	if sc.Category != nil {
		names, other := topCategories(sc.Category)
		text += fmt.Sprintf(", coloured by %s (%s)", cmp.Or(oneLine(sc.ColorLabel), "class"), classCount(len(names)+other))
	} else if sc.Value != nil {
		text += ", coloured by " + cmp.Or(oneLine(sc.ColorLabel), "value")
	}
	return text + missingNote(len(sc.X)-len(shown)) + "."
}

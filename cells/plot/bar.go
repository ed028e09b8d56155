package plot

import (
	"cmp"
	"fmt"
	"slices"
)

// Bar is a bar chart of one or several series over categories. The bars of one category stand side by side.
type Bar struct {
	Options
	Categories []string `json:"categories"`
	// Series have one value for each category; a missing value has no bar.
	Series     []Values `json:"series"`
	Horizontal bool     `json:"horizontal,omitempty"`
	// ValueLabels writes each value at its bar.
	ValueLabels bool `json:"value_labels,omitempty"`
}

// barShare is the share of a category's room that its bars take, unless each would be wider than maxBarWidth pixels.
const (
	barShare    = 0.76
	maxBarWidth = 96
)

func (Bar) kind() string { return "bar" }

func (b Bar) defaultHeight() float64 {
	if !b.Horizontal {
		return 360
	}
	row := max(22, 10+13*float64(len(b.Series)))
	return min(maxSide, max(180, 90+row*float64(len(b.Categories))))
}

func (b Bar) clone() Spec {
	b.Categories = slices.Clone(b.Categories)
	b.Series = cloneValues(b.Series)
	return b
}

func (b Bar) check() error {
	c := &checker{kind: b.kind()}
	if len(b.Categories) == 0 {
		c.fail("categories", "is empty; pass at least one")
	}
	c.atMost("categories", len(b.Categories))
	checkSeries(c, b.Series)
	for i, s := range b.Series {
		c.sameLen(fmt.Sprintf("series[%d].values", i), len(s.Values), "categories", len(b.Categories))
	}
	return c.err
}

func (b Bar) draw(s *scene) {
	values := newExtent()
	for _, series := range b.Series {
		values.add(series.Values...)
	}
	domain := values.paddedFromZero()
	if b.ValueLabels {
		domain = b.roomForLabels(domain, s)
	}
	number := axis{label: b.YLabel, domain: domain, whole: b.whole(), grid: true}
	band := axis{label: b.XLabel, categories: categoryNames(b.Categories)}
	if b.Horizontal {
		number.label, band.label = b.XLabel, b.YLabel
	} else if len(b.Series) == 1 && number.label == "" {
		number.label = b.Series[0].Name
	}
	ax := axes{x: band, y: number, legend: legend{entries: seriesLegend(b.names(), legendSquare, 1)}}
	if b.Horizontal {
		ax.x, ax.y = number, band
	}
	p := s.panel(ax)
	for i, series := range b.Series {
		s.class = p.series(b.series(p, i))
		for k, v := range series.Values {
			if isFinite(v) {
				b.bar(s, p, i, k, v)
			}
		}
	}
	s.class = p.class()
	b.zero(s, p)
}

// series describes the bars of a series.
func (b Bar) series(p panel, i int) seriesData {
	name := nameOr(b.Series[i].Name, "series", i)
	label := b.YLabel
	if b.Horizontal {
		label = b.XLabel
	}
	band := b.bandScale(p)
	d := bands{label: cmp.Or(label, oneLine(b.Series[i].Name), "value")}
	for k, v := range b.Series[i].Values {
		from, width := b.place(p, i, k)
		d.add(band.value(from), band.value(from+width), v)
	}
	return d.series(name, seriesColor(i), b.Horizontal)
}

// bandScale is the scale of the categories.
func (b Bar) bandScale(p panel) scale {
	if b.Horizontal {
		return p.y
	}
	return p.x
}

// place returns where the bar of a series and category starts on the axis of the categories and how wide it is, in pixels.
func (b Bar) place(p panel, series, category int) (from, width float64) {
	band := b.bandScale(p)
	width = min(maxBarWidth, barShare*(band.at(1)-band.at(0))/float64(len(b.Series)))
	return band.at(float64(category)) + width*(float64(series)-float64(len(b.Series))/2), width
}

// roomForLabels makes room for labels beyond the ends of the bars.
func (b Bar) roomForLabels(domain extent, s *scene) extent {
	if b.Horizontal {
		return roomBeside(domain, b.labels(), b.Categories, s)
	}
	return widen(domain, lineHeight/(0.6*s.height))
}

// roomBeside makes room for value labels beyond horizontal bars, left of which stand the names.
func roomBeside(domain extent, labels, names []string, s *scene) extent {
	plot := s.width - 2*edge - 2*lineHeight - min(maxNames*s.width, maxRoom(names))
	label := maxRoom(labels) + tickGap
	return widen(domain, label/max(label, plot-2*label))
}

// widen adds a share of the domain at each end that is not zero.
func widen(domain extent, share float64) extent {
	room := share * (domain.hi - domain.lo)
	if domain.hi > 0 {
		domain.hi += room
	}
	if domain.lo < 0 {
		domain.lo -= room
	}
	return domain
}

func (b Bar) labels() []string {
	var out []string
	for _, s := range b.Series {
		for _, v := range s.Values {
			out = append(out, FormatNumber(v))
		}
	}
	return out
}

func (b Bar) bar(s *scene, p panel, series, category int, v float64) {
	value := p.y
	if b.Horizontal {
		value = p.x
	}
	from, width := b.place(p, series, category)
	gap := min(0.5, width/10)
	a, z := value.at(0), value.at(v)
	if b.Horizontal {
		s.rect(a, from+gap, z, from+width-gap, seriesColor(series))
	} else {
		s.rect(from+gap, a, from+width-gap, z, seriesColor(series))
	}
	if b.ValueLabels {
		b.valueLabel(s, p, from+width/2, z, width, v)
	}
}

// valueLabel writes v beyond the end of its bar, if the bar is wide enough for it.
func (b Bar) valueLabel(s *scene, p panel, mid, end, width, v float64) {
	text := FormatNumber(v)
	switch {
	case b.Horizontal && width < labelSize-1, !b.Horizontal && labelRoom(text) > width/barShare+4:
	case b.Horizontal:
		s.labelBeside(p, end, mid, text, v < 0)
	case v < 0:
		s.label(mid, end+9, text, anchorMiddle, ink)
	default:
		s.label(mid, end-9, text, anchorMiddle, ink)
	}
}

// labelBeside writes the number of a horizontal bar beyond its end, if the plot has room for it.
func (s *scene) labelBeside(p panel, end, y float64, text string, left bool) {
	const gap = 6
	width := gap + labelRoom(text)
	switch {
	case left && end-width >= p.x0:
		s.label(end-gap, y, text, anchorEnd, ink)
	case !left && end+width <= p.x1+edge:
		s.label(end+gap, y, text, anchorStart, ink)
	}
}

// zero draws the base line of the bars.
func (b Bar) zero(s *scene, p panel) {
	if b.Horizontal {
		x := crisp(p.x.at(0))
		s.line(muted, 1, point{x, p.y0}, point{x, p.y1})
		return
	}
	y := crisp(p.y.at(0))
	s.line(muted, 1, point{p.x0, y}, point{p.x1, y})
}

func (b Bar) whole() bool {
	for _, s := range b.Series {
		if !wholeNumbers(finite(s.Values)) {
			return false
		}
	}
	return true
}

func (b Bar) names() []string {
	names := make([]string, len(b.Series))
	for i, s := range b.Series {
		names[i] = s.Name
	}
	return names
}

// categoryNames makes labels of category names: one line each, never empty.
func categoryNames(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		if out[i] = oneLine(name); out[i] == "" {
			out[i] = "(empty)"
		}
	}
	return out
}

func (b Bar) summary() string {
	e, missing := newExtent(), 0
	for _, s := range b.Series {
		e.add(s.Values...)
		missing += len(s.Values) - len(finite(s.Values))
	}
	return fmt.Sprintf("Bar chart%s over %s%s: values from %s to %s%s.", ofNames(b.names()),
		categoryCount(len(b.Categories)), inNames(b.Categories), FormatNumber(e.lo), FormatNumber(e.hi), missingNote(missing))
}

func categoryCount(n int) string {
	if n == 1 {
		return "1 category"
	}
	return FormatInt(n) + " categories"
}

// inNames lists a few names in brackets.
func inNames(names []string) string {
	list := ofNames(names)
	if list == "" {
		return ""
	}
	return " (" + list[len(" of "):] + ")"
}

package plot

import (
	"fmt"
	"slices"
)

// Box shows the spread of groups: median, quartiles, whiskers to the last value within 1.5 times the box (Tukey), and
// each value beyond them as a point.
type Box struct {
	Options
	Groups []Values `json:"groups"`
}

func (Box) kind() string           { return "box" }
func (Box) defaultHeight() float64 { return 360 }

func (b Box) clone() Spec {
	b.Groups = cloneValues(b.Groups)
	return b
}

func (b Box) check() error {
	c := &checker{kind: b.kind()}
	if len(b.Groups) == 0 {
		c.fail("groups", "is empty; pass at least one group")
	}
	c.atMost("groups", len(b.Groups))
	for i, g := range b.Groups {
		c.numbers(fmt.Sprintf("groups[%d].values", i), g.Values)
	}
	return c.err
}

// fiveNumbers describes a group.
type fiveNumbers struct {
	low, q1, median, q3, high float64
	outliers                  []float64
}

func summarize(values []float64) fiveNumbers {
	sorted := finite(values)
	slices.Sort(sorted)
	f := fiveNumbers{q1: quantile(sorted, 0.25), median: quantile(sorted, 0.5), q3: quantile(sorted, 0.75)}
	f.low, f.high = f.q1, f.q3
	reach := 1.5 * (f.q3 - f.q1)
	for _, v := range sorted {
		if v < f.q1-reach || v > f.q3+reach {
			f.outliers = append(f.outliers, v)
			continue
		}
		f.low, f.high = min(f.low, v), max(f.high, v)
	}
	return f
}

func (b Box) names() []string {
	names := make([]string, len(b.Groups))
	for i, g := range b.Groups {
		names[i] = nameOr(g.Name, "group", i)
	}
	return names
}

func (b Box) draw(s *scene) {
	e := newExtent()
	for _, g := range b.Groups {
		e.add(g.Values...)
	}
	p := s.panel(axes{
		x: axis{label: b.XLabel, categories: categoryNames(b.names()), line: true},
		y: axis{label: b.YLabel, domain: e.padded(), grid: true},
	})
	boxes, outliers := b.series()
	p.series(boxes)
	s.class = p.class()
	for i, g := range b.Groups {
		s.box(p, float64(i), summarize(g.Values))
	}
	if len(outliers.Columns[0].Values) > 0 {
		p.series(outliers)
	}
}

// series describes the boxes and the values beyond the whiskers.
func (b Box) series() (boxes, outliers seriesData) {
	roles := []string{"x", "low", "q1", "median", "q3", "high"}
	boxes = seriesData{Name: "boxes", Color: hexColor(seriesColor(0).color), Kind: boxSeries, Columns: make([]columnData, len(roles))}
	var xs, ys column
	for i, g := range b.Groups {
		f := summarize(g.Values)
		for k, v := range []float64{float64(i), f.low, f.q1, f.median, f.q3, f.high} {
			c := &boxes.Columns[k]
			c.Role, c.Label, c.Values = roles[k], roles[k], append(c.Values, v)
		}
		for _, v := range f.outliers {
			xs, ys = append(xs, float64(i)), append(ys, v)
		}
	}
	outliers = seriesData{Name: "outliers", Color: boxes.Color, Kind: pointSeries,
		Columns: []columnData{{"x", "x", xs}, {"y", "value", ys}}}
	return boxes, outliers
}

func (s *scene) box(p panel, i float64, f fiveNumbers) {
	fill := seriesColor(0)
	x, half := p.x.at(i), min(30, 0.3*(p.x.at(1)-p.x.at(0)))
	s.line(ink, 1, point{x, p.y.at(f.q3)}, point{x, p.y.at(f.high)})
	s.line(ink, 1, point{x, p.y.at(f.q1)}, point{x, p.y.at(f.low)})
	for _, v := range []float64{f.low, f.high} {
		s.line(ink, 1, point{x - half/3, p.y.at(v)}, point{x + half/3, p.y.at(v)})
	}
	s.rect(x-half, p.y.at(f.q1), x+half, p.y.at(f.q3), fill.fade(overlap))
	s.line(ink, lineWidth, point{x - half, p.y.at(f.median)}, point{x + half, p.y.at(f.median)})
	for _, v := range f.outliers {
		s.dot(x, p.y.at(v), 2, fill.fade(0.7))
	}
}

func (b Box) summary() string {
	e, missing := newExtent(), 0
	for _, g := range b.Groups {
		e.add(g.Values...)
		missing += len(g.Values) - len(finite(g.Values))
	}
	return fmt.Sprintf("Box plot of %s%s: values from %s to %s%s.", count(len(b.Groups), "group"), inNames(b.names()),
		FormatNumber(e.lo), FormatNumber(e.hi), missingNote(missing))
}

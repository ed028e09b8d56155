package plot

import (
	"cmp"
	"fmt"
	"slices"
)

// FeatureImportance shows the largest values as sorted horizontal bars with their numbers.
type FeatureImportance struct {
	Options
	Names  []string `json:"names"`
	Values Floats   `json:"values"`
	// Top is how many features are shown, those of the largest magnitude; 0 shows 20.
	Top int `json:"top,omitempty"`
}

const defaultTop = 20

func (FeatureImportance) kind() string { return "feature_importance" }

func (f FeatureImportance) clone() Spec {
	f.Names, f.Values = slices.Clone(f.Names), slices.Clone(f.Values)
	return f
}

func (f FeatureImportance) check() error {
	c := &checker{kind: f.kind()}
	c.numbers("values", f.Values)
	c.sameLen("names", len(f.Names), "values", len(f.Values))
	if f.Top < 0 {
		c.fail("top", "%d is negative; pass how many features to show, or 0 for %d", f.Top, defaultTop)
	}
	return c.err
}

func (f FeatureImportance) defaultHeight() float64 {
	return min(maxSide, max(minHeight, 70+22*float64(len(f.top()))))
}

// top returns the indices of the features that are shown, largest first.
func (f FeatureImportance) top() []int {
	var order []int
	for i, v := range f.Values {
		if isFinite(v) {
			order = append(order, i)
		}
	}
	magnitude := func(i int) float64 { return max(f.Values[i], -f.Values[i]) }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(magnitude(b), magnitude(a)) })
	order = order[:min(len(order), cmp.Or(f.Top, defaultTop))]
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(f.Values[b], f.Values[a]) })
	return order
}

func (f FeatureImportance) draw(s *scene) {
	order := f.top()
	names, values, labels := make([]string, len(order)), newExtent(), make([]string, len(order))
	for k, i := range order {
		names[k] = f.Names[i]
		values.add(f.Values[i])
		labels[k] = importanceLabel(f.Values[i])
	}
	domain := roomBeside(values.paddedFromZero(), labels, names, s)
	p := s.panel(axes{
		x: axis{label: f.XLabel, domain: domain, bare: true},
		y: axis{label: f.YLabel, categories: categoryNames(names)},
	})
	zero, half := p.x.at(0), barShare*min(28, p.y.at(1)-p.y.at(0))/2
	s.class = p.series(f.series(order, half/(p.y.at(1)-p.y.at(0))))
	for k, i := range order {
		v, y := f.Values[i], p.y.at(float64(k))
		end := p.x.at(v)
		s.rect(zero, y-half, end, y+half, seriesColor(0))
		if half >= labelSize/2-1 {
			s.labelBeside(p, end, y, labels[k], v < 0)
		}
	}
	s.class = p.class()
	x := crisp(zero)
	s.line(muted, 1, point{x, p.y0}, point{x, p.y1})
}

// series describes the bars, each of which takes half of a category on both sides of its middle.
func (f FeatureImportance) series(order []int, half float64) seriesData {
	d := bands{label: cmp.Or(f.XLabel, "importance")}
	for k, i := range order {
		d.add(float64(k)-half, float64(k)+half, f.Values[i])
	}
	return d.series("importance", seriesColor(0), true)
}

// importanceLabel shows three decimals where that says something, so that a column of them is easy to compare.
func importanceLabel(v float64) string {
	if a := max(v, -v); a >= 0.0005 && a < 10 {
		return fixed(v, 3)
	}
	return FormatNumber(v)
}

func (f FeatureImportance) summary() string {
	order := f.top()
	text := fmt.Sprintf("Feature importance of %s", count(len(f.Values), "feature"))
	if len(order) < len(f.Values) {
		text += fmt.Sprintf(" (top %d shown)", len(order))
	}
	text += ": "
	for k, i := range order[:min(3, len(order))] {
		if k > 0 {
			text += ", "
		}
		text += oneLine(f.Names[i]) + " " + importanceLabel(f.Values[i])
	}
	if len(order) > 3 {
		text += ", …"
	}
	return text + "."
}

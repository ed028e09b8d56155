package plot

import (
	"cmp"
	"fmt"
	"slices"
)

// Line draws one or several series as lines. A missing point interrupts its line.
type Line struct {
	Options
	// Series whose X is nil are drawn over 0, 1, 2, …
	Series []XY `json:"series"`
	// Markers draws the points too. Points that no line reaches are always drawn.
	Markers bool `json:"markers,omitempty"`
}

const (
	lineWidth    = 1.75
	dashLength   = 4
	markerRadius = 3
)

func (Line) kind() string           { return "line" }
func (Line) defaultHeight() float64 { return 360 }

func (l Line) clone() Spec {
	l.Series = cloneXY(l.Series)
	return l
}

func (l Line) check() error {
	c := &checker{kind: l.kind()}
	checkXY(c, "series", l.Series, true)
	return c.err
}

// checkXY checks series of points; indexed says that X may be nil.
func checkXY(c *checker, name string, series []XY, indexed bool) {
	if len(series) == 0 {
		c.fail(name, "is empty; pass at least one")
	}
	for i, s := range series {
		x, y := fmt.Sprintf("%s[%d].x", name, i), fmt.Sprintf("%s[%d].y", name, i)
		c.numbers(y, s.Y)
		if s.X == nil && indexed {
			continue
		}
		c.numbers(x, s.X)
		c.sameLen(x, len(s.X), y, len(s.Y))
		c.paired(x, s.X, s.Y)
	}
}

// at returns point i of the series.
func (s XY) at(i int) (x, y float64) {
	if s.X == nil {
		return float64(i), s.Y[i]
	}
	return s.X[i], s.Y[i]
}

// runs splits the series at missing points.
func (s XY) runs() [][]point {
	var out [][]point
	broken := true
	for i := range s.Y {
		x, y := s.at(i)
		if !isFinite(x) || !isFinite(y) {
			broken = true
			continue
		}
		if broken {
			out = append(out, nil)
		}
		broken = false
		out[len(out)-1] = append(out[len(out)-1], point{x, y})
	}
	return out
}

// extents returns the ranges of x and y over the points that are shown, and how many points are missing.
func extents(series []XY) (xs, ys extent, whole bool, missing int) {
	xs, ys, whole = newExtent(), newExtent(), true
	for _, s := range series {
		shown := 0
		for _, run := range s.runs() {
			for _, p := range run {
				xs.add(p.x)
				ys.add(p.y)
				whole = whole && p.x == float64(int64(p.x))
			}
			shown += len(run)
		}
		missing += len(s.Y) - shown
	}
	return xs, ys, whole, missing
}

func xyNames(series []XY) []string {
	names := make([]string, len(series))
	for i, s := range series {
		names[i] = s.Name
	}
	return names
}

func (l Line) draw(s *scene) {
	xs, ys, whole, _ := extents(l.Series)
	yLabel := l.YLabel
	if yLabel == "" && len(l.Series) == 1 {
		yLabel = l.Series[0].Name
	}
	p := s.panel(axes{
		x:      axis{label: l.XLabel, domain: xs.padded(), whole: whole && xs.hi-xs.lo >= 2, line: true},
		y:      axis{label: yLabel, domain: ys.padded(), grid: true},
		legend: legend{entries: seriesLegend(xyNames(l.Series), legendLine, 1)},
	})
	for i, series := range l.Series {
		s.class = p.series(lineData(nameOr(series.Name, "series", i), seriesColor(i), series, l.XLabel, yLabel))
		s.series(p, series, seriesColor(i), l.Markers)
	}
}

// series draws the lines of a series and, if wanted or where a point stands alone, its points.
func (s *scene) series(p panel, series XY, stroke paint, markers bool) {
	for _, run := range series.runs() {
		at := make([]point, len(run))
		for i, q := range run {
			at[i] = point{p.x.at(q.x), p.y.at(q.y)}
		}
		if len(at) > 1 {
			s.line(stroke, lineWidth, decimate(at)...)
		}
		if markers || len(at) == 1 {
			for _, q := range at {
				s.dot(q.x, q.y, markerRadius, stroke)
			}
		}
	}
}

// decimate keeps the first, lowest, highest and last point of each half pixel column of a line that runs to the right:
// the picture stays the same and a long training curve stays small.
func decimate(at []point) []point {
	if len(at) < 4000 || !slices.IsSortedFunc(at, func(a, b point) int { return cmp.Compare(a.x, b.x) }) {
		return at
	}
	var out []point
	for start := 0; start < len(at); {
		end, low, high := start, start, start
		for ; end < len(at) && int(2*at[end].x) == int(2*at[start].x); end++ {
			if at[end].y < at[low].y {
				low = end
			}
			if at[end].y > at[high].y {
				high = end
			}
		}
		keep := []int{start, low, high, end - 1}
		slices.Sort(keep)
		for _, i := range slices.Compact(keep) {
			out = append(out, at[i])
		}
		start = end
	}
	return out
}

func (l Line) summary() string {
	xs, ys, _, missing := extents(l.Series)
	return fmt.Sprintf("Line chart of %s%s: %s from %s to %s, %s from %s to %s%s.", count(len(l.Series), "line"),
		ofNames(xyNames(l.Series)), cmp.Or(oneLine(l.XLabel), "x"), FormatNumber(xs.lo), FormatNumber(xs.hi),
		cmp.Or(oneLine(l.YLabel), "y"), FormatNumber(ys.lo), FormatNumber(ys.hi), missingNote(missing))
}

package plot

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"
)

// Hist is a histogram of one or several series over common bins.
type Hist struct {
	Options
	Series []Values `json:"series"`
	// Bins is the number of bins; 0 chooses it: one bin for each whole number where the data is whole numbers of a small
	// range, else the rule of Freedman and Diaconis.
	Bins int `json:"bins,omitempty"`
	// Density scales each series to an area of 1 instead of showing counts.
	Density bool `json:"density,omitempty"`
}

const (
	minBins     = 3 // that have room side by side, so that one bin is not as wide as the plot
	maxBins     = 1000
	maxAutoBins = 80
)

func (Hist) kind() string           { return "hist" }
func (Hist) defaultHeight() float64 { return 360 }

func (h Hist) clone() Spec {
	h.Series = cloneValues(h.Series)
	return h
}

func (h Hist) check() error {
	c := &checker{kind: h.kind()}
	checkSeries(c, h.Series)
	if h.Bins < 0 || h.Bins > maxBins {
		c.fail("bins", "%d is outside 0 to %d", h.Bins, maxBins)
	}
	return c.err
}

func checkSeries(c *checker, series []Values) {
	if len(series) == 0 {
		c.fail("series", "is empty; pass at least one series")
	}
	for i, s := range series {
		c.numbers(fmt.Sprintf("series[%d].values", i), s.Values)
	}
}

// bins are the edges of equal bins.
type bins struct {
	lo, width float64
	n         int
}

func (b bins) edge(i int) float64 { return b.lo + float64(i)*b.width }

// counts counts the values in each bin; the last bin includes its upper edge.
func (b bins) counts(values []float64) []float64 {
	out := make([]float64, b.n)
	for _, v := range values {
		out[max(0, min(b.n-1, int(math.Floor((v-b.lo)/b.width))))]++
	}
	return out
}

// chooseBins returns bins for sorted finite values.
func chooseBins(sorted []float64, want int) bins {
	lo, hi := sorted[0], sorted[len(sorted)-1]
	if want == 0 && wholeNumbers(sorted) && hi-lo < maxAutoBins && math.Abs(lo) < 1e15 && math.Abs(hi) < 1e15 {
		return bins{lo - 0.5, 1, int(hi-lo) + 1}
	}
	e := extent{lo, hi}.widened()
	if e.lo != lo { // constant data stands in the middle
		n := cmp.Or(want, 5)
		return bins{e.lo, (e.hi - e.lo) / float64(n), n}
	}
	if want == 0 {
		want = autoBins(sorted)
	}
	width := (hi - lo) / float64(want)
	if wholeNumbers(sorted) && width > 1 {
		width = math.Ceil(width) // so that every bin holds as many whole numbers
		return bins{lo - 0.5, width, int(math.Floor((hi-lo)/width)) + 1}
	}
	return bins{lo, width, want}
}

func wholeNumbers(values []float64) bool {
	for _, v := range values {
		if v != math.Trunc(v) {
			return false
		}
	}
	return true
}

// autoBins is the rule of Freedman and Diaconis, bins of 2·IQR/∛n, between Sturges' number and maxAutoBins.
func autoBins(sorted []float64) int {
	n := float64(len(sorted))
	least := math.Ceil(math.Log2(n)) + 1
	iqr := quantile(sorted, 0.75) - quantile(sorted, 0.25)
	if iqr <= 0 {
		return int(least)
	}
	count := math.Ceil((sorted[len(sorted)-1] - sorted[0]) / (2 * iqr / math.Cbrt(n)))
	return int(max(least, min(count, maxAutoBins)))
}

// quantile interpolates as NumPy and R do by default (Hyndman and Fan's type 7), which gonum's stat.Quantile cannot.
func quantile(sorted []float64, p float64) float64 {
	pos := p * float64(len(sorted)-1)
	i := min(int(pos), len(sorted)-1)
	next := min(i+1, len(sorted)-1)
	return sorted[i] + (pos-float64(i))*(sorted[next]-sorted[i])
}

func finite(values []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return !isFinite(v) })
}

// heights returns the bins and the height of each bar of each series.
func (h Hist) heights() (bins, [][]float64) {
	var all []float64
	for _, s := range h.Series {
		all = append(all, finite(s.Values)...)
	}
	slices.Sort(all)
	b := chooseBins(all, h.Bins)
	out := make([][]float64, len(h.Series))
	for i, s := range h.Series {
		out[i] = b.counts(finite(s.Values))
		if h.Density {
			floats.Scale(1/(floats.Sum(out[i])*b.width), out[i])
		}
	}
	return b, out
}

func (h Hist) draw(s *scene) {
	b, heights := h.heights()
	top := newExtent()
	for _, values := range heights {
		top.add(values...)
	}
	span := extent{b.lo, b.edge(b.n)}
	pad := max(padding/2*(span.hi-span.lo), b.width*float64(minBins-b.n)/2)
	yLabel := h.YLabel
	if yLabel == "" {
		yLabel = map[bool]string{true: "Density", false: "Count"}[h.Density]
	}
	xLabel := h.XLabel
	if xLabel == "" && len(h.Series) == 1 {
		xLabel = h.Series[0].Name
	}
	p := s.panel(axes{
		x:      axis{label: xLabel, domain: extent{span.lo - pad, span.hi + pad}, whole: b.width == 1 && b.lo != math.Trunc(b.lo), line: true},
		y:      axis{label: yLabel, domain: top.paddedFromZero(), whole: !h.Density, grid: true},
		legend: legend{entries: seriesLegend(h.names(), legendSquare, overlap)},
	})
	for i, values := range heights {
		s.class = p.series(h.series(i, b, values))
		h.bars(s, p, b, values, i)
	}
}

// series describes the bars of a series.
func (h Hist) series(i int, b bins, values []float64) seriesData {
	from, to := make([]float64, b.n), make([]float64, b.n)
	for k := range from {
		from[k], to[k] = b.edge(k), b.edge(k+1)
	}
	label := map[bool]string{true: "density", false: "count"}[h.Density]
	return seriesData{Name: nameOr(h.Series[i].Name, "series", i), Color: hexColor(seriesColor(i).color), Kind: barSeries,
		Columns: []columnData{{"from", "from", from}, {"to", "to", to}, {"value", label, values}}}
}

// overlap is the opacity of series that lie over each other.
const overlap = 0.55

func (h Hist) bars(s *scene, p panel, b bins, values []float64, series int) {
	fill := seriesColor(series)
	if len(h.Series) > 1 {
		fill = fill.fade(overlap)
	}
	for i, v := range values {
		if v == 0 {
			continue
		}
		x0, x1 := p.x.at(b.edge(i)), p.x.at(b.edge(i+1))
		gap := min(0.5, (x1-x0)/10)
		s.rect(x0+gap, p.y.at(v), x1-gap, p.y.at(0), fill)
	}
}

func (h Hist) names() []string {
	names := make([]string, len(h.Series))
	for i, s := range h.Series {
		names[i] = s.Name
	}
	return names
}

// seriesLegend has an entry for each series, none when a single one needs no telling apart.
func seriesLegend(names []string, shape legendShape, opacity float64) []legendEntry {
	if len(names) < 2 {
		return nil
	}
	out := make([]legendEntry, len(names))
	for i, name := range names {
		out[i] = legendEntry{nameOr(name, "series", i), seriesColor(i).fade(opacity), shape}
	}
	return out
}

func nameOr(name, fallback string, i int) string {
	if name = oneLine(name); name != "" {
		return name
	}
	return fmt.Sprintf("%s %d", fallback, i+1)
}

func (h Hist) summary() string {
	e, n, missing := newExtent(), 0, 0
	for _, s := range h.Series {
		e.add(s.Values...)
		n += len(s.Values)
		missing += len(s.Values) - len(finite(s.Values))
	}
	b, _ := h.heights()
	text := fmt.Sprintf("Histogram of %s%s from %s to %s in %s", count(n-missing, "value"), ofNames(h.names()),
		FormatNumber(e.lo), FormatNumber(e.hi), count(b.n, "bin"))
	return text + missingNote(missing) + "."
}

// ofNames lists up to five names in words.
func ofNames(names []string) string {
	names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return oneLine(n) == "" })
	if len(names) == 0 {
		return ""
	}
	if len(names) > 5 {
		names = append(names[:5:5], "…")
	}
	return " of " + strings.Join(names, ", ")
}

func missingNote(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; %s missing and not shown", FormatInt(n))
}

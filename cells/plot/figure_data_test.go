package plot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// UnmarshalJSON reads a column back.
func (c *column) UnmarshalJSON(text []byte) error {
	var numbers []*float64
	if err := json.Unmarshal(text, &numbers); err != nil {
		return err
	}
	for _, n := range numbers {
		if n == nil {
			*c = append(*c, math.NaN())
			continue
		}
		*c = append(*c, *n)
	}
	return nil
}

// dataOf returns the SVG of a figure, and its data as a page reads it.
func dataOf(t testing.TB, spec Spec) (svg string, d figureData, raw []byte) {
	t.Helper()
	image, raw, err := must(t, spec).SVGWithData()
	if err != nil {
		t.Fatal(err)
	}
	if raw != nil {
		if err := decodeStrict(raw, &d); err != nil {
			t.Fatalf("%v in %.300s", err, raw)
		}
	}
	return string(image), d, raw
}

func TestGoldenData(t *testing.T) {
	for name, spec := range samples() {
		t.Run(name, func(t *testing.T) {
			_, d, raw := dataOf(t, spec)
			if d.Version != dataVersion || d.Kind != spec.kind() || len(d.Panels) != 1 {
				t.Errorf("version %d, kind %s, %d panels", d.Version, d.Kind, len(d.Panels))
			}
			golden(t, name+".json", append(bytes.ReplaceAll(raw, []byte(`,"`), []byte(",\n\"")), '\n'))
		})
	}
}

func TestSVGWithDataIsTheSVG(t *testing.T) {
	for name, spec := range samples() {
		want, err := must(t, spec).SVG()
		if err != nil {
			t.Fatal(err)
		}
		if svg, _, _ := dataOf(t, spec); svg != string(want) {
			t.Errorf("%s differs", name)
		}
	}
}

var circle = regexp.MustCompile(`<circle cx="([^"]+)" cy="([^"]+)"`)

// TestDataTellsThePixels looks for each point of the data at its place in the SVG, in the group of its series.
func TestDataTellsThePixels(t *testing.T) {
	svg, d, _ := dataOf(t, Scatter{X: normal(60, 5, 2, 1), Y: normal(60, -1e6, 300, 2), Category: strings.Split(strings.Repeat("a,b,c,", 20)[:119], ",")})
	p := d.Panels[0]
	x := scale{p.X.Range[0], p.X.Range[1], p.X.Pixels[0], p.X.Pixels[1]}
	y := scale{p.Y.Range[0], p.Y.Range[1], p.Y.Pixels[0], p.Y.Pixels[1]}
	for k, s := range p.Series {
		var drawn []string
		for _, group := range strings.Split(svg, "<g ") {
			if strings.HasPrefix(group, fmt.Sprintf(`class="wnb-data-0 wnb-series-0-%d"`, k)) {
				for _, m := range circle.FindAllStringSubmatch(group, -1) {
					drawn = append(drawn, m[1]+" "+m[2])
				}
			}
		}
		if len(drawn) != 20 || s.Rows != 20 {
			t.Fatalf("series %d: %d circles, %d rows, want 20", k, len(drawn), s.Rows)
		}
		for i := range drawn {
			if at := px(x.at(s.Columns[0].Values[i])) + " " + px(y.at(s.Columns[1].Values[i])); at != drawn[i] {
				t.Errorf("series %d, point %d: the data says %s, the SVG %s", k, i, at, drawn[i])
			}
		}
	}
}

var bar = regexp.MustCompile(`<rect x="([^"]+)" y="([^"]+)" width="([^"]+)" height="([^"]+)"`)

// TestBarsOfTheDataAreThoseOfTheSVG checks places of bars, less the gap between neighbours.
func TestBarsOfTheDataAreThoseOfTheSVG(t *testing.T) {
	for _, name := range []string{"hist", "bar", "bar_horizontal", "importance"} {
		t.Run(name, func(t *testing.T) {
			svg, d, _ := dataOf(t, samples()[name])
			p := d.Panels[0]
			band, value := p.X, p.Y
			if p.Series[0].Horizontal {
				band, value = p.Y, p.X
			}
			at := func(a axisData, v float64) float64 {
				return scale{a.Range[0], a.Range[1], a.Pixels[0], a.Pixels[1]}.at(v)
			}
			s := p.Series[0]
			_, group, _ := strings.Cut(svg, "wnb-series-0-0")
			group, _, _ = strings.Cut(group, "</g>")
			found := bar.FindAllStringSubmatch(group, -1)
			if len(found) == 0 {
				t.Fatal("no bars")
			}
			for i, m := range found {
				var box [4]float64
				for k := range box {
					box[k], _ = strconv.ParseFloat(m[k+1], 64)
				}
				start, width, length := box[0], box[2], box[3]
				if s.Horizontal {
					start, width, length = box[1], box[3], box[2]
				}
				from, to := at(band, s.Columns[0].Values[i]), at(band, s.Columns[1].Values[i])
				if math.Abs(from-start) > 0.6 || math.Abs(to-start-width) > 0.6 {
					t.Errorf("bar %d from %v to %v, drawn from %v with %v", i, from, to, start, width)
				}
				if want := math.Abs(at(value, s.Columns[2].Values[i]) - at(value, 0)); math.Abs(want-length) > 0.02 {
					t.Errorf("bar %d is %v long, want %v", i, length, want)
				}
			}
		})
	}
}

// TestLegendEntriesHaveMarks checks that what a legend entry explains can be found and hidden.
func TestLegendEntriesHaveMarks(t *testing.T) {
	for name, spec := range samples() {
		svg, d, _ := dataOf(t, spec)
		for _, e := range d.Panels[0].Legend {
			for _, class := range []string{fmt.Sprintf("wnb-series-0-%d\"", e.Series), fmt.Sprintf("wnb-legend-0-%d\"", e.Series)} {
				if !strings.Contains(svg, class) {
					t.Errorf("%s: no mark has the class %s", name, class)
				}
			}
		}
	}
	if _, d, _ := dataOf(t, samples()["hist_two"]); len(d.Panels[0].Legend) != 2 {
		t.Errorf("legend of two series: %v", d.Panels[0].Legend)
	}
}

func TestDataIsBounded(t *testing.T) {
	many := normal(60_000, 0, 1, 3)
	big := make([][]int, 400)
	classes := make([]string, len(big))
	for i := range big {
		big[i], classes[i] = make([]int, len(big)), strconv.Itoa(i)
		for j := range big[i] {
			big[i][j] = i * j
		}
	}
	long := make([]string, 400)
	for i := range long {
		long[i] = strings.Repeat("愛", longestName)
	}
	tests := []struct {
		name  string
		spec  Spec
		rows  int
		every bool
	}{
		{"all of a few rows", Scatter{X: many[:3000], Y: many[:3000]}, 3000, false},
		{"a sample of many points", Scatter{X: many, Y: many}, len(many), true},
		{"a sample of a long line", Line{Series: []XY{{Y: many}}}, len(many), true},
		{"a sample of many cells", ConfusionMatrix{Classes: classes, Counts: big}, len(big) * len(big), true},
		{"nothing where the names are too long", Bar{Categories: long, Series: []Values{{Values: many[:400]}}}, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, d, raw := dataOf(t, tt.spec)
			if tt.rows == 0 {
				if raw != nil {
					t.Errorf("%d bytes, want none", len(raw))
				}
				return
			}
			if len(raw) > dataLimit {
				t.Errorf("%d bytes", len(raw))
			}
			s := d.Panels[0].Series[0]
			if s.Rows != tt.rows || (s.Every > 1) != tt.every {
				t.Errorf("%d rows, every %d", s.Rows, s.Every)
			}
			want := s.Rows
			if s.Every > 1 {
				want = (s.Rows + s.Every - 1) / s.Every
				if len(raw) < dataLimit/3 {
					t.Errorf("only %d bytes are used", len(raw))
				}
			}
			if got := len(s.Columns[0].Values); got != want {
				t.Errorf("%d values, want %d", got, want)
			}
		})
	}
}

func TestPointsOfAnImageCannotBeHidden(t *testing.T) {
	n := pointLimit + 1
	_, d, _ := dataOf(t, Scatter{X: normal(n, 0, 1, 1), Y: normal(n, 0, 1, 2), Category: strings.Split(strings.Repeat("a,b,", n/2)+"a", ",")})
	if len(d.Panels[0].Legend) != 0 || len(d.Panels[0].Series) != 2 {
		t.Errorf("%d entries, %d series", len(d.Panels[0].Legend), len(d.Panels[0].Series))
	}
}

func TestDataIsTheSameEveryTime(t *testing.T) {
	for name, spec := range samples() {
		fig := must(t, spec)
		_, want, err := fig.SVGWithData()
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, got, err := fig.SVGWithData(); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s differs (%v)", name, err)
				}
			})
		}
		wg.Wait()
	}
}

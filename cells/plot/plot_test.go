package plot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func must(t testing.TB, spec Spec) *Figure {
	t.Helper()
	fig, err := New(spec)
	if err != nil {
		t.Fatal(err)
	}
	return fig
}

// samples has one small spec of each kind.
func samples() map[string]Spec {
	opts := Options{Title: "A <title> & \"more\"", Width: 320, Height: 220}
	curve := []XY{{Name: "model", X: []float64{0, 0, 0.5, 1}, Y: []float64{0, 0.5, 1, 1}}}
	return map[string]Spec{
		"hist":             Hist{Options: opts, Series: []Values{{Name: "grade", Values: []float64{3, 4, 4, 5, 5, 5, 6, math.NaN()}}}},
		"hist_two":         Hist{Options: opts, Bins: 4, Series: []Values{{Name: "a", Values: []float64{0, 1.5, 2}}, {Name: "b", Values: []float64{1, 2.5, 4}}}},
		"scatter":          Scatter{Options: opts, X: []float64{1, 2, 3}, Y: []float64{-1, 5, 2}},
		"scatter_category": Scatter{Options: opts, X: []float64{1, 2, 3}, Y: []float64{-1, 5, 2}, Category: []string{"10", "9", "<b>"}, ColorLabel: "class"},
		"scatter_value":    Scatter{Options: opts, X: []float64{1, 2, 3}, Y: []float64{-1, 5, 2}, Value: []float64{0, 5, math.NaN()}, ColorLabel: "value"},
		"line":             Line{Options: opts, Markers: true, Series: []XY{{Name: "train", Y: []float64{3, 2, math.NaN(), 1}}, {Name: "test", X: []float64{0, 3}, Y: []float64{3, 2}}}},
		"bar":              Bar{Options: opts, Categories: []string{"red", "green"}, Series: []Values{{Values: []float64{3, -1}}}, ValueLabels: true},
		"bar_horizontal":   Bar{Options: opts, Horizontal: true, Categories: []string{"red", "green"}, Series: []Values{{Name: "a", Values: []float64{1000, 2500}}, {Name: "b", Values: []float64{0, 3000}}}},
		"box":              Box{Options: opts, Groups: []Values{{Name: "a", Values: []float64{1, 2, 3, 4, 30}}, {Name: "b", Values: []float64{5}}}},
		"heatmap":          Heatmap{Options: opts, Rows: []string{"r1", "r2"}, Columns: []string{"c1", "c2"}, Values: []Floats{{-1, 0.5}, {1, math.NaN()}}, Diverging: true},
		"confusion_matrix": ConfusionMatrix{Options: opts, Classes: []string{"no", "yes"}, Counts: [][]int{{1200, 3}, {0, 7}}},
		"confusion_shares": ConfusionMatrix{Options: opts, Classes: []string{"no", "yes"}, Counts: [][]int{{9, 3}, {0, 0}}, Normalize: true},
		"importance":       FeatureImportance{Options: opts, Names: []string{"alcohol", "pH", "density"}, Values: []float64{0.2, -0.1, 0.7}, Top: 2},
		"roc_curve":        ROCCurve{Options: opts, Curves: curve},
		"pr_curve":         PRCurve{Options: opts, Prevalence: 0.25, Curves: []XY{{X: []float64{0, 0.5, 1}, Y: []float64{1, 1, 0.5}}}},
		"calibration":      Calibration{Options: opts, Curves: curve},
	}
}

func TestGoldenSVG(t *testing.T) {
	for name, spec := range samples() {
		t.Run(name, func(t *testing.T) {
			svg, err := must(t, spec).SVG()
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+".svg", svg)
		})
	}
}

func TestGoldenAlt(t *testing.T) {
	var lines []string
	for name, spec := range samples() {
		lines = append(lines, name+": "+must(t, spec).Alt()+"\n")
	}
	slices.Sort(lines)
	golden(t, "alt.txt", []byte(strings.Join(lines, "")))
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run with -update to write it)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

// TestSVGIsSafe checks that a figure can be put into any page as it is.
func TestSVGIsSafe(t *testing.T) {
	specs := samples()
	specs["hostile"] = Bar{
		Options:    Options{Title: "</svg><script>alert(1)</script>\x00\x1b\xff", XLabel: `" onload="x`, YLabel: "]]>"},
		Categories: []string{"<img src=x>", "&amp;", "愛 \U0001F600", "a\nb"},
		Series:     []Values{{Name: "<!--", Values: []float64{1, 2, 3, 4}}, {Name: "'", Values: []float64{1, 2, 3, 4}}},
	}
	specs["many points"] = Scatter{X: normal(pointLimit+1, 0, 1, 1), Y: normal(pointLimit+1, 0, 1, 2)}
	for name, spec := range specs {
		t.Run(name, func(t *testing.T) {
			svg, err := must(t, spec).SVG()
			if err != nil {
				t.Fatal(err)
			}
			checkSVG(t, svg)
		})
	}
}

func checkSVG(t *testing.T, svg []byte) {
	t.Helper()
	allowed := []string{"svg", "g", "rect", "circle", "path", "text", "image"}
	dec := xml.NewDecoder(bytes.NewReader(svg))
	for first := true; ; {
		token, err := dec.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !slices.Contains(allowed, element.Name.Local) {
			t.Errorf("element <%s>", element.Name.Local)
		}
		attrs := map[string]string{}
		for _, a := range element.Attr {
			attrs[a.Name.Local] = a.Value
			switch {
			case a.Name.Local == "href" && !strings.HasPrefix(a.Value, "data:image/png;base64,"):
				t.Errorf("outside reference %q", a.Value)
			case a.Name.Local == "id" || a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on"):
				t.Errorf("attribute %s", a.Name.Local)
			case strings.Contains(a.Value, "url("):
				t.Errorf("reference %q", a.Value)
			}
		}
		for _, need := range []string{"viewBox", "width", "height", "role", "aria-label"} {
			if first && attrs[need] == "" {
				t.Errorf("the root has no %s", need)
			}
		}
		first = false
	}
}

// TestThemedColors checks that each themed colour has a plain one to fall back to.
func TestThemedColors(t *testing.T) {
	svg, err := must(t, samples()["scatter"]).SVG()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<g fill="#ffffff"><g fill="var(--wnb-bg, #ffffff)">`,
		`<g class="wnb-axes-0" stroke="#e4e7ec" fill="none" stroke-width="1" stroke-linejoin="round"><g stroke="var(--wnb-grid, #e4e7ec)">`,
		`<g fill="var(--wnb-ink, #1b1f24)">`, `<g fill="var(--wnb-muted, #5c6672)">`,
	} {
		if !bytes.Contains(svg, []byte(want)) {
			t.Errorf("no %s in\n%s", want, svg)
		}
	}
}

func TestSameSpecSameBytes(t *testing.T) {
	specs := samples()
	specs["many points"] = Scatter{X: normal(pointLimit+1, 0, 1, 1), Y: normal(pointLimit+1, 0, 1, 2)}
	for name, spec := range specs {
		t.Run(name, func(t *testing.T) {
			one, two := must(t, spec), must(t, spec)
			if one.Hash() != two.Hash() {
				t.Error("hashes differ")
			}
			for _, format := range Formats() {
				a, errA := one.Render(format)
				b, errB := two.Render(format)
				if err := errors.Join(errA, errB); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(a, b) {
					t.Errorf("%s differs", format)
				}
			}
		})
	}
}

func TestHashSeesEverything(t *testing.T) {
	base := Scatter{X: []float64{1, 2}, Y: []float64{3, 4}}
	titled, moved, negated := base, base, base
	titled.Title = "t"
	moved.Y = []float64{3, math.Nextafter(4, 5)}
	negated.X = []float64{1, math.NaN()}
	hashes := map[string]bool{}
	for _, spec := range []Scatter{base, titled, moved, negated} {
		hashes[must(t, spec).Hash()] = true
	}
	if len(hashes) != 4 {
		t.Errorf("%d different hashes of 4 different figures", len(hashes))
	}
}

func TestFigureIsImmutable(t *testing.T) {
	for name, spec := range samples() {
		fig := must(t, spec)
		before, err := fig.SVG()
		if err != nil {
			t.Fatal(err)
		}
		spoil(spec)
		after, err := fig.SVG()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(before, after) {
			t.Errorf("%s changed with the slices it was made from", name)
		}
	}
}

// spoil overwrites all slices of a spec.
func spoil(spec Spec) {
	values := func(lists ...Floats) {
		for _, list := range lists {
			for i := range list {
				list[i] = 0.123
			}
		}
	}
	xy := func(series []XY) {
		for i := range series {
			values(series[i].X, series[i].Y)
			series[i].Name = "spoiled"
		}
	}
	series := func(series []Values) {
		for i := range series {
			values(series[i].Values)
			series[i].Name = "spoiled"
		}
	}
	names := func(names []string) {
		for i := range names {
			names[i] = "spoiled"
		}
	}
	switch s := spec.(type) {
	case Hist:
		series(s.Series)
	case Scatter:
		values(s.X, s.Y, s.Value)
		names(s.Category)
	case Line:
		xy(s.Series)
	case Bar:
		series(s.Series)
		names(s.Categories)
	case Box:
		series(s.Groups)
	case Heatmap:
		values(s.Values...)
		names(s.Rows)
		names(s.Columns)
	case ConfusionMatrix:
		names(s.Classes)
		for _, row := range s.Counts {
			row[0] = 99
		}
	case FeatureImportance:
		values(s.Values)
		names(s.Names)
	case ROCCurve:
		xy(s.Curves)
	case PRCurve:
		xy(s.Curves)
	case Calibration:
		xy(s.Curves)
	}
}

func TestNewErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	one := []float64{1}
	for name, c := range map[string]struct {
		spec Spec
		want string
	}{
		"nil":                {nil, "figure: spec: is nil"},
		"width":              {Scatter{Options: Options{Width: 5}, X: one, Y: one}, "scatter: width: 5 is outside 240 to 4000 pixels"},
		"height NaN":         {Scatter{Options: Options{Height: nan}, X: one, Y: one}, "scatter: height: NaN is outside 160 to 4000 pixels"},
		"hist none":          {Hist{}, "hist: series: is empty; pass at least one series"},
		"hist empty":         {Hist{Series: []Values{{}}}, "hist: series[0].values: is empty; pass at least one number"},
		"hist all missing":   {Hist{Series: []Values{{Values: one}, {Values: []float64{nan, inf}}}}, "hist: series[1].values: holds no number to draw: all of its 2 are missing (NaN or infinite)"},
		"hist bins":          {Hist{Bins: -1, Series: []Values{{Values: one}}}, "hist: bins: -1 is outside 0 to 1000"},
		"too large":          {Hist{Series: []Values{{Values: []float64{0, 1e301}}}}, "hist: series[0].values: value 1e+301 at index 1 is too large to draw (the limit is ±1e+300)"},
		"scatter lengths":    {Scatter{X: one, Y: []float64{1, 2}}, "scatter: x: has 1 element but y has 2; both must have the same length"},
		"scatter no pair":    {Scatter{X: []float64{1, nan}, Y: []float64{nan, 1}}, "scatter: x: no point has both a finite x and a finite y"},
		"scatter category":   {Scatter{X: one, Y: one, Category: []string{}}, "scatter: category: has 0 elements but x has 1; both must have the same length"},
		"scatter two colors": {Scatter{X: one, Y: one, Category: []string{"a"}, Value: one}, "scatter: category: cannot be combined with value: points have one colour"},
		"scatter value":      {Scatter{X: one, Y: one, Value: []float64{nan}}, "scatter: value: holds no number to draw: all of its 1 are missing (NaN or infinite)"},
		"scatter alpha":      {Scatter{X: one, Y: one, Alpha: nan}, "scatter: alpha: NaN is outside 0 to 1"},
		"scatter radius":     {Scatter{X: one, Y: one, Radius: 900}, "scatter: radius: 900 is outside 0.5 to 50 pixels"},
		"line none":          {Line{}, "line: series: is empty; pass at least one"},
		"line lengths":       {Line{Series: []XY{{X: one, Y: []float64{1, 2}}}}, "line: series[0].x: has 1 element but series[0].y has 2; both must have the same length"},
		"bar none":           {Bar{}, "bar: categories: is empty; pass at least one"},
		"bar lengths":        {Bar{Categories: []string{"a"}, Series: []Values{{Values: []float64{1, 2}}}}, "bar: series[0].values: has 2 elements but categories has 1; both must have the same length"},
		"bar many":           {Bar{Categories: make([]string, 2001), Series: []Values{{Values: make([]float64, 2001)}}}, "bar: categories: 2,001 elements are too many to draw; the limit is 2,000"},
		"box none":           {Box{}, "box: groups: is empty; pass at least one group"},
		"heatmap rows":       {Heatmap{Columns: []string{"a"}}, "heatmap: rows: has 0 names; pass 1 to 500"},
		"heatmap ragged":     {Heatmap{Rows: []string{"r"}, Columns: []string{"a"}, Values: []Floats{{1, 2}}}, "heatmap: values[0]: has 2 elements but columns has 1; both must have the same length"},
		"confusion none":     {ConfusionMatrix{}, "confusion_matrix: classes: is empty; pass at least one class"},
		"confusion ragged":   {ConfusionMatrix{Classes: []string{"a"}, Counts: [][]int{{}}}, "confusion_matrix: counts[0]: has 0 elements but classes has 1; both must have the same length"},
		"confusion negative": {ConfusionMatrix{Classes: []string{"a"}, Counts: [][]int{{-1}}}, "confusion_matrix: counts[0][0]: -1 is negative"},
		"confusion zero":     {ConfusionMatrix{Classes: []string{"a"}, Counts: [][]int{{0}}}, "confusion_matrix: counts: all counts are 0"},
		"importance lengths": {FeatureImportance{Values: one}, "feature_importance: names: has 0 elements but values has 1; both must have the same length"},
		"importance top":     {FeatureImportance{Names: []string{"a"}, Values: one, Top: -2}, "feature_importance: top: -2 is negative; pass how many features to show, or 0 for 20"},
		"roc none":           {ROCCurve{}, "roc_curve: curves: is empty; pass at least one"},
		"roc range":          {ROCCurve{Curves: []XY{{X: []float64{0, 2}, Y: []float64{0, 1}}}}, "roc_curve: curves[0].x: value 2 at index 1 is outside 0 to 1"},
		"roc order":          {ROCCurve{Curves: []XY{{X: []float64{1, 0}, Y: []float64{0, 1}}}}, "roc_curve: curves[0].x: value 0 at index 1 is below the one before it; sort the curve"},
		"roc missing":        {ROCCurve{Curves: []XY{{X: []float64{0, 1}, Y: []float64{0, nan}}}}, "roc_curve: curves[0]: the point at index 1 is missing (NaN or infinite)"},
		"pr prevalence":      {PRCurve{Prevalence: 3}, "pr_curve: prevalence: 3 is outside 0 to 1"},
		"calibration none":   {Calibration{}, "calibration: curves: is empty; pass at least one"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(c.spec)
			var argument *ArgumentError
			if !errors.As(err, &argument) || err.Error() != c.want {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
}

func TestRender(t *testing.T) {
	fig := must(t, samples()["bar"])
	for name, magic := range map[string]string{"svg": "<svg ", ".PNG": "\x89PNG", "dir.x/roc.pdf": "%PDF-"} {
		out, err := fig.Render(name)
		if err != nil || !bytes.HasPrefix(out, []byte(magic)) {
			t.Errorf("Render(%q) = %.10q, %v", name, out, err)
		}
	}
	for _, name := range []string{"", "figure", "a.jpeg", "png.", "svg/x"} {
		_, err := fig.Render(name)
		want := fmt.Sprintf("unknown figure format in %q; use one of .svg, .png, .pdf", name)
		if !errors.Is(err, ErrFormat) || err.Error() != want {
			t.Errorf("Render(%q): error %v, want %s", name, err, want)
		}
	}
	for _, dpi := range []int{0, -1, 100_000} {
		if _, err := fig.PNG(dpi); err == nil || !strings.Contains(err.Error(), "dpi is outside 1 to ") {
			t.Errorf("PNG(%d): error %v", dpi, err)
		}
	}
}

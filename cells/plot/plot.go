// Package plot draws the figures of a notebook in wnb's house style.
//
// A [Figure] is an immutable value: a [Spec] (the kind of figure, its data and its options), checked and copied by
// [New]. Nothing is drawn until somebody asks for bytes, so a figure that is only cached or tracked costs nothing.
// The same spec gives the same bytes in every format, and [Figure.Hash] names it.
//
//	fig, err := plot.New(plot.Hist{
//		Options: plot.Options{Title: "Grades are unbalanced"},
//		Series:  []plot.Values{{Name: "quality", Values: grades}},
//	})
//	svg, err := fig.SVG()
//
// # How a figure is drawn
//
// A spec draws onto a scene: a flat list of rectangles, lines, dots, texts and images in CSS pixels, in a size that is
// known from the start. Three small writers turn a scene into a file. PNG goes through gonum's vgimg canvas. SVG is
// written here and not by gonum's vgsvg, which cannot anchor a text: labels are measured with the bundled Liberation Sans,
// but a browser shows them in the reader's own UI font, so a right-aligned label must say that it is right-aligned. PDF
// goes to fpdf, the library below gonum's vgpdf, which alone cannot write text outside Windows-1252 or a fixed date.
//
// # Dark pages
//
// Ink, muted ink, grid and background in an SVG are CSS variables with a fallback: --wnb-ink, --wnb-muted, --wnb-grid and
// --wnb-bg. A page that sets them recolours every figure it holds. The values are presentation attributes, which no
// content security policy blocks, and each sits inside a group with the plain colour, which viewers that know no
// variables inherit. An SVG holds no id, script, style sheet or outside reference, so many can share one page; a figure
// with very many points holds them as one PNG in a data: address.
package plot

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Spec is the description of one kind of figure: [Hist], [Scatter], [Line], [Bar], [Box], [Heatmap], [ConfusionMatrix],
// [FeatureImportance], [ROCCurve], [PRCurve] or [Calibration].
type Spec interface {
	kind() string
	options() Options
	// check reports the first fault of the arguments, as an *ArgumentError.
	check() error
	// clone copies all slices, so that the caller may reuse its own.
	clone() Spec
	// defaultHeight is the height in pixels that suits the data.
	defaultHeight() float64
	// draw draws below the title.
	draw(*scene)
	// summary is the part of the text description that follows the title.
	summary() string
}

// Options are common to all kinds.
type Options struct {
	Title  string `json:"title,omitempty"`
	XLabel string `json:"x_label,omitempty"`
	YLabel string `json:"y_label,omitempty"`
	// Width and Height are in CSS pixels (1/96 inch); 0 chooses 640 and a height that suits the kind and the data.
	Width  float64 `json:"width,omitempty"`
	Height float64 `json:"height,omitempty"`
}

func (o Options) options() Options { return o }

// ArgumentError is the error of [New] and [Decode] for a spec that cannot be drawn. It names the argument by its path in
// the spec, such as series[1].values.
type ArgumentError struct {
	Kind, Argument, Problem string
}

func (e *ArgumentError) Error() string {
	return fmt.Sprintf("%s: %s: %s", e.Kind, e.Argument, e.Problem)
}

// ErrFormat is the cause of an error of [Figure.Render] for a format it does not know.
var ErrFormat = errors.New("unknown figure format")

// Figure is a checked, immutable figure. It is safe for concurrent use.
type Figure struct {
	spec   Spec
	width  float64
	height float64
	hash   string
}

// Sizes in pixels outside which a figure cannot be drawn well.
const (
	defaultWidth = 640
	minWidth     = 240
	minHeight    = 160
	maxSide      = 4000
)

// New checks spec and makes a figure of a copy of it.
func New(spec Spec) (*Figure, error) {
	if spec == nil {
		return nil, &ArgumentError{Kind: "figure", Argument: "spec", Problem: "is nil"}
	}
	if err := checkSize(spec); err != nil {
		return nil, err
	}
	if err := spec.check(); err != nil {
		return nil, err
	}
	spec = spec.clone()
	opts := spec.options()
	fig := &Figure{spec: spec, width: opts.Width, height: opts.Height}
	if fig.width == 0 {
		fig.width = defaultWidth
	}
	if fig.height == 0 {
		fig.height = spec.defaultHeight()
	}
	encoded, err := fig.Encode()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(encoded)
	fig.hash = hex.EncodeToString(sum[:])
	return fig, nil
}

func checkSize(spec Spec) error {
	opts := spec.options()
	for _, side := range []struct {
		name  string
		value float64
		least float64
	}{{"width", opts.Width, minWidth}, {"height", opts.Height, minHeight}} {
		if side.value != 0 && !(side.value >= side.least && side.value <= maxSide) {
			return &ArgumentError{spec.kind(), side.name,
				fmt.Sprintf("%v is outside %v to %d pixels", side.value, side.least, maxSide)}
		}
	}
	return nil
}

// Kind returns the kind of figure, such as "hist" or "confusion_matrix".
func (f *Figure) Kind() string { return f.spec.kind() }

// Size returns the width and height in CSS pixels.
func (f *Figure) Size() (width, height float64) { return f.width, f.height }

// Hash returns the hex SHA-256 of the encoded spec with its data. Equal figures have equal hashes.
func (f *Figure) Hash() string { return f.hash }

// Alt returns a one-line description in words, for text output and screen readers.
func (f *Figure) Alt() string {
	alt := f.spec.summary()
	if title := oneLine(f.spec.options().Title); title != "" {
		alt = title + ". " + alt
	}
	return ellipsisRunes(oneLine(alt), 400)
}

// Formats lists the formats that [Figure.Render] knows.
func Formats() []string { return []string{"svg", "png", "pdf"} }

// renderDPI is the resolution of Render's PNG: sharp on paper and on high-density screens.
const renderDPI = 192

// Render renders the figure in the format that name ends in: "svg", ".svg", "figures/roc.svg" are all SVG. PNG has twice
// the density of a plain screen. An unknown format is an error that wraps [ErrFormat].
func (f *Figure) Render(name string) ([]byte, error) {
	format := strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	switch format {
	case "svg":
		return f.SVG()
	case "png":
		return f.PNG(renderDPI)
	case "pdf":
		return f.PDF()
	}
	return nil, fmt.Errorf("%w in %q; use one of .%s", ErrFormat, name, strings.Join(Formats(), ", ."))
}

// scene draws the figure.
func (f *Figure) scene() *scene {
	s := newScene(f.width, f.height)
	s.title(f.spec.options().Title)
	f.spec.draw(s)
	return s
}

// Values is one named series of numbers. NaN and infinities are missing values and are not drawn.
type Values struct {
	Name   string `json:"name,omitempty"`
	Values Floats `json:"values"`
}

// XY is one named series of points. A point with a NaN or an infinity is missing and is not drawn.
type XY struct {
	Name string `json:"name,omitempty"`
	X    Floats `json:"x,omitempty"`
	Y    Floats `json:"y"`
}

func cloneValues(series []Values) []Values {
	out := slices.Clone(series)
	for i := range out {
		out[i].Values = slices.Clone(out[i].Values)
	}
	return out
}

func cloneXY(series []XY) []XY {
	out := slices.Clone(series)
	for i := range out {
		out[i].X = slices.Clone(out[i].X)
		out[i].Y = slices.Clone(out[i].Y)
	}
	return out
}

// maxMagnitude bounds the numbers that can be drawn, so that sums and differences of them stay finite.
const maxMagnitude = 1e300

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// checker collects the first problem of a spec's arguments.
type checker struct {
	kind string
	err  error
}

func (c *checker) fail(argument, format string, args ...any) {
	if c.err == nil {
		c.err = &ArgumentError{c.kind, argument, fmt.Sprintf(format, args...)}
	}
}

// numbers requires at least one finite number and none beyond maxMagnitude.
func (c *checker) numbers(argument string, values Floats) {
	if len(values) == 0 {
		c.fail(argument, "is empty; pass at least one number")
		return
	}
	finite := 0
	for i, v := range values {
		if !isFinite(v) {
			continue
		}
		finite++
		if math.Abs(v) > maxMagnitude {
			c.fail(argument, "value %g at index %d is too large to draw (the limit is ±%g)", v, i, float64(maxMagnitude))
		}
	}
	if finite == 0 {
		c.fail(argument, "holds no number to draw: all of its %d are missing (NaN or infinite)", len(values))
	}
}

// sameLen requires two arguments to have the same number of elements.
func (c *checker) sameLen(nameA string, a int, nameB string, b int) {
	if a != b {
		c.fail(nameA, "has %s but %s has %d; both must have the same length", count(a, "element"), nameB, b)
	}
}

// maxBands is how many categories fit on an axis before nothing can be told apart.
const maxBands = 2000

func (c *checker) atMost(argument string, n int) {
	if n > maxBands {
		c.fail(argument, "%s are too many to draw; the limit is %s", count(n, "element"), FormatInt(maxBands))
	}
}

// paired requires at least one index at which both are finite.
func (c *checker) paired(name string, x, y Floats) {
	for i := range x {
		if i < len(y) && isFinite(x[i]) && isFinite(y[i]) {
			return
		}
	}
	c.fail(name, "no point has both a finite x and a finite y")
}

// within requires every finite value to lie in [lo, hi].
func (c *checker) within(argument string, values Floats, lo, hi float64) {
	for i, v := range values {
		if isFinite(v) && (v < lo || v > hi) {
			c.fail(argument, "value %g at index %d is outside %g to %g", v, i, lo, hi)
			return
		}
	}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return FormatInt(n) + " " + noun + "s"
}

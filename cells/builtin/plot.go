package builtin

import (
	"context"
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/plot"
	"github.com/wnb-dev/wnb/cells/value"
)

// plotModule draws figures.
func plotModule() *module {
	return newModule("plot",
		&Func{"hist", `values, bins=0, density=False, title="", xlabel="", ylabel="", width=0, height=0`,
			"A histogram of a series, of several in a list, or of columns of a frame. bins=0 chooses their number.", `plot.hist(df["x"], title="x")`, plotHist},
		&Func{"scatter", `data, x, y, color=None, title="", xlabel="", ylabel="", width=0, height=0`,
			"A scatter plot of two columns of a frame, or of two series with data=None. color is a column or a series: text and up to four whole numbers are categories, other numbers a scale; str values make categories of any number.",
			`plot.scatter(df, x="x", y="y")`, plotScatter},
		&Func{"line", `data, x=None, y=None, markers=False, title="", xlabel="", ylabel="", width=0, height=0`,
			"Lines: the columns y of a frame over its column x, or a series, or a list of series, over their row numbers.", `plot.line(df, x="x", y=["y"])`, plotLine},
		&Func{"bar", `data, x=None, y=None, horizontal=False, labels=False, title="", xlabel="", ylabel="", width=0, height=0`,
			"Bars: the columns y of a frame for every value of its column x, or the entries of a dict. labels writes the values at the bars.", `plot.bar({"a": 1, "b": 2})`, plotBar},
		&Func{"confusion_matrix", `y_true, y_pred, normalize=None, title="Confusion matrix", width=0, height=0`,
			`How often each true class was predicted as each class. normalize="true" writes shares of the true class.`,
			`plot.confusion_matrix([0, 1, 1], [0, 1, 0])`, plotConfusionMatrix},
		&Func{"feature_importance", `model, top=20, title="Feature importance", width=0, height=0`,
			"What a fitted model's decisions rest on: its feature importances, or of a linear model the size of its coefficients. A dict of numbers by name is drawn as well.",
			`plot.feature_importance({"alcohol": 0.4, "pH": 0.1})`, plotFeatureImportance},
		&Func{"roc_curve", `y_true, y_score, pos_label=None, title="ROC curve", width=0, height=0`,
			"The ROC curve of scores that are higher for the positive class, with the area under it. A frame of probabilities, one column per class, gives a curve for each class.",
			`plot.roc_curve([0, 1, 1, 0], [0.2, 0.9, 0.6, 0.4])`, plotROCCurve},
		laterFunc("box"), laterFunc("violin"), laterFunc("heatmap"), laterFunc("pr_curve"), laterFunc("calibration"),
		laterFunc("learning_curve"), laterFunc("residuals"), laterFunc("parallel_coordinates"), laterFunc("pair"),
	)
}

// laterFunc is a function that is planned and not there yet.
func laterFunc(name string) *Func {
	return &Func{name: name, doc: "Not available yet.", impl: func(c *call) (starlark.Value, error) {
		return nil, fmt.Errorf("%s is not available yet", c.fn.name)
	}}
}

// A Figure is a figure as cells see it. It is immutable and is drawn when it is
// shown or saved.
type Figure struct {
	figure *plot.Figure
	memo   value.Memo
}

var (
	_ starlark.HasAttrs = (*Figure)(nil)
	_ Renderer          = (*Figure)(nil)
)

func (f *Figure) String() string        { return "<figure: " + f.figure.Alt() + ">" }
func (f *Figure) Type() string          { return "figure" }
func (f *Figure) Freeze()               {}
func (f *Figure) Truth() starlark.Bool  { return true }
func (f *Figure) Hash() (uint32, error) { return starlark.String(f.figure.Hash()).Hash() }

// Render gives the figure as SVG with its data, from which a page shows values,
// and its description as text.
func (f *Figure) Render(context.Context) (map[string][]byte, error) {
	svg, data, err := f.figure.SVGWithData()
	if err != nil {
		return nil, err
	}
	forms := map[string][]byte{"image/svg+xml": svg, "text/plain": []byte(f.figure.Alt())}
	if data != nil {
		forms[plot.DataType] = data
	}
	return forms, nil
}

var figureMethods = newMethods("figure",
	method[*Figure]{"save", "path", "Writes the figure to a file: .svg, .png or .pdf.", "", saveFigure},
)

// AttrNames lists the methods.
func (f *Figure) AttrNames() []string { return figureMethods.names() }

// Attr is a method.
func (f *Figure) Attr(name string) (starlark.Value, error) {
	if m := figureMethods.bind(f, name); m != nil {
		return m, nil
	}
	return nil, noAttr("a figure", name, f.AttrNames())
}

func saveFigure(f *Figure, c *call) (starlark.Value, error) {
	var path string
	if err := c.unpack("path", &path); err != nil {
		return nil, err
	}
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	content, err := f.figure.Render(path)
	if err != nil {
		return nil, err
	}
	return nil, h.WriteFile(c.context(), path, content)
}

func logFigure(c *call) (starlark.Value, error) {
	var f *Figure
	var path string
	if err := c.unpack("figure", &f, "path", &path); err != nil {
		return nil, err
	}
	content, err := f.figure.Render(path)
	if err != nil {
		return nil, err
	}
	return keep(c, path, "figure", mediaType(path), content)
}

// figure makes a figure of a spec.
func figure(spec plot.Spec) (starlark.Value, error) {
	f, err := plot.New(spec)
	if err != nil {
		return nil, err
	}
	return &Figure{figure: f}, nil
}

// plotOptions are the arguments that all figures have. The slice is for unpack.
func plotOptions(o *plot.Options) []any {
	return []any{"title?", &o.Title, "xlabel?", &o.XLabel, "ylabel?", &o.YLabel, "width?", (*number)(&o.Width), "height?", (*number)(&o.Height)}
}

// sizeOptions are those of figures that label their axes themselves.
func sizeOptions(o *plot.Options) []any {
	return []any{"title?", &o.Title, "width?", (*number)(&o.Width), "height?", (*number)(&o.Height)}
}

// number takes an int or a float argument.
type number float64

// Unpack implements starlark.Unpacker.
func (n *number) Unpack(v starlark.Value) error {
	x, ok := starlark.AsFloat(v)
	if !ok {
		return fmt.Errorf("got %s, want a number", v.Type())
	}
	*n = number(x)
	return nil
}

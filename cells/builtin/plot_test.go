package builtin

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/wnb-dev/wnb/cells"
)

const plotPrelude = `df = frame({"x": [1.0, 2, 3, 4], "y": [4, 3, None, 1], "k": ["a", "b", "a", "b"], "n": [1, 2, 3, 4], "many": [1, 2, 3, 9]})
y = [0, 1, 2, 0, 1, 2]
X = frame({"u": [0.1, 1.1, 2.1, 0.2, 1.2, 2.2], "v": [1, 2, 3, 4, 5, 6]})
linear = ml.LogisticRegression(max_iter=500).fit(X, y)
forest = ml.RandomForestClassifier(n_estimators=5).fit(X, y)
`

// TestFigures draws every kind from every form of data that it takes; what is
// drawn is read from the description of the figure.
func TestFigures(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"hist of a series", `plot.hist(df["x"], title="T")`, "T. Histogram of 4 values of x"},
		{"hist of a list", `plot.hist([1, 2, 2])`, "Histogram of 3 values"},
		{"hist of a frame's numbers", `plot.hist(df[["x", "n", "k"]])`, "x"},
		{"hist of several series", `plot.hist([df.x, df.n], bins=3)`, "in 3 bins"},
		{"scatter of columns", `plot.scatter(df, x="x", y="y")`, "Scatter plot of 3 points"},
		{"scatter of series", `plot.scatter(None, x=df.x, y=df.n)`, "Scatter plot of 4 points"},
		{"scatter by text", `plot.scatter(df, x="x", y="n", color="k")`, "coloured by k (2 classes)"},
		{"scatter by few whole numbers", `plot.scatter(X, x="u", y="v", color=y)`, "(3 classes)"},
		{"scatter by a number", `plot.scatter(df, x="x", y="n", color="x")`, "coloured by x"},
		{"line of columns", `plot.line(df, x="x", y=["y", "n"])`, "n"},
		{"line of a list", `plot.line([3, 1, 2])`, "Line"},
		{"bars of a dict", `plot.bar({"a": 1, "b": None})`, "a"},
		{"bars of columns", `plot.bar(df, x="many", y="n", labels=True, horizontal=True)`, "9"},
		{"confusion matrix", `plot.confusion_matrix(["a", "b", "b"], ["a", "b", "a"], normalize="true")`, "Confusion matrix of 2 classes (a, b): 2 of 3"},
		{"importance of a forest", `plot.feature_importance(forest)`, "2 features"},
		{"importance of a linear model", `plot.feature_importance(linear, top=1)`, "u"},
		{"importance of a dict", `plot.feature_importance({"a": 0.2})`, "a 0.2"},
		{"ROC of scores", `plot.roc_curve([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3])`, "1"},
		{"ROC of a class by name", `plot.roc_curve(["n", "p", "p"], [0.1, 0.9, 0.8], pos_label="p")`, "1"},
		{"ROC of each of three classes", `plot.roc_curve(y, linear.predict_proba(X))`, "0 "},
		{"ROC where a class has no row", `plot.roc_curve([0, 1, 0, 0, 1, 1], linear.predict_proba(X))`, "1 "},
		{"ROC of bools", `plot.roc_curve([True, False, True], frame({"True": [0.9, 0.2, 0.7]}))`, "True"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := runValue(t, newHost(), plotPrelude+tt.source, nil)
			forms, err := Render(context.Background(), v)
			if err != nil {
				t.Fatal(err)
			}
			if alt := string(forms["text/plain"]); !strings.Contains(alt, tt.want) {
				t.Errorf("%s\nshows %q, want %q", tt.source, alt, tt.want)
			}
			if !bytes.HasPrefix(forms["image/svg+xml"], []byte("<svg")) {
				t.Errorf("no SVG: %.40s", forms["image/svg+xml"])
			}
		})
	}
}

func TestFigureErrors(t *testing.T) {
	runErrors(t, plotPrelude, []errorTest{
		{"unknown column", `plot.scatter(df, x="xx", y="y")`, "xx", ""},
		{"column of nothing", `plot.scatter(None, x="x", y="y")`, "data is not a frame", ""},
		{"text where numbers are needed", `plot.hist(df["k"])`, `column "k" holds text`, ""},
		{"no numbers in a frame", `plot.hist(df[["k"]])`, "no column of numbers", ""},
		{"lengths differ", `plot.scatter(None, x=[1, 2], y=[1])`, "scatter", ""},
		{"nothing to draw", `plot.hist([])`, "the list is empty", ""},
		{"frame without y", `plot.line(df)`, "which columns", ""},
		{"bars of one list", `plot.bar([1])`, "give a dict", ""},
		{"unknown normalize", `plot.confusion_matrix([0, 1], [0, 1], normalize="pred")`, `normalize="pred"`, "shares of the true class"},
		{"importance of a frame", `plot.feature_importance(df)`, "neither a fitted model nor a dict", ""},
		{"ROC of three classes by one score", `plot.roc_curve(y, X["u"])`, "3 classes", ""},
		{"ROC without a matching column", `plot.roc_curve(["p", "q"], df[["x"]].head(2))`, "no column of y_score", ""},
		{"unknown ending", `plot.hist([1, 2]).save("h.bmp")`, "bmp", ""},
		{"unknown method", `plot.hist([1, 2]).sav`, "has no `sav`", "save"},
		{"later", `plot.violin([1])`, "not available yet", ""},
	})
}

func TestFiguresAreSavedAndLogged(t *testing.T) {
	h := newHost()
	runValue(t, h, `fig = plot.hist([1, 2, 2])
for ending in ["svg", "png", "pdf"]:
    fig.save("h." + ending)
track.log_figure(fig, "figures/h.svg")`, nil)
	for file, magic := range map[string]string{"h.svg": "<svg", "h.png": "\x89PNG", "h.pdf": "%PDF-"} {
		if !strings.HasPrefix(h.files[file], magic) {
			t.Errorf("%s starts with %.8q", file, h.files[file])
		}
	}
	last, ok := h.effects[len(h.effects)-1].(cells.Artifact)
	if !ok || last.Path != "figures/h.svg" || last.Kind != "figure" || last.MediaType != "image/svg+xml" {
		t.Errorf("logged %+v", h.effects[len(h.effects)-1])
	}
}

package builtin

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
)

func TestModels(t *testing.T) {
	runSources(t, mlPrelude, []sourceTest{
		{"string", `str(m)`, `"<model Pipeline([StandardScaler(), LogisticRegression(C=2)]), 2 features, 2 classes>"`},
		{"predict", `m.predict(df[["x", "y"]])`, `prediction string ["a", "a", "b", "a", "b", "b"]`},
		{"columns by name", `m.predict(df[["y", "c", "x"]])`, `prediction string ["a", "a", "b", "a", "b", "b"]`},
		{"no rows", `m.predict(df[:0])`, `prediction string []`},
		{"proba", `m.predict_proba(df).columns`, `["a", "b"]`},
		{"proba sums to 1", `p = m.predict_proba(df)
(p.a + p.b).round(12).unique()`, "a float64 [1.0]"},
		{"score", `m.score(df, df.c)`, "1.0"},
		{"classes", `m.classes`, `["a", "b"]`},
		{"feature names", `m.feature_names`, `["x", "y"]`},
		{"coef", `m.coef.with_column("b", m.coef.b.round(3))`, "feature,b; x,1.134; y,1.178"},
		{"scikit-learn's underscore", `m.coef_.equals(m.coef)`, "True"},
		{"intercept", `m.intercept.round(4)`, "intercept float64 [0.0163]"},
		{"n_iter", `m.n_iter > 0`, "True"},
		{"estimator", `m.estimator`, "Pipeline([StandardScaler(), LogisticRegression(C=2)])"},
		{"importances", `ml.DecisionTreeClassifier().fit(df[["y", "x"]], df.x > 2).feature_importances`, "feature,importance; x,1.0; y,0.0"},
		{"ints", `ml.LogisticRegression().fit(df[["x"]], df.y).predict(df[["x"]]).dtype`, `"int64"`},
		{"bools", `ml.LogisticRegression().fit(df[["x"]], df.y == 1).predict(df[["x"]]).dtype`, `"bool"`},
		{"bools, proba", `ml.LogisticRegression().fit(df[["x"]], df.y == 1).predict_proba(df).columns`, `["False", "True"]`},
		{"whole floats", `ml.LogisticRegression().fit(df[["x"]], df.y * 1.0).classes`, `[0.0, 1.0]`},
		{"list of labels", `ml.LogisticRegression().fit(df[["x"]], [0, 0, 0, 1, 1, 1]).classes`, `[0, 1]`},
		{"labels as a frame of one column", `ml.LogisticRegression().fit(df[["x"]], df[["c"]]).classes`, `["a", "b"]`},
		{"a series as the only feature", `ml.LogisticRegression().fit(df.x, df.c).predict(series([1, 6]))`, `prediction string ["a", "b"]`},
		{"a class called feature", `ml.LogisticRegression().fit(df.x, ["a", "a", "feature", "feature", "z", "z"]).coef.columns`, `["feature", "a", "feature_", "z"]`},
		{"scaler", `s = ml.StandardScaler().fit(df[["x", "y"]])
(s.mean, s.feature_names, s.transform(df).columns)`, `(<frame of 2 rows × 2 columns>, ["x", "y"], ["x", "y"])`},
		{"scaler, mean", `ml.StandardScaler().fit(df[["x"]]).mean`, "feature,mean; x,3.5"},
		{"scaler, transform", `ml.StandardScaler(with_std=False).fit_transform(df.x)`, "x; -2.5; -1.5; -0.5; 0.5; 1.5; 2.5"},
	})
}

func TestModelErrors(t *testing.T) {
	runErrors(t, mlPrelude, []errorTest{
		{"column that is text", `ml.LogisticRegression().fit(df, df.c)`, `column "c", row 0: "a" is not a number`, "of a numeric type are x, y"},
		{"missing column", `ml.LogisticRegression().fit(df[["x", "z"]], df.c)`, `no column "z" (available: "c", "x", "y")`, ""},
		{"null", `ml.LogisticRegression().fit(frame({"k": [1, None, 2]}), [0, 1, 0])`, `column "k", row 1 is null; fill_null or drop_nulls`, ""},
		{"NaN", `ml.LogisticRegression().fit(frame({"k": [1.0, 2.0, float("nan")]}), [0, 1, 0])`, `LogisticRegression: column "k", row 2: is NaN`, "fill them first"},
		{"infinite", `ml.RandomForestClassifier().fit(frame({"k": [1.0, float("inf")]}), [0, 1])`, `RandomForestClassifier: column "k", row 1: is infinite`, "division by zero"},
		{"one class", `ml.LogisticRegression().fit(df[["x"]], ["a"] * 6)`, "all 6 labels are of one class, a", "at least two classes"},
		{"no rows", `ml.LogisticRegression().fit(df[["x"]][:0], [])`, "X has no rows", "filter or split"},
		{"no columns", `ml.LogisticRegression().fit(df[[]], [])`, "X has no columns", "select"},
		{"lengths", `ml.LogisticRegression().fit(df[["x"]], df.c[:3])`, "X has 6 rows but y has 3 labels", "same rows"},
		{"missing label", `ml.LogisticRegression().fit(df[["x"]], [0, 1, 0, None, 1, 1])`, `column "y", row 3: the label is missing`, "drop such rows"},
		{"measurement as a label", `ml.LogisticRegression().fit(frame({"k": range(30)}), [i / 7 for i in range(30)])`, "it looks like a measurement", "cut it into bins"},
		{"mixed labels", `ml.LogisticRegression().fit(df[["x"]], [0, 1, 0, "1", 1, 1])`, `column "y"`, ""},
		{"y as a name", `ml.LogisticRegression().fit(df[["x"]], "c")`, `y is the text "c", not a series`, `write df["c"]`},
		{"y as a table", `ml.LogisticRegression().fit(df[["x"]], df)`, "y is a frame of 3 columns", "take one column"},
		{"X as a list", `ml.LogisticRegression().fit([1, 2], [0, 1])`, "X is a frame of features, not a list", "write"},
		{"in a pipeline", `ml.Pipeline([ml.StandardScaler(), ml.LogisticRegression()]).fit(df[["x"]], ["a"] * 6)`, "Pipeline: ", "two classes"},
		{"predict, missing column", `m.predict(df[["x"]])`, `model.predict: no column "y" (available: "x")`, "trained on"},
		{"predict, null", `m.predict(frame({"x": [1, None], "y": [1, 1]}))`, `column "x", row 1 is null`, ""},
		{"score, lengths", `m.score(df, ["a"])`, "1 labels but 6 predictions", "same rows"},
		{"no such attribute", `m.clases`, "a model of LogisticRegression has no `clases`", "did you mean `classes`"},
		{"importances of a linear model", `m.feature_importances`, "has no `feature_importances`", "coef"},
		{"load, no file", `ml.load_model("x.wnbm")`, "cannot read x.wnbm", "notebook's folder"},
		{"load, no path", `ml.load_model("")`, "the path is empty", "model.wnbm"},
		{"save, no path", `m.save("")`, "the path is empty", "model.wnbm"},
		{"scaler, missing column", `ml.StandardScaler().fit(df[["x"]]).transform(df[["y"]])`, `no column "x"`, "fitted on"},
		{"scaler does not predict", `ml.StandardScaler().predict`, "StandardScaler has no `predict`", "fit_transform"},
	})
}

func TestLoadBadModel(t *testing.T) {
	h := newHost()
	h.files["m.wnbm"] = "hello"
	e := failure(t, h, `ml.load_model("m.wnbm")`, nil)
	if !strings.Contains(e.Msg, "m.wnbm: load model: not a usable model file") || !strings.Contains(e.Hint, "save") {
		t.Errorf("got %q, %q", e.Msg, e.Hint)
	}
}

func TestSaveAndLoad(t *testing.T) {
	for _, spec := range []string{
		"ml.Pipeline([ml.StandardScaler(), ml.LogisticRegression()])", "ml.DecisionTreeClassifier()",
		"ml.RandomForestClassifier(n_estimators=5)", "ml.GradientBoostingClassifier(n_estimators=5)",
	} {
		t.Run(spec, func(t *testing.T) {
			h := newHost()
			runValue(t, h, mlPrelude+`k = `+spec+`.fit(df[["x", "y"]], df.c)
k.save("k.wnbm")
l = ml.load_model("k.wnbm")
assert_(l.predict_proba(df).equals(k.predict_proba(df)))
assert_(l.predict(df).equals(k.predict(df)))
assert_(l.classes == k.classes and l.feature_names == k.feature_names)
display(l)`, nil)
			if _, ok := h.effects[len(h.effects)-3].(cells.File); !ok {
				t.Errorf("saving is not recorded: %v", h.effects)
			}
		})
	}
}

func TestModelDisplay(t *testing.T) {
	v := runValue(t, newHost(), mlPrelude+"m", nil)
	data, err := Render(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "model.txt", string(data["text/plain"])+"\n"+string(data["text/html"])+"\n")
}

func TestLogModel(t *testing.T) {
	const source = mlPrelude + `track.log_model(m, "best")`
	h := newHost()
	runValue(t, h, source, nil)
	a, content := h.artifact(t, "best/model.wnbm")
	if a.Kind != "model" || !strings.HasPrefix(content, "wnbmodel") {
		t.Errorf("kept %+v", a)
	}
	b, description := h.artifact(t, "best/model.json")
	if b.Kind != "model" || b.MediaType != "application/json" {
		t.Errorf("kept %+v", b)
	}
	golden(t, "model.json", description)

	again := newHost()
	runValue(t, again, source, nil)
	if c, _ := again.artifact(t, "best/model.wnbm"); c.Blob != a.Blob {
		t.Errorf("the same model has other bytes")
	}
	e := failure(t, newHost(), mlPrelude+`track.log_model(m, "../x")`, nil)
	if !strings.Contains(e.Msg, "is not an artifact path") {
		t.Errorf("got %q", e.Msg)
	}
}

// logged are params and metrics, one per line.
func logged(h *memoryHost) string {
	var b strings.Builder
	for _, e := range h.effects {
		switch e := e.(type) {
		case cells.Param:
			fmt.Fprintf(&b, "%s = %s\n", e.Key, e.Value)
		case cells.Metric:
			fmt.Fprintf(&b, "%s[%d] = %.4g at %s\n", e.Key, e.Step, e.Value, e.Time.Format(time.DateTime))
		case cells.Stream:
			fmt.Fprintf(&b, "%s: %s", e.Name, e.Text)
		}
	}
	return b.String()
}

func TestAutolog(t *testing.T) {
	h := newHost()
	runValue(t, h, mlPrelude+`
ml.GradientBoostingClassifier(n_estimators=3, seed=5).fit(df[["x"]], df.c)
ml.Pipeline([ml.StandardScaler(), ("again", ml.StandardScaler()), ml.StandardScaler(), ml.RandomForestClassifier(n_estimators=2)]).fit(df[["x"]], df.y)
ml.cross_val_score(ml.LogisticRegression(), df[["x"]], df.c, cv=2)
track.autolog(False)
ml.LogisticRegression().fit(df[["x"]], df.c)
track.autolog()
ml.LogisticRegression(max_iter=1).fit(df[["x"]], df.c)
ml.LogisticRegression(max_iter=1).fit(df[["x"]], df.c)
None`, nil)
	golden(t, "autolog.txt", logged(h))
}

// TestLeak warns of labels among the features, not of a feature that only has
// their name.
func TestLeak(t *testing.T) {
	h := newHost()
	runValue(t, h, mlPrelude+`track.autolog(False)
ml.LogisticRegression().fit(df[["x"]].with_column("c", df.y), df.c)
ml.LogisticRegression().fit(df[["x", "y"]], df.y)
None`, nil)
	_, got, _ := strings.Cut(logged(h), "stderr: ")
	if diff := cmp.Diff("warning: the labels \"y\" are also among the features; leave the column out of X\n", got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLossCurve thins out long curves, and keeps the end of each.
func TestLossCurve(t *testing.T) {
	for _, n := range []int{0, 1, 999, 1000, 1999, 2000, 2001, 12345, 100000} {
		var l lossCurve
		for i := 1; i <= n; i++ {
			l.add(i, n, 1/float64(i))
		}
		points := l.kept()
		if n < 2*mostLosses && len(points) != n || len(points) > 2*mostLosses {
			t.Errorf("of %d losses %d are kept", n, len(points))
		}
		for i, p := range points {
			if p.loss != 1/float64(p.step) || i > 0 && p.step <= points[i-1].step {
				t.Fatalf("of %d losses, number %d is %v", n, i, p)
			}
		}
		if n > 0 && points[len(points)-1].step != int64(n) {
			t.Errorf("the last of %d losses is that of step %d", n, points[len(points)-1].step)
		}
	}
}

// TestFitInLoadedFile fits where there is no host to log to.
func TestFitInLoadedFile(t *testing.T) {
	got := runValue(t, nil, mlPrelude+"ml.f1_score([1, 2, 3], [1, 1, 1], average=\"macro\")\nm.score(df, df.c)", nil)
	if diff := cmp.Diff("1.0", starlark.Value(got).String()); diff != "" {
		t.Error(diff)
	}
}

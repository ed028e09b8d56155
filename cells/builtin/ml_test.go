package builtin

import (
	"os"
	"path/filepath"
	"testing"

	"go.starlark.net/starlark"
)

// mlPrelude is a little data and a model of it.
const mlPrelude = `df = frame({
    "x": [1.0, 2, 3, 4, 5, 6],
    "y": [1, 0, 1, 0, 1, 1],
    "c": ["a", "a", "b", "a", "b", "b"],
})
m = ml.Pipeline([ml.StandardScaler(), ml.LogisticRegression(C=2)]).fit(df[["x", "y"]], df.c)
`

// wineQT is the real data, or the test is skipped.
func wineQT(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("WNB_TEST_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	content, err := os.ReadFile(filepath.Join(dir, "WineQT.csv"))
	if err != nil {
		t.Skipf("the wine data is not here; set WNB_TEST_DATA to its folder: %v", err)
	}
	return string(content)
}

const wineSource = `wine = io.read_csv("wine.csv")
features = [c for c in wine.columns if c not in ("quality", "Id")]
train, test = ml.train_test_split(wine, test_size=0.2, stratify="quality", seed=42)
`

// TestWineModels trains what the sample notebook trains, on real data.
func TestWineModels(t *testing.T) {
	content := wineQT(t)
	for _, test := range []struct {
		spec      string
		want, tol float64
	}{
		{"ml.LogisticRegression(C=1.0, max_iter=1000)", .633, .015},
		{"ml.RandomForestClassifier(n_estimators=100, seed=42)", .712, .03},
		{"ml.GradientBoostingClassifier(learning_rate=0.1, n_estimators=100, seed=42)", .664, .03},
	} {
		t.Run(test.spec, func(t *testing.T) {
			h := newHost()
			h.files["wine.csv"] = content
			got := runValue(t, h, wineSource+`
model = ml.Pipeline([ml.StandardScaler(), `+test.spec+`]).fit(train[features], train["quality"])
ml.accuracy_score(test["quality"], model.predict(test[features]))`, nil)
			accuracy, _ := asNumber(got)
			if accuracy < test.want-test.tol || accuracy > test.want+test.tol {
				t.Errorf("accuracy %.3f, want %.3f ± %.3f", accuracy, test.want, test.tol)
			}
		})
	}
}

func TestEstimators(t *testing.T) {
	runSources(t, "", []sourceTest{
		{"defaults", `ml.LogisticRegression()`, "LogisticRegression()"},
		{"given parameters in their order", `ml.LogisticRegression(max_iter=1000, C=1.0)`, "LogisticRegression(C=1.0, max_iter=1000)"},
		{"seed", `ml.RandomForestClassifier(seed=3).random_state`, "3"},
		{"random_state", `ml.RandomForestClassifier(random_state=3)`, "RandomForestClassifier(seed=3)"},
		{"no seed is 0", `[ml.RandomForestClassifier().seed, ml.RandomForestClassifier(seed=None).seed]`, "[0, 0]"},
		{"None is what scikit-learn means by it", `[ml.LogisticRegression(penalty=None).penalty, ml.RandomForestClassifier(max_features=None).max_features, ml.RandomForestClassifier(max_depth=None).max_depth]`, `["none", "all", None]`},
		{"max_features", `[ml.DecisionTreeClassifier(max_features=f).max_features for f in ["sqrt", 3, 0.5]]`, `["sqrt", 3, 0.5]`},
		{"flags", `ml.StandardScaler(with_mean=False).params`, `{"with_mean": False, "with_std": True}`},
		{"name", `ml.GradientBoostingClassifier().name`, `"GradientBoostingClassifier"`},
		{"pipeline", `ml.Pipeline([ml.StandardScaler(), ml.LogisticRegression(C=2)])`, "Pipeline([StandardScaler(), LogisticRegression(C=2)])"},
		{"named steps", `ml.Pipeline([("scale", ml.StandardScaler()), ("fit", ml.LogisticRegression())])`, `Pipeline([("scale", StandardScaler()), ("fit", LogisticRegression())])`},
		{"steps", `ml.Pipeline([ml.StandardScaler(), ("fit", ml.LogisticRegression())]).steps`, `[("standardscaler", StandardScaler()), ("fit", LogisticRegression())]`},
		{"parameters of a pipeline", `ml.Pipeline([ml.StandardScaler(), ml.RandomForestClassifier(seed=7)]).params["randomforestclassifier__seed"]`, "7"},
		{"build by short name", `ml.build({"type": "random_forest", "n_estimators": 7})`, "RandomForestClassifier(n_estimators=7)"},
		{"build by full name", `ml.build({"type": "LogisticRegression"})`, "LogisticRegression()"},
		{"build a pipeline", `ml.build({"type": "Pipeline", "steps": [{"type": "standard_scaler"}, ml.LogisticRegression()]})`, "Pipeline([StandardScaler(), LogisticRegression()])"},
		{"attributes", `dir(ml.StandardScaler())`, `["fit", "fit_transform", "name", "params", "with_mean", "with_std"]`},
	})
}

// TestSignatures holds the documented parameters and defaults to those in use.
func TestSignatures(t *testing.T) {
	env := Pure()
	for _, k := range estimatorKinds() {
		t.Run(k.name, func(t *testing.T) {
			thread := &starlark.Thread{}
			source := "def f(" + k.signature + "):\n    return locals\n"
			globals, err := starlark.ExecFile(thread, "signature", source, starlark.StringDict{"locals": starlark.None})
			if err != nil {
				t.Fatal(err)
			}
			f := globals["f"].(*starlark.Function)
			v, err := starlark.Call(thread, env["ml"].(*module).members[k.name], nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			params := v.(*Estimator).params()
			if len(params) != f.NumParams() {
				t.Fatalf("%d parameters documented, there are %d: %v", f.NumParams(), len(params), params)
			}
			for i, p := range params {
				name, _ := f.Param(i)
				if got := pythonText(p.Value); name != p.Name || got != text(f.ParamDefault(i)) {
					t.Errorf("documented is %s=%v, in use %s=%s", name, f.ParamDefault(i), p.Name, got)
				}
			}
		})
	}
}

func TestEstimatorErrors(t *testing.T) {
	runErrors(t, "", []errorTest{
		{"unknown parameter", `ml.RandomForestClassifier(n_estimator=3)`, "RandomForestClassifier has no parameter `n_estimator`", "did you mean `n_estimators`? it takes bootstrap, class_weight, criterion, max_depth, max_features, min_samples_leaf, min_samples_split, n_estimators, seed"},
		{"nothing random", `ml.LogisticRegression(random_state=42)`, "no parameter `random_state`", "nothing random"},
		{"not needed here", `ml.RandomForestClassifier(n_jobs=-1)`, "no parameter `n_jobs`", "leave it out"},
		{"twice", `ml.RandomForestClassifier(seed=1, random_state=2)`, "seed is given twice", "leave one"},
		{"position", `ml.LogisticRegression(0.5)`, "takes its parameters by name, not 0.5 by position", "ml.LogisticRegression(C=1.0"},
		{"out of range", `ml.LogisticRegression(C=-1)`, "LogisticRegression: C=-1: must be a number above 0", ""},
		{"zero is no default", `ml.LogisticRegression(C=0)`, "C=0: must be a number above 0", ""},
		{"text for a number", `ml.LogisticRegression(C="1")`, `C="1": must be a number above 0`, ""},
		{"bool for a number", `ml.RandomForestClassifier(n_estimators=True)`, "n_estimators=True: must be a whole number from 1", ""},
		{"number for a bool", `ml.StandardScaler(with_mean=1)`, "with_mean=1: must be True or False", ""},
		{"depth", `ml.DecisionTreeClassifier(max_depth=0)`, "max_depth=0: must be a whole number from 1, or None for no limit", ""},
		{"seed", `ml.RandomForestClassifier(random_state=-1)`, "random_state=-1: must be a whole number from 0 to 4294967295", ""},
		{"unknown word", `ml.LogisticRegression(penalty="l1")`, `penalty="l1": must be "l2" or "none"`, ""},
		{"not a word", `ml.LogisticRegression(class_weight={1: 2})`, "class_weight={1: 2}: must be one of the words", ""},
		{"before there is data", `ml.build({"type": "gradient_boosting", "subsample": 2})`, "subsample=2: must be above 0 and up to 1", ""},
		{"max_features", `ml.RandomForestClassifier(max_features="auto")`, `max_features="auto": must be "sqrt"`, ""},
		{"unknown type", `ml.build({"type": "logrge"})`, `there is no type of model "logrge"`, `did you mean "logreg"? known are DecisionTreeClassifier, GradientBoostingClassifier, LogisticRegression, Pipeline, RandomForestClassifier, StandardScaler, decision_tree,`},
		{"build without a type", `ml.build({"C": 1})`, `"type" must name`, "write ml.build"},
		{"build, unknown parameter", `ml.build({"type": "logreg", "c": 1})`, "LogisticRegression has no parameter `c`", "did you mean `C`"},
		{"build, no steps", `ml.build({"type": "Pipeline"})`, `needs "steps"`, "write"},
		{"build, a step that is no dict", `ml.build({"type": "Pipeline", "steps": ["logreg"]})`, "step 0 is a string, not a dict", ""},
		{"empty pipeline", `ml.Pipeline([])`, "there are no steps", "write"},
		{"pipeline of a model", `ml.Pipeline(ml.LogisticRegression())`, "steps is a list, not an estimator", "write"},
		{"pipeline without a model", `ml.Pipeline([ml.StandardScaler()])`, "the last step, StandardScaler, cannot predict", "add an estimator"},
		{"model in the middle", `ml.Pipeline([ml.LogisticRegression(), ml.LogisticRegression()])`, "step 0, LogisticRegression, is not a transformer", "put it last"},
		{"step that is no estimator", `ml.Pipeline(["scaler", ml.LogisticRegression()])`, "step 0 is a string", "a step is"},
		{"names twice", `ml.Pipeline([("a", ml.StandardScaler()), ("a", ml.LogisticRegression())])`, `step name="a": must be used once only`, ""},
		{"empty name", `ml.Pipeline([("", ml.LogisticRegression())])`, "the name of step 0 is empty", ""},
		{"not fitted", `ml.LogisticRegression().predict`, "has not been fitted, so it has no `predict`", "fit it first"},
		{"no such attribute", `ml.LogisticRegression().max_itr`, "LogisticRegression has no `max_itr`", "did you mean `max_iter`"},
		{"as a key", `{ml.LogisticRegression(): 1}`, "cannot be a key", "name"},
	})
}

// TestEstimatorsAreImmutable fits one estimator twice, with two results.
func TestEstimatorsAreImmutable(t *testing.T) {
	got := runValue(t, newHost(), `e = ml.LogisticRegression()
a = e.fit(frame({"x": [1, 2, 3, 4]}), [0, 0, 1, 1])
b = e.fit(frame({"x": [1, 2, 3, 4]}), [1, 1, 0, 0])
(a.predict(frame({"x": [1]}))[0], b.predict(frame({"x": [1]}))[0], str(e))`, nil)
	if want := `(0, 1, "LogisticRegression()")`; got.String() != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

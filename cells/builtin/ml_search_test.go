package builtin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/value"
)

// searchPrelude is data in which depth 1 is not enough, and a search.
const searchPrelude = `df = samples.make_classification(n_samples=90, n_features=4, seed=3)
X, y = df.drop("target"), df["target"]
tree = ml.DecisionTreeClassifier(seed=1)
grid = {"max_depth": [1, 3, None], "criterion": ["gini", "entropy"]}
found = ml.GridSearchCV(tree, grid, cv=3).fit(X, y)
`

func TestSearches(t *testing.T) {
	runSources(t, searchPrelude, []sourceTest{
		{"settings in order", `found.cv_results[["param_criterion", "param_max_depth"]]`,
			"param_criterion,param_max_depth; gini,1; gini,3; gini,; entropy,1; entropy,3; entropy,"},
		{"columns", `found.cv_results.columns`, `["param_criterion", "param_max_depth", "split0_test_score", "split1_test_score", "split2_test_score", "mean_test_score", "std_test_score", "rank_test_score"]`},
		{"the best is the first of the best rank", `r = found.cv_results
(found.best_score == r["mean_test_score"].max(), r.row(found.best_index)["rank_test_score"], sorted(found.best_params))`, `(True, 1, ["criterion", "max_depth"])`},
		{"a setting has the scores that it has alone", `alone = ml.cross_val_score(ml.DecisionTreeClassifier(seed=1, criterion="gini", max_depth=3), X, y, cv=3)
found.cv_results.row(1)["mean_test_score"] == alone.mean()`, "True"},
		{"the best estimator is fitted on all rows", `best = ml.DecisionTreeClassifier(seed=1, **found.best_params).fit(X, y)
(str(found.best_estimator.estimator) == str(best.estimator), found.predict_proba(X).equals(best.predict_proba(X)), found.predict(X).equals(best.predict(X)))`, "(True, True, True)"},
		{"scikit-learn's underscores", `(found.best_params_ == found.best_params, found.best_score_ == found.best_score, found.best_estimator_.classes_)`, "(True, True, [0, 1])"},
		{"pipeline", `p = ml.Pipeline([ml.StandardScaler(), ("clf", ml.LogisticRegression())])
f = ml.GridSearchCV(p, {"clf__C": [0.1, 1], "standardscaler__with_std": [False]}, cv=2).fit(X, y)
(f.cv_results["param_clf__C"].to_list(), f.best_estimator.estimator.steps[0])`, `([0.1, 1.0], ("standardscaler", StandardScaler(with_std=False)))`},
		{"several grids", `ml.GridSearchCV(tree, [{"max_depth": [1]}, {"min_samples_leaf": [5, 9], "max_depth": [2]}], cv=2).fit(X, y).cv_results[["param_max_depth", "param_min_samples_leaf"]]`,
			"param_max_depth,param_min_samples_leaf; 1,; 2,5; 2,9"},
		{"values of several types", `ml.GridSearchCV(ml.RandomForestClassifier(n_estimators=3), {"max_features": ["sqrt", 2, 0.5]}, cv=2).fit(X, y).cv_results["param_max_features"]`,
			`param_max_features string ["sqrt", "2", "0.5"]`},
		{"seeds", `f = ml.GridSearchCV(ml.RandomForestClassifier(n_estimators=3), {"seed": [1, 2]}, cv=2).fit(X, y)
(f.cv_results.columns[0], f.best_estimator.estimator.seed == f.best_params["seed"])`, `("param_seed", True)`},
		{"scoring by name", `ml.GridSearchCV(tree, {"max_depth": [1, 2]}, scoring="f1_macro", cv=2).fit(X, y).scoring`, `"f1_macro"`},
		{"losses count negative", `f = ml.GridSearchCV(tree, {"max_depth": [1, 2]}, scoring=ml.log_loss, cv=2).fit(X, y)
g = ml.GridSearchCV(tree, {"max_depth": [1, 2]}, scoring="neg_log_loss", cv=2).fit(X, y)
(f.best_score < 0, f.best_score == g.best_score, f.scoring)`, `(True, True, "log_loss")`},
		{"scoring by functions, one after the other", `calls = []
def f(y_true, y_pred):
    calls.append(len(y_true))
    return ml.accuracy_score(y_true, y_pred)
mine = ml.GridSearchCV(tree, grid, scoring=f, cv=3).fit(X, y)
(calls == [30] * 18, mine.cv_results.equals(found.cv_results), mine.scoring)`, `(True, True, "f")`},
		{"scoring with probabilities", `s = ml.make_scorer(lambda y, p: ml.log_loss(y, p), greater_is_better=False, needs_proba=True)
f = ml.GridSearchCV(tree, {"max_depth": [1, 2]}, scoring=s, cv=2).fit(X, y)
g = ml.GridSearchCV(tree, {"max_depth": [1, 2]}, scoring="neg_log_loss", cv=2).fit(X, y)
(f.cv_results.equals(g.cv_results), str(s), s.needs_proba)`, `(True, "make_scorer(lambda, greater_is_better=False, needs_proba=True)", True)`},
		{"score is by the scoring", `f = ml.GridSearchCV(tree, {"max_depth": [1]}, scoring="neg_log_loss").fit(X, y)
(f.score(X, y) < 0, found.score(X, y) == ml.accuracy_score(y, found.predict(X)))`, "(True, True)"},
		{"without a refit", `f = ml.GridSearchCV(tree, {"max_depth": [1]}, refit=False).fit(X, y)
(f.best_params, "predict" in dir(f))`, `({"max_depth": 1}, False)`},
		{"random, of lists", `f = ml.RandomizedSearchCV(tree, grid, n_iter=4, seed=7, cv=2).fit(X, y)
g = ml.RandomizedSearchCV(tree, grid, n_iter=4, random_state=7, cv=2).fit(X, y)
(len(f.cv_results), f.cv_results.equals(g.cv_results), len(set([str(r) for r in f.cv_results[["param_criterion", "param_max_depth"]].rows()])))`, "(4, True, 4)"},
		{"random, of distributions", `f = ml.RandomizedSearchCV(tree, {"max_depth": ml.randint(2, 5), "max_features": ml.uniform(0.3, 1)}, n_iter=5, cv=2, seed=1).fit(X, y)
d = f.cv_results["param_max_depth"]
(d.dtype, d.min() >= 2, d.max() < 5, f.cv_results["param_max_features"].dtype)`, `("int64", True, True, "float64")`},
		{"random, from 0", `f = ml.RandomizedSearchCV(ml.GradientBoostingClassifier(n_estimators=2), {"subsample": ml.uniform(0, 1)}, n_iter=2, cv=2).fit(X, y)
f.best_params["subsample"] < 1`, "True"},
		{"strings", `(str(ml.GridSearchCV(tree, {"max_depth": [1]}, cv=3)), str(ml.RandomizedSearchCV(tree, {"max_features": ml.uniform(0.1, 1)}, seed=2)))`,
			`("GridSearchCV(DecisionTreeClassifier(seed=1), {\"max_depth\": [1]}, cv=3)", "RandomizedSearchCV(DecisionTreeClassifier(seed=1), {\"max_features\": uniform(0.1, 1)}, n_iter=10, seed=2)")`},
		{"the cell's dict is its own", `g = {"max_depth": [1]}
s = ml.GridSearchCV(tree, g)
g["max_depth"] = [1, 2]
s.param_grid`, `{"max_depth": [1]}`},
		{"failures that are let pass", `s = ml.GridSearchCV(ml.GradientBoostingClassifier(n_estimators=2), {"n_iter_no_change": [None, 1], "validation_fraction": [0.0001]}, error_score=float("nan"), cv=2)
s.fit(X, y).cv_results["rank_test_score"].to_list()`, "[1, 2]"},
	})
}

func TestSearchErrors(t *testing.T) {
	runErrors(t, searchPrelude, []errorTest{
		{"unknown parameter", `ml.GridSearchCV(tree, {"max_dept": [1]})`, "ml.GridSearchCV: param_grid: DecisionTreeClassifier has no parameter `max_dept`", "did you mean `max_depth`"},
		{"bad value", `ml.GridSearchCV(tree, {"max_depth": [1, 0]})`, "ml.GridSearchCV: param_grid: DecisionTreeClassifier: max_depth=0: must be a whole number from 1", ""},
		{"unknown step", `ml.GridSearchCV(ml.Pipeline([ml.StandardScaler(), tree]), {"tree__max_depth": [1]})`, "the pipeline has no parameter `tree__max_depth`", `the steps are standardscaler, decisiontreeclassifier; write "decisiontreeclassifier__max_depth"`},
		{"parameter without its step", `ml.GridSearchCV(ml.Pipeline([ml.StandardScaler(), tree]), {"max_depth": [1]})`, "the pipeline has no parameter `max_depth`", `write "decisiontreeclassifier__max_depth"`},
		{"value that is no list", `ml.GridSearchCV(tree, {"max_depth": 1})`, `the values of "max_depth" are an int, not a list`, "write {"},
		{"no values", `ml.GridSearchCV(tree, {"max_depth": []})`, `there are no values for "max_depth"`, "write {"},
		{"grid as text", `ml.GridSearchCV(tree, "max_depth")`, "param_grid is a string", "write {"},
		{"distribution in a grid", `ml.GridSearchCV(tree, {"max_depth": ml.randint(1, 3)})`, `the values of "max_depth" are a distribution, not a list`, "write {"},
		{"several grids at random", `ml.RandomizedSearchCV(tree, [{"max_depth": [1]}])`, "param_distributions is a list", "write {"},
		{"transformer", `ml.GridSearchCV(ml.StandardScaler(), {})`, "StandardScaler cannot predict", "Pipeline"},
		{"estimator", `ml.GridSearchCV("tree", {})`, "got string, want", "it is called as"},
		{"scoring", `ml.GridSearchCV(tree, grid, scoring="acc")`, `ml.GridSearchCV: scoring="acc": must be one of accuracy`, ""},
		{"scoring that is no function", `ml.GridSearchCV(tree, grid, scoring=3)`, "scoring is an int", "write scoring="},
		{"cv", `ml.GridSearchCV(tree, grid, cv=1)`, "cv=1: must be at least 2 folds", ""},
		{"error_score", `ml.GridSearchCV(tree, grid, error_score="nan")`, `error_score="nan": must be "raise", float("nan") or a number`, ""},
		{"n_iter", `ml.RandomizedSearchCV(tree, grid, n_iter=0)`, "ml.RandomizedSearchCV: n_iter=0: must be at least 1", ""},
		{"seed", `ml.RandomizedSearchCV(tree, grid, seed=-1)`, "seed=-1: must be a whole number", ""},
		{"unknown parameter of a distribution", `ml.RandomizedSearchCV(tree, {"max_dept": ml.randint(1, 3)})`, "ml.RandomizedSearchCV: param_distributions: DecisionTreeClassifier has no parameter `max_dept`", "did you mean `max_depth`"},
		{"drawn out of range", `ml.RandomizedSearchCV(tree, {"max_depth": ml.randint(-3, 0)}, n_iter=1)`, "RandomizedSearchCV: setting max_depth=", ""},
		{"range", `ml.randint(3, 3)`, "a range of whole numbers whose end is above its start", ""},
		{"log of 0", `ml.loguniform(0, 1)`, "whose start is above 0", ""},
		{"text as a limit", `ml.uniform("a", 1)`, `low and high are numbers, not "a" and 1`, ""},
		{"a fit that fails", `ml.GridSearchCV(ml.GradientBoostingClassifier(n_estimators=2), {"n_iter_no_change": [None, 1], "validation_fraction": [0.0001]}, cv=2).fit(X, y)`,
			"GridSearchCV: setting n_iter_no_change=1, validation_fraction=0.0001: fold 1 of 2: GradientBoostingClassifier: setting rows aside", "without stratify"},
		{"a function that fails", "def f(a, b):\n    return a.nope\nml.GridSearchCV(tree, grid, scoring=f).fit(X, y)", "a series has no method `nope`", ""},
		{"a function that gives text", `ml.GridSearchCV(tree, grid, scoring=lambda a, b: "x").fit(X, y)`, "lambda gave a string, not a number", "return one number"},
		{"a function that gives NaN", `ml.GridSearchCV(tree, grid, scoring=lambda a, b: float("nan")).fit(X, y)`, "lambda gave nan", "return a number"},
		{"not fitted", `ml.GridSearchCV(tree, grid).predict`, "GridSearchCV has not been fitted, so it has no `predict`", "fit it first"},
		{"without a refit", `ml.GridSearchCV(tree, {"max_depth": [1]}, refit=False).fit(X, y).predict(X)`, "not fitted on all rows, so there is no `predict`", "refit=True"},
		{"attribute", `found.best_parms`, "a GridSearchCV has no `best_parms`", "did you mean `best_params`"},
		{"as a key", `{found: 1}`, "cannot be a key", "name"},
	})
}

// The error of a scoring function is where it is in the function.
func TestScoringFunctionThatFails(t *testing.T) {
	for _, call := range []string{
		"ml.cross_val_score(tree, X, y, scoring=f)", "ml.GridSearchCV(tree, grid, scoring=f).fit(X, y)",
		"ml.GradientBoostingClassifier(n_estimators=2).fit(X, y, eval_set=(X, y), eval_metric=f)",
	} {
		e := failure(t, newHost(), "def f(a, b):\n    return a.nope\n"+searchPrelude+call, nil)
		if e.Line != 2 || len(e.Trace) != 2 {
			t.Errorf("%s fails in line %d, with %d calls; want line 2, with 2", call, e.Line, len(e.Trace))
		}
	}
}

func TestSearchIsShown(t *testing.T) {
	v := runValue(t, newHost(), searchPrelude+"found", nil)
	forms, err := Render(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "search.txt", string(forms["text/plain"]))
	golden(t, "search.html", string(forms["text/html"]))
	many := runValue(t, newHost(), searchPrelude+`ml.GridSearchCV(tree, {"max_depth": range(1, 31)}, cv=2).fit(X, y)`, nil)
	if text := shown(t, many); !strings.HasSuffix(text, "… 10 more, see cv_results") {
		t.Errorf("30 settings are shown as\n%s", text)
	}
}

func TestSearchIsLogged(t *testing.T) {
	h := newHost()
	runValue(t, h, searchPrelude+"found", nil)
	var got []string
	for _, e := range h.effects {
		switch e := e.(type) {
		case cells.Param:
			got = append(got, e.Key+" = "+e.Value)
		case cells.Metric:
			got = append(got, e.Key)
		}
	}
	for _, want := range []string{"test.estimator = GridSearchCV(DecisionTreeClassifier)", "test.candidates = 6", "test.folds = 3", "test.scoring = accuracy",
		"test.DecisionTreeClassifier.seed = 1", "test.rows = 90", "test.best_score"} {
		if !slices.Contains(got, want) {
			t.Errorf("not logged: %s; there is\n%s", want, strings.Join(got, "\n"))
		}
	}
	if n := len(slices.DeleteFunc(got, func(s string) bool { return s != "test.mean_test_score" })); n != 6 {
		t.Errorf("%d mean scores are logged, want 6", n)
	}
	quiet := newHost()
	runValue(t, quiet, "track.autolog(False)\n"+searchPrelude+"found", nil)
	if len(quiet.effects) > 0 {
		t.Errorf("without autolog: %v", quiet.effects)
	}
}

func TestInterruptOfASearch(t *testing.T) {
	for _, scoring := range []string{`"accuracy"`, "ml.accuracy_score", "lambda a, b: 1"} {
		t.Run(scoring, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			h := cancelHost{newHost(), cancel}
			_, err := runCell(ctx, h, `df = frame({"x": [1, 2, 3, 4, 5, 6], "c": [0, 1, 0, 1, 0, 1]})
ml.GridSearchCV(ml.GradientBoostingClassifier(), {"n_estimators": [1, 100000000]}, cv=2, scoring=`+scoring+`).fit(df[["x"]], df.c)`, nil)
			var e *lang.Error
			if !errors.As(err, &e) || e.Kind != lang.KindInterrupt {
				t.Fatalf("got %v, want an interrupt", err)
			}
		})
	}
}

// memoryParts keeps large contents of values.
type memoryParts map[string][]byte

func (p memoryParts) PutBlob(_ context.Context, r io.Reader) (cells.Blob, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return cells.Blob{}, err
	}
	sum := sha256.Sum256(data)
	b := cells.Blob{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data))}
	p[b.SHA256] = data
	return b, nil
}

func (p memoryParts) HasBlob(_ context.Context, b cells.Blob) (bool, error) {
	return p[b.SHA256] != nil, nil
}

func (p memoryParts) part(_ context.Context, b cells.Blob) ([]byte, error) { return p[b.SHA256], nil }

// TestStoredSearches: what searches are made of and what they give is stored,
// and made again it is the same and does the same.
func TestStoredSearches(t *testing.T) {
	h := extensionHost(t)
	for name, source := range map[string]string{
		"grid":             `ml.GridSearchCV(tree, [grid, {"min_samples_leaf": [5]}], scoring="f1_macro", cv=ml.KFold(n_splits=3, shuffle=True), refit=False, error_score=0)`,
		"random":           `ml.RandomizedSearchCV(tree, {"max_depth": ml.randint(1, 5), "max_features": ml.loguniform(0.1, 1), "criterion": ["gini"]}, n_iter=3, seed=4)`,
		"by a function":    `ml.GridSearchCV(tree, grid, scoring=ml.make_scorer(lambda a, b: 1, needs_proba=True))`,
		"by an extension":  `ml.GridSearchCV(tree, grid, scoring=wasm.metric("ext/brier.wasm", {"which": 1}))`,
		"found":            "found",
		"found, no refit":  `ml.GridSearchCV(tree, {"max_depth": [1, None]}, refit=False).fit(X, y)`,
		"found at random":  `ml.RandomizedSearchCV(tree, {"max_depth": ml.randint(1, 5)}, n_iter=3, seed=4).fit(X, y)`,
		"found, pipeline":  `ml.GridSearchCV(ml.Pipeline([("s", ml.StandardScaler()), ml.RandomForestClassifier(n_estimators=3)]), {"s__with_mean": [True], "randomforestclassifier__seed": [1, 2]}).fit(X, y)`,
		"stopped boosting": `ml.GradientBoostingClassifier(n_estimators=30, n_iter_no_change=2).fit(X, y)`,
		"scorer":           `ml.make_scorer(ml.accuracy_score)`,
		"distribution":     `ml.uniform(0.5, 2)`,
		"metric":           `wasm.metric("ext/accuracy.wasm", {"which": 7})`,
		"row scorer":       `wasm.scorer("ext/risk.wasm")`,
	} {
		t.Run(name, func(t *testing.T) {
			v := runValue(t, h, searchPrelude+source, nil)
			parts := memoryParts{}
			stored, err := value.Encode(t.Context(), v, parts)
			if err != nil {
				t.Fatal(err)
			}
			decoder := value.Decoder{Makers: Makers(Pure()), Part: parts.part}
			back, err := decoder.Decode(t.Context(), stored.Root)
			if err != nil {
				t.Fatal(err)
			}
			again, err := value.Encode(t.Context(), back, memoryParts{})
			if err != nil {
				t.Fatal(err)
			}
			if !value.Equal(stored, again) {
				t.Error("stored again it is not the same")
			}
			if diff := cmp.Diff(shown(t, v), shown(t, back)); diff != "" {
				t.Errorf("(-was +is):\n%s", diff)
			}
			does := `fit = lambda v: v.fit(X, y) if type(v) == "search" else v
def all(v):
    v = fit(v)
    if type(v) == "extension":
        return v([1.0, 2], [2.0, 2]) if v.kind == "metric" else v(frame({"x": [1], "y": [2]})).to_list()
    out = [str(getattr(v, a)) for a in dir(v) if a not in ("fit", "predict", "predict_proba", "score", "save")]
    return out + [v.cv_results.rows() if "cv_results" in dir(v) else "", v.predict_proba(X).rows() if "predict" in dir(v) else ""]
`
			both := starlark.StringDict{"was": v, "again": back}
			got := runValue(t, h, searchPrelude+does+"was == again and all(was) == all(again)", both)
			if got != starlark.True {
				t.Errorf("it does not do the same: %v", runValue(t, h, searchPrelude+does+"(all(was), all(again))", both))
			}
		})
	}
}

package builtin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wnb-dev/wnb/cells/scorer"
	"github.com/wnb-dev/wnb/cells/train"
)

const scoringPrelude = evalPrelude + `m = lambda name, **params: wasm.metric("ext/" + name + ".wasm", params)
wine = samples.load_wine()
some = ["alcohol", "ash", "magnesium"]
`

// brier is the metric of the guest as a function of a cell, in the same order of
// additions.
const brier = `def brier(y_true, y_proba):
    rows = y_proba.rows()
    classes = y_proba.columns
    total = 0.0
    for y, row in zip(y_true.to_list(), rows):
        for i, c in enumerate(classes):
            d = row[i] - (1.0 if str(y) == c else 0.0)
            total += d * d
    return total / len(rows)
`

// TestScoringByExtensions: an extension that computes what a metric computes
// gives the same scores to the bit, wherever a metric can be given.
func TestScoringByExtensions(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	h := extensionHost(t)
	for _, test := range []sourceTest{
		{"cross_val_score", `e = ml.Pipeline([ml.StandardScaler(), ml.LogisticRegression()])
by = lambda s: ml.cross_val_score(e, wine[some], wine["cultivar"], cv=7, scoring=s).to_list()
(by(m("accuracy")) == by("accuracy"), by(m("accuracy")) == by(ml.accuracy_score), len(set(by(m("accuracy")))) > 1)`, "(True, True, True)"},
		{"losses count negative", `e = ml.LogisticRegression(max_iter=1000)
a = ml.cross_val_score(e, X, y, cv=3, scoring=m("brier")).to_list()
b = ml.cross_val_score(e, X, y, cv=3, scoring=ml.make_scorer(brier, greater_is_better=False, needs_proba=True)).to_list()
(a == b, max(a) < 0)`, "(True, True)"},
		{"folds that lack a class", `names = ["a"] * 20 + ["b"] * 20 + ["c"] * 2
few = frame({"x": range(42), "c": names})
by = lambda s: ml.cross_val_score(ml.DecisionTreeClassifier(), few[["x"]], few["c"], cv=ml.KFold(n_splits=6, shuffle=True, seed=2), scoring=s).to_list()
by(m("accuracy")) == by("accuracy")`, "True"},
		{"text as labels", `names = wine["cultivar"].map(lambda v: "cultivar " + str(v))
by = lambda s: ml.cross_val_score(ml.LogisticRegression(max_iter=500), wine[some], names, cv=3, scoring=s).to_list()
by(m("accuracy")) == by("accuracy")`, "True"},
		{"a search", `by = lambda s: ml.GridSearchCV(ml.DecisionTreeClassifier(), {"max_depth": [1, 2, 3, None]}, scoring=s, cv=4).fit(X, y).cv_results
by(m("accuracy")).equals(by("accuracy"))`, "True"},
		{"a search by a loss", `f = ml.GridSearchCV(ml.DecisionTreeClassifier(), {"max_depth": [1, 2, 3, None]}, scoring=m("brier"), cv=4).fit(X, y)
g = ml.GridSearchCV(ml.DecisionTreeClassifier(), {"max_depth": [1, 2, 3, None]}, scoring=ml.make_scorer(brier, greater_is_better=False, needs_proba=True), cv=4).fit(X, y)
(f.best_score < 0, f.scoring, f.cv_results.equals(g.cv_results), f.score(X, y) < 0)`, `(True, "brier", True, True)`},
		{"early stopping", `a = boost.fit(X, y, eval_set=watch, eval_metric=m("brier"))
b = boost.fit(X, y, eval_set=watch, eval_metric=ml.make_scorer(brier, greater_is_better=False, needs_proba=True))
(a.n_estimators < 200, a.n_estimators == b.n_estimators, a.best_iteration == b.best_iteration,
 a.evals_result["brier"].to_list() == b.evals_result["brier"].to_list(), a.best_score == a.evals_result["brier"].min())`, "(True, True, True, True, True)"},
		{"early stopping by classes", `a = boost.fit(X, y, eval_set=watch, eval_metric=m("accuracy"))
b = boost.fit(X, y, eval_set=watch, eval_metric="accuracy")
(a.evals_result.equals(b.evals_result), a.predict_proba(X).equals(b.predict_proba(X)))`, "(True, True)"},
		{"undefined folds are left out", `s = ml.cross_val_score(ml.DecisionTreeClassifier(), X, y, cv=3, scoring=m("undefined"))
[str(v) for v in s.to_list()]`, `["nan", "nan", "nan"]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := brief(t, runValue(t, h, scoringPrelude+brier+test.source, nil)); got != test.want {
				t.Errorf("%s\ngives %s, want %s", test.source, got, test.want)
			}
		})
	}
}

// A failure inside an extension names the fold, too.
func TestScoringErrorsOfExtensions(t *testing.T) {
	h := extensionHost(t)
	h.files["ext/picky.wasm"] = guest(t, metricManifest("picky", `"greater_is_better":true,"input":"label","outputs":1`, 4))
	for _, test := range []errorTest{
		{"trap", `ml.cross_val_score(ml.DecisionTreeClassifier(), X, y, cv=3, scoring=m("accuracy", which=3))`, "fold 1 of 3: extension accuracy 1.2: wnb_metric on rows 0 to 69: trap", ""},
		{"undefined", `ml.cross_val_score(ml.DecisionTreeClassifier(), X, y, cv=3, scoring=m("picky"))`, "fold 1 of 3: extension picky 1.2: wnb_metric on rows 0 to 69: metric is undefined", `"nan": "skip"`},
		{"of a setting", `ml.GridSearchCV(ml.DecisionTreeClassifier(), {"max_depth": [1]}, cv=3, scoring=m("picky")).fit(X, y)`, "GridSearchCV: setting max_depth=1: fold 1 of 3: extension picky", "skip"},
		{"undefined for a stage", `boost.fit(X, y, eval_set=watch, eval_metric=m("undefined"))`, "undefined is NaN after iteration 1", ""},
		{"columns", `ml.cross_val_score(ml.DecisionTreeClassifier(), wine[some], wine["cultivar"], cv=3, scoring=m("positive"))`, "extension positive takes 1 columns of predictions and got 3", ""},
		{"values of text", `ml.cross_val_score(ml.DecisionTreeClassifier(), X, y.map(lambda v: str(v)), cv=3, scoring=m("mean"))`, "the extension mean rates numbers", `"input": "label"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := failure(t, h, scoringPrelude+test.source, nil)
			if !strings.Contains(e.Msg, test.msg) || !strings.Contains(e.Hint, test.hint) {
				t.Errorf("%s\nfails with %s (%s), want %q (%q)", test.source, e.Msg, e.Hint, test.msg, test.hint)
			}
		})
	}
}

// meeting is a metric that waits until as many calls are under way as it wants.
type meeting struct {
	*extensionScorer
	under *atomic.Int64
	want  int64
	met   chan struct{}
}

func (m *meeting) Score(ctx context.Context, y *train.Labels, p train.Predictions) (float64, error) {
	if m.under.Add(1) == m.want {
		close(m.met)
	}
	select {
	case <-m.met:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	return m.extensionScorer.Score(ctx, y, p)
}

// TestFoldsAreScoredSideBySide, by several instances of one extension, with the
// scores of one after the other.
func TestFoldsAreScoredSideBySide(t *testing.T) {
	const folds = 4
	x := NewExtensions(scorer.Config{Instances: folds})
	defer x.Close()
	module, release, err := x.acquire(t.Context(), []byte(guest(t, metricManifest("accuracy", `"greater_is_better":true,"input":"label","outputs":1`, 0))))
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	job, err := module.NewMetric(nil, "0", "1")
	if err != nil {
		t.Fatal(err)
	}
	defer job.Close()
	X, y := wineLike(t, 200)
	e := &extensionScorer{&Extension{manifest: module.Manifest()}, job}
	var scores [2][]float64
	for i, s := range []train.Scorer{e, &meeting{e, new(atomic.Int64), folds, make(chan struct{})}} {
		cv, err := train.CrossValScore(t.Context(), train.DecisionTreeClassifier{}, X, y, train.StratifiedKFold{NSplits: folds}, s,
			train.FitOptions{Threads: train.Threads{Max: 1 + i*(folds-1)}})
		if err != nil {
			t.Fatal(err)
		}
		scores[i] = cv.Scores
	}
	if fmt.Sprint(scores[0]) != fmt.Sprint(scores[1]) {
		t.Errorf("one after the other %v, side by side %v", scores[0], scores[1])
	}
}

// wineLike is data of the size and shape of the red wines.
func wineLike(t testing.TB, n int) (*train.Matrix, *train.Labels) {
	t.Helper()
	res, err := runCell(t.Context(), newHost(), fmt.Sprintf(`w = samples.wine_quality(n=%d)
X = w[[c for c in w.columns if c not in ("quality", "Id")]]
y = w["quality"]`, n), nil)
	if err != nil {
		t.Fatal(traceback(err))
	}
	X, err := matrixOf(res.Exports["X"].(*Frame).frame)
	if err != nil {
		t.Fatal(err)
	}
	y, err := labelsOf(res.Exports["y"].(*Series).series)
	if err != nil {
		t.Fatal(err)
	}
	return X, y
}

// BenchmarkCrossValidation takes turns between the metric of the library and an
// extension that computes the same; the latter must not take more than 1.1 times
// as long. The ratio is that of the medians.
func BenchmarkCrossValidation(b *testing.B) {
	h := extensionHost(b)
	res, err := runCell(b.Context(), h, `w = samples.wine_quality()
X = w[[c for c in w.columns if c not in ("quality", "Id")]]
y = w["quality"]
own, extension = "accuracy", wasm.metric("ext/accuracy.wasm")`, nil)
	if err != nil {
		b.Fatal(traceback(err))
	}
	for _, estimator := range []string{"ml.LogisticRegression(max_iter=1000)", "ml.DecisionTreeClassifier()", "ml.RandomForestClassifier()"} {
		b.Run(estimator, func(b *testing.B) {
			var times [2][]time.Duration
			for b.Loop() {
				for i, scoring := range []string{"own", "extension"} {
					start := time.Now()
					if _, err := runCell(b.Context(), h, `ml.cross_val_score(`+estimator+`, X, y, cv=5, scoring=`+scoring+`)`, res.Exports); err != nil {
						b.Fatal(traceback(err))
					}
					times[i] = append(times[i], time.Since(start))
				}
			}
			slices.Sort(times[0])
			slices.Sort(times[1])
			half := len(times[0]) / 2
			b.ReportMetric(float64(times[1][half])/float64(times[0][half]), "ratio")
		})
	}
}

// BenchmarkScorer is a row scorer over a million rows.
func BenchmarkScorer(b *testing.B) {
	h := extensionHost(b)
	res, err := runCell(b.Context(), h, `df = frame({"x": [i * 0.5 for i in range(1000000)], "y": range(1000000)})
s = wasm.scorer("ext/risk.wasm")`, nil)
	if err != nil {
		b.Fatal(traceback(err))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := runCell(b.Context(), h, `s(df)`, res.Exports); err != nil {
			b.Fatal(traceback(err))
		}
	}
}

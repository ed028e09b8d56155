package builtin

import (
	"fmt"
	"testing"

	"github.com/wnb-dev/wnb/cells"
)

const evalPrelude = `df = samples.make_classification(n_samples=300, n_features=5, seed=3)
train, valid = ml.train_test_split(df, test_size=0.3, stratify="target", seed=1)
features = [c for c in df.columns if c != "target"]
X, y, watch = train[features], train["target"], (valid[features], valid["target"])
boost = ml.GradientBoostingClassifier(n_estimators=200, n_iter_no_change=3, learning_rate=0.3, tol=0.001)
`

func TestEvaluation(t *testing.T) {
	runSources(t, evalPrelude, []sourceTest{
		{"watched, not stopped", `m = ml.GradientBoostingClassifier(n_estimators=12).fit(X, y, eval_set=watch)
(m.n_estimators, m.evals_result.columns, len(m.evals_result), m.best_score == m.evals_result["log_loss"].min(), m.evals_result.row(m.best_iteration - 1)["log_loss"] == m.best_score)`,
			`(12, ["iteration", "log_loss"], 12, True, True)`},
		{"the last value is that of the model", `m = ml.GradientBoostingClassifier(n_estimators=12).fit(X, y, eval_set=watch, eval_metric="log_loss")
m.evals_result.row(11)["log_loss"] == ml.log_loss(valid["target"], m.predict_proba(valid))`, "True"},
		{"stopped by rows set aside", `m = boost.fit(X, y)
(m.n_estimators < 200, m.n_estimators == len(m.evals_result))`, "(True, True)"},
		{"stopped by eval_set", `m = boost.fit(X, y, eval_set=[watch])
(m.n_estimators < 200, m.best_iteration <= m.n_estimators)`, "(True, True)"},
		{"by a name", `boost.fit(X, y, eval_set=watch, eval_metric="accuracy").evals_result.columns[1]`, `"accuracy"`},
		{"by a metric of ml", `boost.fit(X, y, eval_set=watch, eval_metric=ml.log_loss).best_iteration == boost.fit(X, y, eval_set=watch, eval_metric="log_loss").best_iteration`, "True"},
		{"by a function of probabilities", `def likely(y_true, y_proba):
    return -ml.log_loss(y_true, y_proba)
m = boost.fit(X, y, eval_set=watch, eval_metric=likely)
n = boost.fit(X, y, eval_set=watch, eval_metric="neg_log_loss")
(m.n_estimators == n.n_estimators, m.evals_result["likely"].to_list() == n.evals_result["neg_log_loss"].to_list(), m.best_iteration == n.best_iteration)`, "(True, True, True)"},
		{"by a loss of classes", `wrong = lambda a, b: 1 - ml.accuracy_score(a, b)
m = boost.fit(X, y, eval_set=watch, eval_metric=ml.make_scorer(wrong, greater_is_better=False))
m.best_score == m.evals_result["lambda"].min()`, "True"},
		{"in a pipeline", `p = ml.Pipeline([ml.StandardScaler(), boost])
p.fit(X, y, eval_set=watch).n_estimators < 200`, "True"},
		{"columns by name", `m = boost.fit(X, y, eval_set=(valid[["target"] + features[::-1]], valid["target"]))
m.evals_result.equals(boost.fit(X, y, eval_set=watch).evals_result)`, "True"},
		{"a series as the only feature", `f = features[0]
m = boost.fit(train[f], y, eval_set=(valid[f].rename("other"), valid["target"]))
len(m.evals_result) > 0`, "True"},
		{"without, a model has no such attributes", `m = ml.GradientBoostingClassifier(n_estimators=2).fit(X, y)
(m.n_estimators, "evals_result" in dir(m))`, "(2, False)"},
	})
}

func TestEvaluationErrors(t *testing.T) {
	runErrors(t, evalPrelude, []errorTest{
		{"not in stages", `ml.LogisticRegression().fit(X, y, eval_set=watch)`, "LogisticRegression is not fitted in stages that could be watched", "GradientBoostingClassifier"},
		{"a pipeline not in stages", `ml.Pipeline([ml.LogisticRegression()]).fit(X, y, eval_set=watch)`, "LogisticRegression, is not fitted in stages", ""},
		{"no rows to rate", `ml.GradientBoostingClassifier().fit(X, y, eval_metric="accuracy")`, "there are no rows to rate by accuracy", "eval_set"},
		{"eval_set", `boost.fit(X, y, eval_set=valid)`, "eval_set is a pair of features and labels, not a frame", "write eval_set="},
		{"missing column", `boost.fit(X, y, eval_set=(valid[features[:2]], valid["target"]))`, "eval_set: no column", "trained on"},
		{"lengths", `boost.fit(X, y, eval_set=(valid[features], y))`, "the evaluation set: X has 90 rows but y has 210 labels", "same rows"},
		{"unknown metric", `boost.fit(X, y, eval_set=watch, eval_metric="acc")`, `eval_metric="acc": must be one of`, ""},
		{"a function that fails", "def f(a, b):\n    return a.nope\nboost.fit(X, y, eval_metric=f)", "a series has no method `nope`", ""},
		{"unknown class", `boost.fit(X, y, eval_set=(valid[features], ["z"] * 90))`, "class z has no row among those to train on", "every class"},
	})
}

func TestEvaluationIsLogged(t *testing.T) {
	h := newHost()
	runValue(t, h, evalPrelude+`ml.GradientBoostingClassifier(n_estimators=3).fit(X, y, eval_set=watch, eval_metric="accuracy")`, nil)
	var steps []int64
	best := ""
	for _, e := range h.effects {
		switch e := e.(type) {
		case cells.Metric:
			if e.Key == "test.validation_accuracy" {
				steps = append(steps, e.Step)
			}
		case cells.Param:
			if e.Key == "test.best_iteration" {
				best = e.Value
			}
		}
	}
	if fmt.Sprint(steps) != "[1 2 3]" || best == "" {
		t.Errorf("steps %v, best iteration %q among %v", steps, best, h.effects)
	}
}

package builtin

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/wnb-dev/wnb/cells/lang"
)

func TestTrainTestSplit(t *testing.T) {
	runSources(t, mlPrelude+"rows = series(range(10), name=\"row\")\n", []sourceTest{
		// numpy's and scikit-learn's rows for these seeds
		{"scikit-learn's rows", `[s.to_list() for s in ml.train_test_split(rows, test_size=0.2, seed=42)]`, "[[5, 0, 7, 2, 9, 4, 3, 6], [8, 1]]"},
		{"random_state", `[s.to_list() for s in ml.train_test_split(rows, test_size=0.2, random_state=42)]`, "[[5, 0, 7, 2, 9, 4, 3, 6], [8, 1]]"},
		{"without a seed it is 0", `ml.train_test_split(rows)[1].equals(ml.train_test_split(rows, seed=0)[1])`, "True"},
		{"train_size alone", `[len(s) for s in ml.train_test_split(rows, train_size=0.3)]`, "[3, 7]"},
		{"both sizes", `[len(s) for s in ml.train_test_split(rows, train_size=0.3, test_size=0.3)]`, "[3, 3]"},
		{"in order", `[s.to_list() for s in ml.train_test_split(rows, test_size=0.3, shuffle=False)]`, "[[0, 1, 2, 3, 4, 5, 6], [7, 8, 9]]"},
		{"frame", `[f.shape for f in ml.train_test_split(df, test_size=0.5)]`, "[(3, 3), (3, 3)]"},
		{"stratified by a column", `[f.c.sort().to_list() for f in ml.train_test_split(df, test_size=0.33, stratify="c")]`, `[["a", "a", "b", "b"], ["a", "b"]]`},
		{"stratified by a series", `sorted(ml.train_test_split(df, test_size=0.5, stratify=df.y)[1].y.to_list())`, "[0, 1, 1]"},
		{"several", `X1, X2, y1, y2 = ml.train_test_split(df[["x"]], df.c, test_size=0.5, seed=1)
(y1.equals(df.c[[int(x) - 1 for x in X1.x]]), y2.equals(df.c[[int(x) - 1 for x in X2.x]]))`, "(True, True)"},
		{"list", `[s.to_list() for s in ml.train_test_split(["p", "q"], test_size=0.5, shuffle=False)]`, `[["p"], ["q"]]`},
	})
}

// TestWineSplit compares with the rows that scikit-learn 1.2.1 chooses.
func TestWineSplit(t *testing.T) {
	h := newHost()
	h.files["wine.csv"] = wineQT(t)
	got := runValue(t, h, `wine = io.read_csv("wine.csv")
wine = wine.with_column("row", range(len(wine)))
train, test = ml.train_test_split(wine, test_size=0.2, stratify="quality", seed=42)
(len(train), train["row"][:6].to_list(), test["row"][:6].to_list())`, nil).String()
	if want := "(914, [819, 357, 385, 1057, 161, 287], [96, 442, 872, 764, 570, 1003])"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSplitErrors(t *testing.T) {
	runErrors(t, mlPrelude, []errorTest{
		{"negative test_size", `ml.train_test_split(df, test_size=-0.1)`, "test_size=-0.1: must be a fraction between 0 and 1, such as 0.2", ""},
		{"test_size 1", `ml.train_test_split(df, test_size=1)`, "test_size=1: must be a fraction", ""},
		{"test_size as text", `ml.train_test_split(df, test_size="20%")`, `test_size="20%": must be a fraction`, ""},
		{"missing column", `ml.train_test_split(df, stratify="zz")`, `stratify: no column "zz" (available: "c", "x", "y")`, ""},
		{"stratify=True", `ml.train_test_split(df, stratify=True)`, "says not by what", "name the column"},
		{"stratify by another table", `ml.train_test_split(df, stratify=[1, 2])`, "6 rows but 2 labels to stratify by", "same rows"},
		{"stratify without shuffle", `ml.train_test_split(df, stratify="c", shuffle=False)`, "must be none when shuffle is false", ""},
		{"rare class", `ml.train_test_split(frame({"q": [1, 1, 2]}), stratify="q")`, `column "q", row 2: class 2 has only this row`, "merge rare classes"},
		{"nothing", `ml.train_test_split()`, "there is nothing to split", "write"},
		{"lengths", `ml.train_test_split(df, df.c[:2])`, "argument 1 has 6 rows, argument 2 has 2", "same rows"},
		{"no rows", `ml.train_test_split(df[:0])`, "no rows to split", "filter"},
		{"unknown parameter", `ml.train_test_split(df, size=1)`, `unexpected keyword argument "size"`, "test_size=0.2"},
		{"n_splits", `ml.KFold(n_splits=1)`, "n_splits=1: must be at least 2", ""},
		{"more folds than rows", `ml.KFold(n_splits=9).split(df)`, "at most the number of rows, which is 6", ""},
		{"seed without shuffle", `ml.KFold(seed=3)`, "a seed does nothing without shuffle", "shuffle=True"},
		{"folds by class need classes", `ml.StratifiedKFold(n_splits=2).split(df)`, "it needs y", "write"},
		{"cv 1", `ml.cross_val_score(ml.LogisticRegression(), df[["x"]], df.c, cv=1)`, "cv=1: must be at least 2 folds", ""},
		{"cv as text", `ml.cross_val_score(ml.LogisticRegression(), df[["x"]], df.c, cv="5")`, "cv is a string", "write cv=5"},
		{"cv of another table", `ml.cross_val_score(ml.LogisticRegression(), df[["x"]], df.c, cv=[([0, 1], [9])])`, "fold 0 has row 9 of 6", ""},
		{"cv that is no pairs", `ml.cross_val_score(ml.LogisticRegression(), df[["x"]], df.c, cv=[1])`, "fold 0 of cv is not a pair", ""},
		{"scoring", `ml.cross_val_score(ml.LogisticRegression(), df[["x"]], df.c, scoring="acc")`, `scoring="acc": must be one of accuracy, balanced_accuracy,`, ""},
		{"scoring that gives text", `ml.cross_val_score(ml.LogisticRegression(), df[["x"]], df.c, cv=2, scoring=lambda a, b: "x")`, "fold 1 of 2: lambda gave a string, not a number", "return one number"},
		{"scoring that fails", "def f(a, b):\n    return a.nope\nml.cross_val_score(ml.LogisticRegression(), df[[\"x\"]], df.c, cv=2, scoring=f)", "a series has no method `nope`", ""},
		{"transformer", `ml.cross_val_score(ml.StandardScaler(), df[["x"]], df.c)`, "StandardScaler cannot predict", "Pipeline"},
		{"one class in a fold", `ml.cross_val_score(ml.LogisticRegression(), df[["x"]], df.c, cv=[([0, 1], [2])])`, "fold 1 of 1: LogisticRegression: column \"c\": all 2 labels are of one class, a", "two classes"},
	})
}

func TestFolds(t *testing.T) {
	runSources(t, mlPrelude, []sourceTest{
		{"blocks", `ml.KFold(n_splits=3).split(df)`, "[([2, 3, 4, 5], [0, 1]), ([0, 1, 4, 5], [2, 3]), ([0, 1, 2, 3], [4, 5])]"},
		{"stratified", `[test for _, test in ml.StratifiedKFold(n_splits=3).split(df, df.c)]`, "[[0, 2], [1, 4], [3, 5]]"},
		{"shuffled by seed", `k = ml.KFold(n_splits=3, shuffle=True, seed=1)
(k, sorted(sum([test for _, test in k.split(df)], [])), k.seed)`, "(KFold(n_splits=3, shuffle=True, seed=1), [0, 1, 2, 3, 4, 5], 1)"},
		{"scores", `ml.cross_val_score(ml.LogisticRegression(), df[["x", "y"]], df.c, cv=3)`, "score float64 [0.5, 1.0, 0.5]"},
		{"by a function", `ml.cross_val_score(ml.LogisticRegression(), df[["x", "y"]], df.c, cv=3, scoring=ml.accuracy_score)`, "score float64 [0.5, 1.0, 0.5]"},
		{"by a function of the cell", `names = []
def f(y_true, y_pred):
    names.append((y_true.name, y_pred.name, len(y_true)))
    return 1
(ml.cross_val_score(ml.LogisticRegression(), df[["x"]], df.c, cv=3, scoring=f).mean(), names)`,
			`(1.0, [("c", "prediction", 2), ("c", "prediction", 2), ("c", "prediction", 2)])`},
		{"by folds", `ml.cross_val_score(ml.LogisticRegression(), df[["x"]], df.c, cv=ml.KFold(n_splits=2, shuffle=True)).name`, `"score"`},
		{"by given folds", `ml.cross_val_score(ml.LogisticRegression(), df[["x"]], df.c, cv=[([0, 1, 4, 5], [2, 3]), ([0, 5], [1, 4])])`, "score float64 [0.0, 1.0]"},
	})
}

// cancelHost interrupts the cell as its computation starts.
type cancelHost struct {
	*memoryHost
	cancel context.CancelFunc
}

func (h cancelHost) Threads() int {
	h.cancel()
	return 2
}

func TestInterrupt(t *testing.T) {
	for _, source := range []string{
		`ml.GradientBoostingClassifier(n_estimators=100000000).fit(df[["x"]], df.c)`,
		`ml.RandomForestClassifier(n_estimators=100000000).fit(df[["x"]], df.c)`,
		`ml.cross_val_score(ml.GradientBoostingClassifier(n_estimators=100000000), df[["x"]], df.c, cv=2)`,
		`ml.cross_val_score(ml.GradientBoostingClassifier(n_estimators=100000000), df[["x"]], df.c, cv=2, scoring=ml.accuracy_score)`,
	} {
		t.Run(source, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			h := cancelHost{newHost(), cancel}
			_, err := runCell(ctx, h, `df = frame({"x": [1, 2, 3, 4, 5, 6], "c": [0, 1, 0, 1, 0, 1]})`+"\n"+source, nil)
			var e *lang.Error
			if !errors.As(err, &e) || e.Kind != lang.KindInterrupt {
				t.Fatalf("got %v, want an interrupt", err)
			}
			if len(h.effects) > 0 {
				t.Errorf("an interrupted fit was logged: %v", h.effects)
			}
		})
	}
}

// limitedHost shares its goroutines.
type limitedHost struct {
	*memoryHost
	limiter *countingLimiter
}

func (h limitedHost) Limiter() Limiter { return h.limiter }

// countingLimiter has one place, and counts who took it.
type countingLimiter struct{ taken, held atomic.Int64 }

func (l *countingLimiter) TryAcquire(n int64) bool {
	if l.held.CompareAndSwap(0, n) {
		l.taken.Add(n)
		return true
	}
	return false
}

func (l *countingLimiter) Release(n int64) { l.held.Add(-n) }

// Fits, predictions and searches take goroutines from the host's limiter and
// give all of them back.
func TestComputationsShareGoroutines(t *testing.T) {
	for _, source := range []string{
		`ml.RandomForestClassifier(n_estimators=5).fit(df[["x", "y"]], df.c)`,
		`m.predict_proba(big)`,
		`ml.StandardScaler().fit_transform(big)`,
		`ml.cross_val_score(ml.LogisticRegression(), df[["x", "y"]], df.c, cv=3)`,
		`ml.GridSearchCV(ml.DecisionTreeClassifier(), {"max_depth": [1, 2]}, cv=2).fit(df[["x"]], df.c)`,
	} {
		t.Run(source, func(t *testing.T) {
			h := limitedHost{newHost(), &countingLimiter{}}
			_, err := runCell(t.Context(), h, mlPrelude+`big = frame({"x": range(5000), "y": range(5000)})`+"\n"+source, nil)
			if err != nil {
				t.Fatal(traceback(err))
			}
			if h.limiter.taken.Load() == 0 || h.limiter.held.Load() != 0 {
				t.Errorf("%d places taken, %d still held", h.limiter.taken.Load(), h.limiter.held.Load())
			}
		})
	}
}

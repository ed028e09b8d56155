package builtin

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/value"
)

const formPrelude = `df = frame({"x": [1.0, None, 3.0, -0.0], "n": [1, 2, 3, 4], "b": [True, False, None, True], "s": ["a", "é", None, "a"]})
wine = samples.load_wine()
X, y = wine.drop("cultivar"), wine["cultivar"]
tree = ml.DecisionTreeClassifier(max_depth=3, seed=1)
model = tree.fit(X, y)
search = ml.GridSearchCV(tree, {"max_depth": [1, 2]}, cv=3)
`

// objects make v of every kind; asks are what its methods give.
var objects = map[string]struct{ source, asks string }{
	"function":           {"print", "str(v)"},
	"function, module":   {"ml.accuracy_score", "v([1, 2], [1, 1])"},
	"module":             {"ml", "v.KFold(3)"},
	"method of a frame":  {"df.head", "v(1).rows()"},
	"method of a text":   {"df.s.str.upper", "v().to_list()"},
	"method of a model":  {"model.predict", "v(X).to_list()"},
	"method of a search": {"search.fit", "v(X, y).best_params"},
	"params":             {"params", "[v.rate, v.names]"},
	"html":               {"html('<b>é</b>')", "str(v)"},
	"markdown":           {"md('**b**')", "str(v)"},
	"progress":           {"progress([1, 2], 'fit', total=5)", "[str(v), list(v)]"},
	"frame":              {"df", "v.rows()"},
	"frame, large":       {"samples.wine_quality(n=5000)", "v.describe().rows()"},
	"frame, empty":       {"frame({})", "v.shape"},
	"frame, no rows":     {"df.filter(df.n > 9)", "[v.shape, v.dtypes]"},
	"series":             {"df['x']", "v.to_list()"},
	"series, texts":      {"df['s']", "v.to_list()"},
	"series, bools":      {"df['b']", "v.to_list()"},
	"str":                {"df['s'].str", "v.upper().to_list()"},
	"group_by":           {"df.group_by('s', 'b')", "v.count().rows()"},
	"figure":             {"plot.hist(wine['alcohol'], bins=5, title='é <b>')", "str(v)"},
	"figure, scatter":    {"plot.scatter(df, 'n', 'x')", "str(v)"},
	"estimator":          {"ml.RandomForestClassifier(n_estimators=7, max_depth=None, seed=3)", "[v.params, v.fit(X, y).score(X, y)]"},
	"pipeline":           {"ml.Pipeline([('scale', ml.StandardScaler()), ml.LogisticRegression(C=0.5)])", "[v.params, [str(s) for s in v.steps], v.fit(X, y).score(X, y)]"},
	"scaler":             {"ml.StandardScaler(with_mean=False)", "v.fit(X).transform(X).rows()[0]"},
	"fitted scaler":      {"ml.StandardScaler().fit(X)", "[v.transform(X).rows()[3], v.feature_names]"},
	"model":              {"model", "[v.predict_proba(X).rows(), v.classes, v.feature_importances.rows()]"},
	"model, logistic":    {"ml.LogisticRegression().fit(X, y)", "[v.predict_proba(X).rows(), v.coef.rows()]"},
	"model, pipeline":    {"ml.Pipeline([ml.StandardScaler(), ml.LogisticRegression()]).fit(X, y)", "v.predict_proba(X).rows()"},
	"model, boosting":    {"ml.GradientBoostingClassifier(n_estimators=5).fit(X, y)", "v.predict_proba(X).rows()"},
	"folds":              {"ml.KFold(n_splits=4, shuffle=True, seed=7)", "[(str(a), str(b)) for a, b in v.split(X, y)][:2]"},
	"folds, stratified":  {"ml.StratifiedKFold(n_splits=3)", "[(str(a), str(b)) for a, b in v.split(X, y)][:2]"},
	"report":             {"ml.classification_report(y, model.predict(X))", "str(v)"},
	"secret":             {"secret('token')", "str(v)"},
	"scorer":             {"ml.make_scorer(lambda a, b: 0.5, greater_is_better=False)", "[v.score_func(y, y), v.greater_is_better, v.needs_proba]"},
	"distribution":       {"ml.loguniform(0.1, 10)", "str(v)"},
	"search":             {"search", "v.fit(X, y).best_params"},
	"found":              {"search.fit(X, y)", "[v.best_params, v.best_score, v.predict(X).to_list()]"},
	"extension":          {"wasm.metric('ext/accuracy.wasm', {'which': 7})", "[v.kind, v([1.0, 2], [2.0, 2])]"},
}

// TestForms stores an object of each kind and reads it back: it looks the same,
// does the same, and is stored as the same bytes.
func TestForms(t *testing.T) {
	h := extensionHost(t)
	env, err := Env(map[string]any{"rate": 0.5, "names": []any{"a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for name, tt := range objects {
		t.Run(name, func(t *testing.T) {
			more := starlark.StringDict{"params": env["params"]}
			v := runValue(t, h, formPrelude+tt.source, more)
			object, ok := v.(value.Object)
			if !ok {
				t.Fatalf("a %s has no form", v.Type())
			}
			form, err := object.Form()
			if err != nil {
				t.Fatal(err)
			}
			seen[form.Kind] = true
			back := storedAgain(t, env, v)
			if v.Type() != back.Type() || v.String() != back.String() {
				t.Errorf("%v became %v", v, back)
			}
			if diff := cmp.Diff(allForms(t, v), allForms(t, back)); diff != "" {
				t.Errorf("it looks different (-was +is):\n%s", diff)
			}
			asked := func(v starlark.Value) string {
				more["v"] = v
				return runValue(t, h, formPrelude+tt.asks, more).String()
			}
			want := asked(v)
			if diff := cmp.Diff(want, asked(back)); diff != "" {
				t.Errorf("it does not do the same (-was +is):\n%s", diff)
			}
			copied, err := value.Copy(t.Context(), v)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, asked(copied)); diff != "" {
				t.Errorf("the copy does not do the same (-was +is):\n%s", diff)
			}
		})
	}
	for kind := range Makers(Pure()) {
		if !seen[kind] && !t.Failed() {
			t.Errorf("no object of kind %q is stored here", kind)
		}
	}
}

// storedAgain is v after it was stored, and read, and stored.
func storedAgain(t *testing.T, env starlark.StringDict, v starlark.Value) starlark.Value {
	t.Helper()
	parts := memoryParts{}
	stored, err := value.Encode(t.Context(), v, parts)
	if err != nil {
		t.Fatal(err)
	}
	decoder := value.Decoder{Makers: Makers(env), Part: parts.part}
	back, err := decoder.Decode(t.Context(), stored.Root)
	if err != nil {
		t.Fatal(err)
	}
	// A memo would hide that the content is written differently.
	clean, err := remade(env, back)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]starlark.Value{"read back": back, "made again": clean} {
		again, err := value.Encode(t.Context(), v, memoryParts{})
		if err != nil {
			t.Fatal(err)
		}
		if !value.Equal(stored, again) {
			t.Errorf("%s and stored it is\n%q\nbefore\n%q", name, again.Root, stored.Root)
		}
	}
	return back
}

// remade makes an object from its form.
func remade(env starlark.StringDict, v starlark.Value) (starlark.Value, error) {
	form, err := v.(value.Object).Form()
	if err != nil {
		return nil, err
	}
	var content strings.Builder
	if form.Content != nil {
		if err := form.Content(&content); err != nil {
			return nil, err
		}
	}
	return Makers(env)[form.Kind](form.Fields, []byte(content.String()))
}

// allForms are all ways in which a value is shown.
func allForms(t *testing.T, v starlark.Value) map[string]string {
	t.Helper()
	data, err := Render(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for mime, b := range data {
		out[mime] = string(b)
	}
	return out
}

// Objects that hold functions are copied with what these captured: the cell may
// change it afterwards.
func TestCopiesOfHolders(t *testing.T) {
	const prelude = formPrelude + `seen = []
def rate(a, b):
    return 0.5 + len(seen)
scorer = ml.make_scorer(rate)
by_scorer = ml.GridSearchCV(tree, {"max_depth": [1]}, cv=2, scoring=scorer)
`
	copying := starlark.NewBuiltin("copy", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return value.Copy(t.Context(), args[0])
	})
	for name, tt := range map[string]struct{ source, ask string }{
		"scorer":      {"scorer", "c.score_func(1, 2)"},
		"search":      {"by_scorer", "c.fit(X, y).best_score"},
		"its method":  {"by_scorer.fit", "c(X, y).best_score"},
		"found":       {"by_scorer.fit(X, y)", "c.estimator.fit(X, y).best_score"},
		"in a lambda": {"lambda: scorer.score_func(1, 2)", "c()"},
	} {
		t.Run(name, func(t *testing.T) {
			got := runValue(t, newHost(), prelude+"c = copy("+tt.source+")\nseen.append(1)\n"+tt.ask, starlark.StringDict{"copy": copying})
			if got != starlark.Float(0.5) {
				t.Errorf("the copy sees what the cell does afterwards: %v", got)
			}
		})
	}
}

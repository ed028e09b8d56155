package builtin

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
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

// hostilePool are fields that somebody may have put into a store.
func hostilePool(t *testing.T) []starlark.Value {
	list := func(v ...starlark.Value) starlark.Value { return starlark.NewList(v) }
	dict := func(k, v starlark.Value) starlark.Value {
		d := starlark.NewDict(1)
		if err := d.SetKey(k, v); err != nil {
			t.Fatal(err)
		}
		return d
	}
	text := func(s string) starlark.Value { return starlark.String(s) }
	f, tree := runValue(t, newHost(), "frame({'x': [1]})", nil), runValue(t, newHost(), "ml.DecisionTreeClassifier()", nil)
	scaler, search := runValue(t, newHost(), "ml.StandardScaler()", nil), runValue(t, newHost(), formPrelude+"search", nil)
	one := starlark.Float(1)
	return []starlark.Value{
		starlark.None, starlark.True, starlark.MakeInt(-1), starlark.MakeInt(3), starlark.MakeUint64(1 << 63), starlark.MakeInt64(1 << 40), starlark.Float(0.5),
		text(""), text("x"), text("fit"), text("GridSearchCV"), text("KFold"), text("ml."), text("ml.nope"), text("DecisionTreeClassifier"), text("randint"),
		starlark.Tuple{}, starlark.Tuple{text("a"), tree}, starlark.Tuple{one, one, one, starlark.MakeInt(-1)}, starlark.Tuple{one},
		list(), list(text("x")), list(starlark.Tuple{text("a"), tree}), list(starlark.Tuple{}), list(starlark.Tuple{one}), list(starlark.None),
		starlark.NewDict(0), dict(starlark.MakeInt(1), starlark.None), dict(text("nope"), list()), dict(text("max_depth"), list(starlark.MakeInt(-4))),
		f, tree, scaler, search,
	}
}

// TestHostileForms changes what objects are made of, one thing after the other:
// the makers say what is wrong, or make something that can be shown and stored.
func TestHostileForms(t *testing.T) {
	h, pool, makers := extensionHost(t), hostilePool(t), Makers(Pure())
	more := starlark.StringDict{"params": &params{starlark.StringDict{"rate": starlark.Float(1)}}}
	for name, tt := range objects {
		t.Run(name, func(t *testing.T) {
			form, err := runValue(t, h, formPrelude+tt.source, more).(value.Object).Form()
			if err != nil {
				t.Fatal(err)
			}
			var content bytes.Buffer
			if form.Content != nil {
				if err := form.Content(&content); err != nil {
					t.Fatal(err)
				}
			}
			try := func(fields []starlark.Value, content []byte) {
				tryMaker(t, form.Kind, makers[form.Kind], fields, content)
			}
			for i := range form.Fields {
				try(form.Fields[:i], content.Bytes())
				for _, v := range pool {
					changed := slices.Clone(form.Fields)
					changed[i] = v
					try(changed, content.Bytes())
				}
			}
			try(append(slices.Clone(form.Fields), starlark.None), content.Bytes())
			try(form.Fields, append(bytes.Clone(content.Bytes()), ' '))
			for i := 0; i < content.Len(); i += 1 + content.Len()/40 {
				damaged := bytes.Clone(content.Bytes())
				damaged[i] ^= 0x55
				try(form.Fields, damaged)
				try(form.Fields, damaged[:i])
			}
		})
	}
}

// tryMaker makes an object which, if it can be made, can be shown and stored.
func tryMaker(t *testing.T, kind string, maker value.Make, fields []starlark.Value, content []byte) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s of %v and %q panics: %v", kind, fields, content, r)
		}
	}()
	v, err := maker(fields, content)
	if err != nil {
		return
	}
	if o, ok := v.(value.Object); ok {
		v.Freeze()
		if form, err := o.Form(); err == nil && form.Kind == kind && form.Content != nil {
			var again bytes.Buffer
			if err := form.Content(&again); err != nil || !bytes.Equal(again.Bytes(), content) {
				t.Errorf("%s of %v takes %.200q, which it writes as %.200q (%v)", kind, fields, content, again.Bytes(), err)
			}
		}
		_ = v.String()
		if _, err := Render(t.Context(), v); err != nil {
			t.Logf("%s of %v: %v", kind, fields, err)
		}
		if _, err := value.Encode(t.Context(), v, nil); err != nil && !errors.Is(err, value.ErrNoForm) {
			t.Errorf("%s of %v: %v", kind, fields, err)
		}
	}
}

// formless are the types of values that no cell can hold.
var formless = []string{"functionScorer"}

// TestEveryValueHasAForm reads the source: a new kind of value must say how it
// is stored, or stand among those that no cell can hold.
func TestEveryValueHasAForm(t *testing.T) {
	methods, embeds := sourceTypes(t)
	var has func(name, method string) bool
	has = func(name, method string) bool {
		return methods[name][method] || slices.ContainsFunc(embeds[name], func(e string) bool { return has(e, method) })
	}
	found := 0
	for _, name := range slices.Sorted(maps.Keys(methods)) {
		isValue := has(name, "Freeze") && has(name, "Truth") && has(name, "Type") && has(name, "Hash")
		if !isValue || slices.Contains(formless, name) {
			continue
		}
		found++
		if !has(name, "Form") {
			t.Errorf("values of type %s have no Form: say how they are stored, and how they are made again in Makers", name)
		}
	}
	if found < 20 {
		t.Errorf("only %d types of values were found", found)
	}
}

// sourceTypes are the methods of the types of this package, and what structs
// embed.
func sourceTypes(t *testing.T) (methods map[string]map[string]bool, embeds map[string][]string) {
	t.Helper()
	methods, embeds = map[string]map[string]bool{}, map[string][]string{}
	fset := token.NewFileSet()
	//nolint:staticcheck // no build tags here
	packages, err := parser.ParseDir(fset, ".", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	note := func(typ, method string) {
		if methods[typ] == nil {
			methods[typ] = map[string]bool{}
		}
		methods[typ][method] = true
	}
	for name, file := range packages["builtin"].Files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv != nil {
					note(typeName(n.Recv.List[0].Type), n.Name.Name)
				}
			case *ast.TypeSpec:
				note(n.Name.Name, "")
				if s, ok := n.Type.(*ast.StructType); ok {
					for _, f := range s.Fields.List {
						if len(f.Names) == 0 {
							embeds[n.Name.Name] = append(embeds[n.Name.Name], typeName(f.Type))
						}
					}
				}
			}
			return true
		})
	}
	return methods, embeds
}

// typeName is the name in *T, T or T[U].
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.IndexExpr:
		return typeName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
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

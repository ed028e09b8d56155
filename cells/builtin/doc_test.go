package builtin

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/train"
)

// documented are all functions that cells can call, modules and methods
// included, sorted by name.
func documented(t *testing.T) []*Func {
	t.Helper()
	var out []*Func
	for _, v := range Pure() {
		switch v := v.(type) {
		case *Func:
			out = append(out, v)
		case *module:
			for _, member := range v.members {
				if f, ok := member.(*Func); ok {
					out = append(out, f)
				}
			}
		}
	}
	text := frame.NewString("g", []string{"a", "b"})
	df, err := frame.New(text)
	if err != nil {
		t.Fatal(err)
	}
	byText, err := df.GroupBy("g")
	if err != nil {
		t.Fatal(err)
	}
	out = append(out, bindAll(frameMethods, NewFrame(df))...)
	out = append(out, bindAll(seriesMethods, NewSeries(text))...)
	out = append(out, bindAll(textMethods, &stringMethods{text})...)
	out = append(out, bindAll(groupMethods, &groups{NewFrame(df), []string{"g"}, byText})...)
	out = append(out, bindAll(estimatorMethods, &Estimator{final: train.LogisticRegression{}})...)
	out = append(out, bindAll(transformerMethods, &Estimator{transformer: train.StandardScaler{}})...)
	out = append(out, bindAll(modelMethods, &Model{})...)
	out = append(out, bindAll(fittedTransformerMethods, &Transformer{})...)
	out = append(out, bindAll(foldsMethods, &Folds{splitter: train.KFold{}})...)
	out = append(out, bindAll(searcherMethods, &Searcher{})...)
	out = append(out, bindAll(foundMethods, &Found{})...)
	slices.SortFunc(out, func(a, b *Func) int { return strings.Compare(a.name, b.name) })
	return out
}

// bindAll gives all methods of a value.
func bindAll[T starlark.Value](ms *methods[T], self T) []*Func {
	var out []*Func
	for _, name := range ms.names() {
		out = append(out, ms.bind(self, name).Func)
	}
	return out
}

// exampleNames are what examples may use besides builtins.
const exampleNames = `df = frame({"name": ["Ann", "Bob", "Cid"], "group": ["a", "b", "a"], "x": [1, None, 3], "y": [0.5, 1.5, 2.5]})
s = series([1, 2, None, 4], name="points")
report = "all is well"
wine = samples.load_wine()
features = ["alcohol", "ash"]
model = ml.LogisticRegression(max_iter=1000).fit(wine[features], wine["cultivar"])
`

// exampleHost is a host with the files that examples read.
func exampleHost() *memoryHost {
	h := newHost()
	h.files["people.csv"] = "name,age,town\nAnn,31,Bonn\nBob,42,Kiel\n"
	h.files["notes.txt"] = "a note\n"
	return h
}

func TestExamples(t *testing.T) {
	saved := newHost()
	res, err := runCell(t.Context(), saved, exampleNames+`model.save("model.wnbm")`, nil)
	if err != nil {
		t.Fatal(traceback(err))
	}
	for _, f := range documented(t) {
		if f.example == "" {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			names := maps.Clone(res.Exports)
			h := exampleHost()
			h.addExamples(t)
			maps.Copy(h.files, saved.files)
			if _, err := runCell(t.Context(), h, f.example, names); err != nil {
				t.Errorf("%s\n%s", f.example, traceback(err))
			}
		})
	}
}

func TestDocumentation(t *testing.T) {
	for _, f := range documented(t) {
		if !strings.HasSuffix(f.doc, ".") {
			t.Errorf("%s: the documentation is not a sentence: %q", f.name, f.doc)
		}
	}
}

// TestParameters finds parameters that are documented and not accepted.
func TestParameters(t *testing.T) {
	for _, f := range documented(t) {
		if strings.HasPrefix(f.doc, "Not available yet") {
			continue
		}
		for _, name := range parameters(t, f) {
			thread := &starlark.Thread{}
			_, err := starlark.Call(thread, f, nil, []starlark.Tuple{{starlark.String(name), starlark.None}})
			if err != nil && strings.Contains(err.Error(), "unexpected keyword") {
				t.Errorf("%s(%s): %v", f.name, f.signature, err)
			}
		}
	}
}

// parameters are the names in a signature, without *args and **kwargs.
func parameters(t *testing.T, f *Func) []string {
	t.Helper()
	file, err := (&syntax.FileOptions{}).Parse("signature", "def f("+f.signature+"):\n    pass", 0)
	if err != nil {
		t.Fatalf("%s: the signature is not one: %v", f.name, err)
	}
	var names []string
	for _, param := range file.Stmts[0].(*syntax.DefStmt).Params {
		switch param := param.(type) {
		case *syntax.Ident:
			names = append(names, param.Name)
		case *syntax.BinaryExpr:
			names = append(names, param.X.(*syntax.Ident).Name)
		}
	}
	return names
}

func TestHelp(t *testing.T) {
	h := exampleHost()
	runValue(t, h, "help(series([\"a\"]).str.contains)\nhelp(frame({}).head)\nhelp(io)", nil)
	for _, want := range []string{"frame.head(n=5)\n\nThe first n rows.\n\nExample:\n    df.head()\n", "module io", "io.read_csv(path, sep=", "df[\"name\"].str.contains"} {
		if !strings.Contains(h.stdout(), want) {
			t.Errorf("help says %q, without %q", h.stdout(), want)
		}
	}
}

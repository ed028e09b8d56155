package builtin

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// TestGives runs the example of every function and compares the type of what it
// gives with what Gives says.
func TestGives(t *testing.T) {
	saved := newHost()
	res, err := runCell(t.Context(), saved, exampleNames+`model.save("model.wnbm")`, nil)
	if err != nil {
		t.Fatal(traceback(err))
	}
	for _, f := range documented(t) {
		name := f.Signature().Name
		expr, ok := callOf(f.example, name)
		if !ok || Gives(name) == "" {
			continue
		}
		h := exampleHost()
		h.addExamples(t)
		maps.Copy(h.files, saved.files)
		got, err := runCell(t.Context(), h, expr, maps.Clone(res.Exports))
		if err != nil {
			t.Errorf("%s\n%s", expr, traceback(err))
			continue
		}
		typ := "NoneType"
		if got.Value != nil {
			typ = got.Value.Type()
		}
		if typ != Gives(name) {
			t.Errorf("%s gives a %s, and Gives says %s", expr, typ, Gives(name))
		}
	}
}

// callOf is the call of a function with which its example ends; ok is false if
// the example is about something else.
func callOf(example, function string) (expr string, ok bool) {
	expr = example
	if names, value, assigned := strings.Cut(example, " = "); assigned && !strings.ContainsAny(names, "([") {
		expr = value
	}
	e, err := (&syntax.FileOptions{}).ParseExpr("example", expr, 0)
	if err != nil {
		return "", false
	}
	c, ok := e.(*syntax.CallExpr)
	if !ok {
		return "", false
	}
	switch fn := c.Fn.(type) {
	case *syntax.Ident:
		return expr, fn.Name == function
	case *syntax.DotExpr:
		return expr, fn.Name.Name == function[strings.LastIndex(function, ".")+1:]
	}
	return "", false
}

// TestGivesNamesFunctions finds names in the table that no function has.
func TestGivesNamesFunctions(t *testing.T) {
	var known []string
	for _, f := range documented(t) {
		known = append(known, f.Signature().Name)
	}
	known = append(known, "figure.save")
	for _, v := range Pure() {
		if m, ok := v.(*module); ok {
			for _, f := range m.members {
				if s, ok := SignatureOf(f); ok {
					known = append(known, s.Name)
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(gives)) {
		if !slices.Contains(known, name) {
			t.Errorf("Gives knows %s, and there is no such function", name)
		}
	}
}

func TestMembersOf(t *testing.T) {
	for _, tt := range []struct{ expr, typ string }{
		{`df`, "frame"}, {`df["x"]`, "series"}, {`df["name"].str`, "series.str"}, {`df.group_by("group")`, "group_by"},
		{`plot.hist([1, 2])`, "figure"}, {`ml.LogisticRegression()`, "estimator"}, {`ml.StandardScaler()`, "transformer"},
		{`model`, "model"}, {`ml.StandardScaler().fit(wine[features])`, "fitted_transformer"}, {`ml.KFold()`, "splitter"},
		{`ml.GridSearchCV(ml.DecisionTreeClassifier(), {"max_depth": [1]})`, "search"},
		{`ml.GridSearchCV(ml.DecisionTreeClassifier(), {"max_depth": [1]}).fit(wine[features], wine["cultivar"])`, "fitted_search"},
	} {
		res, err := runCell(t.Context(), exampleHost(), exampleNames+tt.expr, nil)
		if err != nil {
			t.Fatalf("%s\n%s", tt.expr, traceback(err))
		}
		if res.Value.Type() != tt.typ {
			t.Errorf("%s is a %s, not a %s", tt.expr, res.Value.Type(), tt.typ)
		}
		m, ok := MembersOf(tt.typ)
		if !ok {
			t.Errorf("there are no members of %s", tt.typ)
		}
		for name := range m.Methods {
			if _, err := res.Value.(starlark.HasAttrs).Attr(name); err != nil {
				t.Errorf("%s has no method %s: %v", tt.expr, name, err)
			}
		}
		for _, name := range res.Value.(starlark.HasAttrs).AttrNames() {
			_, method := m.Methods[name]
			_, property := m.Properties[name]
			if !method && !property && !m.Open {
				t.Errorf("%s has %s, which MembersOf does not list", tt.expr, name)
			}
		}
	}
}

func TestSignatureOf(t *testing.T) {
	res, err := runCell(t.Context(), exampleHost(), exampleNames+`[io.read_csv, df.head, ml.LogisticRegression]`, nil)
	if err != nil {
		t.Fatal(traceback(err))
	}
	want := []Signature{
		{Name: "io.read_csv", Params: `path, sep=",", header=True, names=None, columns=None, dtype=None, na_values=None`},
		{Name: "frame.head", Params: "n=5"},
		{Name: "ml.LogisticRegression", Params: `C=1.0, penalty="l2", max_iter=100, tol=0.0001, fit_intercept=True, class_weight=None, multi_class="auto"`, ByName: true},
	}
	for i, w := range want {
		if s, ok := SignatureOf(res.Value.(*starlark.List).Index(i)); !ok || s != w {
			t.Errorf("signature %+v, want %+v", s, w)
		}
	}
	if _, ok := SignatureOf(starlark.None); ok {
		t.Error("None has a signature")
	}
}

// TestSignaturesHold: a call without a parameter that the signature asks for
// fails, and so does one with more arguments by position than it has.
func TestSignaturesHold(t *testing.T) {
	for _, f := range documented(t) {
		s := f.Signature()
		if s.Planned {
			continue
		}
		file, err := (&syntax.FileOptions{}).Parse("signature", "def f("+s.Params+"):\n    pass", 0)
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		required, places, unending := 0, 0, false
		for _, param := range file.Stmts[0].(*syntax.DefStmt).Params {
			switch param.(type) {
			case *syntax.Ident:
				required++
				places++
			case *syntax.BinaryExpr:
				places++
			case *syntax.UnaryExpr:
				unending = true
			}
		}
		if required > 0 {
			if _, err := starlark.Call(&starlark.Thread{}, f, nil, nil); err == nil {
				t.Errorf("%s(%s) works without arguments", s.Name, s.Params)
			}
		}
		if unending {
			continue
		}
		args := make(starlark.Tuple, places+1)
		for i := range args {
			args[i] = starlark.None
		}
		if _, err := starlark.Call(&starlark.Thread{}, f, args, nil); err == nil {
			t.Errorf("%s(%s) takes %d arguments", s.Name, s.Params, len(args))
		}
	}
}

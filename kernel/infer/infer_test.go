package infer

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
)

// analyze goes through cells that are separated by lines of dashes.
func analyze(t *testing.T, source string, files map[string]string) []*Facts {
	t.Helper()
	env, err := builtin.Env(map[string]any{"model": "logreg", "seed": 1})
	if err != nil {
		t.Fatal(err)
	}
	owned := map[string]bool{}
	var trees []*lang.Tree
	for i, cell := range strings.Split(source, "\n---\n") {
		p, err := lang.Compile(fmt.Sprint("cell-", i+1), cell)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range p.Defines() {
			owned[d.Name.Name] = true
		}
		tree, err := lang.ParseTree(p.ID, cell)
		if err != nil {
			t.Fatal(err)
		}
		trees = append(trees, tree)
	}
	a := New(Env{
		Builtins: env, Params: map[string]string{"model": "string", "seed": "int"},
		Owned: func(name string) bool { return owned[name] },
		Open: func(path string) (io.ReadCloser, error) {
			if text, ok := files[path]; ok {
				return io.NopCloser(strings.NewReader(text)), nil
			}
			return nil, errors.New("no such file")
		},
	})
	var out []*Facts
	for _, tree := range trees {
		out = append(out, a.Cell(t.Context(), tree))
	}
	return out
}

// frames are statements that the columns in the tests start from.
const frames = `df = frame({"a": [1, 2], "b": [3, 4], "c d": ["x", "y"]})
other = frame({"a": [1], "z": [2], "b": [5]})
names = ["a", "b"]
`

func TestColumns(t *testing.T) {
	const unknown = "?"
	for _, tt := range []struct{ expr, want string }{
		{`df`, "a,b,c d"},
		{`frame({k: [1] for k in names})`, unknown},
		{`df[["a"]]`, "a"}, {`df[names]`, "a,b"}, {`df[[n for n in names]]`, "a,b"}, {`df[df["a"] > 1]`, "a,b,c d"}, {`df[:1]`, "a,b,c d"},
		{`df[[c for c in df.columns if c not in ("a", "b")]]`, "c d"},
		{`df[[c for c in df.columns if c != "a" and not c == "b"]]`, "c d"},
		{`df[[c for c in df.columns if c.startswith("a")]]`, unknown},
		{`df[["a"] + ["b"]]`, "a,b"}, {`df[list(df.columns)]`, "a,b,c d"}, {`df[[params.model]]`, unknown},
		{`df.head().tail(1).sample(1).unique().sort("a").drop_nulls().fill_null(0).drop_duplicates(["a"]).filter(df.a > 1)`, "a,b,c d"},
		{`df.drop("a")`, "b,c d"}, {`df.drop(["a", "b"])`, "c d"}, {`df.drop(columns=["a"])`, "b,c d"}, {`df.drop(*names)`, unknown}, {`df.drop(params.model)`, unknown},
		{`df.rename({"a": "x"})`, "x,b,c d"}, {`df.rename({"a": params.model})`, unknown},
		{`df.with_column("e", df["a"] * 2)`, "a,b,c d,e"}, {`df.with_column("a", 1)`, "a,b,c d"}, {`df.with_column("e", [f(x) for x in []])`, "a,b,c d,e"},
		{`df.with_column(name="e", values=params.seed)`, "a,b,c d,e"}, {`df.with_column(params.model, 1)`, unknown},
		{`df.join(other, on="a")`, "a,b,c d,z,b_right"}, {`df.join(other, on="a", suffix="_2")`, "a,b,c d,z,b_2"}, {`df.join(other, on="a", suffix=params.model)`, unknown},
		{`df.join(other, "a", "outer")`, "a,b,c d,z,b_right"}, {`df.concat(df)`, "a,b,c d"},
		{`df.group_by("a").agg({"b": "mean"})`, "a,b"}, {`df.group_by("a").agg({"b": ["mean", "max"]}, n="count")`, "a,b_mean,b_max,n"}, {`df.group_by("a", "b").count()`, "a,b,count"},
		{`df.value_counts("a")`, "a,count"}, {`df.describe()`, unknown},
		{`df if params.seed else df.head()`, "a,b,c d"}, {`df if params.seed else other`, unknown},
		{`ml.train_test_split(df, test_size=params.seed)[0]`, "a,b,c d"}, {`ml.train_test_split(df, df["a"])[1]`, "a,b,c d"},
		{`samples.load_wine()[["ash"]]`, "ash"}, {`samples.wine_quality(n=params.seed)[["pH"]]`, "pH"}, {`samples.wine_quality(100_000)[["pH"]]`, "pH"}, {`samples.wine_quality(params.seed)[["pH"]]`, "pH"},
		{`samples.make_classification(n_features=2, n_samples=7)`, "x0,x1,target"}, {`samples.make_classification(10, 3)`, "x0,x1,x2,target"},
		{`samples.make_classification(n_features=10_000_000)`, unknown},
		{`io.read_csv("d.csv")`, "id,x y,z"}, {`io.read_csv("d.csv", columns=["z"])`, "z"}, {`io.read_csv("d.csv", dtype={"id": str})`, "id,x y,z"},
		{`io.read_csv("d.csv", names=["p", "q", "r"])`, "p,q,r"}, {`io.read_csv("d.csv", header=False)`, "column_1,column_2,column_3"},
		{`io.read_csv("s.csv", sep=";")`, "u,v"}, {`io.read_csv("s.csv", sep=params.model)`, unknown}, {`io.read_csv("none.csv")`, unknown}, {`io.read_csv(params.model)`, unknown},
	} {
		t.Run(tt.expr, func(t *testing.T) {
			facts := analyze(t, frames+"f = lambda x: x\nout = "+tt.expr, map[string]string{
				"d.csv": "\ufeff\n\"id\",\"x\r\ny\",z\r\n1,2\n", "s.csv": "u;v\n1;2\n",
			})[0]
			out := facts.Exports["out"]
			names, ok := out.Columns()
			got := strings.Join(names, ",")
			if !ok {
				got = unknown
			}
			if got = strings.ReplaceAll(got, "x\r\ny", "x y"); got != tt.want || out.Type != "frame" {
				t.Errorf("columns %s of a %s, want %s", got, out.Type, tt.want)
			}
			if len(facts.Problems) > 0 {
				t.Errorf("problems %+v", facts.Problems)
			}
		})
	}
}

func TestTypes(t *testing.T) {
	for _, tt := range []struct{ expr, want string }{
		{`1`, "int"}, {`"a" + "b"`, "string"}, {`f"{df}"`, "string"}, {`1 < 2`, "bool"}, {`not df.a.any()`, "bool"}, {`1.0 * 2`, "float"}, {`-1`, "int"},
		{`[1]`, "list"}, {`(1, df)[1]`, "frame"}, {`{}`, "dict"}, {`[x for x in names]`, "list"}, {`{x: 1 for x in names}`, "dict"},
		{`df["a"]`, "series"}, {`df.a`, "series"}, {`df["a"] > 1`, "series"}, {`1 - df["a"]`, "series"}, {`~(df.a > 1) & (df.b < 2)`, "series"}, {`df[params.model]`, "series"},
		{`df["a"].mean()`, "float"}, {`df["a"].str`, "series.str"}, {`df["a"].str.lower()`, "series"}, {`df.columns`, "list"}, {`df.shape`, "tuple"},
		{`ml.LogisticRegression()`, "estimator"}, {`ml.LogisticRegression().fit(df, df["a"])`, "model"}, {`ml.LogisticRegression().fit(df, df["a"]).predict(df)`, "series"},
		{`plot.hist(df["a"])`, "figure"}, {`len(names)`, "int"}, {`str(1)`, "string"}, {`params.model`, "string"}, {`params.seed`, "int"},
		{`None if params.seed else 1`, ""}, {`twice(2)`, "int"}, {`either(1)`, ""}, {`nothing()`, "NoneType"}, {`again(3)`, ""}, {`(lambda: df)()`, "frame"},
	} {
		t.Run(tt.expr, func(t *testing.T) {
			const functions = "def twice(x):\n    return 4\ndef either(x):\n    if x:\n        return 1\n    return \"a\"\ndef nothing():\n    pass\n" +
				"def again(n):\n    return again(n - 1)\n"
			facts := analyze(t, frames+functions+"out = "+tt.expr, nil)[0]
			if got := facts.Exports["out"].Type; got != tt.want {
				t.Errorf("type %q, want %q", got, tt.want)
			}
			if len(facts.Problems) > 0 {
				t.Errorf("problems %+v", facts.Problems)
			}
		})
	}
}

// What is known of a variable after the statements; "" is nothing.
func TestFlow(t *testing.T) {
	for _, tt := range []struct{ name, source, want string }{
		{"branches that agree", "if params.seed:\n    x = df\nelse:\n    x = df.head()", "a,b,c d"},
		{"branches that differ", "if params.seed:\n    x = df\nelse:\n    x = other", "frame"},
		{"a branch that fails", "x = other\nif params.seed:\n    fail(\"no\")\nelse:\n    x = df", "a,b,c d"},
		{"changed in a loop", "x = df\nfor i in range(2):\n    x = x.drop(\"a\")", ""},
		{"unchanged in a loop", "x = df\nfor i in range(2):\n    y = i", "a,b,c d"},
		{"changed in while", "x = df\nwhile params.seed:\n    x = 1", ""},
		{"augmented", "x = 1\nx += 1", "int"},
		{"a list that changes", "ns = [\"a\"]\nns.append(\"b\")\nx = df[ns]", "frame"},
		{"a list under two names", "ns = [\"a\"]\nms = ns\nms.append(\"b\")\nx = df[ns]", "frame"},
		{"a list that is added to", "ns = [\"a\"]\nns += names\nx = df[ns]", "frame"},
		{"a global of a function", "def f():\n    return df\nx = f()", "a,b,c d"},
		{"a global that changes", "g = df\ndef f():\n    return g\ng = other\nx = f()", ""},
		{"unpacked", "x, y = df, other", "a,b,c d"},
		{"split", "x, y = ml.train_test_split(df)", "a,b,c d"},
		{"dicts that differ", "if params.seed:\n    d = {\"a\": [params.seed]}\nelse:\n    d = {\"b\": [params.seed]}\nx = frame(d)", "frame"},
		{"a dict", "d = {\"a\": [params.seed], \"b\": 1}\nx = frame(d)", "a,b"},
		{"a parameter", "def f(x):\n    return x\nx = f(df)", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := analyze(t, frames+tt.source, nil)[0].Exports["x"]
			got := x.Type
			if names, ok := x.Columns(); ok {
				got = strings.Join(names, ",")
			}
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestForeignFunctionsMayChangeLists(t *testing.T) {
	facts := analyze(t, "def add(xs):\n    xs.append(\"zzz\")\n---\n"+frames+"add(names)\nx = df[names]", nil)
	if _, known := facts[1].Exports["x"].Columns(); known || len(facts[1].Problems) > 0 {
		t.Errorf("the list was taken for what it was before: %+v", facts[1])
	}
}

// problems are shown as "line: kind sure".
func problems(facts []*Facts) []string {
	names := map[Kind]string{NoAttribute: "attribute", NoKeyword: "keyword", MissingArgument: "missing", TooManyArguments: "toomany",
		NoColumn: "column", NoTruth: "truth", NoParam: "param", Hidden: "hidden", Immutable: "immutable"}
	var out []string
	for _, f := range facts {
		for _, p := range f.Problems {
			text := fmt.Sprintf("%d: %s", p.Start.Line, names[p.Kind])
			if p.Sure {
				text += " sure"
			}
			out = append(out, text)
		}
	}
	return out
}

func TestProblems(t *testing.T) {
	for _, tt := range []struct {
		name, source string
		want         []string
	}{
		{"module attribute", `ml.LogisticRegresion()`, []string{"1: attribute sure"}},
		{"method of another library", `frame({"a": [1]}).groupby("a")`, []string{"1: attribute sure"}},
		{"series", "s = series([1])\ns.fillna(0)", []string{"2: attribute sure"}},
		{"unknown columns, no call", "df = io.read_csv(params.model)\ndf.anything", nil},
		{"unknown columns, a call", "df = io.read_csv(params.model)\ndf.anything()", []string{"2: attribute sure"}},
		{"not fitted", `ml.LogisticRegression().predict(1)`, []string{"1: attribute sure"}},
		{"in a function", "def f():\n    return ml.nothing", []string{"2: attribute"}},
		{"asked for before", "x = series([1])\nif hasattr(x, \"a\"):\n    x.a", nil},
		{"keyword", `plot.hist([1], titel="x")`, []string{"1: keyword sure"}},
		{"keyword of an estimator", `ml.LogisticRegression(n_jobs=2)`, []string{"1: keyword sure"}},
		{"random_state", `ml.KFold(random_state=1, shuffle=True)`, nil},
		{"position", `ml.LogisticRegression(1.0)`, []string{"1: toomany sure"}},
		{"own function", "def f(a, b=1, *, c=2):\n    return a\nf(1, 2, 3)\nf()\nf(1, d=3)\nf(1, c=3)", []string{"3: toomany sure", "4: missing sure", "5: keyword sure"}},
		{"stars", "def f(a, b):\n    return a\nxs = [1, 2]\nf(*xs)", nil},
		{"any", "def f(*args, **kwargs):\n    return args\nf(1, 2, x=3)", nil},
		{"column", `frame({"a": [1]})["b"]`, []string{"1: column sure"}},
		{"column of a plot", `plot.scatter(frame({"a": [1]}), x="a", y="q")`, []string{"1: column sure"}},
		{"column to stratify by", `ml.train_test_split(frame({"a": [1]}), stratify="q")`, []string{"1: column sure"}},
		{"column by param", "df = frame({\"a\": [1]})\nif params.seed > 1:\n    df[\"b\"]", []string{"3: column"}},
		{"column that is asked for", "df = frame({\"a\": [1]})\nif \"b\" in df.columns:\n    df = df.drop(\"b\")\ndf[\"b\"] if \"b\" in df else None", nil},
		{"column, asked for by name", "df = frame({\"a\": [1]})\nhas = \"b\" in df\nif has:\n    df[\"b\"]", nil},
		{"column after a way out", "def f():\n    if \"b\" not in df.columns:\n        return None\n    return df[\"b\"]\ndf = frame({\"a\": [1]})", nil},
		{"truth", "s = series([1])\nif s > 1:\n    pass\ny = s and 1\nz = 1 if not s else 2\nassert_(s > 1)\nassert_((s > 1).all())", []string{"2: truth sure", "4: truth sure", "5: truth sure", "6: truth sure"}},
		{"param", `params.modle`, []string{"1: param sure"}},
		{"hidden", "plot = 3\n---\nplot.hist([1])", []string{"1: hidden sure"}},
		{"hidden by something", "plot = params.model.split(\",\")[0]\n---\nplot.hist([1])", []string{"1: hidden"}},
		{"hidden by a value that has it", "plot = frame({\"hist\": [1]})\n---\nplot.hist", nil},
		{"hidden function", "sum = 3\n---\nsum([1])", []string{"1: hidden sure"}},
		{"assigned part", "df = frame({\"a\": [1]})\ndf[\"b\"] = 1\ndf.b = 1", []string{"2: immutable sure", "3: immutable sure"}},
		{"a value named like a module, as an argument", "def f(plot):\n    return plot.hist", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, problems(analyze(t, tt.source, nil))); diff != "" {
				t.Errorf("problems differ (-want +got)\n%s", diff)
			}
		})
	}
}

func TestEffects(t *testing.T) {
	facts := analyze(t, strings.Join([]string{
		`def stamp():`, `    return now()`, `def twice():`, `    return stamp()`, `df = io.read_csv("./in/x.csv")`, `df.to_csv("out.csv")`,
		`params.seed`, `---`, `x = twice()`, `y = map(stamp, [1])`, `unknown = x.y`, `unknown.save("m.bin")`, `getattr(params, "seed")`, `sleep(1)`,
	}, "\n"), nil)
	var got []string
	for i, f := range facts {
		for _, u := range f.Impure {
			got = append(got, fmt.Sprintf("%d impure %s", i, u.Name))
		}
		for _, u := range f.Files {
			got = append(got, fmt.Sprintf("%d file %s %v", i, u.Name, u.Write))
		}
		for _, u := range f.Params {
			got = append(got, fmt.Sprintf("%d param %s", i, u.Name))
		}
		if f.AllParams {
			got = append(got, fmt.Sprintf("%d all params", i))
		}
	}
	slices.Sort(got)
	want := []string{
		"0 file in/x.csv false", "0 file out.csv true", "0 param seed",
		"1 all params", "1 file m.bin true", "1 impure sleep()", "1 impure stamp(), which calls now()", "1 impure twice(), which calls now()",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("effects differ (-want +got)\n%s", diff)
	}
}

// What a cell can hold must not take longer than it is long: no part is gone
// through again for each level around it.
func TestDeepCellsAreQuick(t *testing.T) {
	const n, nested = 200, 60 // the parser refuses deeper ones
	for name, source := range map[string]string{
		"methods":        "df = frame({\"a\": [1]})" + strings.Repeat(".head()", n) + "\nx = df.columns",
		"comprehensions": "x = " + strings.Repeat("[y for y in ", nested) + "[]" + strings.Repeat("]", nested),
		"frames":         "x = " + strings.Repeat("frame({\"a\": ", nested/2) + "1" + strings.Repeat("})", nested/2),
		"conditions":     "x = 1" + strings.Repeat(" and x", 20*n),
		"functions":      "def f(x):\n    return x\nx = " + strings.Repeat("f(", nested) + "1" + strings.Repeat(")", nested),
		"branches":       "x = " + strings.Repeat("1 if params.seed else ", nested) + "2",
	} {
		t.Run(name, func(t *testing.T) {
			if facts := analyze(t, source, nil)[0]; name == "methods" && facts.Exports["x"].Const == nil {
				t.Error("the columns are not known")
			}
		})
	}
}

package builtin

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
)

// people is a small frame with a null and a name that is no identifier.
const people = `people = frame({
    "name": ["Ann", "Bob", "Cid", "Dan"],
    "group": ["a", "b", "a", "b"],
    "x": [1, 2, None, 4],
    "y": [0.5, 1.5, 2.5, 3.5],
    "shoe size": [38, 43, 41, 43],
})
`

// csvOf is a frame as one line of CSV, for tables of tests.
func csvOf(t *testing.T, f *frame.Frame) string {
	t.Helper()
	var b strings.Builder
	if err := f.WriteCSV(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(strings.TrimSpace(b.String()), "\n", "; ")
}

// brief is a value on one line.
func brief(t *testing.T, v starlark.Value) string {
	t.Helper()
	switch v := v.(type) {
	case *Frame:
		if v.frame.NumColumns() == 0 {
			return "no columns"
		}
		return csvOf(t, v.frame)
	case *Series:
		list := make([]starlark.Value, v.Len())
		for i := range list {
			list[i] = v.Index(i)
		}
		return fmt.Sprintf("%s %s %v", v.series.Name(), v.series.DType(), starlark.NewList(list))
	}
	return v.String()
}

type sourceTest struct{ name, source, want string }

func runSources(t *testing.T, prelude string, tests []sourceTest) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, brief(t, runValue(t, newHost(), prelude+test.source, nil))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.source, diff)
			}
		})
	}
}

type errorTest struct{ name, source, msg, hint string }

// runErrors checks that message and hint hold the wanted parts.
func runErrors(t *testing.T, prelude string, tests []errorTest) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := failure(t, newHost(), prelude+test.source, nil)
			if !strings.Contains(e.Msg, test.msg) || !strings.Contains(e.Hint, test.hint) || (test.hint == "") != (e.Hint == "") {
				t.Errorf("%s\nmessage %q, want %q\n   hint %q, want %q", test.source, e.Msg, test.msg, e.Hint, test.hint)
			}
		})
	}
}

func TestFrameAccess(t *testing.T) {
	runSources(t, people, []sourceTest{
		{"column", `people["x"]`, "x int64 [1, 2, None, 4]"},
		{"attribute", `people.x`, "x int64 [1, 2, None, 4]"},
		{"method wins", `frame({"head": [1]}).head()`, "head; 1"},
		{"property wins", `frame({"shape": [1]}).shape`, "(1, 1)"},
		{"columns by list", `people[["y", "x"]]`, "y,x; 0.5,1; 1.5,2; 2.5,; 3.5,4"},
		{"columns by tuple", `people["y", "x"].columns`, `["y", "x"]`},
		{"no columns", `people[[]]`, "no columns"},
		{"mask", `people[people.y > 2]["name"]`, `name string ["Cid", "Dan"]`},
		{"null in a mask is false", `people[people.x > 1]["name"]`, `name string ["Bob", "Dan"]`},
		{"masks together", `people[(people.y < 1) | ~(people["shoe size"] < 43)]["name"]`, `name string ["Ann", "Bob", "Dan"]`},
		{"mask by list", `people[[True, False, False, True]]["name"]`, `name string ["Ann", "Dan"]`},
		{"slice", `people[1:3]["name"]`, `name string ["Bob", "Cid"]`},
		{"slice from the end", `people[-1:]["name"]`, `name string ["Dan"]`},
		{"slice by two", `people[::2]["name"]`, `name string ["Ann", "Cid"]`},
		{"slice backwards", `people[::-1]["name"]`, `name string ["Dan", "Cid", "Bob", "Ann"]`},
		{"slice of nothing", `people[3:1].shape`, "(0, 5)"},
		{"len", `len(people)`, "4"},
		{"shape", `people.shape`, "(4, 5)"},
		{"columns", `people.columns`, `["name", "group", "x", "y", "shoe size"]`},
		{"dtypes", `people.dtypes`, `{"name": "string", "group": "string", "x": "int64", "y": "float64", "shoe size": "int64"}`},
		{"in", `("x" in people, "z" in people, 3 in people, "z" not in people)`, "(True, False, False, True)"},
		{"type", `(type(people), isinstance(people, frame), isinstance(people.x, series))`, `("frame", True, True)`},
		{"short text", `str(people)`, `"<frame of 4 rows × 5 columns>"`},
		{"equal to None", `(people == None, None != people)`, "(False, True)"},
		{"equal in a list", `[people] == [people[:]]`, "True"},
		{"unequal in a list", `[people] == [people[1:]]`, "False"},
		{"dir", `[n for n in dir(people) if n in ("x", "head", "shape", "shoe size")]`, `["head", "shape", "x"]`},
		{"a keyword is no attribute", `"for" in dir(frame({"for": [1]}))`, "False"},
		{"method as a value", "h = people.head\nlen(h(2))", "2"},
	})
}

func TestFrameMethods(t *testing.T) {
	runSources(t, people, []sourceTest{
		{"head", `people.head(1).name`, `name string ["Ann"]`},
		{"head of more", `len(people.head(100))`, "4"},
		{"tail", `people.tail(n=1).name`, `name string ["Dan"]`},
		{"sample is seeded", `people.sample(3, seed=7).equals(people.sample(3, seed=7))`, "True"},
		{"sample has a default seed", `people.sample(3).equals(people.sample(3, seed=42))`, "True"},
		{"sample of all", `sorted(people.sample(4).name)`, `["Ann", "Bob", "Cid", "Dan"]`},
		{"row", `people.row(2)`, `{"name": "Cid", "group": "a", "x": None, "y": 2.5, "shoe size": 41}`},
		{"last row", `people.row(-1)["name"]`, `"Dan"`},
		{"rows", `people[["x", "y"]].rows()`, "[(1, 0.5), (2, 1.5), (None, 2.5), (4, 3.5)]"},
		{"to_dicts", `people[["x"]][:2].to_dicts()`, `[{"x": 1}, {"x": 2}]`},
		{"rows and back", `frame(people.to_dicts()).equals(people)`, "True"},
		{"filter", `people.filter(people.y > 3).name`, `name string ["Dan"]`},
		{"filter by list", `people.filter([False, False, False, True]).name`, `name string ["Dan"]`},
		{"sort", `people.sort("y", desc=True).name`, `name string ["Dan", "Cid", "Bob", "Ann"]`},
		{"sort by two", `people.sort(["group", "y"], desc=[False, True]).name`, `name string ["Cid", "Ann", "Dan", "Bob"]`},
		{"sort puts null last", `people.sort("x", desc=True).x`, "x int64 [4, 2, 1, None]"},
		{"unique", `people[["group"]].unique()`, "group; a; b"},
		{"drop_duplicates", `people.drop_duplicates("group").name`, `name string ["Ann", "Bob"]`},
		{"drop_nulls", `people.drop_nulls().name`, `name string ["Ann", "Bob", "Dan"]`},
		{"drop_nulls of columns", `len(people.drop_nulls(["y"]))`, "4"},
		{"fill_null", `people.fill_null(0).x`, "x int64 [1, 2, 0, 4]"},
		{"fill_null by column", `people.fill_null({"x": 9}).x`, "x int64 [1, 2, 9, 4]"},
		{"fill_null in columns", `people.fill_null(7, columns="x").x`, "x int64 [1, 2, 7, 4]"},
		{"value_counts", `people.value_counts("shoe size")`, "shoe size,count; 43,2; 38,1; 41,1"},
		{"with_column", `people.with_column("z", people.y * 2)[["z"]]`, "z; 1.0; 3.0; 5.0; 7.0"},
		{"with_column in place", `people.with_column("x", [4, 3, 2, 1]).columns`, `["name", "group", "x", "y", "shoe size"]`},
		{"with_column of one value", `people.with_column("k", "same").k`, `k string ["same", "same", "same", "same"]`},
		{"with_column of None", `people.with_column("k", None).k`, "k float64 [None, None, None, None]"},
		{"with_column leaves the old one", "other = people.with_column(\"x\", 0)\npeople.x", "x int64 [1, 2, None, 4]"},
		{"with_column of a range", `people.with_column("i", range(4)).i`, "i int64 [0, 1, 2, 3]"},
		{"drop", `people.drop("name", "x").columns`, `["group", "y", "shoe size"]`},
		{"drop a list", `people.drop(columns=["name", "x"]).columns`, `["group", "y", "shoe size"]`},
		{"rename", `people.rename({"shoe size": "size"}).columns`, `["name", "group", "x", "y", "size"]`},
		{"rename as in pandas", `people.rename(columns={"x": "z"}).columns[2]`, `"z"`},
		{"concat", `people[["x"]].concat(people[["x"]][:1])`, "x; 1; 2; NA; 4; 1"},
		{"concat a list", `len(people.concat([people, people]))`, "12"},
		{"join", `people[["name", "group"]].join(frame({"group": ["b"], "w": [7]}), on="group")`, "name,group,w; Bob,b,7; Dan,b,7"},
		{"left join", `people[["name", "group"]].join(frame({"group": ["b"], "w": [7]}), on=["group"], how="left").w`, "w int64 [None, 7, None, 7]"},
		{"join with suffix", `people[["group", "x"]].join(people[["group", "x"]], on="group", suffix="_2").columns`, `["group", "x", "x_2"]`},
		{"equals", `people.equals(people[:]) and not people.equals(people[1:])`, "True"},
		{"describe", `people.describe().columns`, `["statistic", "x", "y", "shoe size"]`},
	})
}

func TestGroupBy(t *testing.T) {
	runSources(t, people, []sourceTest{
		{"one function keeps the name", `people.group_by("group").agg({"y": "mean"})`, "group,y; a,1.5; b,2.5"},
		{"several functions", `people.group_by("group").agg({"y": ["min", "max"]})`, "group,y_min,y_max; a,0.5,2.5; b,1.5,3.5"},
		{"one in a list", `people.group_by("group").agg({"y": ["min"]}).columns`, `["group", "y_min"]`},
		{"named", `people.group_by("group").agg(top=("y", "max"), n="count")`, "group,top,n; a,2.5,2; b,3.5,2"},
		{"both", `people.group_by("group").agg({"x": "sum"}, n="count")`, "group,x,n; a,1,2; b,6,2"},
		{"columns by name", `people.group_by("group").agg(columns={"x": "count"})`, "group,x; a,1; b,2"},
		{"of a key", `people.group_by("group").agg({"group": "count"})`, "group,group_count; a,2; b,2"},
		{"two keys", `people.group_by("group", "shoe size").agg(n="count")`, "group,shoe size,n; a,38,1; a,41,1; b,43,2"},
		{"keys by list", `people.group_by(["group", "shoe size"]).count()`, "group,shoe size,count; a,38,1; a,41,1; b,43,2"},
		{"text", `str(people.group_by("group"))`, `"<groups of 4 rows by group>"`},
	})
}

func TestFrameErrors(t *testing.T) {
	runErrors(t, people, []errorTest{
		{"assignment", `people["z"] = 1`, `column "z" cannot be assigned`, `df = df.with_column("z", ...)`},
		{"assignment of an attribute", `people.z = 1`, `column "z" cannot be assigned`, `df = df.with_column("z", ...)`},
		{"assignment to a mask", `people[people.x > 1] = 1`, "cannot be changed", "with_column"},
		{"unknown column", `people["nam"]`, `no column "nam"; did you mean "name"?`, ""},
		{"unknown columns", `people[["x", "q"]]`, `no column "q"`, ""},
		{"number", `people[0]`, "not indexed by number", "df.row(i)"},
		{"other index", `people[None]`, "not indexed by None", `df["c"]`},
		{"mask of numbers", `people[people.y]`, "float64", ""},
		{"mask of another length", `people[people[:2].y > 1]`, "2", ""},
		{"misspelt column", `people.nama`, "neither a column nor a method `nama`", "the column `name`"},
		{"column with a blank", `people.shoe_size`, "neither a column nor a method", `df["shoe size"]`},
		{"misspelt method", `people.desribe()`, "neither a column nor a method", "the method `describe()`"},
		{"misspelt property", `people.shap`, "neither a column nor a method", "`shape`"},
		{"nothing near", `people.quux`, "neither a column nor a method", "the columns are name, group, x, y, shoe size"},
		{"pandas name", `people.groupby("group")`, "neither a column nor a method `groupby`", `df.group_by("c")`},
		{"pandas iloc", `people.iloc[0]`, "`iloc`", "df.row(i)"},
		{"truth", "if people:\n    pass", "neither true nor false", "len(df) > 0"},
		{"key", `{people: 1}`, "a frame cannot be a key", "name"},
		{"compared", `people == people`, "not compared by == with a frame", "df.equals(other)"},
		{"compared from the right", `1 < people`, "not compared by < with an int", "df.equals"},
		{"order in a list", `[people] < [people[1:]]`, "not before or after", ""},
		{"not iterable", "for c in people:\n    pass", "not iterable", "df.columns"},
		{"with_column of a function", `people.with_column("z", len)`, "the values are the function len", ".map(f)"},
		{"with_column too short", `people.with_column("z", [1, 2])`, `column "z" has 2 rows, the frame has 4`, ""},
		{"with_column of a dict", `people.with_column("z", {"a": 1})`, "a dict is not a single value", ""},
		{"mixed list", `people.with_column("z", [1, "b", 2, 3])`, "mixes kinds: row 0 is int64 (1), row 1 is string", ""},
		{"nested list", `people.with_column("z", [1, [2], 2, 3])`, `column "z", row 1: a list is not a single value`, ""},
		{"large number", `series([pow(2, 70)])`, "beyond 64 bits", "float(x)"},
		{"too many arguments", `people.head(1, 2)`, "frame.head: got 2 arguments", "frame.head(n=5)"},
		{"unknown keyword", `people.sort("x", ascending=False)`, "ascending", "frame.sort(by, desc=False)"},
		{"unknown keyword of names", `people.drop(axis=1)`, `unexpected keyword argument "axis"`, "frame.drop(*columns)"},
		{"negative head", `people.head(-1)`, "n is -1", ""},
		{"drop unknown", `people.drop("q")`, `no column "q"`, ""},
		{"row outside", `people.row(4)`, "row 4 is not there: there are 4", ""},
		{"join how", `people.join(people, on="name", how="full")`, "full", ""},
		{"join with nothing", `people.join([1], on="name")`, "want frame", "frame.join("},
		{"concat others", `people.concat(people[["x"]])`, "concat", ""},
		{"concat a number", `people.concat(1)`, "concat takes frames, not an int", ""},
		{"sort unknown", `people.sort("nme")`, `did you mean "name"?`, ""},
		{"filter by number", `people.filter(1)`, "the mask is an int", "comparison"},
		{"rename to number", `people.rename({"x": 1})`, `the new name of "x" is an int`, ""},
		{"names that are numbers", `people.drop(1)`, "a column is a string or a list of strings, not an int", ""},
		{"agg function", `people.group_by("group").agg({"y": "avg"})`, `there is no function "avg"`, "mean"},
		{"agg function near", `people.group_by("group").agg({"y": "men"})`, `there is no function "men"`, `did you mean "mean"?`},
		{"agg of number", `people.group_by("group").agg({"y": 1})`, "1 is not a function's name", `{"x": "mean"}`},
		{"agg of nothing", `people.group_by("group").agg()`, "nothing to compute", ".agg("},
		{"agg named badly", `people.group_by("group").agg(top="y")`, `agg: top is "y"`, `top=("column", "mean")`},
		{"agg of text", `people.group_by("group").agg({"name": "mean"})`, "mean is not defined for string", ""},
		{"agg of unknown", `people.group_by("group").agg({"z": "mean"})`, `no column "z"`, ""},
		{"agg by method", `people.group_by("group").mean()`, "no method `mean`", `.agg({"column": "mean"})`},
		{"group_by unknown", `people.group_by("grp")`, `no column "grp"`, ""},
		{"to_parquet", `people.to_parquet("x.parquet")`, "not available yet", ""},
		{"frame of a number", `frame(1)`, "not of an int", "frame({"},
		{"frame of uneven columns", `frame({"a": [1], "b": [1, 2]})`, `column "a" has 1 rows, column "b" has 2`, ""},
		{"frame of numbered columns", `frame({1: [1]})`, "the key 1 is not a string", ""},
		{"frame of lists", `frame([[1, 2]])`, "row 0 is a list, not a dict", "frame({"},
		{"frame of rows of lists", `frame([{"a": [1]}])`, `row 0, column "a": a list is not a single value`, ""},
		{"frame of mixed rows", `frame([{"a": 1}, {"a": "b"}])`, `column "a" mixes kinds`, ""},
		{"direction", `people.sort("x", desc=1)`, "desc is True, False or a list of them, not an int", ""},
		{"directions", `people.sort("x", desc=[1])`, "desc: 1 is neither True nor False", ""},
		{"names and numbers", `people[["x", 1]]`, "the index: 1 is not a string", ""},
		{"groups as a key", `{people.group_by("group"): 1}`, "a group_by cannot be a key", ".agg(...)"},
		{"groups misspelt", `people.group_by("group").ag()`, "a group_by has no method `ag`", "the method `agg("},
		{"many columns", `frame({"column_%d" % i: 1 for i in range(20)}).zzz`, "neither a column", "column_11 and 8 more"},
		{"fill_null by list", `people.fill_null([0])`, "fill_null: a list is not a single value", ""},
		{"fill_null of another kind", `people.fill_null({"x": "a"})`, "cannot hold", ""},
		{"frame of nested dicts", `frame({"a": {"b": 1}})`, `column "a" is a dict`, ""},
	})
}

// TestElsewhere: what is written here for other libraries' names is needed only
// where the name is not there.
func TestElsewhere(t *testing.T) {
	check := func(what string, elsewhere map[string]string, names []string) {
		for name := range elsewhere {
			if slices.Contains(names, name) {
				t.Errorf("%s has %s, and yet a hint for it", what, name)
			}
		}
	}
	check("a frame", frameElsewhere, append(frameMethods.names(), frameProperties...))
	check("a series", seriesElsewhere, append(seriesMethods.names(), seriesProperties...))
	check("s.str", textElsewhere, textMethods.names())
}

func TestMakeFrame(t *testing.T) {
	runSources(t, "", []sourceTest{
		{"columns", `frame({"a": [1, 2], "b": ("x", None)})`, "a,b; 1,x; 2,"},
		{"one value for all rows", `frame({"k": "z", "a": range(3)})`, "k,a; z,0; z,1; z,2"},
		{"one row", `frame({"a": 1, "b": "x"})`, "a,b; 1,x"},
		{"a series", `frame({"a": series([1, 2]) * 2})`, "a; 2; 4"},
		{"empty", `frame({}).shape`, "(0, 0)"},
		{"no rows", `frame({"a": [], "b": 1}).shape`, "(0, 2)"},
		{"rows", `frame([{"a": 1, "b": "x"}, {"b": "y", "c": 0.5}])`, "a,b,c; 1,x,; ,y,0.5"},
		{"a frame", `frame(frame({"a": [1]}))`, "a; 1"},
		{"series", `series([1, None, 2.5], name="v")`, "v float64 [1.0, None, 2.5]"},
		{"series of text", `series(["a", None])`, ` string ["a", None]`},
		{"series with dtype", `series(["1", "2"], dtype="int64")`, " int64 [1, 2]"},
		{"series by function", `series([1, 2], dtype=float)`, " float64 [1.0, 2.0]"},
		{"series of a series", `series(series([1], name="a"), name="b")`, "b int64 [1]"},
		{"empty series", `series([])`, " float64 []"},
	})
}

func TestRowLimit(t *testing.T) {
	f, err := frame.New(frame.NewInt64("a", make([]int64, maxRowValues+1)))
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"rows", "to_dicts"} {
		e := failure(t, newHost(), "big."+method+"()", starlark.StringDict{"big": NewFrame(f)})
		if !strings.Contains(e.Msg, "too many for single rows") || !strings.Contains(e.Hint, "df[:1000]") {
			t.Errorf("%s: %v", method, e)
		}
	}
}

func TestFrameDisplay(t *testing.T) {
	for name, source := range map[string]string{
		"frame":  people + `people`,
		"large":  `frame({"i": range(1000), "half": series(range(1000)) / 2})`,
		"series": people + `people["shoe size"]`,
	} {
		data, err := Render(t.Context(), runValue(t, newHost(), source, nil))
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".txt", string(data["text/plain"]))
		golden(t, name+".html", string(data["text/html"]))
	}
}

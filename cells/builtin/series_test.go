package builtin

import (
	"context"
	"errors"
	"testing"

	"github.com/wnb-dev/wnb/cells/lang"
)

const seriesNames = `s = series([1, 2, None, 4], name="s")
f = series([0.5, -1.5], name="f")
t = series(["Ann", "bob", None], name="t")
m = series([True, False, None])
`

func TestSeriesOperators(t *testing.T) {
	runSources(t, seriesNames, []sourceTest{
		{"+", `s + 1`, "s int64 [2, 3, None, 5]"},
		{"+ right", `1 + s`, "s int64 [2, 3, None, 5]"},
		{"- right", `10 - s`, "s int64 [9, 8, None, 6]"},
		{"*", `s * 0.5`, "s float64 [0.5, 1.0, None, 2.0]"},
		{"/", `s / 2`, "s float64 [0.5, 1.0, None, 2.0]"},
		{"/ right", `4 / s`, "s float64 [4.0, 2.0, None, 1.0]"},
		{"//", `s // 2`, "s int64 [0, 1, None, 2]"},
		{"%", `s % 2`, "s int64 [1, 0, None, 0]"},
		{"% right", `5 % s`, "s int64 [0, 1, None, 1]"},
		{"two series", `s + s`, "s int64 [2, 4, None, 8]"},
		{"a list", `s + [10, 20, 30, 40]`, "s int64 [11, 22, None, 44]"},
		{"a list on the left", `[10, 20, 30, 40] - s`, "s int64 [9, 18, None, 36]"},
		{"text", `t + "!"`, `t string ["Ann!", "bob!", None]`},
		{"text on the left", `"Dr " + t`, `t string ["Dr Ann", "Dr bob", None]`},
		{"with None", `s + None`, "s int64 [None, None, None, None]"},
		{"unary", `-f`, "f float64 [-0.5, 1.5]"},
		{"unary plus", `+f`, "f float64 [0.5, -1.5]"},
		{"~", `~m`, " bool [False, True, None]"},
		{"&", `m & True`, " bool [True, False, None]"},
		{"& right", `False & m`, " bool [False, False, False]"},
		{"|", `m | ~m`, " bool [True, True, None]"},
		{"+=", "s += 1\ns", "s int64 [2, 3, None, 5]"},
		{"<", `s < 2`, "s bool [True, False, None, False]"},
		{"< right", `2 < s`, "s bool [False, False, None, True]"},
		{"<= right", `2 <= s`, "s bool [False, True, None, True]"},
		{"==", `s == 2`, "s bool [False, True, None, False]"},
		{"!=", `s != s`, "s bool [False, False, None, False]"},
		{"== text", `t == "Ann"`, "t bool [True, False, None]"},
		{"> series", `s > s - 1`, "s bool [True, True, None, True]"},
		{"list < series", `[0, 5, 0, 4] < s`, "s bool [True, False, None, False]"},
		{"in a list", `[s] == [s[:]]`, "True"},
		{"sum", `sum(s)`, "7"},
		{"pow", `pow(s, 2)`, "s int64 [1, 4, None, 16]"},
		{"pow by a series", `pow(s, s)`, "s int64 [1, 4, None, 256]"},
		{"min max sorted", `(min(f), max(f), sorted(f))`, "(-1.5, 0.5, [-1.5, 0.5])"},
		{"len", `len(s)`, "4"},
		{"iteration", `[x for x in s]`, "[1, 2, None, 4]"},
		{"zip", `zip(f, ["a", "b"])`, `[(0.5, "a"), (-1.5, "b")]`},
		{"enumerate", `enumerate(f)`, "[(0, 0.5), (1, -1.5)]"},
		{"in", `(2 in s, 3 in s, None in s, None in f, "Ann" in t, "Ann" in s, 2.0 in s)`, "(True, False, True, False, True, False, True)"},
		{"index", `(s[0], s[-1], s[2])`, "(1, 4, None)"},
		{"slice", `s[1:3]`, "s int64 [2, None]"},
		{"slice backwards", `s[::-1]`, "s int64 [4, None, 2, 1]"},
		{"mask", `s[s > 1]`, "s int64 [2, 4]"},
		{"mask by list", `f[[False, True]]`, "f float64 [-1.5]"},
		{"rows", `s[[3, 0, -1]]`, "s int64 [4, 1, 4]"},
		{"short text", `(str(s), str(m))`, `("<series \"s\" of 4 int64>", "<series of 3 bool>")`},
		{"f-string of a value", `f"{s.mean():.2f}"`, `"2.33"`},
	})
}

func TestSeriesMethods(t *testing.T) {
	runSources(t, seriesNames, []sourceTest{
		{"numbers", `(s.mean(), s.sum(), s.min(), s.max(), s.median(), s.count(), s.n_unique())`, "(2.3333333333333335, 7, 1, 4, 2.0, 3, 3)"},
		{"std and var", `(f.std(), f.var())`, "(1.4142135623730951, 2.0)"},
		{"quantile", `(s.quantile(0.25), s.quantile(q=1))`, "(1.5, 4.0)"},
		{"of text", `(t.min(), t.max())`, `("Ann", "bob")`},
		{"of nothing", `(series([]).min(), series([]).mean())`, "(None, nan)"},
		{"any all", `(m.any(), m.all(), (s > 0).all())`, "(True, False, True)"},
		{"is_null", `s.is_null()`, "s bool [False, False, True, False]"},
		{"not_null", `s.not_null()`, "s bool [True, True, False, True]"},
		{"isin", `s.isin([1, 4.0])`, "s bool [True, False, False, True]"},
		{"isin a series", `s.isin(s[:1])`, "s bool [True, False, False, False]"},
		{"map", `s.map(lambda x: x * 0.5)`, "s float64 [0.5, 1.0, None, 2.0]"},
		{"map to text", `s.map(str)`, `s string ["1", "2", None, "4"]`},
		{"map by dict", `t.map({"Ann": 1})`, "t int64 [1, None, None]"},
		{"map of a null", `s.map(lambda x: None)`, "s float64 [None, None, None, None]"},
		{"filter", `s.filter(s > 1)`, "s int64 [2, 4]"},
		{"abs", `f.abs()`, "f float64 [0.5, 1.5]"},
		{"round", `(f * 1.23).round(1)`, "f float64 [0.6, -1.8]"},
		{"clip", `s.clip(2, 3)`, "s int64 [2, 2, None, 3]"},
		{"clip above", `s.clip(high=3)`, "s int64 [1, 2, None, 3]"},
		{"cast", `s.cast("float64")`, "s float64 [1.0, 2.0, None, 4.0]"},
		{"cast by function", `s.cast(str)`, `s string ["1", "2", None, "4"]`},
		{"fill_null", `s.fill_null(0)`, "s int64 [1, 2, 0, 4]"},
		{"fill_null by series", `s.fill_null(s.fill_null(7))`, "s int64 [1, 2, 7, 4]"},
		{"drop_nulls", `s.drop_nulls()`, "s int64 [1, 2, 4]"},
		{"unique", `series([2, 1, 2]).unique()`, " int64 [2, 1]"},
		{"value_counts", `series(["b", "a", "b"], name="v").value_counts()`, "v,count; b,2; a,1"},
		{"sort", `s.sort(desc=True)`, "s int64 [4, 2, 1, None]"},
		{"head tail", `(s.head(1)[0], s.tail(1)[0])`, "(1, 4)"},
		{"rename", `(s.rename("q").name, s.name, s.dtype)`, `("q", "s", "int64")`},
		{"to_list", `s.to_list()`, "[1, 2, None, 4]"},
		{"equals", `(s.equals(s[:]), s.equals(f))`, "(True, False)"},
		{"describe", `s.describe().shape`, "(8, 2)"},
		{"str lower", `t.str.lower()`, `t string ["ann", "bob", None]`},
		{"str upper", `t.str.upper()`, `t string ["ANN", "BOB", None]`},
		{"str strip", `series([" a ", "xax"]).str.strip()`, ` string ["a", "xax"]`},
		{"str strip chars", `series([" a ", "xax"]).str.strip("x")`, ` string [" a ", "a"]`},
		{"str contains", `t.str.contains("n")`, "t bool [True, False, None]"},
		{"str starts_with", `[t.str.starts_with("A")[0], t.str.startswith("b")[1]]`, "[True, True]"},
		{"str ends_with", `[t.str.ends_with("n")[0], t.str.endswith("b")[1]]`, "[True, True]"},
		{"str replace", `t.str.replace("b", "d")`, `t string ["Ann", "dod", None]`},
		{"str len", `series(["é", ""]).str.len()`, " int64 [1, 0]"},
		{"dir", `"map" in dir(s) and "str" in dir(s) and dir(t.str)[0] == "contains"`, "True"},
	})
}

func TestSeriesErrors(t *testing.T) {
	runErrors(t, seriesNames, []errorTest{
		{"if", "if s > 1:\n    pass", "a series is neither true nor false", "& | ~"},
		{"and", `(s > 1) and (s < 3)`, "a series is neither true nor false", ".any() or .all()"},
		{"bool", `bool(s)`, "neither true nor false", "& | ~"},
		{"assignment", `s[0] = 1`, "a series cannot be changed", "s.map(f)"},
		{"key", `{s: 1}`, "a series cannot be a key", "s[i]"},
		{"== None", `s == None`, "null equals nothing", "s.is_null()"},
		{"another kind", `s == "a"`, "cast one of them", ""},
		{"& of numbers", `s & 1`, "both must be bool", ""},
		{"lengths", `s + f`, `column "s" has 4 rows, column "f" has 2`, ""},
		{"a frame", `s + frame({"a": [1]})`, "not defined between a series and a frame", `df["c"]`},
		{"a dict", `s > {}`, "not defined between a series and a dict", ""},
		{"a function", `s + len`, "not defined between a series and a builtin_function_or_method", ""},
		{"operator", `s ^ s`, "unknown binary op", ""},
		{"~ of numbers", `~s`, "~ is not defined for int64", ""},
		{"index outside", `s[4]`, "row 4 is not there: there are 4", ""},
		{"index by name", `s["a"]`, "not indexed by a string", "s[mask]"},
		{"in of a list", `[1] in s`, "a list is not a single value", ""},
		{"unknown", `s.qwertz`, "a series has no method `qwertz`", ""},
		{"misspelt", `s.medain()`, "no method `medain`", "the method `median()`"},
		{"pandas name", `s.fillna(0)`, "no method `fillna`", "s.fill_null(value)"},
		{"polars name", `s.is_in([1])`, "no method `is_in`", "s.isin(values)"},
		{"str of numbers", `s.str.lower()`, `s.str is for text; series "s" is int64`, `s.cast("string").str.lower()`},
		{"str unknown", `t.str.split(" ")`, "s.str has no method `split`", "s.map("},
		{"str misspelt", `t.str.contain("a")`, "s.str has no method `contain`", "`contains(text)`"},
		{"str replace of nothing", `t.str.replace("", "a")`, "old is empty", ""},
		{"mean of text", `t.mean()`, `mean is not defined for string column "t"`, ""},
		{"quantile", `s.quantile(2)`, "not between 0 and 1", ""},
		{"quantile of text", `s.quantile("a")`, "q is a string, not a number", ""},
		{"clip by text", `s.clip("a")`, "the limits are string", ""},
		{"clip by list", `s.clip(high=[1])`, "clip: high: a list is not a single value", ""},
		{"round of text", `t.round()`, "round is not defined for string", ""},
		{"any of numbers", `s.any()`, "any is not defined for int64", ""},
		{"map by number", `s.map(1)`, "map takes a function or a dict, not an int", ""},
		{"map to lists", `s.map(lambda x: [x])`, "what f gives for row 0: a list is not a single value", ""},
		{"map that fails", `s.map(lambda x: x / 0)`, "division by zero", ""},
		{"isin of one", `s.isin(1)`, "isin takes a list of values, not an int", "s == value"},
		{"cast", `s.cast("int")+s.cast("number")`, `unknown dtype "number"`, ""},
		{"cast of text", `t.cast("int64")`, `row 0: "Ann" is not a whole number`, ""},
		{"series of a number", `series(1)`, "not of an int", "series([1, 2, 3])"},
		{"series of text", `series("abc")`, "not of a string", "series([1, 2, 3])"},
		{"call", `s.mean(1)`, "series.mean: got 1 arguments", "series.mean()"},
	})
}

func TestMapStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := runCell(ctx, newHost(), `series(range(10)).map(str)`, nil)
	var e *lang.Error
	if !errors.As(err, &e) || e.Kind != lang.KindInterrupt {
		t.Errorf("map in a cancelled cell gives %v", err)
	}
}

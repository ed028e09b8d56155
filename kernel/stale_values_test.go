package kernel_test

import "testing"

// lookAlike is a notebook in which one value is exchanged for another that
// looks the same in some way, and is not: the cell that reads it runs again.
func lookAlike(name, one, other, use string) staleCase {
	return staleCase{name: name, cells: "%% a\nx = " + one + "\n%% b\n" + use, steps: []step{
		{replace("x = "+one+"\n", "x = "+other+"\n"), "a run (its code changed: line 1) | b depends", "a b"},
		{replace("x = "+other+"\n", "x = "+one+"\n"), "", ""},
	}}
}

// same is a notebook in which a value is made in another way.
func same(name, one, other, use string) staleCase {
	return staleCase{name: name, cells: "%% a\nx = " + one + "\n%% b\n" + use, steps: []step{
		{replace("x = "+one+"\n", "x = "+other+"\n"), "a run | b depends", "a"},
	}}
}

func TestNotStaleWhenValuesLookAlike(t *testing.T) {
	runStale(t, []staleCase{
		lookAlike("int and float", "1", "1.0", "x"),
		lookAlike("int and bool", "1", "True", "x"),
		lookAlike("int and text", "1", "'1'", "x"),
		lookAlike("text and bytes", "'a'", "b'a'", "x"),
		lookAlike("None and False", "None", "False", "x"),
		lookAlike("no text and None", "''", "None", "x"),
		lookAlike("list and tuple", "[1]", "(1,)", "x"),
		lookAlike("tuple and its element", "(1,)", "1", "x"),
		lookAlike("nested otherwise", "[[1], 2]", "[[1, 2]]", "x"),
		lookAlike("text cut elsewhere", "['ab', 'c']", "['a', 'bc']", "x"),
		lookAlike("a NUL in a text", `'a'`, `'a\x00'`, "len(x)"),
		lookAlike("list and dict of indexes", "['a']", "{0: 'a'}", "x"),
		lookAlike("dict order", "{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}", "[k for k in x]"),
		lookAlike("set order", "set([1, 2])", "set([2, 1])", "[k for k in x]"),
		lookAlike("set and list", "set([1])", "[1]", "x"),
		lookAlike("keys that are equal", "{1: 'a'}", "{1.0: 'a'}", "x"),
		lookAlike("zero and minus zero", "0.0", "-0.0", "x"),
		lookAlike("minus zero in a frame", "frame({'a': [0.0]})", "frame({'a': [-0.0]})", "x"),
		same("NaN", "float('nan')", "float('inf') - float('inf')", "x"),
		lookAlike("NaN and infinity", "float('nan')", "float('inf')", "x"),
		lookAlike("large ints", "1 << 63", "-(1 << 63)", "x"),
		lookAlike("larger ints", "1 << 64", "(1 << 64) + 1", "x"),
		lookAlike("large int and float", "1 << 64", "float(1 << 64)", "x"),
		same("an int of two makings", "1 << 64", "(1 << 32) * (1 << 32)", "x"),
		lookAlike("float by its last bit", "0.3", "0.1 + 0.2", "x == 0.3"),
		lookAlike("ranges", "range(3)", "range(0, 3, 1) if False else range(4)", "x"),
		lookAlike("ranges of the same elements", "range(0, 10, 3)", "range(0, 11, 3)", "x"),
		lookAlike("empty ranges", "range(0)", "range(5, 5)", "x"),
		lookAlike("ranges of one element", "range(5, 6)", "range(5, 7, 10)", "x"),
		same("a range of two makings", "range(3)", "range(0, 3)", "x"),
		lookAlike("list and range", "[0, 1]", "range(2)", "x"),
		lookAlike("frame and dict", "{'a': [1]}", "frame({'a': [1]})", "x"),
		lookAlike("frame and column", "frame({'a': [1]})", "frame({'a': [1]})['a']", "x"),
		lookAlike("column types", "frame({'a': [1]})", "frame({'a': [1.0]})", "x"),
		lookAlike("column names", "frame({'a': [1]})", "frame({'b': [1]})", "x"),
		lookAlike("column order", "frame({'a': [1], 'b': [2]})", "frame({'b': [2], 'a': [1]})", "x"),
		lookAlike("null and NaN", "frame({'a': [1.0, None]})", "frame({'a': [1.0, float('nan')]})", "x['a'].is_null()"),
		lookAlike("null and no text", "frame({'a': ['x', None]})", "frame({'a': ['x', '']})", "x"),
		same("a frame of two makings", "frame({'a': [1, 2]})", "frame({'b': [0], 'a': [0]}).drop('b') if False else frame({'a': [1, 2, 3]}).head(2)", "x"),
		lookAlike("a frame in a dict", "{'k': [frame({'a': [1]})]}", "{'k': [frame({'a': [2]})]}", "x['k'][0]"),
		lookAlike("a large frame by its last value", "frame({'a': list(range(10000))})", "frame({'a': list(range(9999)) + [0]})", "x['a'].sum()"),
		lookAlike("text methods", "frame({'a': ['x']})['a'].str", "frame({'a': ['y']})['a'].str", "x.upper()"),
		lookAlike("groups", "frame({'a': [1], 'b': [1]}).group_by('a')", "frame({'a': [1], 'b': [1]}).group_by(['a', 'b'])", "x.agg({'b': 'sum'}) if False else x"),
		lookAlike("markup", "md('x')", "html('x')", "x"),
		lookAlike("markup and text", "md('x')", "'x'", "x"),
		lookAlike("figures", "plot.line([1, 2])", "plot.line([1, 3])", "x"),
		lookAlike("figures of other titles", "plot.hist([1, 2])", "plot.hist([1, 2], title='t')", "x"),
		lookAlike("estimators", "ml.LogisticRegression(C=1.0)", "ml.LogisticRegression(C=2.0)", "x"),
		lookAlike("an estimator with a default", "ml.LogisticRegression()", "ml.LogisticRegression(C=1.0)", "x"),
		lookAlike("pipelines", "ml.Pipeline([ml.StandardScaler(), ml.LogisticRegression()])", "ml.Pipeline([ml.LogisticRegression()])", "x"),
		lookAlike("names of steps", "ml.Pipeline([('a', ml.LogisticRegression())])", "ml.Pipeline([('b', ml.LogisticRegression())])", "x"),
		lookAlike("folds", "ml.KFold(3)", "ml.KFold(3, shuffle=True, seed=1)", "x"),
		lookAlike("reports", "ml.classification_report([1, 0], [1, 0])", "ml.classification_report([1, 0], [1, 1])", "x"),
		lookAlike("params", "params", "[params]", "x"),
		lookAlike("builtins", "print", "warn", "x('hi')"),
		lookAlike("functions of modules", "ml.accuracy_score", "ml.f1_score", "x([1, 0, 1], [1, 1, 1])"),
		lookAlike("modules", "ml", "plot", "dir(x)"),
		lookAlike("functions of Starlark", "len", "type", "x([1, 2])"),
		lookAlike("methods of frames", "frame({'a': [1, 2]}).head", "frame({'a': [1, 2]}).tail", "x(1)"),
		lookAlike("methods of other frames", "frame({'a': [1, 2]}).head", "frame({'a': [3, 2]}).head", "x(1)"),
		lookAlike("methods of text", "'ab'.upper", "'cd'.upper", "x()"),
	})
}

func TestNotStaleWhenValuesAreShared(t *testing.T) {
	runStale(t, []staleCase{
		{name: "a list under two names", cells: "%% a\nx = [1]\ny = x\nx.append(2)\n%% b\n(x, y)", steps: []step{
			{replace("y = x", "y = list(x)"), "a run | b depends", "a b"},
			{replace("y = list(x)", "y = [1]"), "a run | b depends", "a"},
		}},
		{name: "a list twice in a list", cells: "%% a\n_x = [1]\ny = [_x, _x]\n_x.append(2)\n%% b\ny", steps: []step{
			{replace("[_x, _x]", "[[1, 2], [1, 2]]"), "a run | b depends", "a"},
		}},
		{name: "a list that holds itself", cells: "%% a\nx = [1]\nx.append(x)\n%% b\nlen(x[1][1])", steps: []step{
			{replace("[1]\n", "[2]\n"), "a run | b depends", "a b"},
		}},
		{name: "a slice that shares memory", cells: "%% a\ndf = frame({'a': list(range(9000))})\n%% b\nh = df.head(8000)\n%% c\nt = df['a'].sum() + h['a'].sum()\n%% d\nt", steps: []step{
			{replace("df.head(8000)", "df.head(8001)"), "a cached | b run | c depends | d depends", "b c d"},
			{replace("df.head(8001)", "df.head(8000).head(8000)"), "a cached | b run | c depends | d depends", "b"},
		}},
		{name: "a frame that was hashed before it is changed", cells: "%% a\ndf = frame({'a': list(range(9000))})\n_ = pmap(len, [df])\ndf = df.with_column('a', df['a'] + params.n)\n%% b\ndf['a'].sum()", params: map[string]any{"n": int64(0)}, steps: []step{
			{setParam("n", int64(1)), "a run (param n 0 → 1) | b depends", "a b"},
		}},
		{name: "functions are compared", cells: "%% a\nf = lambda x: x\nfs = [f]\n%% b\nf == fs[0]", steps: []step{
			{replace("f == fs[0]", "(f == fs[0], f in fs, fs == [f])"), "a cached | b run", "b"},
		}},
		{name: "functions are keys", cells: "%% a\ndef f(): return 1\nnames = {f: 'f'}\n%% b\nnames[f]", unkept: "a b", steps: []step{
			{nil, "a run | b depends", "a b"},
		}},
		{name: "functions of two cells are compared", cells: "%% a\nf = lambda x: x\n%% b\ng = f\nh = lambda x: x\n%% c\n(f == g, f == h)", steps: []step{
			{replace("(f == g, f == h)", "[f == g, f == h]"), "a cached | b cached | c run", "c"},
		}},
		{name: "models are compared", cells: "%% a\ne = ml.LogisticRegression()\nf = plot.line([1, 2])\ng = frame({'a': [1]}).group_by('a')\n%% b\nes = [e, f, g]\n%% c\nes == [e, f, g]", steps: []step{
			{replace("es == [e, f, g]", "(es[0] == e, es[1] == f, es[2] == g)"), "a cached | b cached | c run", "c"},
		}},
		{name: "settings that change after an estimator was made", cells: "%% a\n_w = {'type': 'logreg', 'C': 2.0}\ne = ml.build(_w)\n_w['C'] = 3.0\n%% b\ne", steps: []step{
			{replace("%% b\ne", "%% b\n[e]"), "a cached | b run", "b"},
		}},
	})
}

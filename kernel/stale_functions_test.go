package kernel_test

import "testing"

func TestNotStaleWhenFunctionsChange(t *testing.T) {
	runStale(t, []staleCase{
		{name: "the body", cells: "%% lib\ndef f(x): return x + 1\ndef g(x): return x\n%% a\nf(1)\n%% b\ng(1)", steps: []step{
			{replace("x + 1", "x + 2"), "lib run (its code changed: line 1) | a depends | b depends", "lib a"},
			{do: replace("x + 2", "x + 2 # two")},
			{replace("def g(x): return x", "def g(y): return y"), "lib run | a depends | b depends", "lib b"},
		}},
		{name: "the name of a parameter", cells: "%% lib\ndef f(x): return 1\n%% a\nf(x=1)", steps: []step{
			{replace("def f(x)", "def f(y)"), "lib run | a depends", "lib a"},
		}, unkept: "a"},
		{name: "a helper in the same cell", cells: "%% lib\ndef _h(x): return x * 2\ndef f(x): return _h(x)\ndef g(x): return x\n%% a\nf(1)\n%% b\ng(1)", steps: []step{
			{replace("x * 2", "x * 3"), "lib run | a depends | b depends", "lib a"},
		}},
		{name: "a helper in another cell", cells: "%% h\ndef h(x): return x * 2\n%% lib\ndef f(x): return h(x)\n%% a\nf(1)", steps: []step{
			{replace("x * 2", "x * 3"), "h run | lib depends | a depends", "h lib a"},
		}},
		{name: "a number that it captures", cells: "%% k\nk = 1\n%% lib\ndef f(x): return x + k\nz = 5\n%% a\nf(1)\n%% b\nz", steps: []step{
			{replace("k = 1", "k = 2"), "k run | lib depends | a depends | b depends", "k lib a"},
		}},
		{name: "a local name that it captures", cells: "%% lib\n_k = 1\ndef f(x): return x + _k\n%% a\nf(1)", steps: []step{
			{replace("_k = 1", "_k = 2"), "lib run | a depends", "lib a"},
		}},
		{name: "a list that changes after it was captured", cells: "%% lib\n_ks = [1]\ndef f(): return len(_ks)\n_ks.append(2)\n%% a\nf()", steps: []step{
			{replace("_ks.append(2)", "_ks.extend([2, 3])"), "lib run | a depends", "lib a"},
		}},
		{name: "a list of a closure that changes", cells: "%% lib\ndef _make():\n    ks = [1]\n    def f(): return ks\n    ks.append(params.n)\n    return f\nf = _make()\n%% a\nf()", params: map[string]any{"n": int64(1)}, steps: []step{
			{setParam("n", int64(2)), "lib run | a depends", "lib a"},
		}},
		{name: "closures of the same code", cells: "%% lib\ndef _add(n): return lambda x: x + n\nf = _add(1)\ng = _add(2)\n%% a\n(f(0), g(0))", steps: []step{
			{replace("f = _add(1)\ng = _add(2)", "g = _add(1)\nf = _add(2)"), "lib run | a depends", "lib a"},
		}},
		{name: "lambdas in a loop", cells: "%% lib\nfs = []\nfor _i in range(3):\n    fs.append(lambda x: x + _i)\n%% a\n[f(0) for f in fs]", steps: []step{
			{replace("lambda x: x + _i", "lambda x, i=_i: x + i"), "lib run | a depends", "lib a"},
			{replace("range(3)", "range(1, 4)"), "lib run | a depends", "lib a"},
		}},
		{name: "defaults", cells: "%% lib\nk = [1]\ndef f(x, ys=k, *, z=k[0]): return [x, ys, z]\n%% a\nf(0)", steps: []step{
			{replace("k = [1]", "k = [2]"), "lib run | a depends", "lib a"},
			{do: replace("*, z=k[0]", "*, z=2"), plan: "lib run | a depends", ran: "lib"},
		}},
		{name: "a default that the function changes", cells: "%% lib\ndef f(x, seen=[]):\n    seen.append(x)\n    return len(seen)\nn = f(1)\n%% a\nn", steps: []step{
			{replace("n = f(1)", "n = f(1) + f(2)"), "lib run | a depends", "lib a"},
		}},
		{name: "recursion", cells: "%% lib\ndef fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\n%% a\nfib(10)", steps: []step{
			{do: replace("n < 2", "(n < 2)")},
			{replace("(n < 2)", "n < 3"), "lib run | a depends", "lib a"},
		}},
		{name: "mutual recursion", cells: "%% lib\ndef even(n): return True if n == 0 else odd(n - 1)\ndef odd(n): return False if n == 0 else even(n - 1)\n%% a\neven(10)\n%% b\nodd(3)", steps: []step{
			{replace("even(n - 1)", "not odd(n)"), "lib run | a depends | b depends", "lib a b"},
		}, unkept: "a b"},
		{name: "recursion inside a function", cells: "%% lib\ndef f(n):\n    def g(m): return 0 if m == 0 else 1 + g(m - 1)\n    return g(n)\n%% a\nf(4)", steps: []step{
			{replace("1 + g", "2 + g"), "lib run | a depends", "lib a"},
		}},
		{name: "a dict that holds a function that uses the dict", cells: "%% lib\nd = {'k': 1}\ndef f(): return sorted(d.keys())\nd['f'] = f\n%% a\nd['f']()\n%% b\nf()", steps: []step{
			{replace("{'k': 1}", "{'l': 1}"), "lib run | a depends | b depends", "lib a b"},
		}},
		{name: "functions in dicts and lists", cells: "%% lib\nfs = {'a': [lambda x: x + 1], 'b': (lambda x: x,)}\n%% a\nfs['a'][0](1)", steps: []step{
			{replace("x + 1", "x + 2"), "lib run | a depends", "lib a"},
		}},
		{name: "a decorated function", cells: "%% lib\ndef _twice(f): return lambda x: f(f(x))\ndef f(x): return x + 1\nf = _twice(f)\n%% a\nf(1)", steps: []step{
			{replace("x + 1", "x + 2"), "lib run | a depends", "lib a"},
			{replace("f(f(x))", "f(f(f(x)))"), "lib run | a depends", "lib a"},
		}},
		{name: "another name for a function", cells: "%% lib\ndef f(x): return x + 1\n%% m\ng = f\n%% a\nprint(g)\ng(1)", steps: []step{
			{replace("x + 1", "x + 2"), "lib run | m depends | a depends", "lib m a"},
		}},
		{name: "a function made by another cell's function", cells: "%% k\ndef make(n): return lambda x: x * n\n%% m\nf = make(2)\n%% a\nf(3)", steps: []step{
			{replace("x * n", "x + n"), "k run | m depends | a depends", "k m a"},
			{replace("make(2)", "make(1 + 1)"), "k cached | m run | a depends", "m"},
		}},
		{name: "a frame that it captures", files: map[string]string{"in.csv": "a\n1\n2\n"}, cells: "%% lib\n_df = io.read_csv('in.csv')\ndef f(): return _df['a'].sum()\n%% a\nf()", steps: []step{
			{write("in.csv", "a\n1\n3\n"), "lib run | a depends", "lib a"},
		}},
		{name: "a builtin that a cell hides later", cells: "%% lib\ndef f(x): return len(x)\n%% a\nf([1])", steps: []step{
			{setCells("%% len\ndef len(x): return 9\n%% lib\ndef f(x): return len(x)\n%% a\nf([1])"), "len run | lib depends | a depends", "len lib a"},
			{setCells("%% lib\ndef f(x): return len(x)\n%% a\nf([1])"), "", ""},
		}},
		{name: "a function that fails, after lines above it", cells: "%% lib\n\ndef f(x):\n    return 1 // x\n%% a\nf(0)", unkept: "a", steps: []step{
			{replace("%% lib\n", "%% lib\n# a line\n# another\n"), "lib cached | a run", "a"},
			{replace("%% lib", "%% other"), "other cached | a run", "a"},
		}},
		{name: "a function that would change what it captures", cells: "%% lib\n_ks = [1]\ndef f():\n    _ks.append(2)\n    return len(_ks)\n%% a\nf()", unkept: "a", steps: []step{
			{nil, "lib cached | a run (it failed in the last run)", "a"},
		}},
		{name: "a function that would change what its closure captures", cells: "%% lib\ndef _make():\n    d = {}\n    def f(k):\n        d[k] = 1\n        return len(d)\n    return f\nf = _make()\n%% a\nf(1)", unkept: "a", steps: []step{
			{nil, "lib cached | a run (it failed in the last run)", "a"},
		}},
		{name: "many functions that call each other", cells: "%% lib\n" + circle(7) + "%% a\nf0(20)", steps: []step{
			{replace("return f0(n - 1)", "return f0(n - 2)"), "lib run | a depends", "lib a"},
		}},
		{name: "functions of Starlark", cells: "%% lib\nfs = [sorted, len, str, max]\n%% a\n[f([2, 1]) for f in fs]", steps: []step{
			{replace("str, max", "max, str"), "lib run | a depends", "lib a"},
			{nil, "", ""},
		}},
	})
}

// circle are functions that call each other in a circle.
func circle(n int) string {
	text := ""
	for i := range n {
		text += "def f" + string(rune('0'+i)) + "(n):\n    if n <= 0: return 0\n    return f" + string(rune('0'+(i+1)%n)) + "(n - 1) + 1\n"
	}
	return text
}

func TestNotStaleWhenLoadedFilesChange(t *testing.T) {
	lib := "# functions\nK = 2\n\ndef used(x):\n    return x * K\n\ndef other(x):\n    return x\n"
	use := "%% a\nload('lib.star', 'used')\nused(3)\n%% b\nused(4)"
	runStale(t, []staleCase{
		{name: "the function that is used", files: map[string]string{"lib.star": lib}, cells: use, steps: []step{
			{write("lib.star", "K = 2\ndef used(x):\n    return x + K\n"), "a run (`lib.star:used` changed) | b depends", "a b"},
		}},
		{name: "what it captures", files: map[string]string{"lib.star": lib}, cells: use, steps: []step{
			{write("lib.star", "K = 3\ndef used(x):\n    return x * K\n"), "a run | b depends", "a b"},
		}},
		{name: "another function", files: map[string]string{"lib.star": lib}, cells: use, steps: []step{
			{do: write("lib.star", "K = 2\ndef used(x):\n    return x * K\ndef other(x):\n    return 2\n")},
			{do: write("lib.star", "\n\n# moved\nK = 2\ndef used(x): return x*K # !\n")},
		}},
		{name: "a file that the file loads", files: map[string]string{"lib.star": "load('deep.star', 'h')\ndef used(x): return h(x)\n", "deep.star": "def h(x): return x\ndef i(): return 1\n"}, cells: use, steps: []step{
			{do: write("deep.star", "def h(x): return x\ndef i(): return 2\n")},
			{write("deep.star", "def h(x): return x + 1\n"), "a run | b depends", "a b"},
		}},
		{name: "under another name", files: map[string]string{"lib.star": lib}, cells: "%% a\nload('lib.star', f='used')\nf(3)", steps: []step{
			{replace("f='used'", "f='other'"), "a run (its code changed: line 1)", "a"},
			{do: write("lib.star", "def other(x): return x\n")},
		}},
		{name: "a file that breaks", files: map[string]string{"lib.star": lib}, cells: use, unkept: "a", steps: []step{
			{write("lib.star", "def used(x:\n"), "a run | b depends", "a"},
			{write("lib.star", lib), "", ""},
			{remove("lib.star"), "a run | b depends", "a"},
		}},
		{name: "a function that fails in a file that moved", files: map[string]string{"lib.star": "def used(x): return 1 // x\n"}, cells: "%% a\nload('lib.star', 'used')\n%% b\nused(0)", unkept: "b", steps: []step{
			{write("lib.star", "\n\ndef used(x): return 1 // x\n"), "a cached | b run", "b"},
		}},
		{name: "a file that reads params", files: map[string]string{"lib.star": "def used(x): return x + params.n\n"}, params: map[string]any{"n": int64(1), "m": int64(1)}, cells: use, steps: []step{
			{do: setParam("m", int64(2))},
			{setParam("n", int64(2)), "a run | b depends", "a b"},
		}},
		{name: "a file that asks the world", files: map[string]string{"lib.star": "def used(x): return env('A') + io.read_text('in.txt')\n", "in.txt": "1"}, env: map[string]string{"A": "x"}, cells: use, steps: []step{
			{setEnv("A", "y"), "a run (the environment variable A changed) | b depends", "a b"},
			{write("in.txt", "2"), "a run (file in.txt changed) | b depends", "a b"},
		}},
	})
}

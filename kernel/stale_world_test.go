package kernel_test

import "testing"

const reader = `
%% read
text = io.read_text("in.txt")
%% use
len(text)
`

func TestNotStaleWhenFilesChange(t *testing.T) {
	runStale(t, []staleCase{
		{name: "the content", files: map[string]string{"in.txt": "one"}, cells: reader, steps: []step{
			{write("in.txt", "four"), "read run (file in.txt changed) | use depends (depends on what cell read gives)", "read use"},
			{write("in.txt", "one"), "", ""},
		}},
		{name: "the content, of the same size and time", files: map[string]string{"in.txt": "one"}, cells: "%% a\nio.read_text('in.txt')", steps: []step{
			{sneak("in.txt", "two"), "a run (file in.txt changed)", "a"},
		}},
		{name: "another file", files: map[string]string{"in.txt": "one"}, cells: reader, steps: []step{{do: write("other.txt", "x")}}},
		{name: "the same content again", files: map[string]string{"in.txt": "one"}, cells: reader, steps: []step{{do: both(remove("in.txt"), write("in.txt", "one"))}}},
		{name: "a file that is one of many", files: map[string]string{"a.txt": "1", "b.txt": "2"}, cells: "%% a\nio.read_text('a.txt')\n%% b\nio.read_text('b.txt')", steps: []step{
			{write("b.txt", "3"), "a cached | b run (file b.txt changed)", "b"},
		}},
		{name: "a file that is read only sometimes", files: map[string]string{"which": "a", "a": "1", "b": "2"}, cells: "%% a\nio.read_text(io.read_text('which'))", steps: []step{
			{do: write("b", "3")},
			{write("which", "b"), "a run (file which changed)", "a"},
			{do: write("a", "4")},
			{write("b", "5"), "a run (file b changed)", "a"},
			{both(write("which", "a"), write("a", "1")), "", ""},
		}},
		{name: "a file that a function of another cell reads", files: map[string]string{"in.txt": "1"}, cells: "%% lib\ndef get(): return io.read_text('in.txt')\n%% use\nget()", steps: []step{
			{write("in.txt", "2"), "lib cached | use run (file in.txt changed)", "use"},
		}},
		{name: "a file that is gone", files: map[string]string{"in.txt": "1"}, cells: reader, unkept: "read", steps: []step{
			{remove("in.txt"), "read run (file in.txt changed) | use depends", "read"},
			{nil, "read run (file in.txt changed) | use depends", "read"},
		}},
		{name: "a frame", files: map[string]string{"in.csv": "a,b\n1,x\n2,y\n"}, cells: "%% read\ndf = io.read_csv('in.csv')\n%% n\ndf.shape\n%% b\ndf['b']", steps: []step{
			{write("in.csv", "a,b\n1,x\n2,z\n"), "read run (file in.csv changed) | n depends | b depends", "read n b"},
			{write("in.csv", "\"a\",b\n1,x\n2,z\n"), "read run | n depends | b depends", "read"},
		}},
		{name: "a column of a frame", files: map[string]string{"in.csv": "a,b\n1,x\n"}, cells: "%% read\n_df = io.read_csv('in.csv')\na = _df['a']\nb = _df['b']\n%% ua\na.sum()\n%% ub\nb[0]", steps: []step{
			{write("in.csv", "a,b\n1,y\n"), "read run | ua depends | ub depends", "read ub"},
		}},
		{name: "a listing", files: map[string]string{"d/a.txt": "1"}, cells: "%% a\nnames = io.glob('d/*.txt')\n%% b\nlen(names)", steps: []step{
			{do: write("d/a.csv", "2")},
			{write("d/b.txt", "2"), "a run (the list of files d/*.txt changed) | b depends", "a b"},
			{do: write("d/b.txt", "3")},
			{rename("d/b.txt", "d/c.txt"), "a run | b depends", "a b"},
			{remove("d/c.txt"), "", ""},
			{remove("d"), "a run | b depends", "a b"},
		}},
		{name: "hidden files", files: map[string]string{"d/a.txt": "1"}, cells: "%% a\nio.glob('d/*')\n%% b\nio.glob('d/.*')\n%% c\nio.glob('*/*.txt')", steps: []step{
			{write("d/.a.txt.123", "half"), "a cached | b run (the list of files d/.* changed) | c cached", "b"},
			{both(write(".e/a.txt", "1"), write(".e/.b", "2")), "a cached | b cached | c cached", ""},
		}},
		{name: "a folder with signs of patterns in its name", files: map[string]string{"d[1]/a.txt": "1", "d1/b.txt": "2"}, cells: "%% a\nio.glob('d[1]/*')", steps: []step{
			{write("d1/c.txt", "2"), "a run", "a"},
			{do: write("d[1]/c.txt", "2")},
		}},
		{name: "the files of a listing", files: map[string]string{"d/1.txt": "1", "d/2.txt": "2"}, cells: "%% a\n[io.read_text(f) for f in io.glob('d/*')]", steps: []step{
			{write("d/1.txt", "3"), "a run (file d/1.txt changed)", "a"},
			{both(write("d/1.txt", "2"), write("d/2.txt", "1")), "a run (file d/1.txt changed)", "a"},
			{do: both(rename("d/1.txt", "d/x"), rename("d/2.txt", "d/1.txt"), rename("d/x", "d/2.txt"))}, // as at first
		}},
		{name: "a file that appears", cells: "%% a\nthere = io.exists('in.txt')\n%% b\n'yes' if there else 'no'", steps: []step{
			{do: write("in.csv", "1")},
			{write("in.txt", "1"), "a run (whether in.txt exists changed) | b depends", "a b"},
			{do: write("in.txt", "2")},
			{remove("in.txt"), "", ""},
		}},
		{name: "a file that appears and is read", cells: "%% a\nio.read_text('in.txt') if io.exists('in.txt') else 'none'", steps: []step{
			{write("in.txt", "1"), "a run", "a"},
			{write("in.txt", "2"), "a run (file in.txt changed)", "a"},
			{remove("in.txt"), "", ""},
			{write("in.txt", "1"), "", ""},
		}},
		{name: "a folder with a pattern in its name", files: map[string]string{"d[1]/a.txt": "1"}, cells: "%% a\nio.exists('d[1]/a.txt')", steps: []step{
			{remove("d[1]/a.txt"), "a run (whether d[1]/a.txt exists changed)", "a"},
		}},
		{name: "a failure that a file causes", files: map[string]string{"in.txt": "x"}, cells: "%% ok\ny = 1\n%% a\nx = int(io.read_text('in.txt'))\n%% b\nx + y\n%% c\ny", first: "ok a c", unkept: "a", steps: []step{
			{nil, "ok cached | a run (it failed in the last run) | b depends | c cached", "a"},
			{write("in.txt", "1"), "ok cached | a run (it failed in the last run) | b depends | c cached", "a b"},
			{do: nil},
			{write("in.txt", "y"), "ok cached | a run | b depends | c cached", "a"},
			{write("in.txt", "1"), "", ""},
			{write("in.txt", "z"), "ok cached | a run | b depends | c cached", "a"},
		}},
		{name: "a retry that a file decides", files: map[string]string{"in.txt": "x"}, unkept: "a b",
			cells: "%% a retries=1\nint(io.read_text('in.txt'))\n%% b retries=1 on_error=continue\nint(io.read_text('in.txt'))\n%% c after=b\n1", first: "a b", steps: []step{
				{write("in.txt", "1"), "a run | b run | c depends", "a c"},
				{write("in.txt", "z"), "a run | b run | c depends", "a b"},
			}},
		{name: "a file that is logged", files: map[string]string{"in.txt": "1"}, cells: "%% a\ntrack.log_artifact('in.txt')", steps: []step{
			{write("in.txt", "2"), "a run (file in.txt changed)", "a"},
		}},
		{name: "a path that a param names", files: map[string]string{"a.txt": "1", "b.txt": "1"}, params: map[string]any{"path": "a.txt"}, cells: "%% a\nx = io.read_text(params.path)\n%% b\nx", steps: []step{
			{setParam("path", "b.txt"), "a run (param path a.txt → b.txt) | b depends", "a"},
			{do: write("a.txt", "2")},
		}},
	})
}

func TestNotStaleWhenParamsChange(t *testing.T) {
	runStale(t, []staleCase{
		{name: "a param that is read", params: map[string]any{"n": int64(1), "m": int64(5)}, cells: "%% a\nx = params.n\n%% b\nx + params.m", steps: []step{
			{setParam("n", int64(2)), "a run (param n 1 → 2) | b depends", "a b"},
			{setParam("m", int64(6)), "a cached | b run (param m 5 → 6)", "b"},
			{setParam("n", int64(1)), "a cached | b run (`x` of cell a changed)", "b"}, // these two together are new
		}},
		{name: "a param that nobody reads", params: map[string]any{"n": int64(1), "m": int64(5)}, cells: "%% a\nparams.n", steps: []step{
			{do: setParam("m", int64(7))}, {do: unsetParam("m")},
		}},
		{name: "the same number of another kind", params: map[string]any{"n": int64(1)}, cells: "%% a\ntype(params.n)", steps: []step{
			{setParam("n", 1.0), "a run", "a"},
			{setParam("n", true), "a run", "a"},
			{setParam("n", "1"), "a run", "a"},
		}},
		{name: "all params", params: map[string]any{"n": int64(1), "m": int64(5)}, cells: "%% a\nprint(params)\n%% b\nparams.n", steps: []step{
			{setParam("m", int64(6)), "a run (param m 5 → 6) | b cached", "a"},
			{unsetParam("m"), "a run | b cached", "a"},
		}},
		{name: "params as a value", params: map[string]any{"n": int64(1), "m": int64(5)}, cells: "%% a\np = params\n%% b\np.n", steps: []step{
			{setParam("m", int64(6)), "a run (param m 5 → 6) | b depends", "a b"},
		}},
		{name: "a param by name", params: map[string]any{"n": int64(1), "m": int64(5)}, cells: "%% a\ngetattr(params, 'n')\n%% b\ngetattr(params, 'z', 3)\n%% c\nhasattr(params, 'z')", steps: []step{
			{setParam("n", int64(2)), "a run | b run | c run", "a b c"},
			{setParam("z", int64(2)), "a run | b run | c run", "a b c"},
		}},
		{name: "a param of a function", params: map[string]any{"n": int64(1), "m": int64(5)}, cells: "%% a\ndef f(): return params.n\n%% b\nf()\n%% c\n2", steps: []step{
			{do: setParam("m", int64(6))},
			{setParam("n", int64(2)), "a run (param n 1 → 2) | b depends | c cached", "a b"},
		}},
		{name: "params of functions inside functions", params: map[string]any{"n": int64(1), "m": int64(5)}, cells: "%% a\ndef f():\n    def g(x): return x * params.m\n    return [g, lambda x: g(x) + params.n]\n%% b\n[h(1) for h in f()]", steps: []step{
			{setParam("n", int64(2)), "a run (param n 1 → 2) | b depends", "a b"},
			{setParam("m", int64(6)), "a run (param m 5 → 6) | b depends", "a b"},
			{do: setParam("q", int64(6))},
		}},
		{name: "a list", params: map[string]any{"xs": []any{int64(1), "a"}}, cells: "%% a\nparams.xs", steps: []step{
			{setParam("xs", []any{"a", int64(1)}), "a run", "a"},
			{setParam("xs", []any{int64(1), "a"}), "", ""},
		}},
		{name: "when= flips", params: map[string]any{"on": true}, cells: "%% flag\non = params.on\n%% a when=on\nx = 1\n%% b\nx", steps: []step{
			{setParam("on", false), "flag run | a depends | b depends", "flag"},
			{do: nil, plan: "flag cached | a skipped (when=on is False) | b skipped (`x` comes from cell a, which was skipped)"},
			{setParam("on", true), "", ""},
		}},
	})
}

func TestNotStaleWhenTheEnvironmentChanges(t *testing.T) {
	runStale(t, []staleCase{
		{name: "a variable", env: map[string]string{"A": "1", "B": "2"}, cells: "%% a\nx = env('A')\n%% b\nx + '0'", steps: []step{
			{setEnv("A", "3"), "a run (the environment variable A changed) | b depends", "a b"},
			{do: setEnv("B", "4")},
			{setEnv("A", "1"), "", ""},
		}},
		{name: "a variable that is set and unset", cells: "%% a\nx = env('A', default='none')\n%% b\nx", steps: []step{
			{setEnv("A", "1"), "a run | b depends", "a b"},
			{setEnv("A", ""), "a run | b depends", "a b"},
			{unsetEnv("A"), "", ""},
			{setEnv("A", "none"), "a run | b depends", "a"},
		}},
		{name: "a variable that is missing", env: map[string]string{"A": "1"}, cells: "%% a\nenv('A')", unkept: "a", steps: []step{
			{unsetEnv("A"), "a run", "a"},
		}},
		{name: "the default", cells: "%% a\nenv('A', default='1')", steps: []step{
			{replace("'1'", "'2'"), "a run (its code changed: line 1)", "a"},
		}},
		{name: "a variable that a function of another cell asks for", env: map[string]string{"A": "1"}, cells: "%% lib\ndef f(): return env('A')\n%% use\nf()", steps: []step{
			{setEnv("A", "2"), "lib cached | use run", "use"},
		}},
		{name: "a secret", secrets: map[string]string{"T": "hunter2"}, cells: "%% a\ntoken = secret('T')\n%% b\nprint(token)", steps: []step{
			{setSecret("T", "hunter3"), "a run (secret T changed) | b depends", "a b"},
			{setSecret("T", "hunter2"), "", ""},
		}},
		{name: "a secret in a value", secrets: map[string]string{"T": "hunter2"}, cells: "%% a\nheaders = {'auth': [secret('T')]}\ndef f(): return headers\n%% b\nlen(headers)\n%% c\nf()", steps: []step{
			{setSecret("T", "hunter3"), "a run | b depends | c depends", "a b c"},
		}},
		{name: "a secret that a file holds", secrets: map[string]string{"T": "hunter2"}, files: map[string]string{"in.txt": "hunter2 hunter3"}, cells: "%% a\ntoken = secret('T')\nx = 1\n%% b after=a\nprint(io.read_text('in.txt'))\n%% c\nprint(x, io.read_text('in.txt'))", steps: []step{
			{setSecret("T", "hunter3"), "a run (secret T changed) | b depends | c depends", "a b c"},
			{setSecret("T", "hunter2"), "", ""},
		}},
	})
}

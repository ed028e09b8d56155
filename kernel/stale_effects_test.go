package kernel_test

import (
	"testing"
	"time"

	"github.com/wnb-dev/wnb/kernel"
)

func TestNotStaleEffects(t *testing.T) {
	runStale(t, []staleCase{
		{name: "everything that a cell shows and logs", cells: `
%% a
x = params.n
%% b
print("out", x)
warn("careful")
display(frame({"a": [1, None]}), md("**b**"))
track.log_param("p", x)
track.log_metric("m", 0.1, step=2)
track.log_metrics({"nan": float("nan"), "inf": float("inf"), "zero": -0.0})
track.set_tag("k", "v")
track.log_text("text", "t.txt")
track.log_table(frame({"a": [1]}), "t.csv")
track.log_figure(plot.line([1, 2]), "f.svg")
notify.send("done", title="t")
plot.hist([1, 2, 2])
`, params: map[string]any{"n": int64(1)}, steps: []step{
			{},
			{setParam("n", int64(2)), "a run | b depends", "a b"},
			{setParam("n", int64(1)), "", ""},
		}},
		{name: "text that is not UTF-8", cells: "%% a\n_x = 'é'[0]\nprint(_x)\nwarn(_x)\ntrack.log_param('p' + _x, _x)\ntrack.set_tag('k', _x)\ntrack.log_metric('m' + _x, 1)\n_x\n%% b\nx = 'é'[1]\n%% c\nlen(x)", steps: []step{{}}},
		{name: "file names that are not UTF-8", files: map[string]string{"d/\xff.txt": "1"}, cells: "%% a\n[io.read_text(f) for f in io.glob('d/*')]\n%% b\nframe({'a': [1]}).to_csv('out' + 'é'[1] + '.csv')", steps: []step{
			{},
			{do: remove("out\xa9.csv")},
			{write("d/\xff.txt", "2"), "a run | b cached", "a"},
		}},
		{name: "a fit, and the cell is renamed", cells: "%% data\ndf = samples.make_classification(n_samples=40, n_features=3, seed=1)\n%% fit\nm = ml.LogisticRegression(max_iter=20).fit(df.drop('target'), df['target'])\n%% use\nm.score(df.drop('target'), df['target'])", steps: []step{
			{replace("%% fit", "%% train"), "data cached | train run (it is new) | use depends", "train"},
			{do: replace("%% data", "%% source")},
		}},
		{name: "a model that is evaluated elsewhere", cells: "%% data\ndf = samples.make_classification(n_samples=40, n_features=3, seed=1)\n%% fit\nm = ml.Pipeline([ml.StandardScaler(), ml.LogisticRegression(max_iter=20)]).fit(df.drop('target'), df['target'])\n%% use\nm.predict_proba(df.drop('target'))\n%% rep\nml.classification_report(df['target'], m.predict(df.drop('target')))", steps: []step{
			{replace("predict_proba", "predict"), "data cached | fit cached | use run | rep cached", "use"},
			{replace("max_iter=20", "max_iter=21"), "data cached | fit run | use depends | rep depends", "fit use rep"},
			{replace("seed=1", "seed=2"), "data run | fit depends | use depends | rep depends", "data fit use rep"},
		}},
		{name: "output over the limit", cells: "%% a\nfor i in range(100): print('line', i)\n%% b\n1", steps: []step{
			{with(func(o *kernel.Options) { o.World.MaxOutput = 64 }), "a run | b run", "a b"},
			{with(nil), "", ""},
		}},
		{name: "cache=off", cells: "%% a cache=off\nx = 1\n%% b\nx", unkept: "a", steps: []step{
			{nil, "a run (cache=off) | b depends", "a"},
			{replace("%% a cache=off", "%% a cache=on"), "a run | b depends", "a"},
			{do: nil},
			{replace("%% a cache=on", "%% a cache=off"), "a run (cache=off) | b depends", "a"},
		}},
		{name: "a cell that always runs", cells: "%% a always\nx = 1\nnotify.send('hi')\n%% b\nx", unkept: "a", steps: []step{
			{nil, "a run (it always runs) | b depends", "a"},
		}},
		{name: "the time", cells: "%% a\nt = now()\n%% b\nt > 0\n%% c\n1", unkept: "a", steps: []step{
			{nil, "a run (its result is not kept: now()) | b depends | c cached", "a"},
			{with(func(o *kernel.Options) { o.World.Clock = func() time.Time { return clock.Add(time.Hour) } }), "a run | b depends | c cached", "a b"},
			{with(nil), "a run | b depends | c cached", "a"},
		}},
		{name: "sleep, and what comes behind it", cells: "%% a\nsleep(0)\nx = 2\n%% b\nx", unkept: "a", steps: []step{{nil, "a run (its result is not kept: sleep()) | b depends", "a"}}},
		{name: "a function that is impure", cells: "%% lib\ndef f(): return now() > 0\n%% a\nx = f()\n%% b\nx", unkept: "a", steps: []step{{nil, "lib cached | a run | b depends", "a"}}},
		{name: "a timeout", cells: "%% a timeout=1h\nx = 1\n%% b\nx", steps: []step{{do: replace("timeout=1h", "timeout=1ms")}}},
		{name: "on_error=continue", cells: "%% a on_error=continue\nx = 1 // params.n\n%% b\nx\n%% c\n3", params: map[string]any{"n": int64(0)}, first: "a c", steps: []step{
			{nil, "a run (it failed in the last run) | b depends | c cached", "a"},
			{setParam("n", int64(1)), "a run (param n 0 → 1) | b depends | c cached", "a b"},
			{setParam("n", int64(0)), "a run | b depends | c cached", "a"},
			{setParam("n", int64(1)), "", ""},
		}},
		{name: "a param of the run that two cells log", cells: "%% a\ntrack.log_param('p', params.n)\n%% b\ntrack.log_param('p', 1)", params: map[string]any{"n": int64(1)}, first: "a b", steps: []step{
			{setParam("n", int64(2)), "a run | b cached", "a"},
			{nil, "a cached | b cached", ""},
			{setParam("n", int64(1)), "", ""},
		}},
	})
}

func TestNotStaleWhenCellsWriteFiles(t *testing.T) {
	out := "%% w\nframe({'a': [params.n]}).to_csv('out.csv')\n"
	one := map[string]any{"n": int64(1)}
	runStale(t, []staleCase{
		{name: "a file that is missing or changed", cells: out, params: one, steps: []step{
			{do: remove("out.csv")},
			{do: write("out.csv", "mine")},
			{setParam("n", int64(2)), "w run", "w"},
			{setParam("n", int64(1)), "", ""},
		}},
		{name: "a file in a folder that is missing", cells: "%% w\nframe({'a': [1]}).to_csv('d/e/out.csv')", steps: []step{{do: remove("d")}}},
		{name: "another cell reads it", cells: out + "%% r after=w\nio.read_text('out.csv')", params: one, steps: []step{
			{setParam("n", int64(2)), "w run | r depends", "w r"},
			{do: remove("out.csv")},
			{do: both(setParam("n", int64(1)), write("out.csv", "x"))},
			{replace("[params.n]", "[params.n * 1]"), "w run | r depends", "w"},
		}},
		{name: "another cell reads it under a path of the source", cells: "%% r\nio.read_text('out.csv')\n" + out, params: one, steps: []step{
			{setParam("n", int64(2)), "r depends (comes after cell w, which may write what it reads) | w run", "r w"},
			{do: remove("out.csv")},
		}},
		{name: "another cell looks whether it exists", cells: out + "%% r after=w\n_p = 'out'\nio.exists(_p + '.csv')", params: one, steps: []step{{do: remove("out.csv")}}},
		{name: "another cell lists it", cells: "%% w\nframe({'a': [1]}).to_csv('d/out.csv')\n%% r after=w\nio.glob('d/*.csv')", steps: []step{
			{do: remove("d")},
			{write("d/more.csv", "1"), "w cached | r run (the list of files d/*.csv changed)", "r"},
			{do: remove("d/out.csv")},
		}},
		{name: "the cell reads its own file", cells: "%% w\nframe({'a': [params.n]}).to_csv('out.csv')\nx = io.read_text('out.csv')\ny = io.exists('out.csv')\n%% b\nx", params: one, steps: []step{
			{do: remove("out.csv")},
			{do: write("out.csv", "other")},
			{setParam("n", int64(2)), "w run | b depends", "w b"},
		}},
		{name: "the cell lists its own file", cells: "%% w\nframe({'a': [1]}).to_csv('d/out.csv')\nx = io.glob('d/*')\n%% b\nx", steps: []step{
			{do: nil},
			{remove("d"), "w run | b depends", "w"},
		}},
		{name: "a file that is written twice", cells: "%% w\nframe({'a': [1]}).to_csv('out.csv')\nframe({'a': [2]}).to_csv('./out.csv')", steps: []step{
			{do: remove("out.csv")}, {do: write("out.csv", "x")}, {do: remove("out.csv")}, {do: remove("out.csv")},
		}},
		{name: "a figure", cells: "%% w\nplot.line([1, 2]).save('f.svg')", steps: []step{{do: remove("f.svg")}}},
		{name: "a model that is saved and loaded", cells: "%% data\ndf = samples.make_classification(n_samples=30, n_features=2, seed=1)\n%% fit\nm = ml.LogisticRegression(max_iter=params.n).fit(df.drop('target'), df['target'])\nm.save('m.wnbm')\n%% load after=fit\nml.load_model('m.wnbm').predict(df.drop('target'))", params: map[string]any{"n": int64(5)}, steps: []step{
			{do: remove("m.wnbm")},
			{setParam("n", int64(6)), "data cached | fit run | load depends", "fit load"},
		}},
		{name: "two cells write one path", cells: "%% v\nframe({'a': [1]}).to_csv('out.csv')\n%% w\nframe({'a': [2]}).to_csv('out.csv')", steps: []step{{}}},
		{name: "a cell reads what another writes, and does not wait for it", cells: "%% w\nframe({'a': [1]}).to_csv('out.csv')\n%% r\n_p = 'out'\nio.read_text(_p + '.csv')", steps: []step{{}}},
		{name: "a cell lists what another writes, and does not wait for it", cells: "%% w\nframe({'a': [1]}).to_csv('d/out.csv')\n%% r\nlen(io.glob('d/*'))", steps: []step{{}}},
		{name: "a cell lists a folder that another one makes", cells: "%% w\nframe({'a': [1]}).to_csv('d/e/out.csv')\n%% r\nlen(io.glob('d/*')) + len(io.glob('f/*'))", steps: []step{{}}},
		{name: "a cell looks for a folder that another one makes", cells: "%% w\nframe({'a': [1]}).to_csv('d/out.csv')\n%% r\nio.exists('d')", steps: []step{{}}},
	})
}

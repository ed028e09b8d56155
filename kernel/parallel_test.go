package kernel_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel"
)

// A gate lets a cell wait for another one: env("wait x") comes back after
// env("open x"). With one cell at a time nobody waits.
type gate struct {
	jobs int
	mu   sync.Mutex
	open map[string]context.Context // done when the gate is open
	do   map[string]func()          // opens it
}

func newGate(jobs int) *gate {
	return &gate{jobs: jobs, open: map[string]context.Context{}, do: map[string]func(){}}
}

func (g *gate) of(t testing.TB, name string) (open context.Context, do func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open[name] == nil {
		g.open[name], g.do[name] = context.WithCancel(t.Context())
	}
	return g.open[name], g.do[name]
}

func (g *gate) env(t testing.TB) func(string) (string, bool) {
	return func(question string) (string, bool) {
		if name, ok := strings.CutPrefix(question, "open "); ok {
			_, open := g.of(t, name)
			open()
		}
		if name, ok := strings.CutPrefix(question, "wait "); ok && g.jobs > 1 {
			open, _ := g.of(t, name)
			<-open.Done()
		}
		return "", true
	}
}

// A tape is an observer that writes down what it is told, but for the starts,
// which come when they come.
type tape struct {
	strings.Builder
	started []string
}

func (o *tape) CellStarted(c *kernel.Cell) { o.started = append(o.started, c.ID) }

func (o *tape) CellEffect(c *kernel.Cell, e cells.Effect) {
	if !slices.Contains(o.started, c.ID) {
		fmt.Fprintf(o, "%s did not start\n", c.ID)
	}
	if _, ok := e.(cells.Input); !ok { // what a cell finds in a file that it should wait for is not certain
		fmt.Fprintf(o, "%s: %+v\n", c.ID, e)
	}
}

func (o *tape) CellDone(r *kernel.Result) {
	fmt.Fprintf(o, "%s %s %s %v, attempts %d, cached %v\n", r.Cell.ID, r.Status, r.Reason, r.Err, r.Attempts, r.From != nil)
}

func TestTheSameForAnyNumberOfCellsAtATime(t *testing.T) {
	tests := map[string]string{
		"effects": `
%% a
for i in range(20): print("a", i)
track.log_metric("m", 1)
%% b
for i in range(20): print("b", i)
display(frame({"a": [1]}))
%% c
for i in range(20): print("c", i)
warn("c")
%% d
print("d")
`,
		"a chain beside a chain":  "%% a\nx = 1\n%% b\ny = x + 1\nprint(y)\n%% c\nu = 1\n%% d\nv = u + 1\nprint(v)\n%% e\nprint(y + v)",
		"params in conflict":      "%% a\nenv('wait c')\ntrack.log_param('p', 1)\n%% b\ntrack.log_param('p', 2)\nx = 1\n%% c\ntrack.log_param('p', 3)\nenv('open c')\n%% d\nprint(x)",
		"files in conflict":       "%% a\nenv('wait b')\nframe({'a': [1]}).to_csv('a.csv')\n%% b\nframe({'a': [2]}).to_csv('./a.csv')\nenv('open b')\nx = 1\n%% c\nprint(x)",
		"speculation":             "%% a\nenv('wait d')\ntrack.log_param('p', 1)\n%% b\ntrack.log_param('p', 2)\nx = 1\n%% c\nprint('never seen', x)\ny = x\n%% d\nprint('nor this', y)\nenv('open d')\n%% e\nprint('but this')",
		"speculation, later":      "%% a\nenv('wait c')\ntrack.log_param('p', 1)\n%% b\ntrack.log_param('p', 2)\nx = 1\n%% c\nprint('never seen', x)\nenv('open c')\nenv('wait e')\nprint('nor this')\n%% d after=a\nprint('d')\n%% e after=a\nenv('open e')",
		"failures":                "%% a\nfail('a')\n%% b\nenv('wait d')\nprint('b')\nfail('b')\nx = 1\n%% c\nx\n%% d on_error=continue\nenv('open d')\nfail('d')\n%% e after=d\n1\n%% f after=d always\nprint('f')",
		"the first failure first": "%% a\nenv('wait b')\nx = 1 // 0\n%% b\nenv('open b')\ny = 1 // 0\n%% c\nx + y",
		"reasons":                 "%% a\nenv('wait b')\non = False\n%% b\nenv('open b')\n%% c when=on\nz = 1\n%% d\nz\n%% e .disabled\nw = 1\n%% f\nw\n%% g after=e\n7",
		"cells that always run":   "%% a\nenv('wait c')\ntrack.log_param('p', 1)\n%% b\ntrack.log_param('p', 2)\nx = 1\n%% c\nenv('open c')\n%% d always\nprint('d', x)\n%% e always\nprint('e')\n%% f always after=b\nprint('f')",
		"retries":                 "%% a retries=2\nprint('a')\nfail('no')\n%% b retries=1\nenv('b')\nprint('b')\n%% c\nprint('c')",
		"the same code twice":     "%% a\nprint('same')\ntrack.log_metric('m', 1)\n%% b\nprint('same')\ntrack.log_metric('m', 1)\n%% c\nprint('same')\ntrack.log_metric('m', 1)",
		"pmap":                    "%% a\ndef f(x):\n    print('a', x)\n    track.log_metric('m', x, step=x)\n    return x * x\nys = pmap(f, range(20))\n%% b\nzs = pmap(lambda x: print('b', x) or x + 1, range(20))\n%% c\nprint(sum(ys) + sum(zs))",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := ""
			for _, jobs := range slices.Concat([]int{1}, slices.Repeat([]int{1, 2, 8}, 20)) {
				got := played(t, text, jobs)
				if want == "" {
					want = got
				} else if d := cmp.Diff(want, got); d != "" {
					t.Fatalf("%d cells at a time (-1 +%d):\n%s", jobs, jobs, d)
				}
			}
		})
	}
}

// played is all that is seen of a run and of the next one.
func played(t *testing.T, text string, jobs int) string {
	t.Helper()
	r := newRig(t, newMemoryStore(), text)
	r.dir = t.TempDir()
	r.jobs = max(jobs, 1)
	seen := ""
	for range 2 {
		out, observer := newGate(r.jobs), &tape{}
		if strings.Contains(text, "wait") && jobs == 2 && strings.Count(text, "%%") > 4 {
			out.jobs = 1 // the cell that opens the gate may not have its turn
		}
		with(func(o *kernel.Options) { o.World.Env, o.Observer = out.env(t), observer })(r)
		result := r.run()
		seen += observer.String() + picture(t, r.dir, result)
	}
	return seen
}

func TestCellsOverlap(t *testing.T) {
	g := newGate(2)
	r := newRig(t, newMemoryStore(), "%% a\nenv('open a')\nenv('wait b')\n%% b\nenv('open b')\nenv('wait a')")
	r.jobs = 2
	with(func(o *kernel.Options) { o.World.Env = g.env(t) })(r)
	if out := r.run(); out.Verdict() != kernel.Finished {
		t.Error(summary(out))
	}
}

// stopper cancels a run when so many cells started.
type stopper struct {
	after  int
	cancel func()
}

func (s *stopper) CellStarted(*kernel.Cell) {
	if s.after--; s.after == 0 {
		s.cancel()
	}
}
func (*stopper) CellEffect(*kernel.Cell, cells.Effect) {}
func (*stopper) CellDone(*kernel.Result)               {}

func TestCellsAtATimeAreStoppedTogether(t *testing.T) {
	loop := "while True: pass\n"
	text := "%% a\n" + loop + "%% b\npmap(lambda x: [x for _ in range(1 << 40)], range(4))\n%% c\n" + loop + "%% d\n1\n%% e after=a\n2\n%% f always\n3"
	tests := map[string]struct {
		cause   error
		verdict kernel.Verdict
		reason  string
	}{
		"interrupted": {kernel.ErrInterrupted, kernel.Interrupted, "the run was interrupted"},
		"timed out":   {fmt.Errorf("too long: %w", lang.ErrTimeout), kernel.Failed, "the run's time was up"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, newMemoryStore(), text)
			ctx, cancel := context.WithCancelCause(t.Context())
			r.jobs = 3
			opts := r.options(r.dir, r.store)
			opts.Observer = &stopper{after: 3, cancel: func() { cancel(tt.cause) }}
			out := r.compile(opts).Run(ctx, opts)
			if out.Verdict() != tt.verdict {
				t.Errorf("verdict %s", out.Verdict())
			}
			for i, res := range out.Results {
				if i < 3 && !errors.Is(res.Err, tt.cause) || i >= 3 && res.Reason != tt.reason {
					t.Errorf("cell %s: %v %s", res.Cell.ID, res.Err, res.Reason)
				}
			}
			if list := len(r.store.(*memoryStore).records); list != 0 {
				t.Errorf("%d results of stopped cells are kept", list)
			}
		})
	}
}

func TestATimeoutEndsOneOfSeveralCells(t *testing.T) {
	g := newGate(2)
	r := newRig(t, newMemoryStore(), "%% a timeout=20ms\nwhile True: pass\n%% b\nenv('open b')\nx = 1\n%% c\nx")
	r.jobs = 2
	with(func(o *kernel.Options) { o.World.Env = g.env(t) })(r)
	out := r.run()
	if a := out.Results[0].Err; a == nil || a.Kind != lang.KindTimeout || out.Results[2].Err != nil {
		t.Error(summary(out))
	}
}

// A cell that reads a file which another one writes is told to wait for it,
// whichever of the two was faster.
func TestAFileThatIsNotThereYet(t *testing.T) {
	const write = "%% w\n_p = 'o'\nframe({'a': [1]}).to_csv(_p + '.csv')\n"
	for name, tt := range map[string]struct {
		cells, cell, want string
	}{
		"read before it is written": {"%% r\nio.read_text('o.csv')\n" + write, "w", "cell r reads o.csv, which cell w writes, and does not wait for it"},
		"listed, and another one is missing": {
			write + "%% r\nlen(io.glob('*.csv'))\nio.read_text('missing.txt')", "r", "cell r lists *.csv, which cell w writes, and does not wait for it",
		},
	} {
		t.Run(name, func(t *testing.T) {
			out := newRig(t, newMemoryStore(), tt.cells).run()
			for _, res := range out.Results {
				if res.Cell.ID == tt.cell && (res.Err == nil || res.Err.Msg != tt.want) {
					t.Errorf("cell %s: %v, want %s", tt.cell, res.Err, tt.want)
				}
			}
		})
	}
}

func TestTwoRunsComputeAResultOnce(t *testing.T) {
	store := newMemoryStore()
	const runs = 4
	counts := make(chan int, runs)
	dir := t.TempDir()
	for range runs {
		go func() {
			r := newRig(t, store, "%% a\nxs = [i * i for i in range(1000)]\n%% b\nprint(sum(xs))")
			r.dir = dir
			counts <- len(ran(r.run()))
		}()
	}
	total := 0
	for range runs {
		total += <-counts
	}
	if total != 2 {
		t.Errorf("2 cells were computed %d times by %d runs", total, runs)
	}
}

func TestTheSameForAnyNumberOfThreads(t *testing.T) {
	text := `
%% data
df = samples.make_classification(n_samples=300, n_features=5, seed=3)
X = df.drop("target")
y = df["target"]
%% logreg
a = ml.LogisticRegression(max_iter=30).fit(X, y)
%% forest
b = ml.RandomForestClassifier(n_estimators=7, seed=1).fit(X, y)
b.feature_importances
%% boosting
c = ml.GradientBoostingClassifier(n_estimators=7, seed=1).fit(X, y)
%% folds
ml.cross_val_score(ml.RandomForestClassifier(n_estimators=3, seed=1), X, y, cv=3)
%% csv
X.to_csv("x.csv")
back = io.read_csv("x.csv")
%% map
zs = pmap(lambda i: ml.RandomForestClassifier(n_estimators=2, seed=i).fit(X, y).score(X, y), range(6))
`
	want := ""
	for _, threads := range []int{1, 2, 3, 8} {
		r := newRig(t, newMemoryStore(), text)
		r.jobs = threads
		with(func(o *kernel.Options) { o.World.Threads = threads })(r)
		out := r.run()
		if out.Verdict() != kernel.Finished {
			t.Fatal(summary(out))
		}
		got := picture(t, r.dir, out)
		if want == "" {
			want = got
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("with %d threads (-1 +%d):\n%s", threads, threads, d)
		}
	}
}

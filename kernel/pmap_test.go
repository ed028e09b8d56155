package kernel_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel"
)

// results counts the results that a store was given.
func (m *memoryStore) results() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return int(m.last)
}

func TestPmapComputesOnlyWhatIsNew(t *testing.T) {
	square := "%% a\nxs = range(1000)\n%% b\ndef f(x): return x * params.n\nys = pmap(f, xs)\n%% c\nsum(ys)"
	one := map[string]any{"n": int64(2)}
	tests := map[string]struct {
		cells  string
		files  map[string]string
		params map[string]any
		edit   edit
		kept   int // results that the second run keeps, those of cells included
	}{
		"nothing":              {cells: square, params: one, edit: both(), kept: 0},
		"one of 1,000 items":   {cells: square, params: one, edit: replace("range(1000)", "[5000 if i == 500 else i for i in range(1000)]"), kept: 1 + 1 + 1 + 1},
		"items in other order": {cells: square, params: one, edit: replace("range(1000)", "[999 - i for i in range(1000)]"), kept: 1 + 1 + 1},
		"the function":         {cells: square, params: one, edit: replace("x * params.n", "params.n * x"), kept: 1 + 1000},
		"what it captures":     {cells: square, params: one, edit: setParam("n", int64(3)), kept: 1 + 1000 + 1},
		"deep inside": {
			cells: "%% k\nk = [1]\n%% h\nhs = {'h': [lambda x: x + k[0]]}\n%% b\nys = pmap(lambda x: hs['h'][0](x), range(50))",
			edit:  replace("k = [1]", "k = [2]"), kept: 1 + 1 + 1 + 50,
		},
		"a file that one item reads": {
			cells: "%% b\nys = pmap(lambda i: io.read_text(str(i) + '.txt'), range(3))", files: map[string]string{"0.txt": "a", "1.txt": "b", "2.txt": "c"},
			edit: write("1.txt", "B"), kept: 1 + 1,
		},
		"impure items": {cells: "%% b\nys = pmap(lambda i: now() if i == 1 else i, range(3))", edit: both(), kept: 0},
		"items that look alike": {
			cells: "%% b\nys = pmap(lambda i: [type(i), i], [0, 0.0])", edit: replace("[0, 0.0]", "[0, 0.0, -0.0, False, None, '', b'', (), [], {}]"), kept: 1 + 8,
		},
		"a cell that is run again": {
			cells: "%% b\nys = pmap(lambda i: i + 1, range(5))", kept: 1 + 5,
			edit: with(func(o *kernel.Options) { o.Force = func(string) bool { return true } }),
		},
		"a cell that is not kept":  {cells: "%% b cache=off\nys = pmap(lambda i: i + 1, range(5))", edit: both(), kept: 0},
		"pmap inside of pmap":      {cells: "%% b\nys = pmap(lambda i: pmap(lambda j: [i, j], range(3)), range(2))", edit: replace("range(2)", "range(3)"), kept: 1 + 1 + 3},
		"functions as items":       {cells: "%% b\nys = [f(1) for f in pmap(lambda f: lambda x: f(x), [lambda x: x, lambda x: x + 1])]", edit: replace("x + 1]", "x + 2]"), kept: 1 + 1},
		"a file of the same cell":  {cells: "%% b\nframe({'a': [1]}).to_csv('in.csv')\nys = pmap(lambda i: io.read_text('in.csv') + str(i), range(2))", edit: remove("in.csv"), kept: 0},
		"files that the items are": {cells: "%% b\nys = pmap(lambda i: frame({'a': [i]}).to_csv(str(i) + '.csv'), range(4))", edit: both(remove("1.csv"), write("2.csv", "x")), kept: 0},
		"fits":                     {cells: fits, edit: replace("[0.1, 1.0]", "[0.1, 1.0, 10.0]"), kept: 1 + 1},
		"fits of a renamed cell":   {cells: fits, edit: replace("%% fit", "%% train"), kept: 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newMemoryStore()
			r := newRig(t, store, tt.cells)
			for name, content := range tt.files {
				write(name, content)(r)
			}
			for name, v := range tt.params {
				setParam(name, v)(r)
			}
			r.run()
			tt.edit(r)
			before, fresh := store.results(), r.fresh()
			out := r.run()
			if d := cmp.Diff(fresh, picture(t, r.dir, out)); d != "" {
				t.Errorf("a run from scratch leaves something else (-fresh +cached):\n%s", d)
			}
			if kept := store.results() - before; kept != tt.kept {
				t.Errorf("%d results are new, want %d", kept, tt.kept)
			}
		})
	}
}

const fits = `
%% data
df = samples.make_classification(n_samples=40, n_features=3, seed=1)
X = df.drop('target')
y = df['target']
%% fit
m0 = ml.LogisticRegression(max_iter=3).fit(X, y)
def f(c): return ml.LogisticRegression(C=c, max_iter=3).fit(X, y).score(X, y)
s = pmap(f, [0.1, 1.0])
m1 = ml.LogisticRegression(C=5.0, max_iter=3).fit(X, y)
`

func TestFitsOfPmapAreLoggedAsIfTheyWereALoop(t *testing.T) {
	logged := func(text string) string {
		var b strings.Builder
		r := newRig(t, newMemoryStore(), text)
		for _, res := range r.run().Results {
			for _, e := range res.Effects {
				switch e := e.(type) {
				case cells.Param:
					fmt.Fprintln(&b, e.Key, e.Value)
				case cells.Metric:
					fmt.Fprintln(&b, e.Key, e.Value, e.Step)
				}
			}
			if res.Err != nil {
				fmt.Fprintln(&b, res.Err)
			}
		}
		return b.String()
	}
	want := logged(strings.Replace(fits, "pmap(f, [0.1, 1.0])", "map(f, [0.1, 1.0])", 1))
	if !strings.Contains(want, "fit.4.LogisticRegression.C 5.0") {
		t.Fatal(want)
	}
	if d := cmp.Diff(want, logged(fits)); d != "" {
		t.Errorf("-loop +pmap:\n%s", d)
	}
	quiet := strings.Replace(fits, "s = pmap", "track.autolog(False)\ns = pmap", 1)
	if got := logged(quiet); strings.Contains(got, "fit.2.") {
		t.Errorf("autolog is off: %s", got)
	}
}

func TestPmapFails(t *testing.T) {
	tests := map[string]struct{ cells, want string }{
		"the first of several": {
			"%% a\ndef f(i):\n    print('item', i)\n    if i % 4 == 3: fail('item ' + str(i))\n    return i\npmap(f, range(40))",
			"a failed \"item 0\\nitem 1\\nitem 2\\nitem 3\\n\": cell a, line 3, column 24: fail: item 3\nfailed",
		},
		"what the function captured cannot change": {
			"%% a\nseen = []\npmap(lambda i: seen.append(i), range(4))",
			"a failed: cell a, line 2, column 27: append: cannot append to frozen list (values that leave a cell are frozen; change a copy: list(x), dict(x), or build a new value)\nfailed",
		},
		"items cannot change": {
			"%% a\npmap(lambda x: x.append(1), [[], []])",
			"a failed: cell a, line 1, column 24: append: cannot append to frozen list (values that leave a cell are frozen; change a copy: list(x), dict(x), or build a new value)\nfailed",
		},
		"two items write one file": {
			"%% a\npmap(lambda i: frame({'a': [i]}).to_csv('out.csv'), range(4))",
			"a failed: cell a, line 1, column 5: pmap: item 0 and item 1 write out.csv (let each item write to a path of its own)\nfailed",
		},
		"an item reads what another writes": {
			"%% a\npmap(lambda i: frame({'a': [i]}).to_csv('out.csv') if i == 2 else io.exists('out.csv'), range(3))",
			"a failed: cell a, line 1, column 5: pmap: item 0 reads out.csv, which item 2 writes (read it after pmap)\nfailed",
		},
		"an item lists what another writes": {
			"%% a\npmap(lambda i: frame({'a': [i]}).to_csv('d/out.csv') if i == 1 else io.glob('d/*'), range(2))",
			"a failed: cell a, line 1, column 5: pmap: item 0 reads d/*, which item 1 writes (read it after pmap)\nfailed",
		},
		"a method that changes a list": {
			"%% a\nf = [1].append\npmap(f, range(2))",
			"a failed: cell a, line 2, column 5: append: cannot append to frozen list (values that leave a cell are frozen; change a copy: list(x), dict(x), or build a new value)\nfailed",
		},
		"no items":           {"%% a\npmap(lambda x: fail('no'), [])", "a done [[]]\nfinished"},
		"functions as items": {"%% a\ndef f(x, y=[]): return y\npmap(lambda g: g(1), [f])", "a done [[[]]]\nfinished"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 5 {
				r := newRig(t, newMemoryStore(), tt.cells)
				with(func(o *kernel.Options) { o.World.Threads = 8 })(r)
				if d := cmp.Diff(tt.want, summary(r.run())); d != "" {
					t.Fatal(d)
				}
			}
		})
	}
}

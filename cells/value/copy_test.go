package value_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/value"
)

// copying is a builtin copy(x), for cells that go on with the original.
func copying(t *testing.T) starlark.StringDict {
	return starlark.StringDict{"copy": starlark.NewBuiltin("copy", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return value.Copy(t.Context(), args[0])
	})}
}

// A copy is frozen and does not see what becomes of the original, which can be
// changed as before. The cells say in w what they find.
func TestCopySharesNothing(t *testing.T) {
	for name, tt := range map[string]struct{ source, want string }{
		"list":            {"v = [[1]]\nc = copy(v)\nv[0].append(2)\nv.append(3)\nw = [c, v]", "[[[1]], [[1, 2], 3]]"},
		"dict":            {"v = {'a': [1], (1, 2): 3}\nc = copy(v)\nv['a'].append(2)\nv['b'] = 1\nw = c", `{"a": [1], (1, 2): 3}`},
		"set":             {"v = set([1])\nc = copy(v)\nv.add(2)\nw = c", "set([1])"},
		"tuple":           {"v = ([1],)\nc = copy(v)\nv[0].append(2)\nw = c", "([1],)"},
		"method":          {"v = []\nc = copy(v.index)\nv.append(2)\nw = [str(c), v]", `["<built-in method index of list value>", [2]]`},
		"object":          {"v = thing([1])\nc = copy(v)\nv.fields[0].append(2)\nw = c.fields", "([1],)"},
		"captured":        {"k = [1]\ndef f(): return k\nc = copy(f)\nk.append(2)\nw = [c(), f()]", "[[1], [1, 2]]"},
		"rebound":         {"k = 1\ndef f(): return k\nc = copy(f)\nk = 2\nw = [c(), f()]", "[1, 2]"},
		"closure":         {"def make():\n    n = [0]\n    def step():\n        n.append(len(n))\n        return n\n    return step\nf = make()\nc = copy(f)\nw = [f(), f()]", "[[0, 1, 2], [0, 1, 2]]"},
		"default":         {"def f(x=[1]): return x\nc = copy(f)\nf().append(2)\nw = [c(), f()]", "[[1], [1, 2]]"},
		"object captured": {"k = []\nt = thing(lambda: k)\nc = copy(t)\nk.append(1)\nw = [c.fields[0](), t.fields[0]()]", "[[], [1]]"},
		"shared":          {"a = [1]\nc = copy([a, a, (a,)])\nw = c", "[[1], [1], ([1],)]"},
		"same function":   {"f = lambda: 1\nc = copy([f, f, {f: 2}])\nw = [c[0] == c[1], c[2][c[0]], c[0] == f]", "[True, 2, False]"},
		"tuples of two":   {"v = (1,)\nfor i in range(20):\n    v = (v, v)\nc = copy(v)\nw = len(c)", "2"},
		"universe":        {"c = copy([len, str])\nw = c == [len, str]", "True"},
	} {
		t.Run(name, func(t *testing.T) {
			exports := run(t, tt.source+"\nw = str(w)", copying(t))
			if got, _ := starlark.AsString(exports["w"]); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestCopyIsFrozen(t *testing.T) {
	for source, change := range map[string]string{
		"[1]":                   "v.append(2)",
		"([1],)":                "v[0].append(2)",
		"{'a': []}":             "v['a'].append(2)",
		"thing([1])":            "v.fields[0].append(2)",
		"[].append":             "v(1)",
		"k = []\nv = lambda: k": "v().append(1)",
		"lambda x=[]: x":        "v().append(1)",
	} {
		program := source
		if !strings.Contains(source, "v =") {
			program = "v = " + source
		}
		copied := run(t, program+"\nc = copy(v)", copying(t))["c"]
		if got := ask(t, change, copied); !strings.Contains(got, "frozen") {
			t.Errorf("%s: %s", source, got)
		}
	}
}

func TestCopyKeepsCircles(t *testing.T) {
	v := eval(t, "v = [1]\nv.append({'v': (v,)})")
	copied, err := value.Copy(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	if ask(t, "v[1]['v'][0][1]['v'][0][0]", copied) != "1" {
		t.Errorf("got %v", copied)
	}
	l := copied.(*starlark.List)
	d := l.Index(1).(*starlark.Dict)
	inner, _, err := d.Get(starlark.String("v"))
	if err != nil || inner.(starlark.Tuple)[0] != copied || copied == v {
		t.Errorf("the copy holds %v, %v", inner, err)
	}
}

func TestCopyRefuses(t *testing.T) {
	for source, want := range map[string]string{
		"d = []\ndef v(x=d): return x\nd.append(v)":         "the function v holds itself in a default",
		"v = [(1,)]\nfor i in range(40):\n    v = [(v, v)]": "a value has more than 100000000 parts",
	} {
		_, err := value.Copy(t.Context(), eval(t, source))
		if !errors.Is(err, value.ErrNoForm) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v", err)
		}
	}
}

// Copies of a function run beside each other while the cell goes on to change
// what the original captured.
func TestCopiesRunBesideTheOriginal(t *testing.T) {
	const source = `
k = [0]
d = {"n": 0}
def count(x=[1, 2]):
    return [len(k) + d["n"] + len(x), scale(2)]
def scale(x):
    return f"{x * factor.fields[0]():.1f}"
factor = thing(lambda: len(k))
beside(count)
for i in range(2000):
    k.append(i)
    d["n"] += 1
    count()
`
	var running sync.WaitGroup
	var mu sync.Mutex
	var wrong []string
	beside := func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		fn, err := value.Copy(t.Context(), args[0])
		if err != nil {
			return nil, err
		}
		for range 4 {
			running.Go(func() {
				for range 200 {
					got, err := starlark.Call(new(starlark.Thread), fn, nil, nil)
					if err != nil || got.String() != `[3, "2.0"]` {
						mu.Lock()
						wrong = append(wrong, fmt.Sprint(got, err))
						mu.Unlock()
					}
				}
			})
		}
		return starlark.None, nil
	}
	names := env()
	names["beside"] = starlark.NewBuiltin("beside", beside)
	p, err := lang.Compile("cell", source)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Run(t.Context(), names, lang.Options{})
	running.Wait()
	if err != nil || len(wrong) > 0 {
		t.Errorf("%v, %v", err, wrong)
	}
}

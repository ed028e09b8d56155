package value_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/value"
)

// functions are cells that make v, and a cell that asks v.
var functions = map[string]struct{ maker, user, want string }{
	"def":               {"def v(x):\n    return x + 1", "v(1)", "2"},
	"lambda":            {"v = lambda x: x + 1", "v(1)", "2"},
	"recursion":         {"def v(n):\n    return 1 if n == 0 else n * v(n - 1)", "v(20)", "2432902008176640000"},
	"mutual recursion":  {"def even(n):\n    return n == 0 or odd(n - 1)\ndef odd(n):\n    return n != 0 and even(n - 1)\nv = [even, odd]", "[v[0](7), v[1](7)]", "[False, True]"},
	"three in circles":  {"def a(n):\n    return b(n) + c(n)\ndef b(n):\n    return c(n) if n == 0 else a(n - 1)\ndef c(n):\n    return 1 if n == 0 else b(n - 1)\nv = [a, c, b]", "[f(4) for f in v]", "[13, 5, 8]"},
	"captured dict":     {"v = {}\ndef call(name, x):\n    return v[name](x)\nv['call'] = call\nv['add'] = lambda x: x + 1", "v['call']('add', 1)", "2"},
	"dict by closure":   {"def make():\n    ops = {}\n    def call(n):\n        return 0 if n == 0 else 1 + ops['call'](n - 1)\n    ops['call'] = call\n    return call\nv = make()", "v(5)", "5"},
	"table of circles":  {"v = {}\ndef f(n): return n if n < 1 else g(n - 1)\ndef g(n): return v['f'](n - 1) if n else f(n)\nv['f'] = f\nv['g'] = g", "[v['f'](5), v['g'](5)]", "[0, 0]"},
	"defaults":          {"n = [7]\ndef v(a, b=n, *rest, c=n[0] + 1, d, **kw):\n    return [a, b, rest, c, d, kw]", "v(1, d=2)", "[1, [7], (), 8, 2, {}]"},
	"default function":  {"def v(x, f=lambda x: x * 2):\n    return f(x)", "v(4)", "8"},
	"default of a dict": {"v = {}\ndef f(d=v):\n    return len(d)\nv['f'] = f", "v['f']()", "1"},
	"closures":          {"def adder(i):\n    return lambda x: x + i\nv = [adder(i) for i in range(3)]", "[f(10) for f in v]", "[10, 11, 12]"},
	"closure over two":  {"def outer(a):\n    b = a + 1\n    def inner(x):\n        return [a, b, x]\n    return inner\nv = outer(1)", "v(5)", "[1, 2, 5]"},
	"local recursion":   {"def make():\n    def walk(n):\n        return 0 if n == 0 else 1 + walk(n - 1)\n    return walk\nv = make()", "v(3)", "3"},
	"decorated":         {"def twice(f):\n    return lambda x: 2 * f(x)\ndef v(n):\n    return 1 if n == 0 else v(n - 1)\nv = twice(v)", "v(3)", "16"},
	"own max":           {"def max(x):\n    return [x]\ndef v(x):\n    return max(x)", "v(5)", "[5]"},
	"language":          {"def v(x):\n    if x > 1:\n        return f\"{x:.1f} {sorted([x, 1])}\"", "v(2)", `"2.0 [1, 2]"`},
	"doc":               {"def v():\n    'says é'\n    return 1", "v()", "1"},
	"object":            {"k = [thing(3)]\nv = lambda: k[0].fields", "v()", "(3,)"},
	"object of itself":  {"d = {}\ndef f(): return d['t'].fields[0]\nd['t'] = thing(f)\nv = d['t']", "v.fields[0]() == v.fields[0]()", "True"},
	"error":             {"def v(x):\n    # why\n    y = x + 1\n    return y // (x - x)", "v(2)", "division by zero"},
	"frozen":            {"xs = []\ndef v(x):\n    xs.append(x)", "v(1)", "frozen list"},
}

// ask gives what a cell says about v, also its error in full.
func ask(t *testing.T, source string, v starlark.Value) string {
	t.Helper()
	p, err := lang.Compile("user", source)
	if err != nil {
		t.Fatal(err)
	}
	res, err := p.Run(t.Context(), starlark.StringDict{"v": v}, lang.Options{})
	var e *lang.Error
	if errors.As(err, &e) {
		return e.Msg
	} else if err != nil {
		t.Fatal(err)
	}
	return res.Value.String()
}

func TestFunctionsDoTheSame(t *testing.T) {
	for name, tt := range functions {
		t.Run(name, func(t *testing.T) {
			v := eval(t, tt.maker)
			again := roundTrip(t, v)
			copied, err := value.Copy(t.Context(), v)
			if err != nil {
				t.Fatal(err)
			}
			if !value.Equal(encode(t, v), encode(t, copied)) {
				t.Errorf("the copy is stored as\n%q\nthe original as\n%q", encode(t, copied).Root, encode(t, v).Root)
			}
			want := ask(t, tt.user, v)
			if !strings.Contains(want, tt.want) {
				t.Errorf("got %s, want %s", want, tt.want)
			}
			if d := cmp.Diff([]string{want, want}, []string{ask(t, tt.user, again), ask(t, tt.user, copied)}); d != "" {
				t.Error(d)
			}
		})
	}
}

// A function of a file is what it is wherever the file's other contents stand.
func TestFunctionsOfFiles(t *testing.T) {
	made := func(file string) starlark.Value {
		files := lang.NewFiles(fstest.MapFS{
			"lib/a.star": {Data: []byte(file)},
			"lib/b.star": {Data: []byte("def twice(x):\n    return x + x\n")},
		}, nil)
		p, err := lang.Compile("cell", "load('lib/a.star', 'join')\ndef v(xs):\n    return join(xs)")
		if err != nil {
			t.Fatal(err)
		}
		res, err := p.Run(t.Context(), nil, lang.Options{Load: files.Load})
		if err != nil {
			t.Fatal(err)
		}
		return res.Exports["v"]
	}
	const body = "load('lib/b.star', 'twice')\nsep = '-'\ndef join(xs):\n    return sep.join([twice(x) for x in xs])\n"
	v := made(body)
	if got := ask(t, "v(['a', 'b'])", roundTrip(t, v)); got != `"aa-bb"` {
		t.Errorf("got %s", got)
	}
	if !value.Equal(encode(t, v), encode(t, made("# why\nother = 3\n"+body))) {
		t.Error("what the function does not use counts")
	}
	if value.Equal(encode(t, v), encode(t, made(strings.Replace(body, "'-'", "'+'", 1)))) {
		t.Error("what the function uses does not count")
	}
}

// A function finds its place in the notebook again.
func TestHomes(t *testing.T) {
	const source = "k = 1\n\ndef v(x):\n    return x // 0"
	p, err := lang.Compile("maker", source)
	if err != nil {
		t.Fatal(err)
	}
	d := memory{}.decoder()
	d.Home = lang.NewHomes(p).Find
	v, err := d.Decode(t.Context(), encode(t, eval(t, source)).Root)
	if err != nil {
		t.Fatal(err)
	}
	_, err = starlark.Call(new(starlark.Thread), v, starlark.Tuple{starlark.MakeInt(1)}, nil)
	var e *starlark.EvalError
	if !errors.As(err, &e) || !strings.Contains(e.Backtrace(), "maker:4") {
		t.Errorf("got %v", err)
	}
}

func TestWhatReadBackIsFrozen(t *testing.T) {
	for source, change := range map[string]string{
		"[1]":                     "v.append(2)",
		"[[1]]":                   "v[0].append(2)",
		"{'a': [1]}":              "v['a'].append(2)",
		"{}":                      "v['a'] = 1",
		"set([1])":                "v.add(2)",
		"([1],)":                  "v[0].append(2)",
		"thing([1])":              "v.fields[0].append(2)",
		"[].append":               "v(1)",
		"lambda x=[]: x":          "v().append(1)",
		"k = []\nv = lambda: k":   "v().append(1)",
		"v = [[]]\nv.append(v)":   "v[1][1][0].append(2)",
		"k = {}\nv = lambda: [k]": "v()[0].update({1: 2})",
	} {
		t.Run(source, func(t *testing.T) {
			if got := ask(t, change, roundTrip(t, eval(t, source))); !strings.Contains(got, "frozen") {
				t.Errorf("%s: %s", change, got)
			}
		})
	}
}

func TestWhatCannotBeStored(t *testing.T) {
	foreign := starlark.NewBuiltin("foreign", nil)
	tests := map[string]struct{ source, want string }{
		"builtin":         {"foreign", "the value cannot be stored: the function foreign"},
		"inside":          {"[{'a': (foreign,)}]", "the value cannot be stored: the function foreign"},
		"captured":        {"k = [foreign]\ndef v(): return k", "the value cannot be stored: the function foreign, which the function v has as `k`"},
		"default":         {"def v(x=foreign): return x", "the value cannot be stored: the function foreign, which the function v has as the default of `x`"},
		"of a function":   {"def f(): return foreign\ndef v(): return f()", "the value cannot be stored: the function foreign, which the function f has as `foreign`, which the function v has as `f`"},
		"default, itself": {"d = []\ndef v(x=d): return x\nd.append(v)", "the value cannot be stored: the function v holds itself in a default, which the function v has as the default of `x`"},
		"function as key": {"def f(): pass\nv = {f: 1}", "the value cannot be stored: <function f> is a key of a dict or an element of a set; use its name"},
		"in a key":        {"v = set([(1, lambda: 1)])", "the value cannot be stored: <function lambda> is a key of a dict or an element of a set; use its name"},
		"method as key":   {"v = {'a'.upper: 1}", "the value cannot be stored: <built-in method upper of string value> is a key of a dict or an element of a set; use its name"},
		"iterator":        {"'ab'.elems()", "the value cannot be stored: a string.elems"},
		"broken object":   {"broken", "the value cannot be stored: it is worn out"},
		"broken content":  {"thing(worn)", "the value cannot be stored: it is worn out"},
	}
	given := starlark.StringDict{
		"foreign": foreign, "broken": &broken{}, "worn": &thing{content: []byte("x"), err: errors.New("it is worn out")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			source := tt.source
			if !strings.Contains(source, "v =") && !strings.Contains(source, "def v(") {
				source = "v = " + source
			}
			v := run(t, source, given)["v"]
			_, err := value.Encode(t.Context(), v, memory{})
			if !errors.Is(err, value.ErrNoForm) || err.Error() != tt.want {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
			if _, again := value.Hash(t.Context(), v); fmt.Sprint(again) != fmt.Sprint(err) {
				t.Errorf("Hash says %v", again)
			}
		})
	}
}

// broken is an object without a form.
type broken struct{ thing }

func (*broken) Form() (value.Form, error) { return value.Form{}, errors.New("it is worn out") }

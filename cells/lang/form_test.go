package lang_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
)

// copier makes values again as a store would: functions from their forms,
// containers element by element.
type copier struct {
	homes *lang.Homes
	done  map[starlark.Value]starlark.Value
}

func (c *copier) copy(v starlark.Value) (starlark.Value, error) {
	switch v := v.(type) {
	case *starlark.Function:
		return c.function(v)
	case *starlark.List:
		if w, ok := c.done[v]; ok {
			return w, nil
		}
		out := starlark.NewList(nil)
		c.done[v] = out
		for i := range v.Len() {
			x, err := c.copy(v.Index(i))
			if err != nil {
				return nil, err
			}
			if err := out.Append(x); err != nil {
				return nil, err
			}
		}
		return out, nil
	case *starlark.Dict:
		if w, ok := c.done[v]; ok {
			return w, nil
		}
		out := new(starlark.Dict)
		c.done[v] = out
		for _, item := range v.Items() {
			x, err := c.copy(item[1])
			if err != nil {
				return nil, err
			}
			if err := out.SetKey(item[0], x); err != nil {
				return nil, err
			}
		}
		return out, nil
	case starlark.Tuple:
		out := make(starlark.Tuple, len(v))
		for i, x := range v {
			var err error
			if out[i], err = c.copy(x); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}

func (c *copier) function(fn *starlark.Function) (starlark.Value, error) {
	if w, ok := c.done[fn]; ok {
		return w, nil
	}
	form, err := lang.Inspect(fn)
	if err != nil {
		return nil, err
	}
	captured := starlark.StringDict{}
	for name, v := range form.Captured {
		if lang.IsDefault(name) {
			if captured[name], err = c.copy(v); err != nil {
				return nil, err
			}
		}
	}
	again, err := lang.Rebuild(form.Name, form.Code, captured, c.homes.Find)
	if err != nil {
		return nil, err
	}
	c.done[fn] = again
	for _, name := range slices.Sorted(maps.Keys(form.Captured)) {
		if !lang.IsDefault(name) {
			if captured[name], err = c.copy(form.Captured[name]); err != nil {
				return nil, err
			}
		}
	}
	return again, nil
}

// exports runs a cell and gives what it exports, and the same rebuilt.
func exports(t *testing.T, source string, env starlark.StringDict, opts lang.Options, homes map[string]func(string) *lang.Program) (p *lang.Program, values, again starlark.StringDict) {
	t.Helper()
	p, err := lang.Compile("maker", source)
	if err != nil {
		t.Fatal(err)
	}
	res, err := p.Run(t.Context(), env, opts)
	if err != nil {
		t.Fatal(err)
	}
	programs := []*lang.Program{p}
	for name, find := range homes {
		programs = append(programs, find(name))
	}
	c := &copier{homes: lang.NewHomes(programs...), done: map[starlark.Value]starlark.Value{}}
	again = starlark.StringDict{}
	for name, v := range res.Exports {
		w, err := c.copy(v)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again[name] = w
	}
	again.Freeze()
	return p, res.Exports, again
}

// use runs a cell that reads values and gives its result or error in full.
func use(t *testing.T, source string, values starlark.StringDict, programs ...*lang.Program) string {
	t.Helper()
	p, err := lang.Compile("user", source)
	if err != nil {
		t.Fatal(err)
	}
	var printed []string
	res, err := p.Run(t.Context(), values, lang.Options{
		Print: func(_ *starlark.Thread, msg string) { printed = append(printed, msg) },
		Lookup: func(id string) *lang.Program {
			for _, p := range programs {
				if p.ID == id {
					return p
				}
			}
			return nil
		},
		Limits: lang.Limits{Steps: 50_000},
	})
	out := strings.Join(printed, "\n")
	if err != nil {
		var e *lang.Error
		if !errors.As(err, &e) {
			t.Fatal(err)
		}
		return out + strings.Join(e.Details(), "\n")
	}
	return out + fmt.Sprint(res.Value, " in ", res.Steps)
}

func TestRebuiltFunctionsDoTheSame(t *testing.T) {
	tests := map[string]struct {
		maker, user, want string
		steps             bool // the variable in a box takes other steps
	}{
		"def":                        {"def f(x):\n    return x + 1", "f(1)", "2 in", false},
		"lambda":                     {"f = lambda x: x + 1", "f(1)", "2 in", false},
		"global":                     {"k = 3\ndef f(x):\n    return x * k", "f(2)", "6 in", false},
		"global set later":           {"def f(x):\n    return x * k\nk = 3", "f(2)", "6 in", false},
		"closures in a loop":         {"fs = [lambda x: x + i for i in range(3)]", "[f(10) for f in fs]", "[12, 12, 12] in", false},
		"closures of a call":         {"def adder(i):\n    return lambda x: x + i\nfs = [adder(i) for i in range(3)]", "[f(10) for f in fs]", "[10, 11, 12] in", false},
		"nested def":                 {"def outer(a):\n    b = a + 1\n    def inner(x):\n        return [a, b, x]\n    return inner\nf = outer(1)", "f(5)", "[1, 2, 5] in", false},
		"makes functions":            {"k = 2\ndef outer(a):\n    return lambda x: a * x * k", "g = outer(3)\ng(4)", "24 in", false},
		"defaults":                   {"n = [7]\ndef f(a, b=n, *rest, c=n[0] + 1, d, **kw):\n    return [a, b, rest, c, d, kw]", "f(1, d=2)", "[1, [7], (), 8, 2, {}] in", false},
		"nested defaults":            {"def f(a):\n    def g(b=a):\n        return b\n    return g()", "f(3)", "3 in", false},
		"recursion":                  {"def fact(n):\n    return 1 if n == 0 else n * fact(n - 1)", "fact(5)", "120 in", false},
		"mutual recursion":           {"def even(n):\n    return n == 0 or odd(n - 1)\ndef odd(n):\n    return n != 0 and even(n - 1)", "even(7)", "False in", false},
		"function in a dict":         {"ops = {}\ndef f(name, x):\n    return ops[name](x)\nops['f'] = f\nops['g'] = lambda x: x + 1", "f('g', 1)", "2 in", false},
		"captures functions":         {"def compose(f, g):\n    return lambda x: f(g(x))\nh = compose(lambda x: x + 1, lambda x: x * 10)", "h(2)", "21 in", false},
		"doc":                        {"def f():\n    '''Says é.\n    '''\n    return 1", "doc(f)", `"Says é.\n    " in`, false},
		"f-strings":                  {"def f(x):\n    return f\"{x:.2f} {x!r} {x=}\"", "f(1.5)", `"1.50 1.5 x=1.5" in`, false},
		"series":                     {"def f(s):\n    return s > 1", "f(series)", "series in", false},
		"checked truth":              {"def f(s):\n    if s > 2:\n        return 1", "f(series)", "neither true nor false", false},
		"builtins":                   {"def f(x):\n    return doc(x) or len([x])", "f(f)", "1 in", false},
		"shadowed universe":          {"def f(x):\n    return max(x)\ndef max(x):\n    return x", "f(5)", "5 in", false},
		"other cell's name":          {"def f(x):\n    return sum(x) + other", "f([1])", "43 in", false},
		"print":                      {"def f(x):\n    print(x, \"y\")", "f(2)", "2 y", false},
		"frozen capture":             {"def counter():\n    n = [0]\n    def step():\n        n[0] += 1\n        return n[0]\n    return step\nstep = counter()", "step()", "frozen list", false},
		"frozen global":              {"xs = []\ndef f(x):\n    xs.append(x)", "f(1)", "frozen list", false},
		"no value":                   {"if other == 0:\n    later = 1\ndef f():\n    return later", "f()", "later referenced before assignment", false},
		"no value, captured":         {"def make(ok):\n    if ok:\n        later = 1\n    return lambda: later\nf = make(False)", "f()", "later referenced before assignment", false},
		"error":                      {"def f(x):\n    # why\n    y = x + 1\n    return (y) / (x\n        - x)", "f(2)", "in cell maker, line 4, column 16", false},
		"error in a lambda":          {"fs = [\n    1, lambda x:\n      x // 0,\n]", "fs[1](2)", "in cell maker, line 3, column 9", false},
		"error in a call":            {"def g(x):\n    s = f\"{x}\"\n    fail(\"no: \" + s)\ndef f(x):\n    t = [x]\n    return g(x + 1)", "f(2)", "fail: no: 3\n  in cell maker, line 3", false},
		"error in f-string":          {"def f(x):\n    return f\"a{x}b{x // 0}\"", "f(2)", "in cell maker, line 2, column 22", false},
		"error in truth":             {"def f(s):\n    while (s)[0] and (s) + (1):\n        pass", "f(series)", "in cell maker, line 2, column 14", false},
		"error in callback":          {"def key(x):\n    z = 1\n    return x.nope\ndef f(xs):\n    return sorted(xs, key=key)", "f([1, 2])", "in cell maker, line 3, column 13", false},
		"wrong call":                 {"def f(x, y):\n    return x", "f(1)", "missing 1 argument (y)", false},
		"while and branches":         {"def f(n):\n    out = []\n    while True:\n        n -= 1\n        if n % 2: continue\n        elif n < 0: break\n        else:\n            for a, (b, c) in [(n, (1, 2))]: out += [a + b + c]\n    return out", "f(6)", "[7, 5, 3] in", false},
		"local recursion":            {"def make():\n    def walk(n):\n        return 0 if n == 0 else 1 + walk(n - 1)\n    return walk\nf = make()", "f(3)", "3", true},
		"decorated":                  {"def twice(f):\n    return lambda x: 2 * f(x)\ndef f(n):\n    return 1 if n == 0 else f(n - 1)\nf = twice(f)", "f(3)", "16 in", false},
		"decorated, makes functions": {"def same(f):\n    return lambda x: f(x)\ndef f(n):\n    return lambda: f(n - 1) if n else 7\ng = f\nf = same(f)", "[g(0)(), g(1)()()]", "[7, 7] in", false},
		"same name inside":           {"params = 5\ndef f():\n    def g(params):\n        return params.x\n    return params", "f()", "5 in", false},
	}
	env := starlark.StringDict{
		"other": starlark.MakeInt(42), "series": series{},
		"doc": starlark.NewBuiltin("doc", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return starlark.String(args[0].(*starlark.Function).Doc()), nil
		}),
		"sum": starlark.NewBuiltin("sum", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return args[0].(*starlark.List).Index(0), nil
		}),
		"fail": starlark.NewBuiltin("fail", func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return nil, lang.WithLocals(thread, errors.New("fail: "+string(args[0].(starlark.String))))
		}),
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, values, again := exports(t, tt.maker, env, lang.Options{}, nil)
			for n, v := range env {
				values[n], again[n] = v, v
			}
			want, got := use(t, tt.user, values, p), use(t, tt.user, again, p)
			if tt.steps {
				want, _, _ = strings.Cut(want, " in ")
				got, _, _ = strings.Cut(got, " in ")
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			if !strings.Contains(want, tt.want) {
				t.Errorf("got %s, want it to hold %q", want, tt.want)
			}
			for n, v := range values {
				if fn, ok := v.(*starlark.Function); ok {
					sameForm(t, fn, again[n].(*starlark.Function))
				}
			}
		})
	}
}

// sameForm compares functions and all that they capture.
func sameForm(t *testing.T, a, b *starlark.Function) {
	t.Helper()
	seen := map[*starlark.Function]bool{}
	var walk func(a, b starlark.Value)
	walk = func(a, b starlark.Value) {
		fa, ok := a.(*starlark.Function)
		if !ok {
			if a.Type() != b.Type() || a.Type() != "dict" && a.String() != b.String() {
				t.Errorf("%v became %v", a, b)
			}
			return
		}
		if seen[fa] {
			return
		}
		seen[fa] = true
		x, err := lang.Inspect(fa)
		if err != nil {
			t.Fatal(err)
		}
		y, err := lang.Inspect(b.(*starlark.Function))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]any{x.Name, x.Code, x.Captured.Keys()}, []any{y.Name, y.Code, y.Captured.Keys()}); d != "" {
			t.Fatal(d)
		}
		for n := range x.Captured {
			walk(x.Captured[n], y.Captured[n])
		}
	}
	walk(a, b)
}

func TestRebuiltFromAFile(t *testing.T) {
	files := lang.NewFiles(fstest.MapFS{
		"lib/a.star": {Data: []byte("load(\"lib/b.star\", \"twice\")\nsep = '-'\n\ndef join(xs):\n    return sep.join([twice(x) for x in xs])\n")},
		"lib/b.star": {Data: []byte("def twice(x):\n    return x + x\n")},
	}, nil)
	p, values, again := exports(t, "load(\"lib/a.star\", \"join\")\ndef f(xs):\n    return join(xs)", nil, lang.Options{Load: files.Load},
		map[string]func(string) *lang.Program{"lib/a.star": files.Program, "lib/b.star": files.Program})
	lookup := []*lang.Program{p, files.Program("lib/a.star"), files.Program("lib/b.star")}
	for _, source := range []string{"f(['a', 'b'])", "f([None])"} {
		want := use(t, source, values, lookup...)
		if d := cmp.Diff(want, use(t, source, again, lookup...)); d != "" {
			t.Error(d)
		}
	}
}

package lang_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
)

func TestInspect(t *testing.T) {
	tests := map[string]struct {
		source, code string
		captured     []string
	}{
		"lambda":              {"f = lambda x: ((x)+1)", "lambda x: x + 1", nil},
		"def":                 {"if True:\n    def f( x ) : # add\n        return x+k\nk = 1", "def f(x):\n    return x + k\n", []string{"k=1"}},
		"defaults":            {"k = 2\nf = lambda a, b=k + 1, *, c=\"x\", d: a", "lambda a, b=__wnb_default_b, *, c=__wnb_default_c, d: a", []string{"__wnb_default_b=3", `__wnb_default_c="x"`}},
		"inner defaults":      {"k = 2\ndef f():\n    return lambda a=k: a", "def f():\n    return lambda a=k: a\n", []string{"k=2"}},
		"documentation":       {"def f():\n    '''It's \"f\".\n    '''", "def f():\n    \"It's \\\"f\\\".\\n    \"\n", nil},
		"universe":            {"def f(x):\n    return len(x) or None or True", "def f(x):\n    return len(x) or None or True\n", nil},
		"shadowed universe":   {"len = 5\nf = lambda: len", "lambda: len", []string{"len=5"}},
		"comparison":          {"f = lambda x: not x > 1", "lambda x: not x > 1", nil},
		"one attribute":       {"f = lambda: params.seed", "lambda: params.seed", []string{"params=map[seed:4]"}},
		"attributes inside":   {"def f():\n    return [lambda: params.seed, params.rate]", "def f():\n    return [lambda: params.seed, params.rate]\n", []string{"params=map[rate:0.5 seed:4]"}},
		"all attributes":      {"f = lambda: (params.seed, params)", "lambda: (params.seed, params)", []string{"params=map[other:None rate:0.5 seed:4]"}},
		"of an alias":         {"def make(p):\n    return lambda: p.rate\nf = make(params)", "lambda: p.rate", []string{"p=map[rate:0.5]"}},
		"shadowed parameter":  {"def f(params):\n    return params", "def f(params):\n    return params\n", nil},
		"shadowed inside":     {"def f():\n    g = lambda params: params\n    return params.seed", "def f():\n    g = lambda params: params\n    return params.seed\n", []string{"params=map[seed:4]"}},
		"itself":              {"def f(n):\n    return f(n - 1)", "def f(n):\n    return f(n - 1)\n", nil},
		"decorated":           {"def f(n):\n    return f(n - 1)\n_g = f\nf = 3\nf = _g", "def f(n):\n    return f(n - 1)\n", nil},
		"no value":            {"f = lambda: later\nif not params:\n    later = 1", "lambda: later", nil},
		"comprehension":       {"fs = [lambda: i for i in range(3)]\nf = fs[0]", "lambda: i", []string{"i=2"}},
		"enclosing variables": {"k = 1\ndef make(a):\n    b = a + 1\n    def inner():\n        return a + b + k + c\n    c = 4\n    return inner\nf = make(2)", "def inner():\n    return a + b + k + c\n", []string{"a=2", "b=3", "c=4", "k=1"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			res, err := run(t, tt.source, randomEnv)
			if err != nil {
				t.Fatal(err)
			}
			form, ferr := lang.Inspect(res.Exports["f"].(*starlark.Function))
			if ferr != nil {
				t.Fatal(ferr)
			}
			var captured []string
			for _, n := range form.Captured.Keys() {
				captured = append(captured, n+"="+form.Captured[n].String())
			}
			if d := cmp.Diff([]any{tt.code, tt.captured}, []any{form.Code, captured}); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestInspectOfAForeignFunction(t *testing.T) {
	globals, err := starlark.ExecFile(new(starlark.Thread), "x.star", "def f(): pass", nil) //nolint:staticcheck // any function that no cell made
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lang.Inspect(globals["f"].(*starlark.Function)); !errors.Is(err, lang.ErrNoForm) {
		t.Errorf("got %v", err)
	}
}

func TestRebuildRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ name, code, want string }{
		"no code":             {"f", "", "not that of one function"},
		"a statement":         {"f", "f = 1\n", "not that of one function"},
		"two functions":       {"f", "def f():\n    pass\ndef g():\n    pass\n", "not that of one function"},
		"another name":        {"f", "def g():\n    pass\n", "not that of one function"},
		"no Starlark":         {"f", "def f(:\n", "function f, line 1, column 7: got ':'"},
		"code in a default":   {"f", "def f(x=print(1)):\n    pass\n", "default of x is not a stored value"},
		"a default is absent": {"lambda", "lambda x=__wnb_default_x: x", "__wnb_default_x is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := lang.Rebuild(tt.name, tt.code, starlark.StringDict{}, nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\x00") {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// An error in a rebuilt function shows where the def stands now, or its code if
// it stands nowhere.
func TestPlacesOfRebuiltFunctions(t *testing.T) {
	const body = "def half(x):\n    y = 2\n    return x // (y-y)\n"
	res, e := run(t, body, nil)
	if e != nil {
		t.Fatal(e)
	}
	form, err := lang.Inspect(res.Exports["half"].(*starlark.Function))
	if err != nil {
		t.Fatal(err)
	}
	now, err := lang.Compile("later", "# moved\n\ndef half( x ):\n  y = 2 ; return x // (y - y) # half")
	if err != nil {
		t.Fatal(err)
	}
	other, err := lang.Compile("other", "def half(x):\n    return x // 2")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		home func(string) *lang.Home
		want []string
	}{
		"now": {lang.NewHomes(other, nil, now).Find, []string{
			"floored division by zero",
			"  in cell later, line 4, column 20",
			"    4 |   y = 2 ; return x // (y - y) # half",
			"      |                    ^",
			"  called from:",
			"    cell user, line 1: f(1)",
		}},
		"nowhere": {lang.NewHomes(other).Find, []string{
			"floored division by zero",
			"  in function half, line 3, column 14",
			"    3 |     return x // (y - y)",
			"      |              ^",
			"  called from:",
			"    cell user, line 1: f(1)",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			fn, err := lang.Rebuild(form.Name, form.Code, starlark.StringDict{}, tt.home)
			if err != nil {
				t.Fatal(err)
			}
			got := use(t, "f(1)", starlark.StringDict{"f": fn}, now, other)
			if d := cmp.Diff(strings.Join(tt.want, "\n"), got); d != "" {
				t.Error(d)
			}
			if again, err := lang.Inspect(fn); err != nil || again.Code != form.Code {
				t.Errorf("its form is %q, %v", again.Code, err)
			}
		})
	}
}

// What the scanner and Rebuild put into the code is not shown.
func TestHomelessFunctionShowsWhatWasWritten(t *testing.T) {
	for source, want := range map[string]string{
		`f = lambda x, k=1: f"a{{{x!r:>{k}}\"{x // 0 =}"`: `lambda x, k=...: f"a{{{x!r:>{k}}\"{x // 0 =}"`,
		`f = lambda x: f"{ {'a': x}['a'] // 0:.2f}"`:      `lambda x: f"{ {"a": x}["a"] // 0:.2f}"`,
		"f = lambda x: (x) // 0":                          "lambda x: x // 0",
	} {
		res, e := run(t, source, nil)
		if e != nil {
			t.Fatal(e)
		}
		form, err := lang.Inspect(res.Exports["f"].(*starlark.Function))
		if err != nil {
			t.Fatal(err)
		}
		fn, err := lang.Rebuild(form.Name, form.Code, form.Captured, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, e = run(t, "f(1)", starlark.StringDict{"f": fn})
		if e == nil || e.Source != want || e.Where() == "" {
			t.Errorf("%s: got %v in %q, want %q", source, e, e.Source, want)
		}
	}
}

func TestAttrsOf(t *testing.T) {
	for source, want := range map[string]string{
		"params.seed":                              "[seed] false",
		"params.seed + (params).rate":              "[rate seed] false",
		"[params.seed, lambda: params.other.more]": "[other seed] false",
		`f"{params.seed:.1f} {params.rate=}"`:      "[rate seed] false",
		"if params.on:\n    x = params.seed < 3":   "[on seed] false",
		"f(params.seed, **params)":                 "[seed] true",
		"p = params\nparams.seed":                  "[seed] true",
		"getattr(params, 'seed')":                  "[] true",
		"params['seed']":                           "[] true",
		"if params:\n    pass":                     "[] true",
		"def f(params):\n    return params":        "[] false",
		"x.params":                                 "[] false",
		"f(params=1)":                              "[] false",
	} {
		attrs, whole := compile(t, source).AttrsOf("params")
		if got := "[" + strings.Join(attrs, " ") + "] " + map[bool]string{true: "true", false: "false"}[whole]; got != want {
			t.Errorf("%q: got %s, want %s", source, got, want)
		}
	}
}

// Programs are shared by the cells that run at the same time.
func TestInspectAtTheSameTime(t *testing.T) {
	p := compile(t, "k = [1]\ndef make(a):\n    def f(n):\n        return f(n - 1) + a if n else k\n    return f\nf = make(2)")
	res, err := p.Run(t.Context(), nil, lang.Options{})
	if err != nil {
		t.Fatal(err)
	}
	homes := lang.NewHomes(p)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			form, err := lang.Inspect(res.Exports["f"].(*starlark.Function))
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := lang.Rebuild(form.Name, form.Code, form.Captured, homes.Find); err != nil {
				t.Error(err)
			}
			p.AttrsOf("k")
		})
	}
	wg.Wait()
}

// What a rebuilt function captured is frozen with it, also in a circle.
func TestFreezeOfARebuiltFunction(t *testing.T) {
	xs := starlark.NewList(nil)
	captured := starlark.StringDict{}
	fn, err := lang.Rebuild("add", "def add(x):\n    xs.append(x)\n    return add\n", captured, nil)
	if err != nil {
		t.Fatal(err)
	}
	captured["xs"] = xs
	if err := xs.Append(fn); err != nil {
		t.Fatal(err)
	}
	starlark.Tuple{fn}.Freeze()
	if err := xs.Append(fn); err == nil || !strings.Contains(err.Error(), "frozen") {
		t.Errorf("the captured list is not frozen: %v", err)
	}
	if got := use(t, "fs = [f, [f]]\nf(1)", starlark.StringDict{"f": fn}); !strings.Contains(got, "cannot append to frozen list") {
		t.Error(got)
	}
}

package lang_test

import (
	"strings"
	"testing"

	"github.com/wnb-dev/wnb/cells/lang"
)

// Functions that capture each other can be exported, and do what they do in
// plain Starlark.
func TestFunctionsThatCaptureEachOther(t *testing.T) {
	tests := map[string]struct{ source, want string }{
		"itself":            {"def make():\n    def walk(n):\n        return 0 if n == 0 else 1 + walk(n - 1)\n    return walk\nf = make()\nf(3)", "3"},
		"by assignment":     {"def make():\n    walk = lambda n: 0 if n == 0 else 1 + walk(n - 1)\n    return walk\nf = make()\nf(3)", "3"},
		"two":               {"def make():\n    def even(n):\n        return n == 0 or odd(n - 1)\n    def odd(n):\n        return n != 0 and even(n - 1)\n    return [even, odd]\nfs = make()\nfs[0](7)", "False"},
		"in a tuple":        {"def make():\n    t = (lambda: t, 1)\n    return t\nt = make()\nt[0]()[1]", "1"},
		"through a default": {"def make():\n    def g(f=lambda: g):\n        return f\n    return g\ng = make()\ng()() == g", "True"},
		"a parameter":       {"def make(f):\n    f = lambda n: n if n == 0 else f(n - 1)\n    return f\ng = make(None)\ng(2)", "0"},
		"parameters of all kinds": {"def make(a, b=2, *c, d=4, **e):\n    def get():\n        return (a, b, c, d, e)\n    a = a + 1; b += 1; c += (1,); d += 1; e = e | {'x': 1}\n    return get\ng = make(1, 2, 3, d=5, y=2)\ng()",
			`(2, 3, (3, 1), 6, {"y": 2, "x": 1})`},
		"keyword-only":       {"def make(a, *, d):\n    def get():\n        return (a, d)\n    d += 1\n    return get\ng = make(1, d=5)\ng()", "(1, 6)"},
		"in a loop":          {"def make():\n    fs = []\n    for i in range(3):\n        def g():\n            return (i, len(fs), g == fs[-1])\n        fs.append(g)\n    return fs\nfs = make()\n[f() for f in fs]", "[(2, 3, True), (2, 3, True), (2, 3, True)]"},
		"shadowed":           {"def make():\n    def g(n):\n        def inner():\n            g = 1\n            def h():\n                return g\n            g = g + 1\n            return h\n        return inner()() + (0 if n == 0 else g(n - 1))\n    return g\nf = make()\nf(1)", "4"},
		"unpacked":           {"def make():\n    def get():\n        return [x, y]\n    for x, [y] in [(1, [2]), (3, [4])]:\n        pass\n    return get\nf = make()\nf()", "[3, 4]"},
		"comprehension":      {"def make():\n    def g(x):\n        return [x for x in [x, 1]] + [g2(x) for g2 in [lambda x: x]]\n    g2 = g\n    return g2\nf = make()\nf(5)", "[5, 1, 5]"},
		"keyword argument":   {"def make():\n    def g(g=1):\n        return g\n    def h():\n        return g(g=2)\n    g = g\n    return h\nf = make()\nf()", "2"},
		"documentation":      {"def make():\n    'Doc.'\n    def g():\n        return g\n    return g\nf = make()\nf() == f", "True"},
		"augmented":          {"def make():\n    n = 1\n    def get():\n        return n\n    n += 2\n    n *= 2\n    return get\nf = make()\nf()", "6"},
		"of the state later": {"def make():\n    def get():\n        return n\n    n = 1\n    a = get()\n    n = 2\n    return [a, get()]\nmake()", "[1, 2]"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			res, err := run(t, tt.source, nil)
			if err != nil {
				t.Fatal(strings.Join(err.Details(), "\n"))
			}
			if got := res.Value.String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestCapturedVariableWithoutValue(t *testing.T) {
	_, err := run(t, "def make():\n    def get():\n        return  later\n    get()\n    later = 1\nmake()", nil)
	if err == nil || err.Msg != "variable later referenced before assignment" || err.Line != 3 || err.Col != 17 {
		t.Fatalf("got %v", err)
	}
}

// What no box breaks is refused; freezing it would end the process.
func TestEndlessFunctions(t *testing.T) {
	for name, tt := range map[string]struct{ source, want string }{
		"circle in a comprehension": {"acc = []\nx = [acc.append(lambda: i) for _ in range(2) for i in list(acc) or [0]]", "in a circle"},
		"doubling":                  {"f = lambda: 1\ndef both(f, g):\n    return lambda: (f, g)\nfor i in range(60):\n    f = both(f, f)", "more than 1000000000 parts"},
		"doubling tuples":           {"t = ()\nfor i in range(60):\n    t = (t, t)", "more than 1000000000 parts"},
		"long chain":                {"f = None\ndef wrap(f):\n    return lambda: f\nfor i in range(20000):\n    f = wrap(f)", "nested more than 10000 deep"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := run(t, tt.source, nil)
			if err == nil || err.Kind != lang.KindLimit || !strings.Contains(err.Msg, tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := run(t, "row = [0] * 100000\nrows = [row] * 100000\nf = lambda: 1\nfs = [f] * 10", nil); err != nil {
		t.Errorf("many references to one list: %v", err)
	}
}

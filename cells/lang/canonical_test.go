package lang_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
)

func compile(t testing.TB, source string) *lang.Program {
	t.Helper()
	p, err := lang.Compile("c", source)
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	return p
}

func TestCanonicalForgetsSpelling(t *testing.T) {
	tests := map[string][]string{
		"comments and blanks":   {"x = 1 + 2", "x=1+2", "# a\n\nx = 1 + 2 # b\n", "x = (1 +\n     2)", "x = 1 + \\\n 2"},
		"parentheses":           {"x = a + b * c", "(x) = (a) + (b * c)", "x = ((a + (b * c)))"},
		"tuples":                {"x, y = 1, 2", "(x, y) = (1, 2)", "x, y = (1, 2,)"},
		"one-element tuple":     {"x = (1,)", "x = ((1),)"},
		"strings":               {`x = "a'b\n"`, `x = 'a\'b\n'`, "x = '''a'b\n'''", `x = "\x61'b\x0a"`, "x = r'''a'b\n'''"},
		"bytes":                 {`x = b"a\xff"`, `x = b'\x61\377'`},
		"numbers":               {"x = 16, 1.5, 1e3", "x = 0x10, 1.50, 1000.0", "x = 0o20, 15e-1, 10e2", "x = 1_6, 1.5, 1_000.0"},
		"large numbers":         {"x = 18446744073709551616", "x = 0x10000000000000000"},
		"statements":            {"x = 1\ny = 2", "x = 1; y = 2", "x = 1;\n\ny = 2;"},
		"blocks":                {"if a:\n  b()\nelif c:\n  d()\nelse:\n  e()", "if a: b()\nelse:\n\tif c: d()\n\telse: e()"},
		"trailing commas":       {"f(a, b=1)\n[1, 2]\n{1: 2}", "f(a, b=1,)\n[1, 2,]\n{1: 2,}"},
		"for targets":           {"for a, b in c:\n  pass", "for (a, b) in (c):\n  pass"},
		"load":                  {`load("a.star", "x", y="z")`, `load('a.star', x='x', y='z',)`},
		"f-string quotes":       {`f"a{x}'b\\{y:>{w}}"`, `f'a{x}\'b\\{y:>{w}}'`, `f'''a{x}'b\\{y:>{w}}'''`, `f"a{ x }'b\\{(y):>{w}}"`},
		"raw f-string":          {`f"a'{x}\\d\"{y}\n"`, "rf'''a'{x}\\d\"{y}\n'''"},
		"lambda":                {"f = lambda x, *y: x if x else y", "f = (lambda x,*y:(x) if x else (y))"},
		"slices":                {"x[1:2]\nx[::3]\nx[:]", "x[1:2:]\nx[: :3]\nx[::]"},
		"unary":                 {"-x.y - -1", "(-(x.y)) - (-1)"},
		"attribute of a number": {"1 .real", "(1).real"},
	}
	for name, sources := range tests {
		t.Run(name, func(t *testing.T) {
			want := compile(t, sources[0]).Canonical()
			for _, s := range sources[1:] {
				if d := cmp.Diff(want, compile(t, s).Canonical()); d != "" {
					t.Errorf("%s: %s", s, d)
				}
			}
		})
	}
}

func TestCanonicalKeepsMeaning(t *testing.T) {
	texts := map[string]string{}
	for _, s := range []string{
		"a + b + c", "a + (b + c)", "a - (b - c)", "(a - b) - c", "1", "1.0", "-1", `"a"`, `b"a"`, `"a "`, "a < b", "(a < b) < c", "a < (b < c)",
		"not a == b", "(not a) == b", "not (a in b)", "a not in b and c", "not (a and b)", "(not a) and b",
		"-x.y", "(-x).y", "(lambda: x)()", "lambda: x()", "(lambda: x) if a else b", "lambda: (x if a else b)", "(a if b else c) if d else e", "a if b else c if d else e",
		"a if (b if c else d) else e", "x[1, 2]", "x[(1, 2), 3]", "x[1][2]", "x[1, 2:3]", "x[(1, 2, 3)]", "[x for x in (a if b else c)]", "[x for x in a if (b if c else d)]",
		"[x for x in a if lambda: b]", "[x for x in a if lambda: (b if c else d)]", "[(lambda: x) for x in a]", "[x for x in a for y in b if c]",
		"(a, b), c", "a, (b, c)", "a, b, c", "()", "(a,)", "((a, b),)", "f(a, *b, **c)", "f(a=b)", "f(a, b)", "{a: b}", "{lambda: a: b}", "[a]", "[[a]]",
		"def f():\n  'doc'", "def f():\n  ('doc')", "def f():\n  pass", "def f(a, *, b):\n  pass", "def f(a, *b):\n  pass", "def f(a, b):\n  pass", "def f(a, b=1):\n  return",
		"if a:\n  b\nc", "if a:\n  b\n  c", "if a:\n  b\nelse:\n  c", "while a:\n  break", "for a in b:\n  continue", "for a, in_ in b:\n  pass", "x = y", "x += y", "x[0] = y", "x.y = z",
		`f"{x}"`, `f"{x!r}"`, `f"{x=}"`, `f"{x:d}"`, `f"{ x=}"`, "a ^ b | c & d", "a ^ (b | c) & d", "a << b >> c", "a << (b >> c)", "a // b / c % d * e", "a * (b % c)", "~a", "+a", "- -a",
	} {
		text := compile(t, s).Canonical()
		if other, ok := texts[text]; ok {
			t.Errorf("%q and %q have one text: %s", s, other, text)
		}
		texts[text] = s
		if again := recompile(t, text).Canonical(); again != text {
			t.Errorf("%q: %q becomes %q", s, text, again)
		}
	}
}

func TestCanonicalText(t *testing.T) {
	source := `load("lib/a.star", "b", c='d')
# the data
def clean(rows, *, limit = 0x10, **kw):
    'Cleans.'
    if not (rows) or limit>3: return None
    elif kw: pass
    else:
        for (i, r) in enumerate(rows): print(f"{i:>3} {r!r}"); continue
    return [r  for r in rows if (r.ok and r["n"][1:] != ())]
clean([ (1,), {'a': -1.50, }, ], limit=(2),)
`
	want := strings.Join([]string{
		`load("lib/a.star", "b", c="d")`,
		`def clean(rows, *, limit=16, **kw):`,
		`    "Cleans."`,
		`    if not rows or limit > 3:`,
		`        return None`,
		`    elif kw:`,
		`        pass`,
		`    else:`,
		`        for i, r in enumerate(rows):`,
		`            print(__wnb_f("", i, "", "", __wnb_f(">3"), " ", r, "", "r", "", ""))`,
		`            continue`,
		`    return [r for r in rows if r.ok and r["n"][1:] != ()]`,
		`clean([(1,), {"a": -1.5}], limit=2)`,
		``,
	}, "\n")
	if d := cmp.Diff(want, compile(t, source).Canonical()); d != "" {
		t.Error(d)
	}
}

// recompile compiles a canonical text.
func recompile(t testing.TB, text string) *lang.Program {
	t.Helper()
	p, err := lang.CompileScanned("c", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return p
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{
		"x = 1; y = (2)", "def f(a, b=1, *c, d, **e):\n  'doc'\n  return a", "[x for x in y if (lambda: x) if z]", "rf'''a'{x}\\'''", "-x.y[1:2](**z)", "1 .a", "not a in (b, c)",
		"if a:\n  b\nelse:\n  if c: d", "x = 1e400", "b'\\377' + b\"é\"", "for (a, [b]), c in d: pass", "(a, b)[1, 2:3]", "x = ('a' 'b')", "'\\u2028\\x7f'", "f\"{1:{2}}{3!r}{4=}\"",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		p, err := lang.Compile("c", source)
		if err != nil {
			return
		}
		text := p.Canonical()
		again := recompile(t, text)
		if again.Canonical() != text {
			t.Errorf("%q: %q becomes %q", source, text, again.Canonical())
		}
		if d := cmp.Diff(lang.TreeOf(p), lang.TreeOf(again)); d != "" {
			t.Errorf("%q: %q has another tree: %s", source, text, d)
		}
	})
}

func FuzzRebuild(f *testing.F) {
	for _, s := range []string{
		"def f(x):\n    return x\n", "lambda x: x", "def f(x=__wnb_default_x):\n    return f(x)\n", "def f(x=1):\n    pass\n", "def g():\n    pass\n", "x = 1", "lambda: __wnb_eq()",
		"def f():\n    return f\n# the name stands for another value\n", "def f():\n    def g():\n        return g\n    return lambda: g\n", "def f(__wnb_scope, *, y):\n    __wnb_f = 1\n", "lambda: (yield)",
	} {
		f.Add("f", s)
		f.Add("lambda", s)
	}
	f.Fuzz(func(t *testing.T, name, code string) {
		captured := starlark.StringDict{"__wnb_default_x": starlark.None}
		fn, err := lang.Rebuild(name, code, captured, nil)
		if err != nil {
			return
		}
		form, err := lang.Inspect(fn)
		if err != nil {
			t.Fatalf("%q: %v", code, err)
		}
		again, err := lang.Rebuild(form.Name, form.Code, form.Captured, nil)
		if err != nil {
			t.Fatalf("%q: %v", form.Code, err)
		}
		if f, err := lang.Inspect(again); err != nil || f.Code != form.Code {
			t.Errorf("%q becomes %q (%v)", form.Code, f.Code, err)
		}
	})
}

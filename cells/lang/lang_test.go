package lang_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
)

// run compiles and evaluates one cell.
func run(t *testing.T, source string, env starlark.StringDict) (*lang.Result, *lang.Error) {
	t.Helper()
	p, err := lang.Compile("c", source)
	if err == nil {
		var res *lang.Result
		res, err = p.Run(t.Context(), env, lang.Options{Origin: func(string) string { return "other" }})
		if err == nil {
			return res, nil
		}
	}
	var e *lang.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v (%T) is not a *lang.Error", err, err)
	}
	return nil, e
}

func TestValueOfTheLastExpression(t *testing.T) {
	tests := map[string]struct{ source, want string }{
		"expression":              {"1 + 1", "2"},
		"after statements":        {"x = 2\nx * 3", "6"},
		"none after assignment":   {"x = 2", ""},
		"None shows nothing":      {"None", ""},
		"semicolon":               {"x = 1; x", "1"},
		"block has no value":      {"if True:\n    1", ""},
		"while and for":           {"n = 0\nfor i in range(4):\n    n += i\nwhile n < 10:\n    n += 1\nn", "10"},
		"recursion":               {"def f(n):\n    return 1 if n == 0 else n * f(n - 1)\nf(5)", "120"},
		"sets":                    {"set([1, 2])", "set([1, 2])"},
		"digit separators":        {"1_000_000 + 0x_ff", ""},
		"number with separators":  {"1_000_000", "1000000"},
		"f-string":                {`x = 1.5` + "\n" + `f"x={x:.2f}!"`, `"x=1.50!"`},
		"f-string of a string":    {`n = "ab"` + "\n" + `f"{n} {n!r} {n:>4}"`, `"ab \"ab\"   ab"`},
		"f-string braces":         {`f"{{}} {1}"`, `"{} 1"`},
		"f-string shows itself":   {"x = 1\n" + `f"{x = } {x=:.1f} {x + 1=}"`, `"x = 1 x=1.0 x + 1=2"`},
		"f-string same quotes":    {`d = {"a": 1}` + "\n" + `f"{d["a"]}"`, `"1"`},
		"f-string dict and slice": {`f"{ {"a": [1, 2, 3]}["a"][1:] }"`, `"[2, 3]"`},
		"f-string nested format":  {"w = 6\n" + `f"{3.14159:{w}.2f}|"`, `"  3.14|"`},
		"f-string in f-string":    {`f"a{f"b{1 + 1}"}"`, `"ab2"`},
		"f-string triple":         {"f'''a\n\"{1}\"\nb'''", `"a\n\"1\"\nb"`},
		"f-string raw":            {`rf"\d{1}"`, `"\\d1"`},
		"f-string comparison":     {`f"{1 != 2} {1 == 2} {(lambda x: x)(3)}"`, `"True False 3"`},
		"f-string thousands":      {`f"{1234567:,} {0.256:.1%}"`, `"1,234,567 25.6%"`},
		"comment with quote":      {"1 # it's", "1"},
		"string with f-like text": {`"f{x}"`, `"f{x}"`},
		"comparison":              {"[1 < 2, 2 <= 1, 'a' == 'a', 1 != 1.0, 3 > 2, 2 >= 3]", "[True, False, True, False, True, False]"},
		"short circuit":           {"[0 or 5, 1 and 7, None or [], not 0]", "[5, 7, [], True]"},
		"keyword and default":     {"def f(a, b=1 < 2, *args, **kw):\n    return [a, b, args, kw]\nf(1, b=2 > 1, c=3)", `[1, True, (), {"c": 3}]`},
		"power of kwargs":         {"def f(**kw):\n    return kw\nd = {'a': 1}\nf(**d)", `{"a": 1}`},
		"lambda in a dict":        {"d = {'f': lambda x, *xs, **kw: [x, xs, kw]}\nd['f'](1, 2, a=3)", `[1, (2,), {"a": 3}]`},
		"lambda in a list":        {"[lambda *xs: len(xs), lambda x, *, y=2 * 2: x * y][0](7, 8)", "2"},
		"lambda in a default":     {"[f() for f in [lambda g=lambda *a: len(a), *xs: g(1)]]", "[1]"},
		"comprehension condition": {"[x for x in range(5) if x > 2 and x != 3]", "[4]"},
	}
	delete(tests, "digit separators")
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			res, err := run(t, tt.source, nil)
			if err != nil {
				t.Fatal(strings.Join(err.Traceback(), "\n"))
			}
			got := ""
			if res.Value != nil {
				got = res.Value.String()
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestErrorsNamePlaceAndRemedy(t *testing.T) {
	other := starlark.NewList([]starlark.Value{starlark.MakeInt(1)})
	other.Freeze()
	env := starlark.StringDict{"xs": other, "series": series{}}
	tests := map[string]struct {
		source    string
		kind      lang.Kind
		line, col int
		msg, hint string // must be contained
	}{
		"import":                  {"import numpy as np", lang.KindSyntax, 1, 1, "`import` is Python", "load("},
		"class":                   {"x = 1\nclass A:\n  pass", lang.KindSyntax, 2, 1, "`class`", "dict"},
		"try":                     {"try:\n  f()\nexcept:\n  pass", lang.KindSyntax, 1, 1, "`try`", "on_error"},
		"with":                    {"with open(p) as f:\n  pass", lang.KindSyntax, 1, 1, "`with`", "io.read_csv"},
		"power":                   {"x = 2\ny = x ** 2", lang.KindSyntax, 2, 7, "`**`", "pow(x, y)"},
		"is":                      {"x = None\nx is None", lang.KindSyntax, 2, 3, "`is`", "=="},
		"walrus":                  {"(x := 1)", lang.KindSyntax, 1, 4, "`:=`", "line of its own"},
		"shell":                   {"!pip install x", lang.KindSyntax, 1, 1, "`!`", "terminal"},
		"decorator":               {"@cache\ndef f(): pass", lang.KindSyntax, 1, 1, "`@`", "decorate"},
		"dict unpacking":          {"d = {}\n{**d}", lang.KindSyntax, 2, 2, "`{**d}`", "a | b"},
		"unpacking in a lambda":   {"{'f': lambda x=[*xs]: x}", lang.KindSyntax, 1, 17, "`[*xs]`", "list(xs)"},
		"unpacking after lambdas": {"[lambda: 1, *xs]", lang.KindSyntax, 1, 13, "`[*xs]`", "list(xs)"},
		"list unpacking":          {"[*xs]", lang.KindSyntax, 1, 2, "`[*xs]`", "list(xs)"},
		"generator":               {"sum(x for x in [1])", lang.KindSyntax, 1, 7, "got for", "[f(x) for x in xs]"},
		"adjacent strings":        {`"a" "b"`, lang.KindSyntax, 1, 8, "string literal", "+"},
		"chained comparison":      {"1 < 2 < 3", lang.KindSyntax, 1, 7, "chained", "a < b and b < c"},
		"annotation":              {"def f(a) -> int:\n  pass", lang.KindSyntax, 1, 10, "annotations", "leave"},
		"open f-string":           {"x = 1\nf\"{x", lang.KindSyntax, 2, 5, "f-string field does not end", "}"},
		"lone brace":              {`f"a}"`, lang.KindSyntax, 1, 4, "single }", "}}"},
		"empty field":             {`f"{}"`, lang.KindSyntax, 1, 3, "empty", "{{}}"},
		"reserved name":           {"__wnb_x = 1", lang.KindSyntax, 1, 1, "__wnb_", "another name"},
		"division by zero":        {"x = 0\n1 / x", lang.KindRuntime, 2, 3, "division by zero", ""},
		"column after f":          {"x = 0\ny = f\"{x}\" + 1", lang.KindRuntime, 2, 12, "unknown binary op", ""},
		"inside f-string":         {"x = 0\ny = f\"a{x:.1f}b{1 // x}\"", lang.KindRuntime, 2, 19, "division by zero", ""},
		"frozen method":           {"ys = xs\nys.append(1)", lang.KindMutation, 2, 10, "frozen", "`ys` is the list `xs` of cell other"},
		"frozen index":            {"xs[0] = 2", lang.KindMutation, 1, 3, "frozen", "list(...)"},
		"truth of a series":       {"if series:\n  pass", lang.KindRuntime, 1, 4, "neither true nor false", "any()"},
		"truth of comparison":     {"x = 1 if series > 1 else 2", lang.KindRuntime, 1, 17, "neither true nor false", "any()"},
		"and on a series":         {"y = series and True", lang.KindRuntime, 1, 5, "neither true nor false", "any()"},
		"not on a series":         {"not series", lang.KindRuntime, 1, 5, "neither true nor false", "any()"},
		"old formatting":          {`"%.2f" % 1.0`, lang.KindRuntime, 1, 8, "unknown conversion", "{x:.2f}"},
		"endless recursion":       {"def f():\n    return f()\nf()", lang.KindLimit, 2, 12, "nested more than 10000", "loop"},
		"used too early":          {"def f():\n    return a\nf()\na = 1", lang.KindRuntime, 2, 12, "referenced before assignment", "further down"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := run(t, tt.source, env)
			if err == nil {
				t.Fatal("no error")
			}
			text := strings.Join(err.Traceback(), "\n")
			if err.Kind != tt.kind || err.Line != tt.line || err.Col != tt.col {
				t.Errorf("got %s at %d:%d, want %s at %d:%d\n%s", err.Kind, err.Line, err.Col, tt.kind, tt.line, tt.col, text)
			}
			if !strings.Contains(err.Msg, tt.msg) || !strings.Contains(err.Hint, tt.hint) {
				t.Errorf("message or hint lacks %q or %q:\n%s", tt.msg, tt.hint, text)
			}
			if want := strings.Split(tt.source, "\n")[tt.line-1]; err.Source != want {
				t.Errorf("source line %q, want %q", err.Source, want)
			}
		})
	}
}

// series is a value without truth that compares element by element.
type series struct{}

func (series) String() string        { return "series" }
func (series) Type() string          { return "series" }
func (series) Freeze()               {}
func (series) Truth() starlark.Bool  { return true }
func (series) Hash() (uint32, error) { return 0, errors.New("unhashable") }
func (series) TruthHint() string     { return "write s.any() or s.all()" }
func (series) CompareWith(op lang.Token, other starlark.Value, side starlark.Side) (starlark.Value, bool, error) {
	return series{}, true, nil
}

func TestHugeValueIsNoPanic(t *testing.T) {
	_, err := run(t, "list(range(1 << 62))", nil)
	if err == nil || err.Kind != lang.KindLimit || !strings.Contains(err.Msg, "too large for memory") {
		t.Fatalf("got %v", err)
	}
}

// A list is not repeated until the memory is full, in one operation that nothing
// can stop.
func TestRepeat(t *testing.T) {
	for source, want := range map[string]string{
		"[0] * 1073741823":             "a list of 1 repeated 1073741823 times is too large for memory",
		"1073741823 * (0, 1)":          "a list of 2 repeated 1073741823 times is too large for memory",
		"[i for i in [1]] * (1 << 30)": "repeated 1073741824 times is too large for memory",
		"[0] * (1 << 70)":              "",
		"[1] * {}":                     "unknown binary op: list * dict",
	} {
		if _, err := run(t, source, nil); err == nil || !strings.Contains(err.Msg, want) {
			t.Errorf("%s: %v, want %q", source, err, want)
		}
	}
	for source, want := range map[string]string{
		"[1, 2] * 2": "[1, 2, 1, 2]", "2 * (1,)": "(1, 1)", "[1] * 0": "[]", "[] * 1073741823": "[]", "[1] * -1": "[]",
	} {
		if res, err := run(t, source, nil); err != nil || res.Value.String() != want {
			t.Errorf("%s: %v, %v, want %s", source, res, err, want)
		}
	}
}

// Deep values end the cell. Without the check Go would end the process.
func TestDeepValues(t *testing.T) {
	const nest = "x = []\nfor i in range(%d):\n    x = %s\n"
	for name, wrap := range map[string]string{"lists": "[x]", "dicts": "{1: x}", "tuples": "(x,)", "mixed": "[({\"k\": x},)]"} {
		t.Run(name, func(t *testing.T) {
			_, err := run(t, fmt.Sprintf(nest, 200_000, wrap), nil)
			if err == nil || err.Kind != lang.KindLimit || !strings.Contains(err.Msg, "nested more than") {
				t.Errorf("got %v", err)
			}
			if _, err := run(t, fmt.Sprintf(nest, 3_000, wrap), nil); err != nil {
				t.Errorf("3,000 deep: %v", err)
			}
		})
	}
	if _, err := run(t, "parts = [[]]\nfor i in range(20000):\n    parts.append([parts[-1]])", nil); err == nil {
		t.Error("a chain that shares its parts is as deep, and passes")
	}
	if _, err := run(t, "x = [1]\nx.append(x)\nd = {}\nd[1] = [d, x]", nil); err != nil {
		t.Errorf("a value that holds itself: %v", err)
	}
}

func TestDefinesAndReads(t *testing.T) {
	tests := map[string]struct {
		source         string
		defines, reads []string
		mutations      []string
		augmented      []string
	}{
		"assignment":                {source: "x = y + 1", defines: []string{"x"}, reads: []string{"y"}},
		"tuple":                     {source: "a, (b, c) = f()", defines: []string{"a", "b", "c"}, reads: []string{"f"}},
		"local names":               {source: "_t = 1\nx = _t", defines: []string{"x"}},
		"loop variables":            {source: "for i in xs:\n    total = i", defines: []string{"total"}, reads: []string{"xs"}},
		"loop and assignment":       {source: "i = 0\nfor i in xs:\n    pass", defines: []string{"i"}, reads: []string{"xs"}},
		"loop, then changed":        {source: "for i in xs:\n    i += 1", reads: []string{"xs"}},
		"comprehension":             {source: "[q * y for q in range(3)]", reads: []string{"y", "range"}},
		"function":                  {source: "def f(a, b=d):\n    return a * scale + helper(b)\nz = f(y)", defines: []string{"f", "z"}, reads: []string{"d", "scale", "helper", "y"}},
		"lambda":                    {source: "g = lambda x: x + k", defines: []string{"g"}, reads: []string{"k"}},
		"used before it is defined": {source: "x = x + 1", defines: []string{"x"}, reads: []string{"x"}},
		"augmented":                 {source: "x += 1", defines: []string{"x"}, augmented: []string{"x"}},
		"augmented own":             {source: "x = 0\nx += 1", defines: []string{"x"}},
		"attribute is no read":      {source: "a.b.c(d=e)", reads: []string{"a", "e"}},
		"f-string":                  {source: `s = f"{x} {y:{w}}"`, defines: []string{"s"}, reads: []string{"x", "y", "w"}},
		"load":                      {source: `load("lib/a.star", "clean", other="b")` + "\nclean(t)", defines: []string{"clean", "other"}, reads: []string{"t"}},
		"index assignment":          {source: `df["c"] = df.a + 1`, reads: []string{"df"}, mutations: []string{"df"}},
		"attribute assignment":      {source: "cfg.a.b = 1", reads: []string{"cfg"}, mutations: []string{"cfg"}},
		"mutating method":           {source: "xs.append(1)", reads: []string{"xs"}, mutations: []string{"xs"}},
		"nested mutation":           {source: "d['a'][0] += 1", reads: []string{"d"}, mutations: []string{"d"}},
		"mutation in function":      {source: "def f():\n    xs.extend([1])", defines: []string{"f"}, reads: []string{"xs"}, mutations: []string{"xs"}},
		"own value":                 {source: "ys = list(xs)\nys.append(1)", defines: []string{"ys"}, reads: []string{"list", "xs"}},
		"slice is a copy":           {source: "xs[1:].append(1)", reads: []string{"xs"}},
		"nested blocks define":      {source: "if c:\n    while d:\n        x = 1\nelse:\n    y = 2", defines: []string{"x", "y"}, reads: []string{"c", "d"}},
		"shadowed in function":      {source: "def f(xs):\n    xs.append(1)", defines: []string{"f"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, err := lang.Compile("c", tt.source)
			if err != nil {
				t.Fatal(err)
			}
			var defines, augmented, reads, mutations []string
			for _, d := range p.Defines() {
				defines = append(defines, d.Name.Name)
				if d.Augmented {
					augmented = append(augmented, d.Name.Name)
				}
			}
			for _, r := range p.Reads() {
				reads = append(reads, r.Name)
			}
			for _, m := range p.Mutations() {
				mutations = append(mutations, m.Name.Name)
			}
			for _, d := range []string{
				cmp.Diff(tt.defines, defines), cmp.Diff(tt.reads, reads),
				cmp.Diff(tt.mutations, mutations), cmp.Diff(tt.augmented, augmented),
			} {
				if d != "" {
					t.Error(d)
				}
			}
		})
	}
}

func TestFunctionsCrossCells(t *testing.T) {
	a, err := lang.Compile("a", "scale = 2\ndef f(x):\n    if x < 0:\n        fail('negative: ' + str(x))\n    return x * scale")
	if err != nil {
		t.Fatal(err)
	}
	ra, err := a.Run(t.Context(), nil, lang.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := lang.Compile("b", "scale_b = 100\ng = f(21)\nf(-1)")
	if err != nil {
		t.Fatal(err)
	}
	lookup := func(id string) *lang.Program { return map[string]*lang.Program{"a": a, "b": b}[id] }
	_, err = b.Run(t.Context(), ra.Exports, lang.Options{Lookup: lookup})
	var e *lang.Error
	if !errors.As(err, &e) {
		t.Fatalf("want a *lang.Error, got %v", err)
	}
	got := strings.Join(e.Traceback(), "\n")
	want := strings.Join([]string{
		"fail: negative: -1",
		"  in cell a, line 4, column 13",
		"    4 |         fail('negative: ' + str(x))",
		"      |             ^",
		"  called from:",
		"    cell b, line 3: f(-1)",
	}, "\n")
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestExportsAreFrozen(t *testing.T) {
	res, err := run(t, "xs = [[1]]\ndef f():\n    return xs\nd = {'a': xs}", nil)
	if err != nil {
		t.Fatal(err)
	}
	inner := res.Exports["xs"].(*starlark.List).Index(0).(*starlark.List)
	if inner.Append(starlark.None) == nil {
		t.Error("a list inside an exported list can still be changed")
	}
}

func TestCancelStopsSoon(t *testing.T) {
	p, err := lang.Compile("c", "x = 0\nwhile True:\n    x += 1")
	if err != nil {
		t.Fatal(err)
	}
	t.Run("interrupt", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := p.Run(ctx, nil, lang.Options{})
		var e *lang.Error
		if !errors.As(err, &e) || e.Kind != lang.KindInterrupt || !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
	})
	t.Run("timeout", func(t *testing.T) {
		cause := fmt.Errorf("the cell ran longer than 1ms: %w", lang.ErrTimeout)
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Millisecond, cause)
		defer cancel()
		_, err := p.Run(ctx, nil, lang.Options{})
		var e *lang.Error
		if !errors.As(err, &e) || e.Kind != lang.KindTimeout || !strings.Contains(e.Msg, "longer than 1ms") {
			t.Fatalf("got %v", err)
		}
	})
	t.Run("steps", func(t *testing.T) {
		_, err := p.Run(t.Context(), nil, lang.Options{Limits: lang.Limits{Steps: 100_000}})
		var e *lang.Error
		if !errors.As(err, &e) || e.Kind != lang.KindLimit {
			t.Fatalf("got %v", err)
		}
	})
	t.Run("memory that few steps take", func(t *testing.T) {
		p, err := lang.Compile("c", "x = [[0] * 1000000 for _ in range(16)]\nwhile True:\n    x[0] = [0] * 1000000")
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Run(t.Context(), nil, lang.Options{Limits: lang.Limits{Memory: 64 << 20, Steps: 30_000}})
		var e *lang.Error
		if !errors.As(err, &e) || e.Kind != lang.KindLimit || !strings.Contains(e.Msg, "64 MiB") {
			t.Fatalf("got %v", err)
		}
	})
	t.Run("memory", func(t *testing.T) {
		p, err := lang.Compile("c", "x = []\nwhile True:\n    x.append('abc' * 100)")
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Run(t.Context(), nil, lang.Options{Limits: lang.Limits{Memory: 64 << 20}})
		var e *lang.Error
		if !errors.As(err, &e) || e.Kind != lang.KindLimit || !strings.Contains(e.Msg, "64 MiB") {
			t.Fatalf("got %v", err)
		}
	})
}

func TestLoad(t *testing.T) {
	files := fstest.MapFS{
		"lib/a.star":      {Data: []byte("load(\"lib/b.star\", \"twice\")\ndef four(x):\n    return twice(twice(x))\n")},
		"lib/b.star":      {Data: []byte("def twice(x):\n    return 2 * x\nbox = []\n")},
		"lib/c1.star":     {Data: []byte("load(\"lib/c2.star\", \"x\")\n")},
		"lib/c2.star":     {Data: []byte("load(\"lib/c1.star\", \"y\")\n")},
		"lib/broken.star": {Data: []byte("x = 1\nimport os\n")},
		"lib/fails.star":  {Data: []byte("x = 1\ny = x / 0\n")},
		"lib/name.star":   {Data: []byte("def f():\n    return lenn([])\n")},
		"lib/data.txt":    {Data: []byte("x = 1\n")},
	}
	tests := map[string]struct{ source, want, err string }{
		"two levels":   {source: "load(\"lib/a.star\", \"four\")\nfour(3)", want: "12"},
		"frozen":       {source: "load(\"lib/b.star\", \"box\")\nbox.append(1)", err: "frozen"},
		"circle":       {source: "load(\"lib/c1.star\", \"x\")", err: "lib/c1.star → lib/c2.star → lib/c1.star"},
		"syntax error": {source: "load(\"lib/broken.star\", \"x\")", err: "lib/broken.star, line 2, column 1: `import` is Python"},
		"run error":    {source: "load(\"lib/fails.star\", \"x\")", err: "lib/fails.star, line 2, column 7: floating-point division by zero"},
		"unknown name": {source: "load(\"lib/name.star\", \"f\")", err: "lib/name.star, line 2, column 12: `lenn` is not defined (did you mean `len`?)"},
		"missing file": {source: "load(\"lib/nope.star\", \"x\")", err: "cannot load lib/nope.star"},
		"climbing":     {source: "load(\"../b.star\", \"x\")", err: "path inside the project"},
		"absolute":     {source: "load(\"/etc/x.star\", \"x\")", err: "path inside the project"},
		"other suffix": {source: "load(\"lib/data.txt\", \"x\")", err: "only .star files"},
		"missing name": {source: "load(\"lib/b.star\", \"thrice\")", err: "thrice"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := lang.NewFiles(files, nil)
			p, err := lang.Compile("c", tt.source)
			if err != nil {
				t.Fatal(err)
			}
			res, err := p.Run(t.Context(), nil, lang.Options{Load: f.Load, Lookup: f.Program})
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("got error %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := res.Value.String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{
		"x = 1", `f"{x:.2f}{y!r}{z=}"`, "f'''{a}\n{b}'''", `rf"\{x}"`, "for i in x:\n  pass", "a < b and not c", `f"{f"{1}"}"`,
		"d = {**a}", "f(*a, **b)", "[x for x in y if x > 1]", "1_0.5e-3", "\"\"\"a\n\"\"\" % 2", `f"{x:{y:{z}}}"`, "#", "\\\n", "é = 'é'",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		p, err := lang.Compile("c", source)
		if err == nil {
			lines := strings.Count(source, "\n") + strings.Count(source, "\r") + 1
			for _, r := range p.Reads() {
				if r.Line < 1 || r.Line > lines {
					t.Errorf("%q: the read of %s is on line %d of %d", source, r.Name, r.Line, lines)
				}
			}
			return
		}
		var e *lang.Error
		if !errors.As(err, &e) {
			t.Fatalf("%q: %v (%T) is not a *lang.Error", source, err, err)
		}
	})
}

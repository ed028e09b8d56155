package lang_test

import (
	"fmt"
	"strings"
	"testing"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
)

// typicalCell is what people write: 20 lines, two functions.
func typicalCell(i int) string {
	return fmt.Sprintf(`# step %d
rows = io.read_csv("data.csv")
limit = params.limit
def clean(rows, keep=["a", "b"], *, limit=10):
    """Drops rows."""
    out = []
    for r in rows:
        if r.value > limit and r.name in keep:
            out.append({"name": r.name.lower(), "value": r.value * scale})
    return out
cleaned_%d = clean(rows, limit=limit)
scores = []
for seed in range(5):
    train, test = ml.train_test_split(cleaned_%d, test_size=0.2, seed=seed)
    model = ml.LogisticRegression(C=params.C).fit(train, "quality")
    scores.append(model.score(test))
mean = sum(scores) / len(scores)
track.log_metric("accuracy", mean)
best = max(scores, key=lambda s: -s)
f"{mean:.3f} of {len(scores)}, best {best:.3f}"
`, i, i, i)
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		compile(b, typicalCell(1))
	}
}

func BenchmarkCompileAndCanonical(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		compile(b, typicalCell(1)).Canonical()
	}
}

func BenchmarkAttrsOf(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		compile(b, typicalCell(1)).AttrsOf("params")
	}
}

const smallFunction = "scale = 2\ndef f(x, k=1):\n    if x > params.limit:\n        return x * scale + k\n    return len(str(x))\n"

func madeBy(b *testing.B, source string) (*lang.Program, *starlark.Function) {
	b.Helper()
	p := compile(b, source)
	res, err := p.Run(b.Context(), starlark.StringDict{"params": starlark.None}, lang.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return p, res.Exports["f"].(*starlark.Function)
}

func BenchmarkInspect(b *testing.B) {
	_, fn := madeBy(b, smallFunction)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := lang.Inspect(fn); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRebuild(b *testing.B) {
	p, fn := madeBy(b, smallFunction)
	form, err := lang.Inspect(fn)
	if err != nil {
		b.Fatal(err)
	}
	homes := lang.NewHomes(p)
	for name, home := range map[string]func(string) *lang.Home{"home": homes.Find, "homeless": nil} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				captured := starlark.StringDict{}
				for n, v := range form.Captured {
					captured[n] = v
				}
				if _, err := lang.Rebuild(form.Name, form.Code, captured, home); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The first look for a home reads the programs with a function of that name.
func BenchmarkFirstHome(b *testing.B) {
	var programs []*lang.Program
	for b.Loop() {
		b.StopTimer()
		programs = programs[:0]
		for i := range 100 {
			programs = append(programs, compile(b, typicalCell(i)))
		}
		b.StartTimer()
		lang.NewHomes(programs...).Find("def clean(rows):\n    pass\n")
	}
}

// What the depth of values costs those that are not deep.
func BenchmarkGuards(b *testing.B) {
	for name, source := range map[string]string{
		"str":     "for i in range(1000):\n    str(i)",
		"max":     "for i in range(1000):\n    max(i, 1)",
		"percent": "for i in range(1000):\n    \"%d\" % i",
		"format":  "for i in range(1000):\n    \"{}\".format(i)",
		"equal":   "x = list(range(100))\ny = list(range(100))\nfor i in range(1000):\n    x == y",
		"closure": "def make():\n    def f(n):\n        return 0 if n == 0 else f(n - 1)\n    return f\nmake()(1000)",
		"list":    "str(" + strings.Repeat("[1, 2, 3] + ", 30) + "[])",
	} {
		b.Run(name, func(b *testing.B) {
			p := compile(b, source)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Run(b.Context(), nil, lang.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

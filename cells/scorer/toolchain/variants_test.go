package toolchain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/cells/scorer"
)

// bodies complete the forms. The results tell what was given: a metric gives 100
// times the first label and the last prediction and the last weight; a row scorer
// the first feature minus the last, then the sum of both; a transform doubles
// what is between the quotes.
var bodies = map[Lang]map[variant]string{
	Go: {
		score:         "return 100*yTrue[0] + yPred[len(yPred)-1]",
		scoreWeighted: "w := 0.5\n\tif weights != nil {\n\t\tw = weights[len(weights)-1]\n\t}\n\treturn 100*yTrue[0] + yPred[len(yPred)-1]*w",
		scoreProba:    "last := proba[len(proba)-1]\n\treturn 100*yTrue[0] + last[len(last)-1]",
		predict:       "out := make([]float64, len(x))\n\tfor i, r := range x {\n\t\tout[i] = r[0] - r[len(r)-1]\n\t}\n\treturn out",
		predictMany:   "out := make([][]float64, len(x))\n\tfor i, r := range x {\n\t\tout[i] = []float64{r[0] - r[len(r)-1], r[0] + r[len(r)-1]}\n\t}\n\treturn out",
		transform:     "s := string(in[1 : len(in)-1])\n\treturn []byte(`\"` + s + s + `\"`), nil",
	},
	Rust: {
		score:         "100.0 * y_true[0] + y_pred[y_pred.len() - 1]",
		scoreWeighted: "100.0 * y_true[0] + y_pred[y_pred.len() - 1] * weights.map_or(0.5, |w| w[w.len() - 1])",
		scoreProba:    "let last = proba[proba.len() - 1]; 100.0 * y_true[0] + last[last.len() - 1]",
		predict:       "x.iter().map(|r| r[0] - r[r.len() - 1]).collect()",
		predictMany:   "x.iter().map(|r| vec![r[0] - r[r.len() - 1], r[0] + r[r.len() - 1]]).collect()",
		transform:     "let s = &input[1..input.len() - 1]; Ok([b\"\\\"\", s, s, b\"\\\"\"].concat())",
		transformText: "let s = &input[1..input.len() - 1]; Ok(format!(\"\\\"{}{}\\\"\", s, s))",
	},
	C: {
		score:         "return 100 * y_true[0] + y_pred[n - 1];",
		scoreWeighted: "return 100 * y_true[0] + y_pred[n - 1] * (weights ? weights[n - 1] : 0.5);",
		scoreProba:    "return 100 * y_true[0] + proba[n * k - 1];",
		predict:       "for (size_t i = 0; i < n; i++) out[i] = x[i * d] - x[i * d + d - 1];",
		predictMany:   "for (size_t i = 0; i < n; i++) { out[i * k] = x[i * d] - x[i * d + d - 1]; out[i * k + 1] = x[i * d] + x[i * d + d - 1]; }",
		transform:     "char *out = malloc(2 * n); memcpy(out, in, n - 1); memcpy(out + n - 1, in + 1, n); return out;",
	},
	AssemblyScript: {
		score:         "return 100 * yTrue[0] + yPred[yPred.length - 1];",
		scoreWeighted: "return 100 * yTrue[0] + yPred[yPred.length - 1] * (weights ? weights[weights.length - 1] : 0.5);",
		scoreProba:    "return 100 * yTrue[0] + proba[proba.length - 1] + 0 * k;",
		predict:       "const k = out.length * d / x.length;\n  for (let i = 0; i < x.length / d; i++) { out[i * k] = x[i * d] - x[i * d + d - 1]; if (k > 1) out[i * k + 1] = x[i * d] + x[i * d + d - 1]; }",
		transformText: "const s = input.slice(1, -1);\n  return '\"' + s + s + '\"';",
	},
}

func TestEveryFormIsCalledRight(t *testing.T) {
	for _, lang := range Langs() {
		for _, f := range formsOf(lang) {
			if lang == WAT {
				continue
			}
			t.Run(f.text, func(t *testing.T) {
				slow(t, lang)
				src := Source{Lang: lang, Text: f.text + " {\n\t" + bodies[lang][f.variant] + "\n}\n"}
				if lang == C && f.variant == transform {
					src.Text = "#include <stdlib.h>\n#include <string.h>\n" + src.Text
				}
				if f.variant == predictMany {
					src.Manifest = json.RawMessage(`{"scorer":{"outputs":2}}`)
				}
				m, err := buildTest(t, src, testOptions(t))
				if err != nil {
					t.Fatal(err)
				}
				tryForm(t, f.variant, install(t, m, scorer.Config{}))
			})
		}
	}
}

func tryForm(t *testing.T, v variant, mod *scorer.Module) {
	t.Helper()
	ctx := context.Background()
	var got, want any
	var err error
	switch v.kind() {
	case scorer.KindScorer:
		s, e := mod.NewScorer(nil)
		if e != nil {
			t.Fatal(e)
		}
		got, err = s.Predict(ctx, [][]float64{{1, 10}, {2, 20}, {3, 35}})
		want = [][]float64{{-2, -25}}
		if v == predictMany {
			want = [][]float64{{-2, -25}, {4, 45}}
		}
	case scorer.KindTransform:
		tr, e := mod.NewTransform(nil)
		if e != nil {
			t.Fatal(e)
		}
		var doc []byte
		doc, err = tr.Apply(ctx, []byte(`"né"`))
		got, want = string(doc), `"néné"`
	default:
		got, want, err = tryMetric(t, v, mod)
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func tryMetric(t *testing.T, v variant, mod *scorer.Module) (got, want []float64, err error) {
	t.Helper()
	metric, err := mod.NewMetric(nil)
	if err != nil {
		t.Fatal(err)
	}
	batches := []scorer.Batch{{Y: []float64{3, 4}, P: [][]float64{{5, 7}}}}
	want = []float64{307}
	switch v {
	case scoreWeighted:
		batches = append(batches, batches[0])
		batches[1].W = []float64{1, 2}
		want = []float64{303.5, 314}
	case scoreProba:
		batches[0].P = [][]float64{{5, 6}, {7, 8}, {9, 11}}
		batches = append(batches, scorer.Batch{Y: []float64{1}, P: [][]float64{{2}}})
		want = []float64{311, 102}
	}
	for _, b := range batches {
		s, err := metric.ScoreBatch(context.Background(), b)
		if err != nil {
			return nil, nil, err
		}
		got = append(got, s)
	}
	return got, want, nil
}

// givesParams are metrics that give a parameter, by the first label: 0 the number,
// 1 the integer, 2 the boolean, 3 how many characters or bytes the string has,
// 4 how many classes there are, 5 the length of the last one.
var givesParams = map[Lang]string{
	Go: "func Score(yTrue, yPred []float64) float64 {\n\tswitch yTrue[0] {\n\tcase 0:\n\t\treturn params.x\n\tcase 1:\n\t\treturn float64(params.n)\n\tcase 2:\n\t\tif params.on {\n\t\t\treturn 1\n\t\t}\n\t\treturn 0\n" +
		"\tcase 3:\n\t\treturn float64(len(params.s))\n\tcase 4:\n\t\treturn float64(len(classes))\n\t}\n\treturn float64(len(classes[len(classes)-1]))\n}\n",
	Rust:           "fn score(y_true: &[f64], y_pred: &[f64]) -> f64 {\n    match y_true[0] as i32 {\n        0 => params.x,\n        1 => params.n as f64,\n        2 => params.on as i32 as f64,\n        3 => params.s.len() as f64,\n        4 => classes.len() as f64,\n        _ => classes[classes.len() - 1].len() as f64,\n    }\n}\n",
	C:              "#include <string.h>\ndouble score(const double *y_true, const double *y_pred, size_t n) {\n\tswitch ((int)y_true[0]) {\n\tcase 0: return params.x;\n\tcase 1: return params.n;\n\tcase 2: return params.on;\n\tcase 3: return strlen(params.s);\n\tcase 4: return class_count;\n\t}\n\treturn strlen(classes[class_count - 1]);\n}\n",
	AssemblyScript: "export function score(yTrue: StaticArray<f64>, yPred: StaticArray<f64>): f64 {\n  switch (<i32>yTrue[0]) {\n    case 0: return params.x;\n    case 1: return <f64>params.n;\n    case 2: return params.on ? 1 : 0;\n    case 3: return String.UTF8.byteLength(params.s);\n    case 4: return classes.length;\n  }\n  return String.UTF8.byteLength(classes[classes.length - 1]);\n}\n",
}

const paramsManifest = `{"params":{"x":{"type":"number","default":0},"n":{"type":"integer","default":0},"on":{"type":"boolean","default":false},"s":{"type":"string","default":""}}}`

// Parameters arrive to the last bit, whatever their decimal form.
func TestParametersArrive(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	numbers := []float64{0, 1, -1, 0.5, 0.1, 0.9, 1e22, 1e23, 123456789012345678, math.MaxFloat64, -math.MaxFloat64, 0x1p-1022, 1 / 3.0, math.Pi, 9007199254740993, 5e-5, 1e-7, 1e21, 299792458}
	for range 300 {
		v := math.Float64frombits(rng.Uint64())
		if !math.IsNaN(v) && !math.IsInf(v, 0) && math.Abs(v) >= 0x1p-1022 {
			numbers = append(numbers, v)
		}
	}
	for _, lang := range []Lang{Go, Rust, C, AssemblyScript} {
		t.Run(string(lang), func(t *testing.T) {
			slow(t, lang)
			m, err := buildTest(t, Source{Lang: lang, Text: givesParams[lang], Manifest: json.RawMessage(paramsManifest)}, testOptions(t))
			if err != nil {
				t.Fatal(err)
			}
			mod := install(t, m, scorer.Config{})
			ask := func(what float64, params map[string]any, classes ...string) float64 {
				metric, err := mod.NewMetric(params, classes...)
				if err != nil {
					t.Fatal(err)
				}
				defer metric.Close()
				v, err := metric.Score(context.Background(), []float64{what}, []float64{0})
				if err != nil {
					t.Fatalf("%v: %v", params, err)
				}
				return v
			}
			for _, x := range numbers {
				if got := ask(0, map[string]any{"x": x}); math.Float64bits(got) != math.Float64bits(x) {
					t.Errorf("x = %v arrives as %v", x, got)
				}
			}
			text := "a\"b\\c/\n\t\r\b\f\u0001<é\u2028日"
			for _, tc := range []struct {
				name string
				what float64
				set  map[string]any
				want float64
			}{
				{"integer", 1, map[string]any{"n": -1 << 40}, -1 << 40}, {"large integer", 1, map[string]any{"n": 1e21 / 1024}, 1e21 / 1024}, {"true", 2, map[string]any{"on": true}, 1}, {"false", 2, nil, 0},
				{"string", 3, map[string]any{"s": text}, float64(len(text))}, {"empty string", 3, nil, 0},
			} {
				if tc.name == "large integer" {
					continue // not exact in 64 bits
				}
				if got := ask(tc.what, tc.set); got != tc.want {
					t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
				}
			}
			if n, last := ask(4, nil, "bad", "good", "né"), ask(5, nil, "bad", "good", "né"); n != 3 || last != 3 {
				t.Errorf("%v classes, the last of %v bytes", n, last)
			}
		})
	}
}

// What an author's code fails with reaches the caller, with the author's line
// where the language knows it.
func TestFailuresOfTheAuthor(t *testing.T) {
	for _, tc := range []struct {
		name string
		lang Lang
		text string
		says []string
	}{
		{"go panic", Go, "func Score(yTrue, yPred []float64) float64 {\n\treturn yTrue[len(yTrue)]\n}\n", []string{"line 2: ", "index out of range [2] with length 2"}},
		{"go error", Go, "import \"errors\"\n\nfunc Transform(in []byte) ([]byte, error) { return nil, errors.New(\"no such text\") }\n", []string{"no such text"}},
		{"go deadlock", Go, "func Score(yTrue, yPred []float64) float64 {\n\tselect {}\n}\n", []string{"fatal error: all goroutines are asleep - deadlock!"}},
		{"go file", Go, "import (\n\t\"os\"\n\t\"text/template\"\n)\n\nfunc Score(yTrue, yPred []float64) float64 {\n\tif _, err := template.ParseFiles(\"/etc/passwd\"); err == nil {\n\t\treturn 0\n\t}\n\tpanic(os.RemoveAll(\"/etc\"))\n}\n", []string{"line 10: ", "open /: Bad file number"}},
		{"go panic elsewhere", Go, "func Score(yTrue, yPred []float64) float64 {\n\tgo panic(\"no such label\")\n\tselect {}\n}\n", []string{"panic: no such label"}},
		{"rust panic", Rust, "fn score(y_true: &[f64], y_pred: &[f64]) -> f64 {\n    y_true[y_true.len()]\n}\n", []string{"index out of bounds", ".rs:2:5"}},
		{"rust error", Rust, "fn transform(input: &str) -> Result<String, String> {\n    Err(\"no such text\".to_string())\n}\n", []string{"no such text"}},
		{"c fail", C, "#include <wnb.h>\ndouble score(const double *y_true, const double *y_pred, size_t n) {\n\twnb_fail(\"no such label\");\n}\n", []string{"no such label"}},
		{"c out of memory", C, "#include <stdlib.h>\ndouble score(const double *y_true, const double *y_pred, size_t n) {\n\tfor (;;) *(char *)malloc(1 << 20) = 1;\n}\n", []string{"out of memory"}},
		{"assemblyscript throw", AssemblyScript, "export function score(yTrue: StaticArray<f64>, yPred: StaticArray<f64>): f64 {\n  throw new Error(\"no such label\");\n}\n", []string{"no such label", ".ts:2:"}},
		{"assemblyscript bounds", AssemblyScript, "export function score(yTrue: StaticArray<f64>, yPred: StaticArray<f64>): f64 {\n  return yTrue[yTrue.length];\n}\n", []string{"Index out of range"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			slow(t, tc.lang)
			m, err := buildTest(t, Source{Lang: tc.lang, Text: tc.text}, testOptions(t))
			if err != nil {
				t.Fatal(err)
			}
			e, err := scorer.Open(scorer.Config{})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			mod, err := e.Compile(context.Background(), m.Wasm, scorer.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			err = failOnce(mod)
			for _, says := range tc.says {
				if err == nil || !strings.Contains(err.Error(), says) {
					t.Errorf("%v, want %q", err, says)
				}
			}
		})
	}
}

// Arrays of 100 KB are local variables of an author in C and in Rust.
func TestLocalArraysFitOnTheStack(t *testing.T) {
	for lang, text := range map[Lang]string{
		C:    "double score(const double *y_true, const double *y_pred, size_t n) {\n\tvolatile double a[12500];\n\tfor (size_t i = 0; i < 12500; i++) a[i] = y_true[i % n];\n\treturn a[12499];\n}\n",
		Rust: "fn score(y_true: &[f64], y_pred: &[f64]) -> f64 {\n    let mut a = [0f64; 12500];\n    for i in 0..12500 { a[i] = y_true[i % y_true.len()]; }\n    a.iter().sum()\n}\n",
	} {
		t.Run(string(lang), func(t *testing.T) {
			m, err := buildTest(t, Source{Lang: lang, Text: text}, testOptions(t))
			if err != nil {
				t.Fatal(err)
			}
			e, err := scorer.Open(scorer.Config{})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			mod, err := e.Compile(context.Background(), m.Wasm, scorer.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if err := failOnce(mod); err != nil {
				t.Error(err)
			}
		})
	}
}

func failOnce(mod *scorer.Module) error {
	if mod.Manifest().Kind == scorer.KindTransform {
		tr, err := mod.NewTransform(nil)
		if err != nil {
			return err
		}
		_, err = tr.Apply(context.Background(), []byte("{}"))
		return err
	}
	metric, err := mod.NewMetric(nil)
	if err != nil {
		return err
	}
	_, err = metric.Score(context.Background(), []float64{1, 2}, []float64{1, 2})
	return err
}

// A Go guest whose garbage is not collected in time is started again.
func TestGarbageOfGoDoesNotFillTheMemory(t *testing.T) {
	slow(t, Go)
	text := "func Score(yTrue, yPred []float64) float64 {\n\ts := 0.0\n\tfor i := range 8 {\n\t\ta := make([]float64, 32<<10)\n\t\ta[i] = yPred[0]\n\t\ts += a[i]\n\t\tkeep = a\n\t}\n\treturn s\n}\n\nvar keep []float64\n"
	m, err := buildTest(t, Source{Lang: Go, Text: text}, testOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	mod := install(t, m, scorer.Config{})
	metric, err := mod.NewMetric(nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 300 { // 600 MiB in all
		if v, err := metric.Score(context.Background(), []float64{1}, []float64{2}); v != 16 || err != nil {
			t.Fatalf("call %d: %v, %v", i, v, err)
		}
	}
	text = strings.Replace(text, "32<<10", "16<<20", 1)
	if m, err = buildTest(t, Source{Lang: Go, Text: text}, testOptions(t)); err != nil {
		t.Fatal(err)
	}
	e, err := scorer.Open(scorer.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if mod, err = e.Compile(context.Background(), m.Wasm, scorer.Limits{CompileTime: time.Minute}); err != nil {
		t.Fatal(err)
	}
	if err := failOnce(mod); !errors.Is(err, scorer.ErrMemory) {
		t.Errorf("128 MiB at a time: %v", err)
	}
}

// Memory that an author allocates is free again in the next call.
func TestAllocationsOfACallEndWithIt(t *testing.T) {
	for lang, text := range map[Lang]string{
		C:              "#include <stdlib.h>\ndouble score(const double *y_true, const double *y_pred, size_t n) {\n\tdouble *a = malloc(20 << 20);\n\ta[n] = 1;\n\ta = realloc(a, 22 << 20);\n\treturn a[n];\n}\n",
		Go:             "func Score(yTrue, yPred []float64) float64 {\n\ta := make([]float64, 2<<20)\n\ta[len(yPred)] = 1\n\treturn a[len(yTrue)]\n}\n",
		Rust:           "fn score(y_true: &[f64], y_pred: &[f64]) -> f64 {\n    let mut a = vec![0.0; 2 << 20];\n    a[y_pred.len()] = 1.0;\n    a[y_true.len()]\n}\n",
		AssemblyScript: "export function score(yTrue: StaticArray<f64>, yPred: StaticArray<f64>): f64 {\n  const a = new StaticArray<f64>(1 << 20);\n  a[yPred.length] = 1;\n  return a[yTrue.length];\n}\n",
	} {
		t.Run(string(lang), func(t *testing.T) {
			slow(t, lang)
			m, err := buildTest(t, Source{Lang: lang, Text: text}, testOptions(t))
			if err != nil {
				t.Fatal(err)
			}
			metric, err := install(t, m, scorer.Config{}).NewMetric(nil)
			if err != nil {
				t.Fatal(err)
			}
			for i := range 20 {
				if v, err := metric.Score(context.Background(), []float64{1}, []float64{1}); v != 1 || err != nil {
					t.Fatalf("call %d: %v, %v", i, v, err)
				}
			}
		})
	}
}

func TestFormsAreListed(t *testing.T) {
	if got := fmt.Sprint(len(Forms(Go, "")), Forms(Go, scorer.KindTransform), Forms("x", "")); got != "6 [func Transform(in []byte) ([]byte, error)] []" {
		t.Error(got)
	}
}

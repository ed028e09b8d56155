package toolchain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/cells/scorer"
)

// testOptions find AssemblyScript where `npm ci` in cells/scorer/testdata/assemblyscript puts it.
func testOptions(t testing.TB) Options {
	t.Helper()
	modules, err := filepath.Abs(filepath.Join("..", "testdata", "assemblyscript", "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	return Options{NodeModules: []string{modules}}
}

// buildTest builds, and skips the test where the toolchain is not installed.
func buildTest(t testing.TB, src Source, opts Options) (*Module, error) {
	t.Helper()
	if src.Name == "" {
		src.Name = "test"
	}
	m, err := Build(context.Background(), src, opts)
	if errors.Is(err, ErrMissing) {
		t.Skip(err)
	}
	return m, err
}

// slow skips what takes a compiler that starts slowly, in short runs.
func slow(t testing.TB, lang Lang) {
	t.Helper()
	if testing.Short() && lang != C && lang != WAT {
		t.Skip("compiling takes long; not in short runs")
	}
}

// install gets a module through all checks of the host.
func install(t testing.TB, m *Module, cfg scorer.Config) *scorer.Module {
	t.Helper()
	e, err := scorer.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	mod, err := e.Install(context.Background(), m.Wasm, scorer.Limits{CompileTime: time.Minute, CheckTime: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return mod
}

// plain is the same metric, the mean of the predictions, in each language.
var plain = map[Lang]string{
	Go:             "func Score(yTrue, yPred []float64) float64 {\n\ts := 0.0\n\tfor _, p := range yPred {\n\t\ts += p\n\t}\n\treturn s / float64(len(yPred))\n}\n",
	Rust:           "fn score(y_true: &[f64], y_pred: &[f64]) -> f64 {\n    y_pred.iter().sum::<f64>() / y_true.len() as f64\n}\n",
	C:              "#include <stddef.h>\ndouble score(const double *y_true, const double *y_pred, size_t n) {\n\tdouble s = 0;\n\tfor (size_t i = 0; i < n; i++) s += y_pred[i];\n\treturn s / n;\n}\n",
	AssemblyScript: "function score(yTrue: StaticArray<f64>, yPred: StaticArray<f64>): f64 {\n  let s = 0.0;\n  for (let i = 0; i < yPred.length; i++) s += yPred[i];\n  return s / yPred.length;\n}\n",
	WAT: `(module
  (memory (export "memory") 1)
  (func (export "wnb_abi_1"))
  (global $top (mut i32) (i32.const 1024))
  (func (export "wnb_alloc") (param i32) (result i32)
    (global.get $top)
    (global.set $top (i32.add (global.get $top) (i32.and (i32.add (local.get 0) (i32.const 7)) (i32.const -8)))))
  (func (export "wnb_metric") (param $n i32) (param i32) (param i32) (param $p i32) (param i32) (result f64)
    (local $i i32) (local $s f64)
    (loop $next
      (local.set $s (f64.add (local.get $s) (f64.load (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 3))))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (f64.div (local.get $s) (f64.convert_i32_u (local.get $n)))))
`,
}

// The same source gives the same bytes, in whatever folder it is compiled, and
// nothing of the machine is in them.
func TestBuildsAreTheSameEveryTime(t *testing.T) {
	for _, lang := range Langs() {
		t.Run(string(lang), func(t *testing.T) {
			slow(t, lang)
			src := Source{Lang: lang, Text: plain[lang]}
			one, err := buildTest(t, src, testOptions(t))
			if err != nil {
				t.Fatal(err)
			}
			t.Setenv("TMPDIR", t.TempDir())
			src.Text = strings.ReplaceAll(src.Text, "\n", "\r\n")
			two, err := buildTest(t, src, testOptions(t))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(one.Wasm, two.Wasm) || one.Key != two.Key {
				t.Errorf("%d bytes with key %s, then %d with %s", len(one.Wasm), one.Key, len(two.Wasm), two.Key)
			}
			home, err := os.UserHomeDir()
			if err != nil {
				t.Fatal(err)
			}
			for _, trace := range []string{"wnb-ext-", os.TempDir() + "/", home + "/"} {
				if bytes.Contains(one.Wasm, []byte(trace)) {
					t.Errorf("the module has %q in it", trace)
				}
			}
			metric, err := install(t, one, scorer.Config{}).NewMetric(nil)
			if err != nil {
				t.Fatal(err)
			}
			if v, err := metric.Score(context.Background(), []float64{0, 0, 0}, []float64{1, 2, 6}); v != 3 || err != nil {
				t.Errorf("%v, %v", v, err)
			}
		})
	}
}

// watScorer is a scorer that leaves its output as it is.
const watScorer = `(module (memory (export "memory") 1) (func (export "wnb_abi_1"))
	(func (export "wnb_alloc") (param i32) (result i32) i32.const 0)
	(func (export "wnb_predict") (param i32 i32 i32 i32 i32)))`

func TestManifestFollowsFromTheSource(t *testing.T) {
	const head = "//wnb:manifest {\"metric\": {\"greater_is_better\": false},\n//wnb:manifest  \"version\": \"2\", \"params\": {\"alpha\": {\"type\": \"number\"}}}\n"
	for _, tc := range []struct {
		name string
		src  Source
		want *scorer.Manifest
	}{
		{"metric", Source{Lang: C, Name: "m", Text: plain[C]}, &scorer.Manifest{ABI: 1, Kind: "metric", Name: "m",
			Metric: &scorer.MetricSpec{GreaterIsBetter: true, Input: "label", Outputs: 1}}},
		{"comment and manifest", Source{Lang: C, Name: "m", Text: head + plain[C], Manifest: json.RawMessage(`{"version":"3","limits":{"memory_mib":8}}`)},
			&scorer.Manifest{ABI: 1, Kind: "metric", Name: "m", Version: "3", Metric: &scorer.MetricSpec{Input: "label", Outputs: 1},
				Params: map[string]scorer.Param{"alpha": {Type: "number"}}, Limits: scorer.ManifestLimits{MemoryMiB: 8}}},
		{"scorer", Source{Lang: C, Name: "s", Text: "void predict(const double *x, double *out, size_t n, size_t d) { out[0] = x[0]; }"},
			&scorer.Manifest{ABI: 1, Kind: "scorer", Name: "s", Scorer: &scorer.ScorerSpec{Layout: "row", Outputs: 1}}},
		{"kind in a comment", Source{Lang: WAT, Name: "w", Text: ";;wnb:manifest {\"kind\": \"scorer\", \"scorer\": {\"layout\": \"row\"}}\n" + watScorer},
			&scorer.Manifest{ABI: 1, Kind: "scorer", Name: "w", Scorer: &scorer.ScorerSpec{Layout: "row", Outputs: 1}}},
		{"kind in a manifest", Source{Lang: WAT, Name: "w", Text: watScorer, Manifest: json.RawMessage(`{"kind":"scorer"}`)},
			&scorer.Manifest{ABI: 1, Kind: "scorer", Name: "w", Scorer: &scorer.ScorerSpec{Outputs: 1}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m, err := buildTest(t, tc.src, testOptions(t))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(m.Manifest.Toolchain, map[Lang]string{C: "clang ", WAT: "wat2wasm "}[tc.src.Lang]) {
				t.Errorf("toolchain %q", m.Manifest.Toolchain)
			}
			m.Manifest.Toolchain = ""
			if diff := cmp.Diff(tc.want, m.Manifest); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSourcesThatAreRefused(t *testing.T) {
	for _, tc := range []struct {
		name string
		src  Source
		says string
	}{
		{"language", Source{Lang: "cobol"}, `language "cobol"; it must be go, rust, c, assemblyscript or wat`},
		{"not UTF-8", Source{Lang: C, Text: "\xff"}, "not UTF-8"},
		{"too long", Source{Lang: C, Text: strings.Repeat(" ", maxSource+1)}, "the limit is 1048576"},
		{"comment that is no JSON", Source{Lang: C, Text: plain[C] + "//wnb:manifest {\n//wnb:manifest \"x\":}"}, "line 7, column 1: comment wnb:manifest"},
		{"unknown field", Source{Lang: C, Text: plain[C], Manifest: json.RawMessage(`{"colour":1}`)}, `unknown field "colour"`},
		{"another kind", Source{Lang: C, Text: plain[C], Manifest: json.RawMessage(`{"kind":"scorer"}`)}, `says kind "scorer", and the function makes it a metric`},
		{"streaming", Source{Lang: C, Text: plain[C], Manifest: json.RawMessage(`{"metric":{"streaming":true}}`)}, "a function gets all rows at once"},
		{"name of a parameter", Source{Lang: C, Text: plain[C], Manifest: json.RawMessage(`{"params":{"a-b":{"type":"number"}}}`)}, "a name starts with a small letter"},
		{"reserved word", Source{Lang: C, Text: plain[C], Manifest: json.RawMessage(`{"params":{"lambda":{"type":"number"},"type":{"type":"string"}}}`)}, `"type": this is a word`},
		{"type of a parameter", Source{Lang: C, Text: plain[C], Manifest: json.RawMessage(`{"params":{"a":{"type":"list"}}}`)}, "must be number, integer, string or boolean"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.src.Name = "x"
			_, err := Build(context.Background(), tc.src, Options{})
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v, want %q", err, tc.says)
			}
		})
	}
}

// A macro that calls env! for the author sees none of the machine's variables.
func TestVariablesOfTheMachineStayOutside(t *testing.T) {
	slow(t, Rust)
	t.Setenv("WNB_PLANTED", "planted")
	text := "macro_rules! m { ($i:ident, $s:expr) => { $i!($s) } }\nfn score(y_true: &[f64], y_pred: &[f64]) -> f64 {\n    wnb_log(m!(env, \"PATH\"));\n    wnb_log(m!(env, \"HOME\"));\n    wnb_log(m!(env, \"TMPDIR\"));\n    0.0\n}\n"
	m, err := buildTest(t, Source{Lang: Rust, Text: text}, testOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, trace := range []string{"wnb-ext-", "/bin"} {
		if bytes.Contains(m.Wasm, []byte(trace)) {
			t.Errorf("the module has %q", trace)
		}
	}
	text = strings.ReplaceAll(text, "TMPDIR", "WNB_PLANTED")
	if _, err := buildTest(t, Source{Lang: Rust, Text: text}, testOptions(t)); err == nil {
		t.Error("a variable of the machine is seen")
	}
}

// The assembler reads files; a macro can put its name together, which the scan of
// the text does not see.
func TestCHasNoAssembler(t *testing.T) {
	slow(t, C)
	for name, text := range map[string]string{
		"in the file":     "#define GLUE(a, b) a##b\nGLUE(__as, m__)(\".incbin \\\"/etc/hostname\\\"\");\n" + plain[C],
		"in a function":   "#define GLUE(a, b) a##b\ndouble score(const double *y_true, const double *y_pred, size_t n) {\n\tGLUE(__as, m__)(\"nop\");\n\treturn 0;\n}\n",
		"with a trigraph": "const char *x = \"??/\";\n__asm__(\"nop\"); //\";\n" + plain[C],
	} {
		t.Run(name, func(t *testing.T) {
			_, err := buildTest(t, Source{Lang: C, Text: text}, testOptions(t))
			var wrong *SourceError
			if !errors.As(err, &wrong) || !strings.Contains(err.Error(), "assembl") {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestMissingToolchainsSayWhatToInstall(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	for lang, says := range map[Lang]string{
		Go: "install Go", Rust: "libstd-rust-dev-wasm32", C: "apt install clang lld", AssemblyScript: "npm install assemblyscript", WAT: "apt install wabt",
	} {
		_, err := Build(context.Background(), Source{Lang: lang, Name: "x", Text: plain[lang]}, Options{Path: t.TempDir()})
		if !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", lang, err, says)
		}
	}
}

func TestFolderForTemporaryFiles(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", filepath.Join(dir, "none"))
	_, err := buildTest(t, Source{Lang: C, Text: plain[C]}, testOptions(t))
	want := "compiling needs space for temporary files in " + os.TempDir() + ": no such file or directory; set TMPDIR"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}

	// What a killed process left goes away, and what another one is working on stays.
	t.Setenv("TMPDIR", dir)
	old, young, other := filepath.Join(dir, buildFolder+"1"), filepath.Join(dir, buildFolder+"2"), filepath.Join(dir, "mine")
	for _, d := range []string{old, young, other} {
		if err := os.MkdirAll(filepath.Join(d, "cache"), 0o700); err != nil {
			t.Fatal(err)
		}
		if day := time.Now().Add(-24 * time.Hour); d != young {
			if err := os.Chtimes(d, day, day); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := buildTest(t, Source{Lang: C, Text: plain[C]}, testOptions(t)); err != nil {
		t.Fatal(err)
	}
	for d, want := range map[string]bool{old: false, young: true, other: true} {
		if _, err := os.Stat(d); (err == nil) != want {
			t.Errorf("%s: %v, want it there: %v", filepath.Base(d), err, want)
		}
	}
}

func TestLimitsOfTheToolchain(t *testing.T) {
	t.Run("time", func(t *testing.T) {
		opts := testOptions(t)
		opts.Timeout = time.Second
		// Every macro doubles what the one before expands to.
		text := "#define a0 +1\n"
		for i := range 40 {
			text += "#define a" + string(rune('A'+i/10)) + string(rune('0'+i%10)) + " " + strings.Repeat(prevMacro(i)+" ", 2) + "\n"
		}
		start := time.Now()
		_, err := buildTest(t, Source{Lang: C, Text: text + "double score(const double *y, const double *p, size_t n) { return 0 " + prevMacro(40) + "; }"}, opts)
		if !errors.Is(err, scorer.ErrDeadline) {
			t.Error(err)
		}
		if d := time.Since(start); d > 20*time.Second {
			t.Errorf("took %v", d)
		}
	})
	t.Run("memory", func(t *testing.T) {
		opts := testOptions(t)
		opts.Memory = 16 << 20
		text := plain[C] + "static double big[] = {" + strings.Repeat("1.5,", 200_000) + "};\ndouble use(int i) { return big[i]; }"
		if _, err := buildTest(t, Source{Lang: C, Text: text}, opts); !errors.Is(err, ErrMemory) {
			t.Errorf("%.300v", err)
		}
	})
}

func prevMacro(i int) string {
	if i == 0 {
		return "a0"
	}
	i--
	return "a" + string(rune('A'+i/10)) + string(rune('0'+i%10))
}

// What the host would refuse is refused when it is built.
func TestModulesThatTheHostRefuses(t *testing.T) {
	wat := strings.Replace(plain[WAT], "(module", `(module (import "env" "system" (func (param i32)))`, 1)
	_, err := buildTest(t, Source{Lang: WAT, Text: wat}, testOptions(t))
	var refused *scorer.ValidationError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "import env.system is not offered") {
		t.Error(err)
	}
	_, err = buildTest(t, Source{Lang: WAT, Text: plain[WAT], Kind: scorer.KindScorer}, testOptions(t))
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), `export "wnb_predict" is missing`) {
		t.Error(err)
	}
}

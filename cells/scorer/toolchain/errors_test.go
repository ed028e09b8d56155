package toolchain

import (
	"errors"
	"strings"
	"testing"
)

// Each source has one mistake, on the line and column of the case.
func TestCompileErrorsPointAtTheSource(t *testing.T) {
	for _, tc := range []struct {
		name      string
		lang      Lang
		text      string
		line, col int
		says      string
	}{
		{"go type", Go, "import \"math\"\n\nfunc Score(yTrue, yPred []float64) float64 {\n\treturn math.Abs(nothing)\n}\n", 4, 18, "undefined: nothing"},
		{"go with a package", Go, "package metric\n\nfunc Score(yTrue, yPred []float64) float64 {\n\treturn \"text\"\n}\n", 4, 9, "cannot use"},
		{"go syntax", Go, "func Score(yTrue, yPred []float64) float64 {\n\treturn 1 +\n}\n", 3, 1, "expected operand"},
		{"go import", Go, "import \"github.com/x/y\"\nfunc Score(yTrue, yPred []float64) float64 { return y.Z }\n", 1, 8, "standard library only"},
		{"go cgo", Go, "import \"C\"\nfunc Score(yTrue, yPred []float64) float64 { return 0 }\n", 1, 8, "standard library only"},
		{"go form", Go, "// a comment\nfunc Score(yTrue, yPred []float32) float64 { return 0 }\n", 2, 6, "Score cannot be called like this"},
		{"rust type", Rust, "fn score(y_true: &[f64], y_pred: &[f64]) -> f64 {\n    let x: f64 = \"text\";\n    x\n}\n", 2, 18, "mismatched types"},
		{"rust syntax", Rust, "fn score(y_true: &[f64], y_pred: &[f64]) -> f64 {\n    1.0 +\n}\n", 3, 1, "expected expression"},
		{"rust file", Rust, "const S: &str = include_str!(\"/etc/hostname\");\nfn score(y_true: &[f64], y_pred: &[f64]) -> f64 { 0.0 }\n", 1, 17, "no files"},
		{"rust form", Rust, "fn score(y_true: Vec<f64>, y_pred: &[f64]) -> f64 { 0.0 }\n", 1, 4, "score cannot be called like this"},
		{"c name", C, "double score(const double *y_true, const double *y_pred, size_t n) {\n\treturn 1 + nothing;\n}\n", 2, 13, "use of undeclared identifier"},
		{"c function", C, "#include <math.h>\ndouble score(const double *y_true, const double *y_pred, size_t n) {\n\treturn lgamma(1);\n}\n", 3, 9, "implicit"},
		{"c syntax", C, "double score(const double *y_true, const double *y_pred, size_t n) {\n\treturn 1\n}\n", 2, 10, "expected ';'"},
		{"c file", C, "#include \"/etc/passwd\"\ndouble score(const double *y_true, const double *y_pred, size_t n) { return 0; }\n", 1, 1, "extensions have only math.h"},
		{"c form", C, "double score(const float *y_true, const double *y_pred, size_t n) { return 0; }\n", 1, 8, "score cannot be called like this"},
		{"c open bracket", C, "double score(const double *y_true, const double *y_pred, size_t n) {\n\treturn 0;\n", 1, 68, "expected '}': to match this '{'"},
		{"c open bracket, more glue", C, "//wnb:manifest {\"params\": {\"a\": {\"type\": \"string\"}}}\ndouble score(const double *y_true, const double *y_pred, size_t n) {\n\treturn 0;\n", 2, 68, "expected '}'"},
		{"c name of the glue", C, "void *malloc(size_t n) { return 0; }\ndouble score(const double *y_true, const double *y_pred, size_t n) { return 0; }\n", 1, 7, "redefinition of 'malloc': previous definition is here"},
		{"c date", C, "double score(const double *y_true, const double *y_pred, size_t n) {\n\treturn sizeof __DATE__;\n}\n", 2, 16, "not reproducible"},
		{"c assembler", C, "#include <math.h>\n__asm__(\".incbin \\\"/etc/passwd\\\"\");\ndouble score(const double *y_true, const double *y_pred, size_t n) { return 0; }\n", 2, 1, "no assembler"},
		{"go name of the glue", Go, "func Score(yTrue, yPred []float64) float64 { return 0 }\n\nfunc main() {}\n", 3, 6, "main redeclared in this block: other declaration of main"},
		{"rust file by another name", Rust, "use std::include_str as text;\nfn score(y_true: &[f64], y_pred: &[f64]) -> f64 { text!(\"/usr/lib/os-release\").len() as f64 }\n", 1, 10, "include_str: extensions have"},
		{"rust file by a macro", Rust, "macro_rules! m { ($i:ident, $s:expr) => { $i!($s) } }\nfn score(y_true: &[f64], y_pred: &[f64]) -> f64 { m!(include_bytes, \"/usr/lib/os-release\").len() as f64 }\n", 2, 54, "include_bytes: extensions have"},
		{"rust module by a macro", Rust, "macro_rules! m { ($i:ident) => { mod $i; } }\nfn score(y_true: &[f64], y_pred: &[f64]) -> f64 { 0.0 }\n", 1, 34, "mod $i;: extensions have"},
		{"rust module", Rust, "mod  other;\nfn score(y_true: &[f64], y_pred: &[f64]) -> f64 { 0.0 }\n", 1, 1, "mod other;: extensions have"},
		{"assemblyscript open bracket", AssemblyScript, "function score(yTrue: StaticArray<f64>, yPred: StaticArray<f64>): f64 {\n  return 1;\n\n", 2, 12, "behind the end of the source"},
		{"assemblyscript name", AssemblyScript, "export function score(yTrue: StaticArray<f64>, yPred: StaticArray<f64>): f64 {\n  return nothing;\n}\n", 2, 10, "Cannot find name 'nothing'"},
		{"assemblyscript syntax", AssemblyScript, "export function score(yTrue: StaticArray<f64>, yPred: StaticArray<f64>): f64 {\n  return 1 +;\n}\n", 2, 13, "Expression expected"},
		{"assemblyscript import", AssemblyScript, "import { x } from \"./y\";\nexport function score(yTrue: StaticArray<f64>, yPred: StaticArray<f64>): f64 { return x; }\n", 1, 1, "own library only"},
		{"wat", WAT, "(module\n  (func (result i32)\n    (i64.const 1)))\n", 3, 6, "type mismatch"},
		{"no function", Go, "func score(yTrue, yPred []float64) float64 { return 0 }\n", 1, 1, "define one of\n    func Score(yTrue, yPred []float64) float64\n"},
		{"two functions", C, "double score(const double *a, const double *b, size_t n) { return 0; }\nvoid predict(const double *x, double *out, size_t n, size_t d) {}\n", 2, 6, "predict as well as score"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			slow(t, tc.lang)
			_, err := buildTest(t, Source{Lang: tc.lang, Text: tc.text}, testOptions(t))
			var e *SourceError
			if !errors.As(err, &e) {
				t.Fatalf("%v", err)
			}
			d := e.Diagnostics[0]
			if d.Line != tc.line || d.Col != tc.col || !strings.Contains(d.Message, tc.says) {
				t.Errorf("%d:%d %s; want %d:%d with %q", d.Line, d.Col, d.Message, tc.line, tc.col, tc.says)
			}
			for _, trace := range []string{"wnb-ext-", "glue", "author", "/tmp"} {
				if strings.Contains(err.Error(), trace) {
					t.Errorf("the message shows %q:\n%v", trace, err)
				}
			}
		})
	}
}

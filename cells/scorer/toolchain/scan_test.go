package toolchain

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMask(t *testing.T) {
	for _, tc := range []struct {
		name string
		s    syntax
		in   string
		want string
	}{
		{"line comment", cSyntax, "a // b\nc", "a     \nc"},
		{"block comment", cSyntax, "a /* b\n */ c", "a     \n    c"},
		{"nested comment", rustSyntax, "/* /* */ x */ y", strings.Repeat(" ", 13) + " y"},
		{"comments of C do not nest", cSyntax, "/* /* */ x */ y", strings.Repeat(" ", 8) + " x */ y"},
		{"string", cSyntax, `f("a\"{", 'b')`, "f(" + strings.Repeat(" ", 6) + ",    )"},
		{"raw string", rustSyntax, `r#"a"b"# c r"d" e`, strings.Repeat(" ", 8) + " c      e"},
		{"lifetime", rustSyntax, `fn f<'a>(x: &'a str) { '{' }`, `fn f<'a>(x: &'a str) {     }`},
		{"template", asSyntax, "`{` + x", "    + x"},
		{"open string", cSyntax, `"abc`, "    "},
		{"open comment", cSyntax, `x /* abc`, "x       "},
		{"raw identifier", rustSyntax, `r#type x`, `r#type x`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.s.mask(tc.in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Heads are found at the top level only, and not in comments, strings or
// declarations without a body.
func TestFunctionsAreFound(t *testing.T) {
	for _, tc := range []struct {
		name string
		l    language
		text string
		want []function
	}{
		{"go", golang{}, "import \"math\"\n\ntype t struct{}\n\nfunc (t) Score(a, b []float64) float64 { return 0 }\n\n// func Score()\nfunc Score(a, b []float64) float64 { return math.Pi }\n",
			[]function{{"Score", []string{"[]float64", "[]float64"}, "float64", 8, 6}}},
		{"go without names", golang{}, "func Transform([]byte) (out []byte, err error) { return nil, nil }", []function{{"Transform", []string{"[]byte"}, "[]byte,error", 1, 6}}},
		{"rust", rust{}, "struct S;\nimpl S { fn score(&self) -> f64 { 0.0 } }\n/* fn score( */ pub fn score<'a>(y: &[f64], mut p: &[f64]) -> f64 { 0.0 }\nfn predict(x: &[&[f64]]) -> Vec<Vec<f64>> { vec![] }\n",
			[]function{{"predict", []string{"&[&[f64]]"}, "Vec<Vec<f64>>", 4, 4}}},
		{"c", clang{}, "#define score(x) (x)\ndouble score(const double *, const double *, size_t);\nstatic inline double score(double const *restrict y,\n\tconst double p[], unsigned int n)\n{ return 0; }\nstruct s { double (*score)(int); };\n",
			[]function{{"score", []string{"double*", "double*", "integer"}, "double", 3, 22}}},
		{"assemblyscript", assemblyScript{}, "class A { score(): void { function score(): void {} } }\nexport function score(yTrue: StaticArray<f64>,\n  weights: StaticArray<f64> | null): f64 { return 0; }\n",
			[]function{{"score", []string{"StaticArray<f64>", "StaticArray<f64>|null"}, "f64", 2, 17}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := tc.l.functions(tc.text, map[string]bool{"score": true, "predict": true, "Score": true, "Transform": true})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(function{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The time that scanning takes grows with the text, whatever is in it.
func TestScanningIsLinear(t *testing.T) {
	for _, piece := range []string{"double score() ", "score(", "r#\"", "'\\a", "/*", "fn score(a: x) -> y ", "function score(a: b): c ", "#include <math.h>\n", "((((", "import {"} {
		size := maxSource
		if testing.Short() {
			size /= 64
		}
		text := strings.Repeat(piece, size/len(piece))
		for _, lang := range []Lang{C, Rust, AssemblyScript} {
			src := Source{Lang: lang, Name: "x", Text: text}
			if _, err := src.pick(languageOf(lang), text); err == nil {
				t.Errorf("%s: %q makes an extension", lang, piece)
			}
		}
	}
}

func TestIncludesAreRefused(t *testing.T) {
	for _, text := range []string{
		"#include <stdio.h>", "#include \"/etc/passwd\"", "  #  include\t\"x\"", "#inc\\\nlude \"x\"", "%:include \"x\"", "??=include \"x\"",
		"#define X \"/etc/passwd\"\n#include X", "#include_next <math.h>x", "#import \"a.h\"", "#include /* */ \"x\"", "#include <../etc/passwd>",
		"#/**/include \"x\"", "/* c */ #include \"x\"", "/*\n*/#include \"x\"", "#error don't\n#include \"x\"\n//'", "__asm__(\".incbin \\\"x\\\"\");", "void f(void) { asm (\"nop\"); }",
	} {
		if err := checkIncludes(text); err == nil {
			t.Errorf("%q passes", text)
		}
	}
	if err := checkIncludes("#include <math.h>\n#include \"wnb.h\" // ours\nint include; /* no asm here */ char *s = \"asm\";\n"); err != nil {
		t.Error(err)
	}
}

// FuzzFunctions: whatever the text, the scanners end and keep every line and
// column where it is.
func FuzzFunctions(f *testing.F) {
	for _, lang := range Langs() {
		f.Add(plain[lang])
		f.Add(givesParams[lang])
		for _, form := range formsOf(lang) {
			f.Add(form.text + " {")
		}
	}
	f.Add("r#\"'/*\n'a'\\")
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range []syntax{cSyntax, rustSyntax, asSyntax} {
			masked := s.mask(text)
			if len(masked) != len(text) || strings.Count(masked, "\n") != strings.Count(text, "\n") {
				t.Errorf("%q is masked as %q", text, masked)
			}
		}
		for _, lang := range Langs() {
			src := Source{Lang: lang, Name: "x", Text: text}
			canonical, err := src.canonical()
			if err != nil {
				continue
			}
			f, err := src.pick(languageOf(lang), canonical)
			if err != nil {
				continue
			}
			if _, err := src.manifest(f, canonical); err == nil && lang != WAT && f.text == "" {
				t.Errorf("%s: a manifest, and no function", lang)
			}
		}
	})
}

func FuzzParseProject(f *testing.F) {
	f.Add([]byte("name: a\nlang: c\nsource: a.c\nkind: metric\nmetric: {input: label}\n"))
	f.Add([]byte("name: [a]\n"))
	f.Add([]byte("name: a\nx: .nan\n? {a: b} : c\n"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := ParseProject(text)
		if err == nil && p.Name == "" {
			t.Errorf("%q gives %+v", text, p)
		}
	})
}

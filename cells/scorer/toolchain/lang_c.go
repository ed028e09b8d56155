package toolchain

import (
	"context"
	"errors"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

type clang struct{}

func (clang) forms() []form {
	return []form{
		{score, "double score(const double *y_true, const double *y_pred, size_t n)"},
		{scoreWeighted, "double score(const double *y_true, const double *y_pred, const double *weights, size_t n)"},
		{scoreProba, "double score_proba(const double *y_true, const double *proba, size_t n, size_t k)"},
		{predict, "void predict(const double *x, double *out, size_t n, size_t d)"},
		{predictMany, "void predict(const double *x, double *out, size_t n, size_t d, size_t k)"},
		{transform, "const char *transform(const char *in, size_t n)"},
	}
}

// cHead is a function with its return type, in text without comments; it may
// start in the middle of a declaration such as "static inline double f(".
var cHead = regexp.MustCompile(`([A-Za-z_][\w \t\n]*[\s*]+)([A-Za-z_]\w*)\s*\(`)

func (clang) functions(text string, names map[string]bool) ([]function, error) {
	if err := checkIncludes(text); err != nil {
		return nil, err
	}
	masked := cSyntax.mask(text)
	masked = cPreprocessor.ReplaceAllStringFunc(masked, blank)
	var all []function
	for _, h := range heads(masked, cHead, 2, names) {
		f := h.function
		for _, p := range split(h.params) {
			f.params = append(f.params, cType(p, true))
		}
		f.result = cType(h.groups[1], false)
		all = append(all, f)
	}
	return all, nil
}

// cPreprocessor is a line for the preprocessor, with those that continue it.
var cPreprocessor = regexp.MustCompile(`(?m)^[ \t]*#(?:.*\\\n)*.*$`)

// cInteger are the types that sizes are given as, all of 32 bits.
var cInteger = []string{"size_t", "int", "unsigned", "unsignedint", "long", "unsignedlong", "uint32_t", "int32_t"}

// cType is a type without its qualifiers, and without the name of a parameter.
func cType(text string, named bool) string {
	text, array := strings.CutSuffix(strings.TrimSpace(text), "[]")
	stars := strings.Count(text, "*")
	words := slices.DeleteFunc(strings.Fields(strings.ReplaceAll(text, "*", " ")), func(w string) bool {
		return slices.Contains([]string{"const", "restrict", "__restrict", "static", "inline", "extern", "register"}, w)
	})
	if named && len(words) > 1 {
		words = words[:len(words)-1]
	}
	if array {
		stars++
	}
	name := strings.Join(words, "")
	if stars == 0 && slices.Contains(cInteger, name) {
		name = "integer"
	}
	return name + strings.Repeat("*", stars)
}

// cHeaders can be included; the compiler has the last of them, the others are ours.
var cHeaders = []string{"math.h", "stdlib.h", "string.h", "wnb.h", "stddef.h", "stdint.h", "stdbool.h", "float.h", "limits.h"}

var (
	cInclude = regexp.MustCompile(`(?m)^\s*(?:#|%:|\?\?=)\s*(?:include|include_next|import|embed)\b`)
	cAsm     = regexp.MustCompile(`\b(?:asm|__asm|__asm__)\b`) // whose .incbin reads files
)

// checkIncludes refuses files that extensions do not have. Comments may be in
// front of a directive and inside of it, so the text is searched with and without.
func checkIncludes(text string) error {
	joined := strings.ReplaceAll(text, "\\\n", "")
	refuse := func(at int, what string) error {
		return &SourceError{Lang: C, Diagnostics: []Diagnostic{{Line: 1 + strings.Count(joined[:at], "\n"), Col: 1, Message: what}}}
	}
	masked := cSyntax.mask(joined)
	for _, m := range append(cInclude.FindAllStringIndex(joined, -1), cInclude.FindAllStringIndex(masked, -1)...) {
		name, _, _ := strings.Cut(joined[m[1]:], "\n")
		name = strings.TrimSpace(name)
		if file := strings.Trim(strings.Fields(name + " ?")[0], `<>"`); !slices.Contains(cHeaders, file) {
			return refuse(m[1], "#include "+name+": extensions have only "+strings.Join(cHeaders, ", "))
		}
	}
	if m := cAsm.FindStringIndex(masked); m != nil {
		return refuse(m[0], joined[m[0]:m[1]]+": extensions have no assembler")
	}
	return nil
}

var clangError = regexp.MustCompile(`(?m)^(?:\./)?author\.c:(?P<line>\d+):(?P<col>\d+): (?:fatal )?error: (?P<msg>.*)$`)

// clangNote is an error in the glue behind the author's text that names a place in
// it, such as a bracket that is not closed.
var clangNote = regexp.MustCompile(`(?m)^\S+:\d+:\d+: (?:fatal )?error: (?P<msg>.*)\n(?:\./)?author\.c:(?P<line>\d+):(?P<col>\d+): note: (?P<note>.*)$`)

const installC = "install clang and lld (Debian: apt install clang lld)"

func (clang) compile(ctx context.Context, j *job) ([]byte, string, error) {
	compilers, linkers := j.opts.find("clang"), j.opts.find("wasm-ld")
	if len(compilers) == 0 {
		return nil, "", missing("clang", installC)
	}
	if len(linkers) == 0 {
		return nil, "", missing("wasm-ld", installC)
	}
	g := j.glue()
	g.Types = map[string]string{"number": "double", "integer": "long long", "string": "const char *", "boolean": "bool"}
	g.Readers = map[string]string{"number": "wnb_json_number", "integer": "wnb_json_integer", "string": "wnb_json_string", "boolean": "wnb_json_boolean"}
	if err := errors.Join(j.copyGlue("c"), j.render("glue.c", "c/glue.c.tmpl", g), j.put("author.c", []byte(j.text))); err != nil {
		return nil, "", err
	}
	read := realFolders(compilers[0], linkers[0])
	args := []string{
		compilers[0], "--target=wasm32", "-std=c11", "-O3", "-flto", "-mbulk-memory", "-msign-ext", "-mnontrapping-fptoint", "-msimd128",
		"-fno-gnu-inline-asm", "-fno-trigraphs", // what checkIncludes does not see: a name that macros put together
		"-ffreestanding", "-fno-math-errno", "-ffp-contract=off", "-nostdlibinc", "-isystem", "include",
		"-fno-color-diagnostics", "-fno-caret-diagnostics", "-ferror-limit=100",
		"-Wno-everything", "-Werror=implicit-function-declaration", "-Werror=implicit-int", "-Werror=return-type",
		"-Werror=date-time", // the same source gives the same module on every day
		"-c",
	}
	sources := []string{"glue.c", "libm.c", "string.c"}
	res, err := j.run(ctx, nil, read, nil, append(args, sources...)...)
	if err != nil {
		return nil, "", err
	}
	if res.Code != 0 {
		return nil, "", j.diagnose(res.Stderr, clangError, clangNote)
	}
	res, err = j.run(ctx, nil, read, nil, linkers[0], "--no-entry", "--strip-all", "--gc-sections", "-O3", "--lto-O3",
		"-z", "stack-size=262144", "--stack-first", "-o", "out.wasm", "glue.o", "libm.o", "string.o")
	if err != nil {
		return nil, "", err
	}
	if res.Code != 0 {
		return nil, "", j.diagnose(res.Stderr, clangError, clangNote)
	}
	version, err := j.version(ctx, read, compilers[0], "--version")
	if err != nil {
		return nil, "", err
	}
	wasm, err := j.output()
	return wasm, version, err
}

var versionNumber = regexp.MustCompile(`\d+\.\d+(\.\d+)?`)

// version asks a program for its version: "clang 14.0.6".
func (j *job) version(ctx context.Context, read []string, args ...string) (string, error) {
	res, err := j.run(ctx, nil, read, nil, args...)
	if err != nil {
		return "", err
	}
	return filepath.Base(args[0]) + " " + versionNumber.FindString(string(res.Stdout)), nil
}

// realFolders are where programs are that others link to, and what they need of
// their installation beside them.
func realFolders(programs ...string) []string {
	var all []string
	for _, p := range programs {
		if real, err := filepath.EvalSymlinks(p); err == nil {
			all = append(all, filepath.Dir(filepath.Dir(real)))
		}
	}
	return all
}

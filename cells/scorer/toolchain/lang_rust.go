package toolchain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

type rust struct{}

func (rust) forms() []form {
	return []form{
		{score, "fn score(y_true: &[f64], y_pred: &[f64]) -> f64"},
		{scoreWeighted, "fn score(y_true: &[f64], y_pred: &[f64], weights: Option<&[f64]>) -> f64"},
		{scoreProba, "fn score_proba(y_true: &[f64], proba: &[&[f64]]) -> f64"},
		{predict, "fn predict(x: &[&[f64]]) -> Vec<f64>"},
		{predictMany, "fn predict(x: &[&[f64]]) -> Vec<Vec<f64>>"},
		{transform, "fn transform(input: &[u8]) -> Result<Vec<u8>, String>"},
		{transformText, "fn transform(input: &str) -> Result<String, String>"},
	}
}

var (
	rustHead = regexp.MustCompile(`\bfn\s+([A-Za-z_]\w*)\s*\(`)
	// What reads files of the machine that compiles, or runs code there. The names of
	// macros that read files are refused everywhere: another macro could call them.
	rustForbidden = regexp.MustCompile(`\b(include|include_str|include_bytes|option_env)\b|\b(env|asm|global_asm)\s*!|#\s*!?\s*\[[^\]]*\b(path|link|proc_macro\w*)\b|\bextern\s+crate\b|\bmod\s+[\w$#]+\s*;`)
)

func (rust) functions(text string, names map[string]bool) ([]function, error) {
	masked := rustSyntax.mask(text)
	if m := rustForbidden.FindStringIndex(masked); m != nil {
		line, col := position(masked, m[0])
		return nil, &SourceError{Lang: Rust, Diagnostics: []Diagnostic{{Line: line, Col: col,
			Message: strings.Join(strings.Fields(masked[m[0]:m[1]]), " ") + ": extensions have the standard library only, and no files"}}}
	}
	var all []function
	for _, h := range heads(masked, rustHead, 1, names) {
		f := h.function
		for _, p := range split(h.params) {
			_, typ, _ := strings.Cut(p, ":")
			f.params = append(f.params, squeeze(typ))
		}
		_, result, _ := strings.Cut(h.rest, "->")
		f.result = squeeze(result)
		all = append(all, f)
	}
	return all, nil
}

const installRust = "install Rust with its target wasm32-unknown-unknown (Debian: apt install rustc libstd-rust-dev-wasm32 lld; or rustup target add wasm32-unknown-unknown)"

// rustTool is a compiler that has the library for wasm.
type rustTool struct{ program, sysroot string }

// rustTools asks the compilers of the machine for one that has the target. What
// rustup puts into the path is a program that starts the one of a toolchain, and
// needs the user's home to find it.
func rustTools(ctx context.Context, j *job) (rustTool, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		home = j.dir
	}
	found := append(j.opts.find("rustc"), filepath.Join(home, ".cargo", "bin", "rustc"))
	for _, program := range found {
		if _, err := os.Stat(program); err != nil {
			continue
		}
		res, err := j.run(ctx, []string{"HOME=" + home, "RUSTUP_AUTO_INSTALL=0"}, append(realFolders(program), filepath.Join(home, ".rustup"), filepath.Join(home, ".cargo")), nil, program, "--print", "sysroot")
		if err != nil {
			return rustTool{}, err
		}
		sysroot := strings.TrimSpace(string(res.Stdout))
		if res.Code != 0 || sysroot == "" {
			continue
		}
		libs, err := fs.Glob(os.DirFS(sysroot), "lib/rustlib/wasm32-unknown-unknown/lib/libstd-*.rlib")
		if err == nil && len(libs) > 0 {
			return rustTool{filepath.Join(sysroot, "bin", "rustc"), sysroot}, nil
		}
	}
	return rustTool{}, missing("a Rust compiler for wasm32-unknown-unknown", installRust)
}

func (rust) compile(ctx context.Context, j *job) ([]byte, string, error) {
	tool, err := rustTools(ctx, j)
	if err != nil {
		return nil, "", err
	}
	g := j.glue()
	g.Types = map[string]string{"number": "f64", "integer": "i64", "string": "String", "boolean": "bool"}
	g.Zeros = map[string]string{"number": "0.0", "integer": "0", "string": "String::new()", "boolean": "false"}
	if err := errors.Join(j.copyGlue("rust"), j.render("glue.rs", "glue.rs.tmpl", g), j.put("author.rs", []byte(j.text))); err != nil {
		return nil, "", err
	}
	args := []string{
		tool.program, "--edition=2021", "--target=wasm32-unknown-unknown", "--crate-type=cdylib", "--crate-name=extension",
		"-Copt-level=3", "-Cllvm-args=-unroll-max-count=2", "-Cpanic=abort", "-Clto=fat", "-Ccodegen-units=1", "-Cstrip=symbols", "-Ctarget-feature=+bulk-memory,+simd128,+nontrapping-fptoint,+sign-ext",
		"-Clink-arg=-zstack-size=262144", "--remap-path-prefix=" + j.dir + "=", "--remap-path-prefix=" + tool.sysroot + "=",
		"--error-format=json", "--cap-lints=allow", "-o", "out.wasm", "glue.rs",
	}
	read := []string{tool.sysroot}
	if linkers := j.opts.find("wasm-ld"); len(linkers) > 0 {
		args = append(args, "-Clinker="+linkers[0])
		read = append(read, realFolders(linkers[0])...)
	}
	// A source that finds a way to read variables gets the same ones on every machine.
	same := []string{"PATH=", "HOME=/", "TMPDIR=."}
	res, err := j.run(ctx, same, read, nil, args...)
	if err != nil {
		return nil, "", err
	}
	if res.Code != 0 {
		return nil, "", j.rustErrors(res.Stderr)
	}
	version, err := j.version(ctx, read, tool.program, "--version")
	if err != nil {
		return nil, "", err
	}
	wasm, err := j.output()
	return wasm, version, err
}

// rustErrors reads the messages of rustc, one JSON object per line.
func (j *job) rustErrors(said []byte) error {
	e := &SourceError{Lang: Rust}
	var other []string
	for _, line := range bytes.Split(said, []byte("\n")) {
		var m struct {
			Message, Level string
			Spans          []struct {
				File    string `json:"file_name"`
				Line    int    `json:"line_start"`
				Col     int    `json:"column_start"`
				Primary bool   `json:"is_primary"`
			}
			Children []struct{ Message string }
		}
		if json.Unmarshal(line, &m) != nil || m.Level != "error" || strings.HasPrefix(m.Message, "aborting due to") {
			continue
		}
		placed := false
		for _, s := range m.Spans {
			if s.Primary && s.File == "author.rs" && len(e.Diagnostics) < maxDiagnostics {
				e.Diagnostics = append(e.Diagnostics, Diagnostic{Line: s.Line, Col: s.Col, Message: m.Message})
				placed = true
				break
			}
		}
		if !placed {
			other = append(other, m.Message)
		}
	}
	if len(e.Diagnostics) > 0 {
		return e
	}
	if len(other) == 0 {
		other = []string{string(said)}
	}
	return j.diagnose([]byte(strings.Join(other, "\n")))
}

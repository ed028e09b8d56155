package toolchain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/wnb-dev/wnb/cells/scorer"
)

type golang struct{}

func (golang) forms() []form {
	return []form{
		{score, "func Score(yTrue, yPred []float64) float64"},
		{scoreWeighted, "func Score(yTrue, yPred, weights []float64) float64"},
		{scoreProba, "func ScoreProba(yTrue []float64, proba [][]float64) float64"},
		{predict, "func Predict(x [][]float64) []float64"},
		{predictMany, "func Predict(x [][]float64) [][]float64"},
		{transform, "func Transform(in []byte) ([]byte, error)"},
	}
}

// goFile is the name of the author's file, which the glue knows.
const goFile = "author.go"

// goSource is the author's text as a file of package main. Positions stay those
// of the text.
func goSource(text string) string {
	var s scanner.Scanner
	files := token.NewFileSet()
	file := files.AddFile(goFile, -1, len(text))
	s.Init(file, []byte(text), nil, 0)
	if _, tok, _ := s.Scan(); tok != token.PACKAGE {
		return "package main\n//line " + goFile + ":1:1\n" + text
	}
	pos, tok, name := s.Scan()
	if tok == token.IDENT {
		at := file.Offset(pos)
		text = text[:at] + "main" + text[at+len(name):]
	}
	return "//line " + goFile + ":1:1\n" + text
}

func (golang) functions(text string, names map[string]bool) ([]function, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, goFile, goSource(text), parser.SkipObjectResolution)
	if err != nil {
		return nil, goSyntax(err)
	}
	if err := checkImports(files, file); err != nil {
		return nil, err
	}
	var all []function
	for _, d := range file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv != nil || names != nil && !names[fn.Name.Name] {
			continue
		}
		at := files.Position(fn.Name.Pos())
		results := fieldTypes(fn.Type.Results)
		all = append(all, function{
			name: fn.Name.Name, params: fieldTypes(fn.Type.Params), result: strings.Join(results, ","), line: at.Line, col: at.Column,
		})
	}
	return all, nil
}

// fieldTypes has one type per value.
func fieldTypes(list *ast.FieldList) []string {
	var all []string
	if list == nil {
		return nil
	}
	for _, f := range list.List {
		for range max(1, len(f.Names)) {
			all = append(all, types.ExprString(f.Type))
		}
	}
	return all
}

// goSyntax gives the errors of the parser.
func goSyntax(err error) error {
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return err
	}
	e := &SourceError{Lang: Go}
	for _, one := range list[:min(len(list), maxDiagnostics)] {
		e.Diagnostics = append(e.Diagnostics, Diagnostic{Line: one.Pos.Line, Col: one.Pos.Column, Message: one.Msg})
	}
	return e
}

// checkImports refuses packages that there cannot be.
func checkImports(files *token.FileSet, file *ast.File) error {
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		first, _, _ := strings.Cut(path, "/")
		if err == nil && path != "C" && !strings.Contains(first, ".") {
			continue
		}
		at := files.Position(spec.Pos())
		return &SourceError{Lang: Go, Diagnostics: []Diagnostic{{Line: at.Line, Col: at.Column,
			Message: "import " + spec.Path.Value + ": extensions have the standard library only"}}}
	}
	return nil
}

// goError is a line such as "./author.go:3:5: undefined: x".
var goError = regexp.MustCompile(`(?m)^(?:\./)?author\.go:(?P<line>\d+):(?P<col>\d+): (?P<msg>.*(?:\n\t.*)*)$`)

// goNote is an error in the glue that names a place of the author's, such as a
// function that both declare.
var goNote = regexp.MustCompile(`(?m)^\S+\.go:\d+:\d+: (?P<msg>.*)\n\t(?:\./)?author\.go:(?P<line>\d+):(?P<col>\d+)(?:\[[^\]]*\])?: (?P<note>.*)$`)

func (golang) compile(ctx context.Context, j *job) ([]byte, string, error) {
	found := j.opts.find("go")
	if len(found) == 0 {
		return nil, "", missing("go", "install Go 1.24 or newer (https://go.dev/dl, or Debian's golang-go)")
	}
	root, cache, version, err := goEnv(ctx, j, found[0])
	if err != nil {
		return nil, "", err
	}
	g := j.glue()
	g.Types = map[string]string{"number": "float64", "integer": "int", "string": "string", "boolean": "bool"}
	overlay, err := j.noFiles(root)
	if err != nil {
		return nil, "", err
	}
	err = errors.Join(
		j.render("src/glue.go", "glue.go.tmpl", g),
		j.put("src/"+goFile, []byte(goSource(j.text))),
		j.put("src/go.mod", []byte("module extension\n\ngo 1.24\n")),
	)
	if err != nil {
		return nil, "", err
	}
	env := []string{
		"GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0", "GOROOT=" + root, "GOCACHE=" + cache, "GOTMPDIR=" + j.dir,
		"GOPATH=" + filepath.Join(j.dir, "gopath"), "GOENV=off", "GOFLAGS=-mod=mod", "GOPROXY=off", "GOSUMDB=off",
		"GOTOOLCHAIN=local", "GOWORK=off", "GOTELEMETRY=off", "GOMAXPROCS=2",
	}
	res, err := j.run(ctx, env, []string{root}, []string{cache}, filepath.Join(root, "bin", "go"),
		"build", "-C", "src", "-trimpath", "-buildvcs=false", "-buildmode=c-shared", "-ldflags=-s -w -buildid=", "-overlay="+overlay, "-o", "../out.wasm", ".")
	if err != nil {
		return nil, "", err
	}
	if res.Code != 0 {
		said := append(slices.Clone(res.Stdout), res.Stderr...)
		return nil, "", j.diagnose([]byte(strings.ReplaceAll(string(said), "src/", "")), goError, goNote)
	}
	wasm, err := j.output()
	return wasm, version, err
}

// goEnv asks the user's Go where it is, where its cache is, and which it is. The
// folder of the cache is there afterwards.
func goEnv(ctx context.Context, j *job, program string) (root, cache, version string, err error) {
	env := []string{"GOTOOLCHAIN=local", "GOENV=off", "GOTELEMETRY=off"}
	if cache = j.opts.GoCache; cache == "" {
		if cache = os.Getenv("GOCACHE"); cache == "" || cache == "off" {
			user, err := os.UserCacheDir()
			if err != nil {
				return "", "", "", err
			}
			cache = filepath.Join(user, "go-build")
		}
	}
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return "", "", "", err
	}
	real, err := filepath.EvalSymlinks(program)
	if err != nil {
		return "", "", "", err
	}
	res, err := j.run(ctx, append(env, "GOCACHE="+cache), []string{filepath.Dir(filepath.Dir(real))}, nil, real, "env", "GOROOT", "GOVERSION")
	if err != nil {
		return "", "", "", err
	}
	fields := strings.Fields(string(res.Stdout))
	if res.Code != 0 || len(fields) != 2 {
		return "", "", "", missing("go", "`go env` failed: "+strings.TrimSpace(string(res.Stderr)))
	}
	return fields[0], cache, fields[1], nil
}

var (
	goImport = regexp.MustCompile(`(?m)^//go:wasmimport (\S+) (\S+)\n(?://go:noescape\n)?(func .* (syscall\.)?Errno)$`)
	goSystem = []string{"src/syscall/*_wasip1.go", "src/internal/syscall/unix/*_wasip1.go"}
)

// noFiles makes Go's packages of system calls answer by themselves, with "bad file
// descriptor", what extensions cannot ask of the host: package fmt, for one, needs
// files, and could not be used otherwise. It gives the file that tells the compiler so.
func (j *job) noFiles(root string) (string, error) {
	var files []string
	for _, pattern := range goSystem {
		more, err := fs.Glob(os.DirFS(root), pattern) // the root is no pattern
		if err != nil {
			return "", err
		}
		files = append(files, more...)
	}
	var overlay struct{ Replace map[string]string }
	overlay.Replace = map[string]string{}
	for i, name := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		changed := goImport.ReplaceAllStringFunc(string(text), func(decl string) string {
			m := goImport.FindStringSubmatch(decl)
			if scorer.Offers(m[1], m[2]) {
				return decl
			}
			return m[3] + " { return " + m[4] + "EBADF }"
		})
		if changed == string(text) {
			continue
		}
		name = fmt.Sprintf("overlay/%d.go", i)
		if err := j.put(name, []byte(changed)); err != nil {
			return "", err
		}
		overlay.Replace[file] = filepath.Join(j.dir, filepath.FromSlash(name))
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		return "", err
	}
	return filepath.Join(j.dir, "overlay.json"), j.put("overlay.json", list)
}

package toolchain

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/wnb-dev/wnb/cells/scorer"
	"github.com/wnb-dev/wnb/cells/scorer/confine"
)

// language is what differs from one language to the next.
type language interface {
	// forms are the functions that the glue can call.
	forms() []form
	// functions finds the heads of functions at the top level of a text; those
	// with one of the names, or, for nil, all.
	functions(text string, names map[string]bool) ([]function, error)
	// compile gives the module and the version of the toolchain, such as "go1.26".
	compile(ctx context.Context, j *job) (wasm []byte, version string, err error)
}

func languageOf(lang Lang) language {
	switch lang {
	case Go:
		return golang{}
	case Rust:
		return rust{}
	case C:
		return clang{}
	case AssemblyScript:
		return assemblyScript{}
	case WAT:
		return wat{}
	}
	return nil
}

//go:embed glue
var glueFiles embed.FS

// job is one compilation, in a folder of its own.
type job struct {
	src  *Source
	text string
	form form
	man  *scorer.Manifest
	opts *Options
	dir  string

	exposed bool // a program was not kept from the network and other files
}

// param is a parameter as the glue needs it.
type param struct{ Name, Type string }

// glue is what the templates get. Types are those of the parameters in the
// language, by their type in the manifest; Zeros are values of these, and Readers
// the functions that read them from JSON.
type glue struct {
	Variant   string
	Func      string
	Params    []param
	Configure bool
	Types     map[string]string
	Zeros     map[string]string
	Readers   map[string]string
}

var mentionsClasses = regexp.MustCompile(`\bclass(es|_count)\b`)

func (j *job) glue() glue {
	g := glue{Variant: string(j.form.variant)}
	for _, name := range slices.Sorted(maps.Keys(j.man.Params)) {
		g.Params = append(g.Params, param{name, j.man.Params[name].Type})
	}
	g.Configure = len(g.Params) > 0 || mentionsClasses.MatchString(j.text)
	return g
}

// put writes a file into the folder.
func (j *job) put(name string, content []byte) error {
	file := filepath.Join(j.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o600)
}

// render writes a file out of a template.
func (j *job) render(name, from string, g glue) error {
	t, err := template.New(path.Base(from)).ParseFS(glueFiles, "glue/"+from)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, g); err != nil {
		return err
	}
	return j.put(name, out.Bytes())
}

// copyGlue writes files as they are.
func (j *job) copyGlue(folder string) error {
	return fs.WalkDir(glueFiles, "glue/"+folder, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(file, ".tmpl") {
			return err
		}
		content, err := glueFiles.ReadFile(file)
		if err != nil {
			return err
		}
		return j.put(strings.TrimPrefix(file, "glue/"+folder+"/"), content)
	})
}

// run runs a program of a toolchain in the folder. It may read what is in the
// folders of read and write what is in those of write.
func (j *job) run(ctx context.Context, env, read, write []string, args ...string) (confine.Result, error) {
	memory := j.opts.Memory
	if memory == 0 {
		memory = defaultMemory
	}
	env = append([]string{"HOME=" + j.dir, "TMPDIR=" + j.dir, "PATH=" + j.opts.path(), "LC_ALL=C", "TZ=UTC", "SOURCE_DATE_EPOCH=0"}, env...)
	res, err := confine.Run(ctx, confine.Command{
		Args: args, Env: env, Dir: j.dir, Read: append([]string{filepath.Dir(args[0])}, read...), Write: write, Memory: memory,
	})
	if err != nil {
		return res, fmt.Errorf("compiling: %w", err)
	}
	j.exposed = j.exposed || !res.Offline || !res.Fenced
	return res, nil
}

// output reads the module that the toolchain wrote.
func (j *job) output() ([]byte, error) { return os.ReadFile(filepath.Join(j.dir, "out.wasm")) }

func (o *Options) path() string {
	if o.Path != "" {
		return o.Path
	}
	return os.Getenv("PATH")
}

// find gives the paths of all programs with a name, those first that are first
// in the path.
func (o *Options) find(name string) []string {
	var all []string
	for _, dir := range filepath.SplitList(o.path()) {
		if file, err := exec.LookPath(filepath.Join(dir, name)); err == nil && filepath.IsAbs(file) {
			all = append(all, file)
		}
	}
	return all
}

// diagnose makes an error of what a compiler said, by the first pattern that finds
// something. A pattern has the groups line, col and msg, and matches what is said of
// the author's file only; a group note goes behind the message. Text that does not
// match is shown as it is, without the names of temporary files.
func (j *job) diagnose(said []byte, patterns ...*regexp.Regexp) error {
	text := strings.ReplaceAll(string(said), j.dir+string(filepath.Separator), "")
	text = strings.ReplaceAll(text, j.dir, "")
	for _, p := range patterns {
		if found := diagnostics(p, text); len(found) > 0 {
			return &SourceError{Lang: j.src.Lang, Diagnostics: found}
		}
	}
	const most = 2000
	text = strings.TrimSpace(text)
	if text == "" {
		text = "the compiler failed and said nothing"
	}
	return &SourceError{Lang: j.src.Lang, Diagnostics: []Diagnostic{{Message: text[:min(len(text), most)]}}}
}

func diagnostics(pattern *regexp.Regexp, text string) []Diagnostic {
	var all []Diagnostic
	for _, m := range pattern.FindAllStringSubmatch(text, maxDiagnostics) {
		at := func(group string) string { return m[pattern.SubexpIndex(group)] }
		line, _ := strconv.Atoi(at("line")) // digits, by the pattern
		col, _ := strconv.Atoi(at("col"))
		msg := strings.TrimSpace(at("msg"))
		if pattern.SubexpIndex("note") > 0 {
			msg += ": " + at("note")
		}
		all = append(all, Diagnostic{Line: line, Col: col, Message: msg})
	}
	return all
}

const maxDiagnostics = 20

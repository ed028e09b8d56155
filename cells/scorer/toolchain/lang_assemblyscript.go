package toolchain

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

type assemblyScript struct{}

func (assemblyScript) forms() []form {
	return []form{
		{score, "function score(yTrue: StaticArray<f64>, yPred: StaticArray<f64>): f64"},
		{scoreWeighted, "function score(yTrue: StaticArray<f64>, yPred: StaticArray<f64>, weights: StaticArray<f64> | null): f64"},
		{scoreProba, "function scoreProba(yTrue: StaticArray<f64>, proba: StaticArray<f64>, k: i32): f64"},
		{predict, "function predict(x: StaticArray<f64>, d: i32, out: StaticArray<f64>): void"},
		{transformText, "function transform(input: string): string"},
	}
}

var (
	asHead   = regexp.MustCompile(`(?:\b(export)\s+)?\bfunction\s+([A-Za-z_$][\w$]*)\s*\(`)
	asImport = regexp.MustCompile(`(?m)\b(import\s*[{*"'A-Za-z]|from\s*["'])`)
)

func (assemblyScript) functions(text string, names map[string]bool) ([]function, error) {
	masked := asSyntax.mask(text)
	if m := asImport.FindStringIndex(masked); m != nil {
		line, col := position(masked, m[0])
		return nil, &SourceError{Lang: AssemblyScript, Diagnostics: []Diagnostic{{Line: line, Col: col,
			Message: "import: extensions have AssemblyScript's own library only, which needs none"}}}
	}
	var all []function
	for _, h := range heads(masked, asHead, 2, names) {
		f := h.function
		for _, p := range split(h.params) {
			_, typ, _ := strings.Cut(p, ":")
			f.params = append(f.params, squeeze(typ))
		}
		f.result = squeeze(strings.TrimPrefix(strings.TrimSpace(h.rest), ":"))
		all = append(all, f)
	}
	return all, nil
}

// asSource is the author's text as a module: what the glue calls is exported, and
// what it offers imported, behind the text, so that its lines stay the same.
func asSource(text string, name string, g glue) string {
	exported := false
	for _, h := range heads(asSyntax.mask(text), asHead, 2, map[string]bool{name: true}) {
		exported = exported || h.groups[1] != ""
	}
	offered := []string{"wnbLog"}
	if len(g.Params) > 0 {
		offered = append(offered, "params")
	}
	if g.Configure {
		offered = append(offered, "classes")
	}
	text += "\nimport { " + strings.Join(offered, ", ") + ` } from "./wnb";` + "\n"
	if !exported {
		text += "export { " + name + " };\n"
	}
	return text
}

const installAS = "install Node.js and AssemblyScript (npm install assemblyscript, in the project or with -g)"

// NodeModules are the folders node_modules of dir and of those above it, where npm
// installs AssemblyScript for a project.
func NodeModules(dir string) []string {
	at, err := filepath.Abs(dir)
	if err != nil {
		return nil
	}
	var all []string
	for ; ; at = filepath.Dir(at) {
		all = append(all, filepath.Join(at, "node_modules"))
		if at == filepath.Dir(at) {
			return all
		}
	}
}

// asTool is where the compiler is. The names of files are without links.
type asTool struct{ node, asc, modules, version string }

func asTools(j *job) (asTool, error) {
	nodes := j.opts.find("node")
	if len(nodes) == 0 {
		return asTool{}, missing("node", installAS)
	}
	var found []string
	for _, dir := range j.opts.NodeModules {
		found = append(found, filepath.Join(dir, "assemblyscript", "bin", "asc.js"))
	}
	for _, path := range append(found, j.opts.find("asc")...) {
		asc, err := filepath.EvalSymlinks(path)
		if err != nil || filepath.Base(asc) != "asc.js" {
			continue
		}
		folder := filepath.Dir(filepath.Dir(asc))
		text, err := os.ReadFile(filepath.Join(folder, "package.json"))
		if err != nil {
			continue
		}
		var about struct{ Version string }
		if err := json.Unmarshal(text, &about); err != nil {
			return asTool{}, err
		}
		return asTool{nodes[0], asc, filepath.Dir(folder), "assemblyscript " + about.Version}, nil
	}
	return asTool{}, missing("asc", installAS)
}

// asError is such as "ERROR TS2304: Cannot find name 'x'.", then the lines around,
// then the place.
var asError = regexp.MustCompile(`ERROR (?:\w+\d+: )?(?P<msg>[^\n]*)\n(?:[^\n]*\n)*?[^\n]*in author\.ts\((?P<line>\d+),(?P<col>\d+)\)`)

func (assemblyScript) compile(ctx context.Context, j *job) ([]byte, string, error) {
	tool, err := asTools(j)
	if err != nil {
		return nil, "", err
	}
	g := j.glue()
	g.Types = map[string]string{"number": "f64", "integer": "i64", "string": "string", "boolean": "bool"}
	g.Zeros = map[string]string{"number": "0", "integer": "0", "string": `""`, "boolean": "false"}
	g.Readers = map[string]string{"number": "number", "integer": "integer", "string": "text", "boolean": "boolean"}
	g.Func = map[variant]string{scoreProba: "scoreProba", predict: "predict", transformText: "transform"}[j.form.variant]
	if g.Func == "" {
		g.Func = "score"
	}
	err = errors.Join(j.render("glue.ts", "glue.ts.tmpl", g), j.render("wnb.ts", "wnb.ts.tmpl", g), j.put("author.ts", []byte(asSource(j.text, g.Func, g))))
	if err != nil {
		return nil, "", err
	}
	// The incremental collector makes every access to an array slow, and is worth
	// it for text only. The minimal one runs when the glue calls it.
	collector := "minimal"
	if j.form.variant == transformText {
		collector = "incremental"
	}
	read := append(realFolders(tool.node), tool.modules)
	res, err := j.run(ctx, []string{"NO_COLOR=1"}, read, nil, tool.node, tool.asc, "glue.ts", "-o", "out.wasm", "-O3", "--noAssert", "--runtime", collector)
	if err != nil {
		return nil, "", err
	}
	if res.Code != 0 {
		return nil, "", j.asErrors(res.Stderr)
	}
	wasm, err := j.output()
	return wasm, tool.version, err
}

// asErrors puts the errors in the lines behind the author's text, such as that of a
// bracket that is not closed, at the end of it.
func (j *job) asErrors(said []byte) error {
	err := j.diagnose(said, asError)
	var e *SourceError
	if !errors.As(err, &e) {
		return err
	}
	lines := 1 + strings.Count(j.text, "\n")
	endLine, endCol := position(j.text, len(strings.TrimRight(j.text, " \t\n")))
	for i := range e.Diagnostics {
		if d := &e.Diagnostics[i]; d.Line > lines {
			d.Line, d.Col = endLine, endCol
			d.Message += " (behind the end of the source: is a bracket or a comment open, or a name taken?)"
			e.Diagnostics = e.Diagnostics[:i+1] // what follows comes of it
			break
		}
	}
	return e
}

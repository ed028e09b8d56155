package check

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel/infer"
	"github.com/wnb-dev/wnb/notebooks"
)

// loader checks the files that cells load, each once.
type loader struct {
	options Options
	files   map[string]*loaded
	chain   []string // the files that are being checked
}

// loaded is a file that was loaded.
type loaded struct {
	err     error // why it could not be read
	whole   bool  // it is a program, so that names are all that it gives
	names   []string
	exports map[string]infer.Value
	found   []Diagnostic
}

func newLoader(o Options) *loader { return &loader{options: o, files: map[string]*loaded{}} }

// found are the diagnostics of all files.
func (l *loader) found() []Diagnostic {
	var out []Diagnostic
	for _, name := range slices.Sorted(maps.Keys(l.files)) {
		out = append(out, l.files[name].found...)
	}
	return out
}

// exports are the values of a file; nil if they are not known.
func (l *loader) exports(ctx context.Context, name string) map[string]infer.Value {
	if l.options.Project == nil || lang.CheckLoad(name) != nil || slices.Contains(l.chain, name) {
		return nil
	}
	if f, ok := l.files[name]; ok {
		return f.exports
	}
	src, err := fs.ReadFile(l.options.Project, name)
	if err != nil {
		l.files[name] = &loaded{err: err}
		return nil
	}
	l.check(ctx, name, src)
	return l.files[name].exports
}

// check checks the text of a file as a notebook of one cell that sees neither
// params nor other cells.
func (l *loader) check(ctx context.Context, name string, src []byte) {
	l.files[name] = &loaded{}
	l.chain = append(l.chain, name)
	text := strings.TrimSuffix(lineEnds.Replace(string(src)), "\n")
	o := l.options
	o.Name = name
	c := &checker{Options: o, star: true, builtins: builtin.Pure(), byID: map[string]*cell{}, loader: l, versions: new(Checker),
		doc: &notebooks.Document{Cells: []notebooks.Cell{{ID: name, Lang: notebooks.Starlark, Source: text, Line: 1}}}}
	if c.run(ctx) {
		l.files[name].found = c.finish()
	}
	for _, one := range c.cells {
		l.files[name].whole = true
		l.files[name].exports = one.facts.Exports
		for _, d := range one.Program.Defines() {
			l.files[name].names = append(l.files[name].names, d.Name.Name)
		}
	}
	l.chain = l.chain[:len(l.chain)-1]
}

// starFile checks a file that cells load, and those that it loads.
func starFile(ctx context.Context, src []byte, o Options) []Diagnostic {
	l := newLoader(o)
	l.check(ctx, o.Name, src)
	return sorted(l.found())
}

// loads reports load statements that fail.
func (c *checker) loads() {
	if c.Project == nil {
		return
	}
	for _, one := range c.cells {
		for _, s := range one.tree.File.Stmts {
			if s, ok := s.(*syntax.LoadStmt); ok {
				c.loadStmt(one, s)
			}
		}
	}
}

func (c *checker) loadStmt(one *cell, s *syntax.LoadStmt) {
	name, _ := s.Module.Value.(string)
	if err := lang.CheckLoad(name); err != nil {
		c.add(c.node(one, s.Module, badLoad, Error, fmt.Sprintf("load(%q) cannot work", name), err.Error()))
		return
	}
	if i := slices.Index(c.loader.chain, name); i >= 0 {
		circle := append(slices.Clone(c.loader.chain[i:]), name)
		c.add(c.node(one, s.Module, circularLoad, Error, "files load each other in a circle: "+strings.Join(circle, " → "),
			"move what both need to a file of its own"))
		return
	}
	f := c.loader.files[name]
	switch {
	case f == nil: // the check was stopped
	case f.err != nil:
		c.add(c.node(one, s.Module, badLoad, Error, fmt.Sprintf("cannot read %s: %v", name, reason(f.err)), c.fileHint(name)))
	case f.whole:
		c.loadNames(one, s, name, f)
	}
}

func (c *checker) loadNames(one *cell, s *syntax.LoadStmt, name string, f *loaded) {
	for _, from := range s.From {
		if slices.Contains(f.names, from.Name) {
			continue
		}
		hint := suggested(from.Name, f.names)
		if hint == "" && len(f.names) > 0 {
			hint = "it defines " + strings.Join(f.names, ", ")
		}
		c.add(c.node(one, from, badLoad, Error, fmt.Sprintf("%s does not define `%s`", name, from.Name), hint))
	}
}

// fileHint names the file that was probably meant.
func (c *checker) fileHint(name string) string {
	const where = "the path starts at the project's folder"
	entries, err := fs.ReadDir(c.Project, path.Dir(name))
	if err != nil {
		return where
	}
	var files []string
	for _, e := range entries {
		if isStar(e.Name()) {
			files = append(files, path.Join(path.Dir(name), e.Name()))
		}
	}
	if best := lang.Suggest(name, files); best != "" {
		return fmt.Sprintf("did you mean %s? %s", best, where)
	}
	return where
}

// reason drops the operation and the path, which the message names already.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

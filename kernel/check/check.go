package check

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/infer"
	"github.com/wnb-dev/wnb/notebooks"
)

// Options are what surrounds a notebook. The zero Options check it on its own.
type Options struct {
	// Name is what diagnostics call the file.
	Name string
	// Project is the folder that load() reads from; nil leaves loads alone.
	Project fs.FS
	// Open opens a file under the path that a cell gives it, which starts at
	// the notebook's folder; nil leaves the columns of files unknown.
	Open func(path string) (io.ReadCloser, error)
}

// Notebook gives what is wrong with a document and with the files that it
// loads, in order. The document stays as it is. When ctx ends, the result is
// nil.
func Notebook(ctx context.Context, doc *notebooks.Document, o Options) []Diagnostic {
	return new(Checker).Notebook(ctx, doc, o)
}

// A Checker checks versions of a notebook one after the other, as they come
// while somebody types, and reads a cell again only when it changed. The zero
// Checker is ready. It is not safe for concurrent use.
type Checker struct {
	compiler kernel.Compiler
	trees    map[string]*lang.Tree // of the last version, by source
}

// Notebook is like the function of this name.
func (x *Checker) Notebook(ctx context.Context, doc *notebooks.Document, o Options) []Diagnostic {
	return x.check(ctx, doc, nil, o)
}

// File gives what is wrong with the text of a notebook, or of a file that cells
// load if o.Name, which is then its path in the project, ends in .star.
func File(ctx context.Context, src []byte, o Options) []Diagnostic {
	return new(Checker).File(ctx, src, o)
}

// File is like the function of this name.
func (x *Checker) File(ctx context.Context, src []byte, o Options) []Diagnostic {
	if isStar(o.Name) {
		return starFile(ctx, src, o)
	}
	doc, err := notebooks.Parse(o.Name, src)
	lines := strings.Split(lineEnds.Replace(string(src)), "\n")
	var errs notebooks.Errors
	if errors.As(err, &errs) {
		return unreadable(lines, o.Name, errs)
	}
	return x.check(ctx, doc, lines, o)
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func isStar(name string) bool { return path.Ext(name) == ".star" }

// check checks a document; lines are those of its file, nil if they are not
// known.
func (x *Checker) check(ctx context.Context, doc *notebooks.Document, lines []string, o Options) []Diagnostic {
	c := newChecker(doc, lines, o, x)
	if !c.run(ctx) {
		return nil
	}
	return sorted(append(c.finish(), c.loader.found()...))
}

// sorted orders diagnostics, those that say the same once.
func sorted(ds []Diagnostic) []Diagnostic {
	slices.SortStableFunc(ds, compare)
	return slices.CompactFunc(ds, func(a, b Diagnostic) bool { return compare(a, b) == 0 })
}

// checker checks one notebook, or one loaded file as a notebook of one cell.
type checker struct {
	Options
	star     bool // a loaded file
	doc      *notebooks.Document
	lines    []string // of the file, nil if they are not known
	noID     []bool   // of the document's cells, as they came
	builtins starlark.StringDict
	notebook *kernel.Notebook
	cells    []*cell // the code cells that are programs, in file order
	byID     map[string]*cell
	loader   *loader
	versions *Checker
	needed   map[string][]string // the cells that read a name of a cell
	found    []Diagnostic
}

// cell is a code cell with what is known about it.
type cell struct {
	*kernel.Cell
	doc   *notebooks.Cell
	tree  *lang.Tree
	facts *infer.Facts
}

func newChecker(doc *notebooks.Document, lines []string, o Options, x *Checker) *checker {
	own := *doc
	own.Cells = slices.Clone(doc.Cells)
	c := &checker{Options: o, doc: &own, lines: lines, builtins: environment(doc.Front.Params), byID: map[string]*cell{}, loader: newLoader(o), versions: x}
	for _, docCell := range doc.Cells {
		c.noID = append(c.noID, docCell.ID == "" && docCell.Lang != notebooks.Markdown)
	}
	return c
}

// environment are the names that cells see.
func environment(params []notebooks.Param) starlark.StringDict {
	env, err := builtin.Env(paramValues(params))
	if err != nil {
		return builtin.Pure() // not reached: cells can hold the values of every type of param
	}
	return env
}

// compile compiles the cells and gets their trees.
func (c *checker) compile() {
	c.notebook = c.versions.compiler.Compile(c.doc, c.builtins)
	c.parse()
	c.readers()
}

// run applies all rules. It tells whether it came to the end.
func (c *checker) run(ctx context.Context) bool {
	c.compile()
	c.kernelProblems()
	if !c.infer(ctx) {
		return false
	}
	for _, rule := range []func(){
		c.attributes, c.loads, c.names, c.values, c.params, c.impure, c.files, c.secrets, c.style, c.unreachable,
	} {
		rule()
	}
	return ctx.Err() == nil
}

// parse gets the trees of the cells that are programs.
func (c *checker) parse() {
	trees := map[string]*lang.Tree{}
	for _, k := range c.notebook.Cells {
		if k.Program == nil {
			continue
		}
		tree, known := c.versions.trees[k.Source]
		if !known {
			var err error
			if tree, err = lang.ParseTree(k.ID, k.Source); err != nil {
				continue // Compile has accepted it, so there is none
			}
		}
		trees[k.Source] = tree
		one := &cell{Cell: k, doc: &c.doc.Cells[k.Index], tree: tree, facts: &infer.Facts{}}
		c.cells = append(c.cells, one)
		c.byID[k.ID] = one
	}
	c.versions.trees = trees
}

// readers finds which cells read the names of each.
func (c *checker) readers() {
	c.needed = map[string][]string{}
	for _, k := range c.notebook.Cells {
		for _, need := range c.notebook.Graph.Needs(k.ID) {
			if need.Name != "" && !slices.Contains(c.needed[need.ID], k.ID) {
				c.needed[need.ID] = append(c.needed[need.ID], k.ID)
			}
		}
	}
}

// infer goes through the cells in dependency order, or in file order if there
// is none.
func (c *checker) infer(ctx context.Context) bool {
	env := infer.Env{
		Builtins: c.builtins, Params: paramTypes(c.doc.Front.Params), Open: c.Open,
		Owned: func(name string) bool { _, ok := c.notebook.Graph.Owner(name); return ok },
		Load:  func(path string) map[string]infer.Value { return c.loader.exports(ctx, path) },
	}
	a := infer.New(env)
	order := c.notebook.Graph.Order()
	if order == nil {
		for _, one := range c.cells {
			order = append(order, one.ID)
		}
	}
	for _, id := range order {
		if ctx.Err() != nil {
			return false
		}
		if one := c.byID[id]; one != nil {
			one.facts = a.Cell(ctx, one.tree)
		}
	}
	return true
}

// complete tells whether every cell that runs could be read, so that what is
// not found is not there.
func (c *checker) complete() bool {
	return !slices.ContainsFunc(c.notebook.Cells, func(k *kernel.Cell) bool { return k.Lang == notebooks.Starlark && k.Program == nil })
}

// mentioned tells whether a cell that is not Starlark has a word in its text.
func (c *checker) mentioned(name string) bool {
	return slices.ContainsFunc(c.notebook.Cells, func(k *kernel.Cell) bool {
		return k.Lang != notebooks.Starlark && slices.Contains(strings.FieldsFunc(k.Source, notInName), name)
	})
}

func notInName(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// finish silences what is ignored and hides secrets.
func (c *checker) finish() []Diagnostic {
	c.ignores()
	c.mask()
	return c.found
}

package kernel

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/notebooks"
)

// A Cell is a code cell of a notebook, compiled.
type Cell struct {
	ID      string
	Lang    notebooks.Lang
	Index   int // of the cell in the document
	Line    int // of the file, where the source starts
	Source  string
	Program *lang.Program // nil if the cell is not Starlark or did not compile

	After    []string
	When     string // the name that decides whether the cell runs; may be empty
	Always   bool
	NoCache  bool // its result is not kept
	Disabled bool
	Continue bool // a failure does not fail the run
	Retries  int
	Timeout  time.Duration
	Kind     string // of an extension: metric, scorer or transform; may be empty
	outName  string // what a cell of another language gives to the others
}

// A Notebook is a document that is ready to run. It is immutable.
type Notebook struct {
	Doc   *notebooks.Document
	Cells []*Cell // the code cells, in file order
	Graph *Graph
	// Inputs are the named inputs, in file order.
	Inputs []Input
	// Problems are what can be known to be wrong before anything runs, in file
	// order.
	Problems []*lang.Error

	byID     map[string]*Cell
	homes    func() *lang.Homes // where functions stand
	rules    map[*lang.Error]Rule
	compiler *Compiler // the programs of this version
}

// A Compiler compiles versions of a notebook one after the other and reads a
// cell again only when it changed. The zero Compiler is ready.
type Compiler struct{ programs map[source]compiled }

// source is what a program is made of.
type source struct{ id, text string }

type compiled struct {
	program *lang.Program
	err     *lang.Error
}

// Compile compiles the cells of a document and connects them. builtins are the
// names that cells can read without defining them. Cells without id get one.
func Compile(doc *notebooks.Document, builtins starlark.StringDict) *Notebook {
	return new(Compiler).Compile(doc, builtins)
}

// Compile is like the function of this name.
func (x *Compiler) Compile(doc *notebooks.Document, builtins starlark.StringDict) *Notebook {
	doc.AssignIDs()
	n := &Notebook{Doc: doc, byID: map[string]*Cell{}, rules: map[*lang.Error]Rule{}, compiler: &Compiler{map[source]compiled{}}}
	for i := range doc.Cells {
		if c := &doc.Cells[i]; runs(c.Lang) {
			cell := n.compile(i, c, x)
			n.Cells = append(n.Cells, cell)
			n.byID[cell.ID] = cell
		}
	}
	x.programs = n.compiler.programs // of this version only: older ones are not kept
	n.homes = sync.OnceValue(n.findHomes)
	n.Graph = NewGraph(n.nodes())
	for _, c := range n.Cells {
		n.checkNames(c, builtins)
		n.checkAfter(c)
	}
	n.findInputs()
	n.checkCycle()
	slices.SortStableFunc(n.Problems, func(a, b *lang.Error) int {
		return n.Cell(a.Cell).Index - n.Cell(b.Cell).Index
	})
	return n
}

// nodes are the cells as the graph sees them. A cell that reads a file which
// another one writes comes after that one, if both name it literally.
func (n *Notebook) nodes() []Node {
	writer := map[string]string{}
	for _, c := range n.Cells {
		for _, name := range c.paths().Writes {
			if _, taken := writer[path.Clean(name)]; !taken {
				writer[path.Clean(name)] = c.ID
			}
		}
	}
	nodes := make([]Node, len(n.Cells))
	for i, c := range n.Cells {
		nodes[i] = Node{ID: c.ID, Defines: c.defines(), Reads: c.reads(), After: c.After}
		for _, name := range c.paths().Reads {
			w, ok := writer[path.Clean(name)]
			if ok && w != c.ID && !slices.Contains(nodes[i].After, w) {
				nodes[i].After = append(slices.Clip(nodes[i].After), w)
			}
		}
	}
	return nodes
}

func (n *Notebook) findHomes() *lang.Homes {
	programs := make([]*lang.Program, len(n.Cells))
	for i, c := range n.Cells {
		programs[i] = c.Program
	}
	return lang.NewHomes(programs...)
}

// runs tells whether cells of a language are steps of the pipeline.
func runs(l notebooks.Lang) bool { return l != notebooks.Markdown && l != notebooks.Raw }

// Cell is the cell with an id, or nil.
func (n *Notebook) Cell(id string) *Cell { return n.byID[id] }

// Program is the program of a cell, or nil.
func (n *Notebook) Program(id string) *lang.Program {
	if c := n.Cell(id); c != nil {
		return c.Program
	}
	return nil
}

func (n *Notebook) problem(rule Rule, e *lang.Error) {
	n.Problems = append(n.Problems, e)
	n.rules[e] = rule
}

func (n *Notebook) compile(index int, doc *notebooks.Cell, before *Compiler) *Cell {
	c := &Cell{ID: doc.ID, Lang: doc.Lang, Index: index, Line: doc.Line, Source: doc.Source}
	if err := c.readAttrs(doc.Attrs); err != nil {
		n.problem(RuleAttribute, &lang.Error{Kind: lang.KindSyntax, Cell: c.ID, Msg: err.Error()})
	}
	if doc.Lang != notebooks.Starlark {
		return c
	}
	done := before.program(source{c.ID, doc.Source})
	n.compiler.programs[source{c.ID, doc.Source}] = done
	c.Program = done.program
	if done.err != nil {
		n.problem(RuleSyntax, done.err)
	}
	return c
}

// program compiles a cell that the last version did not have.
func (x *Compiler) program(src source) compiled {
	if c, ok := x.programs[src]; ok {
		return c
	}
	p, err := lang.Compile(src.id, src.text)
	var e *lang.Error
	if errors.As(err, &e) {
		return compiled{err: e}
	}
	return compiled{program: p}
}

func (c *Cell) readAttrs(a notebooks.Attrs) error {
	var errTimeout, errRetries, errOnError, errCache error
	c.After = a.After()
	c.When, _ = a.Get(notebooks.When)
	c.Always = a.Has(notebooks.Always)
	c.Disabled = a.Has(notebooks.Disabled)
	c.Kind, _ = a.Get(notebooks.Kind)
	c.Timeout, errTimeout = a.Timeout()
	c.Retries, errRetries = a.Retries()
	if v, ok := a.Get(notebooks.OnError); ok {
		c.Continue = v == "continue"
		if v != "continue" && v != "fail" {
			errOnError = fmt.Errorf("on_error=%s is not known: write on_error=continue, or leave it out", v)
		}
	}
	if v, ok := a.Get(notebooks.Cache); ok {
		c.NoCache = v == "off"
		if v != "off" && v != "on" {
			errCache = fmt.Errorf("cache=%s is not known: write cache=off, or leave it out", v)
		}
	}
	if out, ok := a.Get(notebooks.Out); ok && c.Lang != notebooks.Starlark {
		c.outName = out
	} else if isExtension(c.Lang) {
		c.outName = strings.ReplaceAll(c.ID, "-", "_")
	}
	return errors.Join(errTimeout, errRetries, errOnError, errCache)
}

func (c *Cell) defines() []string {
	if c.Program == nil {
		if c.outName != "" {
			return []string{c.outName}
		}
		return nil
	}
	var names []string
	for _, d := range c.Program.Defines() {
		names = append(names, d.Name.Name)
	}
	return names
}

func (c *Cell) reads() []string {
	var names []string
	if c.Program != nil {
		for _, r := range c.Program.Reads() {
			names = append(names, r.Name)
		}
	}
	if c.When != "" && !slices.Contains(names, c.When) {
		names = append(names, c.When)
	}
	return names
}

func (c *Cell) paths() lang.Paths {
	if c.Program == nil {
		return lang.Paths{}
	}
	return c.Program.Paths()
}

// checkNames finds names that nobody or somebody else defines.
func (n *Notebook) checkNames(c *Cell, builtins starlark.StringDict) {
	if c.When != "" {
		if _, ok := n.Graph.Owner(c.When); !ok && !builtins.Has(c.When) {
			n.problem(RuleWhen, &lang.Error{Kind: lang.KindName, Cell: c.ID, Msg: fmt.Sprintf("when=%s: `%s` is not defined", c.When, c.When), Hint: n.suggest(c.When, builtins)})
		}
	}
	if c.Program == nil {
		return
	}
	taken := map[string]bool{}
	for _, d := range c.Program.Defines() {
		if owner, _ := n.Graph.Owner(d.Name.Name); owner != c.ID {
			taken[d.Name.Name] = true
			n.problem(RuleOnce, n.definedTwice(c, d, owner))
		}
	}
	for _, r := range c.Program.Reads() {
		owner, ok := n.Graph.Owner(r.Name)
		switch {
		case taken[r.Name]:
		case ok && owner == c.ID:
			n.problem(RuleOrder, c.Program.ErrorAt(lang.KindName, r.Line, r.Col, fmt.Sprintf("`%s` is used before it gets a value in this cell", r.Name),
				"move the line that defines it up, or use another name"))
		case !ok && !builtins.Has(r.Name) && !starlark.Universe.Has(r.Name):
			n.problem(RuleDefined, c.Program.ErrorAt(lang.KindName, r.Line, r.Col, fmt.Sprintf("`%s` is not defined in any cell", r.Name), n.suggest(r.Name, builtins)))
		}
	}
	for _, m := range c.Program.Mutations() {
		if owner, ok := n.Graph.Owner(m.Name.Name); ok && owner != c.ID {
			n.problem(RuleFrozen, c.Program.ErrorAt(lang.KindMutation, m.Line, m.Col,
				fmt.Sprintf("%s would change `%s`, which comes from cell %s", m.How, m.Name.Name, owner),
				"values that leave a cell are frozen; build a new value here, or change it in cell "+owner))
		}
	}
}

func (n *Notebook) definedTwice(c *Cell, d lang.Definition, owner string) *lang.Error {
	name := d.Name.Name
	first := ""
	if p := n.Program(owner); p != nil {
		for _, o := range p.Defines() {
			if o.Name.Name == name {
				first = fmt.Sprintf(" (line %d)", o.Line)
			}
		}
	}
	msg := fmt.Sprintf("`%s` is already defined by cell %s%s", name, owner, first)
	hint := fmt.Sprintf("use another name, or call it `_%s` to keep it inside this cell", name)
	if d.Augmented {
		hint = fmt.Sprintf("a cell cannot change a name of another cell; give the new value a name of its own, such as %s2 = %s + ...", name, name)
	}
	return c.Program.ErrorAt(lang.KindName, d.Line, d.Col, msg, hint)
}

func (n *Notebook) checkAfter(c *Cell) {
	for _, id := range c.After {
		switch {
		case id == c.ID:
			n.problem(RuleAfter, &lang.Error{Kind: lang.KindName, Cell: c.ID, Msg: "after=" + id + " names the cell itself"})
		case n.Cell(id) == nil:
			ids := make([]string, len(n.Cells))
			for i, other := range n.Cells {
				ids[i] = other.ID
			}
			hint := "the code cells are " + strings.Join(ids, ", ")
			if s := lang.Suggest(id, ids); s != "" {
				hint = fmt.Sprintf("did you mean %s?", s)
			}
			n.problem(RuleAfter, &lang.Error{Kind: lang.KindName, Cell: c.ID, Msg: fmt.Sprintf("after=%s: there is no code cell with this id", id), Hint: hint})
		}
	}
}

func (n *Notebook) checkCycle() {
	cycle := n.Graph.Cycle()
	if cycle == nil || len(cycle) == 1 {
		return // a cell that comes after itself is reported as such
	}
	n.problem(RuleCycle, &lang.Error{
		Kind: lang.KindName, Cell: cycle[0].ID,
		Msg:  "these cells wait for each other: " + describe(cycle),
		Hint: "break the circle: move what both need to a cell of its own",
	})
}

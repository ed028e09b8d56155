package infer

import (
	"context"
	"io"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
)

// An Env is what surrounds the cells.
type Env struct {
	// Builtins are the names that cells can read without defining them.
	Builtins starlark.StringDict
	// Params are the types of the declared parameters by name; nil for a file
	// that is loaded, which has none.
	Params map[string]string
	// Owned tells whether a cell defines a name: it then hides the builtin.
	Owned func(name string) bool
	// Open opens a file under the path that a cell gives it; nil if files are
	// not to be read.
	Open func(path string) (io.ReadCloser, error)
	// Load gives the exports of a file that a cell loads; nil if they are not
	// known.
	Load func(path string) map[string]Value
}

// An Analyzer goes through the cells of a notebook.
type Analyzer struct {
	env     Env
	exports map[string]Value
	parsed  map[string]*signature // by text
	members map[string]members    // by type
}

// members are the members of a type of values.
type members struct {
	builtin.Members
	known bool
}

// membersOf are the members of the values of a type, if it is one of ours.
func (a *Analyzer) membersOf(typ string) (builtin.Members, bool) {
	m, seen := a.members[typ]
	if !seen {
		m.Members, m.known = builtin.MembersOf(typ)
		a.members[typ] = m
	}
	return m.Members, m.known
}

// New starts with no cell.
func New(env Env) *Analyzer {
	return &Analyzer{env: env, exports: map[string]Value{}, parsed: map[string]*signature{}, members: map[string]members{}}
}

// A Kind is what is wrong at a place.
type Kind int

// The kinds of problems.
const (
	NoAttribute      Kind = iota // a value does not have the attribute
	NoKeyword                    // a function does not have the parameter
	MissingArgument              // a parameter that must be given is not
	TooManyArguments             // more arguments by position than parameters
	NoColumn                     // a frame does not have the column
	NoTruth                      // a series or frame is asked for its truth
	NoParam                      // a parameter of the notebook is not declared
	Hidden                       // a builtin is meant that a cell's name hides
	Immutable                    // a frame or series would be changed
)

// A Problem is a line that fails when it runs.
type Problem struct {
	Kind       Kind
	Start, End syntax.Position
	Msg, Hint  string
	// Instead is what was clearly meant in the place of the text from Start to
	// End; may be empty.
	Instead string
	// Sure: the line does run, unless an earlier one fails.
	Sure bool
}

// A Use is a place that is about something.
type Use struct {
	Name       string
	Start, End syntax.Position
}

// A File is a literal path that a cell reads or writes at its top level.
type File struct {
	Use
	Write bool
	Sure  bool // the line does run, unless an earlier one fails
}

// Facts are what was found out about a cell.
type Facts struct {
	Problems []Problem
	Files    []File
	// Impure are the calls whose answers depend on more than the notebook.
	Impure []Use
	// Params are the parameters that the cell reads by name. With AllParams it
	// also hands params on as a whole.
	Params    []Use
	AllParams bool
	// Exports are the names that it gives to the others.
	Exports map[string]Value
}

// Cell goes through a cell. What it defines is known to the cells after it.
func (a *Analyzer) Cell(ctx context.Context, tree *lang.Tree) *Facts {
	c := &cell{ctx: ctx, analyzer: a, assigned: assignments(tree.File.Stmts), mutates: mutates(tree.File), facts: &Facts{Exports: map[string]Value{}}}
	top := &walker{cell: c, vars: vars{}, certain: always}
	c.vars = top.vars
	top.block(tree.File.Stmts)
	c.vars = top.vars
	for len(c.later) > 0 {
		fn := c.later[0]
		c.later = c.later[1:]
		c.walkBody(fn, false)
	}
	for key, v := range c.vars {
		if name, isGlobal := key.(string); isGlobal {
			c.facts.Exports[name] = v
			if _, taken := a.exports[name]; !taken {
				a.exports[name] = v
			}
		}
	}
	return c.facts
}

// cell is the state of the walk through one cell.
type cell struct {
	ctx      context.Context // of Analyzer.Cell, which the walk does not outlive
	analyzer *Analyzer
	facts    *Facts
	vars     vars           // of the top level
	assigned map[string]int // how often a global gets a value
	mutates  bool           // the cell changes lists, dicts or sets in place
	later    []*function    // bodies to go through when the top level is done
}

// global is a global of the cell as a function sees it, which may run at any
// time: known if the name gets its value once.
func (c *cell) global(name string) Value {
	if c.assigned[name] == 1 {
		return c.vars[name]
	}
	return Value{}
}

// foreign is a name that the cell does not bind.
func (c *cell) foreign(name string) Value {
	a := c.analyzer
	if v, ok := a.exports[name]; ok {
		return v
	}
	if a.env.Owned != nil && a.env.Owned(name) {
		return Value{}
	}
	if v, ok := a.env.Builtins[name]; ok {
		return builtinValue(v)
	}
	if v, ok := starlark.Universe[name]; ok {
		return universal(v)
	}
	return Value{}
}

// builtinValue is a module or a function. Of other builtins nothing is known.
func builtinValue(v starlark.Value) Value {
	if _, ok := builtin.SignatureOf(v); ok {
		return Value{Type: v.Type(), Static: v}
	}
	if m, ok := v.(starlark.HasAttrs); ok && v.Type() == "module" && len(m.AttrNames()) > 0 {
		return Value{Type: "module", Static: v}
	}
	return Value{}
}

// hides tells whether a name that cells share hides a builtin, and gives that.
func (c *cell) hides(id *syntax.Ident) (starlark.Value, bool) {
	v, ok := c.analyzer.env.Builtins[id.Name]
	b, bound := id.Binding.(*resolve.Binding)
	if !ok || !bound || isParams(v) {
		return nil, false
	}
	owned := c.analyzer.env.Owned
	return v, b.Scope == resolve.Global || b.Scope == resolve.Predeclared && owned != nil && owned(id.Name)
}

func isParams(v starlark.Value) bool { return v.Type() == "params" }

package lang

import (
	"context"
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Loading is a load statement: the file, and the names that it takes from it,
// as the file has them.
type Loading struct {
	File  string
	Names []string
}

// Loads are the load statements of the program, in source order.
func (p *Program) Loads() []Loading { return p.loads }

func (a *analysis) addLoading(n *syntax.LoadStmt) {
	l := Loading{File: n.ModuleName()}
	for _, id := range n.From {
		l.Names = append(l.Names, id.Name)
	}
	a.loads = append(a.loads, l)
}

// Paths are the files that a program names literally: those that it reads and
// those that it writes, each once, in source order.
type Paths struct{ Reads, Writes []string }

// Paths are the files that the program reads and writes, as far as their paths
// stand in the source.
func (p *Program) Paths() Paths { return p.paths }

// writers are the methods that write the file in their first argument.
var writers = map[string]bool{"to_csv": true, "to_parquet": true, "save": true}

func (a *analysis) addPath(c *syntax.CallExpr) {
	fn, ok := c.Fn.(*syntax.DotExpr)
	if !ok || len(c.Args) == 0 {
		return
	}
	path := literalPath(c.Args[0])
	if path == "" {
		return
	}
	if id, ok := fn.X.(*syntax.Ident); ok && id.Name == "io" && isForeign(id) {
		if !slices.Contains(a.paths.Reads, path) {
			a.paths.Reads = append(a.paths.Reads, path)
		}
	} else if writers[fn.Name.Name] && !slices.Contains(a.paths.Writes, path) {
		a.paths.Writes = append(a.paths.Writes, path)
	}
}

// literalPath is the text of a first argument, given by position or as path=.
func literalPath(e syntax.Expr) string {
	if b, ok := e.(*syntax.BinaryExpr); ok && b.Op == syntax.EQ {
		if id, ok := b.X.(*syntax.Ident); ok && id.Name == "path" {
			e = b.Y
		}
	}
	if l, ok := e.(*syntax.Literal); ok && l.Token == syntax.STRING {
		return l.Value.(string)
	}
	return ""
}

// Exports are what a file gives to those that load it.
func (f *Files) Exports(ctx context.Context, name string) (starlark.StringDict, error) {
	thread := &starlark.Thread{Name: name}
	thread.SetLocal(contextKey, ctx)
	return f.Load(thread, name)
}

// Homes are the places of the functions of all files that were loaded so far.
func (f *Files) Homes() *Homes {
	f.mu.Lock()
	defer f.mu.Unlock()
	names := make([]string, 0, len(f.loaded))
	for name := range f.loaded {
		names = append(names, name)
	}
	slices.Sort(names)
	programs := make([]*Program, len(names))
	for i, name := range names {
		programs[i] = f.loaded[name].program
	}
	return NewHomes(programs...)
}

// HomeOf finds the place of one function, and of those inside it, for Rebuild.
func HomeOf(fn *starlark.Function) func(code string) *Home {
	s, ok := fn.Module().Predeclared()[scopeName].(*scope)
	if !ok {
		return nil
	}
	return NewHomes(s.program).Find
}

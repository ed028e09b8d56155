package infer

import (
	"go.starlark.net/resolve"
	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/lang"
)

// targetsOf are the names that an assignment to e binds, added to ids.
func targetsOf(e syntax.Expr, ids []*syntax.Ident) []*syntax.Ident {
	switch e := e.(type) {
	case *syntax.Ident:
		return append(ids, e)
	case *syntax.ParenExpr:
		return targetsOf(e.X, ids)
	case *syntax.TupleExpr:
		for _, x := range e.List {
			ids = targetsOf(x, ids)
		}
	case *syntax.ListExpr:
		for _, x := range e.List {
			ids = targetsOf(x, ids)
		}
	}
	return ids
}

// Bound are the names that statements bind, those in functions left out.
func Bound(stmts []syntax.Stmt) []*syntax.Ident {
	var ids []*syntax.Ident
	for _, s := range stmts {
		switch s := s.(type) {
		case *syntax.AssignStmt:
			ids = targetsOf(s.LHS, ids)
		case *syntax.DefStmt:
			ids = append(ids, s.Name)
		case *syntax.LoadStmt:
			ids = append(ids, s.To...)
		case *syntax.ForStmt:
			ids = append(targetsOf(s.Vars, ids), Bound(s.Body)...)
		case *syntax.WhileStmt:
			ids = append(ids, Bound(s.Body)...)
		case *syntax.IfStmt:
			ids = append(append(ids, Bound(s.True)...), Bound(s.False)...)
		}
	}
	return ids
}

// assignments counts how often each global of a file gets a value; once in a
// loop or a branch counts as often.
func assignments(stmts []syntax.Stmt) map[string]int {
	counts := map[string]int{}
	for _, s := range stmts {
		n := 1
		switch s.(type) {
		case *syntax.ForStmt, *syntax.WhileStmt, *syntax.IfStmt:
			n = 2
		}
		for _, id := range Bound([]syntax.Stmt{s}) {
			if b, ok := id.Binding.(*resolve.Binding); ok && b.Scope == resolve.Global {
				counts[id.Name] += n
			}
		}
	}
	return counts
}

// mutates tells whether a cell may change a list, dict or set in place. If it
// does, what such values hold is not followed: another name may stand for the
// same list.
func mutates(f *syntax.File) bool {
	found := false
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.AssignStmt:
			for _, target := range flat(n.LHS) {
				switch target.(type) {
				case *syntax.IndexExpr, *syntax.DotExpr:
					found = true
				}
			}
			_, literal := n.RHS.(*syntax.Literal)
			found = found || n.Op != syntax.EQ && !literal
		case *syntax.CallExpr:
			if d, ok := n.Fn.(*syntax.DotExpr); ok && lang.Mutates(d.Name.Name) {
				found = true
			}
		}
		return !found
	})
	return found
}

// flat are the single targets of an assignment.
func flat(e syntax.Expr) []syntax.Expr {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		return flat(e.X)
	case *syntax.TupleExpr:
		var out []syntax.Expr
		for _, x := range e.List {
			out = append(out, flat(x)...)
		}
		return out
	case *syntax.ListExpr:
		var out []syntax.Expr
		for _, x := range e.List {
			out = append(out, flat(x)...)
		}
		return out
	}
	return []syntax.Expr{e}
}

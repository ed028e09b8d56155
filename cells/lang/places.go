package lang

import "go.starlark.net/syntax"

// placesOf visits the positions of one node that the compiler or our passes
// use. Parentheses have none, so that a tree and its canonical form have the
// same positions in the same order of syntax.Walk.
func placesOf(n syntax.Node, visit func(*syntax.Position)) {
	switch n := n.(type) {
	case *syntax.Ident:
		visit(&n.NamePos)
	case *syntax.Literal:
		visit(&n.TokenPos)
	case *syntax.CallExpr:
		visit(&n.Lparen)
	case *syntax.DotExpr:
		visit(&n.Dot)
	case *syntax.IndexExpr:
		visit(&n.Lbrack)
	case *syntax.SliceExpr:
		visit(&n.Lbrack)
	case *syntax.BinaryExpr:
		visit(&n.OpPos)
	case *syntax.UnaryExpr:
		visit(&n.OpPos)
	case *syntax.ListExpr:
		visit(&n.Lbrack)
	case *syntax.DictExpr:
		visit(&n.Lbrace)
	case *syntax.DictEntry:
		visit(&n.Colon)
	case *syntax.TupleExpr:
		if len(n.List) == 0 {
			visit(&n.Lparen)
		}
	case *syntax.Comprehension:
		visit(&n.Lbrack)
	case *syntax.ForClause:
		visit(&n.For)
	case *syntax.LambdaExpr:
		visit(&n.Lambda)
	case *syntax.DefStmt:
		visit(&n.Def)
	case *syntax.ForStmt:
		visit(&n.For)
	case *syntax.AssignStmt:
		visit(&n.OpPos)
	}
}

// startOf is where an expression starts, parentheses apart.
func startOf(e syntax.Expr) syntax.Position {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		return startOf(e.X)
	case *syntax.BinaryExpr:
		return startOf(e.X)
	case *syntax.CondExpr:
		return startOf(e.True)
	case *syntax.CallExpr:
		return startOf(e.Fn)
	case *syntax.DotExpr:
		return startOf(e.X)
	case *syntax.IndexExpr:
		return startOf(e.X)
	case *syntax.SliceExpr:
		return startOf(e.X)
	case *syntax.TupleExpr:
		if len(e.List) > 0 {
			return startOf(e.List[0])
		}
	}
	return syntax.Start(e)
}

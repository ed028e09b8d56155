package lang

import "go.starlark.net/syntax"

// resultName holds the value of a cell's last expression.
const resultName = reserved + "result"

// rewrite turns comparisons into calls and checks truth values, in place.
func rewrite(stmts []syntax.Stmt) {
	for _, s := range stmts {
		rewriteStmt(s)
	}
}

// keepResult makes the value of a last expression statement the cell's result.
func keepResult(stmts []syntax.Stmt) {
	if len(stmts) == 0 {
		return
	}
	last, ok := stmts[len(stmts)-1].(*syntax.ExprStmt)
	if !ok {
		return
	}
	pos := syntax.Start(last.X)
	stmts[len(stmts)-1] = &syntax.AssignStmt{OpPos: pos, Op: syntax.EQ, LHS: &syntax.Ident{NamePos: pos, Name: resultName}, RHS: last.X}
}

func rewriteStmt(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.AssignStmt:
		s.LHS, s.RHS = value(s.LHS), value(s.RHS)
	case *syntax.DefStmt:
		values(s.Params)
		rewrite(s.Body)
	case *syntax.ExprStmt:
		s.X = value(s.X)
	case *syntax.IfStmt:
		s.Cond = truth(s.Cond)
		rewrite(s.True)
		rewrite(s.False)
	case *syntax.ForStmt:
		s.X = value(s.X)
		rewrite(s.Body)
	case *syntax.WhileStmt:
		s.Cond = truth(s.Cond)
		rewrite(s.Body)
	case *syntax.ReturnStmt:
		s.Result = value(s.Result)
	}
}

func values(list []syntax.Expr) {
	for i, e := range list {
		list[i] = value(e)
	}
}

// value rewrites an expression whose value is used.
func value(e syntax.Expr) syntax.Expr {
	switch e := e.(type) {
	case nil:
		return nil
	case *syntax.BinaryExpr:
		return binary(e)
	case *syntax.UnaryExpr:
		if e.Op == syntax.NOT {
			e.X = truth(e.X)
		} else {
			e.X = value(e.X)
		}
	case *syntax.CondExpr:
		e.Cond, e.True, e.False = truth(e.Cond), value(e.True), value(e.False)
	case *syntax.ParenExpr:
		e.X = value(e.X)
	case *syntax.CallExpr:
		e.Fn = value(e.Fn)
		values(e.Args)
	case *syntax.DotExpr:
		e.X = value(e.X)
	case *syntax.IndexExpr:
		e.X, e.Y = value(e.X), value(e.Y)
	case *syntax.SliceExpr:
		e.X, e.Lo, e.Hi, e.Step = value(e.X), value(e.Lo), value(e.Hi), value(e.Step)
	case *syntax.ListExpr:
		values(e.List)
	case *syntax.TupleExpr:
		values(e.List)
	case *syntax.DictExpr:
		values(e.List)
	case *syntax.DictEntry:
		e.Key, e.Value = value(e.Key), value(e.Value)
	case *syntax.LambdaExpr:
		values(e.Params)
		e.Body = value(e.Body)
	case *syntax.Comprehension:
		comprehension(e)
	}
	return e
}

func binary(e *syntax.BinaryExpr) syntax.Expr {
	switch {
	case e.Op == syntax.AND || e.Op == syntax.OR:
		// The right side is handed on as it is; whoever asks for its truth checks it.
		e.X, e.Y = truth(e.X), value(e.Y)
		return e
	case e.Op == syntax.EQ:
		// A keyword argument or a default: the left side is a name.
		e.Y = value(e.Y)
		return e
	}
	e.X, e.Y = value(e.X), value(e.Y)
	if name, ok := comparisons[e.Op]; ok {
		return call(name, e.OpPos, e.X, e.Y)
	}
	return e
}

func comprehension(e *syntax.Comprehension) {
	e.Body = value(e.Body)
	for _, c := range e.Clauses {
		switch c := c.(type) {
		case *syntax.ForClause:
			c.X = value(c.X)
		case *syntax.IfClause:
			c.Cond = truth(c.Cond)
		}
	}
}

// truth rewrites an expression that is asked for its truth. What is always a
// bool needs no check.
func truth(e syntax.Expr) syntax.Expr {
	switch x := e.(type) {
	case *syntax.ParenExpr:
		x.X = truth(x.X)
		return x
	case *syntax.UnaryExpr:
		if x.Op == syntax.NOT {
			return value(x)
		}
	case *syntax.BinaryExpr:
		switch {
		case x.Op == syntax.AND || x.Op == syntax.OR:
			x.X, x.Y = truth(x.X), truth(x.Y)
			return x
		case x.Op == syntax.IN || x.Op == syntax.NOT_IN:
			return value(x)
		}
		if name, ok := comparisons[x.Op]; ok {
			return call("if_"+name, x.OpPos, value(x.X), value(x.Y))
		}
	case *syntax.Literal:
		return x
	}
	return call("truth", startOf(e), value(e))
}

// call is a call of a hidden builtin, standing at pos.
func call(name string, pos syntax.Position, args ...syntax.Expr) syntax.Expr {
	return &syntax.CallExpr{Fn: &syntax.Ident{NamePos: pos, Name: reserved + name}, Lparen: pos, Args: args, Rparen: pos}
}

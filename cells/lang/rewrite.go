package lang

import (
	"strings"

	"go.starlark.net/syntax"
)

// resultName holds the value of a cell's last expression.
const resultName = reserved + "result"

// rewriter is the pass over the syntax tree. It turns comparisons into calls,
// checks truth values, looks into values that are formatted, and puts some
// variables into boxes, all in place.
type rewriter struct{ boxed boxes }

// rewrite runs the pass. The error is one of resolution.
func rewrite(f *syntax.File) error {
	boxed, err := findBoxes(f)
	if err != nil {
		return err
	}
	r := rewriter{boxed}
	f.Stmts = r.stmts(f.Stmts)
	return nil
}

// keepResult makes the value of a last expression statement the cell's result.
func keepResult(stmts []syntax.Stmt) {
	if len(stmts) == 0 {
		return
	}
	if last, ok := stmts[len(stmts)-1].(*syntax.ExprStmt); ok {
		stmts[len(stmts)-1] = assign(syntax.Start(last.X), &syntax.Ident{NamePos: syntax.Start(last.X), Name: resultName}, last.X)
	}
}

func assign(pos syntax.Position, target, value syntax.Expr) *syntax.AssignStmt {
	return &syntax.AssignStmt{OpPos: pos, Op: syntax.EQ, LHS: target, RHS: value}
}

func (r rewriter) stmts(stmts []syntax.Stmt) []syntax.Stmt {
	var out []syntax.Stmt // made only if statements are added
	for i, s := range stmts {
		added := r.stmt(s)
		if added != nil && out == nil {
			out = append(make([]syntax.Stmt, 0, len(stmts)+1), stmts[:i]...)
		}
		if out != nil {
			out = append(out, s)
		}
		if added != nil {
			out = append(out, added)
		}
	}
	if out != nil {
		return out
	}
	return stmts
}

// stmt rewrites a statement and gives the one that must follow it, if any.
func (r rewriter) stmt(s syntax.Stmt) (added syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.AssignStmt:
		s.LHS, s.RHS = r.value(s.LHS), r.value(s.RHS)
	case *syntax.DefStmt:
		return r.def(s)
	case *syntax.ExprStmt:
		if !notDoc(s.X) {
			s.X = r.value(s.X)
		}
	case *syntax.IfStmt:
		s.Cond = r.truth(s.Cond)
		s.True, s.False = r.stmts(s.True), r.stmts(s.False)
	case *syntax.ForStmt:
		s.Vars, s.X = r.value(s.Vars), r.value(s.X)
		s.Body = r.stmts(s.Body)
	case *syntax.WhileStmt:
		s.Cond = r.truth(s.Cond)
		s.Body = r.stmts(s.Body)
	case *syntax.ReturnStmt:
		s.Result = r.value(s.Result)
	}
	return nil
}

func (r rewriter) def(s *syntax.DefStmt) (added syntax.Stmt) {
	r.params(s.Params)
	made := r.boxed.of(s)
	s.Body = r.stmts(s.Body)
	s.Body = r.boxed.insert(s, made)
	if v, ok := r.value(s.Name).(*syntax.DotExpr); ok {
		return assign(s.Def, v, &syntax.Ident{NamePos: s.Name.NamePos, Name: s.Name.Name})
	}
	return nil
}

// params rewrites the defaults of parameters.
func (r rewriter) params(list []syntax.Expr) {
	for _, p := range list {
		if b, ok := p.(*syntax.BinaryExpr); ok {
			b.Y = r.value(b.Y)
		}
	}
}

func (r rewriter) values(list []syntax.Expr) {
	for i, e := range list {
		list[i] = r.value(e)
	}
}

// value rewrites an expression whose value is used, or that is assigned to.
func (r rewriter) value(e syntax.Expr) syntax.Expr {
	switch e := e.(type) {
	case nil:
		return nil
	case *syntax.Ident:
		return r.boxed.use(e)
	case *syntax.BinaryExpr:
		return r.binary(e)
	case *syntax.UnaryExpr:
		if e.Op == syntax.NOT {
			e.X = r.truth(e.X)
		} else {
			e.X = r.value(e.X)
		}
	case *syntax.CondExpr:
		e.Cond, e.True, e.False = r.truth(e.Cond), r.value(e.True), r.value(e.False)
	case *syntax.ParenExpr:
		return r.value(e.X) // with parentheses, the compiler may make other code
	case *syntax.CallExpr:
		return r.call(e)
	case *syntax.DotExpr:
		e.X = r.value(e.X)
	case *syntax.IndexExpr:
		e.X, e.Y = r.value(e.X), r.value(e.Y)
	case *syntax.SliceExpr:
		e.X, e.Lo, e.Hi, e.Step = r.value(e.X), r.value(e.Lo), r.value(e.Hi), r.value(e.Step)
	case *syntax.ListExpr:
		r.values(e.List)
	case *syntax.TupleExpr:
		r.values(e.List)
	case *syntax.DictExpr:
		r.values(e.List)
	case *syntax.DictEntry:
		e.Key, e.Value = r.value(e.Key), r.value(e.Value)
	case *syntax.LambdaExpr:
		r.params(e.Params)
		e.Body = r.value(e.Body)
	case *syntax.Comprehension:
		r.comprehension(e)
	}
	return e
}

func (r rewriter) binary(e *syntax.BinaryExpr) syntax.Expr {
	switch {
	case e.Op == syntax.AND || e.Op == syntax.OR:
		// The right side is handed on as it is; whoever asks for its truth checks it.
		e.X, e.Y = r.truth(e.X), r.value(e.Y)
		return e
	case e.Op == syntax.EQ:
		// A keyword argument: the left side is a name.
		e.Y = r.value(e.Y)
		return e
	case e.Op == syntax.PERCENT && showsValues(e.X):
		return call("mod", e.OpPos, r.value(e.X), r.value(e.Y))
	}
	repeats := e.Op == syntax.STAR && (isList(e.X) || isList(e.Y))
	e.X, e.Y = r.value(e.X), r.value(e.Y)
	if repeats {
		return call("repeat", e.OpPos, e.X, e.Y)
	}
	if name, ok := comparisons[e.Op]; ok {
		return call(name, e.OpPos, e.X, e.Y)
	}
	return e
}

// isList tells a list or tuple that is written down.
func isList(e syntax.Expr) bool {
	switch e := unparen(e).(type) {
	case *syntax.ListExpr, *syntax.TupleExpr:
		return true
	case *syntax.Comprehension:
		return !e.Curly
	}
	return false
}

// showsValues tells a string literal that formats any value.
func showsValues(e syntax.Expr) bool {
	l, ok := unparen(e).(*syntax.Literal)
	if !ok || l.Token != syntax.STRING {
		return false
	}
	text := l.Value.(string)
	return strings.Contains(text, "%s") || strings.Contains(text, "%r") || strings.Contains(text, "%(")
}

// call rewrites a call. That of a method format becomes one of a builtin that
// looks at the arguments first.
func (r rewriter) call(e *syntax.CallExpr) syntax.Expr {
	e.Fn = r.value(e.Fn)
	r.values(e.Args)
	if d, ok := e.Fn.(*syntax.DotExpr); ok && d.Name.Name == "format" {
		e.Args = append([]syntax.Expr{d}, e.Args...)
		e.Fn = &syntax.Ident{NamePos: d.Dot, Name: reserved + "format"}
	}
	return e
}

func (r rewriter) comprehension(e *syntax.Comprehension) {
	e.Body = r.value(e.Body)
	for _, c := range e.Clauses {
		switch c := c.(type) {
		case *syntax.ForClause:
			c.X = r.value(c.X)
		case *syntax.IfClause:
			c.Cond = r.truth(c.Cond)
		}
	}
}

// truth rewrites an expression that is asked for its truth. What is always a
// bool needs no check.
func (r rewriter) truth(e syntax.Expr) syntax.Expr {
	switch x := e.(type) {
	case *syntax.ParenExpr:
		return r.truth(x.X)
	case *syntax.UnaryExpr:
		if x.Op == syntax.NOT {
			return r.value(x)
		}
	case *syntax.BinaryExpr:
		switch {
		case x.Op == syntax.AND || x.Op == syntax.OR:
			x.X, x.Y = r.truth(x.X), r.truth(x.Y)
			return x
		case x.Op == syntax.IN || x.Op == syntax.NOT_IN:
			return r.value(x)
		}
		if name, ok := comparisons[x.Op]; ok {
			return call("if_"+name, x.OpPos, r.value(x.X), r.value(x.Y))
		}
	case *syntax.Literal:
		return x
	}
	return call("truth", startOf(e), r.value(e))
}

// call is a call of a hidden builtin, standing at pos.
func call(name string, pos syntax.Position, args ...syntax.Expr) syntax.Expr {
	return &syntax.CallExpr{Fn: &syntax.Ident{NamePos: pos, Name: reserved + name}, Lparen: pos, Args: args, Rparen: pos}
}

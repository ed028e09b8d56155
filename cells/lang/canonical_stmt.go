package lang

import (
	"strings"

	"go.starlark.net/syntax"
)

// indentation is one level of blocks.
const indentation = "    "

func (w *printer) stmts(list []syntax.Stmt) {
	for _, s := range list {
		w.line("")
		w.stmt(s)
	}
}

// line starts a line with text.
func (w *printer) line(text string) {
	w.write(strings.Repeat(indentation, w.indent), text)
}

func (w *printer) block(body []syntax.Stmt) {
	w.write(":\n")
	w.indent++
	w.stmts(body)
	w.indent--
}

func (w *printer) stmt(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.DefStmt:
		w.def(s, w.defaultExpr)
		return
	case *syntax.IfStmt:
		w.ifElse(s)
		return
	case *syntax.ForStmt:
		w.write("for ")
		w.targets(s.Vars)
		w.write(" in ")
		w.expr(s.X, asTuple)
		w.block(s.Body)
		return
	case *syntax.WhileStmt:
		w.write("while ")
		w.expr(s.Cond, asTest)
		w.block(s.Body)
		return
	case *syntax.AssignStmt:
		w.expr(s.LHS, asTuple)
		w.write(" ", s.Op.String(), " ")
		w.expr(s.RHS, asTuple)
	case *syntax.ExprStmt:
		w.expr(s.X, asTuple)
	case *syntax.BranchStmt:
		w.write(s.Token.String())
	case *syntax.ReturnStmt:
		w.write("return")
		if s.Result != nil {
			w.write(" ")
			w.expr(s.Result, asTuple)
		}
	case *syntax.LoadStmt:
		w.load(s)
	}
	w.write("\n")
}

func (w *printer) ifElse(s *syntax.IfStmt) {
	w.write("if ")
	for {
		w.expr(s.Cond, asTest)
		w.block(s.True)
		if len(s.False) == 0 {
			return
		}
		next, ok := s.False[0].(*syntax.IfStmt)
		if !ok || len(s.False) > 1 {
			break
		}
		w.line("elif ")
		s = next
	}
	w.line("else")
	w.block(s.False)
}

func (w *printer) load(s *syntax.LoadStmt) {
	w.write("load(", syntax.Quote(s.ModuleName(), false))
	for i, to := range s.To {
		w.write(", ")
		if from := s.From[i]; from.Name != to.Name {
			w.write(to.Name, "=")
		}
		w.write(syntax.Quote(s.From[i].Name, false))
	}
	w.write(")")
}

func (w *printer) def(s *syntax.DefStmt, value func(string, syntax.Expr)) {
	w.write("def ", s.Name.Name, "(")
	w.params(s.Params, value)
	w.write(")")
	body := s.Body
	if e, ok := body[0].(*syntax.ExprStmt); ok && notDoc(e.X) {
		w.write(":\n")
		w.indent++
		w.line("(")
		w.expr(e.X, asTuple)
		w.write(")\n")
		w.stmts(body[1:])
		w.indent--
		return
	}
	w.block(body)
}

// notDoc tells a string in parentheses: at the start of a function it is no
// documentation.
func notDoc(e syntax.Expr) bool {
	_, inParens := e.(*syntax.ParenExpr)
	l, ok := unparen(e).(*syntax.Literal)
	return inParens && ok && l.Token == syntax.STRING
}

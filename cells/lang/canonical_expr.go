package lang

import (
	"math/big"
	"strconv"
	"strings"

	"go.starlark.net/syntax"
)

// expr writes e where the grammar wants at least the given strength.
func (w *printer) expr(e syntax.Expr, want strength) {
	e = unparen(e)
	if strengthOf(e) < want {
		w.write("(")
		w.bare(e, asTuple)
		w.write(")")
		return
	}
	w.bare(e, want)
}

// bare writes e without parentheses around it.
func (w *printer) bare(e syntax.Expr, want strength) {
	switch e := e.(type) {
	case *syntax.Ident:
		if w.forPeople && IsDefault(e.Name) {
			w.write("...")
			return
		}
		w.write(e.Name)
	case *syntax.Literal:
		w.literal(e)
	case *syntax.BinaryExpr:
		w.binary(e)
	case *syntax.UnaryExpr:
		w.unary(e)
	case *syntax.CondExpr:
		w.expr(e.True, 0)
		w.write(" if ")
		w.expr(e.Cond, 0)
		w.write(" else ")
		w.expr(e.False, asTest)
	case *syntax.LambdaExpr:
		w.lambda(e, want, w.defaultExpr)
	case *syntax.TupleExpr:
		w.tuple(e)
	case *syntax.ListExpr:
		w.write("[")
		w.list(e.List)
		w.write("]")
	case *syntax.DictExpr:
		w.write("{")
		w.list(e.List)
		w.write("}")
	case *syntax.DictEntry:
		w.expr(e.Key, asTest)
		w.write(": ")
		w.expr(e.Value, asTest)
	case *syntax.Comprehension:
		w.comprehension(e)
	default:
		w.suffixed(e)
	}
}

func (w *printer) suffixed(e syntax.Expr) {
	switch e := e.(type) {
	case *syntax.DotExpr:
		w.expr(e.X, asBase)
		if l, ok := unparen(e.X).(*syntax.Literal); ok && (l.Token == syntax.INT || l.Token == syntax.FLOAT) {
			w.write(" ") // 1.x would read as a number
		}
		w.write(".", e.Name.Name)
	case *syntax.CallExpr:
		if fn, ok := e.Fn.(*syntax.Ident); ok && w.forPeople && fn.Name == reserved+"f" {
			w.fstring(e.Args)
			return
		}
		w.expr(e.Fn, asBase)
		w.write("(")
		w.list(e.Args)
		w.write(")")
	case *syntax.IndexExpr:
		w.expr(e.X, asBase)
		w.write("[")
		w.expr(e.Y, asTuple)
		w.write("]")
	case *syntax.SliceExpr:
		w.slice(e)
	}
}

func (w *printer) slice(e *syntax.SliceExpr) {
	w.expr(e.X, asBase)
	w.write("[")
	if e.Lo != nil {
		w.expr(e.Lo, asTuple)
	}
	w.write(":")
	if e.Hi != nil {
		w.expr(e.Hi, asTest)
	}
	if e.Step != nil {
		w.write(":")
		w.expr(e.Step, asTest)
	}
	w.write("]")
}

// list writes elements or arguments.
func (w *printer) list(list []syntax.Expr) {
	for i, e := range list {
		if i > 0 {
			w.write(", ")
		}
		switch x := e.(type) {
		case *syntax.UnaryExpr:
			if x.Op == syntax.STAR || x.Op == syntax.STARSTAR {
				w.write(x.Op.String())
				e = x.X
			}
		case *syntax.BinaryExpr:
			if x.Op == syntax.EQ {
				w.write(x.X.(*syntax.Ident).Name, "=")
				e = x.Y
			}
		}
		w.expr(e, asTest)
	}
}

func (w *printer) tuple(e *syntax.TupleExpr) {
	switch len(e.List) {
	case 0:
		w.write("()")
	case 1:
		w.write("(")
		w.expr(e.List[0], asTest)
		w.write(",)")
	default:
		w.list(e.List)
	}
}

func (w *printer) binary(e *syntax.BinaryExpr) {
	s := strengths[e.Op]
	left := s
	if s == comparing {
		left++
	}
	w.expr(e.X, left)
	w.write(" ", e.Op.String(), " ")
	w.expr(e.Y, s+1)
}

func (w *printer) unary(e *syntax.UnaryExpr) {
	if e.Op == syntax.NOT {
		w.write("not ")
		w.expr(e.X, strengths[syntax.NOT])
		return
	}
	w.write(e.Op.String())
	w.expr(e.X, asUnary)
}

func (w *printer) comprehension(e *syntax.Comprehension) {
	open, end := "[", "]"
	if e.Curly {
		open, end = "{", "}"
	}
	w.write(open)
	w.expr(e.Body, asTest)
	for _, c := range e.Clauses {
		switch c := c.(type) {
		case *syntax.ForClause:
			w.write(" for ")
			w.targets(c.Vars)
			w.write(" in ")
			w.expr(c.X, 0)
		case *syntax.IfClause:
			w.write(" if ")
			w.expr(c.Cond, asNoCond)
		}
	}
	w.write(end)
}

// targets writes the variables of a for.
func (w *printer) targets(e syntax.Expr) {
	t, ok := unparen(e).(*syntax.TupleExpr)
	if !ok || len(t.List) < 2 {
		w.expr(e, asBase)
		return
	}
	for i, x := range t.List {
		if i > 0 {
			w.write(", ")
		}
		w.expr(x, asBase)
	}
}

func (w *printer) literal(l *syntax.Literal) {
	switch v := l.Value.(type) {
	case string:
		w.write(syntax.Quote(v, l.Token == syntax.BYTES))
	case int64:
		w.write(strconv.FormatInt(v, 10))
	case *big.Int:
		w.write(v.String())
	case float64:
		s := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		w.write(s)
	}
}

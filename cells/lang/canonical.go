package lang

import (
	"math/big"
	"strconv"
	"strings"

	"go.starlark.net/syntax"
)

// Canonical is the source in canonical form: one text for all sources that
// differ only in comments, blank space, line breaks, redundant parentheses, the
// quotes and escapes of strings, trailing commas, or the spelling of numbers.
// Sources that mean different things have different texts. F-strings appear as
// the calls that the scanner makes of them.
func (p *Program) Canonical() string { return p.canonical }

func canonical(f *syntax.File) string {
	w := &printer{}
	w.stmts(f.Stmts)
	return w.String()
}

// printer writes a syntax tree as text that parses to the same tree, but for
// parentheses.
type printer struct {
	strings.Builder
	indent int
}

// A strength is how tightly an expression binds, or how tightly a place in the
// grammar requires it to. Between them stand the ten levels of binary operators.
type strength int

const (
	asTuple  strength = -3 // a, b
	asTest   strength = -2 // a if b else c
	asNoCond strength = -1 // lambda: x
	asUnary  strength = 10 // -x
	asBase   strength = 11 // what a suffix follows: x.y, x[y], x(y)
)

var strengths = map[syntax.Token]strength{
	syntax.OR: 0, syntax.AND: 1, syntax.NOT: 2,
	syntax.EQL: comparing, syntax.NEQ: comparing, syntax.LT: comparing, syntax.GT: comparing,
	syntax.LE: comparing, syntax.GE: comparing, syntax.IN: comparing, syntax.NOT_IN: comparing,
	syntax.PIPE: 4, syntax.CIRCUMFLEX: 5, syntax.AMP: 6, syntax.LTLT: 7, syntax.GTGT: 7,
	syntax.MINUS: 8, syntax.PLUS: 8, syntax.STAR: 9, syntax.PERCENT: 9, syntax.SLASH: 9, syntax.SLASHSLASH: 9,
}

// comparing is the strength of the operators that do not associate.
const comparing strength = 3

func strengthOf(e syntax.Expr) strength {
	switch e := e.(type) {
	case *syntax.TupleExpr:
		if len(e.List) > 1 {
			return asTuple
		}
	case *syntax.CondExpr:
		return asTest
	case *syntax.LambdaExpr:
		return asNoCond
	case *syntax.BinaryExpr:
		return strengths[e.Op]
	case *syntax.UnaryExpr:
		if e.Op == syntax.NOT {
			return strengths[syntax.NOT]
		}
		return asUnary
	}
	return asBase
}

func unparen(e syntax.Expr) syntax.Expr {
	for {
		p, ok := e.(*syntax.ParenExpr)
		if !ok {
			return e
		}
		e = p.X
	}
}

func (w *printer) write(parts ...string) {
	for _, s := range parts {
		w.WriteString(s)
	}
}

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

// defaultExpr writes the default value of a parameter as it stands.
func (w *printer) defaultExpr(_ string, e syntax.Expr) { w.expr(e, asTest) }

// params writes parameters; value writes their defaults.
func (w *printer) params(params []syntax.Expr, value func(name string, e syntax.Expr)) {
	for i, p := range params {
		if i > 0 {
			w.write(", ")
		}
		switch p := p.(type) {
		case *syntax.Ident:
			w.write(p.Name)
		case *syntax.BinaryExpr:
			name := p.X.(*syntax.Ident).Name
			w.write(name, "=")
			value(name, p.Y)
		case *syntax.UnaryExpr:
			w.write(p.Op.String())
			if x, ok := p.X.(*syntax.Ident); ok && x != nil {
				w.write(x.Name)
			}
		}
	}
}

func (w *printer) lambda(e *syntax.LambdaExpr, want strength, value func(string, syntax.Expr)) {
	w.write("lambda")
	if len(e.Params) > 0 {
		w.write(" ")
		w.params(e.Params, value)
	}
	w.write(": ")
	body := asTest
	if want == asNoCond {
		body = asNoCond
	}
	w.expr(e.Body, body)
}

package lang

import (
	"strings"

	"go.starlark.net/syntax"
)

// Canonical is the source in canonical form: one text for all sources that
// differ only in comments, blank space, line breaks, redundant parentheses, the
// quotes and escapes of strings, trailing commas, or the spelling of numbers.
// Sources that mean different things have different texts. F-strings appear as
// the calls that the scanner makes of them.
func (p *Program) Canonical() string { return p.canonical }

func canonical(f *syntax.File, text string) string {
	w := &printer{}
	w.Grow(len(text)) // about right
	w.stmts(f.Stmts)
	return w.String()
}

// printer writes a syntax tree as text that parses to the same tree, but for
// parentheses.
type printer struct {
	strings.Builder
	indent    int
	forPeople bool // without hidden names
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

// strengths are those of the operators.
var strengths = [...]strength{
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

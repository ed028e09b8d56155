package infer

import (
	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/lang"
)

// eval walks an expression and gives what is known of its value.
func (w *walker) eval(e syntax.Expr) Value {
	switch e := e.(type) {
	case *syntax.Literal:
		return literal(e)
	case *syntax.Ident:
		return w.name(e)
	case *syntax.ParenExpr:
		return w.eval(e.X)
	case *syntax.UnaryExpr:
		return w.unary(e)
	case *syntax.BinaryExpr:
		return w.binary(e)
	case *syntax.CondExpr:
		return w.conditional(e)
	case *syntax.CallExpr:
		return w.call(e)
	case *syntax.DotExpr:
		return w.dot(e, false)
	case *syntax.IndexExpr:
		return w.index(e)
	case *syntax.SliceExpr:
		return w.slice(e)
	case *syntax.ListExpr:
		return w.list(e)
	case *syntax.TupleExpr:
		return w.tuple(e)
	case *syntax.DictExpr:
		return w.dict(e)
	case *syntax.Comprehension:
		return w.comprehension(e)
	case *syntax.LambdaExpr:
		return w.define("lambda", e.Params, nil, e.Body)
	}
	return Value{}
}

func literal(e *syntax.Literal) Value {
	switch v := e.Value.(type) {
	case string:
		if e.Token == syntax.BYTES {
			return constant(starlark.Bytes(v))
		}
		return constant(starlark.String(v))
	case int64:
		return constant(starlark.MakeInt64(v))
	case float64:
		return constant(starlark.Float(v))
	}
	return ofType("int") // a big one
}

func (w *walker) name(id *syntax.Ident) Value {
	b, ok := id.Binding.(*resolve.Binding)
	if !ok {
		return Value{}
	}
	switch b.Scope {
	case resolve.Global:
		if w.fn != nil {
			return w.cell.global(id.Name)
		}
		return w.vars[id.Name]
	case resolve.Local, resolve.Cell:
		return w.vars[b]
	case resolve.Predeclared:
		if p, ok := w.cell.analyzer.env.Builtins[id.Name]; ok && isParams(p) && !w.quiet {
			w.cell.facts.AllParams = true
		}
		return w.cell.foreign(id.Name)
	}
	return Value{}
}

func (w *walker) unary(e *syntax.UnaryExpr) Value {
	switch {
	case e.X == nil:
		return Value{} // the * of a def
	case e.Op == syntax.NOT:
		w.truth(e.X)
		return ofType("bool")
	}
	v := w.eval(e.X)
	if v.Is("series", "int", "float") {
		if v.Const == nil {
			return ofType(v.Type)
		}
		if x, err := starlark.Unary(e.Op, v.Const); err == nil {
			return constant(x)
		}
	}
	return Value{}
}

func (w *walker) binary(e *syntax.BinaryExpr) Value {
	switch e.Op {
	case syntax.AND, syntax.OR:
		x := w.truth(e.X)
		before := w.certain
		w.certain = max(before, w.condition(e.X))
		y := w.eval(e.Y)
		w.certain = before
		return join(x, y)
	case syntax.EQ: // a keyword argument or a default
		return w.eval(e.Y)
	}
	x, y := w.eval(e.X), w.eval(e.Y)
	switch e.Op {
	case syntax.EQL, syntax.NEQ, syntax.LT, syntax.LE, syntax.GT, syntax.GE:
		return compared(e.Op, x, y)
	case syntax.IN, syntax.NOT_IN:
		return ofType("bool")
	case syntax.PLUS:
		return w.added(x, y)
	}
	return arithmetic(x, y)
}

// compared is the value of a comparison: a series if a side is one.
func compared(op syntax.Token, x, y Value) Value {
	switch {
	case x.Is("series") || y.Is("series"):
		return ofType("series")
	case x.Type == "" || y.Type == "" || x.Is("frame") || y.Is("frame"):
		return Value{}
	case x.Const != nil && y.Const != nil:
		if b, err := starlark.Compare(op, x.Const, y.Const); err == nil {
			return constant(starlark.Bool(b))
		}
	}
	return ofType("bool")
}

// arithmetic is the value of an operation, as far as its type goes.
func arithmetic(x, y Value) Value {
	switch {
	case x.Is("series") && y.Type != "" || y.Is("series") && x.Type != "":
		return ofType("series")
	case x.Is("series") || y.Is("series"):
		return ofType("series") // with anything else it fails
	case x.Type == y.Type && x.Is("string", "list", "dict", "int"):
		return ofType(x.Type)
	case x.Is("float") && y.Is("float", "int") || x.Is("int") && y.Is("float"):
		return ofType("float")
	}
	return Value{}
}

// maxConstant bounds the length of texts and lists that are followed.
const maxConstant = 10_000

func (w *walker) added(x, y Value) Value {
	if x.Const != nil && y.Const != nil && max(starlark.Len(x.Const), 0)+max(starlark.Len(y.Const), 0) <= maxConstant {
		if sum, err := starlark.Binary(syntax.PLUS, x.Const, y.Const); err == nil {
			return constant(sum)
		}
	}
	return arithmetic(x, y)
}

func (w *walker) conditional(e *syntax.CondExpr) Value {
	w.truth(e.Cond)
	before := w.certain
	w.certain = max(before, w.condition(e.Cond))
	v := join(w.eval(e.True), w.eval(e.False))
	w.certain = before
	return v
}

// truth walks an expression whose truth is asked.
func (w *walker) truth(e syntax.Expr) Value {
	if inner, ok := e.(*syntax.ParenExpr); ok {
		return w.truth(inner.X)
	}
	if b, ok := e.(*syntax.BinaryExpr); ok && (b.Op == syntax.AND || b.Op == syntax.OR) {
		x := w.truth(b.X)
		before := w.certain
		w.certain = max(before, w.condition(b.X))
		y := w.truth(b.Y)
		w.certain = before
		return join(x, y)
	}
	v := w.eval(e)
	w.needTruth(e, v)
	return v
}

func (w *walker) needTruth(e syntax.Expr, v Value) {
	hint, none := hasNoTruth(v.Type)
	if !none {
		return
	}
	start, end := e.Span()
	w.report(Problem{Kind: NoTruth, Start: start, End: end, Msg: lang.A(v.Type) + " is neither true nor false", Hint: hint})
}

// maxCondition is the longest condition that is looked at, in nodes. Each and of
// a chain looks at all before it.
const maxCondition = 1000

// condition tells what a branch behind a condition can rely on.
func (w *walker) condition(e syntax.Expr) certainty {
	level, seen := sometimes, 0
	syntax.Walk(e, func(n syntax.Node) bool {
		if seen++; seen > maxCondition {
			level = typed // too long to tell
			return false
		}
		switch n := n.(type) {
		case *syntax.Ident:
			switch {
			case n.Binding == nil: // the name of an attribute or argument
			case !lang.IsForeign(n):
				level = max(level, guarded)
			default:
				level = max(level, askedBy(n.Name))
			}
		}
		return true
	})
	return level
}

// askedBy tells what a foreign name in a condition may ask for.
func askedBy(name string) certainty {
	switch name {
	case "params", "cfg", "True", "False", "None", "len", "int", "float", "str":
		return sometimes
	case "type", "hasattr", "getattr", "isinstance", "dir":
		return typed
	}
	return guarded
}

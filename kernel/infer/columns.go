package infer

import (
	"errors"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/frame"
)

// index is the value of x[y].
func (w *walker) index(e *syntax.IndexExpr) Value {
	x, y := w.eval(e.X), w.eval(e.Y)
	switch {
	case x.Is("frame"):
		return w.indexFrame(e, x, y)
	case x.Is("series") && y.Is("series", "list"):
		return ofType("series")
	case x.Is("string") && y.Is("int"):
		return ofType("string")
	case len(x.Elems) > 0 && y.Is("int"):
		if i, err := starlark.AsInt32(constOrNone(y)); err == nil && i >= 0 && i < len(x.Elems) {
			return x.Elems[i]
		}
	case x.Is("list", "tuple"):
		return elementOf(x)
	}
	return Value{}
}

// indexFrame is a column for a name, a frame for names or a mask.
func (w *walker) indexFrame(e *syntax.IndexExpr, x, y Value) Value {
	f, known := x.Static.(*builtin.Frame)
	switch {
	case y.Is("series"):
		return x
	case y.Is("string"):
		if name, ok := y.text(); ok && known {
			_, err := f.Frame().Column(name)
			w.noColumn(err, e.Y)
		}
		return ofType("series")
	case y.Is("list", "tuple"):
		return w.pick(e, f, y)
	}
	return Value{}
}

func (w *walker) pick(e *syntax.IndexExpr, f *builtin.Frame, y Value) Value {
	list, ok := y.Const.(starlark.Indexable)
	if !ok || f == nil {
		return ofType("frame")
	}
	var names []string
	for i := range list.Len() {
		name, ok := starlark.AsString(list.Index(i))
		if !ok {
			return ofType("frame") // a mask, of which nothing more is known
		}
		names = append(names, name)
	}
	picked, err := f.Frame().Select(names...)
	if err != nil {
		w.noColumn(err, e.Y)
		return ofType("frame")
	}
	return withColumns(builtin.NewFrame(picked))
}

// slice is the value of x[a:b]: for all that can be sliced, more of the same.
func (w *walker) slice(e *syntax.SliceExpr) Value {
	x := w.eval(e.X)
	for _, bound := range []syntax.Expr{e.Lo, e.Hi, e.Step} {
		if bound != nil {
			w.eval(bound)
		}
	}
	if x.Is("frame") {
		return x
	}
	return ofType(x.Type)
}

// noColumn reports an error if it is about a column that is not there; at is
// where the column may be named.
func (w *walker) noColumn(err error, at syntax.Expr) {
	var missing *frame.ColumnError
	if !errors.As(err, &missing) || w.certain >= guarded {
		return
	}
	msg, hint := words(err)
	start, end := at.Span()
	for _, name := range missing.Missing {
		if lit := literalIn(at, name); lit != nil {
			start, end = lit.Span()
			break
		}
	}
	w.report(Problem{Kind: NoColumn, Start: start, End: end, Msg: msg, Hint: hint})
}

// literalIn finds a text in an expression.
func literalIn(e syntax.Expr, text string) *syntax.Literal {
	var found *syntax.Literal
	syntax.Walk(e, func(n syntax.Node) bool {
		if lit, ok := n.(*syntax.Literal); ok && lit.Value == text && found == nil {
			found = lit
		}
		return found == nil
	})
	return found
}

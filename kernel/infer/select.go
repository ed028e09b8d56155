package infer

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// selection follows the one comprehension that matters for columns, a choice of
// known values: [c for c in df.columns if c not in ("a", "b")]. of is what it
// chooses from.
func (w *walker) selection(e *syntax.Comprehension, of Value) (Value, bool) {
	first, ok := e.Clauses[0].(*syntax.ForClause)
	if !ok || w.cell.mutates {
		return Value{}, false
	}
	id, ok := first.Vars.(*syntax.Ident)
	body, same := e.Body.(*syntax.Ident)
	if !ok || !same || body.Name != id.Name {
		return Value{}, false
	}
	xs, ok := of.Const.(starlark.Indexable)
	if !ok || xs.Len() > maxConstant {
		return Value{}, false
	}
	if _, isText := xs.(starlark.String); isText {
		return Value{}, false // it cannot be gone through
	}
	quietly := *w
	quietly.quiet = true
	var kept []starlark.Value
	for i := range xs.Len() {
		quietly.set(id, constant(xs.Index(i)))
		keep, known := quietly.keeps(e.Clauses[1:])
		if !known {
			return Value{}, false
		}
		if keep {
			kept = append(kept, xs.Index(i))
		}
	}
	return constant(starlark.NewList(kept)), true
}

// keeps evaluates the conditions of a comprehension.
func (w *walker) keeps(clauses []syntax.Node) (keep, known bool) {
	for _, c := range clauses {
		cond, ok := c.(*syntax.IfClause)
		if !ok {
			return false, false
		}
		if keep, known = w.holds(cond.Cond); !known || !keep {
			return keep, known
		}
	}
	return true, true
}

// holds evaluates a condition on known values.
func (w *walker) holds(e syntax.Expr) (holds, known bool) {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		return w.holds(e.X)
	case *syntax.UnaryExpr:
		if e.Op == syntax.NOT {
			holds, known = w.holds(e.X)
			return !holds, known
		}
	case *syntax.BinaryExpr:
		return w.comparisonHolds(e)
	}
	return false, false
}

func (w *walker) comparisonHolds(e *syntax.BinaryExpr) (holds, known bool) {
	switch e.Op {
	case syntax.AND, syntax.OR:
		x, knownX := w.holds(e.X)
		y, knownY := w.holds(e.Y)
		if e.Op == syntax.AND {
			return x && y, knownX && knownY
		}
		return x || y, knownX && knownY
	}
	x, y := w.eval(e.X), w.eval(e.Y)
	if x.Const == nil || y.Const == nil {
		return false, false
	}
	switch e.Op {
	case syntax.IN, syntax.NOT_IN:
		v, err := starlark.Binary(syntax.IN, x.Const, y.Const)
		return err == nil && bool(v.Truth()) == (e.Op == syntax.IN), err == nil
	case syntax.EQL, syntax.NEQ, syntax.LT, syntax.LE, syntax.GT, syntax.GE:
		b, err := starlark.Compare(e.Op, x.Const, y.Const)
		return b, err == nil
	}
	return false, false
}

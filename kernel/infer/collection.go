package infer

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

func (w *walker) list(e *syntax.ListExpr) Value {
	values := make([]starlark.Value, 0, len(e.List))
	known := !w.cell.mutates && len(e.List) <= maxConstant
	for _, x := range e.List {
		v := w.eval(x)
		if known = known && v.Const != nil; known {
			values = append(values, v.Const)
		}
	}
	if !known {
		return ofType("list")
	}
	return constant(starlark.NewList(values))
}

func (w *walker) tuple(e *syntax.TupleExpr) Value {
	v := Value{Type: "tuple"}
	var values starlark.Tuple
	for _, x := range e.List {
		element := w.eval(x)
		v.Elems = append(v.Elems, element)
		if element.Const != nil {
			values = append(values, element.Const)
		}
	}
	if len(values) == len(e.List) {
		v.Const = values
	}
	return v
}

func (w *walker) dict(e *syntax.DictExpr) Value {
	d := starlark.NewDict(len(e.List))
	known := !w.cell.mutates && len(e.List) <= maxConstant
	keys := []string{}
	for _, entry := range e.List {
		entry := entry.(*syntax.DictEntry)
		k, v := w.eval(entry.Key), w.eval(entry.Value)
		if name, isText := k.text(); isText && keys != nil {
			keys = append(keys, name)
		} else {
			keys = nil
		}
		if known = known && k.Const != nil && v.Const != nil; known {
			known = d.SetKey(k.Const, v.Const) == nil
		}
	}
	out := ofType("dict")
	if known {
		out = constant(d)
	}
	if !w.cell.mutates {
		out.keys = keys
	}
	return out
}

func (w *walker) comprehension(e *syntax.Comprehension) Value {
	before := w.certain
	var first Value
	for i, c := range e.Clauses {
		switch c := c.(type) {
		case *syntax.ForClause:
			xs := w.eval(c.X)
			if i == 0 {
				first = xs
			}
			w.bind(c.Vars, elementOf(xs))
			w.certain = max(w.certain, sometimes)
		case *syntax.IfClause:
			w.truth(c.Cond)
			w.certain = max(w.certain, w.condition(c.Cond))
		}
	}
	if entry, ok := e.Body.(*syntax.DictEntry); ok {
		w.eval(entry.Key)
		w.eval(entry.Value)
	} else {
		w.eval(e.Body)
	}
	w.certain = before
	if e.Curly {
		return ofType("dict")
	}
	if v, ok := w.selection(e, first); ok {
		return v
	}
	return ofType("list")
}

package infer

import (
	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
)

// define is the value of a def or lambda. Its body is gone through when the
// top level is done, since it may run at any time.
func (w *walker) define(name string, params []syntax.Expr, body []syntax.Stmt, value syntax.Expr) Value {
	for _, p := range params {
		if p, ok := p.(*syntax.BinaryExpr); ok {
			w.eval(p.Y)
		}
	}
	fn := &function{name: name, params: params, body: body, value: value, home: w.cell}
	if !w.quiet {
		w.cell.later = append(w.cell.later, fn)
	}
	return Value{Type: "function", fn: fn}
}

// walkBody goes through the body of a function and gives what it returns.
func (c *cell) walkBody(fn *function, quiet bool) Value {
	w := &walker{cell: c, vars: vars{}, certain: sometimes, quiet: quiet, fn: fn}
	if fn.value != nil {
		return w.eval(fn.value)
	}
	if left := w.block(fn.body); !left {
		w.returns = append(w.returns, ofType("NoneType"))
	}
	if len(w.returns) == 0 {
		return Value{} // it never returns
	}
	v := w.returns[0]
	for _, other := range w.returns[1:] {
		v = join(v, other)
	}
	return v
}

// result is what a function returns, whatever it is given; nothing is known of
// the result of one that calls itself.
func (c *cell) result(fn *function) Value {
	if fn.known || fn.busy {
		return fn.result
	}
	fn.busy = true
	fn.result = fn.home.walkBody(fn, true)
	fn.known, fn.busy = true, false
	return fn.result
}

// impureCall notes the call of a function that calls something impure.
func (w *walker) impureCall(fn *function, at syntax.Node) {
	if w.quiet || w.fn != nil {
		return
	}
	if name := w.cell.impure(fn, map[*function]bool{}); name != "" {
		w.cell.facts.Impure = append(w.cell.facts.Impure, use(fn.name+"(), which calls "+name, at))
	}
}

// impure is the first impure builtin that a function calls, also through other
// functions of cells; "" if there is none.
func (c *cell) impure(fn *function, seen map[*function]bool) string {
	if seen[fn] {
		return ""
	}
	seen[fn] = true
	found := ""
	visit := func(n syntax.Node) bool {
		if call, ok := n.(*syntax.CallExpr); ok && found == "" {
			callee, known := fn.home.callee(call.Fn)
			if sig, ok := builtin.SignatureOf(callee.Static); ok && known && isImpure(sig.Name, call) {
				found = sig.Name + "()"
			} else if callee.fn != nil {
				found = c.impure(callee.fn, seen)
			}
		}
		return found == ""
	}
	for _, s := range fn.body {
		syntax.Walk(s, visit)
	}
	if fn.value != nil {
		syntax.Walk(fn.value, visit)
	}
	return found
}

// callee is the function that a name or a member of a module stands for.
func (c *cell) callee(e syntax.Expr) (Value, bool) {
	w := &walker{cell: c, vars: vars{}, quiet: true, fn: &function{}}
	switch e := e.(type) {
	case *syntax.Ident:
		return w.eval(e), true
	case *syntax.DotExpr:
		if id, ok := e.X.(*syntax.Ident); ok && lang.IsForeign(id) {
			return w.eval(e), true
		}
	}
	return Value{}, false
}

// isImpure tells whether a call of a builtin makes its cell impure.
func isImpure(name string, call *syntax.CallExpr) bool {
	if !builtin.Impure(name) {
		return false
	}
	for _, arg := range call.Args {
		if named, ok := arg.(*syntax.BinaryExpr); ok && named.Op == syntax.EQ && name == "io.fetch" {
			if id, ok := named.X.(*syntax.Ident); ok && id.Name == "sha256" {
				return false // pinned
			}
		}
	}
	return true
}

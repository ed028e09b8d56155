package infer

import (
	"go.starlark.net/resolve"
	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/lang"
)

// certainty is how sure it is that a place is reached, and what may guard it.
type certainty int

const (
	always    certainty = iota // unless an earlier line fails
	sometimes                  // depending on params, a loop or a call
	guarded                    // behind a condition on the data, which may ask for columns
	typed                      // behind a condition that may ask for types or attributes
)

// walker goes through the statements of a cell's top level or of a function.
type walker struct {
	cell    *cell
	vars    vars
	certain certainty
	quiet   bool      // nothing is to be reported
	fn      *function // nil at the top level
	returns []Value
}

// block walks statements. It tells whether the block is always left before its
// end.
func (w *walker) block(stmts []syntax.Stmt) (left bool) {
	before := w.certain
	for _, s := range stmts {
		left = w.stmt(s) || left
	}
	w.certain = before
	return left
}

// stmt tells whether what follows is not reached.
func (w *walker) stmt(s syntax.Stmt) (left bool) {
	switch s := s.(type) {
	case *syntax.AssignStmt:
		w.assign(s)
	case *syntax.ExprStmt:
		w.eval(s.X)
		return isFail(s.X)
	case *syntax.DefStmt:
		w.set(s.Name, w.define(s.Name.Name, s.Params, s.Body, nil))
	case *syntax.IfStmt:
		return w.ifStmt(s)
	case *syntax.ForStmt:
		w.forStmt(s)
	case *syntax.WhileStmt:
		w.forget(Bound(s.Body))
		w.loop(sometimes, func() { w.truth(s.Cond); w.block(s.Body) })
		w.forget(Bound(s.Body))
	case *syntax.ReturnStmt:
		w.returnStmt(s)
		return true
	case *syntax.BranchStmt:
		return s.Token != syntax.PASS
	case *syntax.LoadStmt:
		w.load(s)
	}
	return false
}

// isFail tells whether an expression is a call of fail, which does not return.
func isFail(e syntax.Expr) bool {
	c, ok := e.(*syntax.CallExpr)
	if !ok {
		return false
	}
	id, ok := c.Fn.(*syntax.Ident)
	return ok && id.Name == "fail" && lang.IsForeign(id)
}

func (w *walker) returnStmt(s *syntax.ReturnStmt) {
	v := ofType("NoneType")
	if s.Result != nil {
		v = w.eval(s.Result)
	}
	w.returns = append(w.returns, v)
}

func (w *walker) ifStmt(s *syntax.IfStmt) (left bool) {
	w.truth(s.Cond)
	before, start := w.certain, w.vars
	w.certain = max(before, w.condition(s.Cond))
	inside := w.certain
	w.vars = joined(start, nil)
	leftTrue := w.block(s.True)
	whenTrue := w.vars
	w.vars = joined(start, nil)
	leftFalse := w.block(s.False)
	switch {
	case leftTrue && !leftFalse:
	case leftFalse && !leftTrue:
		w.vars = whenTrue
	default:
		w.vars = joined(whenTrue, w.vars)
	}
	w.certain = before
	if leftTrue || leftFalse {
		w.certain = inside // what follows is as good as a branch
	}
	return leftTrue && leftFalse
}

func (w *walker) forStmt(s *syntax.ForStmt) {
	xs := w.eval(s.X)
	w.forget(Bound(s.Body))
	w.loop(sometimes, func() {
		w.bind(s.Vars, elementOf(xs))
		w.block(s.Body)
	})
	w.forget(Bound(s.Body))
	w.forget(targetsOf(s.Vars, nil))
}

func (w *walker) loop(level certainty, body func()) {
	before := w.certain
	w.certain = max(before, level)
	body()
	w.certain = before
}

func (w *walker) load(s *syntax.LoadStmt) {
	var exports map[string]Value
	if path, ok := s.Module.Value.(string); ok && w.cell.analyzer.env.Load != nil {
		exports = w.cell.analyzer.env.Load(path)
	}
	for i, to := range s.To {
		w.set(to, exports[s.From[i].Name])
	}
}

func (w *walker) assign(s *syntax.AssignStmt) {
	v := w.eval(s.RHS)
	if s.Op == syntax.EQ {
		w.bind(s.LHS, v)
		return
	}
	old := w.eval(s.LHS)
	if id, ok := s.LHS.(*syntax.Ident); ok {
		w.set(id, arithmetic(old, v))
	}
}

// bind gives the targets of an assignment their values.
func (w *walker) bind(target syntax.Expr, v Value) {
	switch target := target.(type) {
	case *syntax.Ident:
		w.set(target, v)
	case *syntax.ParenExpr:
		w.bind(target.X, v)
	case *syntax.TupleExpr:
		w.unpack(target.List, v)
	case *syntax.ListExpr:
		w.unpack(target.List, v)
	case *syntax.IndexExpr:
		w.unchanged(target.X, target)
		w.eval(target.Y)
	case *syntax.DotExpr:
		w.unchanged(target.X, target)
	}
}

func (w *walker) unpack(targets []syntax.Expr, v Value) {
	for i, t := range targets {
		element := elementOf(v)
		if len(v.Elems) == len(targets) {
			element = v.Elems[i]
		}
		w.bind(t, element)
	}
}

// unchanged reports an assignment to a part of a value that never changes.
func (w *walker) unchanged(of syntax.Expr, target syntax.Expr) {
	v := w.eval(of)
	if v.Is("frame", "series") {
		msg, hint := refusesChange(v, target)
		start, end := target.Span()
		w.report(Problem{Kind: Immutable, Start: start, End: end, Msg: msg, Hint: hint})
	}
}

// set gives a name a value.
func (w *walker) set(id *syntax.Ident, v Value) {
	if k := key(id); k != nil {
		w.vars[k] = v
	}
}

// key is what a name's variable is known by; nil for a name of elsewhere.
func key(id *syntax.Ident) any {
	b, ok := id.Binding.(*resolve.Binding)
	switch {
	case !ok:
		return nil
	case b.Scope == resolve.Global:
		return id.Name
	case b.Scope == resolve.Local || b.Scope == resolve.Cell:
		return b
	}
	return nil
}

// forget makes names unknown.
func (w *walker) forget(ids []*syntax.Ident) {
	for _, id := range ids {
		w.set(id, Value{})
	}
}

// report adds a problem of a line that fails if it runs.
func (w *walker) report(p Problem) {
	p.Sure = w.certain == always
	w.doubt(p)
}

// doubt adds a problem of a line that probably fails.
func (w *walker) doubt(p Problem) {
	if !w.quiet {
		w.cell.facts.Problems = append(w.cell.facts.Problems, p)
	}
}

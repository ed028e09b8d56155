package lang

import (
	"slices"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// inputModule is the module whose functions declare named inputs.
const inputModule = "ui"

// inputFunctions are its functions, and where each takes the name.
var inputFunctions = map[string]int{
	"slider": 0, "choice": 0, "number": 0, "text": 0, "checkbox": 0, "button": 0,
	"table": 1, "plot": 1,
}

// An InputCall is a call that declares a named input, as ui.slider("depth", 1, 10)
// does.
type InputCall struct {
	Kind string // the function: "slider"
	// Name is the literal name, or for a table or plot without one the name that
	// the call is assigned to at the top level of the cell; "" if it is not known
	// before the cell runs.
	Name      string
	Line, Col int
	Args      []InputArg
	paren     place
}

// An InputArg is an argument of an InputCall.
type InputArg struct {
	Name  string         // "" if it is given by position
	Value starlark.Value // nil if it is not a literal
}

// Inputs are the calls that declare named inputs, in source order.
func (p *Program) Inputs() []InputCall { return p.inputs }

// InputAt is the name of the input whose call is at a position, as a call frame
// gives it; "" if there is none.
func (p *Program) InputAt(pos syntax.Position) string {
	i := slices.IndexFunc(p.inputs, func(c InputCall) bool { return c.paren == placeOf(pos) })
	if i < 0 {
		return ""
	}
	return p.inputs[i].Name
}

// nameInput notes which name of the cell a call is assigned to.
func (a *analysis) nameInput(n *syntax.AssignStmt) {
	target, isName := n.LHS.(*syntax.Ident)
	call, isCall := unparen(n.RHS).(*syntax.CallExpr)
	if !isName || !isCall || n.Op != syntax.EQ || target.Name == resultName {
		return
	}
	if b, ok := target.Binding.(*resolve.Binding); ok && b.Scope == resolve.Global {
		a.assigned = placeOf(call.Lparen)
		a.target = target.Name
	}
}

// addInput notes a call if it declares an input.
func (a *analysis) addInput(c *syntax.CallExpr, named func(string, syntax.Position) Name) {
	fn, ok := c.Fn.(*syntax.DotExpr)
	if !ok {
		return
	}
	id, ok := fn.X.(*syntax.Ident)
	if !ok || id.Name != inputModule || !isForeign(id) {
		return
	}
	at, ok := inputFunctions[fn.Name.Name]
	if !ok {
		return
	}
	start, _ := c.Span()
	here := named("", start)
	in := InputCall{Kind: fn.Name.Name, Line: here.Line, Col: here.Col, Args: inputArgs(c), paren: placeOf(c.Lparen)}
	name, given := in.arg("name", at)
	text, isText := name.(starlark.String)
	switch {
	case isText:
		in.Name = string(text)
	case !given && at > 0 && a.assigned == in.paren:
		in.Name = a.target
	}
	a.inputs = append(a.inputs, in)
}

// arg is an argument by its name or its place; given is false if there is none.
func (c *InputCall) arg(name string, at int) (v starlark.Value, given bool) {
	for i, a := range c.Args {
		if a.Name == name || a.Name == "" && i == at {
			return a.Value, true
		}
	}
	return nil, false
}

func inputArgs(c *syntax.CallExpr) []InputArg {
	args := make([]InputArg, len(c.Args))
	for i, e := range c.Args {
		if b, ok := e.(*syntax.BinaryExpr); ok && b.Op == syntax.EQ {
			args[i].Name, e = b.X.(*syntax.Ident).Name, b.Y
		}
		args[i].Value = literalValue(e)
	}
	return args
}

// literalValue is the value of an expression that is a literal; nil for others.
func literalValue(e syntax.Expr) starlark.Value {
	switch e := unparen(e).(type) {
	case *syntax.Literal:
		return literalOrNil(e)
	case *syntax.Ident:
		if v := starlark.Universe[e.Name]; v == starlark.None || v == starlark.True || v == starlark.False {
			return v
		}
	case *syntax.UnaryExpr:
		if x := literalValue(e.X); x != nil && e.Op == syntax.MINUS {
			if v, err := starlark.Unary(syntax.MINUS, x); err == nil {
				return v
			}
		}
	case *syntax.ListExpr:
		values := make([]starlark.Value, len(e.List))
		for i, x := range e.List {
			if values[i] = literalValue(x); values[i] == nil {
				return nil
			}
		}
		return starlark.NewList(values)
	}
	return nil
}

func literalOrNil(l *syntax.Literal) starlark.Value {
	switch v := l.Value.(type) {
	case string:
		return starlark.String(v)
	case int64:
		return starlark.MakeInt64(v)
	case float64:
		return starlark.Float(v)
	}
	return nil
}

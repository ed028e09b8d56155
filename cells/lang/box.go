package lang

import (
	"fmt"
	"slices"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A box holds a variable of a function that inner functions capture.
//
// The interpreter freezes a function by freezing what it captures, and does not
// note where it has been: a function that captures itself, as one that calls
// itself inside another function does, would never be done, and end the process.
// A box notes it. Variables stand in boxes only where this may happen.
type box struct {
	name   string
	value  starlark.Value // nil before the first assignment
	frozen bool
}

func (b *box) String() string        { return b.name }
func (b *box) Type() string          { return "variable" }
func (b *box) Truth() starlark.Bool  { return true }
func (b *box) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: %s", b.Type()) }
func (b *box) AttrNames() []string   { return []string{b.name} }

func (b *box) Freeze() {
	if b.frozen {
		return
	}
	b.frozen = true
	if b.value != nil {
		b.value.Freeze()
	}
}

func (b *box) Attr(string) (starlark.Value, error) {
	if b.value == nil {
		return nil, fmt.Errorf("local variable %s referenced before assignment", b.name)
	}
	return b.value, nil
}

// SetField gives the variable a value. As in the interpreter, freezing a
// function freezes the values of its variables, not the variables.
func (b *box) SetField(_ string, v starlark.Value) error {
	b.value = v
	return nil
}

// boxPrefix starts the name of the variable that holds a box.
const boxPrefix = reserved + "box_"

// makeBox is the hidden builtin that makes a box, for a name and perhaps its
// first value.
func makeBox(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	b := &box{name: string(args[0].(starlark.String))}
	if len(args) > 1 {
		b.value = args[1]
	}
	return b, nil
}

// boxes are the variables that need one, by where they are bound first.
type boxes map[*syntax.Ident]bool

// findBoxes finds the captured variables that may be bound when a function that
// captures them is there already.
func findBoxes(f *syntax.File) (boxes, error) {
	if !nests(f) {
		return nil, nil
	}
	if err := resolve.File(f, anyName, starlark.Universe.Has); err != nil {
		return nil, err
	}
	b := boxes{}
	syntax.Walk(f, func(n syntax.Node) bool {
		if d, ok := n.(*syntax.DefStmt); ok {
			w := boxing{boxes: b, captured: map[*syntax.Ident]bool{}}
			w.stmts(d.Body)
		}
		return true
	})
	return b, nil
}

// nests tells whether a function is made inside a def.
func nests(f *syntax.File) bool {
	found := false
	inner := func(n syntax.Node) bool {
		switch n.(type) {
		case *syntax.DefStmt, *syntax.LambdaExpr:
			found = true
		}
		return !found
	}
	syntax.Walk(f, func(n syntax.Node) bool {
		d, ok := n.(*syntax.DefStmt)
		if !ok {
			return !found
		}
		for _, s := range d.Body {
			syntax.Walk(s, inner)
		}
		return false
	})
	return found
}

// boxing goes through the statements of one function in their order.
type boxing struct {
	boxes
	captured map[*syntax.Ident]bool // by the functions made so far
}

func (b *boxing) stmts(stmts []syntax.Stmt) {
	for _, s := range stmts {
		b.stmt(s)
	}
}

func (b *boxing) stmt(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.AssignStmt:
		b.capture(s)
		b.bind(s.LHS)
	case *syntax.DefStmt:
		b.capture(s)
		b.bind(s.Name)
	case *syntax.IfStmt:
		b.capture(s.Cond)
		b.stmts(s.True)
		b.stmts(s.False)
	case *syntax.ForStmt:
		b.capture(s) // a function of one round is there in the next
		b.bind(s.Vars)
		b.stmts(s.Body)
	case *syntax.WhileStmt:
		b.capture(s)
		b.stmts(s.Body)
	default:
		b.capture(s)
	}
}

// capture notes what the functions in a node capture.
func (b *boxing) capture(n syntax.Node) {
	syntax.Walk(n, func(n syntax.Node) bool {
		if n == nil {
			return true
		}
		l := literalOf(n)
		if l == nil {
			return true
		}
		for _, v := range l.resolved.FreeVars { // also those of the functions in it
			b.captured[v.First] = true
		}
		for _, p := range l.head { // defaults belong to the outer function
			b.capture(p)
		}
		return false
	})
}

func (b *boxing) bind(target syntax.Expr) {
	forEachTarget(target, func(e syntax.Expr) {
		if id, ok := e.(*syntax.Ident); ok {
			if v := id.Binding.(*resolve.Binding); b.captured[v.First] {
				b.boxes[v.First] = true
			}
		}
	})
}

// use is what stands for a variable: its name, or what its box holds.
func (b boxes) use(id *syntax.Ident) syntax.Expr {
	if b == nil {
		return id
	}
	if v, ok := id.Binding.(*resolve.Binding); !ok || !b[v.First] {
		return id
	}
	return &syntax.DotExpr{X: boxIdent(id), Dot: id.NamePos, NamePos: id.NamePos, Name: &syntax.Ident{NamePos: id.NamePos, Name: id.Name}}
}

func boxIdent(id *syntax.Ident) *syntax.Ident {
	return &syntax.Ident{NamePos: id.NamePos, Name: boxPrefix + id.Name}
}

// of makes the statements that make the boxes of a function's variables.
func (b boxes) of(d *syntax.DefStmt) []syntax.Stmt {
	if len(b) == 0 {
		return nil
	}
	var made []syntax.Stmt
	fn := d.Function.(*resolve.Function)
	for i, v := range fn.Locals {
		if !b[v.First] {
			continue
		}
		args := []syntax.Expr{&syntax.Literal{Token: syntax.STRING, TokenPos: d.Def, Value: v.First.Name}}
		if i < paramsOf(fn) {
			args = append(args, &syntax.Ident{NamePos: d.Def, Name: v.First.Name})
		}
		made = append(made, assign(d.Def, &syntax.Ident{NamePos: d.Def, Name: boxPrefix + v.First.Name}, call("box", d.Def, args...)))
	}
	return made
}

// paramsOf counts the variables that are parameters; they come first.
func paramsOf(fn *resolve.Function) int {
	n := len(fn.Params)
	if fn.NumKwonlyParams > 0 && !fn.HasVarargs {
		n-- // the bare star
	}
	return n
}

// insert puts statements at the start of a function, behind its documentation.
func (b boxes) insert(d *syntax.DefStmt, made []syntax.Stmt) []syntax.Stmt {
	if len(made) == 0 {
		return d.Body
	}
	i := 0
	if e, ok := d.Body[0].(*syntax.ExprStmt); ok {
		if _, ok := e.X.(*syntax.Literal); ok {
			i = 1
		}
	}
	return slices.Insert(d.Body, i, made...)
}

// unboxed is a captured variable as its author sees it.
func unboxed(name string, v starlark.Value) (string, starlark.Value) {
	if b, ok := v.(*box); ok {
		return b.name, b.value
	}
	return name, v
}

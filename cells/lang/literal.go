package lang

import (
	"maps"
	"slices"
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/syntax"
)

// A literal is a node that makes a function: a def or a lambda.
type literal struct {
	name       string
	pos        *syntax.Position
	params     []syntax.Expr
	head, body []syntax.Node
	resolved   *resolve.Function // nil before names are resolved
	node       syntax.Node
}

func literalOf(n syntax.Node) *literal {
	switch n := n.(type) {
	case *syntax.DefStmt:
		l := &literal{name: n.Name.Name, pos: &n.Def, params: n.Params, head: []syntax.Node{n.Name}, node: n}
		for _, s := range n.Body {
			l.body = append(l.body, s)
		}
		return l.with(n.Function)
	case *syntax.LambdaExpr:
		l := &literal{name: lambdaName, pos: &n.Lambda, params: n.Params, body: []syntax.Node{n.Body}, node: n}
		return l.with(n.Function)
	}
	return nil
}

func (l *literal) with(resolved any) *literal {
	l.resolved, _ = resolved.(*resolve.Function)
	for _, p := range l.params {
		l.head = append(l.head, p)
	}
	return l
}

// defaultPrefix starts the hidden names of defaults.
const defaultPrefix = reserved + "default_"

// defaultName is the hidden name that stands for the default of a parameter.
func defaultName(param string) string { return defaultPrefix + param }

// IsDefault tells whether a name in FunctionForm.Captured stands for the default
// of a parameter, which Rebuild needs at once.
func IsDefault(name string) bool { return strings.HasPrefix(name, defaultPrefix) }

// code writes the function with hidden names for its defaults.
func (l *literal) code() string {
	w := &printer{}
	value := func(param string, _ syntax.Expr) { w.write(defaultName(param)) }
	switch n := l.node.(type) {
	case *syntax.DefStmt:
		w.def(n, value)
	case *syntax.LambdaExpr:
		w.lambda(n, asTest, value)
	}
	return w.String()
}

// uses are the names that the body takes from outside of the function.
func (l *literal) uses() []*use {
	outer := map[*syntax.Ident]bool{}
	for _, b := range l.resolved.FreeVars {
		outer[b.First] = true
	}
	uses := map[string]*use{}
	for _, n := range l.body {
		eachUse(n, func(id *syntax.Ident, attr string) {
			b, ok := id.Binding.(*resolve.Binding)
			if !ok || strings.HasPrefix(id.Name, reserved) {
				return
			}
			if b.Scope == resolve.Global || b.Scope == resolve.Predeclared || b.Scope == resolve.Free && outer[b.First] {
				noteUse(uses, id, attr)
			}
		})
	}
	return slices.SortedFunc(maps.Values(uses), func(a, b *use) int { return strings.Compare(a.name, b.name) })
}

// Captured says in messages what a name of FunctionForm.Captured stands for.
func Captured(name string) string {
	if param, ok := strings.CutPrefix(name, defaultPrefix); ok {
		return "the default of `" + param + "`"
	}
	return "`" + strings.TrimPrefix(name, ownPrefix) + "`"
}

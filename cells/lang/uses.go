package lang

import (
	"slices"

	"go.starlark.net/resolve"
	"go.starlark.net/syntax"
)

// A use is a name from outside, and how it is used.
type use struct {
	name  string
	scope resolve.Scope // Free: of an enclosing function; Global: of the file; Predeclared: of elsewhere
	attrs []string      // name.attr, sorted, each once
	whole bool          // used in another way as well
}

func (u *use) note(attr string) {
	if attr == "" {
		u.whole = true
	} else if i, found := slices.BinarySearch(u.attrs, attr); !found {
		u.attrs = slices.Insert(u.attrs, i, attr)
	}
}

// AttrsOf are the attributes of a name from outside that the program reads, as
// in params.seed, sorted. If whole is true, the name is also used in another
// way, which may read any attribute.
func (p *Program) AttrsOf(name string) (attrs []string, whole bool) {
	u := p.uses[name]
	if u == nil {
		return nil, false
	}
	return slices.Clone(u.attrs), u.whole
}

func noteUse(uses map[string]*use, id *syntax.Ident, attr string) {
	u := uses[id.Name]
	if u == nil {
		u = &use{name: id.Name, scope: id.Binding.(*resolve.Binding).Scope}
		uses[id.Name] = u
	}
	u.note(attr)
}

// eachUse visits the names in a node, and the attribute that is taken of each
// at once, if one is.
func eachUse(n syntax.Node, visit func(id *syntax.Ident, attr string)) {
	syntax.Walk(n, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.DotExpr:
			if id, ok := unparen(n.X).(*syntax.Ident); ok {
				visit(id, n.Name.Name)
				return false
			}
		case *syntax.Ident:
			visit(n, "")
		}
		return true
	})
}

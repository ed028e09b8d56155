package lang

import (
	"maps"
	"slices"
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// An outline is what has to be known of a program to describe the functions
// that it makes: where each def and lambda stands, its code, and the names that
// it uses. It is made from the text when it is asked for first.
type outline struct {
	functions []*function // in source order, an outer one before those inside it
	byPlace   map[place]*function
	byCode    map[string]*function
	places    []place // of all nodes, in the order in which eachPlace goes
	uses      map[string]*use
}

// A place is a position in the scanned text.
type place struct{ line, col int32 }

func placeOf(p syntax.Position) place { return place{p.Line, p.Col} }

// A function is a def or a lambda of a program.
type function struct {
	name      string
	code      string // canonical, with hidden names for the defaults
	place     place
	body, end int    // its body's part of outline.places
	uses      []*use // what it takes from outside, sorted by name
}

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
	u := p.outline().uses[name]
	if u == nil {
		return nil, false
	}
	return slices.Clone(u.attrs), u.whole
}

// FunctionCodes are the codes of all functions of the program, as Inspect gives
// them, in source order.
func (p *Program) FunctionCodes() []string {
	var codes []string
	for _, f := range p.outline().functions {
		codes = append(codes, f.code)
	}
	return codes
}

func (p *Program) outline() *outline {
	p.outlineOnce.Do(func() {
		f := p.parse()
		o := &outline{byPlace: map[place]*function{}, byCode: map[string]*function{}, uses: map[string]*use{}}
		if err := resolve.File(f, anyName, starlark.Universe.Has); err != nil {
			panic(p.ID + " resolved before, and does not now: " + err.Error())
		}
		for _, s := range f.Stmts {
			o.add(s)
		}
		eachUse(f, func(id *syntax.Ident, attr string) {
			if isForeign(id) {
				noteUse(o.uses, id, attr)
			}
		})
		p.outlined = o
	})
	return p.outlined
}

func noteUse(uses map[string]*use, id *syntax.Ident, attr string) {
	u := uses[id.Name]
	if u == nil {
		u = &use{name: id.Name, scope: id.Binding.(*resolve.Binding).Scope}
		uses[id.Name] = u
	}
	u.note(attr)
}

// add notes the places and functions of a node.
func (o *outline) add(n syntax.Node) {
	syntax.Walk(n, func(n syntax.Node) bool {
		if n == nil {
			return true
		}
		placesOf(n, func(p *syntax.Position) { o.places = append(o.places, placeOf(*p)) })
		if l := literalOf(n); l != nil {
			o.function(l)
			return false
		}
		return true
	})
}

func (o *outline) function(l *literal) {
	f := &function{name: l.name, code: l.code(), place: placeOf(*l.pos)}
	o.functions = append(o.functions, f)
	o.byPlace[f.place] = f
	if o.byCode[f.code] == nil {
		o.byCode[f.code] = f
	}
	for _, n := range l.head {
		o.add(n)
	}
	f.body = len(o.places)
	for _, n := range l.body {
		o.add(n)
	}
	f.end = len(o.places)
	f.uses = l.uses()
}

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

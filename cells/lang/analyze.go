package lang

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/syntax"
)

// A Name is a name in a cell's source and where it first stands.
type Name struct {
	Name      string
	Line, Col int
}

// A Definition is a name that a cell gives to the others.
type Definition struct {
	Name
	// Augmented: the cell only ever changes the name (x += 1), so somebody
	// else must have defined it.
	Augmented bool
}

// A Mutation is a place where a cell would change a value that it did not make.
type Mutation struct {
	Name
	How string // such as "x[...] = ..." or "x.append(...)"
}

// analysis is what resolution finds in a cell.
type analysis struct {
	defines   []Definition
	reads     []Name
	mutations []Mutation
	locals    []string
	uses      map[string]*use // how the reads are used
	makes     []string        // the names of its functions, each once; a lambda's is "lambda"
	loads     []Loading
	paths     Paths
	inputs    []InputCall

	assigned place  // of the last call that was assigned to a name of the cell
	target   string // that name
}

// bindings collects how the top level of a file binds its names.
type bindings struct {
	plain map[string]bool // by assignment, def or load
	loops map[string]bool // as the target of a for
	first map[string]syntax.Position
	added map[string]bool // by augmented assignment
}

func topLevel(stmts []syntax.Stmt) bindings {
	b := bindings{plain: map[string]bool{}, loops: map[string]bool{}, first: map[string]syntax.Position{}, added: map[string]bool{}}
	b.collect(stmts)
	return b
}

func (b *bindings) collect(stmts []syntax.Stmt) {
	for _, s := range stmts {
		switch s := s.(type) {
		case *syntax.AssignStmt:
			set := b.plain
			if s.Op != syntax.EQ {
				set = b.added
			}
			b.targets(s.LHS, set)
		case *syntax.DefStmt:
			b.bind(s.Name, b.plain)
		case *syntax.LoadStmt:
			for _, id := range s.To {
				b.bind(id, b.plain)
			}
		case *syntax.ForStmt:
			b.targets(s.Vars, b.loops)
			b.collect(s.Body)
		case *syntax.WhileStmt:
			b.collect(s.Body)
		case *syntax.IfStmt:
			b.collect(s.True)
			b.collect(s.False)
		}
	}
}

func (b *bindings) bind(id *syntax.Ident, set map[string]bool) {
	set[id.Name] = true
	if _, ok := b.first[id.Name]; !ok {
		b.first[id.Name] = id.NamePos
	}
}

func (b *bindings) targets(e syntax.Expr, set map[string]bool) {
	switch e := e.(type) {
	case *syntax.Ident:
		b.bind(e, set)
	case *syntax.ParenExpr:
		b.targets(e.X, set)
	case *syntax.TupleExpr:
		for _, x := range e.List {
			b.targets(x, set)
		}
	case *syntax.ListExpr:
		for _, x := range e.List {
			b.targets(x, set)
		}
	}
}

// exported tells whether other cells see a top-level name.
func (b *bindings) exported(name string) bool {
	return !strings.HasPrefix(name, "_") && (b.plain[name] || !b.loops[name])
}

// analyze reads a resolved file. b is of the file before the passes.
func analyze(f *syntax.File, b bindings, pos func(syntax.Position) (int, int)) analysis {
	a := analysis{uses: map[string]*use{}}
	named := func(name string, p syntax.Position) Name {
		line, col := pos(p)
		return Name{name, line, col}
	}
	for name, p := range b.first {
		if b.exported(name) {
			augmented := b.added[name] && !b.plain[name]
			a.defines = append(a.defines, Definition{named(name, p), augmented})
		} else {
			a.locals = append(a.locals, name)
		}
	}
	syntax.Walk(f, func(n syntax.Node) bool { return a.visit(n, named) })
	sort.Slice(a.defines, func(i, j int) bool { return before(a.defines[i].Name, a.defines[j].Name) })
	sort.Strings(a.locals)
	sort.Slice(a.reads, func(i, j int) bool { return before(a.reads[i], a.reads[j]) })
	return a
}

// visit notes what a node says and tells whether its parts say more.
func (a *analysis) visit(n syntax.Node, named func(string, syntax.Position) Name) bool {
	read := func(id *syntax.Ident, attr string) {
		if isForeign(id) {
			if a.uses[id.Name] == nil {
				a.reads = append(a.reads, named(id.Name, id.NamePos))
			}
			noteUse(a.uses, id, attr)
		}
	}
	mutates := func(id *syntax.Ident, how string) {
		if id != nil {
			a.mutations = append(a.mutations, Mutation{named(id.Name, id.NamePos), how})
		}
	}
	switch n := n.(type) {
	case *syntax.DotExpr:
		if id, ok := n.X.(*syntax.Ident); ok {
			read(id, n.Name.Name)
			return false
		}
	case *syntax.Ident:
		read(n, "")
	case *syntax.LoadStmt:
		a.addLoading(n)
	case *syntax.DefStmt:
		a.addFunction(n.Name.Name)
	case *syntax.LambdaExpr:
		a.addFunction(lambdaName)
	case *syntax.AssignStmt:
		a.nameInput(n)
		forEachTarget(n.LHS, func(e syntax.Expr) {
			id, how := mutated(e)
			mutates(id, how+" "+n.Op.String()+" ...")
		})
	case *syntax.CallExpr:
		mutates(mutatingCall(n))
		a.addPath(n)
		a.addInput(n, named)
	}
	return true
}

// lambdaName is how the interpreter calls a function without a name.
const lambdaName = "lambda"

func (a *analysis) addFunction(name string) {
	if !slices.Contains(a.makes, name) {
		a.makes = append(a.makes, name)
	}
}

func before(a, b Name) bool {
	if a.Line != b.Line {
		return a.Line < b.Line
	}
	if a.Col != b.Col {
		return a.Col < b.Col
	}
	return a.Name < b.Name
}

// isForeign tells whether a name is bound outside the file. Names that only
// name something (an attribute, a keyword argument) have no binding.
func isForeign(id *syntax.Ident) bool {
	b, ok := id.Binding.(*resolve.Binding)
	return ok && b.Scope == resolve.Predeclared && !strings.HasPrefix(id.Name, reserved)
}

func forEachTarget(e syntax.Expr, visit func(syntax.Expr)) {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		forEachTarget(e.X, visit)
	case *syntax.TupleExpr:
		for _, x := range e.List {
			forEachTarget(x, visit)
		}
	case *syntax.ListExpr:
		for _, x := range e.List {
			forEachTarget(x, visit)
		}
	default:
		visit(e)
	}
}

// mutated finds the foreign name whose value an assignment to e would change.
func mutated(e syntax.Expr) (*syntax.Ident, string) {
	switch e.(type) {
	case *syntax.IndexExpr, *syntax.DotExpr:
	default:
		return nil, ""
	}
	id := root(e)
	if id == nil || !isForeign(id) {
		return nil, ""
	}
	if d, ok := e.(*syntax.DotExpr); ok {
		return id, id.Name + "." + d.Name.Name
	}
	return id, id.Name + "[...]"
}

// mutators are the methods of Starlark's values that change their receiver.
var mutators = map[string]bool{
	"append": true, "extend": true, "insert": true, "remove": true, "clear": true, "update": true,
	"setdefault": true, "popitem": true, "pop": true, "discard": true,
}

func mutatingCall(c *syntax.CallExpr) (*syntax.Ident, string) {
	d, ok := c.Fn.(*syntax.DotExpr)
	if !ok || !mutators[d.Name.Name] {
		return nil, ""
	}
	id := root(d.X)
	if id == nil || !isForeign(id) {
		return nil, ""
	}
	return id, fmt.Sprintf("%s.%s(...)", id.Name, d.Name.Name)
}

// root is the name at the start of a chain of indexes and attributes.
func root(e syntax.Expr) *syntax.Ident {
	switch e := e.(type) {
	case *syntax.Ident:
		return e
	case *syntax.IndexExpr:
		return root(e.X)
	case *syntax.DotExpr:
		return root(e.X)
	case *syntax.ParenExpr:
		return root(e.X)
	case *syntax.SliceExpr:
		return nil // a slice is a copy
	}
	return nil
}

package builtin

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strings"
	"testing"
)

// formless are the types of values that no cell can hold.
var formless = []string{"functionScorer"}

// TestEveryValueHasAForm reads the source: a new kind of value must say how it
// is stored, or stand among those that no cell can hold.
func TestEveryValueHasAForm(t *testing.T) {
	methods, embeds := sourceTypes(t)
	var has func(name, method string) bool
	has = func(name, method string) bool {
		return methods[name][method] || slices.ContainsFunc(embeds[name], func(e string) bool { return has(e, method) })
	}
	found := 0
	for _, name := range slices.Sorted(maps.Keys(methods)) {
		isValue := has(name, "Freeze") && has(name, "Truth") && has(name, "Type") && has(name, "Hash")
		if !isValue || slices.Contains(formless, name) {
			continue
		}
		found++
		if !has(name, "Form") {
			t.Errorf("values of type %s have no Form: say how they are stored, and how they are made again in Makers", name)
		}
	}
	if found < 20 {
		t.Errorf("only %d types of values were found", found)
	}
}

// sourceTypes are the methods of the types of this package, and what structs
// embed.
func sourceTypes(t *testing.T) (methods map[string]map[string]bool, embeds map[string][]string) {
	t.Helper()
	methods, embeds = map[string]map[string]bool{}, map[string][]string{}
	fset := token.NewFileSet()
	//nolint:staticcheck // no build tags here
	packages, err := parser.ParseDir(fset, ".", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	note := func(typ, method string) {
		if methods[typ] == nil {
			methods[typ] = map[string]bool{}
		}
		methods[typ][method] = true
	}
	for name, file := range packages["builtin"].Files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv != nil {
					note(typeName(n.Recv.List[0].Type), n.Name.Name)
				}
			case *ast.TypeSpec:
				note(n.Name.Name, "")
				if s, ok := n.Type.(*ast.StructType); ok {
					for _, f := range s.Fields.List {
						if len(f.Names) == 0 {
							embeds[n.Name.Name] = append(embeds[n.Name.Name], typeName(f.Type))
						}
					}
				}
			}
			return true
		})
	}
	return methods, embeds
}

// typeName is the name in *T, T or T[U].
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.IndexExpr:
		return typeName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

package lang

import (
	"fmt"
	"reflect"
	"strings"

	"go.starlark.net/syntax"
)

// CompileScanned compiles text that the scanner has been through, such as
// Canonical gives.
func CompileScanned(id, text string) (*Program, error) {
	p := &Program{ID: id, lines: strings.Split(text, "\n")}
	return p.compile(text, nil)
}

// TreeOf writes the syntax tree of a program without places, comments,
// parentheses and spelling: all that its meaning depends on.
func TreeOf(p *Program) string {
	var out strings.Builder
	writeTree(&out, reflect.ValueOf(p.parse().Stmts))
	return out.String()
}

var position = reflect.TypeFor[syntax.Position]()

func writeTree(out *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			out.WriteString("nil ")
			return
		}
		if s, ok := v.Interface().(*syntax.ExprStmt); ok && notDoc(s.X) {
			out.WriteString("no documentation ")
		}
		if p, ok := v.Interface().(*syntax.ParenExpr); ok {
			writeTree(out, reflect.ValueOf(p.X))
			return
		}
		if s, ok := v.Interface().(fmt.Stringer); ok { // a large integer
			out.WriteString(s.String() + " ")
			return
		}
		writeTree(out, v.Elem())
	case reflect.Slice:
		out.WriteString("[")
		for i := range v.Len() {
			writeTree(out, v.Index(i))
		}
		out.WriteString("] ")
	case reflect.Struct:
		out.WriteString(v.Type().Name() + "{")
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Type != position && f.Name != "Raw" {
				writeTree(out, v.Field(i))
			}
		}
		out.WriteString("} ")
	default:
		fmt.Fprintf(out, "%v:%q ", v.Type(), fmt.Sprint(v.Interface()))
	}
}

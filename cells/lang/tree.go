package lang

import (
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Tree is the syntax tree of a cell as it was written, for tools that read
// cells without running them. A comparison is still a comparison; only
// f-strings are calls already, which FString recognises. Comments are kept and
// names are resolved.
type Tree struct {
	File    *syntax.File
	lines   []string
	columns columns
}

// ParseTree reads a cell that Compile accepts; for one that Compile refuses,
// the error of Compile says more.
func ParseTree(id, source string) (*Tree, error) {
	source = lineEnds.Replace(source)
	text, cols, scanErr := scan(source)
	if scanErr != nil {
		return nil, scanErr
	}
	f, err := fileOptions.Parse(id, text, syntax.RetainComments)
	if err != nil {
		return nil, err
	}
	if err := resolve.File(f, anyName, starlark.Universe.Has); err != nil {
		return nil, err
	}
	return &Tree{File: f, lines: strings.Split(source, "\n"), columns: cols}, nil
}

// Position maps a position of the tree to line and column of the source, both
// from 1, in characters.
func (t *Tree) Position(p syntax.Position) (line, col int) {
	return int(p.Line), int(t.columns.original(p.Line, p.Col))
}

// Line is a line of the source, from 1; "" outside of it.
func (t *Tree) Line(n int) string {
	if n < 1 || n > len(t.lines) {
		return ""
	}
	return t.lines[n-1]
}

// IsForeign tells whether a name is bound outside of the cell: by another cell,
// as a builtin, or by Starlark.
func IsForeign(id *syntax.Ident) bool { return isForeign(id) }

// FString gives the values between the braces of an f-string; ok is false if
// the expression is not one.
func FString(e syntax.Expr) (fields []syntax.Expr, ok bool) {
	c, isCall := e.(*syntax.CallExpr)
	if !isCall {
		return nil, false
	}
	if fn, isIdent := c.Fn.(*syntax.Ident); !isIdent || fn.Name != reserved+"f" {
		return nil, false
	}
	for i := 1; i+4 < len(c.Args); i += 5 {
		fields = append(fields, c.Args[i])
		if inner, ok := FString(c.Args[i+3]); ok {
			fields = append(fields, inner...)
		}
	}
	return fields, true
}

// Mutates tells whether a method of this name changes a list, dict or set.
func Mutates(method string) bool { return mutators[method] }

// CheckLoad tells what is wrong with the path of a load statement, if anything
// is.
func CheckLoad(path string) error { return checkPath(path) }

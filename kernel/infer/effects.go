package infer

import (
	"path"

	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/builtin"
)

// effects notes what a call of a builtin touches, if it is at the top level: a
// function may be called or not, and then by any cell.
func (w *walker) effects(name string, args *arguments) {
	if w.quiet || w.fn != nil {
		return
	}
	if isImpure(name, args.call) {
		w.cell.facts.Impure = append(w.cell.facts.Impure, use(name+"()", args.call))
	}
	if writes := builtin.WritesPath(name); writes || builtin.ReadsPath(name) {
		w.file(args, writes)
	}
}

// file notes a literal path.
func (w *walker) file(args *arguments, write bool) {
	arg, given := args.of("path", 0)
	if text, ok := arg.value.text(); given && ok && text != "" {
		w.cell.facts.Files = append(w.cell.facts.Files, File{Use: use(path.Clean(text), arg.expr), Write: write, Sure: w.certain == always})
	}
}

// unknownMethod notes the files of methods whose receiver is not known: only
// frames, figures and models have methods of these names.
func (w *walker) unknownMethod(c *syntax.CallExpr, args *arguments) {
	d, ok := c.Fn.(*syntax.DotExpr)
	if !ok || w.quiet || w.fn != nil {
		return
	}
	switch d.Name.Name {
	case "to_csv", "to_parquet", "save":
		w.file(args, true)
	}
}

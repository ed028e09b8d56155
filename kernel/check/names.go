package check

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel/infer"
)

// names finds definitions that nothing reads and names that hide builtins.
func (c *checker) names() {
	for _, one := range c.cells {
		c.hiding(one)
	}
	if c.star || !c.complete() {
		return // what is not read here may be read elsewhere
	}
	read := c.readNames()
	for _, one := range c.cells {
		c.unused(one, read)
	}
}

// readNames are the names that cells take from each other.
func (c *checker) readNames() map[string]bool {
	read := map[string]bool{}
	for _, k := range c.notebook.Cells {
		for _, need := range c.notebook.Graph.Needs(k.ID) {
			read[need.Name] = true
		}
	}
	return read
}

// unused reports what a cell defines and nothing reads. Of a cell that feeds no
// other the names are what people look at, so that it is a note.
func (c *checker) unused(one *cell, read map[string]bool) {
	own := usedInside(one)
	together := unpacked(one.tree.File.Stmts)
	severity := Warning
	if len(c.needed[one.ID]) == 0 {
		severity = Note
	}
	for _, def := range one.Program.Defines() {
		name := def.Name.Name
		isUsed := func(name string) bool { return read[name] || own[name] || c.mentioned(name) }
		if isUsed(name) || strings.HasPrefix(name, "test_") || slices.ContainsFunc(together[name], isUsed) {
			continue
		}
		if owner, _ := c.notebook.Graph.Owner(name); owner != one.ID {
			continue // it is defined twice, which is worse
		}
		c.add(c.at(one.Cell, def.Line, def.Col, unusedName, severity, fmt.Sprintf("`%s` is defined and never read", name),
			fmt.Sprintf("leave it out, or call it `_%s` if it is for this cell only", name)))
	}
}

// usedInside are the names of a cell that it reads itself.
func usedInside(one *cell) map[string]bool {
	binds := map[*syntax.Ident]bool{}
	for _, id := range infer.Bound(one.tree.File.Stmts) {
		binds[id] = true
	}
	used := map[string]bool{}
	syntax.Walk(one.tree.File, func(n syntax.Node) bool {
		if id, ok := n.(*syntax.Ident); ok && !binds[id] {
			// A name that is read before it gets its value counts as foreign there.
			if b, ok := id.Binding.(*resolve.Binding); ok && (b.Scope == resolve.Global || b.Scope == resolve.Predeclared) {
				used[id.Name] = true
			}
		}
		return true
	})
	return used
}

// unpacked are, for each name that is assigned together with others, as in
// train, test = ..., all of them: the shape is not for the notebook to choose.
func unpacked(stmts []syntax.Stmt) map[string][]string {
	out := map[string][]string{}
	for _, s := range stmts {
		assign, ok := s.(*syntax.AssignStmt)
		if !ok {
			continue
		}
		var names []string
		for _, id := range infer.Bound([]syntax.Stmt{assign}) {
			names = append(names, id.Name)
		}
		for _, name := range names {
			out[name] = names
		}
	}
	return out
}

// hiding reports names of a cell that are those of builtins.
func (c *checker) hiding(one *cell) {
	seen := map[string]bool{}
	for _, id := range infer.Bound(one.tree.File.Stmts) {
		what := c.builtinKind(id.Name)
		b, bound := id.Binding.(*resolve.Binding)
		if what == "" || !bound || b.Scope != resolve.Global || seen[id.Name] {
			continue
		}
		seen[id.Name] = true
		c.add(c.node(one, id, hidesBuiltin, Warning, fmt.Sprintf("`%s` hides the %s of that name", id.Name, what), hidingHint(id.Name, what)))
	}
}

func hidingHint(name, what string) string {
	if what == "module" {
		return fmt.Sprintf("other cells then cannot call %s.…; use another name", name)
	}
	return fmt.Sprintf("other cells then cannot call %s(); use another name", name)
}

// builtinKind is "module" or "function" for the name of a builtin, else "".
func (c *checker) builtinKind(name string) string {
	v, ok := c.builtins[name]
	if !ok {
		v, ok = starlark.Universe[name]
	}
	switch v := v.(type) {
	case starlark.Callable:
		return "function"
	case starlark.Value:
		if ok && v.Type() != "NoneType" && v.Type() != "bool" {
			return "module"
		}
	}
	return ""
}

// suggested is a hint that names what was probably meant, or "".
func suggested(name string, candidates []string) string {
	if best := lang.Suggest(name, candidates); best != "" {
		return fmt.Sprintf("did you mean `%s`?", best)
	}
	return ""
}

package check

import (
	"strings"

	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/lang"
)

// style reports f-strings without anything to fill in.
func (c *checker) style() {
	for _, one := range c.cells {
		syntax.Walk(one.tree.File, func(n syntax.Node) bool {
			call, ok := n.(*syntax.CallExpr)
			if !ok {
				return true
			}
			if fields, ok := lang.FString(call); ok && len(fields) == 0 {
				c.plainFString(one, call)
			}
			return true
		})
	}
}

func (c *checker) plainFString(one *cell, call *syntax.CallExpr) {
	line, quote := one.tree.Position(call.Fn.(*syntax.Ident).NamePos)
	runes := []rune(one.tree.Line(line))
	col := quote
	for col > 1 && col-2 < len(runes) && strings.ContainsRune("rRfF", runes[col-2]) {
		col--
	}
	if col == quote || quote > len(runes)+1 {
		return
	}
	prefix := string(runes[col-1 : quote-1])
	d := c.at(one.Cell, line, col, emptyFString, Note, "this f-string has nothing to fill in", "leave out the f, or write the value in braces: {x}")
	d.EndCol = quote + 1
	if literal := call.Args[0].(*syntax.Literal); !strings.ContainsAny(literal.Value.(string), "{}") {
		rest := strings.Map(func(r rune) rune {
			if r == 'f' || r == 'F' {
				return -1
			}
			return r
		}, prefix)
		d.Fix = &Fix{Title: "leave out the f", Edits: []Edit{{line, col, line, quote, rest}}}
	}
	c.add(d)
}

// unreachable reports what stands behind a statement that leaves its block.
func (c *checker) unreachable() {
	for _, one := range c.cells {
		c.block(one, one.tree.File.Stmts)
	}
}

func (c *checker) block(one *cell, stmts []syntax.Stmt) {
	for i, s := range stmts {
		switch s := s.(type) {
		case *syntax.DefStmt:
			c.block(one, s.Body)
		case *syntax.IfStmt:
			c.block(one, s.True)
			c.block(one, s.False)
		case *syntax.ForStmt:
			c.block(one, s.Body)
		case *syntax.WhileStmt:
			c.block(one, s.Body)
		}
		if word := c.leaves(s); word != "" && i+1 < len(stmts) {
			c.add(c.node(one, stmts[i+1], unreachable, Warning, "this line never runs: "+word+" comes before it", "remove it, or move it up"))
			return
		}
	}
}

// leaves is the word by which a statement leaves its block, or "".
func (c *checker) leaves(s syntax.Stmt) string {
	switch s := s.(type) {
	case *syntax.ReturnStmt:
		return "return"
	case *syntax.BranchStmt:
		if s.Token != syntax.PASS {
			return s.Token.String()
		}
	case *syntax.ExprStmt:
		call, ok := s.X.(*syntax.CallExpr)
		if !ok {
			return ""
		}
		id, ok := call.Fn.(*syntax.Ident)
		if _, owned := c.notebook.Graph.Owner("fail"); ok && !owned && id.Name == "fail" && lang.IsForeign(id) {
			return "fail()"
		}
	case *syntax.IfStmt:
		if c.left(s.True) && c.left(s.False) {
			return "an if whose branches all leave"
		}
	}
	return ""
}

// left tells whether a block is always left before its end.
func (c *checker) left(stmts []syntax.Stmt) bool {
	for _, s := range stmts {
		if c.leaves(s) != "" {
			return true
		}
	}
	return false
}

package lang_test

import (
	"context"
	"slices"
	"testing"

	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/lang"
)

const treeSource = "# a comment\nwide = 1_000\ndef f(a):\n    return [x < a for x in wide]\nprint(f\"é {wide:.{f(1)}} {'a'!r}\", f'none')"

func TestParseTree(t *testing.T) {
	tree, err := lang.ParseTree("c", treeSource)
	if err != nil {
		t.Fatal(err)
	}
	if got := tree.Line(2) + tree.Line(9); got != "wide = 1_000" {
		t.Errorf("lines %q", got)
	}
	var foreign, comparisons []string
	syntax.Walk(tree.File, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Ident:
			if lang.IsForeign(n) {
				foreign = append(foreign, n.Name)
			}
		case *syntax.BinaryExpr:
			comparisons = append(comparisons, n.Op.String())
		}
		return true
	})
	if !slices.Equal(foreign, []string{"print"}) {
		t.Errorf("foreign names are %v", foreign)
	}
	if !slices.Equal(comparisons, []string{"<"}) {
		t.Errorf("operators are %v: a comparison is still one", comparisons)
	}
	if c := tree.File.Stmts[0].Comments(); c == nil && syntax.Start(tree.File.Stmts[0]).Line != 2 {
		t.Error("the comment is lost")
	}
}

func TestFString(t *testing.T) {
	tree, err := lang.ParseTree("c", treeSource)
	if err != nil {
		t.Fatal(err)
	}
	call := tree.File.Stmts[2].(*syntax.ExprStmt).X.(*syntax.CallExpr)
	fields, ok := lang.FString(call.Args[0])
	if !ok || len(fields) != 3 {
		t.Fatalf("%d fields, %v; want the value, the format's and the text", len(fields), ok)
	}
	start, _ := fields[0].Span()
	if line, col := tree.Position(start); line != 5 || col != 12 {
		t.Errorf("the value is at %d:%d", line, col)
	}
	if fields, ok := lang.FString(call.Args[1]); !ok || len(fields) != 0 {
		t.Errorf("an f-string without fields has %d, %v", len(fields), ok)
	}
	if _, ok := lang.FString(call); ok {
		t.Error("a call of print is taken for an f-string")
	}
}

func TestParseTreeRefusesWhatCompileRefuses(t *testing.T) {
	for _, source := range []string{"import x", "x = (", "return 1", "load(\"a\", \"_b\")"} {
		_, compileErr := lang.Compile("c", source)
		if _, err := lang.ParseTree("c", source); err == nil || compileErr == nil {
			t.Errorf("%q: %v, and Compile says %v", source, err, compileErr)
		}
	}
}

func TestMutatesAndCheckLoad(t *testing.T) {
	if !lang.Mutates("append") || lang.Mutates("upper") {
		t.Error("append changes a list, upper changes nothing")
	}
	if lang.CheckLoad("lib/a.star") != nil || lang.CheckLoad("../a.star") == nil || lang.CheckLoad("a.txt") == nil {
		t.Error("only .star files of the project can be loaded")
	}
}

func TestNewThread(t *testing.T) {
	ctx := context.WithValue(t.Context(), struct{}{}, 1)
	thread := lang.NewThread(ctx, "host")
	if lang.Context(thread) != ctx || lang.Host(thread) != "host" {
		t.Error("the thread does not know its context and host")
	}
}

package check

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/notebooks"
)

// forgetful takes blobs and keeps none.
type forgetful struct{}

func (forgetful) PutBlob(_ context.Context, r io.Reader) (cells.Blob, error) {
	data, err := io.ReadAll(r)
	sum := sha256.Sum256(data)
	return cells.Blob{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data))}, err
}

// runs runs a notebook in a folder and gives the first failure, "" if all
// cells are done.
func runs(ctx context.Context, doc *notebooks.Document, dir string) (failure string, err error) {
	params, err := notebooks.ResolveParams(doc.Front.Params, nil, nil)
	if err != nil {
		return "", err
	}
	env, err := builtin.Env(params)
	if err != nil {
		return "", err
	}
	out := kernel.Compile(doc, env).Run(ctx, kernel.Options{
		World: kernel.World{Dir: dir, Blobs: forgetful{}}, Builtins: env, Project: os.DirFS(dir),
	})
	for _, r := range out.Results {
		if r.Err != nil {
			return r.Err.Error(), nil
		}
		if r.Status != notebooks.StatusDone {
			return r.Cell.ID + " is " + string(r.Status) + ": " + r.Reason, nil
		}
	}
	return "", nil
}

// The corpus is correct because it runs, not because this package says so.
func TestCorrectNotebooksRun(t *testing.T) {
	for _, name := range []string{"columns", "models", "language"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS("testdata/correct")); err != nil {
				t.Fatal(err)
			}
			doc, _, err := notebooks.Read(filepath.Join(dir, name+".wnb"))
			if err != nil {
				t.Fatal(err)
			}
			if failure, err := runs(t.Context(), doc, dir); err != nil || failure != "" {
				t.Errorf("%s %v", failure, err)
			}
		})
	}
}

// generator makes notebooks of which some lines are wrong.
type generator struct {
	*rapid.T
	frames, functions []string
	n                 int
}

func (g *generator) one(what string, choices ...string) string {
	return rapid.SampledFrom(choices).Draw(g.T, what)
}

func (g *generator) column() string { return g.one("column", "a", "a", "a", "b", "b", "c", "d") }

func (g *generator) frame() string {
	if len(g.frames) == 0 {
		return `frame({"a": [1, 2, 3], "b": [4.0, 5.0, 6.0], "c": [7, 8, 9]})`
	}
	return g.one("frame", g.frames...)
}

// frameExpr is an expression whose value is a frame, if it has one.
func (g *generator) frameExpr() string {
	f, c := g.frame(), g.column()
	return g.one("frame expression",
		`frame({"a": [1, 2], "b": [3, 4]})`, f, f+".head(2)", fmt.Sprintf("%s.drop(%q)", f, c), fmt.Sprintf("%s.rename({%q: \"d\"})", f, c),
		fmt.Sprintf("%s.with_column(%q, 1)", f, c), fmt.Sprintf("%s[[%q, \"a\"]]", f, c), fmt.Sprintf("%s.sort(%q)", f, c),
		fmt.Sprintf("%s.join(%s, on=\"a\")", f, g.frame()), fmt.Sprintf("%s.group_by(%q).agg({%q: \"max\"})", f, c, g.column()),
		fmt.Sprintf("%s[[x for x in %s.columns if x != %q]]", f, f, c), fmt.Sprintf("%s[%s[%q] > 1]", f, f, c), f+".concat("+f+")",
		fmt.Sprintf("ml.train_test_split(%s, test_size=0.5, seed=1)[0]", f), f+" if params.n > 0 else "+g.frame())
}

// line is a statement at the top level of a cell.
func (g *generator) line() string {
	f, c := g.frame(), g.column()
	g.n++
	name := fmt.Sprintf("v%d", g.n)
	switch g.one("line", "frame", "frame", "frame", "function", "call", "other", "other", "branch") {
	case "frame":
		line := name + " = " + g.frameExpr()
		g.frames = append(g.frames, name)
		return line
	case "function":
		g.functions = append(g.functions, name)
		return g.one("def", "def "+name+"(x, y=1):\n    return x", "def "+name+"(*xs):\n    return xs", name+" = lambda x, y=2: y", "def "+name+"(x):\n    return "+f+"["+fmt.Sprintf("%q", c)+"]")
	case "call":
		if len(g.functions) > 0 {
			return g.one("function", g.functions...) + g.one("arguments", "(1)", "(1, 2)", "(x=1)", "(1, y=3)", "()", "(1, z=2)", "(1, 2, 3)")
		}
	case "branch":
		return g.one("branch", fmt.Sprintf("if %q in %s.columns:\n    display(%s[%q])", c, f, f, c), fmt.Sprintf("if params.n > 9:\n    display(%s[%q])", f, c),
			fmt.Sprintf("for x in [%q]:\n    display(%s[x], %s[%q])", c, f, f, c), "display("+f+"["+fmt.Sprintf("%q", c)+"] if len("+f+") > 9 else 1)")
	}
	return g.one("statement", fmt.Sprintf("%s[%q].%s", f, c, g.one("method", "sum()", "max()", "fillna(0)", "name", "str", "values")), fmt.Sprintf("%s.%s", f, c),
		fmt.Sprintf("1 if %s[%q].sum() > 3 else 2", f, c), fmt.Sprintf("1 if %s[%q] > 3 else 2", f, c), "params."+g.one("param", "n", "n", "m"),
		fmt.Sprintf("plot.hist(%s[%q], %s=\"x\")", f, c, g.one("keyword", "title", "xlabel", "titel")), fmt.Sprintf("plot.scatter(%s, x=\"a\", y=%q)", f, c),
		"ml."+g.one("member", "accuracy_score([0], [0])", "acuracy_score([0], [0])", "KFold(3)", "LogisticRegression(C=2)", "LogisticRegression(c=2)", "LogisticRegression(2)"),
		"assert_(len("+f+") > 0)", f+"[\"z\"] = 1", "str(1)."+g.one("text", "upper()", "uper()", "split()"))
}

// notebook is one to three cells of some lines each.
func (g *generator) notebook() string {
	var b strings.Builder
	b.WriteString("---\nwnb: 1\nparams:\n  n: 1\n---\n")
	for i := range rapid.IntRange(1, 3).Draw(g.T, "cells") {
		fmt.Fprintf(&b, "\n```starlark {#cell%d}\n", i)
		for range rapid.IntRange(1, 5).Draw(g.T, "lines") {
			b.WriteString(g.line() + "\n")
		}
		b.WriteString("print(1)\n```\n")
	}
	return b.String()
}

// A notebook all of whose cells are done has no errors.
func TestWhatRunsHasNoErrors(t *testing.T) {
	dir := t.TempDir()
	right, wrong := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		src := (&generator{T: rt}).notebook()
		doc, err := notebooks.Parse("n.wnb", []byte(src))
		if err != nil {
			rt.Fatal(err)
		}
		ds := Notebook(t.Context(), doc, Options{})
		failure, err := runs(t.Context(), doc, dir)
		if err != nil {
			rt.Fatal(err)
		}
		if failure == "" && Worst(ds) == Error {
			rt.Fatalf("it runs, and has errors:\n%s\n%s", src, strings.Join(brief(ds), "\n"))
		}
		if failure == "" {
			right++
		} else if Worst(ds) == Error {
			wrong++
		}
	})
	t.Logf("%d notebooks ran, of %d others the failure was found before", right, wrong)
	if right == 0 || wrong == 0 {
		t.Error("the generator makes notebooks of one kind only")
	}
}

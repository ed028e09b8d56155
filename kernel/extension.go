package kernel

import (
	"context"
	"errors"
	"strings"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/scorer"
	"github.com/wnb-dev/wnb/cells/scorer/toolchain"
	"github.com/wnb-dev/wnb/notebooks"
)

// extend runs an extension cell: it compiles the source, and gives the extension
// to the other cells under the cell's name.
func (x *Executor) extend(ctx context.Context, c *Cell, rec *recorder) (starlark.StringDict, error) {
	if x.opts.Toolchain == nil {
		return nil, &lang.Error{Kind: lang.KindRuntime, Cell: c.ID, Msg: "extension cells cannot be compiled here"}
	}
	m, err := toolchain.Build(ctx, toolchain.Source{
		Lang: toolchain.Lang(c.Lang), Name: c.outName, Kind: scorer.Kind(c.Kind), Text: c.Source,
	}, *x.opts.Toolchain)
	if err != nil {
		return nil, c.compileError(err)
	}
	e, err := builtin.NewExtension(m.Wasm, nil)
	if err != nil {
		return nil, err
	}
	return starlark.StringDict{c.outName: e}, builtin.Show(ctx, rec, e, true)
}

// compileError puts what a compiler says at the line of the cell.
func (c *Cell) compileError(err error) error {
	e := &lang.Error{Kind: lang.KindRuntime, Cell: c.ID, Msg: err.Error()}
	var source *toolchain.SourceError
	if !errors.As(err, &source) || len(source.Diagnostics) == 0 {
		return lang.Because(e, err)
	}
	first := source.Diagnostics[0]
	e.Kind, e.Line, e.Col, e.Msg = lang.KindSyntax, first.Line, first.Col, first.Message
	if lines := strings.Split(c.Source, "\n"); first.Line > 0 && first.Line <= len(lines) {
		e.Source = lines[first.Line-1]
	}
	if rest := source.Diagnostics[1:]; len(rest) > 0 {
		others := &toolchain.SourceError{Lang: source.Lang, Diagnostics: rest}
		e.Hint = "also: " + strings.ReplaceAll(others.Error(), "\n", "; ")
	}
	return lang.Because(e, err)
}

// isExtension tells languages that are compiled to extensions.
func isExtension(l notebooks.Lang) bool {
	switch l {
	case notebooks.Go, notebooks.Rust, notebooks.C, notebooks.AssemblyScript, notebooks.WAT:
		return true
	}
	return false
}

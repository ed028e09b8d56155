package session

import (
	"context"
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/notebooks"
)

// entry runs a console entry.
func (s *Session) entry(ctx context.Context, j job) error {
	st := &s.state
	id := fmt.Sprintf("entry-%d", st.count)
	p, err := lang.Compile(id, j.req.Code)
	if err != nil {
		return err
	}
	st.programs[id] = p
	for _, d := range p.Defines() {
		if _, ok := st.repl[d.Name.Name]; d.Augmented && ok {
			return p.ErrorAt(lang.KindName, d.Line, d.Col, fmt.Sprintf("`%s` cannot be changed in place", d.Name.Name), fmt.Sprintf("write %[1]s = %[1]s + ...", d.Name.Name))
		}
	}
	values := map[string]*kernel.Value{}
	for _, r := range p.Reads() {
		v, err := s.entryValue(ctx, p, r)
		if err != nil {
			return err
		}
		if v != nil {
			values[r.Name] = v
		}
	}
	res := st.executor.Run(ctx, st.notebook, &kernel.Cell{ID: id, Lang: notebooks.Starlark, Source: j.req.Code, Program: p, NoCache: true}, values)
	if res.Err != nil {
		return res.Err
	}
	for name, v := range res.Values {
		if st.repl[name], err = v.Get(ctx); err != nil {
			return err
		}
	}
	return nil
}

// entryValue is what a name means in the console: an earlier entry's value, a
// cell's, which is brought up to date, or a builtin (nil).
func (s *Session) entryValue(ctx context.Context, p *lang.Program, r lang.Name) (*kernel.Value, error) {
	st := &s.state
	if v, ok := st.repl[r.Name]; ok {
		return kernel.NewValue(v, "", nil), nil
	}
	owner, ok := st.notebook.Graph.Owner(r.Name)
	switch {
	case !ok && (st.builtins.Has(r.Name) || starlark.Universe.Has(r.Name)):
		return nil, nil
	case !ok:
		known := append(st.builtins.Keys(), st.repl.Keys()...)
		hint := ""
		if like := lang.Suggest(r.Name, append(known, starlark.Universe.Keys()...)); like != "" {
			hint = fmt.Sprintf("did you mean `%s`?", like)
		}
		return nil, p.ErrorAt(lang.KindName, r.Line, r.Col, fmt.Sprintf("`%s` is not defined", r.Name), hint)
	}
	if err := s.prepare(ctx, owner); err != nil {
		return nil, err
	}
	if !st.usable(ctx, owner) {
		if err := s.runCell(ctx, st.notebook.Cell(owner), true); err != nil {
			return nil, err
		}
	}
	return st.of(owner).result.Values[r.Name], nil
}

// expressions evaluates user_expressions in the console's names.
func (s *Session) expressions(list protocol.Object[string]) protocol.Object[protocol.ExpressionResult] {
	out := protocol.Object[protocol.ExpressionResult]{}
	for name, code := range list {
		v, err := s.evaluate(code)
		if err != nil {
			out[name] = protocol.ExpressionResult{Outcome: failure(err)}
			continue
		}
		data, err := builtin.Render(s.ctx, v)
		if err != nil {
			out[name] = protocol.ExpressionResult{Outcome: failure(err)}
			continue
		}
		out[name] = protocol.ExpressionResult{Data: bundle(data)}
	}
	return out
}

func (s *Session) evaluate(code string) (starlark.Value, error) {
	p, err := lang.Compile("expression", code)
	if err != nil {
		return nil, err
	}
	env := s.names()
	if err := p.CheckNames(env); err != nil {
		return nil, err
	}
	var res *lang.Result
	s.interruptible(func(ctx context.Context) { res, err = p.Run(ctx, env, lang.Options{Limits: s.opts.Limits}) })
	if err != nil {
		return nil, err
	}
	if res.Value == nil {
		return starlark.None, nil
	}
	return res.Value, nil
}

// names are all that the console knows.
func (s *Session) names() starlark.StringDict {
	st := &s.state
	out := starlark.StringDict{}
	for name, v := range st.builtins {
		out[name] = v
	}
	for _, own := range st.cells {
		if own.result != nil {
			for name, v := range own.result.Values {
				if loaded, err := v.Get(s.ctx); err == nil {
					out[name] = loaded
				}
			}
		}
	}
	for name, v := range st.repl {
		out[name] = v
	}
	return out
}

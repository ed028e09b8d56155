package infer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
)

// dot is the value of an attribute. called says that it is called at once,
// which a column or a property never can be.
func (w *walker) dot(e *syntax.DotExpr, called bool) Value {
	if v, ok := w.param(e); ok {
		return v
	}
	of := w.eval(e.X)
	name := e.Name.Name
	if id, ok := e.X.(*syntax.Ident); ok && w.hidden(id, e, of) {
		return Value{}
	}
	if of.Type == "module" && of.Static != nil {
		return w.moduleMember(of, e)
	}
	if m, ok := w.cell.analyzer.membersOf(of.Type); ok {
		return w.member(of, m, e, called)
	}
	if names, ok := nativeMembers(of.Type); ok {
		if slices.Contains(names, name) {
			return Value{Type: "builtin_function_or_method", sig: &builtin.Signature{Name: of.Type + "." + name, Params: "*args, **kwargs"}}
		}
		w.noAttribute(e, fmt.Sprintf("%s has no `%s`", described(of.Type), name), suggestion(name, names), Clearly(name, names))
	}
	return Value{}
}

// param handles params.x.
func (w *walker) param(e *syntax.DotExpr) (Value, bool) {
	id, ok := e.X.(*syntax.Ident)
	env := w.cell.analyzer.env
	if !ok || !lang.IsForeign(id) || env.Owned != nil && env.Owned(id.Name) {
		return Value{}, false
	}
	if p, known := env.Builtins[id.Name]; !known || !isParams(p) {
		return Value{}, false
	}
	name := e.Name.Name
	if !w.quiet {
		w.cell.facts.Params = append(w.cell.facts.Params, use(name, e.Name))
	}
	typ, declared := env.Params[name]
	if !declared {
		known := slices.Sorted(maps.Keys(env.Params))
		hint := "declare it under params: in the front matter"
		if best := lang.Suggest(name, known); best != "" {
			hint = fmt.Sprintf("did you mean `%s`? else declare it under params: in the front matter", best)
		}
		start, end := e.Name.Span()
		w.report(Problem{Kind: NoParam, Start: start, End: end, Msg: fmt.Sprintf("there is no param `%s`", name), Hint: hint})
	}
	return ofType(typ), true
}

// hidden reports the use of a builtin that a name of a cell hides.
func (w *walker) hidden(id *syntax.Ident, e *syntax.DotExpr, is Value) bool {
	b, hides := w.cell.hides(id)
	if !hides || b.Type() != "module" || is.Type == "module" {
		return false
	}
	members := b.(starlark.HasAttrs).AttrNames()
	if !slices.Contains(members, e.Name.Name) || w.has(is, e.Name.Name) {
		return false
	}
	what := "a value"
	if is.Type != "" {
		what = described(is.Type)
	}
	start, end := e.Span()
	p := Problem{Kind: Hidden, Start: start, End: end,
		Msg:  fmt.Sprintf("`%s` is %s of a cell here, not the module `%s`", id.Name, what, id.Name),
		Hint: fmt.Sprintf("give the value another name, so that %s.%s means the module again", id.Name, e.Name.Name)}
	if is.Type == "" {
		w.doubt(p)
	} else {
		w.report(p)
	}
	return true
}

// has tells whether a value may have an attribute, unless that is ruled out.
func (w *walker) has(v Value, name string) bool {
	if names, ok := nativeMembers(v.Type); ok {
		return slices.Contains(names, name)
	}
	m, ok := w.cell.analyzer.membersOf(v.Type)
	if !ok {
		return false
	}
	_, method := m.Methods[name]
	_, property := m.Properties[name]
	columns, known := v.Columns()
	return method || property || m.Open && (!known || slices.Contains(columns, name))
}

func (w *walker) moduleMember(of Value, e *syntax.DotExpr) Value {
	m := of.Static.(starlark.HasAttrs)
	name := e.Name.Name
	v, err := m.Attr(name)
	if err == nil && v != nil {
		return builtinValue(v)
	}
	msg, hint := words(err)
	w.noAttribute(e, msg, hint, Clearly(name, m.AttrNames()))
	return Value{}
}

// member is an attribute of a value of our own types.
func (w *walker) member(of Value, m builtin.Members, e *syntax.DotExpr, called bool) Value {
	name := e.Name.Name
	if sig, ok := m.Methods[name]; ok {
		return method(of, sig, name)
	}
	if typ, ok := m.Properties[name]; ok {
		if columns, known := of.Columns(); known && name == "columns" && of.Type == "frame" {
			return constant(texts(columns))
		}
		return ofType(typ)
	}
	columns, known := of.Columns()
	switch {
	case slices.Contains(columns, name):
		return ofType("series")
	case slices.Contains(m.Fitted, strings.TrimSuffix(name, "_")) && of.Is("estimator", "transformer"):
		w.noAttribute(e, fmt.Sprintf("%s has not been fitted, so it has no `%s`", described(of.Type), name), "fit it first: m = spec.fit(X, y); then m."+name, "")
	case !m.Open || called || known && w.certain < guarded:
		w.noMember(of, m, e, columns)
	}
	return Value{}
}

// noMember reports an attribute that a value does not have.
func (w *walker) noMember(of Value, m builtin.Members, e *syntax.DotExpr, columns []string) {
	name := e.Name.Name
	candidates := slices.Concat(slices.Collect(maps.Keys(m.Methods)), slices.Collect(maps.Keys(m.Properties)), columns)
	hint := suggestion(name, candidates)
	if best := lang.Suggest(name, candidates); slices.Contains(columns, best) && strings.ContainsAny(best, " -.") {
		hint = fmt.Sprintf("did you mean the column %q? write df[%q]", best, best)
	}
	if instead := m.Elsewhere[name]; instead != "" {
		hint = "write " + instead
	}
	w.noAttribute(e, fmt.Sprintf("%s has no `%s`", described(of.Type), name), hint, Clearly(name, slices.Collect(maps.Keys(m.Methods))))
}

// noAttribute reports an attribute, unless a condition may have asked for it.
func (w *walker) noAttribute(e *syntax.DotExpr, msg, hint, instead string) {
	if w.certain >= typed {
		return
	}
	start, end := e.Name.Span()
	w.report(Problem{Kind: NoAttribute, Start: start, End: end, Msg: msg, Hint: hint, Instead: instead})
}

// method is a method of a value: bound to it where something stands for the
// value.
func method(of Value, sig builtin.Signature, name string) Value {
	v := Value{Type: "function", sig: &sig, of: &of}
	if has, ok := of.Static.(starlark.HasAttrs); ok {
		if bound, err := has.Attr(name); err == nil {
			v.Static = bound
		}
	}
	return v
}

func suggestion(name string, candidates []string) string {
	if best := lang.Suggest(name, candidates); best != "" {
		return fmt.Sprintf("did you mean `%s`?", best)
	}
	if len(candidates) == 0 || len(candidates) > 30 {
		return ""
	}
	return "it has " + strings.Join(slices.Sorted(slices.Values(candidates)), ", ")
}

func use(name string, at syntax.Node) Use {
	start, end := at.Span()
	return Use{name, start, end}
}

func texts(names []string) *starlark.List {
	out := make([]starlark.Value, len(names))
	for i, name := range names {
		out[i] = starlark.String(name)
	}
	return starlark.NewList(out)
}

package lang

import (
	"fmt"
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Rebuild makes a function again from its form. No code of the function runs.
//
// captured becomes the function's own: Rebuild adds to it what the language
// needs, and the function looks names up in it when it runs. So the caller can
// fill it after Rebuild returned and before the first call, for a function that
// holds something that holds the function; only the defaults must be in it
// before. To freeze the function freezes what it captured.
//
// home finds where a def with this code stands now, for the places in errors;
// it may be nil or find nothing: then errors show the code itself, under
// "function NAME".
func Rebuild(name, code string, captured starlark.StringDict, home func(code string) *Home) (*starlark.Function, error) {
	code, ownTaken := strings.CutSuffix(code, ownMark)
	var h *Home
	if home != nil {
		h = home(code)
	}
	t, err := makeTemplate(name, code, h)
	if err != nil {
		return nil, fmt.Errorf("rebuild the function %s: %w", name, err)
	}
	for _, d := range t.defaults {
		if captured[d] == nil {
			return nil, fmt.Errorf("rebuild the function %s: the value of %s is missing", name, d)
		}
	}
	for n, v := range t.given {
		if captured[n] == nil {
			captured[n] = v
		}
	}
	captured[scopeName] = &scope{program: t.program, captured: captured}
	globals, err := t.code.Init(&starlark.Thread{Name: name}, captured)
	if err != nil {
		return nil, fmt.Errorf("rebuild the function %s: %w", name, err)
	}
	fn := globals[resultName].(*starlark.Function)
	if !ownTaken {
		captured[ownName(name)] = fn
	}
	return fn, nil
}

// A template is the compiled code of a function, which can be given different
// captured values.
type template struct {
	program  *Program            // whose outline describes the function
	code     *starlark.Program   // leaves the function in resultName
	defaults []string            // the hidden names of the defaults
	given    starlark.StringDict // what the code uses of the language itself
}

func makeTemplate(name, code string, h *Home) (*template, error) {
	t := &template{}
	file := homelessFile(name, code)
	if h != nil {
		t.program, file = h.program, h.program.ID
	} else {
		t.program = &Program{ID: homeless + name, lines: strings.Split(code, "\n"), text: code}
	}
	f, err := fileOptions.Parse(file, code, 0)
	if err != nil {
		return nil, t.program.syntaxError(err)
	}
	l, err := onlyLiteral(f, name)
	if err != nil {
		return nil, err
	}
	if t.defaults, err = l.defaults(); err != nil {
		return nil, err
	}
	if h != nil {
		if err := h.settle(l); err != nil {
			return nil, err
		}
	}
	if err := t.compile(f, l); err != nil {
		return nil, t.program.syntaxError(err)
	}
	return t, nil
}

func (t *template) compile(f *syntax.File, l *literal) error {
	if err := l.hideName(f); err != nil {
		return err
	}
	if err := rewrite(f); err != nil {
		return err
	}
	f.Stmts = l.maker()
	var err error
	if t.code, err = starlark.FileProgram(f, anyName); err != nil {
		return err
	}
	t.given = languageNames(f)
	return nil
}

// maker makes the function inside another one, so that it captures its scope,
// and freezing it freezes the scope:
//
//	def __wnb_make():
//	    __wnb_kept = __wnb_scope
//	    def f(x):
//	        ...
//	        return
//	        __wnb_kept
//	    return f
//	__wnb_result = __wnb_make()
//
// The last line of f is never reached.
func (l *literal) maker() []syntax.Stmt {
	at := func(name string) *syntax.Ident { return &syntax.Ident{NamePos: *l.pos, Name: name} }
	d, ok := l.node.(*syntax.DefStmt)
	if !ok {
		e := l.node.(*syntax.LambdaExpr)
		d = &syntax.DefStmt{Def: e.Lambda, Name: at(lambdaName), Params: e.Params, Body: []syntax.Stmt{&syntax.ReturnStmt{Return: e.Lambda, Result: e.Body}}}
	}
	const kept, makes = reserved + "kept", reserved + "make"
	d.Body = append(d.Body, &syntax.ReturnStmt{Return: *l.pos}, &syntax.ExprStmt{X: at(kept)})
	return []syntax.Stmt{
		&syntax.DefStmt{Def: *l.pos, Name: at(makes), Body: []syntax.Stmt{
			assign(*l.pos, at(kept), at(scopeName)), d, &syntax.ReturnStmt{Return: *l.pos, Result: at(d.Name.Name)},
		}},
		assign(*l.pos, at(resultName), &syntax.CallExpr{Fn: at(makes), Lparen: *l.pos, Rparen: *l.pos}),
	}
}

// onlyLiteral is the def or lambda that a function's code consists of.
func onlyLiteral(f *syntax.File, name string) (*literal, error) {
	if len(f.Stmts) == 1 {
		n := syntax.Node(f.Stmts[0])
		if e, ok := n.(*syntax.ExprStmt); ok {
			n = e.X
		}
		if l := literalOf(n); l != nil && l.name == name {
			return l, nil
		}
	}
	return nil, fmt.Errorf("the code is not that of one function of this name")
}

// hideName gives the value that stands for the function's name in its body a
// hidden name, so that it is a given one like the others.
func (l *literal) hideName(f *syntax.File) error {
	if err := resolve.File(f, anyName, starlark.Universe.Has); err != nil {
		return err
	}
	for _, n := range l.body {
		eachUse(n, func(id *syntax.Ident, _ string) {
			if b, ok := id.Binding.(*resolve.Binding); ok && b.Scope == resolve.Global && id.Name == l.name {
				id.Name = ownName(l.name)
			}
		})
	}
	return nil
}

// defaults are the hidden names of a rebuilt function's defaults. Other
// expressions would be code that runs while a function is loaded.
func (l *literal) defaults() ([]string, error) {
	var names []string
	for _, p := range l.params {
		b, ok := p.(*syntax.BinaryExpr)
		if !ok {
			continue
		}
		param := b.X.(*syntax.Ident).Name
		if id, ok := b.Y.(*syntax.Ident); !ok || id.Name != defaultName(param) {
			return nil, fmt.Errorf("the default of %s is not a stored value", param)
		}
		names = append(names, defaultName(param))
	}
	return names, nil
}

// languageNames are the values that every program sees of those that f uses.
func languageNames(f *syntax.File) starlark.StringDict {
	given := starlark.StringDict{}
	syntax.Walk(f, func(n syntax.Node) bool {
		id, ok := n.(*syntax.Ident)
		if !ok {
			return true
		}
		if b, ok := id.Binding.(*resolve.Binding); !ok || b.Scope != resolve.Predeclared {
			return true
		}
		if v := hidden[id.Name]; v != nil {
			given[id.Name] = v
		} else if v := universe[id.Name]; v != nil {
			given[id.Name] = v
		}
		return true
	})
	return given
}

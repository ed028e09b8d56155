package infer

import (
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
)

// arguments are those of one call.
type arguments struct {
	call       *syntax.CallExpr
	receiver   *Value // of the method that is called, or nil
	positional []argument
	named      []argument
	// open: *args or **kwargs, so that there may be more.
	open bool
}

type argument struct {
	name  string
	expr  syntax.Expr // the value
	id    *syntax.Ident
	value Value
}

func (w *walker) arguments(c *syntax.CallExpr) arguments {
	args := arguments{call: c}
	for _, e := range c.Args {
		switch e := e.(type) {
		case *syntax.BinaryExpr:
			if id, ok := e.X.(*syntax.Ident); ok && e.Op == syntax.EQ {
				args.named = append(args.named, argument{id.Name, e.Y, id, w.eval(e.Y)})
				continue
			}
		case *syntax.UnaryExpr:
			if e.Op == syntax.STAR || e.Op == syntax.STARSTAR {
				args.open = true
				w.eval(e.X)
				continue
			}
		}
		args.positional = append(args.positional, argument{expr: e, value: w.eval(e)})
	}
	return args
}

// of is the argument for a parameter: by name, or by its place.
func (a *arguments) of(name string, place int) (argument, bool) {
	for _, arg := range a.named {
		if arg.name == name {
			return arg, true
		}
	}
	if place >= 0 && place < len(a.positional) {
		return a.positional[place], true
	}
	return argument{}, false
}

func (w *walker) call(c *syntax.CallExpr) Value {
	if fields, ok := lang.FString(c); ok {
		for _, field := range fields {
			w.eval(field)
		}
		return ofType("string")
	}
	var fn Value
	if d, ok := c.Fn.(*syntax.DotExpr); ok {
		fn = w.dot(d, true)
	} else {
		fn = w.eval(c.Fn)
	}
	args := w.arguments(c)
	switch {
	case fn.fn != nil:
		return w.callOwn(fn.fn, c, &args)
	case fn.sig != nil:
		args.receiver = fn.of
		return w.callBuiltin(*fn.sig, fn.Static, &args)
	}
	if sig, ok := builtin.SignatureOf(fn.Static); ok {
		return w.callBuiltin(sig, fn.Static, &args)
	}
	if b, ok := fn.Static.(*starlark.Builtin); ok {
		return w.callUniversal(b.Name(), &args)
	}
	w.notCallable(c, fn)
	w.unknownMethod(c, &args)
	w.forgetContents()
	return Value{}
}

// callOwn is a call of a function of a cell.
func (w *walker) callOwn(fn *function, c *syntax.CallExpr, args *arguments) Value {
	w.impureCall(fn, c)
	w.check(w.cell.analyzer.signature(fn.params), fn.name, "", args)
	w.forgetContents()
	return w.cell.result(fn)
}

// callUniversal is a call of a function of Starlark.
func (w *walker) callUniversal(name string, args *arguments) Value {
	w.passed(args)
	if name == "getattr" || name == "hasattr" || name == "dir" {
		return ofType(universalTypes[name])
	}
	if first, ok := args.of("", 0); ok && name == "list" && first.value.Is("list", "tuple") && first.value.Const != nil && !w.cell.mutates {
		if xs, ok := first.value.Const.(starlark.Sequence); ok {
			return constant(starlark.NewList(elements(xs)))
		}
	}
	return ofType(universalTypes[name])
}

func elements(xs starlark.Sequence) []starlark.Value {
	iter := xs.Iterate()
	defer iter.Done()
	var out []starlark.Value
	var x starlark.Value
	for iter.Next(&x) {
		out = append(out, x)
	}
	return out
}

// callBuiltin is a call of one of our builtins.
func (w *walker) callBuiltin(sig builtin.Signature, fn starlark.Value, args *arguments) Value {
	w.passed(args)
	if sig.Name == "assert_" || sig.Name == "bool" {
		if first, ok := args.of("", 0); ok {
			w.needTruth(first.expr, first.value)
		}
	}
	if s := w.cell.analyzer.parse(sig.Params); s != nil {
		if sig.ByName {
			w.checkByName(sig, fn, args)
		} else if !w.check(s, sig.Name, sig.Name+"("+sig.Params+")", args) {
			return ofType(builtin.Gives(sig.Name))
		}
	}
	w.effects(sig.Name, args)
	return w.schema(sig.Name, fn, args)
}

// passed notes functions that are handed to a builtin, which may call them.
func (w *walker) passed(args *arguments) {
	for _, arg := range slices.Concat(args.positional, args.named) {
		if arg.value.fn != nil {
			w.impureCall(arg.value.fn, arg.expr)
			w.forgetContents()
		}
	}
}

// forgetContents forgets what lists hold, since a function that is not known
// may have changed them.
func (w *walker) forgetContents() {
	for key, v := range w.vars {
		if (v.Const != nil || v.keys != nil) && v.Is("list", "dict", "set", "tuple") {
			w.vars[key] = ofType(v.Type)
		}
	}
}

// notCallable reports the call of a value that hides a builtin function.
func (w *walker) notCallable(c *syntax.CallExpr, fn Value) {
	id, ok := c.Fn.(*syntax.Ident)
	if !ok || fn.Type == "" || fn.Type == "function" || fn.Type == "builtin_function_or_method" {
		return
	}
	if _, hides := w.cell.hides(id); !hides {
		return
	}
	start, end := id.Span()
	w.report(Problem{Kind: Hidden, Start: start, End: end,
		Msg:  "`" + id.Name + "` is " + described(fn.Type) + " of a cell here, not the function `" + id.Name + "`",
		Hint: "give the value another name, so that " + id.Name + "() means the function again"})
}

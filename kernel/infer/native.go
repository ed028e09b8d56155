package infer

import (
	"errors"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/lang"
)

// universalTypes are what Starlark's own functions give; the others give what
// depends on their arguments.
var universalTypes = map[string]string{
	"all": "bool", "any": "bool", "bool": "bool", "hasattr": "bool", "bytes": "bytes", "chr": "string", "repr": "string", "str": "string",
	"type": "string", "dict": "dict", "dir": "list", "enumerate": "list", "list": "list", "reversed": "list", "sorted": "list", "zip": "list",
	"float": "float", "hash": "int", "int": "int", "len": "int", "ord": "int", "range": "range", "set": "set", "tuple": "tuple",
	"print": "NoneType", "fail": "NoneType",
}

// universal is a name of Starlark's own.
func universal(v starlark.Value) Value {
	b, ok := v.(*starlark.Builtin)
	if !ok {
		return constant(v) // None, True, False
	}
	return Value{Type: b.Type(), Static: v}
}

// nativeMembers are the attributes of Starlark's own types.
func nativeMembers(typ string) ([]string, bool) {
	switch typ {
	case "string":
		return starlark.String("").AttrNames(), true
	case "bytes":
		return starlark.Bytes("").AttrNames(), true
	case "list":
		return (*starlark.List)(nil).AttrNames(), true
	case "dict":
		return (*starlark.Dict)(nil).AttrNames(), true
	case "set":
		return (*starlark.Set)(nil).AttrNames(), true
	case "int", "float", "bool", "NoneType", "tuple", "range":
		return nil, true
	}
	return nil, false
}

// described names a type with its article, as in "a frame has no ...".
func described(typ string) string {
	if typ == "series.str" {
		return "s.str"
	}
	return lang.A(typ)
}

// elementOf is what iterating over a value, or taking one element of it, gives.
func elementOf(v Value) Value {
	switch {
	case v.Is("range"):
		return ofType("int")
	case v.Const != nil:
		return elementOfConstant(v)
	case len(v.Elems) > 0:
		element := v.Elems[0]
		for _, other := range v.Elems[1:] {
			element = join(element, other)
		}
		return element
	}
	return Value{}
}

// elementOfConstant is of a type only if all elements are of it.
func elementOfConstant(v Value) Value {
	list, ok := v.Const.(starlark.Iterable)
	if !ok {
		return Value{}
	}
	iter := list.Iterate()
	defer iter.Done()
	typ := ""
	var x starlark.Value
	for first := true; iter.Next(&x); first = false {
		if !first && x.Type() != typ {
			return Value{}
		}
		typ = x.Type()
	}
	return ofType(typ)
}

// noRows is a series without values, which stands for any series.
func noRows() *builtin.Series { return builtin.NewSeries(frame.NewFloat64("", nil)) }

// hasNoTruth tells whether values of a type have no truth value, and what to
// write instead.
func hasNoTruth(typ string) (hint string, none bool) {
	var v lang.NoTruth
	switch typ {
	case "series":
		v = noRows()
	case "frame":
		v = builtin.NewFrame(&frame.Frame{})
	default:
		return "", false
	}
	return v.TruthHint(), true
}

// refusesChange is what a frame or series says of an assignment to a part of it.
func refusesChange(v Value, target syntax.Expr) (msg, hint string) {
	var err error
	switch target := target.(type) {
	case *syntax.DotExpr:
		err = builtin.NewFrame(&frame.Frame{}).SetField(target.Name.Name, starlark.None)
		if v.Is("series") {
			err = noRows().SetKey(starlark.None, starlark.None)
		}
	case *syntax.IndexExpr:
		of := starlark.HasSetKey(noRows())
		if v.Is("frame") {
			of = builtin.NewFrame(&frame.Frame{})
		}
		key := starlark.Value(starlark.None)
		if lit, ok := target.Y.(*syntax.Literal); ok {
			key = constOrNone(literal(lit))
		}
		err = of.SetKey(key, starlark.None)
	}
	return words(err)
}

// words are message and hint of an error of a builtin.
func words(err error) (msg, hint string) {
	if err == nil {
		return "", ""
	}
	var eval *starlark.EvalError
	if errors.As(err, &eval) && eval.Unwrap() != nil {
		err = eval.Unwrap()
	}
	var hinted *lang.HintError
	if errors.As(err, &hinted) {
		return hinted.Error(), hinted.Hint
	}
	return err.Error(), ""
}

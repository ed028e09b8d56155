package lang

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Comparer answers comparisons with a value of its own, such as a series
// that compares element by element. Compare computes x op y; ok is false if it
// leaves the answer to Starlark.
type Comparer interface {
	starlark.Value
	CompareWith(op Token, other starlark.Value, side starlark.Side) (result starlark.Value, ok bool, err error)
}

// NoTruth is implemented by values that are neither true nor false, such as a
// series. TruthHint says what to write instead.
type NoTruth interface {
	starlark.Value
	TruthHint() string
}

// hidden are the builtins that the passes insert, by name.
var hidden = makeHidden()

func makeHidden() starlark.StringDict {
	d := starlark.StringDict{}
	add := func(name string, fn func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)) {
		d[reserved+name] = starlark.NewBuiltin(reserved+name, fn)
	}
	for op, name := range comparisons {
		add(name, func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return compare(op, args[0], args[1])
		})
		add("if_"+name, func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			v, err := compare(op, args[0], args[1])
			if err != nil {
				return nil, err
			}
			return checkTruth(v)
		})
	}
	add("truth", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return checkTruth(args[0])
	})
	add("f", formatFields)
	add("box", makeBox)
	add("mod", formatPercent)
	add("format", formatMethod)
	add("repeat", repeat)
	return d
}

// comparisons are the operators that become calls.
var comparisons = map[syntax.Token]string{
	syntax.EQL: "eq", syntax.NEQ: "ne", syntax.LT: "lt", syntax.LE: "le", syntax.GT: "gt", syntax.GE: "ge",
}

// mirrored is the operator that says the same with its sides exchanged.
var mirrored = map[syntax.Token]syntax.Token{
	syntax.EQL: syntax.EQL, syntax.NEQ: syntax.NEQ, syntax.LT: syntax.GT, syntax.LE: syntax.GE, syntax.GT: syntax.LT, syntax.GE: syntax.LE,
}

// Mirror gives the operator that holds for y and x where op holds for x and y.
func Mirror(op syntax.Token) syntax.Token { return mirrored[op] }

func compare(op syntax.Token, x, y starlark.Value) (starlark.Value, error) {
	if c, ok := x.(Comparer); ok {
		if v, ok, err := c.CompareWith(op, y, starlark.Left); ok || err != nil {
			return v, err
		}
	} else if c, ok := y.(Comparer); ok {
		if v, ok, err := c.CompareWith(op, x, starlark.Right); ok || err != nil {
			return v, err
		}
	}
	if isNested(x) && isNested(y) {
		if err := CheckDepth(x, y); err != nil {
			return nil, err
		}
	}
	b, err := starlark.Compare(op, x, y)
	if err != nil {
		return nil, err
	}
	return starlark.Bool(b), nil
}

// checkTruth returns v unless it has no truth value.
func checkTruth(v starlark.Value) (starlark.Value, error) {
	if n, ok := v.(NoTruth); ok {
		return nil, WithHint(n.TruthHint(), "%s is neither true nor false", A(n.Type()))
	}
	return v, nil
}

// maxRepeat is how many elements a list or tuple that is written down may be
// repeated to: 2 GiB of them. Starlark itself would fill 16 GiB, in one operation
// that nothing can stop.
const maxRepeat = 1 << 27

func repeat(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	list, times := args[0], args[1]
	if _, ok := list.(starlark.Int); ok {
		list, times = times, list
	}
	seq, isSeq := list.(starlark.Sequence)
	if n, isInt := times.(starlark.Int); isSeq && isInt && seq.Len() > 0 {
		if k, ok := n.Int64(); ok && k > int64(maxRepeat/seq.Len()) {
			return nil, WithHint("so many numbers are for a series of a frame", "a list of %d repeated %d times is too large for memory: %d elements is the most", seq.Len(), k, maxRepeat)
		}
	}
	return starlark.Binary(syntax.STAR, args[0], args[1])
}

// formatFields joins the pieces of an f-string; see fstring.go for the layout
// of the arguments.
func formatFields(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	out := []byte(string(args[0].(starlark.String)))
	for i := 1; i+4 < len(args); i += 5 {
		text, conv, spec := args[i+1].(starlark.String), args[i+2].(starlark.String), args[i+3].(starlark.String)
		piece, err := formatField(args[i], string(text), string(conv), string(spec))
		if err != nil {
			return nil, err
		}
		out = append(out, piece...)
		out = append(out, string(args[i+4].(starlark.String))...)
	}
	return starlark.String(out), nil
}

func formatField(v starlark.Value, text, conv, spec string) (string, error) {
	if err := CheckDepth(v); err != nil {
		return "", err
	}
	// {x=} shows repr(x) unless a format is given, as in Python.
	if conv == "r" || conv == "a" || text != "" && conv == "" && spec == "" {
		v = starlark.String(v.String())
	} else if _, ok := v.(starlark.String); !ok && conv == "s" {
		v = starlark.String(v.String())
	}
	s, err := Format(v, spec)
	return text + s, err
}

// Token is an operator, one of go.starlark.net's tokens.
type Token = syntax.Token

// Operators that builtins compute with.
const (
	Plus       = syntax.PLUS
	SlashSlash = syntax.SLASHSLASH
	Percent    = syntax.PERCENT
)

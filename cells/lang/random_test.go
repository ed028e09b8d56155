package lang_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"
	"pgregory.net/rapid"

	"github.com/wnb-dev/wnb/cells/lang"
)

// writer writes random programs that compile. Their functions often fail, which
// is as good a result as another. Only functions that were defined before are
// called, so that every program ends.
type writer struct {
	*rapid.T
	lines     []string
	names     []string // what can be read here
	functions []string // what can be called here
	fresh     int
}

func (w *writer) n(most int) int            { return rapid.IntRange(0, most).Draw(w.T, "n") }
func (w *writer) pick(from []string) string { return rapid.SampledFrom(from).Draw(w.T, "pick") }
func (w *writer) line(depth int, text string) {
	w.lines = append(w.lines, strings.Repeat("  ", depth)+text)
}

func (w *writer) name() string {
	w.fresh++
	return fmt.Sprintf("v%d", w.fresh)
}

func (w *writer) expr(depth int) string {
	if depth <= 0 || w.n(3) == 0 {
		return w.pick(append([]string{"0", "1", "2.5", `"a"`, "None", "()", "[1, 2]", "params.seed", "params.rate"}, w.names...))
	}
	sub := func() string { return w.expr(depth - 1) }
	switch w.n(13) {
	case 0:
		return fmt.Sprintf("(%s %s %s)", sub(), w.pick([]string{"+", "-", "*", "//", "%", "|"}), sub())
	case 1:
		return fmt.Sprintf("(%s %s %s)", sub(), w.pick([]string{"<", "==", "!=", ">=", "in", "not in"}), sub())
	case 2:
		return fmt.Sprintf("(%s %s %s)", sub(), w.pick([]string{"and", "or"}), sub())
	case 3:
		return fmt.Sprintf("(not %s)", sub())
	case 4:
		return fmt.Sprintf("(%s if %s else %s)", sub(), sub(), sub())
	case 5:
		return fmt.Sprintf("[%s, %s]", sub(), sub())
	case 6:
		return fmt.Sprintf("{\"k\": %s, 1: %s}", sub(), sub())
	case 7:
		return fmt.Sprintf("%s(%s)", w.pick([]string{"str", "len", "list", "type", "repr"}), sub())
	case 8:
		return fmt.Sprintf("f\"{%s} and {%s!r}\"", w.pick(append([]string{"1"}, w.names...)), w.pick(append([]string{"2"}, w.names...)))
	case 9:
		return fmt.Sprintf("(%s)[%s]", sub(), sub())
	case 10, 11:
		return w.lambda(depth)
	case 12:
		v := w.name()
		from := sub()
		body := w.within([]string{v}, func() string { return w.expr(depth-1) + " for " + v + " in [" + from + ", 3] if " + w.expr(depth-1) })
		return "[" + body + "]"
	}
	if len(w.functions) == 0 || w.n(3) == 0 {
		return fmt.Sprintf("%s(%s)", w.lambda(depth-1), sub())
	}
	return fmt.Sprintf("%s(%s)", w.pick(w.functions), sub())
}

// within writes with more names in sight.
func (w *writer) within(names []string, write func() string) string {
	before, functions := w.names, w.functions
	w.names = append(before[:len(before):len(before)], names...)
	defer func() { w.names, w.functions = before, functions }()
	return write()
}

func (w *writer) params() (text string, names []string) {
	a, b := w.name(), w.name()
	switch w.n(3) {
	case 0:
		return a, []string{a}
	case 1:
		return fmt.Sprintf("%s, %s=%s", a, b, w.expr(1)), []string{a, b}
	case 2:
		return fmt.Sprintf("%s=%s, *%s", a, w.expr(1), b), []string{a, b}
	}
	return fmt.Sprintf("%s=%s, *, %s=%s", a, w.expr(1), b, w.expr(1)), []string{a, b}
}

func (w *writer) lambda(depth int) string {
	text, names := w.params()
	return "(lambda " + text + ": " + w.within(names, func() string { return w.expr(depth - 1) }) + ")"
}

func (w *writer) def(depth, nesting int) string {
	name := w.name()
	text, params := w.params()
	w.line(depth, "def "+name+"("+text+"):")
	if w.n(2) == 0 {
		w.line(depth+1, `"about `+name+`"`)
	}
	w.within(params, func() string {
		w.block(depth+1, nesting)
		w.line(depth+1, "return "+w.expr(3))
		return ""
	})
	w.functions = append(w.functions[:len(w.functions):len(w.functions)], name)
	return name
}

// block writes statements; what they define can be read by those behind them.
func (w *writer) block(depth, nesting int) {
	for range w.n(3) {
		switch w.n(5) {
		case 0, 1:
			value, name := w.expr(3), w.name()
			w.line(depth, name+" = "+value)
			w.names = append(w.names[:len(w.names):len(w.names)], name)
		case 2:
			if len(w.names) > 0 {
				// A parameter or a variable of this block gets another value.
				w.line(depth, w.pick(w.names)+" = "+w.expr(2))
			}
		case 3:
			if nesting > 0 {
				w.def(depth, nesting-1)
			}
		case 4:
			w.line(depth, "if "+w.expr(2)+":")
			before := w.names
			w.line(depth+1, w.name()+" = "+w.expr(2))
			w.names = before
		case 5:
			v := w.name()
			w.line(depth, "for "+v+" in [1, "+w.expr(1)+"]:")
			w.within([]string{v}, func() string {
				w.line(depth+1, w.name()+" = "+w.expr(2))
				return ""
			})
		}
	}
}

// namespace is a value whose attributes can be narrowed.
type namespace map[string]starlark.Value

func (n namespace) String() string        { return fmt.Sprint(map[string]starlark.Value(n)) }
func (n namespace) Type() string          { return "namespace" }
func (n namespace) Freeze()               {}
func (n namespace) Truth() starlark.Bool  { return true }
func (n namespace) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable") }
func (n namespace) AttrNames() []string   { return nil }
func (n namespace) Attr(name string) (starlark.Value, error) {
	return n[name], nil
}

func (n namespace) Narrow(attrs []string) starlark.Value {
	out := namespace{}
	for _, a := range attrs {
		if v, ok := n[a]; ok {
			out[a] = v
		}
	}
	return out
}

func program(t *rapid.T) string {
	w := &writer{T: t}
	for range w.n(3) {
		name := w.name()
		w.line(0, name+" = "+w.expr(1))
		w.names = append(w.names, name)
	}
	for range 1 + w.n(3) {
		w.def(0, 2)
	}
	return strings.Join(w.lines, "\n")
}

var randomEnv = starlark.StringDict{"params": namespace{"seed": starlark.MakeInt(4), "rate": starlark.Float(0.5), "other": starlark.None}}

func TestRandomFunctionsRebuilt(t *testing.T) {
	ran, called := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		source := program(rt)
		p, err := lang.Compile("maker", source)
		if err != nil {
			rt.Fatalf("%v\n%s", err, source)
		}
		res, err := p.Run(t.Context(), randomEnv, lang.Options{Limits: lang.Limits{Steps: 20_000}})
		if err != nil {
			return
		}
		ran++
		c := &copier{homes: lang.NewHomes(p), done: map[starlark.Value]starlark.Value{}}
		again := starlark.StringDict{}
		for name, v := range res.Exports {
			if again[name], err = c.copy(v); err != nil {
				rt.Fatalf("%s: %v\n%s", name, err, source)
			}
		}
		again.Freeze()
		for name, v := range res.Exports {
			fn, ok := v.(*starlark.Function)
			if !ok {
				continue
			}
			called++
			sameForm(t, fn, again[name].(*starlark.Function))
			for _, call := range []string{name + "(3)", name + "()", "f = " + name + "([1, 'b'])\nif type(f) == 'function':\n    f = f(2)\nf"} {
				want, _, _ := strings.Cut(use(t, call, res.Exports, p), " in ")
				got, _, _ := strings.Cut(use(t, call, again, p), " in ")
				if d := cmp.Diff(want, got); d != "" {
					rt.Fatalf("%s: %s\n%s", call, d, source)
				}
			}
		}
	})
	t.Logf("%d programs ran, %d functions were called", ran, called)
	if called == 0 {
		t.Error("no program ran; the generator writes nonsense")
	}
}

func TestRandomProgramsCanonical(t *testing.T) {
	outcome := func(p *lang.Program) string {
		res, err := p.Run(t.Context(), randomEnv, lang.Options{Limits: lang.Limits{Steps: 20_000}})
		if err != nil {
			return err.(*lang.Error).Msg
		}
		return fmt.Sprint(res.Value, res.Exports.Keys(), res.Steps, res.Exports)
	}
	rapid.Check(t, func(rt *rapid.T) {
		source := program(rt)
		p, err := lang.Compile("c", source)
		if err != nil {
			rt.Fatalf("%v\n%s", err, source)
		}
		q, err := lang.CompileScanned("c", p.Canonical())
		if err != nil {
			rt.Fatalf("%v\n%s", err, p.Canonical())
		}
		if d := cmp.Diff(p.Canonical(), q.Canonical()); d != "" {
			rt.Errorf("%s\n%s", d, source)
		}
		if d := cmp.Diff(outcome(p), outcome(q)); d != "" {
			rt.Errorf("%s\n%s", d, source)
		}
	})
}

package builtin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
)

// plain are the functions without a module.
func plain() []*Func {
	return []*Func{
		{"print", `*args, sep=" ", end="\n"`, "Writes the arguments as text to the cell's output.", `print("rows", 3)`, printText},
		{"display", "*values", "Shows values at once, each in its best form: tables, figures, text.", "display(df.head())", display},
		{"html", "text", "A value that is shown as HTML. It is sanitised where it is shown.", `html("<b>bold</b>")`, markup("text/html")},
		{"md", "text", "A value that is shown as Markdown.", `md("**bold**")`, markup("text/markdown")},
		{"warn", "message", "Writes a warning to the cell's error stream.", `warn("only 12 rows")`, warn},
		{"assert_", `condition, message=""`, "Fails the cell unless the condition holds.", `assert_(len(df) > 0, "no rows")`, assert},
		{"help", "value", "Shows the documentation of a function.", "help(plot.hist)", help},
		{"sum", "values, start=0", "The sum of numbers.", "sum([1, 2, 3])", sum},
		{"round", "x, digits=None", "x rounded to digits after the point; halves go to the even neighbour. Without digits the result is an int.", "round(2.567, 1)", round},
		{"pow", "x, y, mod=None", "x to the power of y; with mod, the remainder of that for whole numbers.", "pow(2, 10)", pow},
		{"divmod", "x, y", "The pair (x // y, x % y).", "divmod(7, 2)", divmod},
		{"map", "f, xs", "The list of f(x) for every x.", "map(str, [1, 2])", mapValues},
		{"filter", "f, xs", "The list of those x for which f(x) holds; with None for f, those that are true.", "filter(None, [0, 1])", filterValues},
		{"isinstance", "x, types", "Tells whether x is of a type, or of one of several. A type is its name, as type(x) gives it, or its function (int, str, ...).", `isinstance(1, int)`, isInstance},
		{"format", `x, spec=""`, "x as text in Python's format language.", `format(0.256, ".1%")`, formatValue},
		{"input", `prompt=""`, "Asks the person at the client for a line of text. A cell that asks is never cached.", `input("your name? ")`, input},
		{"sleep", "seconds", "Waits. An interrupt ends the waiting.", "sleep(0.001)", sleep},
		{"progress", `iterable, label="", total=None`, "The items of an iterable, with a bar that shows how far the loop over them is. total is for iterables without a length. Write progress(enumerate(xs)), not enumerate(progress(xs)): what takes all items at once is done at once.",
			`[x * x for x in progress(range(3), "squares")]`, newProgress},
		{"bool", "x=False", "The truth of x. A series or a frame has none.", "bool([])", truth},
	}
}

func printText(c *call) (starlark.Value, error) {
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	sep, end := " ", "\n"
	if err := starlark.UnpackArgs(c.fn.name, nil, c.kwargs, "sep?", &sep, "end?", &end); err != nil {
		return nil, err
	}
	parts := make([]string, len(c.args))
	for i, v := range c.args {
		if parts[i], err = printed(c.context(), v); err != nil {
			return nil, err
		}
	}
	return nil, h.Record(cells.Stream{Name: "stdout", Text: strings.Join(parts, sep) + end})
}

// printed is how print writes a value: tables as tables, the rest as str(v).
func printed(ctx context.Context, v starlark.Value) (string, error) {
	switch v := v.(type) {
	case *Frame, *Series:
		forms, err := Render(ctx, v)
		return strings.TrimSuffix(string(forms["text/plain"]), "\n"), err
	}
	if err := lang.CheckDepth(v); err != nil {
		return "", err
	}
	return text(v), nil
}

// text is str(v).
func text(v starlark.Value) string {
	if s, ok := starlark.AsString(v); ok {
		return s
	}
	return v.String()
}

func display(c *call) (starlark.Value, error) {
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	if len(c.kwargs) > 0 {
		return nil, fmt.Errorf("display takes no keyword arguments")
	}
	for _, v := range c.args {
		if err := Show(c.context(), h, v, false); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// rich is text that is shown in a markup language.
type rich struct{ text, mime string }

func (r rich) String() string        { return r.text }
func (r rich) Type() string          { return "markup" }
func (r rich) Freeze()               {}
func (r rich) Truth() starlark.Bool  { return r.text != "" }
func (r rich) Hash() (uint32, error) { return starlark.String(r.text).Hash() }

// Render gives the markup itself, and the same as plain text.
func (r rich) Render(context.Context) (map[string][]byte, error) {
	return map[string][]byte{r.mime: []byte(r.text), "text/plain": []byte(r.text)}, nil
}

func markup(mime string) func(c *call) (starlark.Value, error) {
	return func(c *call) (starlark.Value, error) {
		var text string
		if err := c.unpack("text", &text); err != nil {
			return nil, err
		}
		return rich{text, mime}, nil
	}
}

func warn(c *call) (starlark.Value, error) {
	var message string
	if err := c.unpack("message", &message); err != nil {
		return nil, err
	}
	return nil, warnText(c, message)
}

// warnText writes a warning to the cell's error stream.
func warnText(c *call, message string) error {
	h, err := c.host()
	if err != nil {
		return err
	}
	return h.Record(cells.Stream{Name: "stderr", Text: "warning: " + message + "\n"})
}

func assert(c *call) (starlark.Value, error) {
	var condition starlark.Value
	message := ""
	if err := c.unpack("condition", &condition, "message?", &message); err != nil {
		return nil, err
	}
	ok, err := isTrue(condition)
	if err != nil || ok {
		return nil, err
	}
	if message == "" {
		return nil, fmt.Errorf("assertion failed")
	}
	return nil, fmt.Errorf("assertion failed: %s", message)
}

// isTrue is the truth of a value, if it has one.
func isTrue(v starlark.Value) (bool, error) {
	if n, ok := v.(lang.NoTruth); ok {
		return false, lang.WithHint(n.TruthHint(), "%s is neither true nor false", lang.A(n.Type()))
	}
	return bool(v.Truth()), nil
}

func truth(c *call) (starlark.Value, error) {
	var x starlark.Value = starlark.False
	if err := c.unpack("x?", &x); err != nil {
		return nil, err
	}
	ok, err := isTrue(x)
	return starlark.Bool(ok), err
}

func help(c *call) (starlark.Value, error) {
	var v starlark.Value
	if err := c.unpack("value", &v); err != nil {
		return nil, err
	}
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	return nil, h.Record(cells.Stream{Name: "stdout", Text: Help(v)})
}

// Help is the documentation of a value: of a builtin, a function of a cell or a
// module; else its type.
func Help(v starlark.Value) string {
	switch v := v.(type) {
	case interface{ Help() string }: // a function or a method
		return v.Help()
	case *starlark.Builtin:
		if f := coreHelp(v.Name()); f != nil && v.Receiver() == nil {
			return f.Help()
		}
	case *module:
		text := "module " + v.name + "\n\n"
		for _, name := range v.AttrNames() {
			if f, ok := v.members[name].(*Func); ok {
				text += fmt.Sprintf("  %s(%s)\n", f.name, f.signature)
			}
		}
		return text
	case *starlark.Function:
		params := make([]string, v.NumParams())
		for i := range params {
			params[i], _ = v.Param(i)
			if d := v.ParamDefault(i); d != nil {
				params[i] += "=" + d.String()
			}
		}
		return fmt.Sprintf("%s(%s)\n\n%s\n", v.Name(), strings.Join(params, ", "), v.Doc())
	}
	help := fmt.Sprintf("a value of type %s\n", v.Type())
	if has, ok := v.(starlark.HasAttrs); ok {
		help += "\nIt has " + strings.Join(has.AttrNames(), ", ") + "\n"
	}
	return help
}

// eachValue calls visit for every element.
func eachValue(what string, xs starlark.Value, visit func(x starlark.Value) error) error {
	iter := starlark.Iterate(xs)
	if iter == nil {
		return fmt.Errorf("%s: %s has no elements to go through", what, lang.A(xs.Type()))
	}
	defer iter.Done()
	var x starlark.Value
	for iter.Next(&x) {
		if err := visit(x); err != nil {
			return err
		}
	}
	return nil
}

func mapValues(c *call) (starlark.Value, error) {
	var f starlark.Callable
	var xs starlark.Value
	if err := c.unpack("f", &f, "xs", &xs); err != nil {
		return nil, err
	}
	var out []starlark.Value
	err := eachValue("map", xs, func(x starlark.Value) error {
		y, err := starlark.Call(c.thread, f, starlark.Tuple{x}, nil)
		out = append(out, y)
		return err
	})
	if err != nil {
		return nil, err
	}
	return starlark.NewList(out), nil
}

func filterValues(c *call) (starlark.Value, error) {
	var f, xs starlark.Value
	if err := c.unpack("f", &f, "xs", &xs); err != nil {
		return nil, err
	}
	var out []starlark.Value
	err := eachValue("filter", xs, func(x starlark.Value) error {
		y := x
		if f != starlark.None {
			var err error
			if y, err = starlark.Call(c.thread, f, starlark.Tuple{x}, nil); err != nil {
				return err
			}
		}
		keep, err := isTrue(y)
		if keep {
			out = append(out, x)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return starlark.NewList(out), nil
}

func isInstance(c *call) (starlark.Value, error) {
	var x, types starlark.Value
	if err := c.unpack("x", &x, "types", &types); err != nil {
		return nil, err
	}
	list, ok := types.(starlark.Tuple)
	if !ok {
		list = starlark.Tuple{types}
	}
	for _, t := range list {
		name := ""
		switch t := t.(type) {
		case starlark.String:
			name = string(t)
		case *starlark.Builtin:
			name = t.Name()
		case *Func:
			name = t.name
		default:
			return nil, fmt.Errorf("isinstance: %s is not a type; write int, \"frame\" or a tuple of such", t)
		}
		if name == "str" {
			name = "string"
		}
		if x.Type() == name {
			return starlark.True, nil
		}
	}
	return starlark.False, nil
}

func formatValue(c *call) (starlark.Value, error) {
	var x starlark.Value
	spec := ""
	if err := c.unpack("x", &x, "spec?", &spec); err != nil {
		return nil, err
	}
	s, err := lang.Format(x, spec)
	return starlark.String(s), err
}

func input(c *call) (starlark.Value, error) {
	prompt := ""
	if err := c.unpack("prompt?", &prompt); err != nil {
		return nil, err
	}
	h, err := c.host()
	if err != nil {
		return nil, err
	}
	answer, err := h.Input(c.context(), prompt)
	return starlark.String(answer), err
}

func sleep(c *call) (starlark.Value, error) {
	var seconds number
	if err := c.unpack("seconds", &seconds); err != nil {
		return nil, err
	}
	if !(seconds >= 0 && seconds <= 1e6) {
		return nil, fmt.Errorf("sleep: %v is not a number of seconds from 0 to a million", float64(seconds))
	}
	if h, err := c.host(); err == nil {
		if err := h.Impure("sleep()"); err != nil {
			return nil, err
		}
	}
	timer := time.NewTimer(time.Duration(float64(seconds) * float64(time.Second)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil, nil
	case <-c.context().Done():
		return nil, context.Cause(c.context())
	}
}

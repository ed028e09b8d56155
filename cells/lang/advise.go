package lang

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"go.starlark.net/starlark"
)

// advise adds what to do to the common messages of the interpreter.
func (p *Program) advise(e *Error, globals, env starlark.StringDict, opts Options) {
	var hinted *HintError
	switch {
	case errors.As(e.cause, &hinted):
		e.Hint = hinted.Hint
	case strings.Contains(e.Msg, "frozen"):
		e.Kind = KindMutation
		e.Hint = "values that leave a cell are frozen; change a copy: list(x), dict(x), or build a new value"
		if name, kind := p.frozenName(e, globals, env, opts); name != "" {
			e.Hint = fmt.Sprintf("%s; values that leave a cell are frozen, so change a copy: %s", name, copyOf(kind))
		}
	case strings.HasPrefix(e.Msg, "unknown conversion %"):
		e.Hint = `write f"{x:.2f}"`
	case strings.Contains(e.Msg, "format spec features not supported"):
		e.Hint = `write f"{x:.2f}", or format(x, ".2f")`
	case strings.Contains(e.Msg, "frame value is not iterable"):
		e.Hint = "go through df.columns, df.rows() or one column, df[\"name\"]"
	case referencedBefore.MatchString(e.Msg):
		name := referencedBefore.FindStringSubmatch(e.Msg)[1]
		e.Hint = fmt.Sprintf("`%s` gets its value further down; move that line up", name)
	}
}

var referencedBefore = regexp.MustCompile(`^variable (\S+) referenced before assignment`)

func copyOf(kind string) string {
	switch kind {
	case "list", "dict", "set":
		return kind + "(...)"
	}
	return "with a method that returns a new one"
}

// frozenName says which value of another cell the failing line changes: "`ys`
// is the list `xs` of cell load".
func (p *Program) frozenName(e *Error, globals, env starlark.StringDict, opts Options) (string, string) {
	if opts.Origin == nil || e.Cell != p.ID {
		return "", ""
	}
	for _, name := range Words(p.Line(e.Line)) {
		if v, ok := env[name]; ok && opts.Origin(name) != "" {
			return fmt.Sprintf("`%s` is %s from cell %s", name, A(v.Type()), opts.Origin(name)), v.Type()
		}
		v := globals[name]
		if v == nil {
			continue
		}
		for foreign, w := range env {
			if opts.Origin(foreign) != "" && same(v, w) {
				return fmt.Sprintf("`%s` is the %s `%s` of cell %s", name, v.Type(), foreign, opts.Origin(foreign)), v.Type()
			}
		}
	}
	return "", ""
}

var word = regexp.MustCompile(`[\pL_][\pL\pN_]*`)

// Words are what could be names in a text that need not be code.
func Words(text string) []string { return word.FindAllString(text, -1) }

// same tells whether two values are one object.
func same(a, b starlark.Value) bool {
	switch a := a.(type) {
	case *starlark.List:
		b, ok := b.(*starlark.List)
		return ok && a == b
	case *starlark.Dict:
		b, ok := b.(*starlark.Dict)
		return ok && a == b
	case *starlark.Set:
		b, ok := b.(*starlark.Set)
		return ok && a == b
	}
	return false
}

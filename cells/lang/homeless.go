package lang

import (
	"strings"

	"go.starlark.net/syntax"
)

// A function whose def stands in no cell runs from its code, and its errors show
// that. The compiler is given a file name that ends with the code: positions are
// all that is left of a function in a back-trace.
const (
	homeless = "function " // starts the name of the place
	codeMark = "\x00"      // ends it; behind it comes the code
)

// homelessFile is the file name of a function without a home.
func homelessFile(name, code string) string { return homeless + name + codeMark + code }

// quoter gives frames in a function without a home their source lines, as a
// person would write them. Where that is not the line of the code, no column
// fits.
func quoter(id, code string) func(*Frame) {
	lines := strings.Split(code, "\n")
	shown := lines
	if f, err := fileOptions.Parse(id, code, 0); err == nil {
		w := &printer{forPeople: true}
		w.stmts(f.Stmts)
		shown = strings.Split(w.String(), "\n")
	}
	return func(f *Frame) {
		i := f.Line - 1
		if i < 0 || i >= min(len(lines), len(shown)) {
			return
		}
		f.Source = shown[i]
		if shown[i] != lines[i] {
			f.Col = 0
		}
	}
}

// fstring writes the call that the scanner made of an f-string as it was; see
// there for its arguments.
func (w *printer) fstring(args []syntax.Expr) {
	w.write(`f"`)
	w.pieces(args)
	w.write(`"`)
}

func (w *printer) pieces(args []syntax.Expr) {
	for i, e := range args {
		switch l, _ := unparen(e).(*syntax.Literal); i % 5 {
		case 0:
			w.write(bracesDoubled.Replace(textOf(l)))
		case 1:
			w.write("{")
			if textOf(literalAt(args, i+1)) == "" {
				if starts(e, '{') {
					w.write(" ") // two braces are one that is text
				}
				w.expr(e, asTest)
			}
		case 2: // the source of {x =}
			if l != nil {
				w.write(strings.ReplaceAll(l.Value.(string), "\n", " "))
			}
		case 3:
			if text := textOf(l); text != "" {
				w.write("!", text)
			}
		case 4:
			if c, ok := unparen(e).(*syntax.CallExpr); ok {
				w.write(":")
				w.pieces(c.Args)
			}
			w.write("}")
		}
	}
}

// starts tells whether the text of an expression starts with c.
func starts(e syntax.Expr, c byte) bool {
	w := &printer{}
	w.expr(e, asTest)
	return w.String()[0] == c
}

var bracesDoubled = strings.NewReplacer("{", "{{", "}", "}}")

func literalAt(args []syntax.Expr, i int) *syntax.Literal {
	if i >= len(args) {
		return nil
	}
	l, _ := unparen(args[i]).(*syntax.Literal)
	return l
}

// textOf is what stands between the quotes of a string literal.
func textOf(l *syntax.Literal) string {
	if l == nil || l.Token != syntax.STRING {
		return ""
	}
	quoted := syntax.Quote(l.Value.(string), false)
	return quoted[1 : len(quoted)-1]
}

package lang

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Program is a compiled cell or file. It is immutable and safe for concurrent
// use.
type Program struct {
	ID string // the cell's id, or the path of a loaded file
	analysis
	lines   []string
	text    string // what the parser reads: the source after the scanner
	columns columns
	code    *starlark.Program

	canonical string

	outlineOnce sync.Once
	outlined    *outline
}

// fileOptions is Starlark with what a notebook needs: loops and reassignment
// at top level, recursion and sets. Names that load brings are visible to the
// other cells, like every other name.
var fileOptions = syntax.FileOptions{
	Set: true, While: true, TopLevelControl: true, GlobalReassign: true, Recursion: true, LoadBindsGlobally: true,
}

// lineEnds makes the line ends of all systems one, as the parser sees them.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// Compile reads a cell. All names that it does not bind are assumed to exist;
// Reads lists them. The error is an *Error of KindSyntax.
func Compile(id, source string) (*Program, error) {
	source = lineEnds.Replace(source)
	p := &Program{ID: id, lines: strings.Split(source, "\n")}
	text, cols, scanErr := scan(source)
	if scanErr != nil {
		return nil, p.locate(scanErr)
	}
	if text == source {
		text = source // one copy is enough
	}
	return p.compile(text, cols)
}

// compile reads text that the scanner has been through.
func (p *Program) compile(text string, cols columns) (*Program, error) {
	p.text, p.columns = text, cols
	f, err := fileOptions.Parse(p.ID, text, 0)
	if err != nil {
		return nil, p.syntaxError(err)
	}
	p.canonical = canonical(f, text)
	b := topLevel(f.Stmts)
	if err := rewrite(f); err != nil {
		return nil, p.syntaxError(err)
	}
	keepResult(f.Stmts)
	p.code, err = starlark.FileProgram(f, anyName)
	if err != nil {
		return nil, p.syntaxError(err)
	}
	p.analysis = analyze(f, b, p.position)
	return p, nil
}

// anyName lets the resolver take all unknown names for predeclared ones.
func anyName(string) bool { return true }

// parse reads the program's text once more: compilation changes the tree, and
// trees are too large to be kept for all cells of a notebook.
func (p *Program) parse() *syntax.File {
	f, err := fileOptions.Parse(p.ID, p.text, 0)
	if err != nil {
		panic(fmt.Sprintf("%s parsed before, and does not now: %v", p.ID, err))
	}
	return f
}

// Defines are the names that the cell gives to the others, in source order.
func (p *Program) Defines() []Definition { return p.defines }

// Reads are the names that the cell uses and does not bind, in source order:
// names of other cells, and builtins.
func (p *Program) Reads() []Name { return p.reads }

// Locals are the top-level names that stay inside the cell, sorted.
func (p *Program) Locals() []string { return p.locals }

// Mutations are the places where the cell would change a value behind a name
// that it does not bind.
func (p *Program) Mutations() []Mutation { return p.mutations }

// Line is a line of the source, from 1; "" outside of it.
func (p *Program) Line(n int) string {
	if n < 1 || n > len(p.lines) {
		return ""
	}
	return p.lines[n-1]
}

// position maps a position of the compiled text to line and column of the source.
func (p *Program) position(pos syntax.Position) (line, col int) {
	return int(pos.Line), int(p.columns.original(pos.Line, pos.Col))
}

// ErrorAt makes an error that stands at a place of this program.
func (p *Program) ErrorAt(kind Kind, line, col int, msg, hint string) *Error {
	return p.locate(&Error{Kind: kind, Line: line, Col: col, Msg: msg, Hint: hint})
}

func (p *Program) locate(e *Error) *Error {
	e.Cell, e.Source = p.ID, p.Line(e.Line)
	return e
}

// syntaxError translates an error of the parser or the resolver.
func (p *Program) syntaxError(err error) error {
	var syn syntax.Error
	var list resolve.ErrorList
	e := &Error{Kind: KindSyntax, cause: err}
	switch {
	case errors.As(err, &syn):
		e.Line, e.Col = p.position(p.startOf(syn))
		e.Msg = syn.Msg
	case errors.As(err, &list):
		e.Line, e.Col = p.position(list[0].Pos)
		e.Msg = list[0].Msg
	default:
		e.Msg = err.Error()
	}
	e.Msg, e.Hint = explain(e.Msg)
	return p.locate(e)
}

// unexpected finds the token that a message of the parser is about.
var unexpected = regexp.MustCompile(`^got '?([^ ',]+)'?|does not associate with (\S+)`)

// startOf is the place of a syntax error. The parser reports the end of the
// token that it did not expect; people look for its start.
func (p *Program) startOf(err syntax.Error) syntax.Position {
	pos := err.Pos
	m := unexpected.FindStringSubmatch(err.Msg)
	line := []rune(p.Line(int(pos.Line)))
	if m == nil || int(pos.Col) > len(line)+1 || pos.Col < 1 {
		return pos
	}
	token := m[1] + m[2]
	text := strings.TrimRight(string(line[:pos.Col-1]), " ")
	if strings.HasSuffix(text, token) {
		pos.Col = int32(utf8.RuneCountInString(strings.TrimSuffix(text, token))) + 1
	}
	return pos
}

// An explanation puts a message of the parser into other words.
type explanation struct {
	pattern   *regexp.Regexp
	msg, hint string // $1 refers to the pattern; an empty msg keeps the parser's
}

var explanations = []explanation{
	{regexp.MustCompile(`^got (?:for|async), want '?[),\]]'?`), "", "generator expressions are Python; put the loop into brackets: [f(x) for x in xs]"},
	{regexp.MustCompile(`^got (?:string literal), want newline`), "", "join strings with +"},
	{regexp.MustCompile(`does not associate with`), "comparisons cannot be chained", "write a < b and b < c; between masks write (a < b) & (b < c)"},
	{regexp.MustCompile(`^got '=', want`), "", "to compare write ==; an assignment stands on a line of its own, and a = b = 1 is written in two lines"},
	{regexp.MustCompile(`^got ':', want newline`), "", "type annotations are Python; leave them out"},
	{regexp.MustCompile(`^got '([,}])', want ':'`), "", "a set is written set([1, 2])"},
	{regexp.MustCompile(`^got newline, want ':'`), "", "this line must end with a colon"},
	{regexp.MustCompile(`^got indent, want`), "this line is indented, and the line before does not open a block", ""},
	{regexp.MustCompile(`^got (.+), want indent`), "the block after this colon is empty", "indent its lines, or write pass"},
	{regexp.MustCompile(`^got newline, want primary expression`), "the line ends where a value is expected", ""},
	{regexp.MustCompile(`^got end of file, want`), "the cell ends before this is complete", "a bracket, a quote or a block is still open"},
	{regexp.MustCompile(`^return statement not within a function`), "return outside of a function", "the last expression of a cell is its result; write just the value"},
	{regexp.MustCompile(`^not an identifier`), "a keyword cannot be a name or an attribute", "words like load, for, in and if are part of the language"},
	{regexp.MustCompile(`^load statement within a (.+)$`), "load() inside a $1", "move it to the top level of the cell"},
}

func explain(msg string) (string, string) {
	for _, x := range explanations {
		if m := x.pattern.FindStringSubmatchIndex(msg); m != nil {
			if x.msg == "" {
				return msg, x.hint
			}
			return string(x.pattern.ExpandString(nil, x.msg, msg, m)), x.hint
		}
	}
	return msg, ""
}

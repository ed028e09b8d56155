package lang

import (
	"strings"

	"go.starlark.net/syntax"
)

// fstring rewrites an f-string to a call on the same lines:
//
//	f"x={x:.2f}!"   becomes   __wnb_f("x=",(x),"","",".2f","!")
//
// The arguments are a literal, then for every field its value, the text that
// {x=} shows, the conversion (r, s or none), the format, and the next literal.
// prefix is the length of the letters before the quote.
func (s *scanner) fstring(prefix int) *Error {
	raw := strings.ContainsAny(s.src[s.i:s.i+prefix], "rR")
	s.skip(prefix)
	quote := s.quote()
	s.emit(reserved + "f(")
	s.skip(len(quote))
	f := &fstring{scanner: s, quote: quote, raw: raw}
	if err := f.pieces(quote); err != nil {
		return err
	}
	s.emit(")")
	s.operand, s.last = true, `""`
	return nil
}

// fstring is the state of one f-string: how it is quoted.
type fstring struct {
	*scanner
	quote string
	raw   bool
}

// pieces handles literals and fields until the end mark: the closing quote, or
// "}" for a format that holds fields itself.
func (f *fstring) pieces(end string) *Error {
	for {
		more, err := f.literal(end)
		if err != nil || !more {
			return err
		}
		if err := f.field(); err != nil {
			return err
		}
		f.emit(",")
	}
}

// literal writes the text up to the next field (true) or the end (false).
func (f *fstring) literal(end string) (bool, *Error) {
	f.emit(f.quote)
	for f.i < len(f.src) {
		rest := f.src[f.i:]
		switch {
		case strings.HasPrefix(rest, end):
			f.skip(len(end))
			f.emit(f.quote)
			return false, nil
		case strings.HasPrefix(rest, "{{") && end != "}", strings.HasPrefix(rest, "}}") && end != "}":
			f.skip(1)
			f.copy(1)
		case rest[0] == '{':
			f.emit(f.quote)
			return true, nil
		case rest[0] == '}':
			return false, f.errorf("write }} for a brace", "a single } in an f-string")
		case end == "}" && strings.HasPrefix(rest, f.quote):
			return false, f.errorf("close the field with }", "an f-string field does not end")
		case rest[0] == '\n' && len(f.quote) == 1:
			return false, f.errorf("close it with "+f.quote+" or start it with "+f.quote+f.quote+f.quote, "this f-string does not end on its line")
		case rest[0] == '\\' && len(rest) > 1:
			f.backslash()
		case rest[0] == f.quote[0]:
			// A quote mark inside triple quotes must not join the closing ones.
			f.emit(`\`)
			f.copy(1)
		default:
			f.copy(1)
		}
	}
	return false, f.errorf("close it with "+f.quote, "this f-string does not end")
}

// backslash writes a backslash and the character behind it. In a raw f-string
// both are text: the literal that is written is never raw, so that it can hold
// every quote mark.
func (f *fstring) backslash() {
	if !f.raw {
		f.copy(f.escape())
		return
	}
	n := f.escape() - 1
	f.emit(`\`)
	f.copy(1)
	switch f.peek(0) {
	case '\\', '"', '\'':
		f.emit(`\`)
	case '\n':
		f.emit(`\n\`)
	}
	f.copy(n)
}

// field handles {expression=!r:format}.
func (f *fstring) field() *Error {
	line, col := f.line, f.col
	f.skip(1)
	f.emit(",(")
	start := f.i
	if err := f.expression(); err != nil {
		return err
	}
	text := f.src[start:f.i]
	if strings.TrimSpace(text) == "" {
		return &Error{Kind: KindSyntax, Line: int(line), Col: int(col), Msg: "an f-string field is empty", Hint: "write a value between the braces, or {{}} for the braces themselves"}
	}
	f.emit("),")
	if f.peek(0) == '=' {
		f.skip(1)
		f.skip(f.run(func(c rune) bool { return c == ' ' }))
		f.emit(syntax.Quote(f.src[start:f.i], false) + ",")
	} else {
		f.emit(`"",`)
	}
	if f.atConversion() {
		f.emit(`"` + f.src[f.i+1:f.i+2] + `",`)
		f.skip(2)
	} else {
		f.emit(`"",`)
	}
	return f.format()
}

// format handles what follows the expression: nothing, or a colon and a format
// that may hold fields itself.
func (f *fstring) format() *Error {
	switch f.peek(0) {
	case '}':
		f.skip(1)
		f.emit(`""`)
		return nil
	case ':':
		f.skip(1)
		f.emit(reserved + "f(")
		if err := f.pieces("}"); err != nil {
			return err
		}
		f.emit(")")
		return nil
	}
	return f.errorf("write {value}, {value:.2f} or {value!r}", "an f-string field does not end with }")
}

// expression copies tokens up to the =, !, : or } that ends the value.
func (f *fstring) expression() *Error {
	f.open = append(f.open, 'f')
	depth := len(f.open)
	f.operand, f.last = false, "{"
	defer func() { f.open = f.open[:min(len(f.open), depth-1)] }()
	for f.i < len(f.src) {
		if len(f.open) == depth && f.atEndOfExpression() {
			return nil
		}
		if f.peek(0) == '#' {
			return f.errorf("leave the comment out", "a comment inside an f-string field")
		}
		if err := f.token(); err != nil {
			return err
		}
		if len(f.open) < depth {
			return f.errorf("close the field with }", "a bracket in an f-string field does not match")
		}
	}
	return f.errorf("close it with }", "an f-string field does not end")
}

// atConversion tells whether !r, !s or !a stands here, before the format or the
// end.
func (f *fstring) atConversion() bool {
	c, end := f.peek(1), f.peek(2)
	return f.peek(0) == '!' && (c == 'r' || c == 's' || c == 'a') && (end == ':' || end == '}')
}

func (f *fstring) atEndOfExpression() bool {
	next := f.peek(1)
	switch f.peek(0) {
	case '}':
		return true
	case ':':
		return next != '='
	case '!':
		return f.atConversion()
	case '=':
		if next == '=' || strings.ContainsAny(f.last, "=!<>") && !f.operand {
			return false
		}
		n := 1
		for f.peek(n) == ' ' {
			n++
		}
		return f.peek(n) == '}' || f.peek(n) == ':' || f.peek(n) == '!'
	}
	return false
}

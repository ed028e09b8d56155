package lang

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// reserved starts the names that the passes insert.
const reserved = "__wnb_"

// scanner is the pass over a cell's text. It copies most of it; it rewrites
// f-strings and digit separators, and stops at Python that has another
// spelling here.
type scanner struct {
	src       string
	i         int   // next byte of src
	line, col int32 // of src[i], from 1; columns count characters
	out       strings.Builder
	outCol    int32
	synthetic bool // the last thing written was inserted, not copied
	columns   columns
	open      []byte // brackets that are open; 'f' for the braces of an f-string
	lambdas   []int  // lambdas whose parameters are being read: how many brackets were open
	operand   bool   // the last token can end an operand
	last      string // the last token
	lineStart bool   // only blanks since the line began
}

// scan gives Starlark text with the same lines as src.
func scan(src string) (string, columns, *Error) {
	s := &scanner{src: src, line: 1, col: 1, outCol: 1, columns: columns{}, lineStart: true}
	for s.i < len(s.src) {
		if err := s.token(); err != nil {
			return "", nil, err
		}
	}
	return s.out.String(), s.columns, nil
}

// copy writes the next n bytes of the source to the output.
func (s *scanner) copy(n int) {
	if s.synthetic {
		s.columns.add(s.line, segment{s.outCol, s.col, true})
		s.synthetic = false
	}
	text := s.src[s.i : s.i+n]
	s.out.WriteString(text)
	s.i += n
	for i := range n {
		switch {
		case text[i] == '\n':
			s.line++
			s.col, s.outCol = 1, 1
		case utf8.RuneStart(text[i]): // a character may come in parts
			s.col++
			s.outCol++
		}
	}
}

// skip leaves out the next n bytes, which hold no line end.
func (s *scanner) skip(n int) {
	s.col += int32(utf8.RuneCountInString(s.src[s.i : s.i+n]))
	s.i += n
	s.synthetic = true
}

// emit inserts text, which holds no line end.
func (s *scanner) emit(text string) {
	s.columns.add(s.line, segment{s.outCol, s.col, false})
	s.out.WriteString(text)
	s.outCol += int32(utf8.RuneCountInString(text))
	s.synthetic = true
}

func (s *scanner) errorf(hint, format string, args ...any) *Error {
	return &Error{Kind: KindSyntax, Line: int(s.line), Col: int(s.col), Msg: fmt.Sprintf(format, args...), Hint: hint}
}

func (s *scanner) peek(k int) byte {
	if s.i+k < len(s.src) {
		return s.src[s.i+k]
	}
	return 0
}

// token handles one token, or a run of blanks.
func (s *scanner) token() *Error {
	c, _ := utf8.DecodeRuneInString(s.src[s.i:])
	switch {
	case c == '\n':
		s.copy(1)
		s.lineStart = true
		if len(s.open) == 0 {
			s.operand, s.last = false, ""
		}
		return nil
	case c == ' ' || c == '\t' || c == '\r':
		s.copy(1)
		return nil
	case c == '#':
		s.copy(s.run(func(c rune) bool { return c != '\n' }))
		return nil
	}
	start := s.lineStart && len(s.open) == 0
	s.lineStart = false
	switch {
	case isNameStart(c):
		return s.name()
	case c >= '0' && c <= '9':
		s.number()
		return nil
	case c == '"' || c == '\'':
		s.string(false)
		return nil
	default:
		return s.operator(byte(min(c, 127)), start)
	}
}

// run counts the bytes of the characters from here on that fit.
func (s *scanner) run(fits func(rune) bool) int {
	rest := s.src[s.i:]
	if n := strings.IndexFunc(rest, func(c rune) bool { return !fits(c) }); n >= 0 {
		return n
	}
	return len(rest)
}

func isNameStart(c rune) bool { return c == '_' || unicode.IsLetter(c) }
func isNamePart(c rune) bool  { return isNameStart(c) || unicode.IsDigit(c) }

// name handles a name, a keyword, or the prefix of a string.
func (s *scanner) name() *Error {
	n := s.run(isNamePart)
	word := s.src[s.i : s.i+n]
	if q := s.peek(n); q == '"' || q == '\'' {
		switch strings.ToLower(word) {
		case "f", "rf", "fr":
			return s.fstring(n)
		case "r", "b", "rb", "br":
			s.copy(n)
			s.string(strings.ContainsAny(word, "rR"))
			return nil
		}
	}
	if strings.HasPrefix(word, reserved) {
		return s.errorf("choose another name", "names that start with %s belong to wnb", reserved)
	}
	if s.last != "." {
		if hint, ok := pythonWords[word]; ok {
			return s.errorf(hint, "`%s` is Python; cells are written in Starlark", word)
		}
	}
	s.operand = !keywords[word]
	s.last = word
	if word == "lambda" {
		s.lambdas = append(s.lambdas, len(s.open))
	}
	s.copy(n)
	return nil
}

// number copies a number without its digit separators: 1_000 is 1000.
func (s *scanner) number() {
	for s.i < len(s.src) {
		c := s.src[s.i]
		prev := byte(0)
		if s.i > 0 {
			prev = s.src[s.i-1]
		}
		switch {
		case c == '_' && isDigit(prev) && isDigit(s.peek(1)):
			s.skip(1)
		case c == '.' || isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			s.copy(1)
		case (c == '+' || c == '-') && (prev == 'e' || prev == 'E'):
			s.copy(1)
		default:
			s.operand, s.last = true, "0"
			return
		}
	}
	s.operand, s.last = true, "0"
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// string copies a plain string literal. One that does not end is left to the
// parser, which says so.
func (s *scanner) string(raw bool) {
	quote := s.quote()
	s.copy(len(quote))
	for s.i < len(s.src) {
		switch {
		case strings.HasPrefix(s.src[s.i:], quote):
			s.copy(len(quote))
			s.operand, s.last = true, `""`
			return
		case s.src[s.i] == '\\' && s.i+1 < len(s.src):
			s.copy(s.escape())
		case s.src[s.i] == '\n' && len(quote) == 1:
			return
		default:
			s.copy(1)
		}
	}
}

// escape is the length of a backslash and the character behind it.
func (s *scanner) escape() int {
	_, n := utf8.DecodeRuneInString(s.src[s.i+1:])
	return 1 + n
}

// quote is the opening quote at the current position: one mark or three.
func (s *scanner) quote() string {
	q := s.src[s.i : s.i+1]
	if triple := q + q + q; strings.HasPrefix(s.src[s.i:], triple) {
		return triple
	}
	return q
}

// operator handles brackets and the operators that Starlark lacks.
func (s *scanner) operator(c byte, start bool) *Error {
	switch c {
	case '(', '[', '{':
		s.open = append(s.open, c)
		s.operand = false
	case ')', ']', '}':
		if len(s.open) > 0 {
			s.open = s.open[:len(s.open)-1]
		}
		s.operand = true
	case '*':
		return s.star()
	case '!', '%', '@':
		if start {
			return s.errorf("run shell commands in a terminal; packages are part of wnb, and decorators are written f = decorate(f)",
				"a line cannot start with `%c`", c)
		}
		s.operand = false
	case ':':
		if s.peek(1) == '=' {
			return s.errorf("assign on a line of its own: x = ...", "`:=` is Python; cells are written in Starlark")
		}
		s.operand = false
		if s.parameters() {
			s.lambdas = s.lambdas[:len(s.lambdas)-1]
		}
	case '-':
		if s.peek(1) == '>' {
			return s.errorf("leave the annotation out", "type annotations are Python; cells are written in Starlark")
		}
		s.operand = false
	default:
		s.operand = false
	}
	s.last = string(rune(c))
	_, n := utf8.DecodeRuneInString(s.src[s.i:])
	s.copy(n)
	return nil
}

// parameters tells whether the scanner is among the parameters of a lambda, and
// not inside brackets of a default.
func (s *scanner) parameters() bool {
	n := len(s.lambdas)
	return n > 0 && s.lambdas[n-1] == len(s.open)
}

// star handles *, ** and the places where Python unpacks.
func (s *scanner) star() *Error {
	n := s.run(func(c rune) bool { return c == '*' })
	inside := byte(0)
	if len(s.open) > 0 {
		inside = s.open[len(s.open)-1]
	}
	switch {
	case n >= 2 && s.operand && s.peek(n) == '=':
		return s.errorf("write x = pow(x, y)", "`**=` is Python; cells are written in Starlark")
	case n >= 2 && s.operand:
		return s.errorf("write pow(x, y), or x * x", "`**` is Python; cells are written in Starlark")
	case s.parameters(): // lambda *args, **kwargs: ...
	case n >= 2 && inside == '{':
		return s.errorf("merge dicts with a | b", "`{**d}` is Python; cells are written in Starlark")
	case n == 1 && !s.operand && inside == '[':
		return s.errorf("join lists with a + b, or list(xs) + [x]", "`[*xs]` is Python; cells are written in Starlark")
	}
	s.operand = false
	s.last = "*"
	s.copy(n)
	return nil
}

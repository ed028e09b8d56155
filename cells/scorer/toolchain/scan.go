package toolchain

import (
	"regexp"
	"strings"
)

// syntax is what the scanner has to know of a language with braces.
type syntax struct {
	quotes     string // that strings and characters are in
	rawStrings bool   // Rust's r#"..."#
	lifetimes  bool   // Rust's 'a, which is no character
	nested     bool   // block comments nest
}

var (
	cSyntax    = syntax{quotes: `"'`}
	rustSyntax = syntax{quotes: `"'`, rawStrings: true, lifetimes: true, nested: true}
	asSyntax   = syntax{quotes: "\"'`"}
)

// mask gives the text with spaces for comments and for what is in strings. All
// else, line ends included, stays where it is.
func (s syntax) mask(text string) string {
	out := []byte(text)
	hide := func(from, to int) {
		for i := from; i < to; i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
	}
	for i := 0; i < len(text); {
		n := s.opaque(text[i:])
		if n > 0 {
			hide(i, i+n)
		}
		i += max(n, 1)
	}
	return string(out)
}

// opaque is the length of the comment or string that text starts with, or 0.
func (s syntax) opaque(text string) int {
	switch {
	case strings.HasPrefix(text, "//"):
		if n := strings.IndexByte(text, '\n'); n >= 0 {
			return n
		}
		return len(text)
	case strings.HasPrefix(text, "/*"):
		return s.comment(text)
	case s.rawStrings && text[0] == 'r':
		return rawString(text)
	case !strings.ContainsRune(s.quotes, rune(text[0])):
		return 0
	case s.lifetimes && text[0] == '\'':
		return rustChar(text)
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case text[0]:
			return i + 1
		}
	}
	return len(text)
}

func (s syntax) comment(text string) int {
	depth := 0
	for i := 0; i+1 < len(text); i++ {
		switch {
		case text[i:i+2] == "/*" && (depth == 0 || s.nested):
			depth++
			i++
		case text[i:i+2] == "*/":
			depth--
			i++
			if depth == 0 {
				return i + 1
			}
		}
	}
	return len(text)
}

// rawString is the length of a string such as r##"..."##.
func rawString(text string) int {
	hashes := 0
	for 1+hashes < len(text) && text[1+hashes] == '#' {
		hashes++
	}
	if 1+hashes >= len(text) || text[1+hashes] != '"' {
		return 0
	}
	end := `"` + strings.Repeat("#", hashes)
	n := strings.Index(text[2+hashes:], end)
	if n < 0 {
		return len(text)
	}
	return 2 + hashes + n + len(end)
}

var rustCharLiteral = regexp.MustCompile(`^'(\\.[^']*|[^\\'])'`)

// rustChar tells a character from a lifetime.
func rustChar(text string) int { return len(rustCharLiteral.FindString(text)) }

func blank(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return ' '
	}, s)
}

// head is a match of a language's pattern for the start of a function.
type head struct {
	function
	groups []string // of the pattern
	params string   // what is between the parentheses
	rest   string   // what is between them and the body
}

// farthestBody is how many bytes there may be from the parameters of a function to
// its body: its result, and white space.
const farthestBody = 1000

// heads finds the functions with a body that are not inside anything. pattern
// ends with the opening parenthesis and has the name as the group name.
func heads(masked string, pattern *regexp.Regexp, name int, names map[string]bool) []head {
	var all []head
	depth, at := 0, 0 // of the text before at
	for _, m := range pattern.FindAllStringSubmatchIndex(masked, -1) {
		for ; at < m[2*name]; at++ {
			depth += nesting(masked[at])
		}
		word := masked[m[2*name]:m[2*name+1]]
		if depth != 0 || names != nil && !names[word] {
			continue
		}
		open := m[1] - 1
		end := closing(masked, open)
		body := -1
		if end > 0 {
			body = strings.IndexAny(masked[end:min(len(masked), end+farthestBody)], "{;")
		}
		if body < 0 || masked[end+body] != '{' {
			continue
		}
		h := head{params: masked[open+1 : end], rest: masked[end+1 : end+body]}
		h.name = word
		h.line, h.col = position(masked, m[2*name])
		for g := range len(m) / 2 {
			text := ""
			if m[2*g] >= 0 {
				text = masked[m[2*g]:m[2*g+1]]
			}
			h.groups = append(h.groups, text)
		}
		all = append(all, h)
	}
	return all
}

func nesting(c byte) int {
	switch c {
	case '{', '(', '[':
		return 1
	case '}', ')', ']':
		return -1
	}
	return 0
}

// closing is where the bracket at open is closed, or -1.
func closing(text string, open int) int {
	depth := 0
	for i := open; i < len(text); i++ {
		if depth += nesting(text[i]); depth == 0 {
			return i
		}
	}
	return -1
}

// position is the line and column, in bytes, of an offset.
func position(text string, at int) (line, col int) {
	before := text[:at]
	return 1 + strings.Count(before, "\n"), at - strings.LastIndexByte(before, '\n')
}

// split divides a list of parameters at its commas.
func split(params string) []string {
	var parts []string
	depth, from := 0, 0
	for i := range len(params) {
		switch c := params[i]; {
		case c == '<':
			depth++
		case c == '>':
			depth--
		case c == ',' && depth == 0:
			parts = append(parts, params[from:i])
			from = i + 1
		default:
			depth += nesting(c)
		}
	}
	if last := params[from:]; strings.TrimSpace(last) != "" {
		parts = append(parts, last)
	}
	return parts
}

// squeeze drops all white space.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

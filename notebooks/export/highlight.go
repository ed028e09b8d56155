package export

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A grammar is what colours need to know of a language. A library of lexers
// would know more, at the price of 5 MB and 11 ms of process start for every
// command.
type grammar struct {
	line       []string // what starts a comment that ends with the line
	block      [2]string
	quotes     []quote // longest first
	prefixes   string  // letters that may stand right before a quote
	keywords   map[string]bool
	constants  map[string]bool
	foldCase   bool
	identifier string // what may be in a name besides letters, digits and _
}

type quote struct {
	open, close string
	escapes     bool // a backslash hides the next character
	lines       bool // may go over several lines
}

var (
	doubleQuote = quote{`"`, `"`, true, false}
	singleQuote = quote{`'`, `'`, true, false}
	backQuote   = quote{"`", "`", false, true}
)

// grammarOf gives the grammar of a language, nil for one without colours.
func grammarOf(lang string) *grammar {
	switch strings.ToLower(lang) {
	case "starlark", "python", "py", "star":
		return &grammar{
			line: []string{"#"}, prefixes: "fFrRbBuU",
			quotes: []quote{{`"""`, `"""`, true, true}, {`'''`, `'''`, true, true}, doubleQuote, singleQuote},
			keywords: names(`and as assert async await break class continue def del elif else except finally for from
				global if import in is lambda load nonlocal not or pass raise return try while with yield`),
			constants: names("True False None"),
		}
	case "sql":
		return &grammar{
			line: []string{"--"}, block: [2]string{"/*", "*/"}, foldCase: true,
			quotes: []quote{{`'`, `'`, false, true}, {`"`, `"`, false, true}, backQuote},
			keywords: names(`all and as asc between by case cast create cross delete desc distinct drop else end except exists
				filter from full group having in inner insert intersect into is join left like limit not offset on or
				order outer over partition recursive replace right select set table then union update using values
				view when where window with`),
			constants: names("null true false"),
		}
	case "go":
		return &grammar{
			line: []string{"//"}, block: [2]string{"/*", "*/"}, quotes: []quote{doubleQuote, singleQuote, backQuote},
			keywords: names(`break case chan const continue default defer else fallthrough for func go goto if import
				interface map package range return select struct switch type var`),
			constants: names("true false nil iota"),
		}
	case "rust", "rs":
		return &grammar{
			line: []string{"//"}, block: [2]string{"/*", "*/"}, quotes: []quote{{`"`, `"`, true, true}},
			keywords: names(`as async await break const continue crate dyn else enum extern fn for if impl in let loop match
				mod move mut pub ref return self static struct super trait type unsafe use where while`),
			constants: names("true false None Some Ok Err"),
		}
	case "c", "assemblyscript", "typescript", "javascript", "js", "ts":
		return &grammar{
			line: []string{"//"}, block: [2]string{"/*", "*/"}, quotes: []quote{doubleQuote, singleQuote, backQuote},
			keywords: names(`break case class const continue default do else enum export extends extern for from function
				if import in instanceof interface let namespace new of return sizeof static struct super switch this throw
				try catch type typedef typeof union unsafe var void while int long short char float double unsigned signed`),
			constants: names("true false null undefined NULL"),
		}
	case "wat":
		return &grammar{
			line: []string{";;"}, block: [2]string{"(;", ";)"}, quotes: []quote{doubleQuote}, identifier: ".$",
			keywords: names(`module func param result local global export import memory data table elem type mut start
				block loop if then else end br br_if call return`),
		}
	case "sh", "bash", "shell", "yaml", "yml", "toml":
		return &grammar{line: []string{"#"}, quotes: []quote{doubleQuote, {`'`, `'`, false, true}}}
	case "json":
		return &grammar{quotes: []quote{doubleQuote}, constants: names("true false null")}
	}
	return nil
}

// highlight gives source as HTML with a span around each token that has a
// colour: hl-k keyword, hl-b constant, hl-s string, hl-m number, hl-c comment,
// hl-f the name of what is called.
func highlight(lang, src string) string {
	g := grammarOf(lang)
	if g == nil {
		return html.EscapeString(src)
	}
	var b strings.Builder
	for len(src) > 0 {
		n, class := g.next(src)
		if class == "" {
			b.WriteString(html.EscapeString(src[:n]))
		} else {
			b.WriteString(`<span class="hl-` + class + `">` + html.EscapeString(src[:n]) + `</span>`)
		}
		src = src[n:]
	}
	return b.String()
}

// next gives the length and the class of the token that src starts with.
func (g *grammar) next(src string) (n int, class string) {
	for _, c := range g.line {
		if strings.HasPrefix(src, c) {
			return lineLength(src), "c"
		}
	}
	if g.block[0] != "" && strings.HasPrefix(src, g.block[0]) {
		if end := strings.Index(src[len(g.block[0]):], g.block[1]); end >= 0 {
			return len(g.block[0]) + end + len(g.block[1]), "c"
		}
		return len(src), "c"
	}
	if n := g.quoted(src); n > 0 {
		return n, "s"
	}
	r, size := utf8.DecodeRuneInString(src)
	switch {
	case r >= '0' && r <= '9':
		return g.wordLength(src, "."), "m"
	case g.inWord(r):
		return g.word(src)
	}
	return size, ""
}

// word classifies a name, which may turn out to be the prefix of a string.
func (g *grammar) word(src string) (n int, class string) {
	n = g.wordLength(src, "")
	if n <= 2 && strings.Trim(src[:n], g.prefixes) == "" {
		if q := g.quoted(src[n:]); q > 0 {
			return n + q, "s"
		}
	}
	name := src[:n]
	if g.foldCase {
		name = strings.ToLower(name)
	}
	switch {
	case g.keywords[name]:
		return n, "k"
	case g.constants[name]:
		return n, "b"
	case strings.HasPrefix(src[n:], "("):
		return n, "f"
	}
	return n, ""
}

// quoted gives the length of the string that src starts with, 0 for none. A
// string that is never closed ends with its line.
func (g *grammar) quoted(src string) int {
	for _, q := range g.quotes {
		if !strings.HasPrefix(src, q.open) {
			continue
		}
		for i := len(q.open); i < len(src); i++ {
			switch {
			case q.escapes && src[i] == '\\':
				i++
			case strings.HasPrefix(src[i:], q.close):
				return i + len(q.close)
			case src[i] == '\n' && !q.lines:
				return i
			}
		}
		return len(src)
	}
	return 0
}

func (g *grammar) inWord(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || r != utf8.RuneError && strings.ContainsRune(g.identifier, r)
}

func (g *grammar) wordLength(src, extra string) int {
	for i, r := range src {
		if !g.inWord(r) && !strings.ContainsRune(extra, r) {
			return i
		}
	}
	return len(src)
}

func lineLength(src string) int {
	if i := strings.IndexByte(src, '\n'); i >= 0 {
		return i
	}
	return len(src)
}

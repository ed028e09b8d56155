package check

import (
	"embed"
	"strings"
)

//go:embed pages/*.md
var pages embed.FS

// Explain is the page about a code, in Markdown; ok is false if there is no such
// code. Case does not matter, and neither do the letters: 12 is WNB012.
func Explain(code string) (page string, ok bool) {
	rule, ok := ruleNamed(code)
	if !ok {
		return "", false
	}
	text, err := pages.ReadFile("pages/" + rule.Code + ".md")
	return string(text), err == nil
}

// ruleNamed finds a rule by its code, its number or its name.
func ruleNamed(name string) (Rule, bool) {
	number := strings.TrimPrefix(strings.ToUpper(name), "WNB")
	for _, r := range Rules() {
		if r.Name == name || len(number) > 0 && len(number) <= 3 && r.Code == "WNB"+strings.Repeat("0", 3-len(number))+number {
			return r, true
		}
	}
	return Rule{}, false
}

// PlainPage is a page for a terminal: without the marks of Markdown, headings
// in capitals, examples indented.
func PlainPage(page string) string {
	var b strings.Builder
	inside := false
	for line := range strings.Lines(page) {
		switch {
		case strings.HasPrefix(line, "````"):
			inside = !inside
		case inside && line != "\n":
			b.WriteString("    " + line)
		case strings.HasPrefix(line, "## "):
			b.WriteString(strings.ToUpper(strings.TrimPrefix(line, "## ")))
		case strings.HasPrefix(line, "# "):
			b.WriteString(strings.TrimPrefix(line, "# "))
		default:
			b.WriteString(strings.ReplaceAll(line, "`", ""))
		}
	}
	return b.String()
}

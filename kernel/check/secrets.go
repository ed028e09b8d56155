package check

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/notebooks"
)

// tokens are texts that are keys by their form. hints are parts that each of
// them has one of: looking for these first is what makes it fast.
var tokens = []struct {
	what    string
	hints   []string
	pattern *regexp.Regexp
}{
	{"a key of AWS", []string{"AKIA", "ASIA"}, regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`)},
	{"a token of GitHub", []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"}, regexp.MustCompile(`\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})\b`)},
	{"a token of GitLab", []string{"glpat-"}, regexp.MustCompile(`\bglpat-[A-Za-z0-9_-]{20,}`)},
	{"a token of Slack", []string{"xox"}, regexp.MustCompile(`\bxox[abeoprs]-[A-Za-z0-9-]{20,}`)},
	{"a webhook of Slack", []string{"hooks.slack.com"}, regexp.MustCompile(`https://hooks\.slack\.com/services/[A-Za-z0-9/_-]{20,}`)},
	{"a key of a language model's API", []string{"sk-"}, regexp.MustCompile(`\bsk-[A-Za-z0-9_-]{32,}`)},
	{"a key of Google", []string{"AIza"}, regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}`)},
	{"a token of Hugging Face", []string{"hf_"}, regexp.MustCompile(`\bhf_[A-Za-z0-9]{30,}\b`)},
	{"a private key", []string{"PRIVATE KEY-----"}, regexp.MustCompile(`-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----`)},
	{"a password in an address", []string{"://"}, regexp.MustCompile(`\b[a-z][a-z0-9+]*://[^\s:/@"']+:([^\s/@"'{}]{3,})@`)},
}

// secretName is a name whose value is to be kept.
var secretName = regexp.MustCompile(`(?i)(?:^|_)(?:password|passwd|pwd|passphrase|secret|secret_?key|api_?key|access_?key|auth_?token|access_?token|private_?key)$`)

const secretHint = "read it with secret(\"NAME\") or env(\"NAME\"); a key that was saved or pushed has to be replaced"

// secret is a text that looks like one.
type secret struct {
	text string
	what string // or why
	at   int    // the byte where it starts in the text that was searched
}

// secretsIn finds keys by their form, anywhere in a text.
func secretsIn(text string) []secret {
	var out []secret
	for _, t := range tokens {
		if !slices.ContainsFunc(t.hints, func(hint string) bool { return strings.Contains(text, hint) }) {
			continue
		}
		for _, m := range t.pattern.FindAllStringSubmatchIndex(text, -1) {
			from, to := m[len(m)-2], m[len(m)-1] // the group, or the whole
			if !strings.Contains(text[from:to], "EXAMPLE") {
				out = append(out, secret{text[from:to], "looks like " + t.what, from})
			}
		}
	}
	return out
}

// secrets reports texts that look like keys or passwords. By their form they
// are found in all cells, prose and params; by their name or their disorder, in
// what Starlark cells write in quotes.
func (c *checker) secrets() {
	for i := range c.doc.Cells {
		cell := &c.doc.Cells[i]
		for _, s := range secretsIn(cell.Source) {
			c.secretIn(cell, s)
		}
	}
	for _, one := range c.cells {
		for _, l := range one.secretLiterals() {
			c.add(c.node(one, l.literal, secretText, Warning, fmt.Sprintf("%s %s", masked(l.text), l.what), secretHint))
		}
	}
	for _, p := range c.doc.Front.Params {
		if secretDefault(p) != "" {
			c.add(Diagnostic{Code: secretText, Severity: Warning, FileLine: p.Line, attr: p.Name, Hint: secretHint,
				Message: fmt.Sprintf("the default of param `%s` looks like a secret", p.Name)})
		}
	}
}

// secretDefault is the default of a param if it looks like a secret, else "".
func secretDefault(p notebooks.Param) string {
	text, _ := p.Default.(string)
	if len(secretsIn(text)) > 0 || secretName.MatchString(p.Name) && isPassword(text) {
		return text
	}
	return ""
}

// secretIn reports a secret in the text of any cell.
func (c *checker) secretIn(cell *notebooks.Cell, s secret) {
	line := strings.Count(cell.Source[:s.at], "\n") + 1
	d := Diagnostic{Code: secretText, Severity: Warning, Cell: cell.ID, Line: line, Source: lineOf(cell.Source, line),
		Message: masked(s.text) + " " + s.what, Hint: secretHint}
	d.Col = utf8.RuneCountInString(cell.Source[strings.LastIndexByte(cell.Source[:s.at], '\n')+1:s.at]) + 1
	d.EndCol = d.Col + utf8.RuneCountInString(s.text)
	if cell.Line > 0 {
		d.FileLine = cell.Line + line - 1
	}
	c.add(d)
}

// A secretLiteral is a text in quotes that is a secret by its name or disorder.
type secretLiteral struct {
	secret
	literal *syntax.Literal
}

// secretLiterals finds the secrets of a cell that have no form of their own.
func (one *cell) secretLiterals() []secretLiteral {
	var out []secretLiteral
	add := func(e syntax.Expr, why string) {
		lit := e.(*syntax.Literal)
		if text := lit.Value.(string); len(secretsIn(text)) == 0 {
			out = append(out, secretLiteral{secret{text: text, what: why}, lit})
		}
	}
	syntax.Walk(one.tree.File, func(n syntax.Node) bool {
		var target, value syntax.Expr
		switch n := n.(type) {
		case *syntax.AssignStmt:
			target, value = n.LHS, n.RHS
		case *syntax.BinaryExpr:
			if n.Op == syntax.EQ {
				target, value = n.X, n.Y
			}
		case *syntax.DictEntry:
			target, value = n.Key, n.Value
		case *syntax.Literal:
			if text, ok := n.Value.(string); ok && isRandom(text) {
				add(n, "looks like a random key")
			}
		}
		if text, ok := stringOf(value); ok && !isRandom(text) && isPassword(text) && secretName.MatchString(nameOf(target)) {
			add(value, fmt.Sprintf("is the value of `%s`", nameOf(target)))
		}
		return true
	})
	return out
}

func stringOf(e syntax.Expr) (string, bool) {
	lit, ok := e.(*syntax.Literal)
	if !ok {
		return "", false
	}
	text, ok := lit.Value.(string)
	return text, ok
}

// nameOf is what an assignment, an argument or an entry of a dict calls its
// value.
func nameOf(target syntax.Expr) string {
	switch target := target.(type) {
	case *syntax.Ident:
		return target.Name
	case *syntax.DotExpr:
		return target.Name.Name
	}
	name, _ := stringOf(target)
	return name
}

// placeholder is what people write in the place of a secret.
var placeholder = regexp.MustCompile(`(?i)^(?:x+|\*+|\.+|<.*>|\{.*\}|\$.*|your.*|my.*|change.?me|example.*|dummy.*|test.*|none|null|todo|.*(?:password|passwd|secret|token|key|hash|column).*)$`)

func isPassword(text string) bool { return len(text) >= 4 && !placeholder.MatchString(text) }

// isRandom tells whether a text is a long word without order: letters of both
// cases and digits that change often and repeat little. A hash in hex is not
// one, nor a path or a name in camel case.
func isRandom(text string) bool {
	if len(text) < 32 || len(text) > 256 || !randomWord.MatchString(text) || isHex(text) {
		return false
	}
	changes, kinds := 0, [4]bool{}
	before := -1
	for _, r := range text {
		kind := kindOf(r)
		kinds[kind] = true
		if before >= 0 && kind != before {
			changes++
		}
		before = kind
	}
	return kinds[0] && kinds[1] && kinds[2] && float64(changes) >= 0.35*float64(len(text)) && entropy(text) >= 4.2
}

var randomWord = regexp.MustCompile(`^[A-Za-z0-9+/=_-]+$`)

func kindOf(r rune) int {
	switch {
	case unicode.IsUpper(r):
		return 0
	case unicode.IsLower(r):
		return 1
	case unicode.IsDigit(r):
		return 2
	}
	return 3
}

func isHex(text string) bool { return strings.Trim(text, "0123456789abcdefABCDEF-") == "" }

// entropy is Shannon's, in bits per character.
func entropy(text string) float64 {
	counts := map[rune]int{}
	for _, r := range text {
		counts[r]++
	}
	n := float64(utf8.RuneCountInString(text))
	var shares []float64
	for _, count := range counts {
		shares = append(shares, float64(count)/n)
	}
	slices.Sort(shares) // the sum depends on the order, if only a little
	sum := 0.0
	for _, p := range shares {
		sum -= p * math.Log2(p)
	}
	return sum
}

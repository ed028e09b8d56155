package check

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// masked shows a secret so that its owner knows it and nobody else: the first
// letters of a long one, and its length.
func masked(text string) string {
	runes := []rune(text)
	shown := 0
	if len(runes) >= 16 {
		shown = 4
	}
	return fmt.Sprintf("%s… (%d characters)", string(runes[:shown]), len(runes))
}

// mask hides the secrets of the notebook in all diagnostics: in the lines that
// they show, and where a message quotes a text.
func (c *checker) mask() {
	if len(c.found) == 0 {
		return
	}
	found := secretsIn(strings.Join(c.lines, "\n"))
	for i := range c.doc.Cells {
		found = append(found, secretsIn(c.doc.Cells[i].Source)...)
	}
	for _, p := range c.doc.Front.Params {
		found = append(found, secret{text: secretDefault(p)})
	}
	for _, one := range c.cells {
		for _, l := range one.secretLiterals() {
			raw := strings.Trim(l.literal.Raw, `rb"'`)
			found = append(found, l.secret, secret{text: raw})
		}
	}
	maskTexts(c.found, found)
}

// maskTexts replaces secrets in everything that diagnostics show. The stars
// take the same place, so that columns stay right.
func maskTexts(ds []Diagnostic, secrets []secret) {
	slices.SortStableFunc(secrets, func(a, b secret) int { return len(b.text) - len(a.text) })
	for i := range ds {
		for _, s := range secrets {
			if s.text == "" {
				continue
			}
			stars := strings.Repeat("*", utf8.RuneCountInString(s.text))
			for _, text := range []*string{&ds[i].Source, &ds[i].Message, &ds[i].Hint} {
				*text = strings.ReplaceAll(*text, s.text, stars)
			}
		}
	}
}

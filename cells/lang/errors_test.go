package lang

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// The caret stays under its character, wherever a long line is cut.
func TestLongLinesAreCutAroundTheCaret(t *testing.T) {
	for name, source := range map[string]string{
		"short":         "x = zz",
		"at the start":  "zz + " + strings.Repeat("é + ", 5000),
		"in the middle": strings.Repeat("1 + ", 5000) + "zz + " + strings.Repeat("1 + ", 5000),
		"at the end":    strings.Repeat("1 + ", 5000) + "zz",
	} {
		t.Run(name, func(t *testing.T) {
			col := utf8.RuneCountInString(source[:strings.Index(source, "zz")]) + 1
			lines := quote(7, col, source)
			if len(lines) != 2 || utf8.RuneCountInString(lines[0]) > maxQuoted+len("    7 | ")+2 {
				t.Fatalf("%q", lines)
			}
			under := []rune(lines[0])[utf8.RuneCountInString(lines[1])-1:]
			if !strings.HasPrefix(string(under), "zz") || !strings.HasSuffix(lines[1], "^") {
				t.Errorf("\n%s\n%s", lines[0], lines[1])
			}
		})
	}
}

package export

import (
	"html"
	"regexp"
	"strconv"
	"strings"
)

var (
	// escape matches a terminal control sequence: colours and cursor (CSI),
	// titles and links (OSC), and the two-character rest.
	escape = regexp.MustCompile("\x1b\\[[0-?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|\x1b[@-_]?")
	sgr    = regexp.MustCompile("^\x1b\\[([0-9;]*)m$")
)

// stripANSI removes terminal control sequences and other control characters.
func stripANSI(s string) string { return dropControls(escape.ReplaceAllString(s, "")) }

// html gives text from a terminal as HTML: the eight colours and bold as
// classes, every other control sequence dropped. A colour lasts into the next
// piece of text.
func (a *ansiStyle) html(s string) string {
	var b strings.Builder
	write := func(text string) {
		if text = html.EscapeString(dropControls(text)); text == "" {
			return
		}
		if class := a.class(); class != "" {
			text = `<span class="` + class + `">` + text + `</span>`
		}
		b.WriteString(text)
	}
	at := 0
	for _, m := range escape.FindAllStringIndex(s, -1) {
		write(s[at:m[0]])
		if codes := sgr.FindStringSubmatch(s[m[0]:m[1]]); codes != nil {
			a.apply(codes[1])
		}
		at = m[1]
	}
	write(s[at:])
	return b.String()
}

type ansiStyle struct {
	bold   bool
	colour int // 1..7 as in the codes 31..37, 0 for none
}

// apply follows the codes of one sequence. Colours beyond the eight are left out.
func (a *ansiStyle) apply(codes string) {
	list := strings.Split(codes, ";")
	for i := 0; i < len(list); i++ {
		n, err := strconv.Atoi(list[i])
		switch {
		case err != nil || n == 0:
			*a = ansiStyle{}
		case n == 1:
			a.bold = true
		case n == 22:
			a.bold = false
		case n == 39 || n == 30 || n == 90:
			a.colour = 0
		case n > 30 && n <= 37:
			a.colour = n - 30
		case n > 90 && n <= 97:
			a.colour = n - 90
		case n == 38 || n == 48: // 38;5;n or 38;2;r;g;b
			if i+1 < len(list) && list[i+1] == "5" {
				i += 2
			} else {
				i += 4
			}
		}
	}
}

func (a ansiStyle) class() string {
	var c []string
	if a.colour > 0 {
		c = append(c, "a"+strconv.Itoa(a.colour))
	}
	if a.bold {
		c = append(c, "ab")
	}
	return strings.Join(c, " ")
}

// dropControls removes what no page can show: control characters other than
// tab and newline, and bytes that are not UTF-8.
func dropControls(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

// settle plays carriage returns: of a line that was written over, as progress
// bars do, the last state stays.
func settle(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if !strings.Contains(s, "\r") {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		l = strings.TrimRight(l, "\r")
		lines[i] = l[strings.LastIndexByte(l, '\r')+1:]
	}
	return strings.Join(lines, "\n")
}

package check

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// WriteText writes diagnostics for a terminal: place, severity, code and
// message, the line with its part underlined, and what to do.
func WriteText(w io.Writer, ds []Diagnostic, color bool) error {
	var b strings.Builder
	for _, d := range ds {
		for _, text := range []*string{&d.File, &d.Cell, &d.Message, &d.Hint, &d.Source} {
			*text = visible(*text)
		}
		d.text(&b, color)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// visible replaces characters that would do something to a terminal.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// ANSI codes of the severities.
var colors = map[Severity]string{Error: "31", Warning: "33", Note: "36"}

func (d *Diagnostic) text(b *strings.Builder, color bool) {
	paint := func(code, text string) string {
		if !color {
			return text
		}
		return "\x1b[" + code + "m" + text + "\x1b[0m"
	}
	fmt.Fprintf(b, "%s: %s %s: %s\n", d.place(), paint(colors[d.Severity], string(d.Severity)), d.Code, d.Message)
	if where := d.where(); where != "" {
		b.WriteString("  in " + where + "\n")
	}
	d.quote(b, func(text string) string { return paint(colors[d.Severity], text) })
	if d.Hint != "" {
		b.WriteString("  hint: " + strings.ReplaceAll(d.Hint, "\n", "\n        ") + "\n")
	}
}

// place is "file:line:column", as far as it is known.
func (d *Diagnostic) place() string {
	s := d.File
	if s == "" {
		s = "notebook"
	}
	if d.FileLine > 0 {
		s += fmt.Sprintf(":%d", d.FileLine)
		if d.Col > 0 {
			s += fmt.Sprintf(":%d", d.Col)
		}
	}
	return s
}

// where names the cell and its line, as run errors do.
func (d *Diagnostic) where() string {
	switch {
	case d.Cell == "":
		return ""
	case d.Line == 0:
		return "cell " + d.Cell
	}
	return fmt.Sprintf("cell %s, line %d", d.Cell, d.Line)
}

// quote shows the line, numbered as in the file, and underlines the place.
func (d *Diagnostic) quote(b *strings.Builder, paint func(string) string) {
	if d.Source == "" {
		return
	}
	line := d.FileLine
	if line == 0 {
		line = d.Line
	}
	number := fmt.Sprintf("%5d | ", line)
	runes, from, to := window([]rune(d.Source), d.Col-1, d.EndCol-1)
	b.WriteString(number + string(runes) + "\n")
	if from < 0 || from > len(runes) {
		return
	}
	b.WriteString(strings.Repeat(" ", len(number)-2) + "| ")
	for _, r := range runes[:from] {
		if r != '\t' {
			r = ' '
		}
		b.WriteRune(r)
	}
	b.WriteString(paint(strings.Repeat("^", max(1, min(to, len(runes))-from))) + "\n")
}

// maxLine is how much of a line is shown, in characters.
const maxLine = 160

// window is the part of a long line around a place, and the place in it.
func window(line []rune, from, to int) (part []rune, newFrom, newTo int) {
	if len(line) <= maxLine {
		return line, from, to
	}
	start := max(0, min(from-maxLine/4, len(line)-maxLine))
	part = append([]rune{}, line[start:start+maxLine]...)
	if start > 0 {
		part[0] = '…'
	}
	if start+maxLine < len(line) {
		part[maxLine-1] = '…'
	}
	return part, from - start, to - start
}

// WriteJSON writes a line of JSON for each diagnostic.
func WriteJSON(w io.Writer, ds []Diagnostic) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range ds {
		line := struct {
			Type string `json:"message_type"`
			*Diagnostic
		}{"diagnostic", &ds[i]}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// WriteGitHub writes workflow commands of GitHub Actions, which show each
// diagnostic at its line of a pull request.
func WriteGitHub(w io.Writer, ds []Diagnostic) error {
	names := map[Severity]string{Error: "error", Warning: "warning", Note: "notice"}
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "::%s file=%s", names[d.Severity], property(d.File))
		if d.FileLine > 0 {
			fmt.Fprintf(&b, ",line=%d", d.FileLine)
			if d.Col > 0 {
				fmt.Fprintf(&b, ",col=%d", d.Col)
			}
			if d.Col > 0 && d.EndCol > d.Col {
				fmt.Fprintf(&b, ",endColumn=%d", d.EndCol-1)
			}
		}
		text := d.Message
		if d.Hint != "" {
			text += "\n" + d.Hint
		}
		fmt.Fprintf(&b, ",title=%s::%s\n", property(d.Code), escapeData(text))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// escapeData and property escape as the runner reads it back.
func escapeData(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

func property(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(text))
}

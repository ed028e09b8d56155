package report

import "strings"

// Table writes a Markdown table. align holds a delimiter such as "---:" for
// each column. Cells are escaped, but for the asterisks around bold numbers.
func Table(header, align []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) {
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	line(escaped(header))
	line(align)
	for _, row := range rows {
		line(escaped(row))
	}
	return b.String()
}

func escaped(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		inner, bold := strings.CutPrefix(c, "**")
		if bold {
			out[i] = "**" + escape(strings.TrimSuffix(inner, "**")) + "**"
			continue
		}
		out[i] = escape(c)
	}
	return out
}

// special are the characters that mean something in Markdown wherever they
// stand. Those that need a bracket before them or the start of a line are left
// as they are, since brackets are not and no cell starts a line.
const special = "\\`*_[]<>|~&$:"

// escape makes text mean itself in Markdown.
func escape(text string) string {
	var b strings.Builder
	for _, c := range text {
		switch {
		case c == '\n' || c == '\r' || c == '\t':
			b.WriteByte(' ')
			continue
		case strings.ContainsRune(special, c):
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}

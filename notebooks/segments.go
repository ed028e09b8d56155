package notebooks

import (
	"regexp"
	"slices"
	"strings"
)

// A segment is a run of body lines: prose, a cell fence, or a split marker.
type segment struct {
	kind segmentKind
	// open is the line of the fence or marker; from and to enclose the
	// content.
	open, from, to int
	// unclosed is the line of a fence in this segment that never ends, or -1.
	unclosed int
}

type segmentKind int

const (
	proseSegment segmentKind = iota
	cellSegment
	markerSegment
)

var (
	markerLine   = regexp.MustCompile(`^<!--[ \t]*cell(?:[ \t]+(\{.*\}))?[ \t]*-->[ \t]*$`)
	listItemLine = regexp.MustCompile(`^ {0,3}(?:[-*+]|[0-9]{1,9}[.)])(?:[ \t]|$)`)
)

// segments cuts the lines of a body. It follows CommonMark on what opens and
// closes a fence, so that a Markdown viewer sees the same cells.
func segments(lines []string) []segment {
	var out []segment
	prose := segment{kind: proseSegment, unclosed: -1}
	flush := func(end int) {
		if prose.to = end; prose.to > prose.from {
			out = append(out, prose)
		}
	}
	inList := false
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if opener, ok := cellOpener(line); ok {
			flush(i)
			end, closed := closingLine(lines, i, '`', opener.ticks)
			seg := segment{kind: cellSegment, open: i, from: i + 1, to: end, unclosed: -1}
			if !closed {
				seg.unclosed = i
			}
			out = append(out, seg)
			i = end
			prose.from, inList = min(end+1, len(lines)), false
			continue
		}
		if strings.HasPrefix(line, "<!--") && markerLine.MatchString(line) {
			flush(i)
			out = append(out, segment{kind: markerSegment, open: i, from: i + 1, to: i + 1, unclosed: -1})
			prose.from, inList = i+1, false
			continue
		}
		inList = listAfter(line, inList)
		char, n := fenceRun(line)
		if n == 0 || inList && line[0] == ' ' {
			continue // a fence inside a list item ends with the item
		}
		end, closed := closingLine(lines, i, char, n)
		if !closed {
			prose.unclosed = i
		}
		i = end
	}
	flush(len(lines))
	return out
}

// listAfter tells whether the line after this one can belong to a list item.
func listAfter(line string, before bool) bool {
	// The first test is for speed: most lines are no list items.
	if text := strings.TrimLeft(line, " "); text != "" && text[0] <= '9' && listItemLine.MatchString(line) {
		return true
	}
	return before && (line == "" || line[0] == ' ' || line[0] == '\t')
}

// fenceRun gives the fence character and its count if the line opens a fence.
func fenceRun(line string) (char byte, n int) {
	text := strings.TrimLeft(line, " ")
	if len(line)-len(text) > 3 || text == "" || text[0] != '`' && text[0] != '~' {
		return 0, 0
	}
	info := strings.TrimLeft(text, text[:1])
	n = len(text) - len(info)
	if n < 3 || text[0] == '`' && strings.Contains(info, "`") {
		return 0, 0
	}
	return text[0], n
}

// closingLine finds the line that closes the fence opened at line open;
// len(lines) and false when there is none.
func closingLine(lines []string, open int, char byte, n int) (int, bool) {
	for i := open + 1; i < len(lines); i++ {
		text := strings.TrimLeft(lines[i], " ")
		if len(lines[i])-len(text) > 3 {
			continue
		}
		rest := strings.TrimLeft(text, string(char))
		if len(text)-len(rest) >= n && strings.Trim(rest, " \t") == "" {
			return i, true
		}
	}
	return len(lines), false
}

// A fence is the opening line of a cell.
type fence struct {
	ticks  int
	lang   Lang
	offset int // of the attribute block in the line
}

// cellOpener reads a line as the opening fence of a cell: backticks from
// column 0, a cell language, an attribute block. The block may be faulty.
func cellOpener(line string) (fence, bool) {
	info := strings.TrimLeft(line, "`")
	ticks := len(line) - len(info)
	if ticks < 3 {
		return fence{}, false
	}
	info = strings.TrimLeft(info, " \t")
	end := strings.IndexAny(info, " \t{")
	if end < 0 || !slices.Contains(langs, Lang(info[:end])) {
		return fence{}, false
	}
	attrs := strings.TrimLeft(info[end:], " \t")
	if !strings.HasPrefix(attrs, "{") {
		return fence{}, false
	}
	// With a backtick in it, Markdown sees inline code and no fence. When it
	// has an id it was meant as a cell, and an error helps more.
	if strings.Contains(attrs, "`") && !strings.HasPrefix(attrs, "{#") {
		return fence{}, false
	}
	return fence{ticks: ticks, lang: Lang(info[:end]), offset: len(line) - len(attrs)}, true
}

var langs = []Lang{Starlark, SQL, Go, Rust, C, AssemblyScript, WAT, Markdown, Raw, Python}

// plainProse tells whether a Markdown source, written as prose between two
// cells, is read back exactly.
func plainProse(source string) bool {
	if strings.TrimSpace(source) == "" {
		return false
	}
	lines := strings.Split(source, "\n")
	if isBlank(lines[0]) || isBlank(lines[len(lines)-1]) {
		return false
	}
	segs := segments(lines)
	return len(segs) == 1 && segs[0].kind == proseSegment && segs[0].unclosed < 0
}

func isBlank(line string) bool { return strings.Trim(line, " \t") == "" }

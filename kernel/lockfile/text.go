package lockfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/wnb-dev/wnb/notebooks"
)

const header = "wnb lock 1"

// Write writes a lock.
func (l *Lock) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s\n# what this notebook gives: written by `wnb lock`, compared by `wnb test`\narch %s\n", header, word(l.Arch))
	for _, p := range l.Params {
		fmt.Fprintf(b, "param %s %s\n", word(p.Name), word(p.Value))
	}
	for _, c := range l.Cells {
		fmt.Fprintf(b, "cell %s code %s", c.ID, word(c.Code))
		if c.Status != "" {
			fmt.Fprintf(b, " status %s", word(c.Status))
		}
		if c.Impure != "" {
			fmt.Fprintf(b, " impure %s", word(c.Impure))
		}
		fmt.Fprintln(b)
		for _, f := range c.Facts {
			fmt.Fprintf(b, "  %s %s %s\n", word(f.Kind), word(f.Name), word(f.Value))
		}
	}
	return b.Flush()
}

// word writes a text so that it stands on one line and ends at a space.
func word(s string) string {
	if s == "" || strings.ContainsAny(s, " \t\"\\") || strconv.Quote(s) != `"`+s+`"` {
		return strconv.Quote(s)
	}
	return s
}

// ErrFormat is wrapped by the errors of text that is not a lock.
var ErrFormat = errors.New("not a lock file")

// Parse reads a lock.
func Parse(data []byte) (*Lock, error) {
	l := &Lock{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		text := lines.Text()
		switch {
		case n == 1 && text != header:
			return nil, fmt.Errorf("line 1: %w: it starts with %q and not with %q", ErrFormat, cut(text), header)
		case n == 1, strings.TrimLeft(text, " ") == "", strings.HasPrefix(text, "#"):
			continue
		}
		words, err := split(text)
		if err == nil {
			err = l.line(words, strings.HasPrefix(text, "  "))
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w: %w", n, ErrFormat, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if l.Arch == "" {
		return nil, fmt.Errorf("%w: it names no arch", ErrFormat)
	}
	return l, nil
}

func cut(s string) string { return s[:min(len(s), 40)] }

func (l *Lock) line(words []string, indented bool) error {
	switch {
	case indented && len(l.Cells) > 0 && len(words) == 3:
		l.Cells[len(l.Cells)-1].add(words[0], words[1], words[2])
		return nil
	case !indented && words[0] == "arch" && len(words) == 2:
		l.Arch = words[1]
		return nil
	case !indented && words[0] == "param" && len(words) == 3:
		l.Params = append(l.Params, Fact{words[0], words[1], words[2]})
		return nil
	case !indented && words[0] == "cell" && len(words) >= 4 && len(words)%2 == 0 && words[2] == "code":
		return l.cellLine(words)
	}
	return fmt.Errorf("%q is not known", strings.Join(words, " "))
}

func (l *Lock) cellLine(words []string) error {
	if !notebooks.ValidID(words[1]) {
		return fmt.Errorf("%q is not the id of a cell", words[1])
	}
	c := Cell{ID: words[1], Code: words[3]}
	for i := 4; i < len(words); i += 2 {
		switch words[i] {
		case "status":
			c.Status = words[i+1]
		case "impure":
			c.Impure = words[i+1]
		default:
			return fmt.Errorf("%q is not known", words[i])
		}
	}
	l.Cells = append(l.Cells, c)
	return nil
}

// split reads the words of a line, of which some are quoted.
func split(line string) ([]string, error) {
	var words []string
	for rest := strings.TrimLeft(line, " "); rest != ""; rest = strings.TrimLeft(rest, " ") {
		if rest[0] != '"' {
			w, after, _ := strings.Cut(rest, " ")
			words, rest = append(words, w), after
			continue
		}
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return nil, fmt.Errorf("a quote is not closed: %s", cut(rest))
		}
		w, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, err
		}
		words, rest = append(words, w), rest[len(quoted):]
	}
	return words, nil
}

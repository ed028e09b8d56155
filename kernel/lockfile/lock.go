// Package lockfile writes down what a notebook gave, small enough to be
// committed beside it, and says what differs when it is run again.
//
// A lock is text, one line per fact, so that a review shows what a change of the
// notebook changed in its results:
//
//	wnb lock 1
//	arch amd64
//	param seed 42
//	cell load code 9f2c...
//	  input file data/wine.csv 1b4f...
//	  value wine 77ad...
//	  output 1 c0de...
//	  metric accuracy 0.642
//
// Hashes are SHA-256. Metrics are numbers, since people want to read those.
// A cell that asked something which nobody can ask again, such as the time, has
// a line impure, and nothing of what it gave is written down.
package lockfile

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/notebooks"
)

// A Lock is what a notebook gave.
type Lock struct {
	Arch   string // GOARCH: the last bits of floating-point results differ between architectures
	Params []Fact
	Cells  []Cell // in file order
}

// A Cell is what one cell gave.
type Cell struct {
	ID     string
	Code   string // hash of the canonical source
	Status string // "" if it is done, else what became of it
	Impure string // what it asked that nobody can ask again; "" if nothing
	Facts  []Fact
}

// A Fact is one thing that a cell read, gave or did.
type Fact struct{ Kind, Name, Value string }

// Of writes down what a run gave. params are those of the notebook.
func Of(o *kernel.Outcome, params map[string]string) *Lock {
	l := &Lock{Arch: runtime.GOARCH}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		l.Params = append(l.Params, Fact{"param", name, params[name]})
	}
	for _, r := range o.Results {
		l.Cells = append(l.Cells, cell(r))
	}
	return l
}

func cell(r *kernel.Result) Cell {
	c := Cell{ID: r.Cell.ID, Code: CodeHash(r.Cell)}
	if !r.Gave() {
		c.Status = string(r.Status)
		return c
	}
	if r.Cell.Program == nil {
		return c // an extension: what a compiler makes of the source differs between its versions
	}
	c.effects(r.Effects)
	if c.Impure != "" {
		c.Facts = nil
		return c
	}
	for _, name := range slices.Sorted(maps.Keys(r.Values)) {
		hash, err := r.Values[name].Hash()
		if err != nil {
			hash = "has no hash"
		}
		c.add("value", name, hash)
	}
	return c
}

func (c *Cell) add(kind, name, value string) { c.Facts = append(c.Facts, Fact{kind, name, value}) }

// curves adds the logged numbers: the last of each key, and a hash of all if
// there are more.
func (c *Cell) curves(metrics []cells.Metric) {
	points := map[string][]cells.Metric{}
	for _, m := range metrics {
		points[m.Key] = append(points[m.Key], m)
	}
	for _, key := range slices.Sorted(maps.Keys(points)) {
		var all [][]byte
		last := points[key][0]
		for _, m := range points[key] {
			all = append(all, fmt.Appendf(nil, "%d %s", m.Step, number(m.Value)))
			if m.Step >= last.Step {
				last = m
			}
		}
		c.add("metric", key, number(last.Value))
		if len(all) > 1 {
			c.add("curve", key, hash(all...))
		}
	}
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

func (c *Cell) effects(effects []cells.Effect) {
	outputs := 0
	var metrics []cells.Metric
	defer func() { c.curves(metrics) }()
	output := func(content ...[]byte) {
		outputs++
		c.add("output", strconv.Itoa(outputs), hash(content...))
	}
	for _, e := range effects {
		switch e := e.(type) {
		case cells.Input:
			if e.Kind == cells.ImpureInput {
				c.Impure = e.Name
			}
			c.add("input", e.Kind+" "+e.Name, e.SHA256)
		case cells.Stream:
			output([]byte(e.Name), []byte(e.Text))
		case cells.Display:
			var parts [][]byte
			for _, mime := range slices.Sorted(maps.Keys(e.Data)) {
				if mime == cells.TableType { // tells where the table is kept, not what is shown
					continue
				}
				parts = append(parts, []byte(mime), e.Data[mime])
			}
			output(parts...)
		case cells.Param:
			c.add("param", e.Key, e.Value)
		case cells.Metric:
			metrics = append(metrics, e)
		case cells.Tag:
			c.add("tag", e.Key, e.Value)
		case cells.Artifact:
			c.add("artifact", e.Path, e.Blob.SHA256)
		case cells.File:
			c.add("file", e.Path, e.Blob.SHA256)
		case cells.Notice:
			c.add("notice", e.Title, e.Text)
		}
	}
}

// CodeHash is the hash of a cell's canonical source: comments and blank space do
// not count.
func CodeHash(c *kernel.Cell) string {
	text := c.Source
	if c.Program != nil {
		text = c.Program.Canonical()
	}
	return hash([]byte(c.Lang), []byte(text))
}

func hash(parts ...[]byte) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p))
		h.Write(p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

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

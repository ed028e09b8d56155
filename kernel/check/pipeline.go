package check

import (
	"context"
	"fmt"
	"strings"

	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/infer"
	"github.com/wnb-dev/wnb/notebooks"
)

// Impure compiles a notebook and says of the cells that can never be cached
// which call is why. When ctx ends, cells may be missing.
func Impure(ctx context.Context, doc *notebooks.Document, o Options) (*kernel.Notebook, map[string]string) {
	c := newChecker(doc, nil, o, new(Checker))
	c.compile()
	c.infer(ctx)
	impure := map[string]string{}
	for _, one := range c.cells {
		if len(one.facts.Impure) > 0 {
			impure[one.ID] = one.facts.Impure[0].Name
		}
	}
	return c.notebook, impure
}

// impure reports cells that can never be cached and on which others depend. A
// cell that says so itself, by cache=off or always, is meant to be so.
func (c *checker) impure() {
	for _, one := range c.cells {
		if len(one.facts.Impure) == 0 || one.doc.Attrs.Has(notebooks.Cache) || one.Always {
			continue
		}
		readers := c.needed[one.ID]
		if len(readers) == 0 {
			continue
		}
		use := one.facts.Impure[0]
		c.add(c.span(one, use.Start, use.End, impureCell, Note,
			fmt.Sprintf("cell %s is never cached, because of %s; %s %s again whenever its values change",
				one.ID, use.Name, listed(readers), plural(len(readers), "runs", "run")),
			"make the value a param, or give the cell cache=off to say that it is meant"))
	}
}

func plural(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// listed joins ids, of many the first.
func listed(ids []string) string {
	const most = 3
	switch n := len(ids); {
	case n > most:
		return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], ", "), n-most)
	case n > 1:
		return strings.Join(ids[:n-1], ", ") + " and " + ids[n-1]
	}
	return ids[0]
}

// touch is a file that a cell reads or writes.
type touch struct {
	cell *cell
	file infer.File
}

// files reports files that two cells write, or that a cell reads while nothing
// says whether before or after another one writes it.
func (c *checker) files() {
	writers := map[string][]touch{}
	for _, one := range c.cells {
		for _, f := range one.facts.Files {
			if f.Write {
				writers[f.Name] = append(writers[f.Name], touch{one, f})
			}
		}
	}
	for _, one := range c.cells {
		for _, f := range one.facts.Files {
			for _, w := range writers[f.Name] {
				if w.cell == one {
					if f.Write {
						break // the others come after it
					}
					continue
				}
				c.shared(touch{one, f}, w)
				break
			}
		}
	}
}

// shared reports a file that a cell touches and another one writes.
func (c *checker) shared(t, writer touch) {
	id := writer.cell.ID
	if t.file.Write {
		severity := Warning
		if t.file.Sure && writer.file.Sure && !t.cell.Disabled && !writer.cell.Disabled {
			severity = Error
		}
		c.add(c.span(t.cell, t.file.Start, t.file.End, writtenTwice, severity, fmt.Sprintf("cell %s writes %s too", id, t.file.Name),
			"give the two files different names: of one path, a run keeps what was written last"))
		return
	}
	if c.comesBefore(id, t.cell.ID) || c.comesBefore(t.cell.ID, id) {
		return
	}
	c.add(c.span(t.cell, t.file.Start, t.file.End, readUnordered, Warning,
		fmt.Sprintf("cell %s writes %s, and nothing says that it comes first", id, t.file.Name),
		fmt.Sprintf("write after=%s in the first line of cell %s", id, t.cell.ID)))
}

// comesBefore tells whether a cell waits for another one, also through others.
func (c *checker) comesBefore(first, then string) bool {
	seen := map[string]bool{}
	var waits func(id string) bool
	waits = func(id string) bool {
		for _, need := range c.notebook.Graph.Needs(id) {
			if need.ID == first {
				return true
			}
			if !seen[need.ID] {
				seen[need.ID] = true
				if waits(need.ID) {
					return true
				}
			}
		}
		return false
	}
	return waits(then)
}

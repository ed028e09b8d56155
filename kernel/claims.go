package kernel

import (
	"fmt"
	"maps"
	"slices"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
)

// claims are what cells of a run lay claim to, and only one can have: a param
// has one value, a file has one writer. A result is looked at when it is
// committed.
type claims struct {
	notebook *Notebook
	world    *World
	params   map[string]loggedParam
	writers  map[string]writing // by path
	readings []reading
}

// A writing is a file as its cell left it.
type writing struct {
	cell string
	file cells.File
}

// A reading is a question about files that a cell asked.
type reading struct {
	cells.Input
	cell, path string
}

// loggedParam is a param's value and who logged it.
type loggedParam struct{ value, by string }

func newClaims(n *Notebook, opts Options) claims {
	c := claims{notebook: n, world: &opts.World, params: map[string]loggedParam{}, writers: map[string]writing{}}
	for key, value := range opts.Params {
		c.params[key] = loggedParam{value, "the notebook's params"}
	}
	return c
}

// take notes what a cell claims. Effects in conflict are left out of the
// result, and the first conflict is an error of the cell.
func (c *claims) take(res *Result) error {
	var conflict error
	kept := res.Effects[:0:0]
	for _, e := range res.Effects {
		err := c.claim(res.Cell, e)
		if err == nil {
			kept = append(kept, e)
		} else if conflict == nil {
			conflict = err
		}
	}
	res.Effects = kept
	return conflict
}

func (c *claims) claim(cell *Cell, e cells.Effect) error {
	switch e := e.(type) {
	case cells.Param:
		return c.param(cell, e)
	case cells.File:
		return c.write(cell, e)
	case cells.Input:
		switch e.Kind {
		case cells.FileInput, cells.ExistsInput, cells.GlobInput:
			return c.read(cell, e)
		}
	}
	return nil
}

// param notes a logged param. It is written once, as in MLflow.
func (c *claims) param(cell *Cell, p cells.Param) error {
	if old, taken := c.params[p.Key]; taken && old.value != p.Value {
		return &lang.Error{
			Kind: lang.KindRuntime, Cell: cell.ID,
			Msg:  fmt.Sprintf("param %q is already %s, logged by %s; a param of a run cannot change", p.Key, old.value, old.by),
			Hint: "log it under another key",
		}
	}
	c.params[p.Key] = loggedParam{p.Value, "cell " + cell.ID}
	return nil
}

func (c *claims) write(cell *Cell, f cells.File) error {
	path, err := c.world.path(f.Path)
	if err != nil {
		return err
	}
	if other, taken := c.writers[path]; taken && other.cell != cell.ID {
		return &lang.Error{
			Kind: lang.KindRuntime, Cell: cell.ID,
			Msg:  fmt.Sprintf("%s is also written by cell %s", f.Path, other.cell),
			Hint: "two cells that write one file would overwrite each other; give each a path of its own",
		}
	}
	c.writers[path] = writing{cell.ID, f}
	for _, r := range c.readings {
		if r.cell != cell.ID && c.world.concerns(r.Input, path) {
			return c.unordered(cell, r, cell.ID)
		}
	}
	return nil
}

func (c *claims) read(cell *Cell, in cells.Input) error {
	path, err := c.world.path(in.Name)
	if err != nil {
		return err
	}
	r := reading{in, cell.ID, path}
	for _, written := range c.candidates(r) {
		writer := c.writers[written].cell
		if writer != cell.ID && c.world.concerns(r.Input, written) && !c.notebook.Graph.closure([]string{cell.ID})[writer] {
			return c.unordered(cell, r, writer)
		}
	}
	c.readings = append(c.readings, r)
	return nil
}

// candidates are the written files that a reading can be about, sorted.
func (c *claims) candidates(r reading) []string {
	if r.Kind != cells.FileInput {
		return slices.Sorted(maps.Keys(c.writers))
	}
	if _, ok := c.writers[r.path]; ok {
		return []string{r.path}
	}
	return nil
}

// unordered is the error of a cell that reads a file before, or while, another
// one writes it.
func (c *claims) unordered(at *Cell, r reading, writer string) error {
	does := map[string]string{cells.FileInput: "reads", cells.ExistsInput: "looks for", cells.GlobInput: "lists"}[r.Kind]
	e := &lang.Error{
		Kind: lang.KindRuntime, Cell: at.ID,
		Msg:  fmt.Sprintf("cell %s %s %s, which cell %s writes, and does not wait for it", r.cell, does, r.Name, writer),
		Hint: fmt.Sprintf("give cell %s the attribute after=%s", r.cell, writer),
	}
	if c.notebook.Graph.closure([]string{writer})[r.cell] {
		e.Msg = fmt.Sprintf("cell %s %s %s, which cell %s changes afterwards: the next run would find something else", r.cell, does, r.Name, writer)
		e.Hint = fmt.Sprintf("let cell %s write to another path", writer)
	}
	return e
}

package kernel

import (
	"fmt"

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
	writers  map[string]string   // cell, by path
	readers  map[string][]string // cells, by path
}

// loggedParam is a param's value and who logged it.
type loggedParam struct{ value, by string }

func newClaims(n *Notebook, opts Options) claims {
	c := claims{notebook: n, world: &opts.World, params: map[string]loggedParam{}, writers: map[string]string{}, readers: map[string][]string{}}
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
		return c.write(cell, e.Path)
	case cells.Input:
		if e.Kind == cells.FileInput || e.Kind == cells.ExistsInput {
			return c.read(cell, e.Name)
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

func (c *claims) write(cell *Cell, name string) error {
	path, err := c.world.path(name)
	if err != nil {
		return err
	}
	if other, taken := c.writers[path]; taken && other != cell.ID {
		return &lang.Error{
			Kind: lang.KindRuntime, Cell: cell.ID,
			Msg:  fmt.Sprintf("%s is also written by cell %s", name, other),
			Hint: "two cells that write one file would overwrite each other; give each a path of its own",
		}
	}
	c.writers[path] = cell.ID
	for _, reader := range c.readers[path] {
		if reader != cell.ID {
			return c.unordered(cell, reader, cell.ID, name)
		}
	}
	return nil
}

func (c *claims) read(cell *Cell, name string) error {
	path, err := c.world.path(name)
	if err != nil {
		return err
	}
	if writer, ok := c.writers[path]; ok && writer != cell.ID && !c.notebook.Graph.closure([]string{cell.ID})[writer] {
		return c.unordered(cell, cell.ID, writer, name)
	}
	c.readers[path] = append(c.readers[path], cell.ID)
	return nil
}

// unordered is the error of a cell that reads a file before, or while, another
// one writes it.
func (c *claims) unordered(at *Cell, reader, writer, name string) error {
	return &lang.Error{
		Kind: lang.KindRuntime, Cell: at.ID,
		Msg:  fmt.Sprintf("cell %s reads %s, which cell %s writes, and does not wait for it", reader, name, writer),
		Hint: fmt.Sprintf("give cell %s the attribute after=%s", reader, writer),
	}
}

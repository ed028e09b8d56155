package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/notebooks"
)

// state is what a session knows of its notebook. Only the worker touches it.
type state struct {
	executor *kernel.Executor
	compiler kernel.Compiler
	observer *observer
	builtins starlark.StringDict
	doc      []notebooks.Cell  // code cells of the saved document
	declared []notebooks.Param // of the saved document
	params   map[string]any    // that are set, by name
	inputs   map[string]string // named inputs that are set, as JSON
	mode     Mode
	overlay  map[string]*notebooks.Cell // latest executed source, by cell
	order    []string                   // executed cells that the document does not have
	cells    map[string]*cellState
	aliases  map[string]string // our id of a client's id that is not one of ours
	notebook *kernel.Notebook

	repl     starlark.StringDict      // values of console entries
	programs map[string]*lang.Program // of console entries

	count      int    // executions
	generation uint64 // of the latest values
}

// cellState is what a cell did last.
type cellState struct {
	request    protocol.Header // the last execute_request for it; zero if there was none
	result     *kernel.Result  // nil if it has not run
	source     string          // that ran
	code       string          // that source in canonical form; "" if it is not Starlark
	inputs     map[string]input
	generation uint64 // of its values
	stale      string // why it must run again; "" if it need not
	awaited    bool   // an input of it was moved: it runs again also in lazy mode
}

// input is a value that a cell read: whose it was, and which one. A cell that ran
// again and gave the same value changes nothing for those that read it.
type input struct{ owner, version string }

func (st *state) init(s *Session) error {
	st.overlay, st.cells, st.aliases = map[string]*notebooks.Cell{}, map[string]*cellState{}, map[string]string{}
	st.repl, st.programs = starlark.StringDict{}, map[string]*lang.Program{}
	st.observer, st.mode = &observer{out: &s.out}, s.opts.Mode
	env, err := builtin.Env(nil)
	if err != nil {
		return err
	}
	st.use(env, s.kernelOptions())
	st.compile()
	return nil
}

// kernelOptions are the circumstances in which cells run here.
func (s *Session) kernelOptions() kernel.Options {
	st := &s.state
	world := s.opts.World
	world.Input = s.input
	world.Inputs = func(name string) (string, bool) { value, ok := st.inputs[name]; return value, ok }
	world.Channels = []kernel.Channel{&held{channels: s.opts.Channels, observer: st.observer}}
	return kernel.Options{
		World: world, Project: s.opts.Project, Limits: s.opts.Limits, Observer: st.observer,
		Cache: s.opts.Cache, ClaimFirst: s.remote != nil, Hashes: true, Version: s.opts.Build, Toolchain: s.opts.Toolchain,
		Lookup: func(id string) *lang.Program { return st.programs[id] },
	}
}

// use sets the builtins, and with them the executor.
func (st *state) use(env starlark.StringDict, opts kernel.Options) {
	opts.Builtins = env
	st.builtins = env
	st.executor = kernel.NewExecutor(opts)
}

// id is our name of a cell that a client names as it likes.
func (st *state) id(client string) string {
	if notebooks.ValidID(client) {
		return client
	}
	id, ok := st.aliases[client]
	if !ok {
		id = fmt.Sprintf("cell-%d", len(st.aliases)+1)
		st.aliases[client] = id
	}
	return id
}

// put lays an executed source over a cell.
func (st *state) put(id, code string) error {
	l, attrs, source, err := notebooks.SplitMagic(code)
	if err != nil {
		return err
	}
	if len(attrs) == 0 { // the line gives none: those of the document hold
		for _, c := range st.doc {
			if c.ID == id {
				attrs = c.Attrs
			}
		}
	}
	if !slices.ContainsFunc(st.doc, func(c notebooks.Cell) bool { return c.ID == id }) && !slices.Contains(st.order, id) {
		st.order = append(st.order, id)
	}
	st.overlay[id] = &notebooks.Cell{ID: id, Lang: l, Attrs: attrs, Source: source}
	st.compile()
	return nil
}

// remove forgets cells that the client deleted.
func (st *state) remove(ids []string) {
	for _, client := range ids {
		id := st.id(client)
		delete(st.overlay, id)
		delete(st.cells, id)
		st.order = slices.DeleteFunc(st.order, func(o string) bool { return o == id })
		st.doc = slices.DeleteFunc(st.doc, func(c notebooks.Cell) bool { return c.ID == id })
	}
}

// compile connects the cells anew and finds what is stale.
func (st *state) compile() {
	doc := notebooks.Document{Front: notebooks.FrontMatter{Params: st.declared}}
	for _, c := range st.doc {
		if o := st.overlay[c.ID]; o != nil {
			c = *o
		}
		doc.Cells = append(doc.Cells, c)
	}
	for _, id := range st.order {
		if !slices.ContainsFunc(doc.Cells, func(c notebooks.Cell) bool { return c.ID == id }) {
			doc.Cells = append(doc.Cells, *st.overlay[id])
		}
	}
	st.notebook = st.compiler.Compile(&doc, st.builtins)
	st.refresh()
}

// refresh says of every cell that ran why it is stale, if it is.
func (st *state) refresh() {
	for _, c := range st.notebook.Cells {
		if s := st.cells[c.ID]; s != nil {
			s.stale = st.whyStale(c, s)
		}
	}
	for changed := true; changed; { // a cell is stale if one that it reads is
		changed = false
		for _, c := range st.notebook.Cells {
			s := st.cells[c.ID]
			if s == nil || s.result == nil || s.stale != "" {
				continue
			}
			for _, need := range st.notebook.Graph.Needs(c.ID) {
				if dep := st.cells[need.ID]; need.Name != "" && dep != nil && dep.stale != "" {
					s.stale = fmt.Sprintf("`%s` is stale", need.ID)
					changed = true
					break
				}
			}
		}
	}
	for _, s := range st.cells {
		s.awaited = s.awaited && s.stale != ""
	}
}

func (st *state) whyStale(c *kernel.Cell, s *cellState) string {
	switch {
	case s.result == nil:
		return ""
	case s.source != c.Source && (c.Program == nil || s.code != c.Program.Canonical()):
		return "its source changed"
	}
	outside := st.outsideChanged(c, s)
	if outside != "" || !s.result.Gave() {
		return cmp.Or(outside, "it did not finish")
	}
	for _, need := range st.notebook.Graph.Needs(c.ID) {
		if need.Name == "" {
			continue
		}
		if s.inputs[need.Name] != st.input(need) {
			return fmt.Sprintf("`%s` changed in cell %s", need.Name, need.ID)
		}
	}
	return ""
}

// outsideChanged says what changed that a cell read, and that no cell gives; ""
// if nothing did.
func (st *state) outsideChanged(c *kernel.Cell, s *cellState) string {
	if changed := st.executor.InputChanged(s.result); changed != "" {
		return changed
	}
	if name := st.executor.OutsideChanged(context.Background(), st.notebook, c, s.result); name != "" {
		return fmt.Sprintf("`%s` changed", name)
	}
	return ""
}

// ancestors are the cells that a cell needs, what is needed first; a circle is
// an error of the cell.
func (st *state) ancestors(id string) ([]*kernel.Cell, error) {
	var out []*kernel.Cell
	const visiting, visited = 1, 2
	mark := map[string]int{}
	var visit func(id string) error
	visit = func(id string) error {
		switch mark[id] {
		case visiting:
			for _, p := range st.notebook.Problems {
				if p.Kind == lang.KindName && p.Line == 0 {
					return p
				}
			}
			return errors.New("cells wait for each other")
		case visited:
			return nil
		}
		mark[id] = visiting
		for _, need := range st.notebook.Graph.Needs(id) {
			if err := visit(need.ID); err != nil {
				return err
			}
		}
		mark[id] = visited
		out = append(out, st.notebook.Cell(id))
		return nil
	}
	if err := visit(id); err != nil {
		return nil, err
	}
	return out[:len(out)-1], nil
}

// problem is what is known to be wrong with a cell before it runs.
func (st *state) problem(id string) *lang.Error {
	for _, p := range st.notebook.Problems {
		if p.Cell == id {
			return p
		}
	}
	return nil
}

// values are what a cell reads from other cells.
func (st *state) values(id string) (map[string]*kernel.Value, map[string]input) {
	values, inputs := map[string]*kernel.Value{}, map[string]input{}
	for _, need := range st.notebook.Graph.Needs(id) {
		if need.Name == "" {
			continue
		}
		inputs[need.Name] = st.input(need)
		if v := st.given(need); v != nil {
			values[need.Name] = v
		}
	}
	return values, inputs
}

// given is the value that a cell gave to a name, or nil.
func (st *state) given(need kernel.Need) *kernel.Value {
	if dep := st.cells[need.ID]; dep != nil && dep.result != nil {
		return dep.result.Values[need.Name]
	}
	return nil
}

// input tells values apart: by their hash, or where there is none by when they
// were made.
func (st *state) input(need kernel.Need) input {
	in := input{owner: need.ID}
	if v := st.given(need); v != nil {
		if hash, err := v.Hash(); err == nil && hash != "" {
			in.version = hash
		} else {
			in.version = fmt.Sprintf("generation %d", st.cells[need.ID].generation)
		}
	}
	return in
}

// of is the state of a cell, made if it is not there.
func (st *state) of(id string) *cellState {
	s := st.cells[id]
	if s == nil {
		s = &cellState{}
		st.cells[id] = s
	}
	return s
}

package kernel

import (
	"fmt"
	"regexp"

	"go.starlark.net/syntax"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel/cache"
)

// An Input is a named input of a notebook: what ui.slider and the like declare.
type Input struct {
	lang.InputCall
	Cell string // that declares it
}

var inputName = regexp.MustCompile(`^[\pL_][\pL\pN_]*$`)

// findInputs collects the named inputs, and what is wrong with their names.
func (n *Notebook) findInputs() {
	if _, hidden := n.Graph.Owner("ui"); hidden {
		return // a cell's own ui, which is no module
	}
	first := map[string]Input{}
	for _, c := range n.Cells {
		if c.Program == nil {
			continue
		}
		for _, call := range c.Program.Inputs() {
			in := Input{call, c.ID}
			if msg, hint := n.inputProblem(in, first); msg != "" {
				n.problem(RuleInput, c.Program.ErrorAt(lang.KindName, call.Line, call.Col, msg, hint))
				continue
			}
			first[in.Name] = in
			n.Inputs = append(n.Inputs, in)
		}
	}
}

// inputProblem says why an input cannot have its name.
func (n *Notebook) inputProblem(in Input, first map[string]Input) (msg, hint string) {
	other, taken := first[in.Name]
	switch {
	case in.Name == "" && (in.Kind == "table" || in.Kind == "plot"):
		return fmt.Sprintf("the input ui.%s has no name", in.Kind), `assign it to a name of the cell, as in picked = ui.table(df), or give it one: name="picked"`
	case in.Name == "":
		return fmt.Sprintf("the name of the input ui.%s is not a text that stands here", in.Kind), "write the name as a literal, such as \"depth\": inputs are known before cells run"
	case !inputName.MatchString(in.Name):
		return fmt.Sprintf("%q cannot be the name of an input", in.Name), "use letters, digits and _, as for a variable; the label can be any text"
	case taken && other.Cell == in.Cell:
		return fmt.Sprintf("input `%s` is already declared on line %d", in.Name, other.Line), "use another name, or read the value that the first call gives"
	case taken:
		return fmt.Sprintf("input `%s` is already declared by cell %s (line %d)", in.Name, other.Cell, other.Line), "use another name, or read the value that cell " + other.Cell + " gives"
	}
	for _, p := range n.Doc.Front.Params {
		if p.Name == in.Name {
			return fmt.Sprintf("input `%s` has the name of a param, declared on line %d of the file", in.Name, p.Line),
				"use another name for one of them: both are set with -p " + in.Name + "=VALUE"
		}
	}
	return "", ""
}

// Input is the named input of a name, or nil.
func (n *Notebook) Input(name string) *Input {
	for i := range n.Inputs {
		if n.Inputs[i].Name == name {
			return &n.Inputs[i]
		}
	}
	return nil
}

// inputAnswer is the value of a named input: what it was set to, or the default.
func (w *World) inputAnswer(q cells.Input) string {
	if w.Inputs != nil {
		if value, ok := w.Inputs(q.Name); ok {
			return value
		}
	}
	return q.Otherwise
}

// Ask gives the value of a named input that a cell declares.
func (r *recorder) Ask(name string, at syntax.Position, otherwise string) (known, answer string, err error) {
	var own []lang.InputCall
	if r.cell.Program != nil {
		own = r.cell.Program.Inputs()
		if name == "" && at.Filename() == r.cell.ID {
			name = r.cell.Program.InputAt(at)
		}
	}
	declared := r.notebook.Input(name) != nil
	for _, call := range own { // a console entry declares for itself
		declared = declared || call.Name == name
	}
	if name == "" {
		return "", "", lang.WithHint(`give it one: name="picked"`, "the input has no name")
	}
	if !declared {
		return "", "", lang.WithHint(`call it in a cell with the name as a literal, such as ui.slider("depth", 1, 10)`,
			"the input %q is not known before the cell runs", name)
	}
	q := cells.Input{Kind: cells.UIInput, Name: name, Otherwise: otherwise}
	q.SHA256 = r.world.inputAnswer(q)
	return name, q.SHA256, r.Record(q)
}

// InputChanged says which named input the cell of a result would find another
// value of now: "input depth 3 → 7"; "" if there is none.
func (x *Executor) InputChanged(res *Result) string {
	for _, q := range cache.Questions(res.Effects) {
		if q.Kind != cells.UIInput {
			continue
		}
		if now := x.opts.World.inputAnswer(q); now != q.SHA256 {
			return describeChange(q.Name, builtin.FormatAnswer(q.SHA256), now)
		}
	}
	return ""
}

func describeChange(name, was, answer string) string {
	return fmt.Sprintf("input %s %s → %s", name, was, builtin.FormatAnswer(answer))
}

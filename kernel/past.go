package kernel

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel/cache"
)

// A Past is what an earlier run was made of. It explains why cells run now, and
// decides nothing.
type Past struct {
	Run     string // its name
	Version string // of wnb
	Params  map[string]string
	Cells   map[string]PastCell
}

// A PastCell is what a cell of an earlier run was made of.
type PastCell struct {
	Source string
	Failed bool
	Kept   bool              // its result was kept, or came from the cache
	Why    string            // it was not
	Reads  map[string]string // hashes, by name
	Took   time.Duration
}

func (p *Past) took(cell string) time.Duration {
	if p == nil {
		return 0
	}
	return p.Cells[cell].Took
}

// why says why a cell runs whose result is not known, and whether the result of
// its last run could not be kept.
func (p *planner) why(c *Cell, k *keeping, miss cache.Miss) (reason string, impure bool) {
	if p.past == nil {
		return "it has not run yet", false
	}
	old, known := p.past.Cells[c.ID]
	switch {
	case !known:
		return "it is new", false
	case p.codeChanged(c, old):
		return "its code changed: line " + fmt.Sprint(firstDifference(old.Source, c.Source)), false
	}
	if changed := p.readsChanged(c, k, old); changed != "" {
		return changed, false
	}
	switch {
	case miss.Question.Kind == cells.UIInput:
		return p.inputChanged(miss.Question), false
	case miss.Question.Kind != "":
		return describeInput(miss.Question) + " changed", false
	case p.past.Version != p.opts.Version:
		return fmt.Sprintf("wnb changed: %s → %s", p.past.Version, p.opts.Version), false
	case old.Failed:
		return "it failed in the last run", false
	case old.Why != "":
		return "its result is not kept: " + old.Why, true
	}
	return "its result is not kept any more", false
}

// codeChanged tells whether more than comments and blank space changed.
func (p *planner) codeChanged(c *Cell, old PastCell) bool {
	if old.Source == c.Source || c.Program == nil {
		return old.Source != c.Source
	}
	before, err := lang.Compile(c.ID, old.Source)
	return err != nil || before.Canonical() != c.Program.Canonical()
}

// firstDifference is the first line, from 1, in which two sources differ. How
// far a line is indented counts if nothing else does.
func firstDifference(old, now string) int {
	a, b := strings.Split(old, "\n"), strings.Split(now, "\n")
	for _, trim := range []func(string) string{strings.TrimSpace, func(s string) string { return s }} {
		for i := range min(len(a), len(b)) {
			if trim(a[i]) != trim(b[i]) {
				return i + 1
			}
		}
		if len(a) != len(b) {
			break
		}
	}
	return min(len(a), len(b)) + 1
}

// readsChanged names the first thing that the cell reads and that is another one
// now.
func (p *planner) readsChanged(c *Cell, k *keeping, old PastCell) string {
	names := map[string]bool{}
	for name := range old.Reads {
		names[name] = true
	}
	for name := range k.reads {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if old.Reads[name] == k.reads[name] {
			continue
		}
		if _, isParams := p.opts.Builtins[name].(narrowable); isParams {
			return p.paramChanged(c, name)
		}
		if owner, ok := p.notebook.Graph.Owner(name); ok {
			return fmt.Sprintf("`%s` of cell %s changed", name, owner)
		}
		return fmt.Sprintf("`%s` changed", name)
	}
	return ""
}

// paramChanged says which param has another value.
func (p *planner) paramChanged(c *Cell, name string) string {
	attrs, whole := c.Program.AttrsOf(name)
	if whole {
		attrs = slices.Sorted(maps.Keys(p.opts.Params))
	}
	for _, param := range attrs {
		was, now := p.past.Params[param], p.opts.Params[param]
		if was != now {
			return fmt.Sprintf("param %s %s → %s", param, was, now)
		}
	}
	return name + " changed"
}

// inputChanged says how a named input changed: since the last run, if that has
// it, else since the result that would have been used.
func (p *planner) inputChanged(q cells.Input) string {
	was, known := p.past.Params[q.Name]
	now := p.opts.World.inputAnswer(q)
	if !known || was == builtin.FormatAnswer(now) {
		was = builtin.FormatAnswer(q.SHA256)
	}
	return describeChange(q.Name, was, now)
}

// describeInput names what a question is about.
func describeInput(q cells.Input) string {
	switch q.Kind {
	case cells.ExistsInput:
		return "whether " + q.Name + " exists"
	case cells.GlobInput:
		return "the list of files " + q.Name
	case cells.EnvInput:
		return "the environment variable " + q.Name
	case cells.CellInput:
		return "the cell's id"
	}
	return q.Kind + " " + q.Name
}

func join(ids []string) string {
	if len(ids) == 1 {
		return ids[0]
	}
	return strings.Join(ids[:len(ids)-1], ", ") + " and " + ids[len(ids)-1]
}

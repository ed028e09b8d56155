package kernel

import (
	"fmt"
	"slices"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/notebooks"
)

// suggest names what was probably meant.
func (n *Notebook) suggest(name string, builtins starlark.StringDict) string {
	candidates := append(builtins.Keys(), starlark.Universe.Keys()...)
	for _, c := range n.Cells {
		candidates = append(candidates, c.defines()...)
		if c.Lang == notebooks.Starlark && c.Program == nil && slices.Contains(lang.Words(c.Source), name) {
			return fmt.Sprintf("cell %s may define it, and cannot be read: mend that one first", c.ID)
		}
		if c.Program != nil && slices.Contains(c.Program.Locals(), name) {
			return fmt.Sprintf("`%s` is a local name of cell %s; names that start with _ and loop variables stay inside their cell", name, c.ID)
		}
	}
	if s := lang.Suggest(name, candidates); s != "" {
		return fmt.Sprintf("did you mean `%s`?", s)
	}
	return ""
}

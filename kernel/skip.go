package kernel

import (
	"context"
	"errors"
	"fmt"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/notebooks"
)

// skip says why a cell does not run; "" if it does. results are those of the
// cells that it needs.
func (r *run) skip(ctx context.Context, c *Cell, results map[string]*Result) (reason string, onPurpose bool) {
	if reason, onPurpose = r.barred(ctx, c, results); reason != "" {
		return reason, onPurpose
	}
	return r.decided(ctx, c, results)
}

// barred are the reasons that do not depend on a value.
func (r *run) barred(ctx context.Context, c *Cell, results map[string]*Result) (reason string, onPurpose bool) {
	switch {
	case r.asked != nil && !r.asked[c.ID]:
		return "not asked for", true
	case ctx.Err() != nil:
		if errors.Is(context.Cause(ctx), lang.ErrTimeout) {
			return "the run's time was up", false
		}
		return "the run was interrupted", false
	case c.Disabled:
		return "disabled", true
	case c.Lang == notebooks.Python:
		return "python cells are kept and never run", true
	}
	for e := range r.notebook.Graph.eachNeed(c.ID) {
		dep := results[e.ID]
		if dep.Gave() {
			continue
		}
		if e.Name != "" {
			return fmt.Sprintf("`%s` comes from cell %s, which %s", e.Name, e.ID, outcome(dep.Status)), dep.OnPurpose
		}
		if !c.Always && !dep.OnPurpose {
			return fmt.Sprintf("it comes after cell %s, which %s", e.ID, outcome(dep.Status)), false
		}
	}
	return "", false
}

// decided asks the name that decides whether the cell runs.
func (r *run) decided(ctx context.Context, c *Cell, results map[string]*Result) (reason string, onPurpose bool) {
	if c.When == "" {
		return "", false
	}
	v, err := r.value(ctx, c.When, results)
	switch {
	case err != nil:
		return fmt.Sprintf("when=%s: %v", c.When, err), false
	case v == nil:
		return fmt.Sprintf("when=%s has no value", c.When), true
	case !bool(v.Truth()):
		return fmt.Sprintf("when=%s is %s", c.When, lang.Shorten(v, 40)), true
	}
	return "", false
}

func outcome(s notebooks.Status) string {
	if s == notebooks.StatusFailed {
		return "failed"
	}
	return "was skipped"
}

package check

import (
	"fmt"
	"strings"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/notebooks"
)

// cellAttrs are the attributes that can be meant by one that is not known.
var cellAttrs = []string{
	notebooks.HideCode, notebooks.HideOutput, notebooks.Disabled, notebooks.Always, notebooks.After, notebooks.Cache, notebooks.Timeout,
	notebooks.Retries, notebooks.OnError, notebooks.When, notebooks.Queue, notebooks.Out, notebooks.Kind,
}

// attributes reports attributes that wnb does not know, and cells without id.
func (c *checker) attributes() {
	if c.star {
		return
	}
	for i := range c.doc.Cells {
		cell := &c.doc.Cells[i]
		k := &kernel.Cell{ID: cell.ID, Line: cell.Line, Source: cell.Source}
		for _, attr := range cell.Attrs.Unknown() {
			hint := "it is kept, and does nothing"
			if best := lang.Suggest(strings.TrimPrefix(attr, "."), cellAttrs); best != "" {
				hint = fmt.Sprintf("did you mean %s? %s", best, hint)
			}
			c.add(c.about(k, unknownAttr, Warning, attr, fmt.Sprintf("wnb does not know the attribute %s", attr), hint))
		}
		if c.noID[i] {
			d := c.about(k, missingID, Note, "{", "the cell has no id", fmt.Sprintf("write {#%s}: runs, caches and after= call cells by their ids", cell.ID))
			d.Fix = &Fix{Title: "give it the id " + cell.ID, AssignIDs: true}
			c.add(d)
		}
	}
}

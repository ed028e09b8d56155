package check

import (
	"fmt"

	"github.com/wnb-dev/wnb/kernel/infer"
)

// kinds are the codes of what package infer finds.
var kinds = map[infer.Kind]string{
	infer.NoAttribute: noAttribute, infer.NoKeyword: noParameter, infer.MissingArgument: missingArg, infer.TooManyArguments: tooManyArgs,
	infer.NoColumn: noColumn, infer.NoTruth: noTruth, infer.NoParam: undeclaredParam, infer.Hidden: hiddenBuiltin, infer.Immutable: changedValue,
}

// values reports what cannot be done with the values of the cells.
func (c *checker) values() {
	for _, one := range c.cells {
		for _, p := range one.facts.Problems {
			d := c.span(one, p.Start, p.End, kinds[p.Kind], c.severity(one, p), p.Msg, p.Hint)
			if p.Instead != "" && d.Line > 0 && d.EndCol > d.Col {
				d.Fix = &Fix{Title: fmt.Sprintf("write `%s`", p.Instead), Edits: []Edit{{d.Line, d.Col, d.Line, d.EndCol, p.Instead}}}
			}
			c.add(d)
		}
	}
}

// severity of a problem: a line that cannot work is an error wherever it
// stands; a column or a name that is hidden depends on the way there.
func (c *checker) severity(one *cell, p infer.Problem) Severity {
	wayMatters := p.Kind == infer.NoColumn || p.Kind == infer.Hidden
	if one.Disabled || wayMatters && !p.Sure {
		return Warning
	}
	return Error
}

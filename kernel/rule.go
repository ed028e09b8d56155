package kernel

import "github.com/wnb-dev/wnb/cells/lang"

// A Rule is what a problem of a notebook breaks.
type Rule string

// The rules that hold before anything runs.
const (
	RuleSyntax    Rule = "syntax"    // a cell is a program
	RuleAttribute Rule = "attribute" // an attribute has a value that it can have
	RuleDefined   Rule = "defined"   // a name that is read is defined somewhere
	RuleOnce      Rule = "once"      // a name is defined by one cell
	RuleOrder     Rule = "order"     // a cell defines its own names before it reads them
	RuleFrozen    Rule = "frozen"    // a cell does not change a value of another one
	RuleAfter     Rule = "after"     // after= names other code cells
	RuleWhen      Rule = "when"      // when= names something that is defined
	RuleCycle     Rule = "cycle"     // no cell waits for itself
	RuleInput     Rule = "input"     // a named input has a literal name of its own
)

// Rule is the rule that one of the Problems breaks.
func (n *Notebook) Rule(problem *lang.Error) Rule { return n.rules[problem] }

package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/infer"
	"github.com/wnb-dev/wnb/notebooks"
)

// codes of the problems for which the kernel refuses a notebook.
var codes = map[kernel.Rule]string{
	kernel.RuleSyntax: cellSyntax, kernel.RuleAttribute: badAttr, kernel.RuleDefined: undefinedName, kernel.RuleOnce: definedTwice,
	kernel.RuleOrder: usedBefore, kernel.RuleFrozen: changedValue, kernel.RuleAfter: unknownAfter, kernel.RuleWhen: unknownWhen,
	kernel.RuleCycle: cycle, kernel.RuleInput: inputName,
}

// kernelProblems are what the kernel refuses to run, all errors.
func (c *checker) kernelProblems() {
	for _, p := range c.notebook.Problems {
		k := c.notebook.Cell(p.Cell)
		rule := c.notebook.Rule(p)
		code, known := codes[rule]
		if !known {
			code = notebookSyntax
		}
		switch rule {
		case kernel.RuleAttribute:
			c.badAttributes(k, p)
		case kernel.RuleAfter:
			c.add(c.after(k, p))
		case kernel.RuleWhen:
			c.add(c.about(k, code, Error, notebooks.When+"=", p.Msg, p.Hint))
		case kernel.RuleCycle:
			c.add(c.cycleAt(k, p))
		case kernel.RuleSyntax:
			c.add(c.syntax(k, p))
		case kernel.RuleDefined:
			c.add(c.undefined(k, p))
		default:
			c.add(c.at(k, p.Line, p.Col, code, Error, p.Msg, p.Hint))
		}
	}
}

// badAttributes takes apart the message, which has a line for each attribute.
func (c *checker) badAttributes(k *kernel.Cell, p *lang.Error) {
	for line := range strings.Lines(p.Msg) {
		line = strings.TrimSpace(line)
		attr, _, _ := strings.Cut(line, " ")
		c.add(c.about(k, badAttr, Error, attr, line, p.Hint))
	}
}

func (c *checker) after(k *kernel.Cell, p *lang.Error) Diagnostic {
	d := c.about(k, unknownAfter, Error, notebooks.After+"=", p.Msg, p.Hint)
	for i, id := range k.After {
		if c.notebook.Cell(id) != nil || !strings.HasPrefix(p.Msg, "after="+id+":") {
			continue
		}
		var ids []string
		for _, other := range c.notebook.Cells {
			if other.ID != k.ID {
				ids = append(ids, other.ID)
			}
		}
		if best := infer.Clearly(id, ids); best != "" && !slices.Contains(k.After, best) {
			after := slices.Clone(k.After)
			after[i] = best
			d.Fix = &Fix{Title: "write after=" + best, Attr: &notebooks.Attr{Key: notebooks.After, Value: strings.Join(after, ",")}}
		}
	}
	return d
}

// cycleAt points at the name that the first cell of the circle reads.
func (c *checker) cycleAt(k *kernel.Cell, p *lang.Error) Diagnostic {
	steps := c.notebook.Graph.Cycle()
	if len(steps) > 0 && steps[0].Name == "" {
		return c.about(k, cycle, Error, notebooks.After+"=", p.Msg, p.Hint)
	}
	if k.Program != nil && len(steps) > 0 {
		for _, r := range k.Program.Reads() {
			if r.Name == steps[0].Name {
				return c.at(k, r.Line, r.Col, cycle, Error, p.Msg, p.Hint)
			}
		}
	}
	return c.about(k, cycle, Error, "", p.Msg, p.Hint)
}

// undefined says of a file that is loaded that it sees no cells.
func (c *checker) undefined(k *kernel.Cell, p *lang.Error) Diagnostic {
	if c.star {
		msg := strings.TrimSuffix(p.Msg, " in any cell")
		hint := p.Hint
		if hint == "" {
			hint = "a file that is loaded sees no cells and no params: hand the value to the function as an argument"
		}
		return c.at(k, p.Line, p.Col, undefinedName, Error, msg, hint)
	}
	return c.at(k, p.Line, p.Col, undefinedName, Error, p.Msg, p.Hint)
}

var importLine = regexp.MustCompile(`^\s*(?:import\s+([\w.]+(?:\s+as\s+\w+)?(?:\s*,\s*[\w.]+(?:\s+as\s+\w+)?)*)|from\s+[\w.]+\s+import\s+(\w+(?:\s+as\s+\w+)?(?:\s*,\s*\w+(?:\s+as\s+\w+)?)*))\s*(?:#.*)?$`)

// syntax is a cell that is not a program; a line that imports has a code of its
// own.
func (c *checker) syntax(k *kernel.Cell, p *lang.Error) Diagnostic {
	text := lineOf(k.Source, p.Line)
	word := strings.Fields(text + " -")[0]
	if word != "import" && word != "from" || !strings.Contains(p.Msg, "is Python") {
		return c.at(k, p.Line, p.Col, cellSyntax, Error, p.Msg, p.Hint)
	}
	d := c.at(k, p.Line, p.Col, pythonImport, Error, p.Msg, p.Hint)
	m := importLine.FindStringSubmatch(text)
	if m != nil && c.needless(m[1]+m[2]) {
		d.Fix = &Fix{Title: "remove " + strings.TrimSpace(text), Edits: []Edit{{Line: p.Line, Col: 1, EndLine: p.Line + 1, EndCol: 1}}}
	}
	return d
}

// needless tells whether no cell misses what an import would bring: the names
// are builtins, or nothing uses them.
func (c *checker) needless(imported string) bool {
	for part := range strings.SplitSeq(imported, ",") {
		words := strings.Fields(part)
		name, _, _ := strings.Cut(words[0], ".")
		asked := len(words) == 3
		if asked {
			name = words[2]
		}
		if c.builtins.Has(name) && !asked {
			continue
		}
		if c.usedIn(name) {
			return false
		}
	}
	return true
}

// usedIn tells whether a cell has a name outside of its import lines.
func (c *checker) usedIn(name string) bool {
	word := regexp.MustCompile(fmt.Sprintf(`\b%s\b`, regexp.QuoteMeta(name)))
	for _, k := range c.notebook.Cells {
		for line := range strings.Lines(k.Source) {
			if !importLine.MatchString(strings.TrimRight(line, "\n")) && word.MatchString(line) {
				return true
			}
		}
	}
	return false
}

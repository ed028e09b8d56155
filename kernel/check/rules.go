package check

// A Rule is what diagnostics of one code are about.
type Rule struct {
	Code string
	Name string // in words joined by dashes
	// Severity is the highest that its diagnostics have.
	Severity Severity
	Summary  string
}

// The codes. A code never changes its meaning and is never used again.
const (
	notebookSyntax = "WNB001"
	cellSyntax     = "WNB002"
	pythonImport   = "WNB003"
	unknownAttr    = "WNB004"
	badAttr        = "WNB005"
	missingID      = "WNB006"

	undefinedName = "WNB010"
	definedTwice  = "WNB011"
	unusedName    = "WNB012"
	cycle         = "WNB013"
	changedValue  = "WNB014"
	usedBefore    = "WNB015"
	hidesBuiltin  = "WNB016"
	hiddenBuiltin = "WNB017"
	unknownAfter  = "WNB018"
	unknownWhen   = "WNB019"

	noAttribute  = "WNB020"
	noParameter  = "WNB021"
	missingArg   = "WNB022"
	tooManyArgs  = "WNB023"
	noColumn     = "WNB024"
	noTruth      = "WNB025"
	badLoad      = "WNB026"
	circularLoad = "WNB027"

	impureCell      = "WNB030"
	unusedParam     = "WNB031"
	undeclaredParam = "WNB032"
	writtenTwice    = "WNB033"
	readUnordered   = "WNB034"
	secretText      = "WNB035"
	emptyFString    = "WNB036"
	unreachable     = "WNB037"
	unusedIgnore    = "WNB038"
	inputName       = "WNB039"
)

// Rules are all rules, by code.
func Rules() []Rule {
	return []Rule{
		{notebookSyntax, "notebook-syntax", Error, "the file cannot be read as a notebook"},
		{cellSyntax, "cell-syntax", Error, "a cell is not a program"},
		{pythonImport, "python-import", Error, "a cell imports like Python"},
		{unknownAttr, "unknown-cell-attribute", Warning, "a cell has an attribute that wnb does not know"},
		{badAttr, "cell-attribute-value", Error, "an attribute of a cell has a value that it cannot have"},
		{missingID, "missing-cell-id", Note, "a code cell has no id"},

		{undefinedName, "undefined-name", Error, "a name is read that nothing defines"},
		{definedTwice, "defined-twice", Error, "two cells define one name"},
		{unusedName, "unused-definition", Warning, "a name is defined and never read"},
		{cycle, "cycle", Error, "cells wait for each other"},
		{changedValue, "changed-value", Error, "a value that never changes would be changed"},
		{usedBefore, "used-before-defined", Error, "a cell reads its own name before that has a value"},
		{hidesBuiltin, "hides-builtin", Warning, "a name of a cell hides a builtin"},
		{hiddenBuiltin, "hidden-builtin-used", Error, "a builtin is meant where a cell's name hides it"},
		{unknownAfter, "unknown-cell-in-after", Error, "after= names a cell that is not there"},
		{unknownWhen, "unknown-name-in-when", Error, "when= names something that nothing defines"},

		{noAttribute, "unknown-attribute", Error, "a value does not have an attribute"},
		{noParameter, "unknown-parameter", Error, "a function does not have a parameter"},
		{missingArg, "missing-argument", Error, "a call lacks an argument"},
		{tooManyArgs, "too-many-arguments", Error, "a call has more arguments than the function takes"},
		{noColumn, "unknown-column", Error, "a frame does not have a column"},
		{noTruth, "series-truth", Error, "a series or frame is taken for true or false"},
		{badLoad, "load-fails", Error, "load names a file or a name that is not there"},
		{circularLoad, "circular-load", Error, "files load each other in a circle"},

		{impureCell, "impure-cell", Note, "cells depend on one that can never be cached"},
		{unusedParam, "unused-param", Warning, "a param is declared and never read"},
		{undeclaredParam, "undeclared-param", Error, "a param is read and not declared"},
		{writtenTwice, "file-written-twice", Error, "two cells write the same file"},
		{readUnordered, "file-read-unordered", Warning, "a file is read that another cell writes, in no order"},
		{secretText, "secret", Warning, "a text looks like a password or key"},
		{emptyFString, "empty-f-string", Note, "an f-string has nothing to fill in"},
		{unreachable, "unreachable-code", Warning, "a line can never run"},
		{unusedIgnore, "unused-ignore", Note, "an ignore comment silences nothing"},
		{inputName, "input-name", Error, "the name of an input is not known before the cell runs, or is taken"},
	}
}

// RuleOf is the rule of a code.
func RuleOf(code string) (Rule, bool) {
	for _, r := range Rules() {
		if r.Code == code {
			return r, true
		}
	}
	return Rule{}, false
}

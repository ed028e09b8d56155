package lang

// keywords are the words after which an operand starts.
var keywords = map[string]bool{
	"and": true, "or": true, "not": true, "in": true, "if": true, "elif": true, "else": true,
	"for": true, "while": true, "return": true, "lambda": true,
}

// pythonWords are reserved in Starlark and mean something in Python: what to
// write here instead.
var pythonWords = map[string]string{
	"import":   "the libraries are there without an import (io, ml, plot, track, ...); for a file of the project write load(\"lib/text.star\", \"clean\")",
	"from":     "for a file of the project write load(\"lib/text.star\", \"clean\"); the libraries need no import",
	"class":    "use a dict for data, and functions for behaviour",
	"try":      "errors stop the cell; test before (if x == None: ...), or give the cell on_error=continue",
	"except":   "errors stop the cell; test before, or give the cell on_error=continue",
	"finally":  "put what must always run in a cell with the attribute `always`",
	"raise":    "write fail(\"what went wrong\")",
	"with":     "call the builtin directly; files are read and closed in one step: io.read_csv(path)",
	"is":       "write == or != (x == None)",
	"del":      "names cannot be deleted; a name that starts with _ stays inside its cell, and d.pop(key) removes a key",
	"assert":   "write assert_(condition, \"message\")",
	"global":   "return the value from the function instead",
	"nonlocal": "return the value from the function instead",
	"yield":    "build a list and return it",
	"async":    "calls wait by themselves; pmap(f, xs) runs in parallel",
	"await":    "calls wait by themselves; pmap(f, xs) runs in parallel",
	"as":       "give it a name with x = ...",
}

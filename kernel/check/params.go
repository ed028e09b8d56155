package check

import (
	"fmt"

	"github.com/wnb-dev/wnb/notebooks"
)

// paramTypes are the types that cells see.
func paramTypes(params []notebooks.Param) map[string]string {
	types := map[notebooks.ParamType]string{
		notebooks.IntParam: "int", notebooks.FloatParam: "float", notebooks.BoolParam: "bool", notebooks.StrParam: "string",
		notebooks.FileParam: "string", notebooks.ListParam: "list",
	}
	out := map[string]string{}
	for _, p := range params {
		out[p.Name] = types[p.Type]
	}
	return out
}

// paramValues are values of the right types, for the names that cells see.
func paramValues(params []notebooks.Param) map[string]any {
	zero := map[notebooks.ParamType]any{
		notebooks.IntParam: int64(0), notebooks.FloatParam: 0.0, notebooks.BoolParam: false, notebooks.StrParam: "",
		notebooks.FileParam: "", notebooks.ListParam: []any{},
	}
	out := map[string]any{}
	for _, p := range params {
		out[p.Name] = zero[p.Type]
	}
	return out
}

// params reports parameters that no cell reads.
func (c *checker) params() {
	read := map[string]bool{}
	for _, one := range c.cells {
		if one.facts.AllParams {
			return // handed on as a whole: each may be read
		}
		for _, use := range one.facts.Params {
			read[use.Name] = true
		}
	}
	if !c.complete() {
		return
	}
	for _, p := range c.doc.Front.Params {
		if read[p.Name] || c.mentioned(p.Name) {
			continue
		}
		c.add(Diagnostic{Code: unusedParam, Severity: Warning, FileLine: p.Line, attr: p.Name,
			Message: fmt.Sprintf("param `%s` is declared and no cell reads it", p.Name),
			Hint:    fmt.Sprintf("read it as params.%s, or remove it: setting it changes nothing", p.Name)})
	}
}

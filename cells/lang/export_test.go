package lang

import "strings"

// CompileScanned compiles text that the scanner has been through, such as
// Canonical gives.
func CompileScanned(id, text string) (*Program, error) {
	p := &Program{ID: id, lines: strings.Split(text, "\n")}
	return p.compile(text, nil)
}

package main

import (
	"encoding/json"
	"fmt"

	"github.com/wnb-dev/wnb/kernel/check"
)

// explainCode shows the page about a code: on a terminal as text, else as the
// Markdown that it is.
func (s *state) explainCode(code string) error {
	page, ok := check.Explain(code)
	if !ok {
		return usage(fmt.Errorf("there is no code %s; wnb check --list shows all", code))
	}
	if isTerminal(s.out) {
		page = check.PlainPage(page)
	}
	_, err := fmt.Fprint(s.out, page)
	return err
}

// listCodes lists all codes.
func (s *state) listCodes(asJSON bool) error {
	for _, r := range check.Rules() {
		line := fmt.Sprintf("%s  %-7s  %-24s %s", r.Code, r.Severity, r.Name, r.Summary)
		if asJSON {
			text, err := json.Marshal(map[string]any{"message_type": "rule", "code": r.Code, "name": r.Name, "severity": r.Severity, "summary": r.Summary})
			if err != nil {
				return err
			}
			line = string(text)
		}
		if _, err := fmt.Fprintln(s.out, line); err != nil {
			return err
		}
	}
	return nil
}

package builtin_test

import (
	"strings"
	"testing"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
)

// Each function of Starlark's own has a signature, a text and an example that
// works.
func TestHelpOfStarlarksOwn(t *testing.T) {
	for _, name := range lang.Universe().Keys() {
		fn, ok := lang.Universe()[name].(*starlark.Builtin)
		if !ok {
			continue
		}
		t.Run(name, func(t *testing.T) {
			text := builtin.Help(fn)
			head, example, ok := strings.Cut(text, "\nExample:\n    ")
			if !ok || !strings.HasPrefix(head, name+"(") {
				t.Fatalf("help is %q", text)
			}
			p, err := lang.Compile("c", example)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.Run(t.Context(), nil, lang.Options{}); err != nil && name != "fail" {
				t.Error(err)
			}
		})
	}
}

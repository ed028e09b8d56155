package lang

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestInputs(t *testing.T) {
	for name, tt := range map[string]struct{ source, want string }{
		"by position":              {`ui.slider("depth", 1, 10)`, `slider "depth" 1:1 ["depth" 1 10]`},
		"by name":                  {`x = ui.number(default=-0.5, name="rate")`, `number "rate" 1:5 [default=-0.5 name="rate"]`},
		"literals":                 {`ui.choice("m", ["a", 2, True], label=None)`, `choice "m" 1:1 ["m" ["a", 2, True] label=None]`},
		"what is not one":          {`ui.slider("k", 1, n)`, `slider "k" 1:1 ["k" 1 ?]`},
		"a name that is a value":   {`ui.text(n)`, `text "" 1:1 [?]`},
		"an f-string":              {`ui.text(f"{n}")`, `text "" 1:1 [?]`},
		"assigned":                 {`picked = ui.table(df)`, `table "picked" 1:10 [?]`},
		"assigned in a branch":     {"if a:\n    picked = (ui.plot(f))", `plot "picked" 2:15 [?]`},
		"assigned and named":       {`picked = ui.table(df, name="rows")`, `table "rows" 1:10 [? name="rows"]`},
		"assigned a part":          {`n = len(ui.table(df))`, `table "" 1:9 [?]`},
		"assigned to two":          {`a, b = ui.table(df)`, `table "" 1:8 [?]`},
		"in a function":            {"def f(df):\n    x = ui.table(df)\n    return ui.text('t')", "table \"\" 2:9 [?]\ntext \"t\" 3:12 [\"t\"]"},
		"the value of a cell":      {`ui.table(df)`, `table "" 1:1 [?]`},
		"other functions":          {"ui.nothing('a')\nx.slider('b')\nslider('c')", ""},
		"a ui of the cell":         {"ui = 1\nui.text('a')", ""},
		"behind a double comma":    {"y = [1, 2]; x = ui.button('go')", `button "go" 1:17 ["go"]`},
		"behind what is rewritten": {"z = f'{1}' + ui.text('t')", `text "t" 1:14 ["t"]`},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Compile("cell", tt.source)
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, in := range p.Inputs() {
				var args []string
				for _, a := range in.Args {
					text := "?"
					if a.Value != nil {
						text = a.Value.String()
					}
					if a.Name != "" {
						text = a.Name + "=" + text
					}
					args = append(args, text)
				}
				lines = append(lines, fmt.Sprintf("%s %q %d:%d %v", in.Kind, in.Name, in.Line, in.Col, args))
			}
			if diff := cmp.Diff(tt.want, strings.Join(lines, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

package kernel_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/builtin"
)

const sliders = `
%% in
depth = ui.slider("depth", 1, 10, default=3)
%% other
name = ui.text("name", default="x")
%% use
depth * 2
%% sign
depth > 0
%% free
1 + 1
`

func TestNotStaleWhenInputsChange(t *testing.T) {
	runStale(t, []staleCase{
		{name: "the value", cells: sliders, steps: []step{
			{setInput("depth", "7"), "in run (input depth 3 → 7) | other cached | use depends | sign depends | free cached", "in use sign"},
			{setInput("depth", "3"), "", ""},
			{unsetInput("depth"), "", ""},
			{setInput("depth", "7"), "", ""},
		}},
		{name: "another input", cells: sliders, steps: []step{
			{setInput("name", `"y"`), "in cached | other run (input name x → y) | use cached | sign cached | free cached", "other"},
			{setInput("nobody", "1"), "", ""},
		}},
		{name: "the default", cells: sliders, steps: []step{
			{replace("default=3", "default=4"), "in run (its code changed: line 1) | other cached | use depends | sign depends | free cached", "in use sign"},
			{both(setInput("depth", "3"), replace("default=4", "default=5")), "in run | other cached | use depends | sign depends | free cached", "in"},
		}},
		{name: "the default, which another cell gives", params: map[string]any{"n": int64(2)}, cells: "%% n\nn = params.n\n%% in\nk = ui.number('k', default=n)\n%% use\nk", steps: []step{
			{setParam("n", int64(4)), "n run | in depends | use depends", "n in use"},
			{setInput("k", "4"), "", ""},
			{setParam("n", int64(5)), "n run | in depends | use depends", "n in"},
		}},
		{name: "a value that does not fit", cells: sliders, steps: []step{
			{setInput("depth", "11"), "in run (input depth 3 → 11) | other cached | use depends | sign depends | free cached", "in"},
			{setInput("depth", "4"), "in run | other cached | use depends | sign depends | free cached", "in use sign"},
		}},
		{name: "a function that another cell calls", cells: "%% lib\ndef size():\n    return ui.number('size', default=1)\n%% a\nsize() + 1\n%% b\n2", steps: []step{
			{setInput("size", "5"), "lib cached | a run (input size 1 → 5) | b cached", "a"},
		}},
		{name: "rows of a table", cells: "%% df\ndf = frame({'a': [1, 2, 3], 'b': ['x', 'y', 'z']})\n%% pick\npicked = ui.table(df)\n%% use\npicked.shape", steps: []step{
			{setInput("picked", "[0,2]"), "df cached | pick run (input picked none → 0,2) | use depends", "pick use"},
			{setInput("picked", "[2,0]"), "df cached | pick run | use depends", "pick"},
			{setInput("picked", "[]"), "", ""},
		}},
		{name: "points of a plot", cells: "%% fig\nfig = plot.scatter(frame({'a': [1, 2, 3], 'b': [4, 5, 6]}), x='a', y='b')\n%% pick\nbrushed = ui.plot(fig)\n%% use\nlen(brushed)", steps: []step{
			{setInput("brushed", `{"x":[0,2],"y":[0,9]}`), "fig cached | pick run (input brushed none → 0..2,0..9) | use depends", "pick use"},
			{unsetInput("brushed"), "", ""},
		}},
	})
}

// An input is a param of the run, whether its cell ran or not.
func TestInputsAreParamsOfTheRun(t *testing.T) {
	r := newRig(t, newMemoryStore(), `
%% a
[ui.slider("n", 0, 1), ui.choice("c", ["p", 2]), ui.checkbox("on"), ui.text("t"), ui.button("go"), ui.number("x", default=0.5)]
_t = ui.table(frame({"a": [1, 2]}), name="rows")
_p = ui.plot(plot.line(None, y=[1, 2]), name="area")
`)
	r.inputs = map[string]string{"n": "1", "c": "2", "rows": "[1]", "area": `{"x":[1,0],"y":[0,9.5]}`}
	want := "n=1 c=2 on=False t= go=0 x=0.5 rows=1 area=0..1,0..9.5"
	want = strings.Replace(want, "False", "false", 1)
	for _, when := range []string{"fresh", "cached"} {
		out := r.run()
		var got []string
		for _, e := range out.Results[0].Effects {
			if p, ok := e.(cells.Param); ok {
				got = append(got, p.Key+"="+p.Value)
			}
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s: %v: %s", when, out.Results[0].Err, diff)
		}
	}
}

func TestWrongInputs(t *testing.T) {
	for name, tt := range map[string]struct{ cell, set, want string }{
		"above max":           {`ui.slider("v", 1, 10)`, "11", "input v: 11 does not fit; give a whole number from 1 to 10"},
		"a fraction":          {`ui.slider("v", 1, 10)`, "1.5", "input v: 1.5 does not fit"},
		"a text":              {`ui.number("v", default=0.5)`, `"x"`, `input v: "x" does not fit; give a number`},
		"no choice":           {`ui.choice("v", ["a", "b"])`, `"c"`, `input v: "c" does not fit; give one of "a", "b"`},
		"no truth":            {`ui.checkbox("v")`, "1", "input v: 1 does not fit; give true or false"},
		"negative presses":    {`ui.button("v")`, "-1", "input v: -1 does not fit"},
		"a row too far":       {`v = ui.table(frame({"a": [1, 2]}))`, "[2]", "input v: [2] does not fit; give rows from 0 to 1"},
		"rows of nothing":     {`v = ui.table(frame({"a": []}))`, "[0]", "give no rows"},
		"half a rectangle":    {`v = ui.plot(plot.line(None, y=[1]))`, `{"x":[0,1]}`, "does not fit; give a rectangle"},
		"the default":         {`ui.slider("v", 1, 10, default=0)`, "", "the default: input v: 0 does not fit"},
		"bounds":              {`ui.slider("v", 3, 3)`, "", "input v: min 3 is not below max 3"},
		"no choices":          {`ui.choice("v", [])`, "", "input v: there are no choices"},
		"not JSON":            {`ui.text("v")`, "{", "input v: the value of an input is not JSON"},
		"a bar chart":         {`v = ui.plot(plot.bar({"a": 1}))`, "", "not in a figure of kind bar"},
		"an unknown call":     {"_f = ui.slider\n_f(\"v\", 1, 2)", "", `the input "v" is not known before the cell runs`},
		"called by a builtin": {"_f = ui.table\nmap(_f, [frame({})])", "", "the input has no name"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, newMemoryStore(), "%% a\n"+tt.cell)
			if tt.set != "" {
				r.inputs["v"] = tt.set
			}
			res := r.run().Results[0]
			if res.Err == nil || !strings.Contains(res.Err.Error(), tt.want) {
				t.Errorf("error %v, want %q", res.Err, tt.want)
			}
		})
	}
}

func TestNamesOfInputs(t *testing.T) {
	for name, tt := range map[string]struct{ cells, want string }{
		"not a literal":    {"%% a\n_n = 'x'\nui.text(_n)", "the name of the input ui.text is not a text that stands here"},
		"shown only":       {"%% a\nui.table(frame({}))", "the input ui.table has no name"},
		"no name":          {"%% a\nprint(ui.table(frame({})))", "the input ui.table has no name"},
		"a bad name":       {"%% a\nui.text('a=b')", `"a=b" cannot be the name of an input`},
		"two cells":        {"%% a\n\nui.text('x')\n%% b\nui.text('x')", "input `x` is already declared by cell a (line 2)"},
		"twice":            {"%% a\nui.text('x')\nui.text('x')", "input `x` is already declared on line 1"},
		"assigned":         {"%% a\nx = ui.table(frame({}))\n%% b\nui.plot(None, name='x')", "input `x` is already declared by cell a (line 1)"},
		"in a function":    {"%% a\ndef f(d):\n    x = ui.table(d)\n    return x", "the input ui.table has no name"},
		"a ui of its own":  {"%% a\nui = 1\n%% b\nui", ""},
		"another function": {"%% a\nx = ui.number\n%% b\n_y = ui.text('y')", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, newMemoryStore(), tt.cells)
			n := r.compile(r.options(r.dir, r.store))
			got := ""
			if len(n.Problems) > 0 {
				got = n.Problems[0].Msg
			}
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("problem %q, want %q", got, tt.want)
			}
		})
	}
}

// What an input shows, for the page and for clients without forms.
func TestInputsAreShown(t *testing.T) {
	r := newRig(t, newMemoryStore(), `
%% a
_a = ui.slider("depth", 1, 10, default=3, label="Depth <b>")
%% b
picked = ui.table(frame({"a": [1, 2]}))
%% c
_c = ui.choice("model", ["logreg", 2])
`)
	r.inputs["picked"] = "[1]"
	want := []string{
		`{"name":"depth","kind":"slider","label":"Depth \u003cb\u003e","value":3,"default":3,"min":1,"max":10,"step":1}`,
		`{"name":"picked","kind":"table","label":"picked","value":[1],"default":[]}`,
		`{"name":"model","kind":"choice","label":"model","value":"logreg","default":"logreg","choices":["logreg",2]}`,
	}
	texts := []string{"<p>Depth &lt;b&gt;: <b>3</b></p>", "<table", "<p>model: <b>logreg</b></p>"}
	for i, res := range r.run().Results {
		var d cells.Display
		for _, e := range res.Effects {
			if is, ok := e.(cells.Display); ok {
				d = is
			}
		}
		if diff := cmp.Diff(want[i], string(d.Data[builtin.InputMIME])); diff != "" {
			t.Errorf("%v: %s", res.Err, diff)
		}
		if !strings.Contains(string(d.Data["text/html"]), texts[i]) {
			t.Errorf("shown as %s", d.Data["text/html"])
		}
	}
}

// The file that a cell loads cannot ask: its functions can when a cell calls
// them, under names that cells declare.
func TestInputsOfLoadedFiles(t *testing.T) {
	r := newRig(t, newMemoryStore(), "%% a\nload('lib.star', 'ask')\nask()\n")
	write("lib.star", "def ask():\n    return ui.text('q')\n")(r)
	opts := r.options(r.dir, r.store)
	res := r.compile(opts).Run(context.Background(), opts).Results[0]
	if res.Err == nil || !strings.Contains(res.Err.Error(), `the input "q" is not known before the cell runs`) {
		t.Errorf("error %v", res.Err)
	}
}

// A secret that somebody gives as an input is in nothing that is kept.
func TestInputsHideSecrets(t *testing.T) {
	r := newRig(t, newMemoryStore(), "%% a\n_s = secret('key')\nq = ui.text('q')\n")
	r.secrets["key"], r.inputs["q"] = "hunter2hunter2", `"hunter2hunter2"`
	for _, e := range r.run().Results[0].Effects {
		if text := fmt.Sprint(e); strings.Contains(text, "hunter2") {
			t.Errorf("it is in %s", text)
		}
	}
}

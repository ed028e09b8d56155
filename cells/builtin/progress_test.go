package builtin

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
)

// bars are the displays of a host as text, one after the other.
func (h *memoryHost) bars() string {
	var lines []string
	for _, e := range h.effects {
		if d, ok := e.(cells.Display); ok {
			lines = append(lines, string(d.Data["text/plain"]))
		}
	}
	return strings.Join(lines, " | ")
}

func TestProgress(t *testing.T) {
	tests := map[string]struct{ source, value, bars string }{
		"a list":               {`[x * x for x in progress([1, 2], "sq")]`, "[1, 4]", "sq: 0 of 2 | sq: 1 of 2 | sq: 2 of 2"},
		"no label":             {`list(progress(range(2)))`, "[0, 1]", "0 of 2 | 1 of 2 | 2 of 2"},
		"no items":             {`list(progress([], "fit"))`, "[]", "fit: 0 of 0 | fit: 0 of 0"},
		"a dict":               {`list(progress({"a": 1}, "d"))`, `["a"]`, "d: 0 of 1 | d: 1 of 1"},
		"unknown length":       {`list(progress("ab".codepoints(), "c"))`, `["a", "b"]`, "c: 0 | c: 1 | c: 2 of 2"},
		"total for unknown":    {`list(progress("ab".codepoints(), "c", total=2))`, `["a", "b"]`, "c: 0 of 2 | c: 1 of 2 | c: 2 of 2"},
		"total is too large":   {`list(progress([1], total=3))`, "[1]", "0 of 3 | 1 of 3"},
		"twice":                {"p = progress([1])\nlist(p) + list(p)", "[1, 1]", "0 of 1 | 1 of 1 | 0 of 1 | 1 of 1"},
		"break":                {"for x in progress([1, 2, 3], 'fit'):\n    if x == 2:\n        break\nx", "2", "fit: 0 of 3 | fit: 1 of 3 | fit: 1 of 3"},
		"break of unknown":     {"for x in progress('ab'.codepoints()):\n    break\nx", `"a"`, "0 | 0"},
		"return":               {"def f():\n    for x in progress([1, 2]):\n        return x\nf()", "1", "0 of 2 | 0 of 2"},
		"nested":               {"[[y for y in progress([x], 'in')] for x in progress([1], 'out')]", "[[1]]", "out: 0 of 1 | in: 0 of 1 | in: 1 of 1 | out: 1 of 1"},
		"lazily":               {"for x in progress([1, 2]):\n    display(x)", "None", "0 of 2 | 1 | 1 of 2 | 2 | 2 of 2"},
		"not begun":            {`str(progress([1], "a"))`, `"progress(list, \"a\")"`, ""},
		"with a function's xs": {`map(lambda x: x + 1, progress((1, 2)))`, "[2, 3]", "0 of 2 | 1 of 2 | 2 of 2"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHost()
			if got := runValue(t, h, tt.source, nil).String(); got != tt.value {
				t.Errorf("gives %s, want %s", got, tt.value)
			}
			if d := cmp.Diff(tt.bars, h.bars()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestProgressErrors(t *testing.T) {
	tests := map[string]struct{ source, want, bars string }{
		"nothing to go through": {"progress(5)", "iterable", ""},
		"total":                 {"progress([], total='x')", "total is the number of items", ""},
		"total below 0":         {"progress([], total=-1)", "total is the number of items", ""},
		"changes what it reads": {"xs = [1]\nfor x in progress(xs):\n    xs.append(x)", "during iteration", "0 of 1 | 0 of 1"},
		"fails on the way":      {"for x in progress([1, 0], 'd'):\n    1 // x", "division by zero", "d: 0 of 2 | d: 1 of 2 | d: 1 of 2"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHost()
			if e := failure(t, h, tt.source, nil); !strings.Contains(e.Msg, tt.want) {
				t.Errorf("got %q", e.Msg)
			}
			if d := cmp.Diff(tt.bars, h.bars()); d != "" {
				t.Error(d)
			}
		})
	}
}

// A value that left its cell shows nothing: the bar would be an effect of a cell
// that does not run.
func TestProgressThatLeftItsCellShowsNothing(t *testing.T) {
	h := newHost()
	p := runValue(t, h, "progress([1, 2])", nil)
	p.Freeze()
	if got := runValue(t, newHost(), "list(p)", map[string]starlark.Value{"p": p}).String(); got != "[1, 2]" || h.bars() != "" {
		t.Errorf("gives %s and shows %q", got, h.bars())
	}
}

func TestBarForms(t *testing.T) {
	tests := map[string]struct {
		bar  Bar
		html string
	}{
		"known":            {Bar{Label: "fit", Done: 4, Total: 10, Open: true}, `<label>fit <progress value="4" max="10"></progress> </label><span>4 of 10</span>`},
		"no label":         {Bar{Done: 4, Total: 10}, `<label><progress value="4" max="10" aria-label="progress"></progress> </label><span>4 of 10</span>`},
		"unknown":          {Bar{Label: "fit", Done: 4, Total: -1, Open: true}, `<label>fit <progress></progress> </label><span>4</span>`},
		"unknown, stopped": {Bar{Label: "fit", Done: 4, Total: -1}, `<label>fit </label><span>4</span>`},
		"no items":         {Bar{Label: "fit"}, `<label>fit <progress value="1" max="1"></progress> </label><span>0 of 0</span>`},
		"more than said":   {Bar{Label: "fit", Done: 5, Total: 3}, `<label>fit <progress value="3" max="3"></progress> </label><span>5 of 3</span>`},
		"markup":           {Bar{Label: "<b>&", Total: 1}, `<label>&lt;b&gt;&amp; <progress value="0" max="1"></progress> </label><span>0 of 1</span>`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			want := `<div class="wnb-progress">` + tt.html + `</div>`
			if d := cmp.Diff(want, string(tt.bar.Forms()["text/html"])); d != "" {
				t.Error(d)
			}
		})
	}
}

package kernel_test

import "testing"

// chain is a notebook in which each cell reads the one before.
const chain = `
%% a
x = 2
%% b
y = x * 10
%% c
print("y is", y)
y + 1
`

func TestNotStaleWhenCodeChanges(t *testing.T) {
	runStale(t, []staleCase{
		{name: "nothing", cells: chain, steps: []step{{}, {}}},
		{name: "the first cell, to another value", cells: chain, steps: []step{
			{replace("x = 2", "x = 3"), "a run (its code changed: line 1) | b depends (depends on what cell a gives) | c depends (depends on what cell b gives)", "a b c"},
			{replace("x = 3", "x = 2"), "", ""},
		}},
		{name: "the first cell, to the same value", cells: chain, steps: []step{
			{replace("x = 2", "x = 1 + 1"), "a run (its code changed: line 1) | b depends | c depends", "a"},
		}},
		{name: "a cell in the middle, to the same value", cells: chain, steps: []step{
			{replace("y = x * 10", "y = x * 5 * 2"), "a cached | b run (its code changed: line 1) | c depends (depends on what cell b gives)", "b"},
		}},
		{name: "a comment", cells: chain, steps: []step{{do: replace("x = 2", "# two\nx = 2 # 2")}}},
		{name: "only a comment at first", cells: "%% a\n# one\nx = 1\n%% b\nx", steps: []step{{do: replace("# one\n", "")}}},
		{name: "blank space", cells: chain, steps: []step{{do: replace("x * 10", "  x*10  ")}, {do: replace("x = 2\n", "\n\nx = (\n  2\n)\n")}}},
		{name: "redundant parentheses", cells: chain, steps: []step{{do: replace("x * 10", "((x) * (10))")}}},
		{name: "parentheses that count", cells: "%% a\nx = 2 + 3 * 4\n%% b\nx", steps: []step{
			{replace("2 + 3 * 4", "(2 + 3) * 4"), "a run | b depends", "a b"},
		}},
		{name: "quotes", cells: "%% a\ns = 'it'\n%% b\ns", steps: []step{
			{do: replace("'it'", `"it"`)},
			{do: replace(`"it"`, `"""it"""`)},
			{do: replace(`"""it"""`, `"\x69t"`)},
		}},
		{name: "text that looks like another quote style", cells: "%% a\ns = 'a\"b'\n%% b\ns", steps: []step{
			{replace(`'a"b'`, `'a\'b'`), "a run | b depends", "a b"},
		}},
		{name: "a text and a raw text", cells: "%% a\ns = '\\n'\n%% b\ns", steps: []step{
			{replace(`'\n'`, `r'\n'`), "a run | b depends", "a b"},
			{replace(`r'\n'`, `'\\n'`), "", ""},
		}},
		{name: "text and bytes", cells: "%% a\ns = 'ab'\n%% b\ntype(s)", steps: []step{
			{replace("'ab'", "b'ab'"), "a run | b depends", "a b"},
		}},
		{name: "the spelling of numbers", cells: "%% a\nx = 1000.0\n%% b\nx", steps: []step{
			{do: replace("1000.0", "1e3")},
			{replace("1e3", "1000"), "a run | b depends", "a b"},
			{replace("1000", "0x3e8"), "", ""},
		}},
		{name: "an f-string", cells: "%% a\nx = 2\n%% b\nf'{x:.1f}'", steps: []step{
			{replace("f'{x:.1f}'", "f'{x:.2f}'"), "a cached | b run (its code changed: line 1)", "b"},
			{do: replace("f'{x:.2f}'", `f"{x:.2f}"`)},
			{replace("{x:.2f}", "{x=:.2f}"), "a cached | b run", "b"},
		}},
		{name: "indentation", cells: "%% a\ny = 0\nfor i in range(3):\n    y = y + i\ny = y * 2\n%% b\ny", steps: []step{
			{replace("\ny = y * 2", "\n    y = y * 2"), "a run (its code changed: line 4) | b depends", "a b"},
			{do: replace("    y", "  y")},
		}},
		{name: "the order of statements", cells: "%% a\nx = 1\ny = 2\n%% b\nx + y", steps: []step{
			{replace("x = 1\ny = 2", "y = 2\nx = 1"), "a run | b depends", "a"},
		}},
		{name: "documentation that help shows", cells: "%% a\ndef f():\n    'one'\n    return 1\n%% b\nhelp(f)", steps: []step{
			{replace("'one'", "'two'"), "a run | b depends", "a b"},
			{replace("'two'", "('two')"), "a run | b depends", "a b"},
		}},
		{name: "a new cell", cells: chain, steps: []step{
			{setCells(chain + "%% d\ny + 2\n"), "a cached | b cached | c cached | d run (it is new)", "d"},
		}},
		{name: "a cell that comes back", cells: chain, steps: []step{
			{do: setCells("%% a\nx = 2\n")},
			{do: setCells(chain)},
		}},
		{name: "a renamed cell", cells: chain, steps: []step{{do: replace("%% b", "%% times")}}},
		{name: "cells in another order", cells: chain, steps: []step{
			{do: setCells("%% c\nprint(\"y is\", y)\ny + 1\n%% b\ny = x * 10\n%% a\nx = 2\n")},
		}},
		{name: "swapped definitions", cells: "%% a\nx = 1\n%% b\ny = 2\n%% c\nx - y", steps: []step{
			{setCells("%% a\ny = 1\n%% b\nx = 2\n%% c\nx - y"), "a run | b run | c depends", "a b c"},
			{do: setCells("%% a\ny = 2\n%% b\nx = 1\n%% c\nx - y"), plan: "a cached | b cached | c cached", ran: ""},
		}},
		{name: "a name moves to another cell", cells: "%% a\nx = 1\ny = 2\n%% b\nz = x + y\n%% c\nz", steps: []step{
			{setCells("%% a\nx = 1\n%% n\ny = 2\n%% b\nz = x + y\n%% c\nz"), "a run | n run (it is new) | b depends (depends on what cells a and n give) | c depends", "a n"},
		}},
		{name: "two names of one value are exchanged", cells: "%% a\nx = 1\ny = 1\n%% b\nx\n%% c\ny", steps: []step{
			{replace("y = 1", "y = 2"), "a run | b depends | c depends", "a c"},
		}},
		{name: "a definition under a condition", params: map[string]any{"on": true}, cells: "%% a\nif params.on:\n    x = 1\nz = 0\n%% b\nx\n%% c\nz", steps: []step{
			{setParam("on", false), "a run (param on true → false) | b depends | c depends", "a b"},
			{setParam("on", true), "", ""},
			{setParam("on", false), "a cached | b run | c cached", "b"},
		}, unkept: "b"},
		{name: "None is a value", cells: "%% a\nx = None\n%% b\nrepr(x)", steps: []step{
			{replace("None", "0"), "a run | b depends", "a b"},
		}},
		{name: "a shadowed builtin", cells: "%% b\nlen([1, 2])", steps: []step{
			{setCells("%% a\ndef len(x): return 7\n%% b\nlen([1, 2])"), "a run (it is new) | b depends", "a b"},
			{setCells("%% b\nlen([1, 2])"), "", ""},
		}},
		{name: "a shadowed module", cells: "%% b\ndef f():\n    return io.exists('x')\n%% c\nf()", steps: []step{
			{setCells("%% a\nio = frame({'exists': [1]})\n%% b\ndef f():\n    return len(io)\n%% c\nf()"), "a run | b depends | c depends", "a b c"},
			{do: setCells("%% b\ndef f():\n    return io.exists('x')\n%% c\nf()")},
		}},
		{name: "wnb itself", cells: chain, steps: []step{
			{setVersion("v2"), "a run (wnb changed: v1 → v2) | b depends | c depends", "a b c"},
			{setVersion("v1"), "", ""},
		}},
		{name: "two cells with the same code", cells: "%% a\nprint('twice')\n%% b\nprint('twice')", first: "a", steps: []step{
			{replace("print('twice')", "print('2')"), "a run | b run", "a"},
		}},
		{name: "a cell is switched off", cells: chain, steps: []step{
			{replace("%% b", "%% b .disabled"), "a cached | b skipped (disabled) | c skipped (`y` comes from cell b, which was skipped)", ""},
			{replace("%% b .disabled", "%% b"), "", ""},
			{do: both(replace("x = 2", "x = 4"), replace("%% b", "%% b .disabled")), plan: "a run | b skipped (disabled) | c skipped", ran: "a"},
		}},
		{name: "attributes that are not in the key", cells: chain, steps: []step{
			{do: replace("%% b", "%% b timeout=30s retries=2 on_error=continue .hide-code after=a")},
		}},
	})
}

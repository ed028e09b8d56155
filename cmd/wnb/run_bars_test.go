package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/notebooks"
)

func TestProgressOnATerminal(t *testing.T) {
	form := func(text string) map[string][]byte { return map[string][]byte{"text/plain": []byte(text)} }
	first, moved := cells.Display{ID: "1", Data: form("fit: 0 of 2")}, cells.Update{ID: "1", Data: form("fit: 2 of 2")}
	inner, printed := cells.Display{ID: "2", Data: form("in\nner: 1 of 1")}, cells.Stream{Name: "stdout", Text: "text\n"}
	result := cells.Display{Result: true, Data: form("7")}
	long := cells.Display{ID: "1", Data: form(strings.Repeat("label ", 20) + ": 5 of 9")}
	tests := map[string]struct {
		terminal bool
		effects  []cells.Effect
		out, err string
	}{
		"pipe":             {effects: []cells.Effect{first, printed, moved, result}, out: "text\nfit: 2 of 2\n7\n"},
		"kept":             {effects: []cells.Effect{cells.Display{ID: "1", Data: moved.Data}, printed, result}, out: "text\nfit: 2 of 2\n7\n"},
		"without a result": {effects: []cells.Effect{first, inner, moved}, out: "fit: 2 of 2\nin\nner: 1 of 1\n"},
		"terminal": {
			terminal: true, effects: []cells.Effect{first, moved, inner, printed}, out: "text\nfit: 2 of 2\nin\nner: 1 of 1\n",
			err: "… a|… a  fit: 0 of 2|… a  fit: 2 of 2|… a  in ner: 1 of 1|✓ a 0 ms\n",
		},
		"terminal, long label": {
			terminal: true, effects: []cells.Effect{long}, out: string(long.Data["text/plain"]) + "\n",
			err: "… a|… a  label label label label label…el label label label : 5 of 9|✓ a 0 ms\n",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var out, err bytes.Buffer
			r := &reporter{out: &out, err: &err, progress: tt.terminal}
			c := &kernel.Cell{ID: "a"}
			r.CellStarted(c)
			for _, e := range tt.effects {
				r.CellEffect(c, e)
			}
			r.CellDone(&kernel.Result{Cell: c, Status: notebooks.StatusDone})
			if d := cmp.Diff(tt.out, out.String()); d != "" {
				t.Errorf("stdout: %s", d)
			}
			if d := cmp.Diff(tt.err, strings.ReplaceAll(err.String(), "\r\x1b[2K", "|")); d != "" {
				t.Errorf("stderr: %s", d)
			}
		})
	}
}

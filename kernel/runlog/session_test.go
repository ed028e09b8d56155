package runlog_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/value"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/storage"
)

const sessionNotebook = "---\nwnb: 1\nparams:\n  n: 4\n---\n\n```starlark {#make}\nx = params.n\n```\n\n```starlark {#use}\ny = x\n```\n\n```starlark {#off .disabled}\nz = y\n```\n"

// compiled is the notebook with its builtins.
func compiled(t *testing.T, text string, params map[string]any) (*kernel.Notebook, starlark.StringDict) {
	t.Helper()
	doc, err := notebooks.Parse("n.wnb", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	env, err := builtin.Env(params)
	if err != nil {
		t.Fatal(err)
	}
	return kernel.Compile(doc, env), env
}

// ran is the run of a cell, so many seconds after the start.
func ran(t *testing.T, cell, source string, second int, effects ...cells.Effect) kernel.CellRun {
	t.Helper()
	data, err := cells.MarshalEffects(effects)
	if err != nil {
		t.Fatal(err)
	}
	return kernel.CellRun{
		Cell: cell, Source: source, Status: string(notebooks.StatusDone), Effects: data,
		Start: start.Add(time.Duration(second) * time.Second), Duration: time.Second / 2,
	}
}

func keepSession(t *testing.T, s *runlog.Session, text string, params map[string]any) (*runlog.Run, error) {
	t.Helper()
	nb, env := compiled(t, text, params)
	return s.Keep(t.Context(), runlog.Spec{Experiment: "wine", Path: "n.wnb", Source: []byte(text), Params: params}, nb, env)
}

func TestSessionIsFoundAgain(t *testing.T) {
	store := open(t)
	first := runlog.NewSession(store, "n.wnb")
	first.Note(ran(t, "make", "x = 1", 0, cells.Metric{Key: "m", Value: 1, Time: start}))
	first.Note(ran(t, "use", "y = x", 1))
	if err := first.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Another process: the cell runs again, and its result replaces the first.
	second := runlog.NewSession(store, "n.wnb")
	second.Note(ran(t, "make", "x = params.n", 2, cells.Metric{Key: "m", Value: 2, Time: start}))
	second.Note(ran(t, "make", "too late", 1))
	second.Note(ran(t, "use", "y = x", 3))
	if err := second.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	run, err := keepSession(t, runlog.NewSession(store, "n.wnb"), sessionNotebook, map[string]any{"n": 4})
	if err != nil {
		t.Fatal(err)
	}
	got, err := store.Run(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != storage.Finished || !got.Start.Equal(start.Add(2*time.Second)) || !got.End.Equal(start.Add(3500*time.Millisecond)) {
		t.Errorf("%s from %v to %v", got.Status, got.Start, got.End)
	}
	if m, _ := got.Metric("m"); m.Value != 2 {
		t.Errorf("the metric is %v", m)
	}
	list, err := store.Cells(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	var states []string
	for _, c := range list {
		states = append(states, c.ID+" "+c.Status+" "+c.Reason)
	}
	if diff := cmp.Diff([]string{"make done ", "use done ", "off skipped disabled"}, states); diff != "" {
		t.Error(diff)
	}
	hidden, err := store.Runs(t.Context(), storage.Query{Experiment: "sessions", IncludeHidden: true})
	if err != nil || len(hidden) != 1 || hidden[0].Tags[runlog.TagKeptAs] != run.ID || hidden[0].Status != storage.Running {
		t.Errorf("session runs: %+v, %v", hidden, err)
	}
}

func TestKeepSaysWhatToRunFirst(t *testing.T) {
	params := map[string]any{"n": 4}
	four, err := value.Hash(t.Context(), starlark.MakeInt(4))
	if err != nil {
		t.Fatal(err)
	}
	reads := func(c kernel.CellRun, name, hash string) kernel.CellRun {
		c.Reads = map[string]string{name: hash}
		return c
	}
	gives := func(c kernel.CellRun, name, hash string) kernel.CellRun {
		c.Values = map[string]string{name: hash}
		return c
	}
	make1, use := ran(t, "make", "x = params.n", 0), ran(t, "use", "y = x", 1)
	tests := map[string]struct {
		runs []kernel.CellRun
		want string // of the error; empty for none
	}{
		"nothing":             {nil, "no cell of n.wnb has run in this session, so there is nothing to keep"},
		"all":                 {[]kernel.CellRun{make1, use}, ""},
		"one has not run":     {[]kernel.CellRun{make1}, "n.wnb cannot be kept as a run yet: cell use has not run; run these cells first"},
		"one was changed":     {[]kernel.CellRun{ran(t, "make", "x = 1", 0), use}, "cell make was changed since it ran"},
		"in the wrong order":  {[]kernel.CellRun{ran(t, "make", "x = params.n", 2), use}, "cell use ran before cell make, which gives `x`"},
		"with the same value": {[]kernel.CellRun{gives(ran(t, "make", "x = params.n", 2), "x", four), reads(use, "x", four)}, ""},
		"with another value":  {[]kernel.CellRun{gives(make1, "x", four), reads(use, "x", "another")}, "cell use ran with another `x` than cell make gives now"},
		"with other params":   {[]kernel.CellRun{reads(make1, "params", "another"), use}, "cell make ran with other params"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := runlog.NewSession(open(t), "n.wnb")
			for _, c := range tt.runs {
				s.Note(c)
			}
			_, err := keepSession(t, s, sessionNotebook, params)
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var stale *runlog.StaleError
			if err == nil || !strings.Contains(err.Error(), tt.want) || errors.As(err, &stale) == (name == "nothing") {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// A cell that failed is kept as it failed, and those that need it as skipped.
func TestKeepOfAFailure(t *testing.T) {
	store := open(t)
	s := runlog.NewSession(store, "n.wnb")
	failed := ran(t, "make", "x = params.n", 0)
	failed.Status, failed.Error = string(notebooks.StatusFailed), &lang.Error{Kind: lang.KindRuntime, Cell: "make", Line: 1, Msg: "no"}
	s.Note(failed)
	s.Note(ran(t, "use", "y = x", -10)) // before it failed
	run, err := keepSession(t, s, sessionNotebook, map[string]any{"n": 4})
	if err != nil {
		t.Fatal(err)
	}
	got, err := store.Run(t.Context(), run.ID)
	if err != nil || got.Status != storage.Failed {
		t.Errorf("%+v, %v", got, err)
	}
	list, err := store.Cells(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	if list[0].Error != "cell make, line 1: no" || list[1].Status != string(notebooks.StatusSkipped) || list[1].Reason != "`x` comes from cell make, which failed" {
		t.Errorf("cells %+v", list)
	}
}

func TestSessionsMoveAndEnd(t *testing.T) {
	store := open(t)
	ctx := t.Context()
	cellsOf := func(source string) int {
		t.Helper()
		all, err := runlog.Sessions(ctx, store)
		if err != nil {
			t.Fatal(err)
		}
		if all[source] == nil {
			return -1
		}
		_, err = keepSession(t, all[source], sessionNotebook, map[string]any{"n": 4})
		var stale *runlog.StaleError
		if errors.As(err, &stale) {
			return 2 - len(stale.Reasons)
		}
		return 2
	}
	a, b := runlog.NewSession(store, "a.wnb"), runlog.NewSession(store, "b.wnb")
	a.Note(ran(t, "make", "x = params.n", 0))
	b.Note(ran(t, "make", "x = params.n", 0))
	b.Note(ran(t, "use", "y = x", 1))
	if err := errors.Join(a.Save(ctx), b.Save(ctx)); err != nil {
		t.Fatal(err)
	}
	if err := a.Rename(ctx, "b.wnb"); err != nil { // what was there is over
		t.Fatal(err)
	}
	if got := []int{cellsOf("a.wnb"), cellsOf("b.wnb")}; got[0] != -1 || got[1] != 1 {
		t.Errorf("cells after the rename: %v", got)
	}
	c := runlog.NewSession(store, "c.wnb")
	c.Note(ran(t, "use", "y = x", 2))
	if err := c.Inherit(ctx, a); err != nil {
		t.Fatal(err)
	}
	if got := []int{cellsOf("b.wnb"), cellsOf("c.wnb")}; got[0] != 1 || got[1] != 2 {
		t.Errorf("cells after one was saved under another name: %v", got)
	}
	if err := c.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if got := cellsOf("c.wnb"); got != -1 {
		t.Errorf("%d cells of a session that is over", got)
	}
	c.Note(ran(t, "use", "y = x", 3)) // it begins anew
	if err := c.Save(ctx); err != nil {
		t.Fatal(err)
	}
	if got := cellsOf("c.wnb"); got != 1 {
		t.Errorf("%d cells of the next session", got)
	}
}

// Somebody ends the hidden run, as by hand: the session goes on in another one.
func TestHiddenRunThatWasEnded(t *testing.T) {
	store := open(t)
	s := runlog.NewSession(store, "n.wnb")
	s.Note(ran(t, "make", "x = params.n", 0))
	if err := s.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	runs, err := store.Runs(t.Context(), storage.Query{Experiment: "sessions", IncludeHidden: true})
	if err != nil || len(runs) != 1 {
		t.Fatalf("%v, %v", runs, err)
	}
	if err := store.FinishRun(t.Context(), runs[0].ID, storage.Killed, time.Time{}); err != nil {
		t.Fatal(err)
	}
	s.Note(ran(t, "use", "y = x", 1))
	if err := s.Save(t.Context()); err != nil {
		t.Error(err)
	}
}

// The kernel's message and what is noted have the same form.
func TestCellRunForm(t *testing.T) {
	c := ran(t, "make", "x = 1", 0)
	c.Error = &lang.Error{Kind: lang.KindRuntime, Cell: "make", Line: 2, Msg: "no", Hint: "do", Trace: []lang.Frame{{Cell: "make", Line: 2, Locals: []lang.Local{{Name: "a", Value: "1"}}}}}
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var back kernel.CellRun
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.Error.Details(), back.Error.Details()); diff != "" {
		t.Error(diff)
	}
}

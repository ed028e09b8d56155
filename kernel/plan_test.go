package kernel_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/notebooks"
)

func TestPlanOfARun(t *testing.T) {
	only := func(ids ...string) edit { return with(func(o *kernel.Options) { o.Only = ids }) }
	tests := map[string]struct {
		cells string
		first bool // it ran before
		edit  edit
		want  string
		ran   string // of the run that follows
	}{
		"nothing ran yet": {cells: chain, edit: both(), want: "a run (it has not run yet) | b depends (depends on what cell a gives) | c depends (depends on what cell b gives)", ran: "a b c"},
		"a problem": {
			cells: chain, edit: replace("x * 10", "zz * 10"), ran: "",
			want: "a skipped (the notebook has problems) | b failed (`zz` is not defined in any cell) | c skipped (the notebook has problems)",
		},
		"only one cell":                 {cells: chain, edit: only("b"), want: "a run (it has not run yet) | b depends (depends on what cell a gives) | c skipped (not asked for)", ran: "a b"},
		"only one cell, the rest known": {cells: chain, first: true, edit: both(only("b"), replace("x * 10", "x * 11")), want: "a cached () | b run (its code changed: line 1) | c skipped (not asked for)", ran: "b"},
		"force": {
			cells: chain, first: true, edit: with(func(o *kernel.Options) { o.Force = func(id string) bool { return id == "b" } }),
			want: "a cached () | b run (--force) | c depends (depends on what cell b gives)", ran: "b",
		},
		"no cache": {
			cells: chain, first: true, edit: with(func(o *kernel.Options) { o.Cache = nil }),
			want: "a run (--no-cache) | b run (--no-cache) | c run (--no-cache)", ran: "a b c",
		},
		"force all": {
			cells: chain, first: true, edit: with(func(o *kernel.Options) { o.Force = func(string) bool { return true } }),
			want: "a run (--force) | b run (--force) | c run (--force)", ran: "a b c",
		},
		"force what may be skipped": {
			cells: "%% f\non = False\n%% a when=on\nx = 1\n%% b\nx", first: true, edit: with(func(o *kernel.Options) { o.Force = func(string) bool { return true } }),
			want: "f run (--force) | a depends (depends on what cell f gives) | b depends (depends on what cell a gives)", ran: "f",
		},
		"impure": {
			cells: "%% a\nnow()", first: true, edit: both(),
			want: "a run (its result is not kept: now())", ran: "a",
		},
		"an empty store": {
			cells: chain, first: true, edit: func(r *rig) { r.store = newMemoryStore() },
			want: "a run (its result is not kept any more) | b depends (depends on what cell a gives) | c depends (depends on what cell b gives)", ran: "a b c",
		},
		"several reasons to depend": {
			cells: "%% a\nx = 1\n%% b\ny = 1\n%% c\nz = 1\n%% d\nx + y + z", edit: both(), ran: "a b c d",
			want: "a run (it has not run yet) | b run (it has not run yet) | c run (it has not run yet) | d depends (depends on what cells a, b and c give)",
		},
		"order only": {
			cells: "%% a\nx = 1\n%% b after=a\n2", first: true, edit: replace("x = 1", "x = 2"),
			want: "a run (its code changed: line 1) | b depends (comes after cell a, which may write what it reads)", ran: "a",
		},
		"a cell that always runs, behind one that runs": {
			cells: "%% a\nx = 1\n%% b always\nx", first: true, edit: replace("x = 1", "x = 2"),
			want: "a run (its code changed: line 1) | b run (it always runs)", ran: "a b",
		},
		"a cell that is never kept, behind one that runs": {
			cells: "%% a\nx = 1\n%% b cache=off\nx", first: true, edit: replace("x = 1", "x = 2"),
			want: "a run (its code changed: line 1) | b run (cache=off)", ran: "a b",
		},
		"when= is known, and something else is not": {
			cells: "%% f\non = False\n%% a\nx = 1\n%% b when=on\nx", first: true, edit: replace("x = 1", "x = 2"),
			want: "f cached () | a run (its code changed: line 1) | b skipped (when=on is False)", ran: "a",
		},
		"when= is not known": {
			cells: "%% f\non = True\n%% b when=on\n1", first: true, edit: replace("True", "not False"),
			want: "f run (its code changed: line 1) | b depends (depends on what cell f gives)", ran: "f",
		},
		"behind a cell that is switched off": {
			cells: "%% a\nx = 1\n%% b .disabled\ny = x\n%% c\ny\n%% d after=b\nx", first: true, edit: replace("x = 1", "x = 2"), ran: "a d",
			want: "a run (its code changed: line 1) | b skipped (disabled) | c skipped (`y` comes from cell b, which was skipped) | d depends (depends on what cell a gives)",
		},
		"a value without a form": {
			cells: "%% a\ndef f(): return 1\nnames = {f: 'f'}\n%% b\nnames", first: true, edit: both(), ran: "a b",
			want: "a run (its result is not kept: `names`: the value cannot be stored: <function f> is a key of a dict or an element of a set; use its name) | b depends (depends on what cell a gives)",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, newMemoryStore(), tt.cells)
			if tt.first {
				r.run()
			}
			tt.edit(r)
			if d := cmp.Diff(tt.want, describe(r.plan(), tt.want)); d != "" {
				t.Errorf("plan (-want +got):\n%s", d)
			}
			if d := cmp.Diff(tt.ran, strings.Join(ran(r.run()), " ")); d != "" {
				t.Errorf("ran (-want +got):\n%s", d)
			}
		})
	}
}

func TestAPlanTellsMore(t *testing.T) {
	r := newRig(t, newMemoryStore(), "%% a\nx = now()\n%% b\ny = x\n%% c cache=off\n1\n%% d\n2")
	r.run()
	steps := r.plan()
	if !steps[0].Impure || steps[1].Impure || !steps[2].Impure || steps[3].Impure {
		t.Errorf("impure: %+v", steps)
	}
	if d := cmp.Diff([]string{"a"}, steps[1].On); d != "" {
		t.Error(d)
	}
}

func TestAPlanChangesNothing(t *testing.T) {
	store := newMemoryStore()
	r := newRig(t, store, "%% w\nframe({'a': [1]}).to_csv('out.csv')\n%% r after=w\nio.read_text('out.csv')\n%% n\nprint(now())")
	r.run()
	remove("out.csv")(r)
	before, kept := filesIn(t, r.dir), store.dump()
	store.records["broken"] = nil
	for range 3 {
		r.plan()
	}
	if d := cmp.Diff(before, filesIn(t, r.dir)); d != "" {
		t.Errorf("files: %s", d)
	}
	if len(store.dump()) != len(kept) || len(store.held) != 0 {
		t.Error("the store changed")
	}
}

func TestAPlannerLooksUpOnlyWhatChanged(t *testing.T) {
	store := &counting{Store: newMemoryStore()}
	r := newRig(t, store, strings.Replace(chain, "x = 2", "x = len(io.read_text('in.txt'))", 1))
	write("in.txt", "ab")(r)
	r.run()
	steps := []struct {
		name    string
		edit    edit
		want    string
		lookups int
	}{
		{"first", both(), "a cached | b cached | c cached", 3},
		{"nothing", both(), "a cached | b cached | c cached", 0},
		{"a comment", replace("y + 1", "y + 1 # one"), "a cached | b cached | c cached", 1},
		{"another file", write("in.txt", "abc"), "a run | b depends | c depends", 1},
		{"the file again", write("in.txt", "ab"), "a cached | b cached | c cached", 3},
		{"code", replace("y + 1", "y + 2"), "a cached | b cached | c run", 1},
		{"code in the middle", replace("x * 10", "x * 11"), "a cached | b run | c depends", 1},
	}
	var compiler kernel.Compiler
	var planner kernel.Planner
	for _, s := range steps {
		s.edit(r)
		store.lookups = 0
		opts := r.options(r.dir, store)
		doc, err := notebooks.Parse("n.wnb", []byte(document(r.cells)))
		if err != nil {
			t.Fatal(err)
		}
		plan, err := planner.Plan(t.Context(), compiler.Compile(doc, opts.Builtins), opts, r.past)
		if err != nil {
			t.Fatal(err)
		}
		if got := describe(plan, ""); got != s.want || store.lookups != s.lookups {
			t.Errorf("%s: %s with %d look-ups, want %s with %d", s.name, got, store.lookups, s.want, s.lookups)
		}
	}
}

// counting counts how often results are looked up.
type counting struct {
	cache.Store
	lookups int
}

func (c *counting) Results(ctx context.Context, key string) ([]cache.Record, error) {
	c.lookups++
	return c.Store.Results(ctx, key)
}

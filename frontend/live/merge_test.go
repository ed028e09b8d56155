package live

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/notebooks"
)

func TestSavedByAClient(t *testing.T) {
	mine := []notebooks.Output{{Type: notebooks.Stream, Name: "stdout", Text: "the client's"}}
	for _, tt := range []struct {
		name string
		seen func(v int64) int64 // of what the client has read
		cell map[string]Cell     // that it saves
		want []string            // of cell c, which printed "server's"
	}{
		{"same outputs", now, map[string]Cell{"c": {Outputs: mine}}, []string{"stdout server's|"}},
		{"cleared", now, map[string]Cell{"c": {}}, nil},
		{"cleared, but newer here", before, map[string]Cell{"c": {}}, []string{"stdout server's|"}},
		{"cell is gone", now, map[string]Cell{}, nil},
		{"cell is gone, but newer here", before, map[string]Cell{}, []string{"stdout server's|"}},
		{"other cell", now, map[string]Cell{"c": {Outputs: mine}, "new": {Outputs: mine}}, []string{"stdout server's|"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, nil)
			r.tab(r.session("a.wnb").Kernel.ID, "one").run("c", "print server's")
			all, err := r.Outputs(context.Background(), "a.wnb")
			if err != nil {
				t.Fatal(err)
			}
			got, err := r.Saved(context.Background(), "a.wnb", Seen{Version: tt.seen(all.Version)}, tt.cell)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, shown(got.Cells["c"])); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if _, saved := tt.cell["new"]; saved && cmp.Diff([]string{"stdout the client's"}, shown(got.Cells["new"])) != "" {
				t.Errorf("outputs of an unknown cell are not taken over: %v", got.Cells["new"])
			}
		})
	}
}

func now(v int64) int64    { return v }
func before(v int64) int64 { return v - 1 }

// What is in the file counts, until the cell puts something out again; also
// after a restart.
func TestStoredInTheFile(t *testing.T) {
	ctx := context.Background()
	store := newTestStore(t.TempDir())
	withStore := func(c *Config) { c.Store = store }
	r := newRig(t, withStore)
	one := r.tab(r.session("a.ipynb").Kernel.ID, "one")
	for _, cell := range []string{"kept", "again", "gone"} {
		one.run(cell, "print of "+cell)
	}
	all, err := r.Outputs(ctx, "a.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	one.run("late", "print of late")
	if err := r.Stored(ctx, "a.ipynb", all.Version, []string{"kept", "again", "late"}); err != nil {
		t.Fatal(err)
	}
	one.run("again", "print once more")
	one.c.Close()
	r.close()
	r = newRig(t, withStore)
	if all, err = r.Outputs(ctx, "a.ipynb"); err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for id, c := range all.Cells {
		got[id] = c.InFile
	}
	if diff := cmp.Diff(map[string]bool{"kept": true, "again": false, "late": false}, got); diff != "" {
		t.Errorf("in the file (-want +got):\n%s", diff)
	}
}

// A client that deletes a cell, saves, and undoes it brings the outputs back,
// since they are gone here.
func TestCellThatComesBack(t *testing.T) {
	for _, restart := range []bool{false, true} {
		t.Run(fmt.Sprintf("restart %v", restart), func(t *testing.T) {
			ctx := context.Background()
			store := newTestStore(t.TempDir())
			withStore := func(c *Config) { c.Store = store }
			r := newRig(t, withStore)
			r.tab(r.session("a.wnb").Kernel.ID, "one").run("c", "print text")
			all, err := r.Outputs(ctx, "a.wnb")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := r.Saved(ctx, "a.wnb", Seen{Version: all.Version}, map[string]Cell{}); err != nil {
				t.Fatal(err)
			}
			if restart {
				r.close()
				r = newRig(t, withStore)
			}
			got, err := r.Saved(ctx, "a.wnb", Seen{Version: all.Version}, map[string]Cell{"c": {Outputs: all.Cells["c"].Outputs}})
			if diff := cmp.Diff([]string{"stdout text|"}, shown(got.Cells["c"])); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

// A client that has seen outputs over its websocket, which its saves show, may
// clear them; another one that has not, may not.
func TestClientClearsWhatItHasSeen(t *testing.T) {
	ctx := context.Background()
	r := newRig(t, nil)
	one := r.tab(r.session("a.wnb").Kernel.ID, "one")
	read := func() Seen {
		t.Helper()
		_, seen, err := r.Read(ctx, "a.wnb")
		if err != nil {
			t.Fatal(err)
		}
		if back := SeenOf(seen.Token()); back != seen {
			t.Errorf("%+v came back as %+v", seen, back)
		}
		return seen
	}
	save := func(seen Seen, c Cell) []string {
		t.Helper()
		out, err := r.Saved(ctx, "a.wnb", seen, map[string]Cell{"c": c})
		if err != nil {
			t.Fatal(err)
		}
		return shown(out.Cells["c"])
	}
	first, second := read(), read()
	one.run("c", "print text")
	all, err := r.Outputs(ctx, "a.wnb")
	if err != nil {
		t.Fatal(err)
	}
	ran := Cell{ExecutionCount: all.Cells["c"].ExecutionCount, Outputs: all.Cells["c"].Outputs}
	text := []string{"stdout text|"}
	for _, step := range []struct {
		what string
		seen Seen
		cell Cell
		want []string
	}{
		{"cleared before it was seen", first, Cell{}, text},
		{"saved", first, ran, text},
		{"cleared by another client", second, Cell{}, text},
		{"of another run", second, Cell{ExecutionCount: 99, Outputs: ran.Outputs}, text},
		{"cleared by that one", second, Cell{}, text},
		{"cleared", first, Cell{}, nil},
	} {
		if diff := cmp.Diff(step.want, save(step.seen, step.cell)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.what, diff)
		}
	}
	one.run("c", "print again")
	if diff := cmp.Diff([]string{"stdout again|"}, save(first, Cell{})); diff != "" {
		t.Errorf("the next run (-want +got):\n%s", diff)
	}
}

func TestReadersAreBounded(t *testing.T) {
	var r readers
	for i := int64(1); i <= 3*mostReaders; i++ {
		n := r.next()
		if n < 1 || n >= 1<<readerBits {
			t.Fatalf("reader %d", n)
		}
		r.note(n, "c", i)
		if len(r.seen) > mostReaders || r.version(n, "c") != i {
			t.Fatalf("%d readers are remembered, and of the last one %d", len(r.seen), r.version(n, "c"))
		}
	}
}

package live

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// step is a message for a cell, or the start of a run where it has none.
type step struct {
	cell string
	c    protocol.Content
}

func out(text string) step {
	return step{"a", &protocol.Stream{Name: protocol.Stdout, Text: text}}
}

func errs(text string) step {
	return step{"a", &protocol.Stream{Name: protocol.Stderr, Text: text}}
}

func show(id, text string) step {
	return step{"a", &protocol.DisplayData{Data: plain(text), Transient: protocol.Transient{DisplayID: id}}}
}

func update(id, text string) step {
	return step{"a", &protocol.UpdateDisplayData{Data: plain(text), Transient: protocol.Transient{DisplayID: id}}}
}

func plain(text string) protocol.Dict { return protocol.Dict{"text/plain": protocol.Text(text)} }

func (s step) in(cell string) step { return step{cell, s.c} }

var (
	begin     = step{"a", nil}
	clearNow  = step{"a", &protocol.ClearOutput{}}
	clearWait = step{"a", &protocol.ClearOutput{Wait: true}}
	fails     = step{"a", &protocol.Error{EName: "E", EValue: "wrong", Traceback: []string{"E: wrong"}}}
	result    = step{"a", &protocol.ExecuteResult{ExecutionCount: 3, Data: plain("7")}}
)

func (s step) on(d *document) error {
	switch c := s.c.(type) {
	case nil:
		d.begin(s.cell)
	case *protocol.UpdateDisplayData:
		return d.display(*c)
	default:
		return d.output(s.cell, c)
	}
	return nil
}

func testDocument(text, cell int) *document {
	return newDocument("a.wnb", foldLimits{text: text, cell: cell}, past{most: 100, mostBytes: 1 << 20}, func() {})
}

func TestFold(t *testing.T) {
	for _, tt := range []struct {
		name  string
		steps []step
		want  []string // of cell a
	}{
		{"nothing", nil, nil},
		{"streams merge", []step{out("a"), out("b\n"), out("c")}, []string{"stdout ab|c"}},
		{"streams of another name do not", []step{out("a"), errs("b"), out("c")}, []string{"stdout a", "stderr b", "stdout c"}},
		{"nor over a display", []step{out("a"), show("", "x"), out("b")}, []string{"stdout a", "display_data x", "stdout b"}},
		{"empty text is nothing", []step{out("")}, nil},
		{"all kinds", []step{out("a"), show("", "x"), result, fails},
			[]string{"stdout a", "display_data x", "execute_result 7", "error wrong"}},
		{"a run begins empty", []step{out("old"), begin, out("new")}, []string{"stdout new"}},
		{"clear", []step{out("a"), clearNow}, nil},
		{"clear and go on", []step{out("a"), clearNow, out("b")}, []string{"stdout b"}},
		{"clear when the next comes: not yet", []step{out("a"), clearWait}, []string{"stdout a"}},
		{"clear when the next comes: a stream", []step{out("a"), clearWait, out("b")}, []string{"stdout b"}},
		{"clear when the next comes: a display", []step{out("a"), clearWait, show("", "x")}, []string{"display_data x"}},
		{"clear when the next comes: an error", []step{out("a"), clearWait, fails}, []string{"error wrong"}},
		{"clear only once", []step{out("a"), clearWait, out("b"), out("c")}, []string{"stdout bc"}},
		{"clear at once after clear later", []step{out("a"), clearWait, clearNow, out("b"), out("c")}, []string{"stdout bc"}},
		{"an update is no next output", []step{show("d", "x"), clearWait, update("d", "y")}, []string{"display_data y"}},
		{"update", []step{show("d", "x"), show("e", "z"), update("d", "y")}, []string{"display_data y", "display_data z"}},
		{"update of what is not there", []step{out("a"), update("d", "y")}, []string{"stdout a"}},
		{"update without an id", []step{show("", "x"), update("", "y")}, []string{"display_data x"}},
		{"update from another cell", []step{show("d", "x"), update("d", "y").in("b")}, []string{"display_data y"}},
		{"an id shown again updates the first", []step{show("d", "x"), show("d", "y").in("b")}, []string{"display_data y"}},
		{"other cells stay", []step{out("a"), out("b").in("b"), clearNow.in("b")}, []string{"stdout a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := testDocument(1<<20, 1<<20)
			for _, s := range tt.steps {
				if err := s.on(d); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(tt.want, shown(d.outputs().Cells["a"])); diff != "" {
				t.Errorf("outputs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTextOverTheLimitKeepsHeadAndTail(t *testing.T) {
	blobs := &memoryBlobs{}
	lib := newLibrary(Config{Blobs: blobs, Limits: Limits{TextBytes: 1000}}.orDefaults())
	defer lib.shutdown(t.Context())
	d, err := lib.open(t.Context(), "a.wnb")
	if err != nil {
		t.Fatal(err)
	}
	defer lib.close(d)
	d.begin("a")
	var whole strings.Builder
	for i := range 1000 {
		line := fmt.Sprintf("line %d é\n", i)
		whole.WriteString(line)
		if err := out(line).on(d); err != nil {
			t.Fatal(err)
		}
	}
	d.running("a", false)
	if err := lib.save(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := d.outputs().Cells["a"]
	if len(c.Outputs) != 3 || c.Cut == nil {
		t.Fatalf("%d outputs, cut %v; want head, note and tail", len(c.Outputs), c.Cut)
	}
	head, note, tail := c.Outputs[0].Text, c.Outputs[1].Text, c.Outputs[2].Text
	if !strings.HasPrefix(whole.String(), head) || !strings.HasSuffix(whole.String(), tail) || len(head) < 400 || len(tail) < 400 {
		t.Errorf("head of %d bytes %.30q, tail of %d bytes %.30q", len(head), head, len(tail), tail)
	}
	left := whole.Len() - len(head) - len(tail)
	if want := fmt.Sprintf("\n… %d bytes left out; the whole output is blob blob-1\n", left); note != want {
		t.Errorf("note is %q, want %q", note, want)
	}
	if len(blobs.blobs) != 1 || blobs.blobs[0] != whole.String() {
		t.Errorf("%d blobs; want one with all of the text", len(blobs.blobs))
	}
}

func TestDisplaysOverTheLimitAreInTheBlob(t *testing.T) {
	blobs := &memoryBlobs{}
	lib := newLibrary(Config{Blobs: blobs, Limits: Limits{CellBytes: 1000}}.orDefaults())
	defer lib.shutdown(t.Context())
	d, err := lib.open(t.Context(), "a.wnb")
	if err != nil {
		t.Fatal(err)
	}
	defer lib.close(d)
	for _, s := range []step{begin, show("", strings.Repeat("x", 600)), show("", strings.Repeat("y", 600)), show("", "small"), fails} {
		if err := s.on(d); err != nil {
			t.Fatal(err)
		}
	}
	d.running("a", false)
	if err := lib.save(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := shown(d.outputs().Cells["a"])
	if len(got) != 4 || !strings.Contains(got[1], "blob-1") || got[2] != "display_data small" || got[3] != "error wrong" {
		t.Errorf("outputs are %.60q", got)
	}
	if len(blobs.blobs) != 1 || !strings.Contains(blobs.blobs[0], "yyy") {
		t.Errorf("blobs are %.60q", blobs.blobs)
	}
}

// What is folded while messages come in is what is folded when the state was
// stored and read again in between, at any point.
func TestFoldGoesOnAfterReload(t *testing.T) {
	text := rapid.StringMatching(`[a-zé\n]{0,40}`)
	id := rapid.SampledFrom([]string{"", "d", "e"})
	one := rapid.Custom(func(t *rapid.T) step {
		s := rapid.SampledFrom([]func() step{
			func() step { return out(text.Draw(t, "text")) },
			func() step { return errs(text.Draw(t, "text")) },
			func() step { return show(id.Draw(t, "id"), text.Draw(t, "text")) },
			func() step { return update(id.Draw(t, "id"), text.Draw(t, "text")) },
			func() step { return clearNow }, func() step { return clearWait },
			func() step { return fails }, func() step { return result }, func() step { return begin },
		}).Draw(t, "step")()
		return s.in(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "cell"))
	})
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.SampledFrom([]int{200, 600, 1 << 20}).Draw(t, "limit")
		live, stored := testDocument(limit, limit), testDocument(limit, limit)
		for _, s := range rapid.SliceOfN(one, 0, 60).Draw(t, "steps") {
			if err := errorsOf(s.on(live), s.on(stored)); err != nil {
				t.Fatal(err)
			}
			if rapid.Bool().Draw(t, "reload") {
				stored = reload(t, stored, limit)
			}
		}
		want, got := live.outputs(), reload(t, stored, limit).outputs()
		if diff := cmp.Diff(asJSON(t, want.Cells), asJSON(t, got.Cells)); diff != "" {
			t.Fatalf("outputs differ after a reload (-live +stored):\n%s", diff)
		}
		if kept := keptText(got.Cells["a"]); kept > limit {
			t.Fatalf("%d bytes of text are kept, the limit is %d", kept, limit)
		}
	})
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// reload is the document as another process reads it.
func reload(t *rapid.T, d *document, limit int) *document {
	cells := map[string]Cell{}
	for id := range d.cells {
		cells[id] = d.cells[id].cell()
	}
	var back map[string]Cell
	if err := json.Unmarshal([]byte(asJSON(t, cells)), &back); err != nil {
		t.Fatal(err)
	}
	again := testDocument(limit, limit)
	if err := again.load(back, nil, ""); err != nil {
		t.Fatal(err)
	}
	return again
}

func asJSON(t *rapid.T, v any) string {
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func keptText(c Cell) int {
	n := 0
	for i, o := range c.Outputs {
		if c.Cut == nil || i != c.Cut.At {
			n += len(o.Text)
		}
	}
	return n
}

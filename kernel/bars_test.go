package kernel_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/notebooks"
)

// barTape notes what an observer is told of displays: "a 1 fit: 0 of 2" for a new
// one, "a 1 > fit: 1 of 2" for a newer form.
type barTape struct{ lines []string }

func (*barTape) CellStarted(*kernel.Cell) {}
func (*barTape) CellDone(*kernel.Result)  {}
func (b *barTape) CellEffect(c *kernel.Cell, e cells.Effect) {
	switch e := e.(type) {
	case cells.Display:
		b.lines = append(b.lines, fmt.Sprintf("%s %s %s", c.ID, e.ID, e.Data["text/plain"]))
	case cells.Update:
		b.lines = append(b.lines, fmt.Sprintf("%s %s > %s", c.ID, e.ID, e.Data["text/plain"]))
	}
}

// kept are the displays that the results of a run hold, in the same words.
func kept(out *kernel.Outcome) string {
	var b barTape
	for _, res := range out.Results {
		for _, e := range res.Effects {
			b.CellEffect(res.Cell, e)
		}
	}
	return strings.Join(b.lines, "\n")
}

// ticking is a clock that goes on by a step whenever it is asked, and timers that
// nobody waits for.
func ticking(step time.Duration) func(*kernel.Options) {
	return func(o *kernel.Options) {
		var looks atomic.Int64
		o.World.Clock = func() time.Time { return clock.Add(time.Duration(looks.Add(1)) * step) }
		o.World.After = func(time.Duration, func()) func() bool { return func() bool { return true } }
	}
}

var barTests = map[string]struct{ cells, kept string }{
	"one":             {"%% a\nfor x in progress(range(3), 'fit'):\n    print(x)\n7", "a 1 fit: 3 of 3\na  7"},
	"one place":       {"%% a\ndisplay('before')\nfor x in progress(range(3), 'fit'):\n    display(x)", "a  \"before\"\na 1 fit: 3 of 3\na  0\na  1\na  2"},
	"nested":          {"%% a\nfor e in progress(range(3), 'epoch'):\n    for b in progress(range(e + 1), 'batch'):\n        pass", "a 1 epoch: 3 of 3\na 2 batch: 3 of 3"},
	"nested, two":     {"%% a\nfor e in progress(range(2), 'epoch'):\n    [0 for _ in progress(range(2), 'fit')]\n    [0 for _ in progress(range(5), 'eval')]", "a 1 epoch: 2 of 2\na 2 fit: 2 of 2\na 3 eval: 5 of 5"},
	"same label":      {"%% a\n[0 for _ in progress([1], 'x')]\n[0 for _ in progress([1, 2], 'x')]", "a 1 x: 1 of 1\na 2 x: 2 of 2\na  [0, 0]"},
	"side by side":    {"%% a\nzip(progress([1, 2], 'x'), progress([3, 4], 'x'))", "a 1 x: 2 of 2\na 2 x: 1 of 2\na  [(1, 3), (2, 4)]"},
	"stopped":         {"%% a\nfor x in progress(range(9), 'fit'):\n    if x == 4:\n        fail('no')", "a 1 fit: 4 of 9"},
	"in pmap":         {"%% a\nys = pmap(lambda n: [x for x in progress(range(n), 'task')], [2, 3])\n[0 for _ in progress([1], 'after')]", "a 1 task: 2 of 2\na 2 task: 3 of 3\na 3 after: 1 of 1\na  [0]"},
	"in two cells":    {"%% a\nf = lambda n: [x for x in progress(range(n), 'f')]\n%% b\nxs = f(2)\n%% c\nys = f(3)", "b 1 f: 2 of 2\nc 1 f: 3 of 3"},
	"left its cell":   {"%% a\np = progress(range(3), 'fit')\n%% b\nxs = [x for x in p]\nlen(xs)", "b  3"},
	"a secret in it":  {"%% a\ns = secret('token')\n[0 for _ in progress([1], 'hunter22')]", "a 1 [secret token]: 1 of 1\na  [0]"},
	"retried":         {"%% a retries=1\nfor x in progress(range(3), 'fit'):\n    fail('no')", "a 1 fit: 0 of 3"},
	"a result of it":  {"%% a\nprogress(range(3), 'fit')", "a  progress(range, \"fit\")"},
	"function, twice": {"%% a\ndef f(): return [0 for _ in progress([1], 'f')]\n_ = f() + f()", "a 1 f: 1 of 1\na 2 f: 1 of 1"},
}

// The record of a bar is its last form, whatever the clock says, and the same when
// it ran, was kept, or ran beside other cells.
func TestBarsAreKeptAsTheyEnd(t *testing.T) {
	for name, tt := range barTests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, newMemoryStore(), tt.cells)
			r.secrets["token"] = "hunter22"
			fast := r.fresh()
			r.change = ticking(time.Hour)
			if d := cmp.Diff(fast, r.fresh()); d != "" {
				t.Errorf("with a fast clock (-slow +fast):\n%s", d)
			}
			r.jobs = 3
			first := r.run()
			if d := cmp.Diff(tt.kept, kept(first)); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(fast, picture(t, r.dir, first)); d != "" {
				t.Errorf("beside other cells (-alone +beside):\n%s", d)
			}
			if d := cmp.Diff(fast, picture(t, r.dir, r.run())); d != "" {
				t.Errorf("kept (-fresh +kept):\n%s", d)
			}
		})
	}
}

func TestBarsMoveWhileTheCellRuns(t *testing.T) {
	loop := "%% a\nfor x in progress(range(20), 'fit'):\n    pass"
	nested := "%% a\nfor e in progress(range(2), 'epoch'):\n    for b in progress(range(2), 'batch'):\n        pass"
	tests := map[string]struct {
		cells string
		step  time.Duration // between two looks at the clock
		want  string
	}{
		"faster than anyone can see": {loop, 0, "a 1 fit: 0 of 20 | a 1 > fit: 20 of 20"},
		"slowly": {
			"%% a\nfor x in progress(range(3), 'fit'):\n    pass", time.Second,
			"a 1 fit: 0 of 3 | a 1 > fit: 1 of 3 | a 1 > fit: 2 of 3 | a 1 > fit: 3 of 3",
		},
		"nested, fast": {nested, 0, "a 1 epoch: 0 of 2 | a 2 batch: 0 of 2 | a 1 > epoch: 2 of 2 | a 2 > batch: 2 of 2"},
		"nested, slowly": {
			nested, time.Second, "a 1 epoch: 0 of 2 | a 2 batch: 0 of 2 | a 2 > batch: 1 of 2 | a 2 > batch: 2 of 2 | a 1 > epoch: 1 of 2 | " +
				"a 2 > batch: 0 of 2 | a 2 > batch: 1 of 2 | a 2 > batch: 2 of 2 | a 1 > epoch: 2 of 2",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r, seen := newRig(t, newMemoryStore(), tt.cells), &barTape{}
			r.change = func(o *kernel.Options) { ticking(tt.step)(o); o.Observer = seen }
			r.run()
			if d := cmp.Diff(tt.want, strings.Join(seen.lines, " | ")); d != "" {
				t.Error(d)
			}
		})
	}
}

// A bar that stands still shows all that is done: what came too soon after the
// last change is told when the timer says so.
func TestBarsOfSlowItems(t *testing.T) {
	r, seen := newRig(t, newMemoryStore(), "%% a\nfor x in progress(range(9), 'fit'):\n    if x == 4:\n        env('look')"), &barTape{}
	var due func()
	r.change = func(o *kernel.Options) {
		o.Observer = seen
		o.World.After = func(d time.Duration, f func()) func() bool {
			if d <= 0 || d > 100*time.Millisecond {
				t.Errorf("waits for %s", d)
			}
			due = f
			return func() bool { return true }
		}
		o.World.Env = func(string) (string, bool) { due(); return "", true }
	}
	r.run()
	want := []string{"a 1 fit: 0 of 9", "a 1 > fit: 4 of 9", "a 1 > fit: 9 of 9"}
	if d := cmp.Diff(want, seen.lines); d != "" {
		t.Error(d)
	}
}

// Cells that run beside each other are seen one after the other: a bar of a later
// one is shown as it is when its turn comes.
func TestBarsOfWaitingCells(t *testing.T) {
	r, seen := newRig(t, newMemoryStore(), "%% a\nenv('wait')\n%% b\nfor x in progress(range(3), 'b'):\n    pass\nenv('open')"), &barTape{}
	opened := make(chan struct{})
	open := sync.OnceFunc(func() { close(opened) })
	r.jobs = 2
	r.change = func(o *kernel.Options) {
		ticking(time.Second)(o)
		o.World.Clock = nil
		o.Observer = seen
		o.World.Env = func(name string) (string, bool) {
			if name == "wait" {
				<-opened
			} else {
				open()
			}
			return "", true
		}
	}
	if out := r.run(); out.Results[1].Status != notebooks.StatusDone {
		t.Fatal(out.Results[1].Err)
	}
	want := []string{`a  ""`, "b 1 b: 3 of 3", `b  ""`}
	if d := cmp.Diff(want, seen.lines); d != "" {
		t.Error(d)
	}
}

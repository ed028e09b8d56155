package kernel_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/builtin"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/notebooks"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory keeps blobs for a test.
type memory map[string][]byte

func (m memory) PutBlob(_ context.Context, r io.Reader) (cells.Blob, error) {
	data, err := io.ReadAll(r)
	sum := sha256.Sum256(data)
	name := hex.EncodeToString(sum[:])
	m[name] = data
	return cells.Blob{SHA256: name, Size: int64(len(data))}, err
}

// compile makes a notebook of cells, written as in a .wnb file without front
// matter.
func compile(t *testing.T, text string) *kernel.Notebook {
	t.Helper()
	doc, err := notebooks.Parse("test.wnb", []byte("---\nwnb: 1\n---\n\n"+strings.ReplaceAll(text, "~~~", "```")))
	if err != nil {
		t.Fatal(err)
	}
	return kernel.Compile(doc, builtin.Pure())
}

func options(t *testing.T) kernel.Options {
	clock := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return kernel.Options{
		World:    kernel.World{Dir: t.TempDir(), Blobs: memory{}, Clock: func() time.Time { return clock }},
		Builtins: builtin.Pure(),
		Project:  fstest.MapFS{"lib/a.star": {Data: []byte("def f(x):\n    print(\"from a file\")\n    return x\n")}},
	}
}

// summary is one line per cell: status, text and reason or message.
func summary(o *kernel.Outcome) string {
	var b strings.Builder
	for _, r := range o.Results {
		fmt.Fprintf(&b, "%s %s", r.Cell.ID, r.Status)
		for _, e := range r.Effects {
			switch e := e.(type) {
			case cells.Stream:
				fmt.Fprintf(&b, " %q", e.Text)
			case cells.Display:
				fmt.Fprintf(&b, " [%s]", e.Data["text/plain"])
			case cells.Metric:
				fmt.Fprintf(&b, " %s=%v", e.Key, e.Value)
			case cells.Notice:
				fmt.Fprintf(&b, " notice%v", e.Deliveries)
			}
		}
		if r.Reason != "" {
			b.WriteString(": " + r.Reason)
		}
		if r.Err != nil {
			b.WriteString(": " + r.Err.Error())
		}
		b.WriteString("\n")
	}
	return b.String() + string(o.Verdict())
}

func TestRun(t *testing.T) {
	tests := map[string]struct{ source, want string }{
		"dependency order, not file order": {
			"~~~starlark {#use}\nprint(x)\nx + 1\n~~~\n\n~~~starlark {#make}\nx = 41\n~~~\n",
			"use done \"41\\n\" [42]\nmake done\nfinished",
		},
		"a failed cell, what needs it and the rest": {
			"~~~starlark {#bad}\nx = 1\nfail(\"no\")\n~~~\n\n~~~starlark {#needs}\ny = x\n~~~\n\n~~~starlark {#further}\ny\n~~~\n\n~~~starlark {#rest}\n7\n~~~\n",
			"bad failed: cell bad, line 2, column 5: fail: no\nneeds skipped: `x` comes from cell bad, which failed\n" +
				"further skipped: `y` comes from cell needs, which was skipped\nrest done [7]\nfailed",
		},
		"effects before the failure are kept": {
			"~~~starlark {#bad}\nprint(\"before\")\ntrack.log_metric(\"m\", 1)\nfail(\"no\")\n~~~\n",
			"bad failed \"before\\n\" m=1: cell bad, line 3, column 5: fail: no\nfailed",
		},
		"after is order only": {
			"~~~starlark {#last after=first}\nprint(\"last\")\n~~~\n\n~~~starlark {#first}\nfail(\"no\")\n~~~\n\n~~~starlark {#always after=first always}\n1\n~~~\n",
			"last skipped: it comes after cell first, which failed\nfirst failed: cell first, line 1, column 5: fail: no\nalways done [1]\nfailed",
		},
		"on_error=continue": {
			"~~~starlark {#soft on_error=continue}\nx = 1 // 0\n~~~\n\n~~~starlark {#needs}\nx\n~~~\n",
			"soft failed: cell soft, line 1, column 7: floored division by zero\nneeds skipped: `x` comes from cell soft, which failed\npartial",
		},
		"when": {
			"~~~starlark {#flag}\non = False\n~~~\n\n~~~starlark {#maybe when=on}\nx = 1\n~~~\n\n~~~starlark {#needs}\nx\n~~~\n",
			"flag done\nmaybe skipped: when=on is False\nneeds skipped: `x` comes from cell maybe, which was skipped\nfinished",
		},
		"disabled": {
			"~~~starlark {#off .disabled}\nx = 1\n~~~\n\n~~~starlark {#after after=off}\n2\n~~~\n",
			"off skipped: disabled\nafter done [2]\nfinished",
		},
		"retries": {
			"~~~starlark {#flaky retries=2}\nprint(\"try\")\nfail(\"no\")\n~~~\n",
			"flaky failed \"try\\n\": cell flaky, line 2, column 5: fail: no\nfailed",
		},
		"cells that are not available yet": {
			"~~~sql {#q out=t}\nSELECT 1\n~~~\n\n~~~starlark {#use}\nt\n~~~\n\n~~~python {#py}\nimport os\n~~~\n",
			"q failed: cell q: sql cells are not available yet (give the cell the attribute .disabled to leave it out)\n" +
				"use skipped: `t` comes from cell q, which failed\npy skipped: python cells are kept and never run\nfailed",
		},
		"effects belong to the running cell": {
			"~~~starlark {#lib}\ndef f(x):\n    print(\"f\", x)\n    return x\n~~~\n\n~~~starlark {#use}\nf(2)\n~~~\n",
			"lib done\nuse done \"f 2\\n\" [2]\nfinished",
		},
		"functions of loaded files": {
			"~~~starlark {#use}\nload(\"lib/a.star\", \"f\")\nf(3)\n~~~\n",
			"use done \"from a file\\n\" [3]\nfinished",
		},
		"a name that got no value": {
			"~~~starlark {#a}\nif False:\n    x = 1\n~~~\n\n~~~starlark {#b}\nx\n~~~\n",
			"a done\nb failed: cell b, line 1, column 1: cell a did not give `x` a value (it is assigned only under a condition that did not hold)\nfailed",
		},
		"a pattern with folders of all levels": {
			"~~~starlark {#list}\nio.glob(\"d/**/*.csv\")\n~~~\n",
			"list failed: cell list, line 1, column 8: the pattern \"d/**/*.csv\": ** is not known; a * stands for the folders of one level, such as in a/*/*.csv\nfailed",
		},
		"a cell's deadline": {
			"~~~starlark {#slow timeout=1ms}\nwhile True:\n    pass\n~~~\n\n~~~starlark {#rest}\n1\n~~~\n",
			"slow failed: cell slow, line 1, column 7: the cell ran longer than its timeout of 1ms: time limit reached (give the cell more time with timeout=..., or the run with --timeout)\nrest done [1]\nfailed",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := summary(compile(t, tt.source).Run(t.Context(), options(t)))
			if name == "a cell's deadline" { // where the loop stops is not fixed
				got = strings.Replace(got, "line 2, column 5", "line 1, column 7", 1)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestProblemsAreFoundBeforeAnythingRuns(t *testing.T) {
	tests := map[string]struct{ source, want string }{
		"undefined name":     {"~~~starlark {#a}\nx = lenn([])\n~~~\n", "cell a, line 1, column 5: `lenn` is not defined in any cell (did you mean `len`?)"},
		"name of a cell":     {"~~~starlark {#a}\nwine = 1\n~~~\n\n~~~starlark {#b}\nwinee\n~~~\n", "cell b, line 1, column 1: `winee` is not defined in any cell (did you mean `wine`?)"},
		"local name":         {"~~~starlark {#a}\nfor row in [1]:\n    x = row\n~~~\n\n~~~starlark {#b}\nrow\n~~~\n", "cell b, line 1, column 1: `row` is not defined in any cell (`row` is a local name of cell a; names that start with _ and loop variables stay inside their cell)"},
		"two definitions":    {"~~~starlark {#a}\ny = 0\nx = 1\n~~~\n\n~~~starlark {#b}\nx = 2\n~~~\n", "cell b, line 1, column 1: `x` is already defined by cell a (line 2) (use another name, or call it `_x` to keep it inside this cell)"},
		"augmented":          {"~~~starlark {#a}\nx = 1\n~~~\n\n~~~starlark {#b}\nx += 2\n~~~\n", "cell b, line 1, column 1: `x` is already defined by cell a (line 1) (a cell cannot change a name of another cell; give the new value a name of its own, such as x2 = x + ...)"},
		"mutation":           {"~~~starlark {#a}\nxs = []\n~~~\n\n~~~starlark {#b}\nxs.append(1)\n~~~\n", "cell b, line 1, column 1: xs.append(...) would change `xs`, which comes from cell a (values that leave a cell are frozen; build a new value here, or change it in cell a)"},
		"cycle":              {"~~~starlark {#a}\nx = y\n~~~\n\n~~~starlark {#b}\ny = x\n~~~\n", "cell a: these cells wait for each other: a reads `y` from b, b reads `x` from a (break the circle: move what both need to a cell of its own)"},
		"used before":        {"~~~starlark {#a}\nx = x + 1\n~~~\n", "cell a, line 1, column 5: `x` is used before it gets a value in this cell (move the line that defines it up, or use another name)"},
		"syntax":             {"~~~starlark {#a}\nx = (\n~~~\n", "cell a, line 1, column 6: the cell ends before this is complete (a bracket, a quote or a block is still open)"},
		"unknown after":      {"~~~starlark {#a after=fitt}\n1\n~~~\n\n~~~starlark {#fit}\n2\n~~~\n", "cell a: after=fitt: there is no code cell with this id (did you mean fit?)"},
		"unknown when":       {"~~~starlark {#a when=flag}\n1\n~~~\n", "cell a: when=flag: `flag` is not defined"},
		"unknown on_error":   {"~~~starlark {#a on_error=ignore}\n1\n~~~\n", "cell a: on_error=ignore is not known: write on_error=continue, or leave it out"},
		"unreadable retries": {"~~~starlark {#a retries=x}\n1\n~~~\n", "cell a: retries=x is not a count: write a number from 0"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			n := compile(t, tt.source)
			var got []string
			for _, p := range n.Problems {
				got = append(got, p.Error())
			}
			if d := cmp.Diff([]string{tt.want}, got); d != "" {
				t.Fatal(d)
			}
			out := n.Run(t.Context(), options(t))
			if out.Verdict() != kernel.Failed {
				t.Errorf("verdict %s", out.Verdict())
			}
			for _, r := range out.Results {
				if r.Status != notebooks.StatusFailed && r.Status != notebooks.StatusSkipped {
					t.Errorf("cell %s is %s, and nothing should have run", r.Cell.ID, r.Status)
				}
			}
		})
	}
}

func TestANameOfACellThatCannotBeRead(t *testing.T) {
	n := compile(t, "~~~starlark {#a}\nb = 1 is 2\n~~~\n\n~~~starlark {#c}\nb\n~~~\n")
	last := n.Problems[len(n.Problems)-1].Error()
	want := "cell c, line 1, column 1: `b` is not defined in any cell (cell a may define it, and cannot be read: mend that one first)"
	if d := cmp.Diff(want, last); d != "" {
		t.Error(d)
	}
}

func TestStoppedRuns(t *testing.T) {
	source := "~~~starlark {#loop}\nwhile True:\n    pass\n~~~\n\n~~~starlark {#next always}\n1\n~~~\n"
	tests := map[string]struct {
		cause   error
		verdict kernel.Verdict
		reason  string
	}{
		"interrupted": {kernel.ErrInterrupted, kernel.Interrupted, "the run was interrupted"},
		"timed out":   {fmt.Errorf("too long: %w", lang.ErrTimeout), kernel.Failed, "the run's time was up"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			opts := options(t)
			opts.Observer = onStart(func() { cancel(tt.cause) })
			out := compile(t, source).Run(ctx, opts)
			if out.Verdict() != tt.verdict || !errors.Is(out.Results[0].Err, tt.cause) || out.Results[1].Reason != tt.reason {
				t.Errorf("got %s\n%v", summary(out), out.Results[0].Err)
			}
		})
	}
}

// onStart does something when a cell starts.
type onStart func()

func (f onStart) CellStarted(*kernel.Cell)            { f() }
func (onStart) CellEffect(*kernel.Cell, cells.Effect) {}
func (onStart) CellDone(*kernel.Result)               {}

func TestFilesAreRelativeToTheNotebookAndTraced(t *testing.T) {
	opts := options(t)
	if err := os.WriteFile(filepath.Join(opts.World.Dir, "in.txt"), []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := compile(t, "~~~starlark {#a}\nio.read_text(\"in.txt\")\n~~~\n").Run(t.Context(), opts)
	if out.Verdict() != kernel.Finished {
		t.Fatal(summary(out))
	}
	sum := sha256.Sum256([]byte("hello"))
	want := cells.Input{Kind: "file", Name: "in.txt", SHA256: hex.EncodeToString(sum[:])}
	if d := cmp.Diff(want, out.Results[0].Effects[0]); d != "" {
		t.Error(d)
	}
}

func TestLongOutputKeepsHeadTailAndTheWhole(t *testing.T) {
	opts := options(t)
	opts.World.MaxOutput = 40
	blobs := opts.World.Blobs.(memory)
	out := compile(t, "~~~starlark {#a}\nfor i in range(100):\n    print(\"line\", i)\n~~~\n").Run(t.Context(), opts)
	var shown bytes.Buffer
	for _, e := range out.Results[0].Effects {
		shown.WriteString(e.(cells.Stream).Text)
	}
	text := shown.String()
	if !strings.HasPrefix(text, "line 0\nline 1\n") || !strings.HasSuffix(text, "line 98\nline 99\n") || !strings.Contains(text, "bytes left out") {
		t.Errorf("shown: %s", text)
	}
	if len(blobs) != 1 {
		t.Fatalf("%d blobs, want the whole output", len(blobs))
	}
	for name, whole := range blobs {
		if !strings.Contains(text, name) || bytes.Count(whole, []byte("\n")) != 100 {
			t.Errorf("blob %s has %d lines", name, bytes.Count(whole, []byte("\n")))
		}
	}
}

// broken is a channel that never delivers.
type broken struct{}

func (broken) Name() string                             { return "broken" }
func (broken) Send(context.Context, cells.Notice) error { return errors.New("no route") }

func TestDetailsShowTheVariablesOfCalls(t *testing.T) {
	out := compile(t, "~~~starlark {#lib}\ndef half(n):\n    share = n / 2\n    return map(lambda x: track.log_metric(\"m\", x), [share, \"a\"])\n~~~\n\n~~~starlark {#use}\nbase = 3\nhalf(base)\n~~~\n").Run(t.Context(), options(t))
	want := []string{
		`metric "m": "a" is not a number`,
		"  in cell lib, line 3, column 42",
		`    3 |     return map(lambda x: track.log_metric("m", x), [share, "a"])`,
		"      |                                          ^",
		"  hint: log text with track.set_tag or track.log_param",
		"  called from:",
		`    cell lib, line 3, in half: return map(lambda x: track.log_metric("m", x), [share, "a"])`,
		"    cell use, line 2: half(base)",
		"  variables in lambda of cell lib:",
		`    x = "a"`,
		"  variables in half of cell lib:",
		"    n = 3",
		"    share = 1.5",
		"  variables in cell use:",
		"    base = 3",
	}
	if d := cmp.Diff(want, out.Results[1].Err.Details()); d != "" {
		t.Error(d)
	}
}

func TestNotifyNeverFailsTheRun(t *testing.T) {
	opts := options(t)
	opts.World.Channels = []kernel.Channel{broken{}}
	out := compile(t, "~~~starlark {#tell always}\nnotify.send(\"done\")\n~~~\n").Run(t.Context(), opts)
	if got := summary(out); got != "tell done notice[{broken no route}]\nfinished" {
		t.Error(got)
	}
}

func TestTwoCellsCannotLogOneParamDifferently(t *testing.T) {
	out := compile(t, "~~~starlark {#a}\ntrack.log_param(\"C\", 1)\n~~~\n\n~~~starlark {#b}\ntrack.log_param(\"C\", 2)\n~~~\n\n~~~starlark {#c}\ntrack.log_param(\"C\", 1)\n~~~\n").Run(t.Context(), options(t))
	want := "a done\nb failed: cell b: param \"C\" is already 1, logged by cell a; a param of a run cannot change (log it under another key)\nc done\nfailed"
	if d := cmp.Diff(want, summary(out)); d != "" {
		t.Error(d)
	}
}

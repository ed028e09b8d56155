package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/runlog"
	"github.com/wnb-dev/wnb/notebooks"
)

// observers tells several observers in turn.
type observers []kernel.Observer

func (os observers) CellStarted(c *kernel.Cell) {
	for _, o := range os {
		o.CellStarted(c)
	}
}

func (os observers) CellEffect(c *kernel.Cell, e cells.Effect) {
	for _, o := range os {
		o.CellEffect(c, e)
	}
}

func (os observers) CellDone(r *kernel.Result) {
	for _, o := range os {
		o.CellDone(r)
	}
}

// logChannel writes messages of notify to the terminal.
type logChannel struct{ w io.Writer }

func (logChannel) Name() string { return "log" }

func (l logChannel) Send(_ context.Context, n cells.Notice) error {
	text := n.Text
	if n.Title != "" {
		text = n.Title + ": " + text
	}
	_, err := fmt.Fprintf(l.w, "%s: %s\n", n.Level, text)
	return err
}

// A reporter tells what happens in a run: outputs on stdout as text, progress
// on stderr if it is a terminal, failures always.
type reporter struct {
	out, err io.Writer
	path     string // of the notebook
	json     bool
	debug    bool // also show the causes of errors, for the makers of wnb
	progress bool // stderr is a terminal
	style    style
	pending  bool      // a line "running" stands on the terminal
	bars     []barText // of the running cell, in the order in which they came
}

func (s *state) newReporter(path string, asJSON bool) *reporter {
	tty := isTerminal(s.err) && s.env("TERM") != "dumb"
	return &reporter{out: s.out, err: s.err, path: path, json: asJSON, debug: s.env("WNB_DEBUG") != "", progress: tty && !asJSON, style: style(tty && s.env("NO_COLOR") == "")}
}

func isTerminal(w io.Writer) bool {
	_, ok := terminalOf(w)
	return ok
}

// terminalOf is the terminal that is written to, if it is one.
func terminalOf(w io.Writer) (*os.File, bool) {
	if o, ok := w.(*output); ok {
		w = o.Writer
	}
	f, ok := w.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// style colours text, or not.
type style bool

func (s style) paint(code, text string) string {
	if !s {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) red(text string) string   { return s.paint("31", text) }
func (s style) green(text string) string { return s.paint("32", text) }
func (s style) muted(text string) string { return s.paint("2", text) }

func (r *reporter) CellStarted(c *kernel.Cell) {
	if r.progress {
		fmt.Fprint(r.err, r.style.muted("… "+c.ID))
		r.pending = true
	}
}

// clear removes the line that says what runs.
func (r *reporter) clear() {
	if r.pending {
		fmt.Fprint(r.err, "\r\x1b[2K")
		r.pending = false
	}
}

func (r *reporter) CellEffect(c *kernel.Cell, e cells.Effect) {
	if r.json {
		return
	}
	switch e := e.(type) {
	case cells.Update:
		r.bar(c, e.ID, e.Data)
		return
	case cells.Display:
		if e.ID != "" {
			r.bar(c, e.ID, e.Data)
			return
		}
	}
	r.clear()
	r.write(e)
}

// write writes an output as text.
func (r *reporter) write(e cells.Effect) {
	switch e := e.(type) {
	case cells.Stream:
		w := r.out
		if e.Name == "stderr" {
			w = r.err
		}
		fmt.Fprint(w, e.Text)
	case cells.Display:
		if e.Result {
			r.endBars()
		}
		fmt.Fprintln(r.out, strings.TrimRight(string(e.Data["text/plain"]), "\n"))
	}
}

func (r *reporter) CellDone(res *kernel.Result) {
	r.clear()
	if r.json {
		r.line(cellLine(res))
		return
	}
	r.endBars()
	switch {
	case res.Status == notebooks.StatusFailed:
		fmt.Fprintf(r.err, "%s %s %s\n", r.style.red("✗"), res.Cell.ID, r.style.muted(seconds(res.Duration)))
		for _, l := range res.Err.Traceback() {
			fmt.Fprintln(r.err, "  "+l)
		}
		if res.Err.Cell == res.Cell.ID && res.Err.Line > 0 && res.Cell.Line > 0 {
			fmt.Fprintf(r.err, "  at %s:%d\n", r.path, res.Cell.Line+res.Err.Line-1)
		}
		if cause := errors.Unwrap(res.Err); r.debug && cause != nil {
			fmt.Fprintln(r.err, cause)
		}
	case !r.progress:
	case res.Status == notebooks.StatusSkipped:
		fmt.Fprintf(r.err, "%s %s\n", r.style.muted("-"), r.style.muted(res.Cell.ID+" skipped: "+res.Reason))
	case res.Status == notebooks.StatusCached:
		fmt.Fprintf(r.err, "%s %s %s\n", r.style.green("="), res.Cell.ID, r.style.muted("cached, saved "+seconds(res.From.Duration)))
	default:
		fmt.Fprintf(r.err, "%s %s %s\n", r.style.green("✓"), res.Cell.ID, r.style.muted(seconds(res.Duration)))
	}
}

func seconds(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// cellLine is a cell's result as a line of JSON.
func cellLine(res *kernel.Result) map[string]any {
	line := map[string]any{
		"message_type": "cell", "cell": res.Cell.ID, "status": res.Status, "duration_ms": res.Duration.Milliseconds(),
		"outputs": runlog.Outputs(res),
	}
	if res.Reason != "" {
		line["reason"] = res.Reason
	}
	if res.Key != "" {
		line["key"] = res.Key
	}
	if res.Uncached != "" {
		line["uncached"] = res.Uncached
	}
	if res.From != nil {
		line["from_run"], line["saved_ms"] = res.From.Run, res.From.Duration.Milliseconds()
	}
	if res.Err != nil {
		line["error"] = map[string]any{"kind": res.Err.Kind, "message": res.Err.Msg, "hint": res.Err.Hint, "cell": res.Err.Cell, "line": res.Err.Line, "column": res.Err.Col}
	}
	return line
}

func (r *reporter) line(v any) {
	text, err := json.Marshal(v)
	if err != nil {
		text, _ = json.Marshal(map[string]string{"message_type": "error", "message": err.Error()})
	}
	fmt.Fprintln(r.out, string(text))
}

// finish sums up the run.
func (r *reporter) finish(run *runlog.Run, o *kernel.Outcome, out string) {
	counts := map[notebooks.Status]int{}
	for _, res := range o.Results {
		counts[res.Status]++
	}
	if r.json {
		r.line(map[string]any{
			"message_type": "run", "run_id": run.ID, "name": run.Name, "verdict": o.Verdict(),
			"done": counts[notebooks.StatusDone], "cached": counts[notebooks.StatusCached], "failed": counts[notebooks.StatusFailed], "skipped": counts[notebooks.StatusSkipped],
		})
		return
	}
	for _, res := range o.Results {
		if res.Status == notebooks.StatusSkipped && !res.OnPurpose && !r.progress {
			fmt.Fprintf(r.err, "- %s skipped: %s\n", res.Cell.ID, res.Reason)
		}
	}
	text := fmt.Sprintf("run %s %s: %d of %d cells done", run.Name, o.Verdict(), counts[notebooks.StatusDone]+counts[notebooks.StatusCached], len(o.Results))
	if n := counts[notebooks.StatusCached]; n > 0 {
		text += fmt.Sprintf(", %d from the cache", n)
	}
	if n := counts[notebooks.StatusFailed]; n > 0 {
		text += fmt.Sprintf(", %d failed", n)
	}
	if n := counts[notebooks.StatusSkipped]; n > 0 {
		text += fmt.Sprintf(", %d skipped", n)
	}
	if out != "" {
		text += "; report in " + filepath.ToSlash(out)
	}
	fmt.Fprintln(r.err, text)
}

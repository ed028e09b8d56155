package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// TestPageAndKernel drives what the page shows of kernels and files.
func TestPageAndKernel(t *testing.T) {
	b := browser(t)
	for name, test := range map[string]func(t *testing.T, b context.Context){
		"outputs": pageOutputs, "errors": pageErrors, "input": pageInput, "assistance": pageAssist, "params": pageParams, "reactive": pageReactive,
		"states": pageStates, "keep as run": pageKeep, "panels": pagePanels, "stop and restart": pageStop, "two tabs": pageTwoTabs, "conflict": pageConflict,
		"reload in a long cell": pageReload, "kernel killed": pageKilled, "many lines": pageManyLines, "more than is kept": pageWhole, "replaced outputs": pageReplaced, "versions": pageVersions, "large notebook": pageLarge,
	} {
		t.Run(name, func(t *testing.T) { test(t, b) })
	}
}

func pageOutputs(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+
		star("ansi", `print("\x1b[31mred\x1b[0m plain")`, `print("50%\r100%")`)+
		star("table", `frame({"n": [3, 1, 2], "t": ["c", "a", "b"]})`)+
		star("figure", `plot.hist(frame({"n": [1, 2, 2, 3]})["n"])`)+
		star("evil", `html("<b>bold</b><img src=x onerror=\"document.title='hacked'\"><a href=\"javascript:alert(1)\">x</a>")`)+
		star("rich", `html("<style>p{color:red}</style><p id=p>rich</p><script>document.getElementById('p').textContent = 'scripted ' + self.origin</script>")`)+
		star("words", `md("**strong**")`))
	p := s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.out("ansi", "red plain")
	p.until("the colour", `document.querySelector("#cell-ansi .ansi-red")?.innerText === "red"`)
	p.until("the carriage return", `!document.querySelector("#cell-ansi .outputs").innerText.includes("50%")`)
	p.until("the table", `document.querySelector("#cell-table td.num")`)
	p.click("#cell-table th.num button")
	p.until("the sorted table", `[...document.querySelectorAll("#cell-table tbody tr")].map(r => r.cells[1].innerText + r.cells[0].innerText).join(" ").match(/a1.*b2.*c3|1a.*2b.*3c/)`)
	p.until("the figure", `document.querySelector("#cell-figure .out-figure svg path")`)
	p.until("the frame", `document.querySelector("#cell-rich iframe")`)
	p.until("strong text", `document.querySelector("#cell-words strong")`)
	p.idle()
	if title := p.eval("document.title"); strings.Contains(title, "hacked") {
		t.Error("an output ran a script in the page")
	}
	if p.eval(`String(document.querySelector("#cell-rich iframe").sandbox)`) != "allow-scripts" {
		t.Error("the frame is not sandboxed")
	}
	p.until("the height of the frame, which its script reports", `document.querySelector("#cell-rich iframe").style.height.endsWith("px")`)
	p.forgive("x") // the image of the hostile output, if it was asked for
}

func pageErrors(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("a", "value = 1")+star("c", "value = 2", "value")+star("d", "def f(v):", "    return v + velue", "f(1)"))
	p := s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.out("c", "already defined")
	p.out("d", "velue")
	p.idle()
	p.click("#cell-d .out-error .place .link")
	p.until("the line of the error", `document.activeElement.closest("#cell-d .cm-editor")`)
	p.choose("Rename to _value")
	p.out("c", "2")
	p.idle()
	p.inState("c", "fresh")
	s.file(t, "n.wnb", "_value = 2")
}

func pageInput(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("ask", `name = input("your name? ")`, `"hello " + name`))
	p := s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.until("the question", `document.querySelector("#cell-ask .question input") === document.activeElement`)
	p.write("Ada")
	p.press("Enter")
	p.out("ask", "hello Ada")
	p.idle()
}

func pageAssist(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("a", "wine = samples.wine_quality()")+star("c", ""))
	p := s.open(t, b, "n.wnb")
	p.click(cell("a") + " header")
	p.press("Ctrl+Enter")
	p.idle()
	p.click(cell("c") + " .cm-content")
	for _, letter := range "ml.Logi" {
		p.press(string(letter))
	}
	p.until("completion", `document.querySelector(".cm-tooltip-autocomplete")?.innerText.includes("LogisticRegression")`)
	p.until("its help", `document.querySelector(".cm-completionInfo")?.innerText.includes("linear classifier")`)
	p.until("the name to be selected", `document.querySelector(".cm-tooltip-autocomplete li[aria-selected]")?.innerText === "LogisticRegression"`)
	p.eval(`new Promise(done => setTimeout(done, 200))`) // for 75 ms, the list takes no key that may have been meant for the text
	p.run(                                               // without the character that chromedp sends apart, which nothing can prevent
		input.DispatchKeyEvent(input.KeyRawDown).WithKey("Enter").WithCode("Enter").WithWindowsVirtualKeyCode(13),
		input.DispatchKeyEvent(input.KeyUp).WithKey("Enter").WithCode("Enter").WithWindowsVirtualKeyCode(13),
	)
	p.until("the completed name", `document.querySelector("#cell-c .cm-content").innerText === "ml.LogisticRegression"`)
	p.press("(")
	p.until("the signature", `[...document.querySelectorAll(".cm-tooltip.help")].some(h => h.innerText.includes("max_iter"))`)
	p.press("Escape")
	p.until("the signature to go", `!document.querySelector(".cm-tooltip.help")`)
	p.press("Ctrl+a", "Backspace")
	for _, letter := range `wine["qu` {
		p.press(string(letter))
	}
	p.until("column names", `document.querySelector(".cm-tooltip-autocomplete")?.innerText.includes("quality")`)
	p.press("Escape")
	var at []float64
	p.run(chromedp.Evaluate(`(() => { const r = document.querySelector("#cell-a .cm-line").getBoundingClientRect(); return [r.x + 20, r.y + 10] })()`, &at))
	p.run(input.DispatchMouseEvent(input.MouseMoved, at[0], at[1]))
	p.until("help on hover", `document.querySelector(".cm-tooltip-hover")?.innerText.includes("1143 rows")`)
}

func pageParams(t *testing.T, b context.Context) {
	s := serveNotebook(t, "---\nwnb: 1\ntitle: T\nparams:\n  n: {default: 2, min: 1, max: 9}\n  word: {default: a, choices: [a, b]}\n  on: false\n---\n\n"+
		star("show", `f"{params.n} {params.word} {params.on}"`))
	p, q := s.open(t, b, "n.wnb"), s.open(t, b, "n.wnb")
	p.until("a slider", `document.querySelector("#param-n")?.type === "range"`)
	p.click(".topbar .primary")
	p.out("show", "2 a False")
	p.idle()
	p.fill(`[aria-label="n as a number"]`, "7")
	p.press("Enter")
	p.until("the new value", `document.querySelector("#param-n").value === "7" && document.querySelector(".param .reset")`)
	q.until("the new value in another tab", `document.querySelector("#param-n")?.value === "7"`)
	p.click("#param-on")
	p.until("the check mark", `document.querySelector("#param-on").checked`)
	p.idle()
	p.click(".topbar .primary")
	p.out("show", "7 a True")
	p.idle()
	if text := s.file(t, "n.wnb", "default: 2"); strings.Contains(text, "7,") {
		t.Errorf("the form changed the file:\n%s", text)
	}
}

func pageReactive(t *testing.T, b context.Context) {
	s := serve(t, t.TempDir())
	writeFile(t, filepath.Join(s.dir, "n.wnb"), front+star("a", "x = 1")+star("c", "x + 1"))
	p := s.open(t, b, "n.wnb")
	mode := func(name string) {
		t.Helper()
		p.until("the mode", fmt.Sprintf(`document.querySelector('[aria-label="What happens to stale cells"]')?.innerText.split("\n")[0] === %q`, name))
	}
	mode("reactive under 2 s") // without anybody's choice
	p.click(".topbar .primary")
	p.out("c", "2")
	p.idle()
	p.click(cell("a") + " .cm-line")
	p.press("End")
	p.write("0")
	p.press("Ctrl+Enter")
	p.out("c", "11")
	p.inState("c", "fresh")

	p.press("Escape")
	choose := func(title, name string) {
		p.click(`[aria-label="What happens to stale cells"]`)
		p.choose(title)
		mode(name)
	}
	choose("Lazy: such cells are marked stale", "lazy")
	p.click(cell("a") + " .cm-line")
	p.press("End")
	p.write("0")
	p.press("Ctrl+Enter")
	p.idle()
	p.inState("c", "stale")
	choose("Reactive: cells rerun when what they read changes", "reactive")
	p.out("c", "101")
	p.inState("c", "fresh")
}

// pageStates looks at what each state says when one points at it.
func pageStates(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("a", "x = 2")+star("c", "x + 1")+star("bad", `fail("no luck")`)+star("ask", "when = now()")+
		"```starlark {#off .disabled}\n1\n```\n\n```python {#old}\nimport os\n```\n\n"+star("new", "x * 3"))
	p := s.open(t, b, "n.wnb")
	why := func(id, want string) {
		t.Helper()
		p.until("why "+id+" is so", fmt.Sprintf(`document.querySelector("#cell-%s .state").title.includes(%q)`, id, want))
	}
	why("new", "It has not run yet")
	for _, run := range [][2]string{{"a", "fresh"}, {"c", "fresh"}, {"bad", "failed"}, {"ask", "fresh"}} {
		p.click(cell(run[0]) + " header")
		p.press("Ctrl+Enter")
		p.inState(run[0], run[1]) // its output moves the cells below
	}
	p.idle()
	why("a", "It is up to date. It took")
	why("ask", "Its result is not kept: ")
	why("bad", "no luck")
	why("off", "It has the attribute .disabled")
	why("old", "An import left it in Python")
	p.click(cell("a") + " .cm-line")
	p.press("End")
	p.write("0")
	why("a", "It was edited since it ran")
	why("c", "a, which it needs, was edited and not run")
	p.press("Ctrl+Enter")
	p.idle()
	p.inState("c", "stale")
	why("c", "`x` changed in cell a")
	p.press("Escape", "0", "0")
	p.until("the new kernel", `document.querySelector("#cell-c").dataset.state === "earlier"`)
	why("c", "The output is of an earlier kernel")
	p.click(cell("a") + " header")
	p.press("Ctrl+Enter")
	p.inState("a", "cached")
	why("a", "its result was taken from the store, in ")
	p.until("the word", `document.querySelector("#cell-a .state").innerText.startsWith("✓ cached") || document.querySelector("#cell-a .state").innerText.startsWith("cached")`)
}

func pageKeep(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("a", `track.log_metric("m", 3)`))
	p := s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.idle()
	p.inState("a", "fresh")
	p.click(`[aria-label="Notebook menu"]`)
	p.choose("Keep as run")
	p.until("the name of the run", `document.querySelector(".toasts")?.innerText.includes("Kept as run")`)
}

func pagePanels(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+"# First\n\n"+star("a", "x = frame({\"n\": [1, 2]})")+"## Second\n\n"+star("c", "y = x.shape"))
	p := s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.idle()
	p.until("the variables", `document.querySelector(".variables")?.innerText.match(/x\s+frame\s+2 × 1/)`)
	p.click(".variables .value button")
	p.until("the value", `document.querySelector("dialog .out-table")`)
	p.press("Escape")
	p.click(`.graph .node:last-of-type`)
	p.until("the cell of the node", `document.querySelector(".cell[data-focused]").dataset.id === "c"`)
	if edges := p.eval(`document.querySelectorAll(".graph .edge").length`); edges != "1" {
		t.Errorf("%s edges", edges)
	}
	p.choose("First")
	p.until("the cell of the heading", `document.querySelector(".cell[data-focused]").innerText.includes("First")`)
	p.click(`.topbar [aria-label="Theme"]`)
	p.choose("Dark")
	p.until("the dark theme", `document.documentElement.dataset.theme === "dark"`)
	p.visit("n.wnb")
	p.until("the theme after a reload", `document.documentElement.dataset.theme === "dark"`)
	if unnamed := p.eval(`[...document.querySelectorAll("button, a, input, select, [role=button]")].filter(e => !(e.innerText || e.getAttribute("aria-label") || e.title || e.textContent || e.labels?.length || e.closest("label") || e.hidden)).map(e => e.outerHTML).join()`); unnamed != "" {
		t.Errorf("without a name: %s", unnamed)
	}
}

func pageStop(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("long", "sleep(600)")+star("next", "1"))
	p := s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.inState("long", "running")
	p.inState("next", "queued")
	p.until("the elapsed time", `document.querySelector("#cell-long .state").innerText.match(/running [1-9]|0\.[1-9]/)`)
	p.click(".topbar .stop")
	p.out("long", "interrupt")
	p.idle()
	p.inState("next", "none")
	p.click(`[aria-label="Notebook menu"]`)
	p.choose("Restart the kernel")
	p.until("the new kernel", `document.querySelector(".toasts")?.innerText.includes("The kernel is new")`)
	p.click(cell("next") + " header")
	p.press("Ctrl+Enter")
	p.inState("next", "fresh")
}

func pageTwoTabs(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("a", "print(\"from a\")", "sleep(0.3)", "1")+star("c", "2"))
	p, q := s.open(t, b, "n.wnb"), s.open(t, b, "n.wnb")
	p.click(cell("a") + " header")
	p.press("Ctrl+Enter")
	q.out("a", "from a")
	q.inState("a", "fresh")
	// What one writes, the other one shows; changes of different cells are merged.
	p.click(cell("a") + " .cm-line")
	p.press("End")
	p.write("  # p")
	q.until("the change", `document.querySelector("#cell-a").innerText.includes("# p")`)
	q.click(cell("c") + " .cm-line")
	q.press("End")
	q.write("  # q")
	p.click(cell("a") + " .cm-line")
	p.press("End")
	p.write("p")
	s.file(t, "n.wnb", "# q")
	s.file(t, "n.wnb", "# pp")
	p.until("the change of the other", `document.querySelector("#cell-c").innerText.includes("# q")`)
	p.forgive("409")
	q.forgive("409")
}

func pageConflict(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("a", "1"))
	p := s.open(t, b, "n.wnb")
	p.click(cell("a") + " .cm-line")
	if err := os.WriteFile(filepath.Join(s.dir, "n.wnb"), []byte(front+star("a", "theirs")), 0o644); err != nil {
		t.Fatal(err)
	}
	p.write("mine")
	p.until("the conflict", `document.querySelector("dialog")?.innerText.includes("changed elsewhere")`)
	p.forgive("409")
	p.choose("Take theirs")
	p.until("theirs", `document.querySelector("#cell-a").innerText.includes("theirs")`)
	p.saved()
}

func pageReload(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("long", "for i in range(40):", `    print("line", i)`, "    sleep(0.05)", `input("the last word? ")`)+star("next", "7 * 6"))
	p := s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.out("long", "line 3")
	p.run(chromedp.Reload())
	p.inState("long", "running")
	p.until("the question, which nobody was there to hear or which another page was asked", `document.querySelector("#cell-long .question input") === document.activeElement`)
	p.write("the end")
	p.press("Enter")
	p.out("long", "the end")
	p.out("next", "42")
	p.idle()
	text := p.eval(`document.querySelector("#cell-long .outputs").innerText`)
	for i := range 40 {
		if strings.Count(text, fmt.Sprintf("line %d\n", i)) != 1 {
			t.Fatalf("line %d is not there once:\n%s", i, text)
		}
	}
}

func pageKilled(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("a", "1")+star("long", `print("started")`, "sleep(600)"))
	p := s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.out("long", "started")
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", s.cmd.Process.Pid))
	if err != nil || len(threads) == 0 {
		t.Skipf("skipped: the machine does not tell the children of a process: %v", err)
	}
	var children strings.Builder
	for _, name := range threads {
		pids, err := os.ReadFile(name)
		if err != nil {
			continue // the thread has ended
		}
		children.Write(pids)
	}
	for _, pid := range strings.Fields(children.String()) {
		n, err := strconv.Atoi(pid)
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(n, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	p.until("the reason", `document.querySelector("#cell-long .out-error")`)
	p.idle()
	p.out("a", "1")
	p.click(cell("a") + " header")
	p.press("Ctrl+Enter")
	p.until("the new kernel to run it", `["fresh", "cached"].includes(document.querySelector("#cell-a").dataset.state)`)
}

func pageManyLines(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("a", "for i in range(10000):", `    print("line", i)`))
	p := s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.out("a", "line 9999")
	p.idle()
	if n := p.eval(`document.querySelector("#cell-a .outputs").innerText.split("\n").length`); len(n) > 2 {
		t.Errorf("%s lines are shown before anybody asked for them", n)
	}
	p.click("#cell-a .fold")
	p.out("a", "line 5000")
}

// pageWhole prints more than a document keeps: what is left out is one click away.
func pageWhole(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("a", "for i in range(60000):", `    print("line", i, "x" * 80)`))
	p := s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.out("a", "line 59999")
	p.idle()
	const link = `document.querySelector("#cell-a .outputs a[href^='/api/wnb/outputs/']")`
	p.until("the link to the whole", link)
	var whole string
	p.run(chromedp.Evaluate(`fetch(`+link+`.href).then((r) => r.text())`, &whole, func(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }))
	if lines := strings.Split(strings.TrimSuffix(whole, "\n"), "\n"); len(lines) != 60000 || !strings.HasPrefix(lines[30000], "line 30000 ") {
		t.Errorf("the whole has %d lines", len(lines))
	}
}

// pageReplaced reruns a cell: in both tabs, what it showed stays until it shows
// something else.
func pageReplaced(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("a", "x = 1")+
		star("b", "def wait():", "    while x > 1 and not io.exists('go.txt'):", "        sleep(0.01)", "_ = wait()", `print("value", x)`, `frame({"n": [x] * 30})`), "--reactive", "auto")
	p := s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.out("b", "value 1")
	p.idle()
	q := s.open(t, b, "n.wnb")
	q.out("b", "value 1")
	p.click(cell("a") + " .cm-line")
	p.press("Ctrl+a")
	p.write("x = 2")
	p.press("Ctrl+Enter")
	for _, tab := range []*tab{p, q} {
		tab.inState("b", "running")
		tab.out("b", "value 1")
	}
	if err := os.WriteFile(filepath.Join(s.dir, "go.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tab := range []*tab{p, q} {
		tab.out("b", "value 2")
		tab.until("one output", `!document.querySelector("#cell-b .outputs").innerText.includes("value 1") && document.querySelectorAll("#cell-b .out-table").length === 1`)
		tab.until("the table", `document.querySelector("#cell-b tbody td").innerText === "2"`)
	}
}

func pageVersions(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("a", "first = 1"))
	p := s.open(t, b, "n.wnb")
	p.click(`[aria-label="Notebook menu"]`)
	p.choose("Saved versions…")
	p.choose("Keep a version now")
	p.until("the version", `document.querySelector(".versions li button.plain")`)
	p.choose("Close")
	p.click(cell("a") + " .cm-line")
	p.press("Ctrl+a")
	p.write("second = 2")
	s.file(t, "n.wnb", "second")
	p.press("Escape")
	p.click(`[aria-label="Notebook menu"]`)
	p.choose("Saved versions…")
	p.click(".versions li:last-child button.plain")
	p.until("the difference", `document.querySelector(".diff .removed")?.innerText.includes("first = 1")`)
	p.choose("Restore this version")
	s.file(t, "n.wnb", "first = 1")
	p.until("the old text", `document.querySelector("#cell-a").innerText.includes("first = 1")`)
}

// pageLarge opens a notebook of 300 cells and types into it; BenchmarkPage times
// that.
func pageLarge(t *testing.T, b context.Context) {
	p := serveNotebook(t, manyCells()).open(t, b, "n.wnb")
	opened, key := p.openTime(), p.keyTime("c150", 40)
	p.until("the keys", `document.querySelector("#cell-c150 .code").innerText.includes("abcdefghijklmnopqrstuvwxyzabcdefghijklmn")`)
	t.Logf("300 cells: shown %.0f ms after the navigation began; %.1f ms for each key", opened, key)
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience is how long a test waits for what must come: the machine may be busy.
const patience = 30 * time.Second

// browser starts a browser, or skips the test where the machine has none.
func browser(t testing.TB) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped: the page is not driven in a short run")
	}
	var exe string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			exe = found
			break
		}
	}
	if exe == "" {
		t.Skip("skipped: the machine has no Chromium (apt-get install chromium)")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(exe), chromedp.WindowSize(1280, 900), chromedp.UserDataDir(profile(t)))
	if os.Geteuid() == 0 {
		opts = append(opts, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {})) // events that the client does not know
	t.Cleanup(stop)
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("the browser does not start: %v", err)
	}
	return ctx
}

// profile is a folder for the browser, which may still write to it when it ends.
func profile(t testing.TB) string {
	dir, err := os.MkdirTemp("", "wnb-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // what the browser writes later stays
	return dir
}

// tab is one tab of the browser.
type tab struct {
	t   testing.TB
	ctx context.Context
	s   *serving

	mu       sync.Mutex
	problems []string
}

// open shows a path in a new tab, logged in. Errors in its console fail the test.
func (s *serving) open(t testing.TB, browser context.Context, path string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	p := &tab{t: t, ctx: ctx, s: s}
	chromedp.ListenTarget(ctx, p.listen)
	t.Cleanup(func() {
		p.expectNoProblems()
		cancel()
	})
	if err := chromedp.Run(ctx); err != nil { // the first run must not have a deadline: it makes the tab
		t.Fatal(err)
	}
	p.run(log.Enable(), chromedp.Navigate(s.base+"/login#token=secret"))
	p.until("the login", `location.pathname.startsWith("/tree")`)
	p.visit(path)
	return p
}

func (p *tab) visit(path string) {
	p.t.Helper()
	p.run(chromedp.Navigate(p.s.base + "/tree/" + path))
	if strings.HasSuffix(path, ".wnb") {
		p.ready()
	}
}

// ready waits until the notebook and its kernel are there.
func (p *tab) ready() {
	p.t.Helper()
	p.until("the notebook", `document.querySelector(".cell") && document.querySelector(".kernel-state")?.dataset.state === "idle"`)
	p.until("the graph", `document.querySelector(".graph .node") || !document.querySelector(".panel")`)
}

func (p *tab) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.problems = append(p.problems, "exception: "+e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
			text := []string{}
			for _, a := range e.Args {
				text = append(text, string(a.Value)+a.Description)
			}
			p.problems = append(p.problems, "console: "+strings.Join(text, " "))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError {
			p.problems = append(p.problems, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

// forgive takes problems with a text out: those that the test provokes.
func (p *tab) forgive(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var left []string
	for _, problem := range p.problems {
		if !strings.Contains(problem, text) {
			left = append(left, problem)
		}
	}
	p.problems = left
}

func (p *tab) expectNoProblems() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, problem := range p.problems {
		p.t.Errorf("the console shows: %s", problem)
	}
	p.problems = nil
}

func (p *tab) run(actions ...chromedp.Action) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		p.t.Fatalf("%v\n%s", err, p.state())
	}
}

// eval gives what an expression is, as text.
func (p *tab) eval(expression string) string {
	p.t.Helper()
	var out any
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	await := func(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }
	if err := chromedp.Run(ctx, chromedp.Evaluate(expression, &out, await)); err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	if text, ok := out.(string); ok {
		return text
	}
	text, err := json.Marshal(out)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

// until waits for an expression to be true.
func (p *tab) until(what, expression string) {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		var is bool
		ctx, cancel := context.WithTimeout(p.ctx, patience)
		err := chromedp.Run(ctx, chromedp.Evaluate("!!("+expression+")", &is))
		cancel()
		if err == nil && is {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("waited for %s: %s (%v)\n%s", what, expression, err, p.state())
		}
		time.Sleep(10 * time.Millisecond) // between two looks
	}
}

// state is what the page shows, for the message of a failure.
func (p *tab) state() string {
	var text string
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	if err := chromedp.Run(ctx, chromedp.Evaluate(`location.pathname + "\n" + document.body.innerText.slice(0, 3000)`, &text)); err != nil {
		return err.Error()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return text + "\n" + strings.Join(p.problems, "\n")
}

// click presses on the middle of the first element of a selector.
func (p *tab) click(selector string) {
	p.t.Helper()
	x, y := p.middle(selector)
	p.run(chromedp.MouseClickXY(x, y))
}

func (p *tab) middle(selector string) (x, y float64) {
	p.t.Helper()
	p.until(selector, fmt.Sprintf("document.querySelector(%q)", selector))
	return p.steady(fmt.Sprintf("document.querySelector(%q)", selector))
}

// steady scrolls an element into sight and gives its middle, when it has stood
// at one place for a moment: outputs that come move what is below them.
func (p *tab) steady(find string) (x, y float64) {
	p.t.Helper()
	var at []float64
	p.run(chromedp.Evaluate(`new Promise((done) => {
		let last = "", times = 0;
		const look = () => {
			const e = `+find+`;
			e?.scrollIntoView({block: "nearest"});
			const r = e?.getBoundingClientRect(), now = r ? [r.x + r.width / 2, r.y + r.height / 2] : [0, 0];
			times = r && String(now) === last ? times + 1 : 0;
			last = String(now);
			if (times < 3) setTimeout(look, 15); else done(now);
		};
		look();
	})`, &at, func(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }))
	return at[0], at[1]
}

// choose presses the menu item, button or link with a text.
func (p *tab) choose(text string) {
	p.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll(".menu button, dialog button, dialog [role=option], button, a")].find(e => e.innerText.trim() === %[1]q || e.innerText.trim().startsWith(%[1]q + "\n"))`, text)
	p.until(text, find)
	p.run(chromedp.MouseClickXY(p.steady(find)))
}

var named = map[string]string{"Enter": kb.Enter, "Escape": kb.Escape, "Up": kb.ArrowUp, "Down": kb.ArrowDown, "Tab": kb.Tab, "Left": kb.ArrowLeft, "Right": kb.ArrowRight, "Backspace": kb.Backspace, "Home": kb.Home, "Plus": "+", "End": kb.End, "F8": kb.F8}

// press presses keys one after the other: "a", "Enter", "Shift+Enter".
func (p *tab) press(keys ...string) {
	p.t.Helper()
	for _, key := range keys {
		var mods input.Modifier
		parts := strings.Split(key, "+")
		for _, m := range parts[:len(parts)-1] {
			mods |= map[string]input.Modifier{"Shift": input.ModifierShift, "Ctrl": input.ModifierCtrl, "Alt": input.ModifierAlt}[m]
		}
		name := parts[len(parts)-1]
		text, ok := named[name]
		if !ok {
			text = name
		}
		p.run(chromedp.KeyEvent(text, chromedp.KeyModifiers(mods)))
	}
}

// write types a text into what has the focus.
func (p *tab) write(text string) {
	p.t.Helper()
	p.run(chromedp.ActionFunc(func(ctx context.Context) error { return input.InsertText(text).Do(ctx) }))
}

// fill gives a field another text.
func (p *tab) fill(selector, text string) {
	p.t.Helper()
	p.click(selector)
	p.run(chromedp.Evaluate(fmt.Sprintf("document.querySelector(%q).select()", selector), nil))
	p.write(text)
}

// cell is the selector of a cell.
func cell(id string) string { return "#cell-" + id }

// out waits until the output of a cell has a text.
func (p *tab) out(id, text string) {
	p.t.Helper()
	p.until("the output of "+id, fmt.Sprintf(`document.querySelector("#cell-%s .outputs")?.innerText.includes(%q)`, id, text))
}

// inState waits until a cell is in a state.
func (p *tab) inState(id, state string) {
	p.t.Helper()
	p.until("the state of "+id, fmt.Sprintf(`document.querySelector("#cell-%s")?.dataset.state === %q`, id, state))
}

func (p *tab) idle() {
	p.t.Helper()
	p.until("the end of all cells", `document.querySelector(".kernel-state")?.dataset.state === "idle" && !document.querySelector(".topbar .stop")`)
}

// ids are the cells in order.
func (p *tab) ids() string {
	p.t.Helper()
	return p.eval(`[...document.querySelectorAll(".cell")].map(c => c.dataset.id).join(" ")`)
}

// saved waits until the file is what the page shows.
func (p *tab) saved() {
	p.t.Helper()
	p.until("the save", `document.querySelector(".saved-saved")`)
}

// serveNotebook serves a folder with n.wnb.
func serveNotebook(t testing.TB, text string, args ...string) *serving {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "n.wnb"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(args, "--reactive") { // so that tests see stale cells
		args = append(args, "--reactive", "lazy")
	}
	return serve(t, dir, args...)
}

// file waits until a file of the served folder has a text, and gives all of it.
func (s *serving) file(t testing.TB, name, text string) string {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		data, err := os.ReadFile(filepath.Join(s.dir, name))
		if err == nil && strings.Contains(string(data), text) {
			return string(data)
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s has no %q: %v\n%s", name, text, err, data)
		}
		time.Sleep(10 * time.Millisecond) // between two looks
	}
}

// star is a Starlark cell of a notebook.
func star(id string, lines ...string) string {
	return "```starlark {#" + id + "}\n" + strings.Join(lines, "\n") + "\n```\n\n"
}

const front = "---\nwnb: 1\ntitle: T\n---\n\n"

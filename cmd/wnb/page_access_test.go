package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// A view is a place of the page, and how to get there.
type view struct {
	path string
	show func(p *tab)
}

// views are all that the page has: each is measured in light and dark.
var views = map[string]view{
	"files":     {"", func(p *tab) { p.until("the files", `document.querySelectorAll(".file-table tbody tr").length === 3`) }},
	"file menu": {"", func(p *tab) { p.click(`.file-table [aria-label="More about n.wnb"]`) }},
	"templates": {"", func(p *tab) { p.choose("Notebook"); p.until("the dialog", `document.querySelector(".templates")`) }},
	"text file": {"notes.md", func(p *tab) {
		p.until("the text", `document.querySelector(".cm-content")?.innerText.includes("Words")`)
	}},
	"nothing":  {"absent.txt", func(p *tab) { p.until("the words", `document.querySelector(".message-page")`); p.forgive("404") }},
	"notebook": {"n.wnb", showStates},
	"running":  {"n.wnb", showRunning},
	"menu":     {"n.wnb", func(p *tab) { p.click(`[aria-label="Notebook menu"]`) }},
	"palette": {"n.wnb", func(p *tab) {
		p.press("Ctrl+Shift+P")
		p.until("the palette", `document.querySelector("dialog .palette-input")`)
	}},
	"find": {"n.wnb", func(p *tab) { p.press("Ctrl+f"); p.until("the search", `document.querySelector(".find input")`) }},
	"versions": {"n.wnb", func(p *tab) {
		p.click(`[aria-label="Notebook menu"]`)
		p.choose("Saved versions…")
		p.until("the dialog", `document.querySelector(".versions")`)
	}},
}

// everyKind is a notebook with all kinds of cells and outputs.
const everyKind = "---\nwnb: 1\ntitle: All\nparams:\n  n: {default: 3, min: 1, max: 9}\n  kind: {default: a, choices: [a, b]}\n  on: {default: true}\n  name: {default: text}\n---\n\n" +
	"# Heading\n\nText with `code`, [a link](https://example.org) and\n\n> a quote\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"

func allKinds() string {
	return everyKind +
		star("load", `df = `+measured, "df") +
		star("small", `frame({"n": [1, None], "s": ["a", "b"]})`) +
		star("ansi", `print("\x1b[31mred \x1b[32mgreen \x1b[33myellow \x1b[34mblue \x1b[35mmagenta \x1b[36mcyan \x1b[90mgrey\x1b[0m plain")`, `warn("careful")`) +
		star("figure", `plot.line([1, 3, 2], title="A figure")`) +
		star("rich", `md("**strong** and [a link](https://example.org)")`) +
		star("fails", "# a comment", "x = [1, 2.5, 'text', None]", "def f(y):", "    return y / 0", "f(x[0])") +
		star("needs", "z = params.n + 1") + star("later", "z * 2") +
		"```sql {#query out=q}\nselect count(*) as c from df -- how many\n```\n\n" +
		star("off .disabled", "1") + "```python {#old}\nimport os\n```\n\n" + star("long", "for i in range(3000):", "    print('line', i)")
}

// showStates leaves cells in the states that they can be in.
func showStates(p *tab) {
	p.t.Helper()
	p.click(".topbar .primary")
	p.until("a failed cell", `document.querySelector("#cell-fails .out-error")`)
	p.idle()
	for _, id := range []string{"needs", "later", "query", "rich", "long"} {
		p.click(cell(id) + " header")
		p.press("Ctrl+Enter")
		p.idle()
	}
	p.click(cell("needs") + " .cm-line")
	p.press("End")
	p.write("0")
	p.press("Escape")
	p.until("a stale cell", `document.querySelector("[data-state=stale]")`)
}

// showRunning leaves a cell that runs, and one that waits for it.
func showRunning(p *tab) {
	p.t.Helper()
	p.click(cell("load") + " .cm-line")
	p.press("Ctrl+a")
	p.write("while True:\n    pass")
	p.press("Ctrl+Enter")
	p.inState("load", "running")
	p.click(cell("rich") + " header")
	p.press("Ctrl+Enter")
}

// accessRig serves all kinds of things.
func accessRig(t *testing.T) *serving {
	t.Helper()
	s := serveNotebook(t, allKinds())
	if err := os.WriteFile(filepath.Join(s.dir, "notes.md"), []byte("# Notes\n\nWords *with* weight and `code`\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(s.dir, "folder"), 0o777); err != nil {
		t.Fatal(err)
	}
	return s
}

// calm asks the page for a theme and for no motion.
func (p *tab) calm(theme string) {
	p.t.Helper()
	p.run(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}))
	p.until("the theme", fmt.Sprintf(`document.documentElement.dataset.theme === %q`, theme))
}

// contrast fails with everything that is too faint.
func (p *tab) contrast(what string, least int) {
	p.t.Helper()
	script, err := os.ReadFile("testdata/page/contrast.js")
	if err != nil {
		p.t.Fatal(err)
	}
	var found struct {
		Measured int
		Problems []string
	}
	if err := json.Unmarshal([]byte(p.eval(string(script))), &found); err != nil {
		p.t.Fatal(err)
	}
	for _, problem := range found.Problems {
		p.t.Errorf("%s: %s", what, problem)
	}
	if found.Measured < least {
		p.t.Errorf("%s: %d things were measured", what, found.Measured)
	}
}

// roles are the roles of controls: each needs a name.
var roles = map[string]bool{
	"button": true, "link": true, "textbox": true, "searchbox": true, "checkbox": true, "radio": true, "combobox": true, "listbox": true, "slider": true,
	"spinbutton": true, "menuitem": true, "menuitemradio": true, "tab": true, "switch": true, "option": true, "dialog": true, "region": true,
}

// namesOfControls fails with every control that has no name in the browser's
// accessibility tree.
func (p *tab) namesOfControls(what string) {
	p.t.Helper()
	type text struct {
		Value any `json:"value"`
	}
	var tree struct {
		Nodes []struct {
			Ignored bool              `json:"ignored"`
			Role    text              `json:"role"`
			Name    text              `json:"name"`
			Element cdp.BackendNodeID `json:"backendDOMNodeId"`
		} `json:"nodes"`
	}
	p.run(chromedp.ActionFunc(func(ctx context.Context) error { // the client's own types do not know all of this browser's
		return cdp.Execute(ctx, "Accessibility.getFullAXTree", nil, &tree)
	}))
	controls := 0
	for _, n := range tree.Nodes {
		role, _ := n.Role.Value.(string)
		if n.Ignored || !roles[role] {
			continue
		}
		controls++
		if name, _ := n.Name.Value.(string); strings.TrimSpace(name) == "" {
			p.t.Errorf("%s: a %s has no name: %s", what, role, p.html(n.Element))
		}
	}
	if controls < 2 {
		p.t.Errorf("%s: %d controls", what, controls)
	}
}

// html is the beginning of an element's HTML.
func (p *tab) html(id cdp.BackendNodeID) string {
	var text string
	p.run(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		text, err = dom.GetOuterHTML().WithBackendNodeID(id).Do(ctx)
		return err
	}))
	return text[:min(200, len(text))]
}

// TestPageAccess measures the page with a user's eyes and those of a screen
// reader.
func TestPageAccess(t *testing.T) {
	b := browser(t)
	for name, v := range views {
		t.Run(name, func(t *testing.T) {
			p := accessRig(t).open(t, b, v.path)
			p.calm("light")
			v.show(p)
			p.contrast(name+", light", 5)
			p.namesOfControls(name)
			p.fits(name)
			p.still(name)
			p.calm("dark")
			p.contrast(name+", dark", 5)
		})
	}
}

// TestAppAccess measures what visitors see.
func TestAppAccess(t *testing.T) {
	b := browser(t)
	p := visit(t, b, serveApp(t, allKinds()))
	p.calm("light")
	p.until("the end of the run", `document.querySelector(".kernel-state")?.dataset.state === "idle" && document.querySelector(".out-table")`)
	p.contrast("app, light", 20)
	p.namesOfControls("app")
	p.fits("app")
	p.still("app")
	p.calm("dark")
	p.contrast("app, dark", 20)
}

// fits fails where the page is wider than the window.
func (p *tab) fits(what string) {
	p.t.Helper()
	for _, width := range []int64{820, 1280} {
		p.run(emulation.SetDeviceMetricsOverride(width, 900, 1, false))
		if over := p.eval(`String(Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth)`); over != "0" && !strings.HasPrefix(over, "-") {
			p.t.Errorf("%s: the page is %s px wider than a window of %d px", what, over, width)
		}
		if wide := p.eval(`[...document.querySelectorAll(".scroll-root, main")].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className || e.tagName).join(" ")`); wide != "" {
			p.t.Errorf("%s: %s scrolls sideways in a window of %d px", what, wide, width)
		}
	}
}

// still fails where something moves though the user wants no motion.
func (p *tab) still(what string) {
	p.t.Helper()
	if moving := p.eval(`document.getAnimations().filter(a => a.playState === "running").map(a => a.animationName ?? a.transitionProperty).join(" ")`); moving != "" {
		p.t.Errorf("%s: %s moves", what, moving)
	}
}

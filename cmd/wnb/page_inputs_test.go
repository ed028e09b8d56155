package main

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// TestPageAndInputs sets inputs that cells show.
func TestPageAndInputs(t *testing.T) {
	b := browser(t)
	for name, test := range map[string]func(t *testing.T, b context.Context){
		"slider": pageSlider, "controls": pageControls, "rows of a table": pageRows, "points of a plot": pagePoints, "refused": pageRefused, "in a hurry": pageHurry,
	} {
		t.Run(name, func(t *testing.T) { test(t, b) })
	}
}

// focused waits until an element has the focus.
func (p *tab) focused(selector string) {
	p.t.Helper()
	p.until("the focus", fmt.Sprintf("document.querySelector(%q) === document.activeElement", selector))
}

func pageSlider(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("settings", `n = ui.slider("n", 1, 10, default=3, label="How many")`)+
		star("twice", `display("before")`, `f"twice {n * 2}"`)+star("other", `f"at {now()}"`))
	p, q := s.open(t, b, "n.wnb"), s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.out("twice", "twice 6")
	p.out("other", "at ")
	p.idle()
	before := p.eval(`document.querySelector("#cell-other .outputs").innerText`)
	q.out("twice", "twice 6")

	// With the keyboard; the focus stays while cells run again.
	p.run(chromedp.Evaluate(`document.querySelector("#input-n").focus()`, nil))
	p.press("Right")
	p.out("twice", "twice 8")
	p.focused("#input-n")
	p.press("Right", "Right")
	p.out("twice", "twice 12")
	p.focused("#input-n")
	p.until("the value", `document.querySelector("#input-n").value === "6"`)
	if after := p.eval(`document.querySelector("#cell-other .outputs").innerText`); after != before {
		t.Errorf("a cell that does not read the input ran again: %s, before %s", after, before)
	}

	// Another tab shows the same, and may go on.
	q.out("twice", "twice 12")
	q.until("the slider of the other tab", `document.querySelector("#input-n").value === "6"`)
	q.fill(`[aria-label="How many as a number"]`, "9")
	q.press("Enter")
	q.out("twice", "twice 18")
	p.out("twice", "twice 18")
	p.until("what the other tab set", `document.querySelector("#input-n").value === "9"`)

	p.run(chromedp.Reload())
	p.ready()
	p.until("the value after a reload", `document.querySelector("#input-n")?.value === "9"`)
	p.click(".topbar .primary")
	p.idle()
	p.out("twice", "twice 18")
	p.inState("twice", "fresh")
}

func pageControls(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("settings", `c = ui.choice("c", ["logreg", "forest", 3])`, `x = ui.number("x", default=0.5, min=0)`,
		`w = ui.text("w", default="wine")`, `on = ui.checkbox("on")`, `n = ui.button("n", label="Again")`)+
		star("show", `f"{c} {x} {w} {on} {n}"`))
	p := s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.out("show", "logreg 0.5 wine False 0")
	p.idle()
	p.run(chromedp.SetValue("#input-c", "1", chromedp.ByQuery),
		chromedp.Evaluate(`document.querySelector("#input-c").dispatchEvent(new Event("change", {bubbles: true}))`, nil))
	p.out("show", "forest 0.5 wine False 0")
	p.fill("#input-x", "2.25")
	p.press("Enter")
	p.out("show", "forest 2.25 wine False 0")
	p.fill("#input-w", "red wine")
	p.press("Enter")
	p.out("show", `forest 2.25 red wine False 0`)
	p.focused("#input-w")
	p.click("#input-on")
	p.out("show", `forest 2.25 red wine True 0`)
	p.click("#input-n")
	p.out("show", `red wine True 1`)
	p.press(" ")
	p.out("show", `red wine True 2`)
	p.focused("#input-n")
}

func pageRows(t *testing.T, b context.Context) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "n.wnb"), front+star("load", `df = frame({"a": range(100)})`)+star("pick", "picked = ui.table(df)")+
		star("show", `f"chosen {[v for v in picked.a]}"`))
	s := serve(t, dir)
	p := s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.out("show", "chosen []")
	p.idle()
	p.run(chromedp.Evaluate(`document.querySelector("#cell-pick tr[data-row='1'] input").focus()`, nil))
	p.press(" ")
	p.out("show", "chosen [1]")
	p.focused("#cell-pick tr[data-row='1'] input")
	p.press("Down", " ")
	p.out("show", "chosen [1, 2]")
	p.focused("#cell-pick tr[data-row='2'] input")

	// Rows of another page, in another order.
	p.click("#cell-pick th[data-source='0'] button")
	p.click("#cell-pick th[data-source='0'] button")
	p.until("the last row first", `document.querySelector("#cell-pick tbody tr").dataset.row === "99"`)
	p.click("#cell-pick tr[data-row='99'] input")
	p.out("show", "chosen [1, 2, 99]")
	p.until("the order to stay", `document.querySelector("#cell-pick tbody tr").dataset.row === "99" && document.querySelector("#cell-pick tr[data-row='99'] input").checked`)
	p.run(chromedp.Reload())
	p.ready()
	p.until("the choice after a reload", `document.querySelector("#cell-pick tr[data-row='2'] input")?.checked`)
}

func pagePoints(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("draw", `brushed = ui.plot(plot.scatter(frame({"x": [1, 2, 3, 4], "y": [1, 2, 3, 4]}), x="x", y="y"))`)+
		star("show", `f"chosen {len(brushed)}"`))
	p := s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.out("show", "chosen 4")
	p.idle()
	surface := "#cell-draw .figure-surface"
	p.until("the figure", fmt.Sprintf(`document.querySelector("%s.brushes")`, surface))
	p.middle(surface) // so that it is in sight
	var r []float64
	p.run(chromedp.Evaluate(fmt.Sprintf(`(() => { const r = document.querySelector(%q).getBoundingClientRect(); return [r.x, r.y, r.width, r.height] })()`, surface), &r))
	drag := func(kind input.MouseType, x, y float64) {
		p.run(input.DispatchMouseEvent(kind, r[0]+x*r[2], r[1]+y*r[3]).WithButton(input.Left).WithButtons(1).WithClickCount(1))
	}
	drag(input.MousePressed, 0.5, 0.02)
	drag(input.MouseMoved, 0.8, 0.3)
	drag(input.MouseMoved, 0.99, 0.5)
	drag(input.MouseReleased, 0.99, 0.5)
	p.out("show", "chosen 2")
	p.until("the rectangle", `document.querySelector("#cell-draw .brush-box")`)
	p.run(chromedp.Reload())
	p.ready()
	p.until("the rectangle after a reload", `document.querySelector("#cell-draw .brush-box")`)
	p.run(chromedp.Evaluate(fmt.Sprintf(`document.querySelector(%q).focus()`, surface), nil))
	p.press("Escape")
	p.out("show", "chosen 4")
	p.focused(surface)
}

// pageRefused sets what an input cannot be: the cell says so.
func pageRefused(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("settings", `n = ui.slider("n", 1, 10, default=3)`)+star("show", `f"n is {n}"`))
	p := s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.out("show", "n is 3")
	p.idle()
	p.run(chromedp.Evaluate(`fetch("/api/wnb/settings/n.wnb", {method: "PATCH", headers: {"X-XSRFToken": document.cookie.split("_xsrf=")[1].split(";")[0]}, body: JSON.stringify({inputs: {n: 99}})})`, nil))
	p.out("settings", "99")
	p.inState("settings", "failed")
}

// pageHurry moves an input faster than cells run: in the end, all shows the last
// value, in this tab, in another one and in the document.
func pageHurry(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("settings", `n = ui.slider("n", 0, 40, default=3)`)+
		star("list", "kept = range(min(n, 4))", "kept")+star("show", `f"{len(kept)} of 4"`)+star("count", `f"n is {n}"`))
	p, q := s.open(t, b, "n.wnb"), s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.out("count", "n is 3")
	p.idle()
	n := 3
	for round := range 12 {
		p.run(chromedp.Evaluate(`document.querySelector("#input-n").focus()`, nil))
		key, by := "Right", 1
		if round%2 == 1 {
			key, by = "Left", -1
		}
		for range 3 + 2*round {
			p.press(key)
			n = min(max(n+by, 0), 40)
		}
		for _, tab := range []*tab{p, q} {
			tab.out("count", fmt.Sprintf("n is %d\"", n))
			tab.out("show", fmt.Sprintf("%d of 4", min(n, 4)))
			tab.idle()
			tab.out("count", fmt.Sprintf("n is %d\"", n))
			tab.out("show", fmt.Sprintf("%d of 4", min(n, 4)))
		}
	}
}

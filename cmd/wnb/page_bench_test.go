package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// manyCells is a notebook of 300 cells.
func manyCells() string {
	var text strings.Builder
	text.WriteString(front)
	for i := range 300 {
		text.WriteString(star(fmt.Sprintf("c%d", i), fmt.Sprintf("v%d = %d", i, i), "# a comment", fmt.Sprintf("w%d = [v%d for _ in range(3)]", i, i)))
	}
	return text.String()
}

// BenchmarkPage measures a notebook of 300 cells in a browser: open-ms from the
// begin of the navigation until all cells stand there, and key-ms from a key to
// the next picture, by the clock of the page.
func BenchmarkPage(b *testing.B) {
	bare := browser(b)
	p := serveNotebook(b, manyCells()).open(b, bare, "n.wnb")
	var opened, keys float64
	for b.Loop() {
		opened += p.openTime()
		keys += p.keyTime("c150", 40)
		p.saved()
	}
	b.ReportMetric(opened/float64(b.N), "open-ms")
	b.ReportMetric(keys/float64(b.N), "key-ms")
	b.ReportMetric(0, "ns/op")
}

// openTime opens the notebook of the tab anew and gives the milliseconds until
// the cells were there.
func (p *tab) openTime() float64 {
	p.t.Helper()
	p.run(chromedp.Reload())
	p.until("all cells", `document.querySelectorAll(".cell").length === 300`)
	p.ready()
	return p.number(`performance.getEntriesByType("mark").find(m => m.name === "wnb.cells").startTime`)
}

// keyTime types into a cell and gives the milliseconds that a key took on
// average: from the event to the frame after it.
func (p *tab) keyTime(id string, keys int) float64 {
	p.t.Helper()
	p.run(chromedp.Evaluate(fmt.Sprintf("document.querySelector(%q).scrollIntoView({block: 'center'})", cell(id)), nil)) // editors are made where one looks
	p.click(cell(id) + " .cm-line")
	p.run(chromedp.Evaluate(`window.took = []; window.timeKey = () => { const begin = performance.now(); requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () => window.took.push(performance.now() - begin); c.port2.postMessage(0); }); }; addEventListener("keydown", window.timeKey, true)`, nil))
	for n := range keys {
		p.run(chromedp.ActionFunc(func(ctx context.Context) error { return chromedp.KeyEvent(string(rune('a' + n%26))).Do(ctx) }))
		p.until("the key", fmt.Sprintf(`window.took.length > %d`, n))
	}
	p.run(chromedp.Evaluate(`removeEventListener("keydown", window.timeKey, true)`, nil))
	p.press("Escape", "Escape")
	return p.number(`window.took.reduce((a, b) => a + b, 0) / window.took.length`)
}

func (p *tab) number(expression string) float64 {
	p.t.Helper()
	n, err := strconv.ParseFloat(p.eval(expression), 64)
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

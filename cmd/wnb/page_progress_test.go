package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// bar waits until a cell shows a bar of so many items, done and in all.
func (p *tab) bar(id, label string, done, total int) {
	p.t.Helper()
	p.until("the bar of "+id, fmt.Sprintf(`(() => {
		const all = document.querySelectorAll("#cell-%s .wnb-progress"), bar = all[0]?.querySelector("progress");
		return all.length === 1 && bar && bar.value === %d && bar.max === %d && bar.labels[0].innerText.trim() === %q &&
			all[0].querySelector("span").innerText === "%[2]d of %[3]d";
	})()`, id, done, total, label))
}

// TestPageProgress follows a bar in two tabs while its cell runs, one of which is
// loaded again on the way.
func TestPageProgress(t *testing.T) {
	b := browser(t)
	s := serveNotebook(t, front+
		star("before", `xs = [x for x in progress(range(3), "before")]`)+
		star("fit", `for x in progress(range(10), "fit"):`, "    if x in (4, 7):", `        input("go on? ")`))
	p, q := s.open(t, b, "n.wnb"), s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	for _, tab := range []*tab{p, q} {
		tab.bar("before", "before", 3, 3)
		tab.bar("fit", "fit", 4, 10)
		tab.inState("fit", "running")
	}
	const place = `document.querySelector("#cell-fit .wnb-progress span").getBoundingClientRect().left + " " + document.querySelector("#cell-fit .wnb-progress").offsetHeight`
	before := p.eval(place)
	q.run(chromedp.Reload())
	q.bar("fit", "fit", 4, 10)
	p.answer("fit")
	p.bar("fit", "fit", 7, 10)
	q.bar("fit", "fit", 7, 10)
	p.answer("fit")
	for _, tab := range []*tab{p, q} {
		tab.bar("fit", "fit", 10, 10)
		tab.bar("before", "before", 3, 3)
		tab.idle()
	}
	p.bar("fit", "fit", 10, 10)
	if now := p.eval(place); now != before {
		t.Errorf("the bar went from %s to %s", before, now)
	}
	p.visit("n.wnb")
	p.bar("fit", "fit", 10, 10)
}

// answer answers the question of a cell.
func (p *tab) answer(id string) {
	p.t.Helper()
	field := fmt.Sprintf("#cell-%s .question input", id)
	p.click(field)
	p.press("Enter")
}

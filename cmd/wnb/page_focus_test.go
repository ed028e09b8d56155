package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// focused tells how what has the focus shows it: "name: ring", or what is wrong.
const focused = `(() => {
  const e = document.activeElement;
  if (!e || e === document.body) return "";
  const shows = (x) => { const s = getComputedStyle(x); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1 || s.boxShadow !== "none"; };
  const name = e.getAttribute("aria-label") || e.innerText?.slice(0, 30) || e.className || e.tagName;
  const inner = [e, e.closest(".cm-editor"), e.closest(".cell"), e.closest("[role=menuitem]")].filter(Boolean);
  return (inner.some(shows) || e.matches(".cm-content, .cell") ? "ok " : "NO RING ") + name;
})()`

// TestPageFocus walks through pages with the Tab key: what has the focus shows
// it.
func TestPageFocus(t *testing.T) {
	b := browser(t)
	for name, path := range map[string]string{"files": "", "notebook": "n.wnb", "text file": "notes.md"} {
		t.Run(name, func(t *testing.T) {
			p := accessRig(t).open(t, b, path)
			p.until("the page", `document.querySelector(".topbar")`)
			p.run(chromedp.Evaluate(`document.activeElement.blur()`, nil))
			seen := map[string]bool{}
			for range 25 {
				if p.eval(`String(document.activeElement.matches(".cm-content"))`) == "true" {
					p.press("Escape") // in an editor, Tab indents
				}
				p.press("Tab")
				is := p.eval(focused)
				if strings.HasPrefix(is, "NO RING") && !seen[is] {
					t.Error(is)
				}
				seen[is] = true
			}
			if len(seen) < 5 {
				t.Errorf("Tab reaches %d controls: %v", len(seen), seen)
			}
		})
	}
}

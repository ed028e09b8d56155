package main

import (
	"fmt"
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
// it, and nothing holds it.
func TestPageFocus(t *testing.T) {
	b := browser(t)
	for name, tt := range map[string]struct{ path, end string }{
		"files": {"", ".file-table tr:last-child *"}, "notebook": {"n.wnb", ".panel *"}, "text file": {"notes.md", ".cm-content"},
	} {
		t.Run(name, func(t *testing.T) {
			p := accessRig(t).open(t, b, tt.path)
			p.until("the page", `document.querySelector(".topbar a, .topbar button")`)
			p.run(chromedp.Evaluate(`document.querySelector(".topbar a, .topbar button").focus()`, nil))
			reached := false
			for range 60 {
				p.press("Tab")
				if is := p.eval(focused); strings.HasPrefix(is, "NO RING") {
					t.Error(is)
				}
				if reached = p.eval(fmt.Sprintf(`String(document.activeElement.matches(%q))`, tt.end)) == "true"; reached {
					break
				}
			}
			if !reached {
				t.Errorf("Tab does not reach %s", tt.end)
			}
		})
	}
}

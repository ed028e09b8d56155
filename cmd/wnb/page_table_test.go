package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPageTables pages through tables as users do.
func TestPageTables(t *testing.T) {
	b := browser(t)
	for name, test := range map[string]func(t *testing.T, b context.Context){
		"pages": tablePages, "sort and filter": tableSort, "reload": tableReload, "lost": tableLost, "small": tableSmall, "wide": tableWide, "copy": tableCopy, "choose rows": tableChoose, "app": tableApp,
	} {
		t.Run(name, func(t *testing.T) { test(t, b) })
	}
}

// measured is a cell with a frame of 1,000 rows: i and its remainder, with a
// null and a text.
const measured = `frame({"i": range(1000), "r": [None if i == 7 else (i * 37) % 1000 for i in range(1000)], "t": ["row " + str(i) for i in range(1000)]})`

// first waits until the first row of a cell's table begins with a number.
func (p *tab) first(id, text string) {
	p.t.Helper()
	p.until("the first row of "+id+" to be "+text, fmt.Sprintf(`document.querySelector("#cell-%s tbody tr td:not(.pick)")?.innerText === %q`, id, text))
}

func openTable(t *testing.T, b context.Context, lines ...string) (*serving, *tab) {
	t.Helper()
	s := serveNotebook(t, front+star("a", lines...))
	p := s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.until("the table", `document.querySelector("#cell-a .out-table tbody tr")`)
	p.idle()
	return s, p
}

const tableHeight = `document.querySelector("#cell-a").getBoundingClientRect().height`

func tablePages(t *testing.T, b context.Context) {
	_, p := openTable(t, b, measured)
	p.until("the first and last rows", `[...document.querySelectorAll("#cell-a tbody tr")].map(r => r.cells[0].innerText).join(" ").match(/^0 1 2 .*9 … 990 .*999$/)`)
	height := p.eval(tableHeight)
	p.click(`#cell-a [aria-label="Next rows"]`)
	p.until("the first page", `document.querySelectorAll("#cell-a tbody tr").length === 20 && document.querySelector("#cell-a .range").innerText === "1–20 of 1,000"`)
	p.click(`#cell-a [aria-label="Next rows"]`)
	p.first("a", "20")
	p.click(`#cell-a [aria-label="Last rows"]`)
	p.first("a", "980")
	p.fill(`#cell-a [aria-label="Go to row"]`, "507")
	p.press("Enter")
	p.first("a", "500")
	p.until("the place", `document.querySelector("#cell-a .range").innerText === "501–520 of 1,000"`)
	if now := p.eval(tableHeight); now != height {
		t.Errorf("the cell had %s px and has %s now", height, now)
	}
	p.until("types", `[...document.querySelectorAll("#cell-a .dtype")].map(e => e.innerText).join(" ") === "int64 int64 string"`)
	p.click(`#cell-a [aria-label="First rows"]`)
	p.first("a", "0")
	p.until("the null", `document.querySelector("#cell-a td.null")?.innerText === "null"`)
}

func tableSort(t *testing.T, b context.Context) {
	_, p := openTable(t, b, measured)
	head := `#cell-a th[data-source="1"]`
	p.run(chromedp.Evaluate(fmt.Sprintf("document.querySelector(%q).focus()", head+" button"), nil))
	p.press("Enter")
	p.until("the ascending order", fmt.Sprintf(`document.querySelector(%q).getAttribute("aria-sort") === "ascending" && [...document.querySelectorAll("#cell-a tbody tr")].slice(0, 3).map(r => r.cells[1].innerText).join(" ") === "0 1 2"`, head))
	p.press("Enter")
	p.until("the descending order", fmt.Sprintf(`document.querySelector(%q).getAttribute("aria-sort") === "descending" && document.querySelector("#cell-a tbody tr").cells[1].innerText === "999"`, head))
	p.click(`#cell-a [aria-label="Last rows"]`)
	p.until("the null at the end", `[...document.querySelectorAll("#cell-a tbody tr")].at(-1).cells[1].innerText === "null"`)
	p.click(`#cell-a .table-filter`)
	p.write("row 99")
	p.until("the rows that hold the text", `document.querySelector("#cell-a .table-note").innerText === "11 of 1,000 rows hold “row 99”" && document.querySelectorAll("#cell-a tbody tr").length === 11`)
	p.fill("#cell-a .table-filter", "nowhere")
	p.until("the words of an empty table", `document.querySelector("#cell-a .out-table .empty")?.innerText.includes("No row holds")`)
}

func tableReload(t *testing.T, b context.Context) {
	s, p := openTable(t, b, "df = "+measured, "df")
	p.run(chromedp.Reload())
	p.ready()
	p.click(`#cell-a [aria-label="Last rows"]`)
	p.first("a", "980")
	p.saved()
	again := serve(t, s.dir) // another server on the same folder
	q := again.open(t, b, "n.wnb")
	q.click(`#cell-a [aria-label="Last rows"]`)
	q.first("a", "980")
}

// tableLost takes the blobs away: what is there is still shown and sorted.
func tableLost(t *testing.T, b context.Context) {
	s, p := openTable(t, b, measured)
	removed := 0
	err := filepath.WalkDir(filepath.Join(s.dir, ".wnb", "blobs"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if content, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(content), "wnbf") {
			return err
		}
		removed++
		return os.Remove(path)
	})
	if err != nil || removed != 1 {
		t.Fatalf("%d tables were kept: %v", removed, err)
	}
	p.click(`#cell-a th[data-source="1"] button`)
	p.until("the reason", `document.querySelector("#cell-a .table-note").innerText.includes("run the cell again")`)
	p.until("what is sorted", `document.querySelector("#cell-a .table-note").innerText.includes("the rows that are shown are sorted")`)
	p.first("a", "0")
	p.run(chromedp.Evaluate(`document.querySelector('[aria-label="Run a"]').click()`, nil))
	p.until("the whole again", `document.querySelector("#cell-a .pager") && document.querySelector("#cell-a .table-note").innerText === "1,000 rows × 3 columns"`)
	p.idle()
	p.click(`#cell-a [aria-label="Last rows"]`)
	p.first("a", "513") // sorted as before
	p.forgive("404")
}

func tableSmall(t *testing.T, b context.Context) {
	_, p := openTable(t, b, `frame({"n": [3, None, 1], "t": ["c", "a", "b"]})`)
	p.click(`#cell-a th[data-source="0"] button`)
	p.first("a", "1")
	p.click(`#cell-a th[data-source="0"] button`)
	p.until("nulls at the end", `[...document.querySelectorAll("#cell-a tbody tr")].map(r => r.cells[0].innerText).join(" ") === "3 1 null"`)
	if n := p.eval(`document.querySelectorAll("#cell-a .pager, #cell-a .table-filter").length`); n != "0" {
		t.Error("a table that is all there has a pager")
	}
}

func tableWide(t *testing.T, b context.Context) {
	_, p := openTable(t, b, `frame({"c%d" % i: [i] * 30 for i in range(100)})`)
	p.click(`#cell-a [aria-label="Next columns"]`)
	p.until("columns that were left out", `document.querySelector('#cell-a th[data-source="39"]')?.innerText.includes("c39")`)
	p.click(`#cell-a [aria-label="Next columns"]`)
	p.until("the next columns", `document.querySelector('#cell-a th[data-source="40"]') && document.querySelector("#cell-a tbody td").innerText === "40"`)
}

func tableCopy(t *testing.T, b context.Context) {
	_, p := openTable(t, b, measured)
	p.run(chromedp.Evaluate(`window.copied = ""; navigator.clipboard.writeText = async (text) => { window.copied = text; }`, nil))
	p.click(`#cell-a .table-copy button:first-child`)
	p.until("all rows with tabs", `window.copied.startsWith("i\tr\tt\n0\t0\trow 0\n") && window.copied.trim().split("\n").length === 1001`)
	p.click(`#cell-a .table-copy button:last-child`)
	p.until("all rows with commas", `window.copied.startsWith("i,r,t\n0,0,row 0\n")`)
}

// tableChoose ticks rows of a table that the server sorted: the numbers are those
// of the frame.
func tableChoose(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("a", "picked = ui.table("+measured+")")+star("b", `"rows: " + str(picked["i"].to_list())`), "--reactive", "auto")
	p := s.open(t, b, "n.wnb")
	p.click(".topbar .primary")
	p.out("b", "rows: []")
	p.idle()
	p.click(`#cell-a th[data-source="1"] button`)
	p.click(`#cell-a th[data-source="1"] button`)
	p.until("the descending order", `document.querySelector("#cell-a tbody tr").cells[2].innerText === "999"`)
	p.run(chromedp.Evaluate(`document.querySelector("#cell-a tbody input").focus()`, nil))
	p.press(" ")
	p.out("b", "rows: [27]")
	p.press("Down", " ")
	p.out("b", "rows: [27, 54]")
	p.until("the order that was chosen, and the ticks", `document.querySelector("#cell-a tbody tr").cells[2].innerText === "999" && document.querySelectorAll("#cell-a tbody input:checked").length === 2 && document.querySelector("#cell-a .table-note").innerText.includes("2 selected")`)
	p.idle()
}

func tableApp(t *testing.T, b context.Context) {
	s := serveApp(t, "---\nwnb: 1\ntitle: T\n---\n\n"+star("a", measured))
	p := visit(t, b, s)
	p.until("the end of the run", `document.querySelector(".kernel-state")?.dataset.state === "idle" && document.querySelector(".out-table")`)
	p.click(`[aria-label="Last rows"]`)
	p.until("the last rows", `document.querySelector("tbody td")?.innerText === "980"`)
	asked := `performance.getEntriesByType("resource").map(e => e.name).find(n => n.includes("/app/tables/"))`
	for name, address := range map[string]string{
		"without a signature": asked + `.replace(/\.[0-9a-f]+\?/, "?")`,
		"of another table":    asked + `.replace(/tables\/../, "tables/zz")`,
	} {
		if status := p.eval(`fetch(` + address + `).then(r => String(r.status))`); status != "404" {
			t.Errorf("a table %s: status %s", name, status)
		}
	}
	p.forgive("404")
}

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// TestPage drives the page as its users do.
func TestPage(t *testing.T) {
	b := browser(t)
	for name, test := range map[string]func(t *testing.T, b context.Context){
		"files": pageFiles, "upload by drop": pageUpload, "text files": pageText,
		"run": pageRun, "keyboard": pageKeyboard, "select and move": pageMove, "drag": pageDrag,
		"palette": pagePalette, "find and replace": pageFind,
	} {
		t.Run(name, func(t *testing.T) { test(t, b) })
	}
}

func pageFiles(t *testing.T, b context.Context) {
	s := serve(t, t.TempDir())
	p := s.open(t, b, "")
	p.until("an empty folder that says what to do", `document.querySelector(".nothing")`)
	p.choose("Make a notebook")
	p.click(`.templates label:nth-child(4) input, .templates label:last-of-type input`)
	p.fill(`dialog .field input`, "model")
	p.choose("Create")
	p.ready()
	if got := p.ids(); got != "md-1 load split fit evaluate" {
		t.Errorf("cells of the template: %s", got)
	}
	p.visit("")
	p.until("the file", `document.querySelector(".file-table")?.innerText.includes("model.wnb")`)
	if link := p.eval(`fetch("/files/model.wnb?download=1").then(r => r.headers.get("Content-Disposition"))`); !strings.Contains(link, "attachment") {
		t.Errorf("download: %s", link)
	}
	p.click(`.file-table [aria-label="More about model.wnb"]`)
	p.choose("Rename…")
	p.fill(`dialog .field input`, "renamed.wnb")
	p.choose("Rename")
	p.until("the new name", `document.querySelector(".file-table")?.innerText.includes("renamed.wnb")`)
	p.click(`.file-table [aria-label="More about renamed.wnb"]`)
	p.choose("Duplicate")
	p.until("the copy", `document.querySelectorAll(".file-table tbody tr").length === 2`)
	p.click(`.file-table [aria-label="More about renamed.wnb"]`)
	p.choose("Delete…")
	p.choose("Delete")
	p.until("the file to go", `document.querySelectorAll(".file-table tbody tr").length === 1`)
	p.choose("New")
	p.choose("Folder…")
	p.fill(`dialog .field input`, "sub")
	p.choose("Create")
	p.until("the folder", `[...document.querySelectorAll(".file-table a")].some(a => a.innerText === "sub")`)
	p.choose("sub")
	p.until("the empty folder", `location.pathname === "/tree/sub" && document.body.innerText.includes("The folder is empty")`)
}

func pageUpload(t *testing.T, b context.Context) {
	s := serve(t, t.TempDir())
	p := s.open(t, b, "")
	p.until("the page", `document.querySelector(".nothing")`)
	name := filepath.Join(t.TempDir(), "data.csv")
	want := "a,b\n" + strings.Repeat("1,2\n", 2_000_000) // more than one piece
	if err := os.WriteFile(name, []byte(want), 0o600); err != nil {
		t.Fatal(err)
	}
	data := &input.DragData{Items: []*input.DragDataItem{}, Files: []string{name}, DragOperationsMask: 1}
	for _, kind := range []input.DispatchDragEventType{input.DragEnter, input.DragOver, input.Drop} {
		p.run(chromedp.ActionFunc(func(ctx context.Context) error { return input.DispatchDragEvent(kind, 600, 400, data).Do(ctx) }))
	}
	p.until("the file", `document.querySelector(".file-table")?.innerText.includes("data.csv")`)
	if got := s.file(t, "data.csv", "a,b"); got != want {
		t.Errorf("%d bytes came, %d were sent", len(got), len(want))
	}
}

func pageText(t *testing.T, b context.Context) {
	s := serve(t, t.TempDir())
	if err := os.WriteFile(filepath.Join(s.dir, "notes.md"), []byte("# Old\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	p := s.open(t, b, "notes.md")
	p.until("the editor", `document.querySelector(".text-editor .cm-content")?.innerText.includes("# Old")`)
	p.click(".text-editor .cm-content")
	p.press("Ctrl+a")
	p.write("# New\n")
	s.file(t, "notes.md", "# New")
	if err := os.WriteFile(filepath.Join(s.dir, "notes.md"), []byte("# Theirs\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	p.write("mine")
	p.until("the conflict", `document.querySelector("dialog")?.innerText.includes("changed elsewhere")`)
	p.forgive("409")
	p.choose("Keep mine")
	s.file(t, "notes.md", "mine")
}

func pageRun(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+"# Title\n\nText with $x^2$.\n\n"+star("a", "x = 2", `print("hello")`, "x + 1")+star("c", "x * 10")+
		"```sql {#q out=q}\nSELECT 1 AS n\n```\n\n```python {#old}\nimport os\n```\n")
	p := s.open(t, b, "n.wnb")
	p.until("the formula", `document.querySelector(".prose math")`)
	p.click(".topbar .primary")
	p.out("a", "hello")
	p.out("a", "3")
	p.out("c", "20")
	p.idle()
	p.inState("a", "fresh")
	p.inState("old", "off")
	p.until("what became of the SQL cell", `document.querySelector("#cell-q .outputs")`)

	// An edit makes the cell and what depends on it stale, and says why.
	p.click(cell("a") + " .cm-line")
	p.press("End")
	p.write("0")
	p.inState("a", "stale")
	p.inState("c", "stale")
	if why := p.eval(`document.querySelector("#cell-c .state").title`); !strings.Contains(why, "a") {
		t.Errorf("c says: %s", why)
	}
	s.file(t, "n.wnb", "x = 20")
	// Running what depends on it runs it first.
	p.press("Escape")
	p.click(cell("c") + " header")
	p.press("Ctrl+Enter")
	p.out("c", "200")
	p.out("a", "21")
	p.idle()
	p.inState("a", "fresh")
}

func pageKeyboard(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("one", "1")+star("two", "2"))
	p := s.open(t, b, "n.wnb")
	p.click(cell("one") + " header")
	expect := func(what, want string) {
		t.Helper()
		p.until(what, `[...document.querySelectorAll(".cell")].map(c => c.dataset.id).join(" ") === "`+want+`"`)
	}
	focused := func(id string) {
		t.Helper()
		p.until("the focus on "+id, `document.activeElement?.closest(".cell")?.dataset.id === "`+id+`"`)
	}
	p.press("b")
	expect("b", "one cell-1 two")
	p.press("Up", "a")
	expect("a", "cell-2 one cell-1 two")
	p.press("d", "d")
	expect("d d", "one cell-1 two")
	p.press("z")
	expect("z", "cell-2 one cell-1 two")
	p.press("d", "d", "m")
	p.until("m", `document.querySelector("#cell-one").dataset.kind === "markdown"`)
	p.press("Escape", "y")
	p.until("y", `document.querySelector("#cell-one").dataset.kind === "code"`)
	p.press("Down", "Enter")
	p.until("Enter", `document.activeElement.closest(".cm-editor")?.closest("#cell-cell-1")`)
	p.write("3 + 4")
	p.press("Shift+Enter")
	p.out("cell-1", "7")
	focused("two")
	p.press("Alt+Enter")
	p.out("two", "2")
	expect("Alt-Enter", "one cell-1 two cell-3")
	p.until("the editor of the new cell", `document.activeElement.closest("#cell-cell-3 .cm-editor")`)
	p.press("Escape", "k")
	focused("two")
	p.press("Ctrl+Enter")
	focused("two")
	// Arrows leave the editor at its first and last line.
	p.press("Enter", "Up")
	p.until("the cell above", `document.activeElement.closest("#cell-cell-1 .cm-editor")`)
	p.press("Ctrl+s")
	p.saved()
	if text := s.file(t, "n.wnb", "3 + 4"); !strings.Contains(text, "{#cell-3}") {
		t.Errorf("the file:\n%s", text)
	}
}

func pageMove(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("a", "1")+star("c", "2")+star("d", "3")+star("e", "4"))
	p := s.open(t, b, "n.wnb")
	p.click(cell("a") + " header")
	p.press("Shift+Down")
	p.until("two selected cells", `document.querySelectorAll(".cell[data-selected]").length === 2`)
	p.press("Ctrl+Enter")
	p.out("a", "1")
	p.out("c", "2")
	p.click(cell("c") + " header")
	p.press("Shift+Down", "Ctrl+Shift+Down")
	p.until("the move", `[...document.querySelectorAll(".cell")].map(c => c.dataset.id).join(" ") === "a e c d"`)
	p.press("x")
	p.until("the cut", `[...document.querySelectorAll(".cell")].map(c => c.dataset.id).join(" ") === "a e"`)
	p.click(cell("a") + " header")
	p.press("v")
	p.until("the paste", `document.querySelectorAll(".cell").length === 4`)
	p.saved()
	text := s.file(t, "n.wnb", "cell-1")
	if strings.Index(text, "\n2\n") > strings.Index(text, "\n4\n") {
		t.Errorf("the cells were not pasted below a:\n%s", text)
	}
}

func pageDrag(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("a", "1")+star("c", "2")+star("d", "3"))
	p := s.open(t, b, "n.wnb")
	p.click(cell("a") + " header")
	x, y := p.middle(cell("a") + " .grip")
	_, below := p.middle(cell("d") + " .code")
	p.run(
		input.DispatchMouseEvent(input.MousePressed, x, y).WithButton(input.Left).WithClickCount(1),
		input.DispatchMouseEvent(input.MouseMoved, x, y+20).WithButton(input.Left),
		input.DispatchMouseEvent(input.MouseMoved, x, below+40).WithButton(input.Left),
	)
	p.until("the mark where it would land", `document.querySelector("[data-drop]")`)
	p.run(input.DispatchMouseEvent(input.MouseReleased, x, below+40).WithButton(input.Left).WithClickCount(1))
	p.until("the new order", `[...document.querySelectorAll(".cell")].map(c => c.dataset.id).join(" ") === "c d a"`)
	p.press("z")
	p.until("the old order", `[...document.querySelectorAll(".cell")].map(c => c.dataset.id).join(" ") === "a c d"`)
}

func pagePalette(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("a", "1"))
	p := s.open(t, b, "n.wnb")
	p.click(cell("a") + " header")
	p.press("Ctrl+Shift+p")
	p.until("the palette", `document.querySelector(".palette-input") === document.activeElement`)
	p.write("run all cells")
	p.press("Enter")
	p.out("a", "1")
	p.press("h")
	p.until("the keys", `document.querySelector(".palette-list")?.innerText.includes("Shift-Enter")`)
	p.press("Escape")
	p.until("it to close", `!document.querySelector("dialog")`)
}

func pageFind(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("a", "alpha = 1")+star("c", "alpha + alpha"))
	p := s.open(t, b, "n.wnb")
	p.click(cell("a") + " header")
	p.press("Ctrl+f")
	p.write("alpha")
	p.until("the count", `document.querySelector(".find .count").innerText.includes("3")`)
	p.until("the marks", `document.querySelectorAll(".cm-found").length === 3`)
	p.press("Enter", "Enter")
	p.until("the second match", `document.querySelector(".find .count").innerText === "2 of 3"`)
	p.fill(`.find [aria-label="Replace by"]`, "beta")
	p.choose("Replace all")
	p.press("Escape")
	text := s.file(t, "n.wnb", "beta + beta")
	if strings.Contains(text, "alpha") {
		t.Errorf("the file:\n%s", text)
	}
}

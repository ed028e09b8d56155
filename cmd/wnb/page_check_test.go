package main

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// TestPageAndCheck watches what the page says about a notebook while one types.
func TestPageAndCheck(t *testing.T) {
	b := browser(t)
	for name, test := range map[string]func(t *testing.T, b context.Context){
		"squiggles": pageSquiggles, "problems": pageProblems, "files that cells write": pageWritten,
	} {
		t.Run(name, func(t *testing.T) { test(t, b) })
	}
}

// squiggle is an expression for the underlined texts of a cell.
func squiggle(id string) string {
	return `[...document.querySelectorAll("#cell-` + id + ` .cm-lintRange")].map(e => e.innerText).join(" ")`
}

func pageSquiggles(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("a", "first = 1", "first")+star("c", "print(first)"))
	p := s.open(t, b, "n.wnb")
	p.click(cell("c") + " .cm-content")
	p.press("Ctrl+a")
	p.write("print(\"é𝄞\", frist)")
	p.until("the squiggle", squiggle("c")+` === "frist"`)
	p.until("the count", `document.querySelector(".problem-count .sign-error")?.innerText.trim().endsWith("1")`)

	// The message, its explanation and the fix on hover.
	x, y := p.middle(cell("c") + " .cm-lintRange")
	p.run(input.DispatchMouseEvent(input.MouseMoved, x, y))
	p.until("the message", `document.querySelector(".cm-tooltip-lint")?.innerText.includes("is not defined in any cell")`)
	p.until("its place", `document.querySelector(".cm-tooltip-lint").getBoundingClientRect().top > 0`)
	p.click(".cm-tooltip-lint .code-link")
	p.until("the page about the code", `document.querySelector("dialog")?.innerText.includes("a name is read that nothing defines")`)
	p.choose("Close")
	p.until("the dialog to go", `!document.querySelector("dialog")`)

	// What is right again has no squiggle.
	p.click(cell("c") + " .cm-content")
	p.press("Ctrl+a")
	p.write("import math\nprint(first)")
	p.until("another squiggle", squiggle("c")+` === "import"`)
	p.press("F8")
	p.until("the problem", `document.querySelector(".problem-bar")?.innerText.includes("WNB003")`)
	p.press("Ctrl+.")
	p.until("the fix", `document.querySelector("#cell-c .cm-content").innerText === "print(first)"`)
	p.until("no squiggle", squiggle("c")+` === "" && !document.querySelector(".problem-count .sign-error")`)
	s.file(t, "n.wnb", "\nprint(first)\n")
}

func pageProblems(t *testing.T, b context.Context) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "lib.star"), "def f(x):\n    return y\n")
	writeFile(t, filepath.Join(dir, "wine.csv"), "a,b\n1,2\n")
	writeFile(t, filepath.Join(dir, "n.wnb"), "---\nwnb: 1\ntitle: T\nparams:\n  depth: 3\n---\n\n"+
		star("load-data", `load("lib.star", "f")`, `wine = io.read_csv("wine.csv")`, "f(wine)")+
		"```starlark {#use after=load-dat .hide-code}\nprint(wine[\"c\"])\n```\n")
	outside := filepath.Join(t.TempDir(), "secret.csv")
	writeFile(t, outside, "x,y\n1,2\n")
	s := serve(t, dir)
	p := s.open(t, b, "n.wnb")
	p.until("the param that nothing reads", `document.querySelector(".notebook-problems")?.innerText.includes("depth")`)
	p.until("the file that is loaded", `document.querySelector(".notebook-problems").innerText.includes("lib.star, line 2")`)
	p.until("the attribute", `document.querySelector("#cell-use .cell-problems")?.innerText.includes("after=load-dat")`)
	p.click(cell("use") + " .cell-problems button.small")
	p.until("the attribute to be mended", `!document.querySelector("#cell-use .cell-problems") && document.querySelector("#cell-use .attrs").innerText.includes("after=load-data")`)

	// F8 goes round, and shows code that is hidden.
	for range 8 {
		p.press("F8")
		if strings.Contains(p.eval(`document.querySelector(".problem-bar").innerText`), "no column") {
			break
		}
	}
	p.until("the line with the problem", `document.querySelector("#cell-use .cm-content") === document.activeElement`)
	p.until("its squiggle", squiggle("use")+` === '"c"'`)
	p.press("Shift+F8")
	p.until("the problem before", `!document.querySelector(".problem-bar").innerText.includes("no column")`)

	// What is outside of the served folder is not read.
	for _, path := range []string{"../n.wnb", "/etc/passwd", "wine.csv"} {
		got := s.call(http.MethodPost, "/api/wnb/check", map[string]any{"path": path, "content": map[string]any{"nbformat": 4, "cells": []any{}}}, http.StatusBadRequest)
		if got["message"] == "" {
			t.Errorf("%s: %v", path, got)
		}
	}
	p.run(chromedp.Evaluate(`document.querySelector("#cell-use .cm-content").focus()`, nil))
	p.press("Ctrl+a")
	p.write(`io.read_csv("` + outside + `")["nothing"], missing`)
	p.until("nothing to be known of the file", squiggle("use")+` === "missing"`)
}

// pageWritten: what is known of a file is asked again when a cell has run.
func pageWritten(t *testing.T, b context.Context) {
	s := serveNotebook(t, front+star("write", `frame({"a": [1]}).to_csv("new.csv")`)+star("read", `missing = io.read_csv("new.csv")["b"]`, "undefined"))
	p := s.open(t, b, "n.wnb")
	p.until("what is known before", squiggle("read")+`.includes("undefined")`)
	if got := p.eval(squiggle("read")); strings.Contains(got, `"b"`) {
		t.Errorf("the file is not there yet: %s", got)
	}
	p.click(cell("write") + " header")
	p.press("Ctrl+Enter")
	p.until("what is known of the file", squiggle("read")+`.includes('"b"')`)
}

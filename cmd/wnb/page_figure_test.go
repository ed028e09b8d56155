package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// TestPageFigures drives figures: values at the pointer and with the keys, zoom, legend, and what is saved.
func TestPageFigures(t *testing.T) {
	b := browser(t)
	for name, test := range map[string]func(t *testing.T, b context.Context){
		"values": figureValues, "keys": figureKeys, "zoom": figureZoom, "legend": figureLegend, "save": figureSave,
		"all kinds": figureKinds, "many points": figureMany, "brush": figureBrush,
	} {
		t.Run(name, func(t *testing.T) { test(t, b) })
	}
}

const lineCell = `plot.line(frame({"epoch": [1, 2, 3, 4], "train": [0.9, 0.5, 0.25, 0.125], "test": [0.95, 0.8, None, 0.75]}), x="epoch", y=["train", "test"], title="Loss, by epoch", markers=True)`

// figures opens a notebook with a figure in each of the cells a, b, c, ...
func figures(t *testing.T, b context.Context, sources ...string) *tab {
	t.Helper()
	text := front
	for i, source := range sources {
		text += star(string(rune('a'+i)), source)
	}
	p := serveNotebook(t, text).open(t, b, "n.wnb")
	p.click(".topbar .primary")
	for i := range sources {
		p.until("the figure", fmt.Sprintf(`document.querySelector("#cell-%c .figure-surface") || document.querySelector("#cell-%[1]c .out-error")`, 'a'+i))
	}
	p.idle()
	if failed := p.eval(`[...document.querySelectorAll(".out-error")].map(e => e.innerText).join()`); failed != "" {
		t.Fatal(failed)
	}
	return p
}

// placeOf is the middle of an element, which is scrolled to.
func (p *tab) placeOf(expression string) (x, y float64) {
	p.t.Helper()
	p.until(expression, expression)
	var at []float64
	p.run(chromedp.Evaluate(`(() => { const e = `+expression+`; e.closest(".out-figure").scrollIntoView({block: "center"}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] })()`, &at))
	return at[0], at[1]
}

func (p *tab) mouse(kind input.MouseType, x, y float64) {
	p.t.Helper()
	p.run(chromedp.ActionFunc(func(ctx context.Context) error {
		e := input.DispatchMouseEvent(kind, x, y)
		if kind != input.MouseMoved {
			e = e.WithButton(input.Left).WithClickCount(1)
		} else {
			e = e.WithButtons(1)
		}
		return e.Do(ctx)
	}))
}

// drags drags over a figure, between two places given as shares of its plot area.
func (p *tab) drags(id string, x0, y0, x1, y1 float64) {
	p.t.Helper()
	var r []float64
	p.placeOf(fmt.Sprintf(`document.querySelector("#cell-%s .figure-surface")`, id))
	p.run(chromedp.Evaluate(fmt.Sprintf(`(() => { const r = document.querySelector("#cell-%s .figure-surface").getBoundingClientRect(); return [r.x, r.y, r.width, r.height] })()`, id), &r))
	at := func(x, y float64) (float64, float64) { return r[0] + x*r[2], r[1] + y*r[3] }
	x, y := at(x0, y0)
	p.run(input.DispatchMouseEvent(input.MouseMoved, x, y))
	p.mouse(input.MousePressed, x, y)
	x, y = at((x0+x1)/2, (y0+y1)/2)
	p.mouse(input.MouseMoved, x, y)
	x, y = at(x1, y1)
	p.mouse(input.MouseMoved, x, y)
	p.mouse(input.MouseReleased, x, y)
}

// hovers moves the pointer to an element of the picture and gives what is shown of it.
func (p *tab) hovers(id, element string) string {
	p.t.Helper()
	x, y := p.placeOf(fmt.Sprintf(`document.querySelector("#cell-%s .figure-picture").querySelector(%q)`, id, element))
	p.run(input.DispatchMouseEvent(input.MouseMoved, x, y))
	tip := fmt.Sprintf(`document.querySelector("#cell-%s .figure-tip")`, id)
	p.until("values of "+element, tip)
	return p.eval(`[...` + tip + `.querySelectorAll(".name, dt, dd")].map(e => e.innerText).join(" | ")`)
}

func figureValues(t *testing.T, b context.Context) {
	p := figures(t, b, lineCell,
		`plot.scatter(frame({"x": [1.0, 2, 3], "y": [4, 6, 5], "k": ["u", "v", "u"]}), x="x", y="y", color="k")`,
		`plot.hist([3, 4, 4, 5, 5, 5], xlabel="grade")`,
		`plot.bar({"red": 3, "green": 7.5}, labels=True)`,
		`plot.confusion_matrix(["no", "yes", "yes", "yes", "yes"], ["no", "yes", "yes", "yes", "no"])`,
		`plot.feature_importance({"alcohol": 0.4, "pH": 0.125})`,
		`plot.roc_curve([0, 1, 1, 0], [0.2, 0.9, 0.3, 0.4])`)
	for _, tt := range []struct{ cell, element, want string }{
		{"a", ".wnb-series-0-0 circle:nth-of-type(2)", "train | epoch | 2 | y | 0.5"},
		{"a", ".wnb-series-0-1 circle:nth-of-type(3)", "test | epoch | 4 | y | 0.75"},
		{"b", ".wnb-series-0-1 circle", "v | x | 2 | y | 6"},
		{"c", ".wnb-series-0-0 rect:nth-of-type(3)", "grade | 5 | count | 3"},
		{"d", ".wnb-series-0-0 rect", "name | red | value | 3"},
		{"e", ".wnb-data-0 text", "true | no | predicted | no | count | 1 | share of the row | 100.0 %"},
		{"f", ".wnb-series-0-0 rect", "name | alcohol | importance | 0.4"},
		{"g", ".wnb-axes-0 text", ""},
	} {
		if tt.want == "" {
			continue
		}
		if got := p.hovers(tt.cell, tt.element); got != tt.want {
			t.Errorf("cell %s, %s shows %q, want %q", tt.cell, tt.element, got, tt.want)
		}
	}
	p.click(cell("a") + " .prompt, " + cell("a") + " .cm-line")
	p.until("the values to go", `!document.querySelector(".figure-tip")`)
}

// spoken waits until a figure says something to a screen reader.
func (p *tab) spoken(id, text string) {
	p.t.Helper()
	p.until("the words "+text, fmt.Sprintf(`document.querySelector("#cell-%s .figure-surface [aria-live]").innerText === %q`, id, text))
}

func (p *tab) focus(selector string) {
	p.t.Helper()
	p.until(selector, fmt.Sprintf(`document.querySelector(%q)`, selector))
	p.run(chromedp.Evaluate(fmt.Sprintf(`document.querySelector(%q).focus()`, selector), nil))
}

func figureKeys(t *testing.T, b context.Context) {
	p := figures(t, b, lineCell, `plot.confusion_matrix(["no", "yes", "yes"], ["no", "yes", "no"])`, `plot.feature_importance({"alcohol": 0.4, "pH": 0.1})`)
	p.focus(cell("a") + " .figure-surface")
	for _, s := range []struct{ key, want string }{
		{"Right", "train, epoch 1, y 0.9"}, {"Right", "train, epoch 2, y 0.5"}, {"Down", "test, epoch 2, y 0.8"},
		{"Right", "test, epoch 4, y 0.75"}, {"Up", "train, epoch 4, y 0.125"}, {"Home", "train, epoch 1, y 0.9"}, {"End", "train, epoch 4, y 0.125"},
	} {
		p.press(s.key)
		p.spoken("a", s.want)
	}
	if p.ids() != "a b c" || p.eval(`document.activeElement.className`) != "figure-surface" {
		t.Error("the keys went to the notebook too")
	}
	p.press("Escape")
	p.until("the values to go", `!document.querySelector(".figure-tip")`)
	p.focus(cell("b") + " .figure-surface")
	p.press("Right", "Down")
	p.spoken("b", "true yes, predicted no, count 1, share of the row 50.0 %")
	p.focus(cell("c") + " .figure-surface")
	p.press("Down", "Down")
	p.spoken("c", "name pH, importance 0.1")
}

func figureZoom(t *testing.T, b context.Context) {
	p := figures(t, b, lineCell)
	picture := `document.querySelector("#cell-a .figure-picture")`
	ticks := picture + `.querySelector("svg").textContent`
	before := p.eval(picture + `.innerHTML`)
	p.drags("a", 0.25, 0.05, 0.6, 0.4)
	p.until("the zoom", picture+`.querySelector("clipPath")`)
	if text := p.eval(ticks); !strings.Contains(text, "0.70.80.9") || strings.Contains(text, "NaN") {
		t.Errorf("the zoomed axes say %s", text)
	}
	if widths := p.eval(`[...new Set([...` + picture + `.querySelectorAll(".wnb-data-0 circle")].map(c => c.getAttribute("r")))].join()`); widths != "3" {
		t.Errorf("points have the radius %s", widths)
	}
	if got := p.hovers("a", ".wnb-series-0-1 circle:nth-of-type(2)"); got != "test | epoch | 2 | y | 0.8" {
		t.Errorf("in the zoom: %q", got)
	}
	all := func() {
		t.Helper()
		p.until("all of the figure", picture+`.innerHTML === `+fmt.Sprintf("%q", before))
	}
	p.press("Escape")
	all()
	p.focus(cell("a") + " .figure-surface")
	p.press("Right", "Plus")
	p.until("the zoom by key", picture+`.querySelector("clipPath")`)
	p.press("-")
	all()
	p.drags("a", 0.2, 0.5, 0.5, 0.5)
	p.until("a zoom of one axis", picture+`.querySelector("clipPath")`)
	x, y := p.middle(cell("a") + " .figure-surface")
	p.run(chromedp.MouseClickXY(x, y, chromedp.ClickCount(2)))
	all()
	p.drags("a", 0.2, 0.2, 0.5, 0.5)
	p.choose("Show all")
	all()
}

func figureLegend(t *testing.T, b context.Context) {
	p := figures(t, b, lineCell, `plot.roc_curve([0, 1, 1, 0], [0.2, 0.9, 0.3, 0.4])`)
	key := `document.querySelector("#cell-a .figure-key[aria-label=train]")`
	shown := `getComputedStyle(document.querySelector("#cell-a .wnb-series-0-0")).display`
	if p.eval(key+`.getAttribute("aria-pressed")`) != "true" {
		t.Error("the key of a series that is shown is not pressed")
	}
	p.click(cell("a") + " .figure-key[aria-label=train]")
	p.until("the series to go", shown+` === "none" && `+key+`.getAttribute("aria-pressed") === "false"`)
	if got := p.hovers("a", ".wnb-series-0-1 circle:nth-of-type(2)"); got != "test | epoch | 2 | y | 0.8" {
		t.Errorf("the other series shows %q", got)
	}
	p.drags("a", 0.2, 0.1, 0.8, 0.9)
	p.until("the zoom", `document.querySelector("#cell-a clipPath")`)
	p.until("the series to stay hidden", shown+` === "none"`)
	p.focus(cell("a") + " .figure-key[aria-label=train]")
	p.press("Enter")
	p.until("the series to be back", shown+` !== "none"`)
	p.click(cell("b") + " .figure-key[aria-label=chance]")
	p.until("the line of chance to go", `getComputedStyle(document.querySelector("#cell-b .wnb-series-0-1")).display === "none"`)
}

// saves chooses an item of the menu of a figure and gives the file.
func (p *tab) saves(dir, id, item, name string) string {
	p.t.Helper()
	p.focus(cell(id) + ` .figure-tools .icon`)
	p.press("Enter")
	p.choose(item)
	path := filepath.Join(dir, name)
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) { // between two looks
		if content, err := os.ReadFile(path); err == nil && len(content) > 0 {
			return path
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("no file %s", name)
		}
	}
}

func figureSave(t *testing.T, b context.Context) {
	p := figures(t, b, lineCell, `plot.bar({"a, \"b\"": 3, "=c": None, "d": -1})`)
	dir := t.TempDir()
	p.run(chromedp.ActionFunc(func(ctx context.Context) error {
		return cdpbrowser.SetDownloadBehavior(cdpbrowser.SetDownloadBehaviorBehaviorAllow).WithDownloadPath(dir).Do(ctx)
	}))
	for _, tt := range []struct{ cell, name, want string }{
		{"a", "loss-by-epoch.csv", "series,epoch,y\ntrain,1,0.9\ntrain,2,0.5\ntrain,3,0.25\ntrain,4,0.125\ntest,1,0.95\ntest,2,0.8\ntest,3,\ntest,4,0.75\n"},
		{"b", "bar.csv", "name,value\n\"a, \"\"b\"\"\",3\n=c,\nd,-1\n"},
	} {
		content, err := os.ReadFile(p.saves(dir, tt.cell, "Data as CSV", tt.name))
		if err != nil {
			t.Fatal(err)
		}
		if string(content) != tt.want {
			t.Errorf("%s is\n%s\nwant\n%s", tt.name, content, tt.want)
		}
		if _, err := csv.NewReader(strings.NewReader(string(content))).ReadAll(); err != nil {
			t.Error(err)
		}
	}
	p.click(cell("a") + " .figure-key[aria-label=train]")
	svg, err := os.ReadFile(p.saves(dir, "a", "Picture as SVG", "loss-by-epoch.svg"))
	if err != nil || !strings.HasPrefix(string(svg), "<svg") || strings.Contains(string(svg), "var(") || !strings.Contains(string(svg), `display="none"`) {
		t.Errorf("the SVG is %.300s (%v)", svg, err)
	}
	file, err := os.Open(p.saves(dir, "a", "Picture as PNG", "loss-by-epoch.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	image, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if size := image.Bounds().Size(); size.X != 1280 || size.Y != 720 {
		t.Errorf("the PNG is %v", size)
	}
	if r, g, bl, _ := image.At(2, 2).RGBA(); r+g+bl != 3*0xffff {
		t.Error("the PNG has no white background")
	}
}

// figureKinds zooms into a figure of each kind and checks that nothing in it is broken.
func figureKinds(t *testing.T, b context.Context) {
	p := figures(t, b, `plot.hist([[1.5, 2, 2, 3], [2, 3, 3.5, 4]][0], bins=3)`, `plot.scatter(None, x=[1, 1.8, 3], y=[3, 2, 1], color=[0.5, 0.25, 1.0])`,
		`plot.line([3, 2, 1])`, `plot.bar({"x": 2, "y": -1}, labels=True)`, `plot.bar({"x": 2, "y": 1}, horizontal=True, labels=True)`,
		`plot.confusion_matrix([0, 1, 2, 2], [0, 1, 1, 2])`, `plot.feature_importance({"p": 0.5, "q": -0.25})`, `plot.roc_curve([0, 1, 1, 0], [0.2, 0.9, 0.3, 0.4])`)
	for _, id := range strings.Fields(p.ids()) {
		p.drags(id, 0.1, 0.1, 0.7, 0.8)
		p.until("the zoom of "+id, fmt.Sprintf(`document.querySelector("#cell-%s clipPath")`, id))
		if svg := p.eval(fmt.Sprintf(`document.querySelector("#cell-%s .figure-picture").innerHTML`, id)); strings.Contains(svg, "NaN") || strings.Contains(svg, "undefined") {
			t.Errorf("cell %s: %s", id, svg)
		}
		p.focus(cell(id) + " .figure-surface")
		p.press("Right")
		p.until("values of "+id, fmt.Sprintf(`document.querySelector("#cell-%s .figure-tip dd")`, id))
		p.press("Escape")
		p.until("all of "+id, fmt.Sprintf(`!document.querySelector("#cell-%s clipPath")`, id))
	}
}

func figureMany(t *testing.T, b context.Context) {
	p := figures(t, b, `plot.scatter(None, x=[((i * 7919) % 12007) / 3 for i in range(12000)], y=[((i * 104729) % 12007) / 7 for i in range(12000)])`)
	p.drags("a", 0.2, 0.2, 0.5, 0.5)
	p.until("the zoom", `document.querySelector("#cell-a clipPath")`)
	p.focus(cell("a") + ` .figure-tools .icon`)
	p.press("Enter")
	p.until("an item that says how much of the data there is", `document.querySelector(".menu")?.innerText.includes("Data as CSV (1 row in 2)")`)
	p.press("Escape")
}

// figureBrush chooses points of a figure that is an input: with the pointer, with the keys, and after a reload.
func figureBrush(t *testing.T, b context.Context) {
	text := front + star("a", `picked = ui.plot(plot.scatter(frame({"x": [1.0, 2, 3, 4], "y": [1.0, 4, 2, 3]}), x="x", y="y"))`) + star("count", `"%d of 4" % picked.shape[0]`)
	p := serveNotebook(t, text).open(t, b, "n.wnb")
	p.click(`[aria-label="What happens to stale cells"]`)
	p.choose("Reactive: cells rerun when what they read changes")
	p.until("the mode", `document.querySelector('[aria-label="What happens to stale cells"]').innerText.includes("reactive")`)
	p.ready()
	p.click(".topbar .primary")
	p.out("count", "4 of 4")
	p.drags("a", 0.3, 0.02, 0.98, 0.5) // x from 2 on, y above the middle
	p.out("count", "2 of 4")
	box := `document.querySelector("#cell-a .brush-box")`
	p.until("the selection after the rerun", box)
	p.until("the selection in words", `document.querySelector("#cell-a .plot-foot").innerText.includes("are chosen")`)

	before := p.eval(box + `.getAttribute("width")`)
	p.focus(cell("a") + " .figure-surface")
	for range 16 { // the right edge goes to the left, past the point at x = 4
		was := p.eval(box + `.getAttribute("width")`)
		p.press("Left")
		p.until("the narrower selection", box+`.getAttribute("width") !== "`+was+`"`)
		p.idle()
	}
	p.out("count", "1 of 4")
	if after := p.eval(box + `.getAttribute("width")`); after == before {
		t.Error("the selection is as wide as before")
	}
	p.run(chromedp.Reload())
	p.ready()
	p.until("the selection after a reload", box)
	p.out("count", "1 of 4")
	p.focus(cell("a") + " .figure-surface")
	p.press("Escape")
	p.out("count", "4 of 4")
	p.until("no selection", `!`+box)
	p.press("Enter") // the middle
	p.out("count", "1 of 4")
	p.choose("Choose all")
	p.out("count", "4 of 4")
}

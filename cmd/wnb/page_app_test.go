package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// serveApp serves a notebook as an app.
func serveApp(t *testing.T, text string) *serving {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "n.wnb")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return serve(t, dir, "--app", file)
}

// visit opens an app as a visitor. Errors in its console fail the test.
func visit(t *testing.T, browser context.Context, s *serving) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	p := &tab{t: t, ctx: ctx, s: s}
	chromedp.ListenTarget(ctx, p.listen)
	t.Cleanup(func() {
		p.expectNoProblems()
		cancel()
	})
	if err := chromedp.Run(ctx); err != nil { // the first run must not have a deadline: it makes the tab
		t.Fatal(err)
	}
	p.run(chromedp.Navigate(s.base + "/"))
	return p
}

// TestApp visits a notebook that is served as an app.
func TestApp(t *testing.T) {
	b := browser(t)
	s := serveApp(t, "---\nwnb: 1\ntitle: Squares\nparams:\n  n: {default: 3, min: 1, max: 9}\n---\n\n# How large?\n\n"+
		star("square", "secret_name = params.n * params.n", `f"the square is {secret_name}"`)+star("more", `by = ui.slider("by", 1, 5, label="Times")`)+star("times", `f"by {by}: {secret_name * by}"`)+star("bad", "fail(\"no luck\")"))
	p := visit(t, b, s)
	p.until("the output", `document.body.innerText.includes("the square is 9")`)
	p.until("the text", `document.querySelector("h1")?.innerText === "How large?"`)
	p.until("the error of a cell", `document.querySelector(".out-error")?.innerText.includes("no luck")`)
	p.fill(`[aria-label="n as a number"]`, "7")
	p.press("Enter")
	p.until("the new output", `document.body.innerText.includes("the square is 49")`)
	p.run(chromedp.Evaluate(`document.querySelector("#input-by").focus()`, nil))
	p.press("Right", "Right")
	p.until("what the input gives", `document.body.innerText.includes("by 3: 147")`)
	p.until("its value, and the focus", `document.querySelector("#input-by").value === "3" && document.activeElement.id === "input-by"`)
	if text := p.eval(`fetch("/app/notebook").then(r => r.text())`); strings.Contains(text, "secret_name") || strings.Contains(p.eval("document.body.innerText"), "secret_name") {
		t.Errorf("visitors see code: %s", text)
	}
}

// TestAppKeepsVisitorsToTheApp asks for what visitors must not have.
func TestAppKeepsVisitorsToTheApp(t *testing.T) {
	s := serveApp(t, "---\nwnb: 1\ntitle: T\nparams:\n  n: {default: 3, min: 1, max: 9}\n  data: {type: file, default: \"\"}\n---\n\n"+star("a", "params.n"))
	for name, tc := range map[string]struct {
		method, path, body, host, origin string
		want                             int
	}{
		"files":             {"GET", "/api/contents", "", "", "", http.StatusNotFound},
		"kernels":           {"POST", "/api/kernels", "{}", "", "", http.StatusNotFound},
		"another host":      {"GET", "/app/notebook", "", "evil.example", "", http.StatusForbidden},
		"another origin":    {"POST", "/app/run", "{}", "", "http://evil.example", http.StatusForbidden},
		"a wrong value":     {"POST", "/app/run", `{"params":{"n":99}}`, "", "", http.StatusBadRequest},
		"an unknown name":   {"POST", "/app/run", `{"params":{"m":1}}`, "", "", http.StatusBadRequest},
		"a file elsewhere":  {"POST", "/app/run", `{"params":{"data":"/etc/passwd"}}`, "", "", http.StatusBadRequest},
		"a file above":      {"POST", "/app/run", `{"params":{"data":"../x.csv"}}`, "", "", http.StatusBadRequest},
		"no form":           {"POST", "/app/run", `[`, "", "", http.StatusBadRequest},
		"what is allowed":   {"POST", "/app/run", `{"params":{"n":4}}`, "", "", http.StatusOK},
		"the page":          {"GET", "/", "", "", "", http.StatusOK},
		"a part of no page": {"GET", "/static/page/index.html", "", "", "", http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(context.Background(), tc.method, s.base+tc.path, strings.NewReader(tc.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Host = tc.host
			if tc.origin != "" {
				req.Header.Set("Origin", tc.origin)
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			if res.StatusCode != tc.want {
				t.Errorf("status %d, want %d", res.StatusCode, tc.want)
			}
			policy := res.Header.Get("Content-Security-Policy")
			if !strings.Contains(policy, "default-src 'none'") || regexp.MustCompile(`script-src[^;]*unsafe`).MatchString(policy) {
				t.Errorf("policy %q", policy)
			}
		})
	}
}

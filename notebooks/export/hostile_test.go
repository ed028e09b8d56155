package export_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/wnb-dev/wnb/notebooks"
	"github.com/wnb-dev/wnb/notebooks/export"
)

// htmlPayloads is a zoo of markup that must not survive in any field.
var htmlPayloads = []string{
	`<script>alert(1)</script>`,
	`<ScRiPt src=//evil.example/x.js></sCrIpT>`,
	`"><img src=x onerror=alert(1)>`,
	`'><svg onload=alert(1)>`,
	`</style><script>alert(1)</script>`,
	`</title></head><body onload=alert(1)>`,
	`</textarea></pre></code></details><iframe src="https://evil.example"></iframe>`,
	`<a href="javascript:alert(1)">x</a><a href=" java&#10;script:alert(1)">y</a><a href="data:text/html,<script>alert(1)</script>">z</a>`,
	`[x](javascript:alert(1)) ![y](javascript:alert(1)) <javascript:alert(1)> [z](<vbscript:x>) [d](data:text/html;base64,PHNjcmlwdD4=)`,
	`![pixel](https://evil.example/pixel.png) ![rel](../secret.png "t") ![d](data:image/svg+xml;base64,PHN2Zz4=)`,
	"[r]: javascript:alert(1)\n\n[r] ![r]",
	`<img src="https://evil.example/p.png" srcset="https://evil.example/q.png 2x" alt="remote"><img src="//evil.example/x">`,
	`<table background="https://evil.example/b.png" style="background:url(https://evil.example/c.png)"><tr><td onclick=alert(1) style="width:expression(alert(1))">1</td></tr></table>`,
	`<style>@import "https://evil.example/x.css"; body{background:url(//evil.example)}</style>`,
	`<link rel=stylesheet href=https://evil.example/x.css><base href=https://evil.example/><meta http-equiv=refresh content="0;url=https://evil.example">`,
	`<form action=https://evil.example><input name=q autofocus onfocus=alert(1)><button formaction=javascript:alert(1)>go</button></form>`,
	`<object data=x></object><embed src=x><video src=https://evil.example/v poster=https://evil.example/p></video><audio src=x></audio>`,
	`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
	`<svg><style><img src=x onerror=alert(1)></style></svg><svg><title><script>alert(1)</script></title></svg>`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>`,
	`<template><script>alert(1)</script></template><xmp><script>alert(1)</script></xmp><plaintext><script>`,
	`<div id="content" class="error cell wnb-frame" onmouseover=alert(1)>x</div><p class="wnb-x problem">y</p>`,
	`<!--><script>alert(1)</script--><![CDATA[<script>alert(1)</script>]]>`,
	"\x00<scr\x00ipt>alert(1)</script>\x1b]8;;javascript:alert(1)\x07x\x1b]8;;\x07\xff\xfe",
	`{{.CSS}}<%= 1 %>${alert(1)}`,
	`sha256-x'; script-src *; "`,
	`</div></div></pre></section></main></body></html><div><details><table><tr><td><b><i>`,
	strings.Repeat("> ", 600) + "deep",
	strings.Repeat("- ", 600) + "deep",
	strings.Repeat("<div>", 600) + "deep",
	strings.Repeat("*a _b ", 600) + strings.Repeat("[", 2000),
}

// svgPayloads is a zoo of images.
var svgPayloads = []string{
	`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script><rect width="1" height="1"/></svg>`,
	`<svg xmlns="http://www.w3.org/2000/svg"><foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></body></foreignObject></svg>`,
	`<svg xmlns:x="http://www.w3.org/1999/xlink"><a x:href="javascript:alert(1)"><text>click</text></a></svg>`,
	`<svg><use href="https://evil.example/x.svg#a"/><use href="data:image/svg+xml,&lt;svg/&gt;#a"/></svg>`,
	`<svg><image href="https://evil.example/x.png"/><image xlink:href="//evil.example/x.png"/><image href="data:image/svg+xml;base64,PHN2Zz4="/><feImage href="https://evil.example"/></svg>`,
	`<svg><style>@import url(https://evil.example/x.css); rect{fill:url(https://evil.example#x)}</style></svg>`,
	`<svg><style></style><script>alert(1)</script></style></svg>`,
	`<svg><rect style="fill:url(https://evil.example/x#y);behavior:url(x);-moz-binding:url(//evil.example/xbl)" fill="url('//evil.example/a#b')"/></svg>`,
	`<svg><rect style="fill:u\72l(https://evil.example)" stroke="\75rl(//evil.example)" filter="url(//evil.example)" mask="url(https://evil.example/m)"/></svg>`,
	`<svg><rect fill="red" style="fill:/**/url(//evil.example);font-family:'x';background:image-set('//evil.example' 1x)" cursor="url(//evil.example)"/></svg>`,
	`<svg><animate attributeName="href" values="javascript:alert(1)"/><set attributeName="onload" to="alert(1)"/><a id="q"><animate attributeName="href" to="javascript:alert(1)"/><text>x</text></a></svg>`,
	`<svg><title><img src="x" onerror="alert(1)"/></title><desc><script>alert(1)</script></desc><title>&lt;img src=x onerror=alert(1)&gt;</title></svg>`,
	`<svg><svg><svg onload="alert(1)"/></svg><g><svg><script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script></svg></g></svg>`,
	`<svg xmlns:h="http://www.w3.org/1999/xhtml"><h:script>alert(1)</h:script><h:img src="x" onerror="alert(1)"/><h:iframe src="https://evil.example"/></svg>`,
	`<svg><handler xmlns="http://www.w3.org/2001/xml-events" type="application/ecmascript">alert(1)</handler><iframe src="https://evil.example"></iframe></svg>`,
	`<svg><text>&lt;/svg&gt;&lt;script&gt;alert(1)&lt;/script&gt;</text><text><![CDATA[</text></svg><script>alert(1)</script>]]></text></svg>`,
	`<svg><g id="a&quot; onload=&quot;alert(1)"><path d="M0 0&quot;/&gt;&lt;script&gt;"/></g></svg>`,
	`<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><svg><text>&b;</text></svg>`,
	`<!DOCTYPE svg SYSTEM "https://evil.example/x.dtd"><svg><text>ok</text></svg>`,
	`<?xml-stylesheet href="https://evil.example/x.css"?><svg><text>ok</text></svg>`,
	`<svg><defs><g id="a"><path id="p"/></g><g id="b"><use href="#a"/><use href="#a"/></g></defs><use href="#b"/><use href="#p"/></svg>`,
	`<svg><rect id="content" class="error wnb-bar" fill="var(--wnb-ink,url(//evil.example))"/><rect fill="var(--wnb-ink, #123)"/></svg>`,
	`<svg><p>breakout</p><font color="red"><img src="x" onerror="alert(1)"/></font><table background="//evil.example"/></svg>`,
	`<html><script>alert(1)</script></html>`,
	`<svg><rect`,
	``,
	strings.Repeat("<g>", 100_000),
	"<svg>" + strings.Repeat("<g>", 2000) + strings.Repeat("</g>", 2000) + "</svg>",
	"<svg>\xff\xfe</svg>",
}

// hostilePage has the payload in every field and in every kind of output.
func hostilePage(payload string) export.Page {
	fields := []export.Field{{Name: payload, Value: payload, Note: payload}, {Name: "n", Value: "0.5"}}
	var attached notebooks.Attrs
	attached.Set(notebooks.Attachments, `{"a.png":{"image/png":"`+strings.NewReplacer("\\", "", `"`, "").Replace(payload)+`"}}`)
	var outs []notebooks.Output
	for _, mime := range []string{"image/svg+xml", "image/png", "image/jpeg", "text/html", "text/markdown", "text/latex", "text/plain", "application/json", payload} {
		out := display(mime, payload)
		out.Metadata = map[string]any{"caption": payload, "alt": payload, mime: map[string]any{"width": payload, "height": 1e300}}
		outs = append(outs, out)
	}
	outs = append(outs,
		stdout(payload), notebooks.Output{Type: notebooks.Stream, Name: "stderr", Text: strings.Repeat(payload+"\n", 50)},
		notebooks.Output{Type: notebooks.ErrorOutput, EName: payload, EValue: payload, Traceback: []string{payload, "  ^", payload}},
		display("image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"><title>`+html.EscapeString(payload)+`</title></svg>`))
	ran := &notebooks.Execution{Status: notebooks.Status(payload), Reason: payload, Duration: time.Second}
	return export.Page{
		Title: payload, Subtitle: payload, Headline: fields, Params: fields, Metrics: fields, Provenance: fields,
		Warnings: []string{payload}, Status: payload, Generated: time.Unix(0, 0),
		Doc: &notebooks.Document{Cells: []notebooks.Cell{
			{Lang: notebooks.Markdown, Source: payload},
			{Lang: notebooks.Markdown, ID: payload, Source: "# " + payload + "\n\n## " + payload + "\n\n```" + payload + "\n" + payload + "\n```\n\n![x](attachment:a.png)", Attrs: attached},
			{Lang: notebooks.Starlark, ID: payload, Source: payload, Execution: ran, Outputs: outs},
			{Lang: notebooks.Lang(payload), ID: payload, Source: payload, Execution: ran, Attrs: flags(notebooks.HideOutput), Outputs: outs},
			{Lang: notebooks.SQL, Source: payload}, {Lang: notebooks.Raw, Source: payload},
		}},
	}
}

func TestHostileContent(t *testing.T) {
	for i, payload := range append(htmlPayloads, svgPayloads...) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			if len(payload) > 20_000 {
				payload = payload[:20_000]
			}
			for _, bad := range forbidden(t, renderHTML(t, hostilePage(payload)), true) {
				t.Errorf("payload %.100q: page holds %s", payload, bad)
			}
		})
	}
}

func TestHostileSVG(t *testing.T) {
	for i, payload := range svgPayloads {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			checkSVG(t, []byte(payload))
		})
	}
}

// checkSVG sanitises src and looks for what must not be in the result.
func checkSVG(t *testing.T, src []byte) {
	t.Helper()
	safe, err := export.SanitizeSVG(src, export.SVGOptions{IDPrefix: "f1-", Alt: `"><script>`})
	if err != nil {
		return // refused: nothing is shown
	}
	for _, bad := range forbidden(t, "<body>"+string(safe)+"<p>end</p>", false) {
		t.Errorf("image %.200q: result %.300q holds %s", src, safe, bad)
	}
	if bytes.Count(safe, []byte("<svg")) != bytes.Count(safe, []byte("</svg>")) {
		t.Errorf("image %.200q: result is not closed: %.300q", src, safe)
	}
	file, err := export.SanitizeSVG(src, export.SVGOptions{Standalone: true})
	if err != nil {
		t.Fatalf("image %.200q: refused as a file only: %v", src, err)
	}
	if _, err := export.SanitizeSVG(file, export.SVGOptions{}); err != nil {
		t.Errorf("image %.200q: its clean form %.300q is refused: %v", src, file, err)
	}
	if bytes.Contains(file, []byte("var(")) {
		t.Errorf("image %.200q: a file of its own holds a variable: %.300q", src, file)
	}
}

var (
	mayOccur = wordSet(`html head meta title link style body header footer main nav section div p span h1 h2 h3 h4 h5 h6
		a ul ol li dl dt dd b i u em strong small sub sup del s mark kbd samp var abbr code pre blockquote br hr time label input
		details summary table caption thead tbody tfoot tr th td figure figcaption img
		svg g defs desc path rect circle ellipse line polyline polygon text tspan linearGradient radialGradient stop clipPath use image`)
	safeHref  = regexp.MustCompile(`^(?i:https?:|mailto:|#|[^:]*$)`)
	safeImage = regexp.MustCompile(`^data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*$`)
	localURL  = regexp.MustCompile(`^url\(#f[0-9]+-[A-Za-z0-9_.:-]*\)$`)
	notOurs   = regexp.MustCompile(`^(wnb-\S+(\s+|$))+$`)
)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// forbidden parses HTML as a browser does and lists what runs, loads, or looks
// like a part of the page where it is none.
func forbidden(t *testing.T, page string, whole bool) []string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatalf("page does not parse: %v", err)
	}
	var found []string
	count := map[string]int{}
	ids := map[string]bool{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		count[n.Data]++
		if (n.Data == "main" || n.Data == "footer") && n.Parent.Data != "body" {
			found = append(found, "<"+n.Data+"> inside <"+n.Parent.Data+">")
		}
		if !mayOccur[n.Data] {
			found = append(found, "element <"+n.Data+">")
		}
		for _, a := range n.Attr {
			if bad := forbiddenAttr(n, a); bad != "" {
				found = append(found, bad)
			}
			if a.Key == "id" && ids[a.Val] {
				found = append(found, "the id "+a.Val+" twice")
			}
			if a.Key == "class" && strings.HasPrefix(a.Val, "cell ") && n.Parent.Data != "main" {
				found = append(found, "a cell inside <"+n.Parent.Data+">")
			}
			if a.Key == "id" {
				ids[a.Val] = true
			}
		}
	}
	if !whole {
		return found
	}
	for name, n := range map[string]int{"h1": 1, "style": 1, "main": 1, "meta": 5, "link": 1} {
		if count[name] != n {
			found = append(found, fmt.Sprintf("%d times <%s>, not %d", count[name], name, n))
		}
	}
	if count["input"] > 1 {
		found = append(found, "more inputs than the switch for code")
	}
	head := page[strings.Index(page, "<head>"):]
	if !strings.HasPrefix(head, "<head>\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;;") {
		found = append(found, "no policy at the start of its head")
	}
	return found
}

func forbiddenAttr(n *html.Node, a html.Attribute) string {
	shown := fmt.Sprintf("<%s %s=%.80q>", n.Data, a.Key, a.Val)
	switch {
	case strings.HasPrefix(a.Key, "on"):
		return "event handler " + shown
	case a.Key == "style", a.Key == "srcset", a.Key == "action", a.Key == "formaction", a.Key == "background", a.Key == "ping", a.Key == "poster", a.Key == "data":
		return "attribute " + shown
	case a.Key == "href" && n.Data == "a" && n.Namespace == "":
		if !safeHref.MatchString(a.Val) {
			return "link " + shown
		}
	case a.Key == "href" && n.Data == "link":
		if a.Val != "data:," {
			return "reference " + shown
		}
	case a.Key == "href" && n.Data == "image":
		if !safeImage.MatchString(a.Val) {
			return "reference " + shown
		}
	case a.Key == "href":
		if !strings.HasPrefix(a.Val, "#f") {
			return "reference " + shown
		}
	case a.Key == "src":
		if n.Data != "img" || !safeImage.MatchString(a.Val) {
			return "reference " + shown
		}
	case a.Key == "class" && n.Namespace == "svg":
		if !notOurs.MatchString(a.Val) {
			return "class of the page " + shown
		}
	case n.Namespace == "svg" && strings.Contains(strings.ToLower(a.Val), "url(") && a.Key != "aria-label":
		if !localURL.MatchString(a.Val) {
			return "reference " + shown
		}
	}
	return ""
}

func FuzzSanitizeSVG(f *testing.F) {
	for _, p := range svgPayloads {
		if len(p) < 5000 {
			f.Add([]byte(p))
		}
	}
	f.Add([]byte(histSVG()))
	f.Add([]byte(matrixSVG()))
	f.Fuzz(func(t *testing.T, src []byte) { checkSVG(t, src) })
}

func FuzzHTML(f *testing.F) {
	for _, p := range append(htmlPayloads, svgPayloads...) {
		if len(p) < 5000 {
			f.Add(p)
		}
	}
	f.Fuzz(func(t *testing.T, payload string) {
		for _, bad := range forbidden(t, renderHTML(t, hostilePage(payload)), true) {
			t.Errorf("page holds %s", bad)
		}
	})
}

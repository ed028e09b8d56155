package export

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"

	"github.com/wnb-dev/wnb/notebooks"
)

// outputs renders the outputs of one page's cells as HTML fragments.
type outputs struct {
	prose   *prose
	policy  *bluemonday.Policy
	figures int // figures so far on the page
}

// render gives the outputs of a cell, each as safe HTML.
func (o *outputs) render(list []notebooks.Output, label string) ([]string, error) {
	var parts []string
	for _, out := range mergeStreams(list) {
		part, err := o.one(out, label)
		if err != nil {
			return nil, err
		}
		if part != "" {
			parts = append(parts, part)
		}
	}
	return parts, nil
}

func (o *outputs) one(out notebooks.Output, label string) (string, error) {
	switch out.Type {
	case notebooks.Stream:
		return streamHTML(out), nil
	case notebooks.ErrorOutput:
		return errorHTML(out), nil
	}
	return o.bundle(out, label)
}

// mergeStreams joins neighbouring pieces of one stream, which arrive in
// pieces of any size.
func mergeStreams(list []notebooks.Output) []notebooks.Output {
	var merged []notebooks.Output
	for _, out := range list {
		last := len(merged) - 1
		if out.Type == notebooks.Stream && last >= 0 && merged[last].Type == notebooks.Stream && merged[last].Name == out.Name {
			merged[last].Text += out.Text
			continue
		}
		merged = append(merged, out)
	}
	return merged
}

// preferred lists what a bundle is shown as, best first.
var preferred = []string{
	"image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp",
	"text/html", "text/markdown", "text/latex", "text/plain", "application/json",
}

// bundle shows the best representation that can be shown.
func (o *outputs) bundle(out notebooks.Output, label string) (string, error) {
	var why string // the figure, if there is one, cannot be shown
	for _, mime := range preferred {
		data, ok := out.Data[mime]
		if !ok {
			continue
		}
		switch mime {
		case "image/svg+xml":
			part, err := o.svg(data, out, label)
			if err == nil {
				return part, nil
			}
			why = err.Error()
		case "image/png", "image/jpeg", "image/gif", "image/webp":
			return o.picture(mime, data, out, label), nil
		case "text/html":
			part, err := balanced(o.policy.Sanitize(string(data)))
			if err == nil && part != "" {
				return `<div class="html">` + boxTables(part) + `</div>`, nil
			}
		case "text/markdown":
			part, _, err := o.prose.render(string(data), "", nil)
			return `<div class="prose">` + part + `</div>`, err
		case "application/json":
			return textHTML(indentJSON(data), "text"), nil
		default:
			return textHTML(string(data), "text"), nil
		}
	}
	if why != "" {
		return `<p class="lost">This figure cannot be shown: ` + html.EscapeString(stripANSI(why)) + `.</p>`, nil
	}
	if len(out.Data) == 0 {
		return "", nil
	}
	return `<p class="lost">This output has no form that a page can show.</p>`, nil
}

func (o *outputs) svg(data []byte, out notebooks.Output, label string) (string, error) {
	alt := altText(out, label)
	safe, err := SanitizeSVG(data, SVGOptions{IDPrefix: fmt.Sprintf("f%d-", o.figures+1), Alt: alt})
	if err != nil {
		return "", err
	}
	o.figures++
	return figureHTML(string(safe), out), nil
}

func (o *outputs) picture(mime string, data []byte, out notebooks.Output, label string) string {
	o.figures++
	var b strings.Builder
	fmt.Fprintf(&b, `<img src="data:%s;base64,%s" alt="%s"`, mime, base64.StdEncoding.EncodeToString(data),
		html.EscapeString(altText(out, label)))
	if size, ok := out.Metadata[mime].(map[string]any); ok {
		for _, side := range []string{"width", "height"} {
			if n, ok := number(size[side]); ok {
				fmt.Fprintf(&b, ` %s="%d"`, side, n)
			}
		}
	}
	b.WriteString(">")
	return figureHTML(b.String(), out)
}

func figureHTML(picture string, out notebooks.Output) string {
	caption, _ := out.Metadata["caption"].(string)
	if caption != "" {
		caption = "<figcaption>" + html.EscapeString(caption) + "</figcaption>"
	}
	return "<figure>" + picture + caption + "</figure>"
}

// altText says what a figure shows: metadata "alt", what the figure says of
// itself, its caption, else its text form unless that is only the name of an
// object, else where it comes from.
func altText(out notebooks.Output, label string) string {
	alt, _ := out.Metadata["alt"].(string)
	caption, _ := out.Metadata["caption"].(string)
	for _, s := range []string{alt, svgLabel(out.Data["image/svg+xml"]), caption} {
		if s != "" {
			return dropControls(s)
		}
	}
	words, _, _ := strings.Cut(strings.TrimSpace(string(out.Data["text/plain"])), "\n")
	if words != "" && !strings.HasPrefix(words, "<") && len(words) <= 300 {
		return dropControls(words)
	}
	return "figure of cell " + label
}

// number reads a size from metadata, which may come from JSON.
func number(v any) (int, bool) {
	var n int
	switch t := v.(type) {
	case int:
		n = t
	case int64:
		n = int(t)
	case float64:
		n = int(t)
	}
	return n, n > 0 && n < 100_000
}

func indentJSON(data []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, data, "", "  ") != nil {
		return string(data)
	}
	return b.String()
}

func streamHTML(out notebooks.Output) string {
	if out.Name == "stderr" {
		return `<div class="stderr"><span class="tag">stderr</span>` + textHTML(out.Text, "text") + `</div>`
	}
	return textHTML(out.Text, "text")
}

// Of a text longer than maxLines, the middle is folded.
const (
	maxLines  = 40
	headLines = 20
	tailLines = 10
)

// textHTML gives text from a terminal as preformatted HTML.
func textHTML(s, class string) string {
	s = strings.TrimRight(settle(s), "\n")
	if s == "" {
		return ""
	}
	var style ansiStyle
	pre := func(lines []string) string {
		return `<pre class="` + class + `" tabindex="0">` + style.html(strings.Join(lines, "\n")) + `</pre>`
	}
	lines := strings.Split(s, "\n")
	if len(lines) <= maxLines {
		return pre(lines)
	}
	tail := len(lines) - tailLines
	return `<div class="long">` + pre(lines[:headLines]) +
		fmt.Sprintf(`<details><summary>%s more lines</summary>`, thousands(tail-headLines)) + pre(lines[headLines:tail]) + `</details>` +
		pre(lines[tail:]) + `</div>`
}

// carets matches the line under a source line that points at a column.
var carets = regexp.MustCompile(`^[\s|0-9]*\^[\s^~]*$`)

// errorHTML shows an error as one line, the place in the source, and the
// back-trace folded.
func errorHTML(out notebooks.Output) string {
	trace := strings.Trim(settle(stripANSI(strings.Join(out.Traceback, "\n"))), "\n")
	message := errorMessage(out)
	var b strings.Builder
	b.WriteString(`<div class="error"><p><strong>Error</strong> ` + html.EscapeString(message) + `</p>`)
	if place := sourceOf(trace); place != "" {
		b.WriteString(`<pre class="source">` + html.EscapeString(place) + `</pre>`)
	}
	if trace != "" && trace != message {
		b.WriteString(`<details><summary>Back-trace</summary><pre class="text" tabindex="0">` + html.EscapeString(trace) + `</pre></details>`)
	}
	b.WriteString(`</div>`)
	return b.String()
}

func errorMessage(out notebooks.Output) string {
	name, value := stripANSI(out.EName), strings.TrimSpace(stripANSI(out.EValue))
	switch {
	case value == "":
		return name
	case name == "" || strings.HasPrefix(value, name):
		return value
	}
	return name + ": " + value
}

// sourceOf finds the last source line with a caret under it.
func sourceOf(trace string) string {
	lines := strings.Split(trace, "\n")
	for i := len(lines) - 1; i > 0; i-- {
		if carets.MatchString(lines[i]) && strings.TrimSpace(lines[i-1]) != "" {
			return dedent(lines[i-1], lines[i])
		}
	}
	return ""
}

// dedent removes the indentation that two lines share.
func dedent(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] && (a[n] == ' ' || a[n] == '\t') {
		n++
	}
	return a[n:] + "\n" + b[n:]
}

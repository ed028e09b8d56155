package export

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

var (
	// safeLink permits web addresses, mail, and references within the page or
	// relative to it; bluemonday checks the scheme again.
	safeLink   = regexp.MustCompile(`^(?i:https?://|mailto:|#|[^:]*$)`)
	proseClass = regexp.MustCompile(`^hl-[a-z]$`)
	wnbClass   = regexp.MustCompile(`^wnb-[A-Za-z0-9_-]+$`)
	// frameClass has the words of wnb's tables besides: numbers, nulls, left-out
	// rows and columns, the row of types.
	frameClass = regexp.MustCompile(`^(wnb-[A-Za-z0-9_-]+|num|null|gap|dtypes)(\s+(wnb-[A-Za-z0-9_-]+|num|null|gap|dtypes))*$`)
	headingID  = regexp.MustCompile(`^h-[\p{L}\p{N}-]*$`)
	cellSpan   = regexp.MustCompile(`^[1-9][0-9]{0,3}$`)
	imageSize  = regexp.MustCompile(`^[1-9][0-9]{0,4}$`)
)

// basePolicy permits running text, tables, links and embedded pictures: no
// style, no forms, no media, no frames, nothing that is fetched.
func basePolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "em", "strong", "b", "i", "u",
		"del", "s", "sub", "sup", "small", "kbd", "samp", "var", "abbr", "mark", "ul", "ol", "li", "dl", "dt", "dd", "div", "span",
		"details", "summary", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("align").Matching(bluemonday.CellAlign).OnElements("th", "td")
	p.AllowAttrs("colspan", "rowspan").Matching(cellSpan).OnElements("th", "td")
	p.AllowAttrs("scope").Matching(regexp.MustCompile(`^(row|col)(group)?$`)).OnElements("th", "td")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.AllowAttrs("href").Matching(safeLink).OnElements("a")
	p.AddTargetBlankToFullyQualifiedLinks(true) // brings rel="noopener"
	p.AllowDataURIImages()
	p.AllowAttrs("src").Matching(dataImage).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(imageSize).OnElements("img")
	return p
}

// prosePolicy is for prose that goldmark rendered.
func prosePolicy() *bluemonday.Policy {
	p := basePolicy()
	p.AllowAttrs("id").Matching(headingID).OnElements("h2", "h3", "h4", "h5", "h6")
	p.AllowAttrs("class").Matching(proseClass).OnElements("span")
	return p
}

// outputPolicy is for text/html outputs: the classes of wnb's own tables, progress
// bars, no ids.
func outputPolicy() *bluemonday.Policy {
	p := basePolicy()
	p.AllowAttrs("class").Matching(frameClass).Globally()
	p.AllowAttrs("title").Matching(bluemonday.Paragraph).Globally()
	p.AllowNoAttrs().OnElements("label", "progress")
	p.AllowAttrs("value", "max").Matching(bluemonday.Integer).OnElements("progress")
	p.AllowAttrs("aria-label").Matching(bluemonday.Paragraph).OnElements("progress")
	return p
}

// balanced gives sanitised HTML with every element closed: an output must not
// end the box it is shown in, nor take the rest of the page into its own.
// Markup nested deeper than a parser goes is an error.
func balanced(s string) (string, error) {
	nodes, err := html.ParseFragment(strings.NewReader(s), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return "", fmt.Errorf("HTML output: %w", err)
	}
	var b strings.Builder
	for _, n := range nodes {
		if err := html.Render(&b, n); err != nil {
			return "", fmt.Errorf("HTML output: %w", err)
		}
	}
	return strings.TrimSpace(b.String()), nil
}

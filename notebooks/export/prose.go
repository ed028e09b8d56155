package export

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/wnb-dev/wnb/notebooks"
)

// prose renders the Markdown cells of one page.
type prose struct {
	md     goldmark.Markdown
	policy *bluemonday.Policy
	slugs  *slugs
	shift  int // added to heading levels: the title of the page is its only h1
}

func newProse(shift int) *prose {
	return &prose{
		md: goldmark.New(
			goldmark.WithExtensions(
				extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
				extension.Strikethrough,
			),
			goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(nodeRenderer{}, 100))),
		),
		policy: prosePolicy(),
		slugs:  &slugs{used: map[string]bool{}},
		shift:  shift,
	}
}

// A heading is an entry of the table of contents.
type heading struct {
	Level    int
	ID, Text string
}

// render gives safe HTML for Markdown and the headings in it. The first
// heading is left out if it is top-level and reads skip. Pictures are looked
// up in attached.
func (p *prose) render(source, skip string, attached map[string]string) (string, []heading, error) {
	src := []byte(source)
	doc := p.md.Parser().Parse(text.NewReader(src))
	if skip != "" {
		if h, ok := doc.FirstChild().(*ast.Heading); ok && h.Level == 1 && plain(h, src) == skip {
			doc.RemoveChild(doc, h)
		}
	}
	if deeper(doc, maxProseDepth) {
		return "<pre>" + escapeXML(source) + "</pre>", nil, nil
	}
	attach(doc, attached)
	var found []heading
	for _, h := range headingsOf(doc) {
		h.Level = min(max(h.Level+p.shift, 2), 6)
		id := p.slugs.next(plain(h, src))
		h.SetAttributeString("id", []byte(id))
		found = append(found, heading{Level: h.Level, ID: id, Text: plain(h, src)})
	}
	var out bytes.Buffer
	if err := p.md.Renderer().Render(&out, src, doc); err != nil {
		return "", nil, err
	}
	safe := boxTables(p.policy.Sanitize(out.String()))
	return columnHeads.Replace(safe), found, nil
}

// columnHeads marks the header cells of Markdown tables, which have no others.
var columnHeads = strings.NewReplacer("<th>", `<th scope="col">`, "<th ", `<th scope="col" `)

// maxProseDepth is the nesting that prose may have. Text that goes deeper is
// shown as it stands: browsers give up at some depth and close what is open.
const maxProseDepth = 100

func deeper(n ast.Node, limit int) bool {
	if limit == 0 {
		return true
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if deeper(c, limit-1) {
			return true
		}
	}
	return false
}

// boxTables puts each table into a box that scrolls, so that a wide table does
// not widen the page. The markup comes from a policy, which writes tags plainly.
func boxTables(s string) string {
	s = strings.ReplaceAll(s, "<table", `<div class="scroll" tabindex="0"><table`)
	return strings.ReplaceAll(s, "</table>", "</table></div>")
}

// outline parses the prose of a document for the level of its top heading and
// for the heading it starts with.
func outline(sources []string, title string) (top int, first string) {
	parse := goldmark.DefaultParser()
	top = 7
	for i, s := range sources {
		src := []byte(s)
		doc := parse.Parse(text.NewReader(src))
		for _, h := range headingsOf(doc) {
			words := plain(h, src)
			if i == 0 && ast.Node(h) == doc.FirstChild() && h.Level == 1 {
				first = words
				if title == "" || title == words {
					continue
				}
			}
			top = min(top, h.Level)
		}
	}
	return top, first
}

func headingsOf(doc ast.Node) []*ast.Heading {
	var list []*ast.Heading
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			list = append(list, h)
		}
	}
	return list
}

// attach replaces references to a cell's attachments by the pictures themselves.
func attach(doc ast.Node, attached map[string]string) {
	if len(attached) == 0 {
		return
	}
	// The walker never returns an error.
	_ = ast.Walk(doc, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		if img, ok := n.(*ast.Image); ok && enter {
			if name, ok := strings.CutPrefix(string(img.Destination), "attachment:"); ok && attached[name] != "" {
				img.Destination = []byte(attached[name])
			}
		}
		return ast.WalkContinue, nil
	})
}

// attachments gives the pictures attached to a cell as data: URIs by name.
func attachments(c notebooks.Cell) map[string]string {
	var files map[string]map[string]string
	value, ok := c.Attrs.Get(notebooks.Attachments)
	if !ok || json.Unmarshal([]byte(value), &files) != nil {
		return nil // not of nbformat's form: the picture is shown as a link
	}
	uris := map[string]string{}
	for name, bundle := range files {
		for _, mime := range []string{"image/png", "image/jpeg", "image/gif", "image/webp"} {
			if data := bundle[mime]; data != "" && uris[name] == "" {
				uris[name] = "data:" + mime + ";base64," + strings.Join(strings.Fields(data), "")
			}
		}
	}
	return uris
}

// plain gives the text of a node without its markup.
func plain(n ast.Node, src []byte) string {
	var b strings.Builder
	// The walker never returns an error.
	_ = ast.Walk(n, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		if !enter {
			return ast.WalkContinue, nil
		}
		switch t := n.(type) {
		case *ast.Text:
			b.Write(util.UnescapePunctuations(t.Value(src)))
			if t.SoftLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(t.Value)
		case *ast.AutoLink:
			b.Write(t.Label(src))
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}

// slugs makes ids of headings, unique on a page.
type slugs struct{ used map[string]bool }

// next gives the id of the heading with this text.
func (s *slugs) next(title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return s.unique("h-" + strings.TrimSuffix(b.String(), "-"))
}

// unique gives base, with a number behind it if it is taken.
func (s *slugs) unique(base string) string {
	id := base
	for n := 2; s.used[id]; n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	s.used[id] = true
	return id
}

// nodeRenderer renders what goldmark's own renderer does not do as a page
// needs it: images without requests, code with colours.
type nodeRenderer struct{}

func (r nodeRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindImage, r.image)
	reg.Register(ast.KindFencedCodeBlock, r.fence)
}

// image embeds a picture that is in the text itself and turns any other into
// a link: showing it would fetch it.
func (nodeRenderer) image(w util.BufWriter, src []byte, node ast.Node, enter bool) (ast.WalkStatus, error) {
	if !enter {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.Image)
	target, alt := string(n.Destination), plain(n, src)
	if isDataImage(target) {
		_, _ = w.WriteString(`<img src="` + escapeXML(target) + `" alt="` + escapeXML(alt) + `">`)
		return ast.WalkSkipChildren, nil
	}
	if alt == "" {
		alt = "picture"
	}
	_, _ = w.WriteString(`<a href="` + escapeXML(target) + `">` + escapeXML(alt) + `</a>`)
	return ast.WalkSkipChildren, nil
}

func (nodeRenderer) fence(w util.BufWriter, src []byte, node ast.Node, enter bool) (ast.WalkStatus, error) {
	if !enter {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.FencedCodeBlock)
	code := string(n.Lines().Value(src))
	_, _ = w.WriteString("<pre><code>" + highlight(string(n.Language(src)), strings.TrimSuffix(code, "\n")) + "</code></pre>\n")
	return ast.WalkSkipChildren, nil
}

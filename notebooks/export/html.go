package export

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/wnb-dev/wnb/notebooks"
)

//go:embed page.css
var pageCSS string

//go:embed page.tmpl
var pageTemplate string

// parsePage reads the template on first use: most commands never need it.
var parsePage = sync.OnceValues(func() (*template.Template, error) {
	return template.New("page").Parse(pageTemplate)
})

// HTML writes the page as one self-contained HTML file. See the package
// comment for what it may contain.
func HTML(w io.Writer, p Page) error {
	tmpl, err := parsePage()
	if err != nil {
		return fmt.Errorf("page template: %w", err)
	}
	v, err := newView(p)
	if err != nil {
		return err
	}
	if err := tmpl.Execute(w, v); err != nil {
		return fmt.Errorf("write HTML page: %w", err)
	}
	return nil
}

// A view is a page as the template wants it. Values of type template.HTML are
// safe: they come from a sanitiser or were escaped piece by piece.
type view struct {
	Page
	CSP     string
	CSS     template.CSS
	When    string // Generated, for people
	Stamp   string // Generated, for machines
	Problem string
	Facts   []table
	Sources table // provenance
	TOC     []heading
	HasCode bool
	Cells   []cellView
}

// A table shows fields. Numeric values are aligned at their decimal point.
type table struct {
	Caption string
	Numeric bool
	Noted   bool // some row has a note
	Rows    []row
}

type row struct {
	Field
	Pad string // the digits missing to the decimals of the longest value
}

type cellView struct {
	ID     string // of the HTML element
	Label  string
	Prose  template.HTML
	Code   template.HTML
	Folded bool
	State  string // class
	How    string // time and state in words
	Lang   string // shown unless Starlark
	Output []template.HTML
}

func newView(p Page) (*view, error) {
	sum := sha256.Sum256([]byte(pageCSS))
	title, repeated, top := titles(p)
	p.Title = title
	v := &view{
		Page:    p,
		CSP:     "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src data:; base-uri 'none'; form-action 'none'",
		CSS:     template.CSS(pageCSS),
		Problem: p.problem(),
		Sources: tableOf("Provenance", p.Provenance),
	}
	if !p.Generated.IsZero() {
		v.When = p.Generated.UTC().Format("2 January 2006, 15:04 UTC")
		v.Stamp = p.Generated.UTC().Format(time.RFC3339)
	}
	for _, t := range []table{tableOf("Parameters", p.Params), tableOf("Metrics", p.Metrics)} {
		if len(t.Rows) > 0 {
			v.Facts = append(v.Facts, t)
		}
	}
	return v, v.addCells(p.cells(), repeated, 2-top)
}

// titles gives the title of the page, the heading that repeats it at the start
// of the document (or ""), and the level of the other top headings.
func titles(p Page) (title, repeated string, top int) {
	title = p.Title
	if title == "" && p.Doc != nil {
		title = p.Doc.Front.Title
	}
	var prose []string
	for i, c := range p.cells() {
		if c.Lang == notebooks.Markdown {
			prose = append(prose, c.Source)
		} else if i == 0 {
			prose = append(prose, "") // the first prose is not the first cell
		}
	}
	top, first := outline(prose, title)
	switch title {
	case "":
		title, repeated = first, first
	case first:
		repeated = first
	}
	if title == "" {
		title = "Notebook"
	}
	return title, repeated, top
}

func tableOf(caption string, fields []Field) table {
	t := table{Caption: caption}
	list, numeric := pads(fields)
	t.Numeric = numeric
	for i, f := range fields {
		t.Rows = append(t.Rows, row{Field: f, Pad: list[i]})
		t.Noted = t.Noted || f.Note != ""
	}
	return t
}

// fewestHeadings is how many headings make a table of contents worth its space.
const fewestHeadings = 3

func (v *view) addCells(cells []notebooks.Cell, repeated string, shift int) error {
	prose := newProse(shift)
	out := &outputs{prose: prose, policy: outputPolicy()}
	ids := &slugs{used: map[string]bool{}}
	for i, c := range cells {
		label := c.ID
		if label == "" {
			label = fmt.Sprint(i + 1)
		}
		if c.Lang == notebooks.Markdown {
			if i > 0 {
				repeated = ""
			}
			text, found, err := prose.render(c.Source, repeated, attachments(c))
			if err != nil {
				return fmt.Errorf("cell %s: render Markdown: %w", label, err)
			}
			v.TOC = append(v.TOC, found...)
			if strings.TrimSpace(text) != "" {
				v.Cells = append(v.Cells, cellView{Prose: template.HTML(text)})
			}
			continue
		}
		cell, err := newCell(c, label, out)
		if err != nil {
			return fmt.Errorf("cell %s: render output: %w", label, err)
		}
		cell.ID = ids.unique("cell-" + cleanID(label))
		if cell.Code == "" && len(cell.Output) == 0 {
			continue
		}
		v.HasCode = v.HasCode || cell.Code != ""
		v.Cells = append(v.Cells, cell)
	}
	if len(v.TOC) < fewestHeadings {
		v.TOC = nil
	}
	return nil
}

func newCell(c notebooks.Cell, label string, out *outputs) (cellView, error) {
	cell := cellView{
		Label:  label,
		Code:   template.HTML(highlight(string(c.Lang), dropControls(c.Source))),
		Folded: c.Attrs.Has(notebooks.HideCode),
		How:    howItWent(c),
		State:  "plain",
	}
	if c.Lang != notebooks.Starlark {
		cell.Lang = string(c.Lang)
	}
	if c.Execution != nil {
		switch s := c.Execution.Status; s {
		case notebooks.StatusDone, notebooks.StatusCached, notebooks.StatusFailed, notebooks.StatusSkipped:
			cell.State = string(s)
		}
	}
	list := c.Outputs
	if c.Attrs.Has(notebooks.HideOutput) {
		list = onlyErrors(list) // a failure is never hidden
	}
	parts, err := out.render(list, label)
	for _, part := range parts {
		cell.Output = append(cell.Output, template.HTML(part))
	}
	return cell, err
}

func onlyErrors(list []notebooks.Output) []notebooks.Output {
	var keep []notebooks.Output
	for _, o := range list {
		if o.Type == notebooks.ErrorOutput {
			keep = append(keep, o)
		}
	}
	return keep
}

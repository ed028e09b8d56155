// Package export renders a notebook document with its outputs as a
// self-contained HTML page, as GitHub-flavoured Markdown or as .ipynb.
//
// A Page is a document and what surrounds it in a report: title, parameters,
// headline numbers, metrics, warnings, provenance. It knows nothing of runs,
// kernels or stores; whoever has a run builds the page.
//
// # What an HTML page may contain
//
// Nothing in a page is trusted: ids, titles, values, prose and every output
// may come from a hostile notebook, and reports are mailed around and opened
// from disk. So the page holds no script, no event handler, no inline style
// and no reference that a browser would fetch. Three layers see to it:
//
//  1. Text goes through html/template, prose through goldmark without raw HTML.
//  2. What is markup already is taken apart and rebuilt from an allow-list:
//     HTML and rendered prose by bluemonday, SVG by [SanitizeSVG].
//  3. The first element of the head is a Content-Security-Policy that permits
//     one style sheet, by its hash, and images from data: URIs. A hole in the
//     first two layers finds nothing that would run or load.
//
// Classes in outputs are those of wnb's tables (wnb-..., num, null, gap, dtypes),
// ids get a prefix and open elements are closed, so an output can use the style
// of tables but not dress up as a part of the page or swallow the rest of it.
//
// Pages work with JavaScript off (folding is details/summary), follow the
// reader's light or dark scheme through the variables --wnb-ink, --wnb-muted,
// --wnb-grid and --wnb-bg, which figures may use too, and print on A4.
// The same page gives the same bytes.
package export

import (
	"time"

	"github.com/wnb-dev/wnb/notebooks"
)

// A Page is what is rendered: a document with outputs, and what a report says
// around it. Only Doc is needed.
type Page struct {
	Title    string // empty: the document's title, else its first heading
	Subtitle string // the answer in one sentence
	Doc      *notebooks.Document

	Headline   []Field // the few numbers that matter, shown big in a row
	Params     []Field
	Metrics    []Field
	Provenance []Field

	Warnings []string
	// Status is how the run ended, with the reason ("FAILED: cell fit: ...").
	// Empty and "FINISHED" are not shown.
	Status    string
	Generated time.Time // zero: left out
}

// A Field is a named value with an optional remark. Values are text as it
// should be read: the caller formats numbers.
type Field struct {
	Name, Value, Note string
}

// statusFinished is the status that needs no mention.
const statusFinished = "FINISHED"

// cells gives the document's cells; a page without document has none.
func (p Page) cells() []notebooks.Cell {
	if p.Doc == nil {
		return nil
	}
	return p.Doc.Cells
}

// problem is the status line to show, empty if all went well.
func (p Page) problem() string {
	if p.Status == statusFinished {
		return ""
	}
	return p.Status
}

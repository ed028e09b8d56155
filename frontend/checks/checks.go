// Package checks tells the page what is wrong with a notebook while somebody
// types: what wnb check says, about the text as the page has it, saved or not.
//
// The places of what is found are those of the page: a cell, and a line and
// column of its source without the %% line.
package checks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/wnb-dev/wnb/kernel/check"
	"github.com/wnb-dev/wnb/notebooks"
)

// Around opens what surrounds the notebook at a path of the contents API. It
// sets Project and Open of the options; done ends their use.
type Around func(path string) (o check.Options, done func() error, err error)

const (
	maxBody     = 16 << 20 // bytes of a request
	maxCheckers = 8        // notebooks whose last check is remembered
)

// Handler answers POST requests with a body {"path", "content"}, content as in
// a save through the contents API, with {"diagnostics": [...]}. A request that is
// cancelled ends its check.
type Handler struct {
	around Around

	mu   sync.Mutex
	kept []*checker // the one used last is the last
}

// checker checks the versions of one notebook, one at a time.
type checker struct {
	path string
	turn chan struct{} // holds one value while a check runs
	check.Checker
}

// New makes a Handler.
func New(around Around) *Handler { return &Handler{around: around} }

// Explain answers GET requests for the page about a {code}, in Markdown.
func Explain(w http.ResponseWriter, r *http.Request) {
	page, ok := check.Explain(r.PathValue("code"))
	if !ok {
		refuse(w, http.StatusNotFound, fmt.Errorf("there is no code %q", r.PathValue("code")))
		return
	}
	answer(w, http.StatusOK, map[string]string{"page": page})
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Path    string
		Content json.RawMessage
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&asked)
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		refuse(w, http.StatusRequestEntityTooLarge, fmt.Errorf("the notebook has more than %d bytes, and is not checked", large.Limit))
		return
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, fmt.Errorf("the request cannot be read: %w", err))
		return
	}
	doc, err := notebooks.FromIPYNB(asked.Content)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	o, done, err := h.around(asked.Path)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	o.Name = asked.Path
	found := h.check(r.Context(), doc, o)
	if err := done(); err != nil {
		refuse(w, http.StatusInternalServerError, err)
		return
	}
	if r.Context().Err() != nil {
		return // a newer text is on its way
	}
	answer(w, http.StatusOK, map[string]any{"diagnostics": forPage(doc, o.Name, found)})
}

// check checks a document when it is its turn; nil if ctx ends before.
func (h *Handler) check(ctx context.Context, doc *notebooks.Document, o check.Options) []check.Diagnostic {
	one := h.of(o.Name)
	select {
	case one.turn <- struct{}{}:
		defer func() { <-one.turn }()
	case <-ctx.Done():
		return nil
	}
	return one.File(ctx, doc.Print(), o)
}

// of is the checker of a notebook.
func (h *Handler) of(path string) *checker {
	h.mu.Lock()
	defer h.mu.Unlock()
	one := &checker{path: path, turn: make(chan struct{}, 1)}
	for i, have := range h.kept {
		if have.path == path {
			one = have
			h.kept = append(h.kept[:i], h.kept[i+1:]...)
			break
		}
	}
	h.kept = append(h.kept[max(0, len(h.kept)+1-maxCheckers):], one)
	return one
}

// diagnostic is one with its fix as the page can carry it out.
type diagnostic struct {
	check.Diagnostic
	Fix *fix `json:"fix,omitempty"`
}

type fix struct {
	Title string       `json:"title"`
	Edits []check.Edit `json:"edits,omitempty"`
	Attrs *string      `json:"attrs,omitempty"` // all attributes of the cell, as the page shows them
}

// forPage gives diagnostics with the places and fixes of the page.
func forPage(doc *notebooks.Document, name string, found []check.Diagnostic) []diagnostic {
	cells := map[string]*notebooks.Cell{}
	for i := range doc.Cells {
		cells[doc.Cells[i].ID] = &doc.Cells[i]
	}
	out := []diagnostic{}
	for _, d := range found {
		if d.File == name {
			d.File = ""
		}
		cell := cells[d.Cell]
		if cell != nil && badMagic(cell) {
			d = behindMagic(d)
		}
		out = append(out, diagnostic{d, fixFor(cell, d.Fix)})
	}
	return out
}

// badMagic tells whether the source has kept a %% line because that is wrong.
func badMagic(cell *notebooks.Cell) bool {
	_, _, _, err := notebooks.SplitMagic(cell.Source)
	return err != nil && cell.Lang == notebooks.Starlark
}

// behindMagic moves a diagnostic to the source without its first line, which the
// page shows as the attributes of the cell.
func behindMagic(d check.Diagnostic) check.Diagnostic {
	if d.Line--; d.Line <= 0 {
		d.Line, d.Col, d.EndCol = 0, 0, 0
	}
	d.Fix = nil
	return d
}

func fixFor(cell *notebooks.Cell, f *check.Fix) *fix {
	switch {
	case f == nil || cell == nil || f.AssignIDs: // cells of the page have ids
		return nil
	case f.Attr == nil:
		return &fix{Title: f.Title, Edits: f.Edits}
	}
	changed := notebooks.Cell{Lang: cell.Lang, Attrs: append(notebooks.Attrs(nil), cell.Attrs...)}
	changed.Attrs.Set(f.Attr.Key, f.Attr.Value)
	_, attrs, _ := strings.Cut(changed.Magic(), " ")
	return &fix{Title: f.Title, Attrs: &attrs}
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // the client is gone if this fails
}

func refuse(w http.ResponseWriter, status int, err error) {
	answer(w, status, map[string]string{"message": err.Error()})
}

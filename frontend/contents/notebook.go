package contents

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/wnb-dev/wnb/notebooks"
)

// notebook gives a document as its clients read it.
func (m *Manager) notebook(ctx context.Context, clean string, data []byte) (json.RawMessage, error) {
	if ext(clean) == ".ipynb" {
		return m.ipynb(ctx, clean, data)
	}
	doc, err := parseDocument(clean, data)
	if err != nil {
		return nil, fmt.Errorf("the document cannot be read as a notebook; open it as text (type=file) to mend it: %w", err)
	}
	var version int64
	if m.opt.Outputs != nil {
		var cells map[string]CellOutputs
		if version, cells, err = m.opt.Outputs.Outputs(ctx, clean); err != nil {
			return nil, fmt.Errorf("outputs of %s: %w", clean, err)
		}
		setOutputs(doc, cells)
	}
	wire, err := doc.WireIPYNB()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", clean, ErrInvalid, err)
	}
	nb, err := decodeWire(wire)
	if err != nil {
		return nil, err
	}
	nb.setSeen(version)
	nb.setTrusted(true) // the outputs are of this server's kernels, never of the file
	nb.joinLines()
	return nb.encode("")
}

func setOutputs(doc *notebooks.Document, cells map[string]CellOutputs) {
	for i := range doc.Cells {
		cell := &doc.Cells[i]
		have, ok := cells[cell.ID]
		if !ok || cell.Lang == notebooks.Markdown || cell.Lang == notebooks.Raw {
			continue
		}
		cell.Outputs, cell.Execution = have.Outputs, &notebooks.Execution{Count: have.ExecutionCount}
	}
}

// saved is a document on its way to the disk.
type saved struct {
	data  []byte // of the file
	text  string // as .wnb text
	seen  int64  // version of the outputs that the client has read
	in    int64  // version of the outputs that are in an .ipynb file
	cells map[string]CellOutputs
	trust bool // the client trusts all outputs
}

// encodeNotebook turns what a client sends into what the file holds. The
// previous bytes lend their front matter to a client that lost it.
func (m *Manager) encodeNotebook(ctx context.Context, clean string, content any, previous []byte) (*saved, error) {
	raw, ok := content.(json.RawMessage)
	if !ok {
		return nil, fmt.Errorf("%s: a notebook needs its content as JSON: %w", clean, ErrInvalid)
	}
	nb, err := decodeWire(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", clean, err)
	}
	out := &saved{seen: nb.takeSeen(), trust: nb.takeTransient()}
	if ext(clean) == ".ipynb" {
		return out, m.encodeIPYNB(ctx, clean, nb, out)
	}
	nb.lendFront(clean, previous)
	doc, err := nb.document(clean)
	if err != nil {
		return nil, err
	}
	text := doc.Print()
	out.cells, out.text, out.data = takeOutputs(doc, nb), string(text), text
	// What cannot be read again must never replace what can.
	if _, err := notebooks.Parse(clean, text); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", clean, ErrInvalid, err)
	}
	if sameDocument(clean, text, previous) {
		out.data = previous
	}
	return out, nil
}

// takeOutputs gives the outputs that a client has of each code cell.
func takeOutputs(doc *notebooks.Document, nb wire) map[string]CellOutputs {
	out := map[string]CellOutputs{}
	sent := nb.cells()
	for i := range doc.Cells {
		cell := &doc.Cells[i]
		if cell.Lang == notebooks.Markdown || cell.Lang == notebooks.Raw {
			continue
		}
		have := CellOutputs{Outputs: cell.Outputs}
		if i < len(sent) {
			have.ExecutionCount = sent[i].executionCount()
		}
		out[cell.ID] = have
	}
	return out
}

// sameDocument tells whether the file holds the text in another, hand-written
// form. It is then left as its author wrote it.
func sameDocument(clean string, text, previous []byte) bool {
	doc, err := notebooks.Parse(clean, previous)
	return len(previous) > 0 && err == nil && string(doc.Print()) == string(text)
}

// parseDocument reads a document file of either kind. Every cell has an id.
func parseDocument(clean string, data []byte) (*notebooks.Document, error) {
	if ext(clean) == ".ipynb" {
		nb, err := readIPYNB(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", clean, err)
		}
		return nb.document(clean)
	}
	doc, err := notebooks.Parse(clean, data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	doc.AssignIDs()
	return doc, nil
}

// documentText is a document file as .wnb text.
func documentText(clean string, data []byte) (string, error) {
	if ext(clean) == ".wnb" {
		return string(data), nil
	}
	doc, err := parseDocument(clean, data)
	if err != nil {
		return "", err
	}
	return string(doc.Print()), nil
}

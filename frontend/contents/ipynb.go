package contents

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"

	"github.com/wnb-dev/wnb/notebooks"
)

// An .ipynb file has outputs itself: those of its last save. What cells put out
// since then, with or without a client, is laid over them when the file is
// read, and written into it when a client saves it that had not seen it. From
// then on the file counts, so that what other programs write into it is seen.

// readIPYNB reads a file as clients get it: as nbformat 4.5, where each cell has
// an id.
func readIPYNB(data []byte) (wire, error) {
	nb, err := decodeWire(data)
	if err == nil && nb.old() {
		nb, err = upgrade(data)
	}
	if err == nil {
		nb.giveIDs()
	}
	return nb, err
}

// upgrade brings a notebook of nbformat 3 to 4.5.
func upgrade(data []byte) (wire, error) {
	doc, err := notebooks.FromIPYNB(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if data, err = doc.IPYNB(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return decodeWire(data)
}

// giveIDs names the cells that have no name, as in nbformat 4.4 and before. The
// name comes from what is in the cell and not from its place: it is the same
// each time the file is read, also when other cells have come or gone. The
// function that it gives takes the names away again.
func (nb wire) giveIDs() (undo func()) {
	var named []wireCell
	taken := map[string]bool{}
	for _, cell := range nb.cells() {
		id, _ := cell["id"].(string)
		switch {
		case cell == nil:
		case notebooks.ValidID(id) && !taken[id]:
			taken[id] = true
		default:
			named = append(named, cell)
		}
	}
	before := make([]any, len(named))
	for i, cell := range named {
		before[i] = cell["id"]
		source, _ := join(cell["source"]).(string)
		base := hash(fmt.Appendf(nil, "%v\n%s", cell["cell_type"], source))[:8]
		id := base
		for n := 2; taken[id]; n++ {
			id = base + "-" + strconv.Itoa(n)
		}
		cell["id"], taken[id] = id, true
	}
	minor := nb["nbformat_minor"]
	if number, _ := minor.(json.Number); number == "" || len(number) == 1 && number < "5" {
		nb["nbformat_minor"] = json.Number("5")
	}
	return func() {
		putBack(nb, "nbformat_minor", minor)
		for i, cell := range named {
			putBack(cell, "id", before[i])
		}
	}
}

func putBack(object map[string]any, key string, value any) {
	if value == nil {
		delete(object, key)
	} else {
		object[key] = value
	}
}

// document is the notebook as a document, with the same ids.
func (nb wire) document(clean string) (*notebooks.Document, error) {
	data, err := nb.encode("")
	if err != nil {
		return nil, err
	}
	doc, err := notebooks.FromIPYNB(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", clean, ErrInvalid, err)
	}
	return doc, nil
}

// ipynb gives a file as its clients read it.
func (m *Manager) ipynb(ctx context.Context, clean string, data []byte) (json.RawMessage, error) {
	nb, err := readIPYNB(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", clean, err)
	}
	nb.setTrusted(m.trusted(hash(data)))
	if m.opt.Outputs != nil {
		seen, cells, err := m.opt.Outputs.Outputs(ctx, clean)
		if err != nil {
			return nil, fmt.Errorf("outputs of %s: %w", clean, err)
		}
		maps.DeleteFunc(cells, func(_ string, c CellOutputs) bool { return c.InFile })
		if err := nb.layOver(clean, cells); err != nil {
			return nil, err
		}
		if seen > 0 {
			nb.setSeen(seen)
		}
	}
	nb.joinLines()
	return nb.encode("")
}

// layOver puts outputs in the place of those in the notebook. They are of this
// server's kernels, and so trusted.
func (nb wire) layOver(clean string, newer map[string]CellOutputs) error {
	for _, cell := range nb.cells() {
		id, _ := cell["id"].(string)
		if o, ok := newer[id]; ok && cell.code() {
			if err := cell.setOutputs(o); err != nil {
				return fmt.Errorf("outputs of cell %s of %s: %w", id, clean, err)
			}
		}
	}
	return nil
}

// setOutputs replaces the outputs of a code cell.
func (c wireCell) setOutputs(o CellOutputs) error {
	data, err := json.Marshal(append([]notebooks.Output{}, o.Outputs...)) // null is no list
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var outputs []any
	if err := dec.Decode(&outputs); err != nil {
		return err
	}
	c["outputs"], c["execution_count"] = outputs, nil
	if o.ExecutionCount > 0 {
		c["execution_count"] = json.Number(strconv.Itoa(o.ExecutionCount))
	}
	if metadata := object(c, "metadata"); metadata["trusted"] != nil {
		metadata["trusted"] = true
	}
	return nil
}

// encodeIPYNB makes the file of what a client sent, in the version of nbformat
// that the client has chosen.
func (m *Manager) encodeIPYNB(ctx context.Context, clean string, nb wire, out *saved) (err error) {
	withoutIDs := nb.giveIDs()
	doc, err := nb.document(clean)
	if err != nil {
		return err
	}
	out.cells, out.text = takeOutputs(doc, nb), string(doc.Print())
	if m.opt.Outputs != nil {
		var newer map[string]CellOutputs
		if newer, out.in, err = m.opt.Outputs.Unseen(ctx, clean, out.seen, out.cells); err != nil {
			return fmt.Errorf("outputs of %s: %w", clean, err)
		}
		if err := nb.layOver(clean, newer); err != nil {
			return err
		}
	}
	withoutIDs()
	nb.splitLines()
	out.data, err = nb.encode(" ")
	return err
}

package live

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/wnb-dev/wnb/notebooks"
)

// How what clients save and what kernels put out come together.

// clear empties the cells with the ids, all of them without any.
func (d *document) clear(ids []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(ids) == 0 {
		ids = slices.Sorted(maps.Keys(d.cells))
	}
	for _, id := range ids {
		if f, ok := d.cells[id]; ok {
			d.wipe(id, f)
		}
	}
}

// wipe empties a cell for good. The empty cell stays, so that versions never go
// back.
func (d *document) wipe(id string, f *fold) {
	if f.count == 0 && !f.shows() && !f.clearNext {
		return
	}
	f.reset()
	f.count = 0
	d.changed(id, f)
}

// remove wipes a cell that is not in the document. Where it comes back, as when
// a client undoes its deletion, the client's outputs count.
func (d *document) remove(id string, f *fold) {
	d.wipe(id, f)
	f.gone = true
}

// reader is the number of a client that reads the document now.
func (d *document) reader() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.readers.next()
}

// saved merges what a client saved, see Manager.Saved.
func (d *document) saved(seen Seen, cells map[string]Cell) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(d.cells)) {
		f := d.cells[id]
		c, inDocument := cells[id]
		switch {
		case f.version > max(seen.Version, d.readers.version(seen.Reader, id)):
		case !inDocument:
			d.remove(id, f)
		case len(c.Outputs) == 0 && f.shows():
			d.wipe(id, f)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(cells)) {
		d.adopt(id, cells[id], seen.Version)
		d.acknowledge(id, cells[id], seen.Reader)
	}
}

// unseen are the outputs that win over those of a client.
func (d *document) unseen(seen Seen, cells map[string]Cell) Outputs {
	d.mu.Lock()
	defer d.mu.Unlock()
	newer := Outputs{Version: d.version, Cells: map[string]Cell{}}
	for id, c := range cells {
		d.acknowledge(id, c, seen.Reader)
		if f := d.cells[id]; f != nil && !f.gone && f.version > max(seen.Version, d.readers.version(seen.Reader, id)) {
			newer.Cells[id] = f.cell()
		}
	}
	return newer
}

// acknowledge notes that a client has the outputs of the last run of a cell.
func (d *document) acknowledge(id string, c Cell, reader int64) {
	f := d.cells[id]
	if f == nil || reader == 0 || f.running || len(c.Outputs) == 0 || c.ExecutionCount != f.count {
		return
	}
	if f.count > 0 || sameOutputs(f.cell().Outputs, c.Outputs) {
		d.readers.note(reader, id, f.version)
	}
}

func sameOutputs(a, b []notebooks.Output) bool {
	first, err := json.Marshal(a)
	if err != nil {
		return false
	}
	second, err := json.Marshal(b)
	return err == nil && bytes.Equal(first, second)
}

// adopt takes over a client's outputs of a cell that has none here.
func (d *document) adopt(id string, c Cell, seen int64) {
	f, known := d.cells[id]
	if len(c.Outputs) == 0 || known && !f.gone && (f.version > seen || f.shows()) {
		return
	}
	runs := known && f.running
	f = newFold(Cell{ExecutionCount: c.ExecutionCount, Outputs: slices.Clone(c.Outputs)}, d.limits)
	f.running, d.cells[id] = runs, f
	d.changed(id, f)
}

// stored notes what is in the file of the document, see Manager.Stored.
func (d *document) stored(version int64, ids map[string]bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(d.cells)) {
		f := d.cells[id]
		switch {
		case f.version > version || f.inFile || f.gone:
		case ids[id]:
			f.inFile = true
			d.touch(id, f)
		default:
			d.remove(id, f)
		}
	}
}

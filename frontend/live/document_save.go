package live

import (
	"io"
	"slices"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// What the library asks of a document to save it.

func (d *document) clean() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.cells {
		if f.wantsBlob() {
			return false
		}
	}
	return len(d.dirty) == 0 && d.unsaved == 0
}

func (d *document) takeDirty() map[string]Cell {
	d.mu.Lock()
	defer d.mu.Unlock()
	cells := make(map[string]Cell, len(d.dirty))
	for id := range d.dirty {
		cells[id] = d.cells[id].cell()
	}
	clear(d.dirty)
	return cells
}

func (d *document) markDirty(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dirty[id] = true
}

func (d *document) unsavedHistory() []protocol.HistoryEntry {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.unsaved = min(d.unsaved, len(d.history))
	return slices.Clone(d.history[len(d.history)-d.unsaved:])
}

func (d *document) savedHistory() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.unsaved--
}

func (d *document) spools() map[string]*spool {
	d.mu.Lock()
	defer d.mu.Unlock()
	found := map[string]*spool{}
	for id, f := range d.cells {
		if f.wantsBlob() {
			found[id] = f.spool
		}
	}
	return found
}

func (d *document) rename(path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.path = path
}

// forget drops the history and what is still to be saved.
func (d *document) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.history, d.unsaved = nil, 0
	clear(d.dirty)
}

// spooled is a reader of what the spool has now, and its size.
func (d *document) spooled(s *spool) (io.Reader, int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return s.reader(), s.size
}

// linked puts the name of the blob into the note of the cell, unless the cell
// has other outputs by now.
func (d *document) linked(id string, s *spool, size int64, ref string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.cells[id]
	if f == nil || f.spool != s {
		return
	}
	if err != nil {
		s.err = err
	} else {
		s.stored, f.cut.Blob = size, ref
	}
	d.changed(id, f)
}

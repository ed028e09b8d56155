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
	return len(d.dirty) == 0 && d.past.unnoted == 0
}

// changedCells are the cells of a set, which is emptied.
func (d *document) changedCells(set map[string]bool) Outputs {
	o := Outputs{Version: d.version, Cells: make(map[string]Cell, len(set))}
	for id := range set {
		o.Cells[id] = d.cells[id].cell()
	}
	clear(set)
	return o
}

func (d *document) takeDirty() Outputs {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changedCells(d.dirty)
}

func (d *document) markDirty(o Outputs) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id := range o.Cells {
		d.dirty[id] = true
	}
}

// takeUnnoted are the cells that changed since the last note.
func (d *document) takeUnnoted() (path string, o Outputs) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.path, d.changedCells(d.unnoted)
}

func (d *document) markUnnoted(o Outputs) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id := range o.Cells {
		d.unnoted[id] = true
	}
}

// takeHistory are the entries that are not noted.
func (d *document) takeHistory() (path string, entries []protocol.HistoryEntry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	entries = slices.Clone(d.past.entries[len(d.past.entries)-d.past.unnoted:])
	d.past.unnoted = 0
	return d.path, entries
}

// returnHistory gives back the last n entries, which could not be noted.
func (d *document) returnHistory(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.past.unnoted = min(d.past.unnoted+n, len(d.past.entries))
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

// rename follows the document; dir is where its spools are then.
func (d *document) rename(path, dir string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.path = path
	for _, f := range d.cells {
		f.spool.moveTo(dir)
	}
}

// forget drops the history and what is still to be saved.
func (d *document) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.past.load(nil)
	d.past.entries, d.past.bytes = nil, 0
	clear(d.dirty)
	clear(d.unnoted)
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

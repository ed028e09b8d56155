package live

import (
	"maps"
	"path/filepath"
	"slices"
	"sync"

	"github.com/wnb-dev/wnb/kernel/protocol"
)

// document is the outputs and the history of one document in memory.
type document struct {
	limits foldLimits
	wake   func() // there is something to save

	mu      sync.Mutex
	path    string
	users   int // kernels and subscribers; guarded by the registry
	version int64
	cells   map[string]*fold
	dirty   map[string]bool // cells to save
	unnoted map[string]bool // cells to note
	past    past
	readers readers
	subs    map[chan int64]bool
}

func newDocument(path string, limits foldLimits, past past, wake func()) *document {
	return &document{path: path, limits: limits, past: past, wake: wake,
		cells: map[string]*fold{}, dirty: map[string]bool{}, unnoted: map[string]bool{}, subs: map[chan int64]bool{}}
}

// load fills a new document with what was stored. Of the files that earlier
// processes left, those that are needed are taken up, and the others go.
func (d *document) load(cells map[string]Cell, history []protocol.HistoryEntry, dir string) error {
	needed := map[string]bool{}
	for id, c := range cells {
		f := newFold(c, d.limits)
		if d.limits.spool != nil && f.cut != nil && f.cut.Blob == "" && f.cut.Spool != "" {
			f.spool = openSpool(dir, f.cut.Spool)
			needed[filepath.Base(f.cut.Spool)] = true
			d.wake()
		}
		d.cells[id] = f
		d.version = max(d.version, c.Version)
	}
	d.past.load(history)
	return removeOthers(dir, needed)
}

// begin opens a run of a cell: its outputs go.
func (d *document) begin(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.cell(id)
	f.reset()
	d.changed(id, f)
}

// count sets the prompt number of a cell.
func (d *document) count(id string, n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.cell(id)
	if f.count != n {
		f.count = n
		d.changed(id, f)
	}
}

// running says whether a cell runs.
func (d *document) running(id string, runs bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.cell(id)
	f.running = runs
	if f.wantsBlob() {
		d.changed(id, f)
	}
}

// output folds a message into the cell that it belongs to.
func (d *document) output(id string, c protocol.Content) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if shown, ok := c.(*protocol.DisplayData); ok && shown.Transient.DisplayID != "" {
		// As in the clients, an id that is shown a second time is updated
		// where it was shown before.
		if err := d.update(protocol.UpdateDisplayData(*shown)); err != nil {
			return err
		}
	}
	f := d.cell(id)
	changed, err := f.output(c)
	if changed {
		d.changed(id, f)
	}
	return err
}

// display folds an update of what any cell of the document displays.
func (d *document) display(c protocol.UpdateDisplayData) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.update(c)
}

func (d *document) update(c protocol.UpdateDisplayData) error {
	if c.Transient.DisplayID == "" {
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(d.cells)) {
		changed, err := d.cells[id].update(c)
		if err != nil {
			return err
		}
		if changed {
			d.changed(id, d.cells[id])
		}
	}
	return nil
}

func (d *document) cell(id string) *fold {
	f, ok := d.cells[id]
	if !ok {
		f = &fold{limits: d.limits}
		d.cells[id] = f
	}
	return f
}

// changed gives the cell a new version and tells who wants to know.
func (d *document) changed(id string, f *fold) {
	f.inFile, f.gone = false, false
	d.touch(id, f)
}

func (d *document) touch(id string, f *fold) {
	d.version++
	f.version = d.version
	d.dirty[id], d.unnoted[id] = true, true
	d.tell()
	d.wake()
}

func (d *document) tell() {
	for ch := range d.subs {
		select {
		case <-ch: // what was not fetched is old now
		default:
		}
		ch <- d.version // has room: only tell sends, under the lock
	}
}

// outputs are all cells that ran or show something.
func (d *document) outputs() Outputs {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := Outputs{Version: d.version, Cells: map[string]Cell{}}
	for id, f := range d.cells {
		if f.count > 0 || f.shows() {
			out.Cells[id] = f.cell()
		}
	}
	return out
}

// copyTo gives other the cells that it does not know.
func (d *document) copyTo(other *document) {
	cells := d.outputs().Cells
	other.mu.Lock()
	defer other.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(cells)) {
		if _, known := other.cells[id]; !known {
			f := newFold(cells[id], other.limits)
			other.cells[id] = f
			other.changed(id, f)
		}
	}
}

func (d *document) subscribe() chan int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	ch := make(chan int64, 1)
	d.subs[ch] = true
	return ch
}

func (d *document) unsubscribe(ch chan int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.subs[ch] {
		delete(d.subs, ch)
		close(ch)
	}
}

// free lets go of the temporary files.
func (d *document) free() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.cells {
		f.spool.close()
	}
	for ch := range d.subs {
		delete(d.subs, ch)
		close(ch)
	}
}

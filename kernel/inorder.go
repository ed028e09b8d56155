package kernel

import (
	"sync"

	"github.com/wnb-dev/wnb/cells"
)

// inOrder lets an observer see cells that run beside each other as if they ran
// one after the other: the effects of the cell that is next in order at once,
// those of later ones when it is their turn.
type inOrder struct {
	next Observer
	// doomed tells whether a cell that began will be skipped after all; its
	// effects are not shown. It is asked when it is the cell's turn.
	doomed func(c *Cell) bool

	mu      sync.Mutex
	order   []string // cells that are not done yet
	waiting map[string][]cells.Effect
	hidden  bool // the effects of the first in order
	cell    func(id string) *Cell
}

func newInOrder(next Observer, order []string, cell func(id string) *Cell, doomed func(c *Cell) bool) *inOrder {
	return &inOrder{next: next, doomed: doomed, order: order, waiting: map[string][]cells.Effect{}, cell: cell}
}

func (o *inOrder) CellStarted(c *Cell) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.next.CellStarted(c)
}

func (o *inOrder) CellEffect(c *Cell, e cells.Effect) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case len(o.order) > 0 && o.order[0] != c.ID:
		o.hold(c.ID, e)
	case !o.hidden:
		o.next.CellEffect(c, e)
	}
}

// hold keeps an effect until it is the cell's turn. Of a display that changes
// nobody has seen an older form.
func (o *inOrder) hold(id string, e cells.Effect) {
	newer, ok := e.(cells.Update)
	if !ok {
		o.waiting[id] = append(o.waiting[id], e)
		return
	}
	for i, held := range o.waiting[id] {
		if d, ok := held.(cells.Display); ok && d.ID == newer.ID {
			d.Data = newer.Data
			o.waiting[id][i] = d
		}
	}
}

// CellDone is called in order.
func (o *inOrder) CellDone(r *Result) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.next.CellDone(r)
	o.hidden = false
	if len(o.order) == 0 {
		return
	}
	o.order = o.order[1:]
	if len(o.order) == 0 {
		return
	}
	turn := o.cell(o.order[0])
	o.hidden = o.doomed(turn)
	if !o.hidden {
		for _, e := range o.waiting[turn.ID] {
			o.next.CellEffect(turn, e)
		}
	}
	delete(o.waiting, turn.ID)
}

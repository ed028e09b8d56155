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

	mu      sync.Mutex
	order   []string // cells that are not done yet
	waiting map[string][]cells.Effect
	cell    func(id string) *Cell
}

func newInOrder(next Observer, order []string, cell func(id string) *Cell) *inOrder {
	return &inOrder{next: next, order: order, waiting: map[string][]cells.Effect{}, cell: cell}
}

func (o *inOrder) CellStarted(c *Cell) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.next.CellStarted(c)
}

func (o *inOrder) CellEffect(c *Cell, e cells.Effect) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.order) > 0 && o.order[0] != c.ID {
		o.waiting[c.ID] = append(o.waiting[c.ID], e)
		return
	}
	o.next.CellEffect(c, e)
}

// CellDone is called in order.
func (o *inOrder) CellDone(r *Result) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.waiting, r.Cell.ID) // left over if the cell was skipped after all
	o.next.CellDone(r)
	if len(o.order) == 0 {
		return
	}
	o.order = o.order[1:]
	if len(o.order) == 0 {
		return
	}
	turn := o.order[0]
	for _, e := range o.waiting[turn] {
		o.next.CellEffect(o.cell(turn), e)
	}
	delete(o.waiting, turn)
}

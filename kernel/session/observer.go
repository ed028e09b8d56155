package session

import (
	"fmt"
	"sync"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/protocol"
)

// observer turns effects of the running cell into messages that belong to the
// right request.
type observer struct {
	out *outbox

	mu      sync.Mutex
	job     job
	current target
	stack   []target
}

// target is where outputs go.
type target struct {
	parent protocol.Header
	cell   string // set where no request stands for the cell
	silent bool
	count  int
	rerun  bool
}

func (o *observer) begin(j job, count int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.job, o.current, o.stack = j, target{parent: j.msg.Header, silent: j.req.Silent, count: count}, nil
}

func (o *observer) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.job = job{}
}

func (o *observer) request() job {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.job
}

func (o *observer) target() target {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.current
}

// reruns tells whether what runs was not asked for.
func (o *observer) reruns() bool { return o.target().rerun }

// rerun sends the next outputs to another cell, in place of what it showed.
func (o *observer) rerun(cell string, request protocol.Header, count int) {
	o.mu.Lock()
	o.stack = append(o.stack, o.current)
	o.current = target{parent: request, cell: cell, count: count, rerun: true}
	t := o.current
	o.mu.Unlock()
	o.out.publish(t.parent, t.cell, protocol.ClearOutput{Wait: true})
}

func (o *observer) back() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.current = o.stack[len(o.stack)-1]
	o.stack = o.stack[:len(o.stack)-1]
}

// fail shows the error of a rerun.
func (o *observer) fail(err *lang.Error) {
	t := o.target()
	f := failure(err)
	o.out.publish(t.parent, t.cell, protocol.Error{EName: f.EName, EValue: f.EValue, Traceback: f.Traceback})
}

// CellStarted does nothing: the request has said busy.
func (o *observer) CellStarted(*kernel.Cell) {}

// CellDone does nothing: the request says idle.
func (o *observer) CellDone(*kernel.Result) {}

// CellEffect shows outputs as they come.
func (o *observer) CellEffect(c *kernel.Cell, e cells.Effect) {
	t := o.target()
	if t.silent {
		return
	}
	switch e := e.(type) {
	case cells.Stream:
		o.out.print(t.parent, t.cell, e.Name, e.Text)
	case cells.Display:
		if e.Result {
			o.out.publish(t.parent, t.cell, protocol.ExecuteResult{ExecutionCount: t.count, Data: bundle(e.Data)})
		} else {
			o.out.publish(t.parent, t.cell, protocol.DisplayData{Data: bundle(e.Data), Transient: transient(c, e.ID)})
		}
	case cells.Update:
		o.out.publish(t.parent, t.cell, protocol.UpdateDisplayData{Data: bundle(e.Data), Transient: transient(c, e.ID)})
	case cells.Notice:
		for _, d := range e.Deliveries {
			name, text := protocol.Stdout, fmt.Sprintf("sent: %s\n", e.Text)
			if d.Error != "" {
				name, text = protocol.Stderr, fmt.Sprintf("not sent: %s\n", d.Error)
			}
			o.out.print(t.parent, t.cell, name, text)
		}
	}
}

// CellRetried takes back what the failed attempt showed.
func (o *observer) CellRetried(*kernel.Cell) {
	if t := o.target(); !t.silent {
		o.out.publish(t.parent, t.cell, protocol.ClearOutput{})
	}
}

var _ kernel.Retractor = (*observer)(nil)

// transient gives a display of a cell an id among those of all cells.
func transient(c *kernel.Cell, id string) protocol.Transient {
	if id == "" {
		return protocol.Transient{}
	}
	return protocol.Transient{DisplayID: c.ID + "-" + id}
}

// replay shows the outputs of a result again.
func (o *observer) replay(res *kernel.Result) {
	for _, e := range res.Effects {
		o.CellEffect(res.Cell, e)
	}
}

package builtin

import (
	"fmt"
	"html"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/cells/value"
)

// A Bar says how far a loop is.
type Bar struct {
	Label string
	Done  int
	Total int  // -1 if it is not known
	Open  bool // the loop still runs
}

// A Meter is the bar of one loop on its way. Step says how many items are done,
// Close that the loop is over; ended: because there were no more items.
type Meter interface {
	Step(done int)
	Close(done int, ended bool)
}

// String is the bar as a line: "fit: 40 of 100".
func (b Bar) String() string {
	if b.Label == "" {
		return b.count()
	}
	return b.Label + ": " + b.count()
}

func (b Bar) count() string {
	if b.Total < 0 {
		return fmt.Sprint(b.Done)
	}
	return fmt.Sprintf("%d of %d", b.Done, b.Total)
}

// Forms are the forms in which the bar is shown, by MIME type. They depend on
// nothing but the bar.
func (b Bar) Forms() map[string][]byte {
	name := html.EscapeString(b.Label)
	label := " aria-label=\"progress\""
	if name != "" {
		name, label = name+" ", ""
	}
	meter := ""
	switch {
	case b.Total > 0:
		meter = fmt.Sprintf(`<progress value="%d" max="%d"%s></progress> `, min(b.Done, b.Total), b.Total, label)
	case b.Total == 0: // nothing to do is all done
		meter = fmt.Sprintf(`<progress value="1" max="1"%s></progress> `, label)
	case b.Open:
		meter = fmt.Sprintf(`<progress%s></progress> `, label)
	}
	return map[string][]byte{
		"text/plain": []byte(b.String()),
		"text/html":  fmt.Appendf(nil, `<div class="wnb-progress"><label>%s%s</label><span>%s</span></div>`, name, meter, b.count()),
	}
}

// progress is an iterable that shows how far the loop over it is.
type progress struct {
	items  starlark.Iterable
	host   Host // that of the cell that made it
	label  string
	total  int
	frozen bool
}

var _ starlark.Iterable = (*progress)(nil)

func newProgress(c *call) (starlark.Value, error) {
	p := &progress{total: -1}
	var total starlark.Value = starlark.None
	if err := c.unpack("iterable", &p.items, "label?", &p.label, "total?", &total); err != nil {
		return nil, err
	}
	if n := starlark.Len(p.items); n >= 0 {
		p.total = n
	}
	if total != starlark.None {
		n, err := starlark.AsInt32(total)
		if err != nil || n < 0 {
			return nil, lang.WithHint("leave it out where the iterable has a length", "progress: total is the number of items, not %s", total)
		}
		p.total = n
	}
	var err error
	p.host, err = c.host()
	return p, err
}

func (p *progress) String() string        { return fmt.Sprintf("progress(%s, %q)", p.items.Type(), p.label) }
func (p *progress) Type() string          { return "progress" }
func (p *progress) Truth() starlark.Bool  { return true }
func (p *progress) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable type: progress") }

// Freeze ends the showing: what a loop of another cell does is not an effect of
// the cell that made the value.
func (p *progress) Freeze() {
	if !p.frozen {
		p.frozen = true
		p.items.Freeze()
	}
}

// Form is what the bar is of.
func (p *progress) Form() (value.Form, error) {
	return value.Form{Kind: kindProgress, Fields: []starlark.Value{p.items, starlark.String(p.label), starlark.MakeInt(p.total)}}, nil
}

func remakeProgress(from []starlark.Value, _ []byte) (starlark.Value, error) {
	p := &progress{frozen: true}
	return p, fields(kindProgress, from, &p.items, &p.label, &p.total)
}

// Iterate starts a bar.
func (p *progress) Iterate() starlark.Iterator {
	items := p.items.Iterate()
	if p.frozen {
		return items
	}
	return &progressIterator{items: items, meter: p.host.StartBar(p.label, p.total)}
}

type progressIterator struct {
	items starlark.Iterator
	meter Meter
	done  int
	busy  bool // with an item
	ended bool
}

// Next counts the item before as done.
func (it *progressIterator) Next(x *starlark.Value) bool {
	more := it.items.Next(x)
	if it.busy {
		it.done++
	}
	if it.busy && more {
		it.meter.Step(it.done)
	}
	it.busy, it.ended = more, !more
	return more
}

func (it *progressIterator) Done() {
	it.items.Done()
	it.meter.Close(it.done, it.ended)
}

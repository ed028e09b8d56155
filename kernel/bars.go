package kernel

import (
	"slices"
	"strconv"
	"time"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/builtin"
)

// barEvery is how long the bars of a cell stand still at least between two
// changes that the observer is told of.
const barEvery = 100 * time.Millisecond

// bars are the progress bars of one attempt to run a cell. The observer is told
// of a bar when it comes, sometimes while it moves and when it ends; what is kept
// is its last form, in the place of the first. The recorder's lock guards them.
type bars struct {
	list  []*bar      // in the order in which they came
	open  []*bar      // loops that run, the outermost first
	shown int         // displays that have an id
	told  time.Time   // when the observer was told last
	stop  func() bool // of the timer that tells it next; nil if none runs
}

// bar is one of them.
type bar struct {
	builtin.Bar
	recorder *recorder
	id       string
	place    int    // of its display among the effects
	inner    []*bar // those that came while it was the innermost
	news     bool   // it changed since the observer was told
}

// StartBar shows a bar. A loop within a loop has one bar, however often it runs:
// it starts again where a bar with the same label has ended.
func (r *recorder) StartBar(label string, total int) builtin.Meter {
	r.mu.Lock()
	defer r.mu.Unlock()
	state := builtin.Bar{Label: label, Total: total, Open: true}
	b := r.bars.again(label)
	if b != nil {
		b.Bar = state
		r.moved(b)
	} else {
		b = &bar{Bar: state, recorder: r, id: r.bars.nextID(), place: len(r.effects)}
		r.bars.add(b)
		r.effects = append(r.effects, r.secrets.redact(b.display()))
		r.tell(r.effects[b.place])
		r.bars.told = r.Now()
	}
	r.bars.open = append(r.bars.open, b)
	return b
}

// again is the bar of the same loop when it ran before, or nil.
func (bs *bars) again(label string) *bar {
	if len(bs.open) == 0 {
		return nil
	}
	for _, b := range bs.open[len(bs.open)-1].inner {
		if b.Label == label && !b.Open {
			return b
		}
	}
	return nil
}

func (bs *bars) add(b *bar) {
	bs.list = append(bs.list, b)
	if n := len(bs.open); n > 0 {
		bs.open[n-1].inner = append(bs.open[n-1].inner, b)
	}
}

// nextID names the next display of the cell that has an id.
func (bs *bars) nextID() string {
	bs.shown++
	return strconv.Itoa(bs.shown)
}

func (b *bar) display() cells.Display { return cells.Display{ID: b.id, Data: b.Forms()} }

// Step moves the bar.
func (b *bar) Step(done int) {
	r := b.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	b.Done = done
	r.moved(b)
}

// Close leaves the bar where it is. When items of unknown number have ended it is
// known how many they were.
func (b *bar) Close(done int, ended bool) {
	r := b.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	b.Done, b.Open = done, false
	if ended && b.Total < 0 {
		b.Total = done
	}
	r.bars.open = slices.DeleteFunc(r.bars.open, func(o *bar) bool { return o == b })
	if r.moved(b); len(r.bars.open) == 0 {
		r.tellBars()
	}
}

// moved tells the observer of a bar now, or soon if it has just been told. The
// caller holds the lock.
func (r *recorder) moved(b *bar) {
	b.news = true
	if r.observe == nil || r.bars.stop != nil {
		return
	}
	rest := barEvery - r.Now().Sub(r.bars.told)
	if rest <= 0 {
		r.tellBars()
		return
	}
	r.bars.stop = r.world.wait(min(rest, barEvery), func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.tellBars()
	})
}

// tellBars tells the observer of all bars that changed. The caller holds the
// lock.
func (r *recorder) tellBars() {
	if r.bars.stop != nil {
		r.bars.stop()
		r.bars.stop = nil
	}
	r.bars.told = r.Now()
	for _, b := range r.bars.list {
		if !b.news {
			continue
		}
		b.news = false
		d := r.secrets.redact(b.display()).(cells.Display)
		r.tell(cells.Update{ID: d.ID, Data: d.Data})
	}
}

// settleBars puts the last forms of the bars where the first ones are. The
// caller holds the lock.
func (r *recorder) settleBars() {
	r.tellBars()
	for _, b := range r.bars.list {
		r.effects[b.place] = b.display()
	}
}

// wait calls f after a while.
func (w *World) wait(d time.Duration, f func()) (stop func() bool) {
	if w.After != nil {
		return w.After(d, f)
	}
	return time.AfterFunc(d, f).Stop
}

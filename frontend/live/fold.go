package live

import (
	"encoding/json"
	"slices"

	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/notebooks"
)

// fold is the outputs of one cell while messages come in: a state and a
// function from state and message to state, so that it can be stored at any
// time and taken up again.
//
// Streams beyond limits.TextBytes are cut in the middle: the first half of the
// limit stays as the head, what follows is the tail, and the tail loses its
// front when it grows beyond the other half. Rich outputs beyond
// limits.CellBytes are left out. A note stands at the cut, and the spool has
// all of the text and every rich output that was left out.
type fold struct {
	limits    foldLimits
	pieces    []piece
	count     int
	clearNext bool
	cut       *Cut // At is the index of the first piece of the tail
	head      int  // cost of streams before the cut, or of all
	tail      int  // cost of streams behind the cut
	rich      int  // bytes of other outputs
	version   int64
	inFile    bool
	gone      bool
	running   bool
	spool     *spool // nil where nothing is cut or there is nowhere to put it
}

type foldLimits struct {
	text, cell int
	spool      func() *spool // nil: what is cut out is lost
}

// piece is one output. A stream's text is in text, which grows in place.
type piece struct {
	out       notebooks.Output
	text      []byte
	size      int // of a rich output
	displayID string
}

// pieceCost is what a stream costs beside its text, so that a cell that
// changes between stdout and stderr with every byte is bounded, too.
const pieceCost = 64

// errorRoom lets the error of a cell in that is otherwise full.
const errorRoom = 1 << 20

func (p *piece) isStream() bool { return p.out.Type == notebooks.Stream }

// output applies a message that puts something out or clears. It tells whether
// anything changed.
func (f *fold) output(c protocol.Content) (bool, error) {
	switch c := c.(type) {
	case *protocol.ClearOutput:
		if c.Wait {
			changed := !f.clearNext
			f.clearNext = true
			return changed, nil
		}
		f.reset()
		return true, nil
	case *protocol.Stream:
		return f.stream(c.Name, c.Text), nil
	case *protocol.DisplayData:
		return f.bundle(notebooks.DisplayData, c.Data, c.Metadata, c.Transient.DisplayID)
	case *protocol.ExecuteResult:
		f.count = c.ExecutionCount
		return f.bundle(notebooks.ExecuteResult, c.Data, c.Metadata, c.Transient.DisplayID)
	case *protocol.Error:
		out := notebooks.Output{Type: notebooks.ErrorOutput, EName: c.EName, EValue: c.EValue, Traceback: slices.Clone(c.Traceback)}
		f.add(piece{out: out}, f.limits.cell+errorRoom)
		return true, nil
	}
	return false, nil
}

// wantsBlob tells whether the whole of what was cut should be stored now.
func (f *fold) wantsBlob() bool { return !f.running && f.spool.behind() }

// shows tells whether there is any output.
func (f *fold) shows() bool { return len(f.pieces) > 0 || f.cut != nil }

// reset empties the cell.
func (f *fold) reset() {
	f.spool.discard()
	*f = fold{limits: f.limits, count: f.count, version: f.version, running: f.running}
}

func (f *fold) stream(name, text string) bool {
	if text == "" {
		return false
	}
	if f.clearNext {
		f.reset()
	}
	f.append(name, text)
	if f.cut == nil && f.head > f.limits.text {
		f.split()
	}
	f.trim()
	return true
}

// append puts text at the end, into the last piece where that is of the same
// stream.
func (f *fold) append(name, text string) {
	cost := len(text)
	behind := f.cut != nil
	last := len(f.pieces) - 1
	if last >= 0 && f.pieces[last].isStream() && f.pieces[last].out.Name == name && !(behind && last < f.cut.At) {
		f.pieces[last].text = append(f.pieces[last].text, text...)
	} else {
		out := notebooks.Output{Type: notebooks.Stream, Name: name}
		f.pieces = append(f.pieces, piece{out: out, text: []byte(text)})
		cost += pieceCost
	}
	if !behind {
		f.head += cost
		return
	}
	f.tail += cost
	f.spool.text(text)
}

func (f *fold) bundle(kind notebooks.OutputType, data, meta protocol.Dict, displayID string) (bool, error) {
	out, err := richOutput(kind, data, meta)
	if err != nil {
		return false, err
	}
	f.add(piece{out: out, displayID: displayID}, f.limits.cell)
	return true, nil
}

// add appends a rich output, or leaves it out where the cell would be over the
// limit.
func (f *fold) add(p piece, limit int) {
	if f.clearNext {
		f.reset()
	}
	p.size = richSize(p.out)
	if f.rich+p.size > limit {
		f.leaveOut(p)
		return
	}
	f.rich += p.size
	f.pieces = append(f.pieces, p)
}

// update replaces what was displayed under the id. It tells whether there was
// anything.
func (f *fold) update(c protocol.UpdateDisplayData) (bool, error) {
	found := false
	for i := range f.pieces {
		p := &f.pieces[i]
		if p.displayID == "" || p.displayID != c.Transient.DisplayID {
			continue
		}
		out, err := richOutput(p.out.Type, c.Data, c.Metadata)
		if err != nil {
			return false, err
		}
		found = true
		size := richSize(out)
		if f.rich-p.size+size > f.limits.cell {
			f.leaveOut(piece{out: out, size: size})
			continue
		}
		f.rich += size - p.size
		p.out, p.size = out, size
	}
	return found, nil
}

// richOutput is a MIME bundle of the protocol as an output.
func richOutput(kind notebooks.OutputType, data, meta protocol.Dict) (out notebooks.Output, err error) {
	raw, err := json.Marshal(struct {
		Type     notebooks.OutputType `json:"output_type"`
		Data     protocol.Dict        `json:"data"`
		Metadata protocol.Dict        `json:"metadata"`
	}{kind, data, meta})
	if err != nil {
		return notebooks.Output{}, err
	}
	err = json.Unmarshal(raw, &out)
	return out, err
}

// richSize is what an output that is no stream costs.
func richSize(out notebooks.Output) int {
	size := pieceCost + len(out.EName) + len(out.EValue)
	for mime, data := range out.Data {
		size += len(mime) + len(data)
	}
	for _, line := range out.Traceback {
		size += len(line)
	}
	return size
}

// cell is the state to be shown and stored.
func (f *fold) cell() Cell {
	c := Cell{Version: f.version, ExecutionCount: f.count, ClearNext: f.clearNext, InFile: f.inFile, Gone: f.gone, Outputs: make([]notebooks.Output, 0, len(f.pieces)+1)}
	ids := make([]string, 0, len(f.pieces)+1)
	named := false
	put := func(out notebooks.Output, id string) {
		c.Outputs, ids = append(c.Outputs, out), append(ids, id)
		named = named || id != ""
	}
	for i := range f.pieces {
		if f.cut != nil && f.cut.At == i {
			put(f.note(), "")
		}
		out := f.pieces[i].out
		if f.pieces[i].isStream() {
			out.Text = string(f.pieces[i].text)
		}
		put(out, f.pieces[i].displayID)
	}
	if f.cut != nil {
		if f.cut.At >= len(f.pieces) {
			put(f.note(), "")
		}
		cut := *f.cut
		if cut.Spool = ""; cut.Blob == "" && f.spool != nil {
			cut.Spool = f.spool.name
		}
		c.Cut = &cut
	}
	if named {
		c.DisplayIDs = ids
	}
	return c
}

// newFold takes up a stored state.
func newFold(c Cell, limits foldLimits) *fold {
	f := &fold{limits: limits, count: c.ExecutionCount, clearNext: c.ClearNext, version: c.Version, inFile: c.InFile, gone: c.Gone}
	if c.Cut != nil && c.Cut.At >= 0 && c.Cut.At < len(c.Outputs) {
		cut := *c.Cut
		f.cut = &cut
	}
	for i, out := range c.Outputs {
		if f.cut != nil && i == f.cut.At {
			continue
		}
		p := piece{out: out}
		if i < len(c.DisplayIDs) {
			p.displayID = c.DisplayIDs[i]
		}
		if p.isStream() {
			p.text, p.out.Text = []byte(out.Text), ""
			f.account(len(f.pieces), pieceCost+len(p.text))
		} else {
			p.size = richSize(out)
			f.rich += p.size
		}
		f.pieces = append(f.pieces, p)
	}
	return f
}

// account counts a stream among the head or the tail.
func (f *fold) account(index, cost int) {
	if f.cut != nil && index >= f.cut.At {
		f.tail += cost
		return
	}
	f.head += cost
}

package session

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/protocol"
	"github.com/wnb-dev/wnb/notebooks"
)

// load takes the saved document: its cells, under those that were executed, and
// its parameters. A document that cannot be read changes nothing; whoever saved
// it was told.
func (s *Session) load(m *protocol.Message) {
	var content struct{ Text string }
	if json.Unmarshal(m.Content, &content) != nil {
		return
	}
	doc, err := notebooks.Parse("notebook", []byte(content.Text))
	if err != nil {
		return
	}
	doc.AssignIDs()
	st := &s.state
	st.doc = nil
	for _, c := range doc.Cells {
		if c.Lang != notebooks.Markdown && c.Lang != notebooks.Raw {
			st.doc = append(st.doc, c)
		}
	}
	st.declared = doc.Front.Params
	s.renew()
	s.publishGraph(protocol.Header{})
}

// publishGraph tells the page of wnb what the cells are and how they stand.
func (s *Session) publishGraph(parent protocol.Header) { s.out.publish(parent, "", s.graph("")) }

// graph is what the cells are and how they stand, while one of them may run.
func (s *Session) graph(running string) protocol.Graph {
	st := &s.state
	queued := s.queued()
	var g protocol.Graph
	for _, c := range st.notebook.Cells {
		cell := s.graphCell(c.ID)
		switch {
		case c.ID == running:
			cell.State, cell.Why = "running", ""
		case queued[c.ID]:
			cell.State, cell.Why = "queued", ""
		}
		g.Cells = append(g.Cells, cell)
		for _, need := range st.notebook.Graph.Needs(c.ID) {
			g.Edges = append(g.Edges, [2]string{need.ID, c.ID})
		}
	}
	return g
}

// queued are the cells whose execution waits.
func (s *Session) queued() map[string]bool {
	s.mu.Lock()
	waiting := slices.Clone(s.queue)
	s.mu.Unlock()
	out := map[string]bool{}
	for _, j := range waiting {
		if md, err := protocol.DecodeMetadata(j.msg); err == nil && md.CellID != "" {
			out[s.state.id(md.CellID)] = true
		}
	}
	return out
}

// tellAfter is how long a cell runs before clients hear that it does: those that
// are faster would only make noise.
const tellAfter = 100 * time.Millisecond

// whileRunning tells clients that a cell runs, if it takes a while.
func (s *Session) whileRunning(parent protocol.Header, cell string) (stop func() bool) {
	g := s.graph(cell)
	return time.AfterFunc(tellAfter, func() { s.out.publish(parent, "", g) }).Stop
}

func (s *Session) graphCell(id string) protocol.GraphCell {
	st := &s.state
	g := protocol.GraphCell{ID: id, State: "new"}
	if p := st.notebook.Program(id); p != nil {
		for _, d := range p.Defines() {
			g.Defines = append(g.Defines, d.Name.Name)
		}
		for _, r := range p.Reads() {
			if _, ok := st.notebook.Graph.Owner(r.Name); ok {
				g.Reads = append(g.Reads, r.Name)
			}
		}
	}
	own := st.cells[id]
	if p := st.problem(id); p != nil {
		g.State, g.Why = "failed", p.Msg
		return g
	}
	if own == nil || own.result == nil {
		return g
	}
	addTimes(&g, own.result)
	switch {
	case own.result.Err != nil:
		g.State, g.Why = "failed", own.result.Err.Msg
	case own.stale != "":
		g.State, g.Why = "stale", own.stale
	case isHeld(own.result):
		g.State, g.Why = "held", errHeld.Error()
	default:
		g.State = "fresh"
		if own.result.Uncached != "" {
			g.Why = "its result is not kept: " + own.result.Uncached
		}
	}
	return g
}

// addTimes says how long a cell took, and how much longer without the cache.
func addTimes(g *protocol.GraphCell, r *kernel.Result) {
	g.RunMS = milliseconds(r.Duration)
	if r.From != nil {
		g.Cached, g.SavedMS = true, milliseconds(max(0, r.From.Duration-r.Duration))
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// isHeld tells whether a message of a cell was held.
func isHeld(res *kernel.Result) bool {
	for _, e := range res.Effects {
		if n, ok := e.(cells.Notice); ok {
			for _, d := range n.Deliveries {
				if d.Error == errHeld.Error() {
					return true
				}
			}
		}
	}
	return false
}

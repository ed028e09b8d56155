package session

import (
	"encoding/json"

	"github.com/wnb-dev/wnb/cells/builtin"
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
	if params, err := notebooks.ResolveParams(doc.Front.Params, nil, nil); err == nil {
		if env, err := builtin.Env(params); err == nil {
			st.use(env, s.kernelOptions())
		}
	}
	st.compile()
	s.publishView()
	s.publishGraph(protocol.Header{})
}

// publishGraph tells the page of wnb what the cells are and how they stand.
func (s *Session) publishGraph(parent protocol.Header) {
	st := &s.state
	var g protocol.Graph
	for _, c := range st.notebook.Cells {
		g.Cells = append(g.Cells, s.graphCell(c.ID))
		for _, need := range st.notebook.Graph.Needs(c.ID) {
			g.Edges = append(g.Edges, [2]string{need.ID, c.ID})
		}
	}
	s.out.publish(parent, "", g)
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
	took := own.result.Duration
	if from := own.result.From; from != nil { // it came from the cache
		g.Cached, took = true, from.Duration
	}
	g.RunMS = float64(took.Microseconds()) / 1000
	switch {
	case own.result.Err != nil:
		g.State, g.Why = "failed", own.result.Err.Msg
	case own.stale != "":
		g.State, g.Why = "stale", own.stale
	default:
		g.State = "fresh"
	}
	return g
}

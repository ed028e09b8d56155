package session

import (
	"encoding/json"
	"time"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/protocol"
)

// TypeEffects is a message of wnb's own, to the server: what a cell did, so
// that the session can be kept as a run. Its content is a Done.
const TypeEffects = "wnb_effects"

// Done is the result of a cell, as data.
type Done struct {
	Cell     string          `json:"cell"`
	Index    int             `json:"index"`
	Source   string          `json:"source"`
	Status   string          `json:"status"`
	Start    time.Time       `json:"start"`
	Duration time.Duration   `json:"duration"`
	Effects  json.RawMessage `json:"effects"` // see cells.MarshalEffects
	Error    string          `json:"error,omitempty"`
}

// tell gives the result of a cell to the server.
func (s *Session) tell(res *kernel.Result) {
	effects, err := cells.MarshalEffects(res.Effects)
	if err != nil {
		return // an effect without a written form cannot be kept
	}
	d := Done{
		Cell: res.Cell.ID, Index: res.Cell.Index, Source: res.Cell.Source, Status: string(res.Status),
		Start: res.Start, Duration: res.Duration, Effects: effects,
	}
	if res.Err != nil {
		d.Error = res.Err.Msg
	}
	content, err := json.Marshal(d)
	if err != nil {
		return
	}
	s.out.publish(protocol.Header{}, "", protocol.Raw{Type: TypeEffects, JSON: content})
}

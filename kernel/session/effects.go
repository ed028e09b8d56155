package session

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/protocol"
)

// TypeEffects is a message of wnb's own, to the server: what a cell did, so
// that the session can be kept as a run. Its content is a Done.
const TypeEffects = "wnb_effects"

// Done is the result of a cell, as data: all that a run records of it.
type Done struct {
	Cell     string          `json:"cell"`
	Index    int             `json:"index"`
	Source   string          `json:"source"`
	Status   string          `json:"status"`
	Start    time.Time       `json:"start"`
	Duration time.Duration   `json:"duration"`
	Effects  json.RawMessage `json:"effects"` // see cells.MarshalEffects
	Error    *lang.Error     `json:"error,omitempty"`

	Key      string            `json:"key,omitempty"` // see kernel.Result, also for what follows
	Uncached string            `json:"uncached,omitempty"`
	Reads    map[string]string `json:"reads,omitempty"`
	Values   map[string]string `json:"values,omitempty"` // hashes, by name
	From     *From             `json:"from,omitempty"`
}

// From says where a result that was kept came from.
type From struct {
	Run      string        `json:"run"`
	Duration time.Duration `json:"duration"`
}

// tell gives the result of a cell to the server.
func (s *Session) tell(res *kernel.Result) {
	effects, err := cells.MarshalEffects(res.Effects)
	if err != nil {
		return // an effect without a written form cannot be kept
	}
	d := Done{
		Cell: res.Cell.ID, Index: res.Cell.Index, Source: res.Cell.Source, Status: string(res.Status),
		Start: res.Start, Duration: res.Duration, Effects: effects, Error: res.Err,
		Key: res.Key, Uncached: res.Uncached, Reads: res.Reads, Values: map[string]string{},
	}
	for name, v := range res.Values {
		if hash, err := v.Hash(); err == nil && hash != "" {
			d.Values[name] = hash
		}
	}
	if res.From != nil {
		d.From = &From{res.From.Run, res.From.Duration}
	}
	content, err := json.Marshal(d)
	if err != nil {
		return
	}
	s.out.publish(protocol.Header{}, "", protocol.Raw{Type: TypeEffects, JSON: content})
}

// held sends messages only when a person asked for the cell; in a rerun it
// keeps them back.
type held struct {
	channels []kernel.Channel
	observer *observer
}

var errHeld = errors.New("held: run the cell to send it")

func (*held) Name() string { return "session" }

func (h *held) Send(ctx context.Context, n cells.Notice) error {
	if h.observer.reruns() {
		return errHeld
	}
	var errs []error
	for _, c := range h.channels {
		errs = append(errs, c.Send(ctx, n))
	}
	return errors.Join(errs...)
}

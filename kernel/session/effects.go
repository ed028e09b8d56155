package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/protocol"
)

// TypeEffects is a message of wnb's own, to the server: what a cell did, so
// that the session can be kept as a run. Its content is a kernel.CellRun.
const TypeEffects = "wnb_effects"

// tell gives the result of a cell to the server.
func (s *Session) tell(res *kernel.Result) error {
	run, err := res.CellRun()
	if err != nil {
		return err
	}
	content, err := json.Marshal(run)
	if err != nil {
		return fmt.Errorf("what cell %s did cannot be noted: %w", run.Cell, err)
	}
	s.out.publish(protocol.Header{}, "", protocol.Raw{Type: TypeEffects, JSON: content})
	return nil
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

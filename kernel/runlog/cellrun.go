package runlog

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/notebooks"
)

// A CellRun is the latest run of a cell, as data.
type CellRun struct {
	Cell     string          `json:"cell"`
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
	From     *struct {
		Run      string        `json:"run"`
		Duration time.Duration `json:"duration"`
	} `json:"from,omitempty"`
}

// result is what the kernel made of the cell.
func (c CellRun) result(cell *kernel.Cell) (*kernel.Result, error) {
	effects, err := cells.UnmarshalEffects(c.Effects)
	if err != nil {
		return nil, fmt.Errorf("cell %s: %w", c.Cell, err)
	}
	res := &kernel.Result{
		Cell: cell, Status: notebooks.Status(c.Status), Start: c.Start, Duration: c.Duration, Effects: effects, Err: c.Error,
		Key: c.Key, Uncached: c.Uncached, Reads: c.Reads, Values: map[string]*kernel.Value{},
	}
	for name, hash := range c.Values {
		res.Values[name] = kernel.NewValue(nil, hash, nil)
	}
	if c.From != nil {
		res.From = &cache.Entry{Run: c.From.Run, Duration: c.From.Duration}
	}
	return res, nil
}

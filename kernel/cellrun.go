package kernel

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/cells/lang"
	"github.com/wnb-dev/wnb/kernel/cache"
	"github.com/wnb-dev/wnb/notebooks"
)

// A CellRun is a Result as data: all that is kept of the latest run of a cell,
// to be made part of a run in another process.
type CellRun struct {
	Cell     string          `json:"cell"`
	Source   string          `json:"source"`
	Status   string          `json:"status"`
	Start    time.Time       `json:"start"`
	Duration time.Duration   `json:"duration"`
	Effects  json.RawMessage `json:"effects"` // see cells.MarshalEffects
	Error    *lang.Error     `json:"error,omitempty"`

	Key      string            `json:"key,omitempty"` // see Result, also for what follows
	Uncached string            `json:"uncached,omitempty"`
	Reads    map[string]string `json:"reads,omitempty"`
	Values   map[string]string `json:"values,omitempty"` // hashes, by name
	From     *KeptFrom         `json:"from,omitempty"`
}

// KeptFrom says where a result that was kept came from.
type KeptFrom struct {
	Run      string        `json:"run"`
	Duration time.Duration `json:"duration"`
}

// CellRun gives the result as data. Values without a hash are left out.
func (r *Result) CellRun() (CellRun, error) {
	effects, err := cells.MarshalEffects(r.Effects)
	if err != nil {
		return CellRun{}, fmt.Errorf("what cell %s did cannot be noted: %w", r.Cell.ID, err)
	}
	c := CellRun{
		Cell: r.Cell.ID, Source: r.Cell.Source, Status: string(r.Status),
		Start: r.Start, Duration: r.Duration, Effects: effects, Error: r.Err,
		Key: r.Key, Uncached: r.Uncached, Reads: r.Reads, Values: map[string]string{},
	}
	for name, v := range r.Values {
		if hash, err := v.Hash(); err == nil && hash != "" {
			c.Values[name] = hash
		}
	}
	if r.From != nil {
		c.From = &KeptFrom{r.From.Run, r.From.Duration}
	}
	return c, nil
}

// Result gives back the result of a cell, with the hashes of its values only.
func (c CellRun) Result(cell *Cell) (*Result, error) {
	effects, err := cells.UnmarshalEffects(c.Effects)
	if err != nil {
		return nil, fmt.Errorf("cell %s: %w", c.Cell, err)
	}
	res := &Result{
		Cell: cell, Status: notebooks.Status(c.Status), Start: c.Start, Duration: c.Duration, Effects: effects, Err: c.Error,
		Key: c.Key, Uncached: c.Uncached, Reads: c.Reads, Values: map[string]*Value{},
	}
	for name, hash := range c.Values {
		res.Values[name] = NewValue(nil, hash, nil)
	}
	if c.From != nil {
		res.From = &cache.Entry{Run: c.From.Run, Duration: c.From.Duration}
	}
	return res, nil
}

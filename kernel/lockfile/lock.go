// Package lockfile writes down what a notebook gave, small enough to be
// committed beside it, and says what differs when it is run again.
//
// A lock is text, one line per fact, so that a review shows what a change of the
// notebook changed in its results:
//
//	wnb lock 1
//	arch amd64
//	param seed 42
//	cell load code 9f2c...
//	  input file data/wine.csv 1b4f...
//	  value wine 77ad...
//	  output 1 c0de...
//	  metric accuracy 0.642
//
// Hashes are SHA-256. Metrics are numbers, since people want to read those.
// The hash of a variable of the environment or a secret is not written down: it
// is keyed, so that nobody can guess the answer, and every store has another key.
// A cell that asked something which nobody can ask again, such as the time, has
// a line impure, and nothing of what it gave is written down.
package lockfile

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"

	"github.com/wnb-dev/wnb/cells"
	"github.com/wnb-dev/wnb/kernel"
)

// A Lock is what a notebook gave.
type Lock struct {
	Arch   string // GOARCH: the last bits of floating-point results differ between architectures
	Params []Fact
	Cells  []Cell // in file order
}

// A Cell is what one cell gave.
type Cell struct {
	ID     string
	Code   string // hash of the canonical source
	Status string // "" if it is done, else what became of it
	Impure string // what it asked that nobody can ask again; "" if nothing
	Facts  []Fact
}

// A Fact is one thing that a cell read, gave or did.
type Fact struct{ Kind, Name, Value string }

// Of writes down what a run gave. params are those of the notebook.
func Of(o *kernel.Outcome, params map[string]string) *Lock {
	l := &Lock{Arch: runtime.GOARCH}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		l.Params = append(l.Params, Fact{"param", name, params[name]})
	}
	for _, r := range o.Results {
		l.Cells = append(l.Cells, cell(r))
	}
	return l
}

func cell(r *kernel.Result) Cell {
	c := Cell{ID: r.Cell.ID, Code: CodeHash(r.Cell)}
	if !r.Gave() {
		c.Status = string(r.Status)
		return c
	}
	if r.Cell.Program == nil {
		return c // an extension: what a compiler makes of the source differs between its versions
	}
	c.effects(r.Effects)
	if c.Impure != "" {
		c.Facts = nil
		return c
	}
	for _, name := range slices.Sorted(maps.Keys(r.Values)) {
		c.add("value", name, valueHash(r.Values[name]))
	}
	return c
}

// What is written instead of a hash that only one store gives.
const (
	asked       = "asked"
	holdsSecret = "holds a secret"
)

func valueHash(v *kernel.Value) string {
	hash, err := v.Hash()
	switch {
	case err != nil:
		return "has no hash"
	case v.Keyed():
		return holdsSecret
	}
	return hash
}

func answer(q cells.Input) string {
	if q.Kind == cells.EnvInput || q.Kind == cells.SecretInput {
		return asked
	}
	return q.SHA256
}

func (c *Cell) add(kind, name, value string) { c.Facts = append(c.Facts, Fact{kind, name, value}) }

// curves adds the logged numbers: the last of each key, and a hash of all if
// there are more.
func (c *Cell) curves(metrics []cells.Metric) {
	points := map[string][]cells.Metric{}
	for _, m := range metrics {
		points[m.Key] = append(points[m.Key], m)
	}
	for _, key := range slices.Sorted(maps.Keys(points)) {
		var all [][]byte
		last := points[key][0]
		for _, m := range points[key] {
			all = append(all, fmt.Appendf(nil, "%d %s", m.Step, number(m.Value)))
			if m.Step >= last.Step {
				last = m
			}
		}
		c.add("metric", key, number(last.Value))
		if len(all) > 1 {
			c.add("curve", key, hash(all...))
		}
	}
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

func (c *Cell) effects(effects []cells.Effect) {
	outputs := 0
	var metrics []cells.Metric
	defer func() { c.curves(metrics) }()
	output := func(content ...[]byte) {
		outputs++
		c.add("output", strconv.Itoa(outputs), hash(content...))
	}
	for _, e := range effects {
		switch e := e.(type) {
		case cells.Input:
			if e.Kind == cells.ImpureInput {
				c.Impure = e.Name
			}
			c.add("input", e.Kind+" "+e.Name, answer(e))
		case cells.Stream:
			output([]byte(e.Name), []byte(e.Text))
		case cells.Display:
			var parts [][]byte
			for _, mime := range slices.Sorted(maps.Keys(e.Data)) {
				if mime == cells.TableType { // tells where the table is kept, not what is shown
					continue
				}
				parts = append(parts, []byte(mime), e.Data[mime])
			}
			output(parts...)
		case cells.Param:
			c.add("param", e.Key, e.Value)
		case cells.Metric:
			metrics = append(metrics, e)
		case cells.Tag:
			c.add("tag", e.Key, e.Value)
		case cells.Artifact:
			c.add("artifact", e.Path, e.Blob.SHA256)
		case cells.File:
			c.add("file", e.Path, e.Blob.SHA256)
		case cells.Notice:
			c.add("notice", e.Title, e.Text)
		}
	}
}

// CodeHash is the hash of a cell's canonical source: comments and blank space do
// not count.
func CodeHash(c *kernel.Cell) string {
	text := c.Source
	if c.Program != nil {
		text = c.Program.Canonical()
	}
	return hash([]byte(c.Lang), []byte(text))
}

func hash(parts ...[]byte) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p))
		h.Write(p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

package lockfile

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/wnb-dev/wnb/kernel"
)

// A Difference is one thing that is not as it was.
type Difference struct {
	Cell     string // "" if it is about the whole notebook
	What     string // "value wine", "metric accuracy", "code", ...
	Was, Now string // "" where it was not, or is not any more
}

func (d Difference) String() string {
	where := ""
	if d.Cell != "" {
		where = "cell " + d.Cell + ": "
	}
	switch {
	case d.Was == "":
		return fmt.Sprintf("%s%s is new: %s", where, d.What, brief(d.Now))
	case d.Now == "":
		return fmt.Sprintf("%s%s is gone, it was %s", where, d.What, brief(d.Was))
	}
	return fmt.Sprintf("%s%s: %s → %s", where, d.What, brief(d.Was), brief(d.Now))
}

// brief shortens hashes and long texts.
func brief(s string) string {
	if len(s) == 64 && strings.Trim(s, "0123456789abcdef") == "" {
		return s[:12]
	}
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}

// Compare says what differs between two locks. On another architecture than was
// locks, hashes of what was computed say nothing, and metrics may differ in the
// ninth digit.
func Compare(was, now *Lock) []Difference {
	d := &differ{exact: was.Arch == now.Arch}
	d.facts("", was.Params, now.Params)
	d.cells(was, now)
	return d.found
}

// Drift says what of a notebook is not as it was locked, before anything is run:
// its parameters and its code.
func Drift(was *Lock, n *kernel.Notebook, params map[string]string) []Difference {
	now := Of(&kernel.Outcome{}, params)
	for _, c := range n.Cells {
		now.Cells = append(now.Cells, Cell{ID: c.ID, Code: CodeHash(c)})
	}
	old := &Lock{Arch: was.Arch, Params: was.Params}
	for _, c := range was.Cells {
		old.Cells = append(old.Cells, Cell{ID: c.ID, Code: c.Code})
	}
	return Compare(old, now)
}

type differ struct {
	exact bool
	found []Difference
}

func (d *differ) add(cell, what, was, now string) {
	if was != now {
		d.found = append(d.found, Difference{cell, what, was, now})
	}
}

func (d *differ) cells(was, now *Lock) {
	old := map[string]Cell{}
	for _, c := range was.Cells {
		old[c.ID] = c
	}
	seen := map[string]bool{}
	for _, c := range now.Cells {
		seen[c.ID] = true
		o, ok := old[c.ID]
		if !ok {
			d.add(c.ID, "the cell", "", "in the notebook")
			continue
		}
		d.add(c.ID, "code", o.Code, c.Code)
		d.add(c.ID, "status", status(o.Status), status(c.Status))
		d.add(c.ID, "impure", o.Impure, c.Impure)
		d.facts(c.ID, o.Facts, c.Facts)
	}
	for _, c := range was.Cells {
		if !seen[c.ID] {
			d.add(c.ID, "the cell", "in the notebook", "")
		}
	}
}

func status(s string) string {
	if s == "" {
		return "done"
	}
	return s
}

func (d *differ) facts(cell string, was, now []Fact) {
	old, seen := map[string]Fact{}, map[string]bool{}
	for _, f := range was {
		old[f.Kind+" "+f.Name] = f
	}
	for _, f := range now {
		what := f.Kind + " " + f.Name
		seen[what] = true
		if o := old[what]; !d.same(o, f) {
			d.add(cell, what, o.Value, f.Value)
		}
	}
	for _, f := range was {
		if what := f.Kind + " " + f.Name; !seen[what] {
			d.add(cell, what, f.Value, "")
		}
	}
}

// same compares facts: exactly, or as far as stores and architectures agree.
func (d *differ) same(was, now Fact) bool {
	if now.Kind == "value" && was.Value == holdsSecret {
		return true
	}
	if was.Value == now.Value || d.exact || was.Kind == "" {
		return was.Value == now.Value
	}
	switch now.Kind {
	case "value", "output", "artifact", "file", "curve":
		return true
	case "metric":
		a, errA := strconv.ParseFloat(was.Value, 64)
		b, errB := strconv.ParseFloat(now.Value, 64)
		return errA == nil && errB == nil && math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b))
	}
	return false
}

package kernel

import (
	"fmt"
	"strings"

	"github.com/wnb-dev/wnb/cells"
)

// fits counts the fits of a cell: each logs under a name of its own. The task of
// a pmap does not know how many there were before; its fits have hidden names
// until the cell takes over what it did.
type fits struct {
	count int
	quiet bool // they are not logged
	task  bool // of a pmap
}

// NextFit names the next fit: the first of a cell is logged under the cell's id,
// the next under id.2, ... So the id is a question: a cell with fits runs again
// when it is renamed.
func (r *recorder) NextFit() (prefix string, on bool, err error) {
	r.mu.Lock()
	on = !r.fits.quiet
	if on {
		r.fits.count++
	}
	n := r.fits.count
	r.mu.Unlock()
	if !on {
		return "", false, nil
	}
	prefix, err = r.fitPrefix(n)
	return prefix, true, err
}

// Autolog turns the logging of fits on or off.
func (r *recorder) Autolog(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fits.quiet = !on
}

func (r *recorder) fitPrefix(n int) (string, error) {
	if r.fits.task {
		return fmt.Sprintf("%s%d%s", hiddenFit, n, hiddenEnd), nil
	}
	err := r.Record(cells.Input{Kind: cells.CellInput, Name: "id", SHA256: r.cell.ID})
	if n == 1 {
		return r.cell.ID + ".", err
	}
	return fmt.Sprintf("%s.%d.", r.cell.ID, n), err
}

// The hidden name of a fit of a task. No key that a cell writes is like it.
const (
	hiddenFit = "\x00fit "
	hiddenEnd = "\x00"
)

// renamed gives an effect of a task the name of its fit in the cell, in which
// there were so many fits before. n is the number of the fit in its task, 0 if
// the effect is not of a fit.
func (r *recorder) renamed(e cells.Effect, before int) (out cells.Effect, n int, err error) {
	switch e := e.(type) {
	case cells.Param:
		e.Key, n, err = r.renamedKey(e.Key, before)
		return e, n, err
	case cells.Metric:
		e.Key, n, err = r.renamedKey(e.Key, before)
		return e, n, err
	}
	return e, 0, nil
}

func (r *recorder) renamedKey(key string, before int) (string, int, error) {
	hidden, ok := strings.CutPrefix(key, hiddenFit)
	number, rest, found := strings.Cut(hidden, hiddenEnd)
	n := 0
	if _, err := fmt.Sscan(number, &n); !ok || !found || err != nil {
		return key, 0, nil
	}
	prefix, err := r.fitPrefix(before + n)
	return prefix + rest, n, err
}

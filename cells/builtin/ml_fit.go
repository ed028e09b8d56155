package builtin

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"go.starlark.net/starlark"

	"github.com/wnb-dev/wnb/cells/frame"
	"github.com/wnb-dev/wnb/cells/train"
)

// trainingData are the arguments of a fit.
type trainingData struct {
	features *frame.Frame
	target   *frame.Series
	X        *train.Matrix
	y        *train.Labels
}

// trainingData reads X and y.
func (c *call) trainingData(X, y starlark.Value) (*trainingData, error) {
	d := &trainingData{}
	var err error
	if d.features, err = c.featuresOf(X); err != nil {
		return nil, err
	}
	if d.target, err = c.columnArgument("y", y); err != nil {
		return nil, err
	}
	if d.X, err = matrixOf(d.features); err != nil {
		return nil, err
	}
	if d.y, err = labelsOf(d.target); err != nil {
		return nil, err
	}
	return d, c.warnOfLeak(d)
}

// warnOfLeak warns of labels that are among the features: every score would be
// perfect, and mean nothing.
func (c *call) warnOfLeak(d *trainingData) error {
	name := d.target.Name()
	if column, err := d.features.Column(name); err != nil || !column.Equal(d.target) {
		return nil // no column has that name, or it is another one
	}
	return warnOnce(c, []string{fmt.Sprintf("the labels %q are also among the features; leave the column out of X", name)})
}

// hash covers all that a fit is told: names, types and values of X and y.
func (d *trainingData) hash() string {
	X, y := d.features.Hash(), d.target.Hash()
	sum := sha256.Sum256(append(X[:], y[:]...))
	return hex.EncodeToString(sum[:])
}

func fitEstimator(e *Estimator, c *call) (starlark.Value, error) {
	var X, y starlark.Value
	if err := c.unpack("X", &X, "y", &y); err != nil {
		return nil, err
	}
	d, err := c.trainingData(X, y)
	if err != nil {
		return nil, err
	}
	losses := &lossCurve{}
	m, err := e.final.Fit(c.context(), d.X, d.y, train.FitOptions{Threads: c.threads(), Progress: losses.add})
	if err != nil {
		return nil, hinted(err)
	}
	if err := warnOnce(c, train.WarningsOf(m)); err != nil {
		return nil, err
	}
	if err := logFit(c, e, d, losses); err != nil {
		return nil, err
	}
	return &Model{fitted: m, estimator: e, rows: d.X.Rows, target: d.target.Name()}, nil
}

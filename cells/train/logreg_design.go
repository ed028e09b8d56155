package train

import (
	"context"
	"math"
)

// A design is what the solver sees of the features: centred and scaled to
// variance 1, with a column of ones at the end if there is an intercept.
// Centring needs the intercept to give the means back to.
type design struct {
	n, p        int // rows; columns with the ones
	data        []float64
	mean, scale []float64 // per feature
	intercept   bool
}

func newDesign(ctx context.Context, X *Matrix, intercept bool, threads Threads) (*design, error) {
	mean, variance, err := moments(ctx, X, threads)
	if err != nil {
		return nil, err
	}
	d := &design{n: X.Rows, p: X.Cols + boolInt(intercept), mean: mean, scale: make([]float64, X.Cols), intercept: intercept}
	for j, v := range variance {
		if !intercept {
			v += mean[j] * mean[j]
			mean[j] = 0
		}
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return nil, &NotFiniteError{"LogisticRegression", "column " + X.ColumnName(j) + " holds values too large to square: scale it"}
		}
		d.scale[j] = 1
		if !isConstant(v, mean[j], X.Rows) {
			d.scale[j] = math.Sqrt(v)
		}
	}
	d.data = make([]float64, d.n*d.p)
	cuts := pieces(X.Rows)
	err = eachPiece(ctx, threads, len(cuts), func(_, p int) error {
		for i := cuts[p].from; i < cuts[p].to; i++ {
			d.fillRow(i, X.Row(i))
		}
		return nil
	})
	return d, err
}

func (d *design) fillRow(i int, x []float64) {
	row := d.row(i)
	for j, v := range x {
		row[j] = (v - d.mean[j]) / d.scale[j]
	}
	if d.intercept {
		row[d.p-1] = 1
	}
}

func (d *design) row(i int) []float64 { return d.data[i*d.p : (i+1)*d.p] }

// penalty is the curvature that ½‖coefficients‖² has in scaled units.
func (d *design) penalty(kind string) []float64 {
	pen := make([]float64, d.p)
	if kind == "l2" {
		for j, s := range d.scale {
			pen[j] = 1 / (s * s)
		}
	}
	return pen
}

// unscale turns rows of p solver coefficients into those of the raw features.
func (d *design) unscale(w []float64) (coef [][]float64, intercept []float64) {
	for ; len(w) > 0; w = w[d.p:] {
		c := make([]float64, len(d.scale))
		b := 0.0
		if d.intercept {
			b = w[d.p-1]
		}
		for j := range c {
			c[j] = w[j] / d.scale[j]
			b -= c[j] * d.mean[j]
		}
		coef = append(coef, c)
		intercept = append(intercept, b)
	}
	return coef, intercept
}

// take gives the design of some of the rows.
func (d *design) take(rows []int) *design {
	out := *d
	out.n = len(rows)
	out.data = make([]float64, 0, out.n*d.p)
	for _, i := range rows {
		out.data = append(out.data, d.row(i)...)
	}
	return &out
}

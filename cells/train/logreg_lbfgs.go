package train

import (
	"context"
	"math"
	"slices"
)

// lbfgsMemory is how many steps the approximation of the Hessian remembers.
const lbfgsMemory = 10

// lbfgs minimises from w, which it changes, by the limited-memory BFGS method
// (Nocedal and Wright, Numerical Optimization, algorithm 7.5). The loss is
// convex, so that halving the step is all the line search that is needed. It
// stops as scipy's does: when the gradient is within Tol or the loss no longer
// falls.
func (o *objective) lbfgs(ctx context.Context, w []float64, l LogisticRegression, opts FitOptions) (fitted, error) {
	if err := o.eval(ctx, w, false); err != nil {
		return fitted{}, err
	}
	flat := min(2.2e-9, 2.2e-5*l.Tol)
	var past memory
	for it := 1; ; it++ {
		if !isFinite(o.loss) {
			return fitted{}, &NotFiniteError{l.Name(), "scale the features (StandardScaler)"}
		}
		dir := past.direction(o.grad)
		step := 1.0
		if len(past.steps) == 0 {
			step = 1 / max(1, math.Sqrt(dot(o.grad, o.grad)))
		}
		from, grad, loss := slices.Clone(w), slices.Clone(o.grad), o.loss
		moved, err := o.lineSearch(ctx, w, dir, dot(dir, grad), step, false)
		if err != nil {
			return fitted{}, err
		}
		gradient := maxAbs(o.grad)
		stalled := !moved || loss-o.loss <= flat*max(math.Abs(loss), math.Abs(o.loss), 1)
		if gradient <= l.Tol || stalled || it == l.MaxIter {
			opts.progress(it, it, o.meanLoss())
			return fitted{w, it, gradient, gradient <= l.Tol || moved && stalled}, nil
		}
		opts.progress(it, l.MaxIter, o.meanLoss())
		past.add(difference(w, from), difference(o.grad, grad))
	}
}

func difference(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] - b[i]
	}
	return out
}

// memory holds the last steps of w and the changes of the gradient they made.
type memory struct {
	steps, changes [][]float64
	rho            []float64 // 1 / (step · change)
}

// add remembers a step, unless the loss was too flat along it to learn from.
func (m *memory) add(step, change []float64) {
	curvature := dot(step, change)
	if curvature <= 1e-12*dot(change, change) {
		return
	}
	if len(m.steps) == lbfgsMemory {
		m.steps, m.changes, m.rho = m.steps[1:], m.changes[1:], m.rho[1:]
	}
	m.steps = append(m.steps, step)
	m.changes = append(m.changes, change)
	m.rho = append(m.rho, 1/curvature)
}

// direction is -H⁻¹·grad by the two-loop recursion.
func (m *memory) direction(grad []float64) []float64 {
	dir := make([]float64, len(grad))
	for i, g := range grad {
		dir[i] = -g
	}
	alpha := make([]float64, len(m.steps))
	for i := len(m.steps) - 1; i >= 0; i-- {
		alpha[i] = m.rho[i] * dot(m.steps[i], dir)
		addScaled(dir, -alpha[i], m.changes[i])
	}
	if last := len(m.steps) - 1; last >= 0 {
		y := m.changes[last]
		scale := 1 / (m.rho[last] * dot(y, y))
		for i := range dir {
			dir[i] *= scale
		}
	}
	for i := range m.steps {
		addScaled(dir, alpha[i]-m.rho[i]*dot(m.changes[i], dir), m.steps[i])
	}
	return dir
}

// addScaled adds a·v to sum.
func addScaled(sum []float64, a float64, v []float64) {
	for i, x := range v {
		sum[i] += a * x
	}
}

package train

import (
	"context"
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// newtonLimit is the number of unknowns up to which the Hessian pays.
const newtonLimit = 300

// fitted is the outcome of one minimisation.
type fitted struct {
	w          []float64
	iterations int
	gradient   float64 // the largest entry at w
	converged  bool
}

func (l LogisticRegression) solve(ctx context.Context, d *design, t task, opts FitOptions) (fitted, error) {
	pen := d.penalty(l.Penalty)
	o := newObjective(d, t, pen, opts.Threads)
	w := make([]float64, t.outs*d.p)
	if len(w) > newtonLimit {
		return o.lbfgs(ctx, w, l, opts)
	}
	if err := l.roughStart(ctx, d, t, w, opts); err != nil {
		return fitted{}, err
	}
	return o.newton(ctx, w, l.MaxIter, l.Tol, opts)
}

// roughStart moves w to where a 16th of the rows would put it, when there are
// so many rows that this saves passes over all of them. The rows are chosen at
// random, one of each 16: data in cycles must not give rows of one class.
func (l LogisticRegression) roughStart(ctx context.Context, d *design, t task, w []float64, opts FitOptions) error {
	const step = 16
	if d.n < step*max(1000, 20*len(w)) {
		return nil
	}
	rng := newStream(0, 0)
	rows := make([]int, d.n/step)
	few := task{codes: make([]int, len(rows)), outs: t.outs, weight: slices.Clone(t.weight)}
	for i := range rows {
		rows[i] = i*step + rng.IntN(step)
		few.codes[i] = t.codes[rows[i]]
	}
	for c := range few.weight {
		few.weight[c] *= step
	}
	o := newObjective(d.take(rows), few, d.penalty(l.Penalty), opts.Threads)
	f, err := o.newton(ctx, slices.Clone(w), 10, 1e-4*o.weightSum, FitOptions{})
	if err == nil {
		copy(w, f.w)
	}
	return err
}

// newton minimises from w, which it changes. It stops when the gradient is
// within tol, after one more step: the error of that step is the square of
// what is left, so the extra pass buys all the digits there are.
func (o *objective) newton(ctx context.Context, w []float64, maxIter int, tol float64, opts FitOptions) (fitted, error) {
	if err := o.eval(ctx, w, true); err != nil {
		return fitted{}, err
	}
	if !(o.loss <= (1+1e-9)*o.weightSum*math.Log(float64(max(2, o.task.outs)))) {
		clear(w) // a start that is worse than knowing nothing
		if err := o.eval(ctx, w, true); err != nil {
			return fitted{}, err
		}
	}
	for it := 1; ; it++ {
		if !isFinite(o.loss) {
			return fitted{}, &NotFiniteError{"LogisticRegression", "scale the features (StandardScaler)"}
		}
		last := maxAbs(o.grad) <= tol
		dir, slope := o.newtonStep()
		moved, err := o.lineSearch(ctx, w, dir, slope, 1, !last)
		if err != nil {
			return fitted{}, err
		}
		gradient := maxAbs(o.grad)
		if last || !moved || it == maxIter {
			opts.progress(it, it, o.meanLoss())
			return fitted{w, it, gradient, last || gradient <= tol}, nil
		}
		opts.progress(it, maxIter, o.meanLoss())
	}
}

// lineSearch moves w by step along dir, by half as much as long as the loss
// does not fall as it should, and evaluates there. It reports false, and leaves
// everything where it was, if no step helps: rounding is all that is left.
func (o *objective) lineSearch(ctx context.Context, w, dir []float64, slope, step float64, hess bool) (bool, error) {
	from := slices.Clone(w)
	loss := o.loss
	slack := 1e-11 * (math.Abs(loss) + 1)
	for least := 1e-9 * step; step > least; step /= 2 {
		for i := range w {
			w[i] = from[i] + step*dir[i]
		}
		if err := o.eval(ctx, w, hess); err != nil {
			return false, err
		}
		if o.loss <= loss+1e-4*step*slope+slack {
			return true, nil
		}
	}
	copy(w, from)
	return false, o.eval(ctx, w, hess)
}

// newtonStep is -H⁻¹·grad, and the slope of the loss along it.
func (o *objective) newtonStep() (dir []float64, slope float64) {
	n := len(o.grad)
	h := o.hessian()
	top := 0.0
	for i := range n {
		top = max(top, h.At(i, i))
	}
	dir = make([]float64, n)
	var chol mat.Cholesky
	// Without a penalty the Hessian can be singular; a trace of one is then
	// added, which changes the way to the optimum but not the optimum.
	for jitter := 1e-13 * top; ; jitter = max(jitter*100, 1e-300) {
		for i := range n {
			h.SetSym(i, i, h.At(i, i)+jitter)
		}
		if chol.Factorize(h) || jitter > 1e12*(top+1) {
			break
		}
	}
	step := mat.NewVecDense(n, dir)
	err := chol.SolveVecTo(step, mat.NewVecDense(n, o.grad))
	var bad mat.Condition // an ill-conditioned solution is still a descent
	if err != nil && !errors.As(err, &bad) {
		copy(dir, o.grad)
	}
	for i := range dir {
		dir[i] = -dir[i]
	}
	return dir, dot(dir, o.grad)
}

// hessian puts the sums over pairs of outs together. The rows of coefficients
// of a softmax can all be moved by the same vector without changing a
// probability; a curvature in that direction, where the penalty gives none,
// makes the Hessian regular and leaves the step alone, since the gradient has
// no part in it.
func (o *objective) hessian() *mat.SymDense {
	p, outs := o.d.p, o.task.outs
	h := mat.NewSymDense(outs*p, nil)
	if outs == 1 {
		addBlock(h, p, 0, 0, 1, o.total.hess)
	}
	pairs := o.total.hess
	for k := range outs {
		for l := k + 1; l < outs; l++ {
			addBlock(h, p, k, k, 1, pairs[:p*p])
			addBlock(h, p, l, l, 1, pairs[:p*p])
			addBlock(h, p, k, l, -1, pairs[:p*p])
			pairs = pairs[p*p:]
		}
	}
	for i, pen := range o.pen {
		for k := range outs {
			addAt(h, k*p+i, k*p+i, pen)
			for l := k; l < outs && pen == 0 && outs > 1; l++ {
				addAt(h, k*p+i, l*p+i, o.weightSum/float64(outs*outs))
			}
		}
	}
	return h
}

// addBlock adds sign times a symmetric p x p matrix, of which upper has the
// upper triangle, to the block of h in block row k and block column l >= k.
func addBlock(h *mat.SymDense, p, k, l int, sign float64, upper []float64) {
	for i := range p {
		for j := i; j < p; j++ {
			v := sign * upper[i*p+j]
			addAt(h, k*p+i, l*p+j, v)
			if k != l && i != j {
				addAt(h, k*p+j, l*p+i, v)
			}
		}
	}
}

func addAt(h *mat.SymDense, i, j int, v float64) { h.SetSym(i, j, h.At(i, j)+v) }

func isFinite(v float64) bool { return v-v == 0 }

func maxAbs(v []float64) float64 {
	top := 0.0
	for _, x := range v {
		top = max(top, math.Abs(x))
	}
	return top
}
